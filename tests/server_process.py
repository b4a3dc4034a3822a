"""A whole installation for tests: its folder, the command line, servers and workers as real processes."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import warm
from postgresql_cluster import free_port

Process = subprocess.Popen[Any] | warm.Process
SOURCE = Path(__file__).resolve().parents[1] / "src"
URGENT = Path(__file__).resolve().parent / "urgent"
WAIT = 120.0
"""Seconds after which something that should happen has not; no test depends on how much sooner it does."""
MARKER = "zzqxmarkerqxzz"
"""A word that stands in reports, and is to stand nowhere else in clear."""
KEPT = ("PATH", "HOME", "LANG", "TMPDIR")


def sarif(number: int = 0, results: int = 1) -> bytes:
    """Return a report."""
    found = [
        {
            "ruleId": f"{MARKER}-{each % 7}",
            "message": {"text": f"{MARKER} overflow {number} {each}"},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {"uri": f"src/{number}/{each}.c"},
                        "region": {"startLine": 1 + each},
                    }
                }
            ],
        }
        for each in range(results)
    ]
    run = {"tool": {"driver": {"name": "tool"}}, "results": found}
    return json.dumps({"version": "2.1.0", "runs": [run]}).encode()


def python_path(source: Path) -> str:
    """Where a process finds the code, from a folder of it, and what keeps workers from giving way."""
    return os.pathsep.join([str(URGENT), str(source)])


def started(command: list[str], environment: dict[str, str], stdout: Any, stderr: Any) -> Process:
    """Start a process of Python; one of the code that is tested need not load the libraries first."""
    if environment["PYTHONPATH"] == python_path(SOURCE):
        return warm.start(command[1:], environment, stdout, stderr)
    return subprocess.Popen(command, env=environment, stdout=stdout, stderr=stderr, stdin=subprocess.DEVNULL)


def finished(command: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a process of Python to its end."""
    with TemporaryFile("w+", encoding="utf-8") as out, TemporaryFile("w+", encoding="utf-8") as err:
        process = started(command, environment, out, err)
        try:
            code = process.wait(WAIT)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        out.seek(0)
        err.seek(0)
        return subprocess.CompletedProcess(command, code, out.read(), err.read())


def until(happened: Callable[[], Any]) -> Any:
    """Wait until something is so, and return what it gave."""
    end = time.monotonic() + WAIT
    while not (found := happened()):
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)
    return found


def ended(processes: Iterable[Process], seconds: float) -> None:
    """Tell all to leave; who does not within so many seconds is killed."""
    processes = list(processes)
    for process in processes:
        process.terminate()
    for process in processes:
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class Answer:
    """What a server answered."""

    def __init__(self, status: int, body: bytes, headers: Any) -> None:
        self.status, self.body, self.headers = status, body, headers

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Installation:
    """An installation in a folder.

    Args:
        home: its folder. database_url: empty is SQLite.
    """

    def __init__(self, home: Path, database_url: str = "") -> None:
        self.home = home
        self.database_url = database_url
        self.port = free_port()
        self.log = home.parent / f"{home.name}.log"
        self.extra: dict[str, str] = {}
        self.first_key = ""
        self.running: list[Process] = []

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in KEPT if name in os.environ}
        more = {"CLEARINGHOUSE_HOME": str(self.home), "PYTHONPATH": python_path(SOURCE), "PYTHONWARNINGS": "error"}
        if self.database_url:
            more["DATABASE_URL"] = self.database_url
        return kept | more | self.extra

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "clearinghouse", *arguments]

    def run(self, *arguments: str, code: int = 0) -> str:
        """Run a verb, see its exit code, and return what it wrote to standard output."""
        done = self.attempt(*arguments)
        assert done.returncode == code, (arguments, done.returncode, done.stdout, done.stderr)
        return done.stdout

    def attempt(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return finished(self.command(*arguments), self.environment)

    def json(self, *arguments: str, code: int = 0) -> Any:
        return json.loads(self.run(*arguments, "--format", "json", code=code))

    def init(self) -> str:
        return self.run(
            "init",
            *("--organisation", "Coordination Centre", "--email", "ada@example.org", "--name", "Ada"),
            *("--origin", f"http://127.0.0.1:{self.port}"),
        )

    def key(self, name: str = "Finder Ltd", role: str = "finder") -> str:
        """Make a participant and a key for it; the first one may have been made already."""
        if self.first_key and name == "Finder Ltd":
            return self.first_key
        self.run("participant", "add", name, "--role", role, "--jurisdiction", "DE")
        scopes = ("--scope", "report:submit", "--scope", "report:read")
        made: str = self.json("key", "service", "new", "test", "--participant", name, *scopes)["key"]
        return made

    def start(self, *arguments: str) -> Process:
        """Start a verb that runs for long; it writes to :attr:`log`."""
        with self.log.open("ab") as log:
            process = started(self.command(*arguments), self.environment, log, log)
        self.running.append(process)
        return process

    def serve(self, *arguments: str) -> Process:
        """Start the server, and return when it answers."""
        process = self.start("serve", "--bind", f"127.0.0.1:{self.port}", *arguments)

        def answers() -> bool:
            assert process.poll() is None, self.log.read_text()
            with contextlib.suppress(OSError):
                return self.get("/healthz").status == 200
            return False

        until(answers)
        return process

    def request(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        asked = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", body, named, method=method)
        try:
            with _ASKING.open(asked, timeout=WAIT) as answer:
                return Answer(answer.status, answer.read(), answer.headers)
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, error.read(), error.headers)

    def get(self, path: str, **headers: str) -> Answer:
        return self.request("GET", path, **headers)

    def send(self, key: str, body: bytes) -> str:
        """Send a report, and return its receipt."""
        answer = self.request("POST", "/v1/reports", body, Authorization=f"Bearer {key}")
        assert answer.status == 202, (answer.status, answer.body)
        receipt: str = answer.json["receipt"]
        return receipt

    def status(self, key: str, receipt: str) -> Any:
        return self.get(f"/v1/reports/{receipt}", Authorization=f"Bearer {key}").json

    def lines(self) -> list[dict[str, Any]]:
        """What was logged; every line of it is JSON."""
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    def stop(self) -> None:
        ended(self.running, 60)
        self.running.clear()

    def in_clear(self, word: str = MARKER) -> list[str]:
        """The files of the installation, and its log, in which a word stands."""
        paths = [path for path in self.home.rglob("*") if path.is_file()]
        paths += [self.log] if self.log.exists() else []
        return [str(path) for path in paths if word.encode() in path.read_bytes()]


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


_ASKING = urllib.request.build_opener(_Stay)

__all__ = ["MARKER", "Answer", "Installation", "ended", "sarif", "signal", "until"]
