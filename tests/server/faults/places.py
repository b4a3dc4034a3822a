"""Installations that are mistreated: which code they run, and what is true of them afterwards."""

import ast
import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from server_process import SOURCE, Installation, Process, finished, python_path

HERE = Path(__file__).parent
FINDERS = ("Lab A", "Lab B", "Scanner C")
_LIMITS = ("REQUESTS_A_MINUTE", "ANONYMOUS_A_MINUTE")


class Place(Installation):
    """An installation whose processes are begun again when they end, and whose code can be exchanged.

    Attributes:
        source: the folder of the code that processes are started from. keys: of each of :data:`FINDERS`.
    """

    def __init__(self, home: Path, database_url: str = "") -> None:
        super().__init__(home, database_url)
        self.source = SOURCE
        self.keys: dict[str, str] = {}
        self.extra = {f"CLEARINGHOUSE_LIMIT_{name}": "1000000" for name in _LIMITS}

    @property
    def environment(self) -> dict[str, str]:
        return super().environment | {"PYTHONPATH": python_path(self.source)}

    def command(self, *arguments: str) -> list[str]:
        if arguments[0] in {"serve", "worker"}:
            return [sys.executable, str(HERE / "brisk.py"), *arguments]
        return super().command(*arguments)

    def make_keys(self) -> None:
        """Make the finders and their keys."""
        self.keys = self._python("keys.py", *FINDERS)

    def truth(self, *arguments: str) -> dict[str, Any]:
        """What ``truth.py`` says of the installation."""
        return self._python("truth.py", *arguments)

    def _python(self, script: str, *arguments: str) -> dict[str, Any]:
        environment = self.environment | {"DJANGO_SETTINGS_MODULE": "clearinghouse.server.settings"}
        done = finished([sys.executable, str(HERE / script), *arguments], environment)
        assert done.returncode == 0, done.stderr
        found: dict[str, Any] = json.loads(done.stdout)
        return found


def is_whole(place: Place) -> dict[str, Any]:
    """See that nothing of an installation is wrong, and return what is in it."""
    found = place.truth()
    assert found["broken"] == []
    assert found["log"] == []
    assert found["live jobs"] == 0
    flaws = place.json("check", code=place.attempt("check").returncode)
    wrong = [each for each in flaws.get("findings", flaws.get("problems", [])) if not each.get("notice")]
    assert [each for each in wrong if each.get("code") != "disk_full"] == []
    return found


def upgraded(folder: Path) -> Path:
    """Copy the code, and make it a later version that stores more of each finding; return its folder."""
    made = folder / "later"
    shutil.copytree(SOURCE, made, ignore=shutil.ignore_patterns("__pycache__"))
    package = made / "clearinghouse"
    _exchange(package / "__init__.py", '__version__ = "', '__version__ = "99.')
    _append_field(package / "server/vulnerabilities/profiles.py", "Facts", 'novelty: str = "facts"')
    _append_field(package / "records/finding.py", "Finding", 'novelty: str = ""')
    _exchange(
        package / "server/vulnerabilities/preparing.py",
        "_encode(finding))",
        '_encode(msgspec.structs.replace(finding, novelty="chunk")))',
    )
    return made


def _exchange(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert text.count(old) == 1, (path, old)
    path.write_text(text.replace(old, new))


def _append_field(path: Path, name: str, field: str) -> None:
    lines = path.read_text().splitlines()
    found = next(
        each for each in ast.parse("\n".join(lines)).body if isinstance(each, ast.ClassDef) and each.name == name
    )
    last = max(each.end_lineno or 0 for each in found.body if isinstance(each, ast.AnnAssign))
    lines.insert(last, f"    {field}")
    path.write_text("\n".join(lines) + "\n")


class Keeper(threading.Thread):
    """Keeps a server and workers running, as the system does: what ended is started again."""

    def __init__(self, place: Place, workers: int = 2) -> None:
        super().__init__(daemon=True)
        self.place = place
        self.lock = threading.RLock()
        self.starts = 0
        self._wanted = [("serve", "--bind", f"127.0.0.1:{place.port}", "--processes", "1")] + [("worker",)] * workers
        self._running: list[Process | None] = [None] * len(self._wanted)
        self._stopped = threading.Event()

    def run(self) -> None:
        """Look again and again, until it is stopped."""
        while not self._stopped.wait(0.1):
            self.look()

    def look(self) -> None:
        """Start what does not run."""
        with self.lock:
            for number, process in enumerate(self._running):
                if not self._stopped.is_set() and (process is None or process.poll() is not None):
                    self._running[number] = self.place.start(*self._wanted[number])
                    self.starts += 1

    def kill(self, number: int, *, child: bool = False) -> None:
        """Kill the server (0) or a worker; or one of its children, if it has any."""
        with self.lock:
            process = self._running[number]
            if process is None or process.poll() is not None:
                return
            victims = children(process.pid) if child else []
            with contextlib.suppress(ProcessLookupError):
                os.kill(victims[0] if victims else process.pid, signal.SIGKILL)

    def exchange(self, source: Path) -> None:
        """Upgrade: the last worker is killed, everything else told to leave; then all start with the new code."""
        with self.lock:
            self.kill(len(self._running) - 1)
            for process in self._running:
                if process is not None and process.poll() is None:
                    process.terminate()
            for process in self._running:
                if process is not None:
                    _end(process)
            self.place.source = source
            self.look()

    def stop(self) -> None:
        """Have everything leave."""
        self._stopped.set()
        self.join(10)
        self.place.stop()


def children(pid: int) -> list[int]:
    """The processes that a process started."""
    try:
        return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def _end(process: Process) -> None:
    try:
        process.wait(60)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def steadily(happened: Callable[[], Any], seconds: float) -> Any:
    """Wait until something is so, and return what it gave."""
    end = time.monotonic() + seconds
    while not (found := happened()):
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.2)
    return found
