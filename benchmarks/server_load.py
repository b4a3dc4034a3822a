"""The server under load: SARIF results over HTTP until they are identified and searchable, and reads meanwhile.

    python benchmarks/server_load.py [--count 1000000] [--postgresql] [--json FILE] [--keep DIR]

Reports of 10,000 results (about 800 bytes each, one in five a jittered copy of an earlier one, see
:mod:`benchmarks.sarif_flood`) are sent by a program on the same machine as fast as they are taken, to one server
process and three workers on a database of their own, loopback only. Reads - the queue, its next page, a search, one
vulnerability, the overview, a sender's findings - go on all the time and are timed one by one. It ends when everything
is identified, and stops after a bounded time in any case.

Beside it, the bare database limit: the same rows into the same tables with the same indexes, in transactions of the
same size, by one program that computes nothing.
"""

import argparse
import base64
import json
import os
import random
import shutil
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import sarif_flood
from clearinghouse.server.vulnerabilities import keys
from postgresql_cluster import cluster, free_port

PER_REPORT = 10_000
FINDERS = ("Scanner A", "Lab B", "Lab C")
WORKERS = 3
READS_A_SECOND = 10
BATCH = 1_536
_CLI = [sys.executable, "-m", "clearinghouse"]
_TABLES = {
    "vulnerabilities_vulnerability": "id",
    "vulnerabilities_finding": "id",
    "vulnerabilities_link": "later_id",
    "vulnerabilities_finder": "vulnerability_id",
    "vulnerabilities_identitykey": "finding",
    "vulnerabilities_searchword": "base",
    "vulnerabilities_chunk": "base",
}
"""What identifying writes, each with the column that says when in the run a row came."""


def write_reports(folder: Path, count: int, seed: int = 1) -> list[tuple[str, Path]]:
    """Write the reports in the order in which they are sent: of five, four are originals and one is copies."""
    rng = random.Random(seed)
    made: list[tuple[str, Path]] = []
    originals = copied = 0
    for number in range(max(1, count // PER_REPORT)):
        path = folder / f"report-{number:04}.sarif"
        size = min(PER_REPORT, count)
        if number % 5 == 4:
            jitter = 1 + (number // 5) % 2
            chosen = sorted(rng.sample(range(copied, originals), size))
            sarif_flood.write(path, FINDERS[jitter], chosen, jitter, seed)
            made.append((FINDERS[jitter], path))
            copied = originals - 2 * size  # copies follow their originals by some way, not by the whole run
        else:
            sarif_flood.write(path, FINDERS[0], range(originals, originals + size), 0, seed)
            made.append((FINDERS[0], path))
            originals += size
    return made


class Installation:
    """A server and its workers in a folder of their own.

    Args:
        home: the folder. database_url: empty is SQLite in it.
    """

    def __init__(self, home: Path, database_url: str = "") -> None:
        self.home = home
        self.port = free_port()
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("CLEARINGHOUSE_")},
            "CLEARINGHOUSE_HOME": str(home),
            "CLEARINGHOUSE_KEY": base64.b64encode(os.urandom(32)).decode(),
            "CLEARINGHOUSE_ORIGIN": f"http://127.0.0.1:{self.port}",
            "CLEARINGHOUSE_LIMIT_REPORTS_A_DAY": "1000000",
            "CLEARINGHOUSE_LIMIT_BYTES_A_DAY": str(2**40),
            "CLEARINGHOUSE_LIMIT_REQUESTS_A_MINUTE": "1000000",
            "CLEARINGHOUSE_LOG_LEVEL": "WARNING",
            "DJANGO_SETTINGS_MODULE": "clearinghouse.server.settings",
            "XDG_DATA_HOME": str(home / "no-feeds"),
        }
        if database_url:
            self.environment["DATABASE_URL"] = database_url
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.keys: dict[str, str] = json.loads(self.run_python(_PREPARE))

    def run_python(self, code: str) -> str:
        """Run code in this installation; return what it prints."""
        done = subprocess.run(
            [sys.executable, "-c", code], env=self.environment, stdout=subprocess.PIPE, check=True, timeout=600
        )
        return done.stdout.decode()

    def start(self) -> None:
        """Start server and workers, and wait until the server answers."""
        log = (self.home / "serve.log").open("wb")
        bind = f"127.0.0.1:{self.port}"
        self.processes["server"] = subprocess.Popen(
            [*_CLI, "serve", "--bind", bind, "--processes", "1"], env=self.environment, stdout=log, stderr=log
        )
        for number in range(WORKERS):
            self.processes[f"worker {number + 1}"] = subprocess.Popen(
                [*_CLI, "worker"], env=self.environment, stdout=log, stderr=log
            )
        for _ in range(600):
            try:
                urllib.request.urlopen(f"http://{bind}/healthz", timeout=5).close()
            except OSError:
                time.sleep(0.1)
            else:
                return
        raise SystemExit(f"the server did not start; see {log.name}")

    def stop(self) -> dict[str, float]:
        """Stop everything; return the CPU seconds of each process with its children."""
        seconds = {name: cpu_of(process.pid) for name, process in self.processes.items()}
        for process in self.processes.values():
            process.send_signal(signal.SIGTERM)
        for process in self.processes.values():
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
        return seconds

    def ask(self, path: str, finder: str, body: bytes | None = None) -> tuple[int, bytes]:
        """Send a request of the API; return status and body."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/v1{path}",
            data=body,
            headers={"Authorization": f"Bearer {self.keys[finder]}", "Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()


_PREPARE = """
import datetime as dt, json, os
from pathlib import Path
from clearinghouse.server.operate import setup
setup.make_home(Path(os.environ["CLEARINGHOUSE_HOME"]), origin=os.environ["CLEARINGHOUSE_ORIGIN"], name="Load")
import django
django.setup()
from django.utils import timezone
setup.make_tables()
from clearinghouse.server.membership.keys import create_key
from clearinghouse.server.membership.services import create_participant
from clearinghouse.server.membership.values import POSSIBLE
from clearinghouse.server.participants.models import Role
from clearinghouse.server.evidence import vault
keys = {}
for name, role in (("Scanner A", "finder"), ("Lab B", "finder"), ("Lab C", "finder"), ("coordinator", "coordinator")):
    made = create_participant(None, name, "company", "US", [role])
    until = timezone.now() + dt.timedelta(days=2)
    keys[name] = create_key(None, made, "load", sorted(map(str, POSSIBLE[Role(role)])), until)[1]
vault.index_key("identity")
print(json.dumps(keys))
"""


def cpu_of(pid: int) -> float:
    """Return the CPU seconds of a process, its children that ended, and those that live."""
    seconds = 0.0
    for each in [pid, *_below(pid)]:
        try:
            fields = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        seconds += sum(int(fields[place]) for place in (11, 12, 13, 14)) / os.sysconf("SC_CLK_TCK")
    return seconds


def _below(pid: int) -> list[int]:
    try:
        children = [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []
    return [each for child in children for each in (child, *_below(child))]


class Reads(threading.Thread):
    """Reads at a steady pace, and times each."""

    def __init__(self, installation: Installation) -> None:
        super().__init__(daemon=True)
        self._installation = installation
        self._stopped = threading.Event()
        self.seconds: dict[str, list[float]] = {}
        self.failed: list[str] = []
        self._next = ""
        self._one = ""
        self._receipt = ""

    def run(self) -> None:
        """Read until :meth:`stop`."""
        turn = 0
        while not self._stopped.wait(1 / READS_A_SECOND):
            turn += 1
            asks = (self._queue, self._following, self._search, self._detail, self._overview, self._own)
            asks[turn % len(asks)]()

    def stop(self) -> None:
        """End."""
        self._stopped.set()
        self.join(30)

    def _timed(self, name: str, path: str, finder: str = "coordinator") -> Any:
        started = time.perf_counter()
        status, body = self._installation.ask(path, finder)
        self.seconds.setdefault(name, []).append(time.perf_counter() - started)
        if status != 200:
            self.failed.append(f"{name}: {status}")
            return {}
        return json.loads(body)

    def _queue(self) -> None:
        found = self._timed("queue", "/vulnerabilities")
        self._next = found.get("after") or ""
        rows = found.get("vulnerabilities") or []
        self._one = rows[-1]["reference"] if rows else ""

    def _following(self) -> None:
        if self._next:
            self._next = self._timed("next page", f"/vulnerabilities?after={self._next}").get("after") or ""

    def _search(self) -> None:
        words = random.choice(("sql-injection order", "load_invoice", "double free", "render", "export_report delete"))
        self._timed("search", f"/vulnerabilities?q={urllib.request.quote(words)}")

    def _detail(self) -> None:
        if self._one:
            self._timed("one vulnerability", f"/vulnerabilities/{self._one}")

    def _overview(self) -> None:
        self._timed("overview", "/overview")

    def _own(self) -> None:
        if not self._receipt:
            rows = self._timed("own reports", "/reports", "Scanner A").get("reports") or []
            done = [row["receipt"] for row in rows if row["status"] == "done"]
            self._receipt = done[0] if done else ""
        else:
            self._timed("own findings", f"/reports/{self._receipt}/findings", "Scanner A")


def send(installation: Installation, reports: list[tuple[str, Path]], sent: list[float]) -> None:
    """Send every report, each as soon as the one before is taken."""
    for finder, path in reports:
        body = path.read_bytes()
        for _ in range(600):
            status, answer = installation.ask("/reports", finder, body)
            if status == 202:
                sent.append(time.perf_counter())
                break
            if status not in {429, 503}:
                raise SystemExit(f"a report was answered {status}: {answer[:500]!r}")
            time.sleep(1)


def load(installation: Installation, reports: list[tuple[str, Path]], count: int, most: float) -> dict[str, Any]:
    """Send, read meanwhile, and wait until everything is identified."""
    reads = Reads(installation)
    sent: list[float] = []
    started = time.perf_counter()
    sender = threading.Thread(target=send, args=[installation, reports, sent], daemon=True)
    sender.start()
    reads.start()
    reached: list[tuple[float, int]] = []
    while time.perf_counter() - started < most:
        time.sleep(0.5)
        received = json.loads(installation.ask("/overview", "coordinator")[1]).get("received", 0)
        if not reached or received != reached[-1][1]:
            reached.append((time.perf_counter() - started, received))
            print(f"\r{received:>10,} after {reached[-1][0]:6.1f} s", end="", file=sys.stderr)
        if received >= count:
            break
    print(file=sys.stderr)
    reads.stop()
    sender.join(10)
    tenths = _tenths(reached, count)
    return {
        "count": reached[-1][1],
        "seconds": reached[-1][0],
        "a second": reached[-1][1] / reached[-1][0],
        "sent after": sent[-1] - started if sent else None,
        "tenths": tenths,
        "last to first": tenths[-1] / tenths[0] if len(tenths) == 10 else None,
        "reads": {name: _percentiles(seconds) for name, seconds in sorted(reads.seconds.items())},
        "all reads": _percentiles([each for seconds in reads.seconds.values() for each in seconds]),
        "failed reads": reads.failed[:20],
    }


def _tenths(reached: list[tuple[float, int]], count: int) -> list[float]:
    """Seconds that each tenth took, between the points that were seen."""
    points = [(0.0, 0), *reached]
    times = []
    for tenth in range(1, 11):
        wanted = count * tenth / 10
        for (before, low), (after, high) in pairwise(points):
            if low < wanted <= high:
                times.append(before + (after - before) * (wanted - low) / (high - low))
                break
    return [after - before for before, after in zip([0.0, *times], times, strict=False)]


def _percentiles(seconds: list[float]) -> dict[str, float]:
    if len(seconds) < 2:
        return {"reads": len(seconds)}
    cuts = statistics.quantiles(seconds, n=100, method="inclusive")
    return {"reads": len(seconds), "p50": cuts[49] * 1000, "p95": cuts[94] * 1000, "p99": cuts[98] * 1000}


def bare(source: Path, folder: Path) -> dict[str, float]:
    """Write what a run wrote into an empty database with the same tables and indexes, and nothing else.

    Keys go by way of the small part of their table here too: in their place at once they take longer.
    """
    target = folder / "bare.sqlite3"
    with sqlite3.connect(source) as old, sqlite3.connect(target) as new:
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON", "cache_size=-65536"):
            new.execute(f"PRAGMA {pragma}")
        wanted = ", ".join(f"'{name}'" for name in _TABLES)
        for (text,) in old.execute(f"SELECT sql FROM sqlite_master WHERE tbl_name IN ({wanted}) AND sql IS NOT NULL"):
            new.execute(text)
        new.execute("PRAGMA foreign_keys=OFF")
        last = old.execute("SELECT MAX(id) FROM vulnerabilities_finding").fetchone()[0]
        divided = {name: _divided(old, name, column) for name, column in _BY_KEY.items()}
        seconds = 0.0
        rows_written = 0
        for first in range(1, last + 1, BATCH):
            rows = {name: written.get(first, []) for name, written in divided.items()}
            for name, column in _TABLES.items():
                if name not in divided:
                    asked = f"SELECT * FROM {name} WHERE {column} >= ? AND {column} < ?"
                    rows[name] = old.execute(asked, (first, first + BATCH)).fetchall()
            started = time.perf_counter()
            for name, values in rows.items():
                if values:
                    marks = ", ".join("?" * len(values[0]))
                    new.executemany(f"INSERT INTO {name} VALUES ({marks})", values)
                    rows_written += len(values)
            for bounds in keys.due(first, BATCH):
                for statement in keys.MOVES:
                    new.execute(statement.replace("%s", "?"), bounds)
            new.commit()
            seconds += time.perf_counter() - started
    return {"seconds": seconds, "a second": last / seconds, "rows": rows_written}


_BY_KEY = {"vulnerabilities_identitykey": "finding", "vulnerabilities_searchword": "base"}
"""Tables that are ordered by a hash: they are read and divided once."""
_FIRST = {"vulnerabilities_identitykey": "FALSE, key, finding"}


def _divided(old: sqlite3.Connection, name: str, column: str) -> dict[int, list[tuple[Any, ...]]]:
    """The rows of a table by the batch that they came with, in the order of their keys, as they are first written."""
    found: dict[int, list[tuple[Any, ...]]] = {}
    place = [row[1] for row in old.execute(f"PRAGMA table_info({name})")].index(column)
    asked = f"SELECT {_FIRST.get(name, '*')} FROM {name} WHERE {column} < ? ORDER BY 1, 2, 3"
    for row in old.execute(asked, [2**62]):
        found.setdefault((row[place] - 1) // BATCH * BATCH + 1, []).append(row)
    return found


@contextmanager
def database(kind: bool) -> Iterator[str]:
    """Give the address of a database: a PostgreSQL of our own, or nothing for SQLite."""
    if not kind:
        yield ""
        return
    with cluster(["shared_buffers=512MB"]) as running:
        yield running.create("load")


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--postgresql", action="store_true")
    parser.add_argument("--most", type=float, default=1_500, help="seconds after which it stops in any case")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--keep", type=Path, help="leave the installation there")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="clearinghouse-load-") as name:
        folder = Path(name)
        flood = folder / "flood"
        flood.mkdir()
        print("making the reports ...", file=sys.stderr)
        reports = write_reports(flood, given.count)
        count = PER_REPORT * len(reports) if given.count >= PER_REPORT else given.count
        with database(given.postgresql) as address:
            home = given.keep or folder / "home"
            installation = Installation(home, address)
            try:
                installation.start()
                result = load(installation, reports, count, given.most)
            finally:
                cpu = installation.stop()
            result["cpu seconds"] = cpu
            result["bytes sent"] = sum(path.stat().st_size for _, path in reports)
            if not given.postgresql:
                source = home / "clearinghouse.sqlite3"
                result["database bytes"] = source.stat().st_size
                result["bare"] = bare(source, folder)
                result["ratio to bare"] = result["bare"]["a second"] / result["a second"]
        shutil.rmtree(flood)
    show(result)
    if given.json:
        given.json.write_text(json.dumps(result, indent=2))


def show(result: dict[str, Any]) -> None:
    """Print a table."""
    print(f"{result['count']:,} results in {result['seconds']:.1f} s: {result['a second']:,.0f} a second")
    print("tenths: " + " ".join(f"{each:.1f}" for each in result["tenths"]) + " s")
    if result["last to first"]:
        print(f"last to first: {result['last to first']:.2f}")
    for name, found in [*result["reads"].items(), ("all reads", result["all reads"])]:
        if "p50" in found:
            times = "  ".join(f"{cut} {found[cut]:6.1f}" for cut in ("p50", "p95", "p99"))
            print(f"{name:<20} {found['reads']:>6}  {times} ms")
    print("cpu seconds: " + ", ".join(f"{name} {each:.0f}" for name, each in result["cpu seconds"].items()))
    if result["failed reads"]:
        print(f"failed reads: {result['failed reads']}")
    if "bare" in result:
        print(f"bare SQLite: {result['bare']['a second']:,.0f} a second, {result['ratio to bare']:.1f} times as fast")


if __name__ == "__main__":
    main()
