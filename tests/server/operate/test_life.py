"""An installation from its first minute on, as processes: set up, served, worked for, stopped."""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from server_process import MARKER, Installation, sarif, until


def done(installation: Installation, key: str, receipt: str) -> bool:
    return bool(installation.status(key, receipt)["status"] == "done")


def test_a_report_goes_all_the_way(installation: Installation) -> None:
    key = installation.key()
    server = installation.serve("--with-worker")
    receipt = installation.send(key, sarif(results=3))
    until(lambda: done(installation, key, receipt))
    found = installation.status(key, receipt)
    assert (found["findings"], found["identified"]) == (3, 3)
    assert installation.get("/readyz").json == {
        "ready": True,
        "checks": dict.fromkeys(("database", "migrations", "vault", "disk", "worker"), True),
    }
    numbers = installation.get("/metrics").body.decode()
    assert 'clearinghouse_requests_total{method="POST",route="v1:submit",status="202"} 1.0' in numbers
    assert 'clearinghouse_reports{state="done"} 1.0' in numbers
    assert "clearinghouse_workers 2.0" in numbers
    server.terminate()
    assert server.wait(60) == 0
    assert installation.in_clear() == []
    installation.run("check")


def test_what_is_logged(small: Installation) -> None:
    key = small.key()
    server = small.serve("--with-worker")
    receipt = small.send(key, sarif())
    until(lambda: done(small, key, receipt))
    small.get(f"/v1/reports/{receipt}?{MARKER}=1", Authorization=f"Bearer {key}", User_Agent=MARKER)
    small.get(f"/{MARKER}", Cookie=f"session={MARKER}")
    server.terminate()
    server.wait(60)
    text = small.log.read_text()
    for secret in (MARKER, receipt, key, key.split("_", 3)[3], (small.home / "keys/master.key").read_text().strip()):
        assert secret not in text
    requests = [line for line in small.lines() if line["event"] == "request"]
    taken = next(line for line in requests if line["status"] == 202)
    assert (taken["method"], taken["route"]) == ("POST", "v1:submit")
    assert taken["participant"] == 2
    assert {"time", "level", "logger", "request", "seconds"} <= taken.keys()
    assert {(line["route"], line["status"]) for line in requests} >= {("v1:report", 200), ("none", 404)}


def test_a_request_at_hand_is_finished_when_the_server_is_told_to_leave(small: Installation) -> None:
    key = small.key()
    server = small.serve()
    body = sarif(results=2)
    head = (
        f"POST /v1/reports HTTP/1.1\r\nHost: 127.0.0.1:{small.port}\r\nAuthorization: Bearer {key}\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", small.port), timeout=60) as slow:
        slow.sendall(head.encode() + body[:-10])
        until(lambda: (small.home / "blobs" / ".unfinished").is_dir() and any((small.home / "blobs").rglob("*")))
        time.sleep(0.5)  # a worker thread waits for the rest
        server.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        slow.sendall(body[-10:])
        answer = b"".join(iter(lambda: slow.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.1 202"), answer
    assert server.wait(60) == 0


def test_a_worker_that_dies_is_begun_again_and_all_end_with_the_server(small: Installation) -> None:
    server = small.serve("--workers", "1")
    first = until(lambda: pid_of(small, "worker 1"))
    os.kill(first, signal.SIGKILL)
    second = until(lambda: pid if (pid := pid_of(small, "worker 1")) != first else None)
    ended = [line for line in small.lines() if line["event"] == "process ended"]
    assert [(line["role"], line["code"]) for line in ended] == [("worker 1", -9)]
    web = pid_of(small, "web")
    server.kill()
    server.wait()
    until(lambda: not alive(second) and not alive(web))


def pid_of(installation: Installation, role: str) -> int:
    started = [each for each in installation.lines() if each["event"] == "process started" and each["role"] == role]
    return started[-1]["pid"] if started else 0


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_where_somebody_else_listens(small: Installation) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        refused = small.attempt("serve", "--bind", f"127.0.0.1:{taken.getsockname()[1]}", "--with-worker")
    assert refused.returncode == 2
    assert "Address already in use" in refused.stderr


def test_when_the_web_server_ends_everything_does(small: Installation) -> None:
    server = small.serve("--with-worker")
    worker = until(lambda: pid_of(small, "worker 1"))
    os.kill(pid_of(small, "web"), signal.SIGKILL)
    assert server.wait(120) not in {0, None}
    assert not alive(worker)


@pytest.mark.parametrize("verb", [("serve", "--bind", "127.0.0.1:0x"), ("serve", "--bind", "nonsense")])
def test_a_place_that_is_none(small: Installation, verb: tuple[str, ...]) -> None:
    refused = small.attempt(*verb)
    assert refused.returncode == 2
    assert refused.stderr.startswith("error: --bind")


def test_it_does_not_start_where_others_can_read(small: Installation) -> None:
    for path in (small.home, small.home / "keys", small.home / "keys/master.key", small.home / "keys/session.secret"):
        mode = path.stat().st_mode
        path.chmod(mode | 0o040)
        for verb in (["serve", "--bind", "127.0.0.1:1"], ["worker", "--once"]):
            refused = small.attempt(*verb)
            assert refused.returncode == 2, refused.stderr
            assert f"{path} can be read by others" in refused.stderr
            assert "chmod" in refused.stderr
        path.chmod(mode)


def test_it_does_not_start_on_other_tables(small: Installation) -> None:
    sql = "DELETE FROM django_migrations WHERE app = 'jobs'"
    edit(small, sql)
    refused = small.attempt("serve", "--bind", "127.0.0.1:1")
    assert refused.returncode == 2
    assert "1 migrations of the database are pending (jobs.0001_initial)" in refused.stderr
    assert "--migrate" in refused.stderr
    assert small.attempt("worker", "--once").returncode == 2
    edit(small, "INSERT INTO django_migrations (app, name, applied) VALUES ('jobs', '0001_initial', '2026-01-01')")
    edit(small, "INSERT INTO django_migrations (app, name, applied) VALUES ('jobs', '9999_later', '2026-01-01')")
    refused = small.attempt("serve", "--bind", "127.0.0.1:1")
    assert refused.returncode == 2
    assert "newer version" in refused.stderr


def edit(installation: Installation, sql: str) -> None:
    connection = sqlite3.connect(installation.home / "clearinghouse.sqlite3")
    with connection:
        connection.execute(sql)
    connection.close()


def test_without_its_master_key_it_serves_and_takes_nothing_in(small: Installation) -> None:
    key = small.key()
    (small.home / "keys/master.key").rename(small.home.parent / "elsewhere")
    small.serve()
    answer = small.request("POST", "/v1/reports", sarif(), Authorization=f"Bearer {key}")
    assert answer.status == 503
    ready = small.get("/readyz")
    assert (ready.status, ready.json["checks"]["vault"]) == (503, False)
    assert small.get("/healthz").status == 200
    (small.home.parent / "elsewhere").rename(small.home / "keys/master.key")
    small.send(key, sarif())


def test_no_process_that_is_started_inherits_the_key(small: Installation, tmp_path: Path) -> None:
    key = (small.home / "keys/master.key").read_text().strip()
    (small.home / "keys/master.key").unlink()
    small.extra = {"CLEARINGHOUSE_KEY": key, "CLEARINGHOUSE_METRICS_TOKEN": "tokentokentoken"}
    program = tmp_path / "show.py"
    program.write_text(
        "import json, os\nfrom pathlib import Path\n"
        "from clearinghouse.cli.server import loading\n"
        f"loading.load(Path({str(small.home)!r}))\n"
        "from django.conf import settings\n"
        "print(json.dumps([dict(os.environ), repr(settings.CONFIGURATION)]))\n"
    )
    shown = subprocess.run(
        [sys.executable, str(program)], env=small.environment, capture_output=True, text=True, check=True
    ).stdout
    assert key not in shown
    assert "tokentokentoken" not in shown
    assert json.loads(shown)[0]["CLEARINGHOUSE_HOME"] == str(small.home)
    api = small.key()
    small.serve("--with-worker")
    receipt = small.send(api, sarif())
    until(lambda: done(small, api, receipt))
    assert small.get("/metrics", X_Forwarded_For="192.0.2.1").status == 404
    assert small.get("/metrics", X_Forwarded_For="192.0.2.1", Authorization="Bearer tokentokentoken").status == 200
    assert small.get("/metrics", Authorization="Bearer wrong").status == 404


def test_limits_of_requests(small: Installation) -> None:
    small.serve()
    assert small.get("/healthz", X_Long="a" * 9_000).status in {400, 431}
    assert small.get("/" + "a" * 5_000).status in {400, 414}
    key = small.key()
    answer = small.request("POST", "/v1/reports", None, Authorization=f"Bearer {key}", Content_Length=str(10**12))
    assert answer.status == 413


def test_workers_alone(installations: Callable[[str], Installation]) -> None:
    small = installations("sqlite")
    key = small.key()
    small.serve()
    receipts = [small.send(key, sarif(number)) for number in range(3)]
    small.run("worker", "--once")
    assert [small.status(key, each)["status"] for each in receipts] == ["done"] * 3
    assert small.get("/readyz").json["checks"]["worker"] is False
    assert small.get("/readyz").status == 200
