"""What the tests of the feeds share: a clock that never waits, and a server that misbehaves as it is told."""

import datetime as dt
import gzip
import hashlib
import io
import json
import threading
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import msgspec
import pytest

from clearinghouse.feeds import Settings, Store
from clearinghouse.feeds.download import Downloader
from clearinghouse.feeds.known import Feed

NOW = dt.datetime(2099, 1, 30, 12, 0, 0, tzinfo=dt.UTC)


class FakeClock:
    """A clock that stands still, but for what is slept, and ``step`` seconds each time somebody looks."""

    def __init__(self) -> None:
        self.time = NOW
        self.ticks = 0.0
        self.step = 0.0
        self.slept: list[float] = []

    def now(self) -> dt.datetime:
        return self.time

    def monotonic(self) -> float:
        self.ticks += self.step
        return self.ticks

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += dt.timedelta(seconds=seconds)


Answer = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    """Answers as its server's script says."""

    protocol_version = "HTTP/1.1"
    wbufsize = 1 << 16  # head and body leave together, and are not waited for

    def do_GET(self) -> None:
        server: Any = self.server
        server.asked.append((self.path, dict(self.headers)))
        script = server.script[self.path]
        answer = script.pop(0) if len(script) > 1 else script[0] if script else status(404)
        with suppress(ConnectionError):
            answer(self)

    def log_message(self, *args: object) -> None:
        pass

    def send(self, code: int, body: bytes, **headers: str) -> None:
        self.send_response(code)
        for name, value in {"Content_Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)


def whole(body: bytes, **headers: str) -> Answer:
    """A well-behaved server: validators, 304, and no ranges."""
    etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'

    def answer(handler: Handler) -> None:
        if handler.headers.get("If-None-Match") == etag and "Range" not in handler.headers:
            handler.send(304, b"", ETag=etag)
        else:
            handler.send(200, body, ETag=etag, **headers)

    return answer


def ranged(body: bytes, etag: str = '"one"', **headers: str) -> Answer:
    """A server that can go on where something broke off."""

    def answer(handler: Handler) -> None:
        wanted = handler.headers.get("Range", "")
        if not wanted or handler.headers.get("If-Range") != etag:
            handler.send(200, body, ETag=etag, **headers)
            return
        start = int(wanted.removeprefix("bytes=").removesuffix("-"))
        if start >= len(body):
            handler.send(416, b"", Content_Range=f"bytes */{len(body)}")
            return
        said = {"Content_Range": f"bytes {start}-{len(body) - 1}/{len(body)}", "ETag": etag, **headers}
        handler.send(206, body[start:], **said)

    return answer


def cut(body: bytes, after: int, **headers: str) -> Answer:
    """A server that promises all and breaks off."""

    def answer(handler: Handler) -> None:
        said = {"Content-Length": str(len(body)), "ETag": '"one"', **headers}
        handler.send_response(200)
        for name, value in said.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body[:after])
        handler.close_connection = True

    return answer


def status(code: int, body: bytes = b"", **headers: str) -> Answer:
    return lambda handler: handler.send(code, body, **headers)


def leads_to(address: str, code: int = 302) -> Answer:
    return lambda handler: handler.send(code, b"", Location=address)


class Server:
    """A server on this machine. ``script[path]`` are the answers to come; the last one is given again and again."""

    def __init__(self) -> None:
        self.httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.httpd.daemon_threads = True
        self.httpd.handle_error = lambda *args: None  # type: ignore[method-assign] - who breaks off here means to
        self.httpd.script = self.script = defaultdict(list)  # type: ignore[attr-defined]
        self.httpd.asked = self.asked = []  # type: ignore[attr-defined]
        self.scheme = "http"
        self.thread = threading.Thread(target=self.httpd.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()

    def at(self, path: str) -> str:
        return f"{self.scheme}://127.0.0.1:{self.httpd.server_port}{path}"

    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]

    def close(self) -> None:
        self.httpd.shutdown()
        self.thread.join()
        self.httpd.server_close()


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.close()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def downloader(clock: FakeClock) -> Iterator[Downloader]:
    made = Downloader(clock=clock, jitter=lambda: 1.0, idle=5, total=60)
    yield made
    made.close()


@pytest.fixture
def store(tmp_path: Path, clock: FakeClock) -> Iterator[Store]:
    with Store(tmp_path / "store", settings=Settings(), clock=clock) as made:
        yield made


class Make:
    """Small documents of each feed."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def feed(self, name: str, **changes: Any) -> Feed:
        """A feed that lies on the server, each address below its real host."""
        feed = Settings().feed(name)
        moved = {
            "address": self.moved(feed.address),
            "alternates": tuple(self.moved(each) for each in feed.alternates),
            "hosts": frozenset({"127.0.0.1"}),
        }
        return msgspec.structs.replace(feed, **moved | changes)

    def moved(self, address: str) -> str:
        return self._server.at("/" + address.removeprefix("https://"))

    @staticmethod
    def kev(*numbers: int, version: str = "2099.01.29", **changes: Any) -> bytes:
        entries = [
            {
                "cveID": f"CVE-2099-{number:04d}",
                "vendorProject": "example",
                "product": "thing",
                "vulnerabilityName": "example thing flaw",
                "dateAdded": "2099-01-02",
                "shortDescription": "A flaw.",
                "requiredAction": "Fix it.",
                "dueDate": "2099-01-20",
            }
            for number in numbers
        ]
        return json.dumps(
            {"title": "t", "catalogVersion": version, "count": len(entries), "vulnerabilities": entries} | changes
        ).encode()

    @staticmethod
    def epss(count: int, day: str = "2099-01-30") -> bytes:
        lines = [f"#model_version:v2099.01.01,score_date:{day}T00:00:00Z", "cve,epss,percentile"]
        lines += [f"CVE-2099-{number:04d},0.5,0.9" for number in range(1, count + 1)]
        return gzip.compress("\n".join(lines).encode() + b"\n", mtime=0)

    @staticmethod
    def osv(number: int, day: int = 1, *, withdrawn: bool = False, ecosystem: str = "PyPI") -> dict[str, Any]:
        record = {
            "id": f"EX-2099-{number}",
            "modified": f"2099-01-{day:02d}T00:00:00Z",
            "affected": [
                {
                    "package": {"ecosystem": ecosystem, "name": f"thing-{number}"},
                    "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.2"}]}],
                }
            ],
            "details": "A flaw.",
        }
        return record | ({"withdrawn": "2099-01-05T00:00:00Z"} if withdrawn else {})

    @staticmethod
    def cve(number: int) -> dict[str, Any]:
        point = {"options": [{"Exploitation": "poc"}, {"Automatable": "yes"}, {"Technical Impact": "total"}]}
        return {
            "dataType": "CVE_RECORD",
            "dataVersion": "5.1",
            "cveMetadata": {
                "cveId": f"CVE-2099-{number:04d}",
                "assignerOrgId": "00000000-0000-4000-9000-000000000000",
                "state": "PUBLISHED",
                "dateUpdated": "2099-01-03T00:00:00.000Z",
            },
            "containers": {
                "cna": {"descriptions": [{"lang": "en", "value": "A flaw."}], "affected": []},
                "adp": [
                    {
                        "title": "CISA ADP Vulnrichment",
                        "providerMetadata": {"orgId": "x", "shortName": "CISA-ADP"},
                        "metrics": [
                            {
                                "other": {
                                    "type": "ssvc",
                                    "content": point
                                    | {"id": "x", "version": "2.0.3", "timestamp": "2099-01-03T00:00:00Z"},
                                }
                            }
                        ],
                    }
                ],
            },
        }

    @staticmethod
    def csaf(number: int, day: int = 1) -> bytes:
        tracking = {
            "id": f"EX-{number}",
            "current_release_date": f"2099-01-{day:02d}T00:00:00Z",
            "initial_release_date": "2099-01-01T00:00:00Z",
            "status": "final",
            "version": "1",
            "revision_history": [],
        }
        return json.dumps({"document": {"csaf_version": "2.0", "title": "t", "tracking": tracking}}).encode()

    @staticmethod
    def archive(files: dict[str, Any]) -> bytes:
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in files.items():
                archive.writestr(name, content if isinstance(content, bytes | str) else json.dumps(content))
        return made.getvalue()


@pytest.fixture
def make(server: Server) -> Make:
    return Make(server)


@pytest.fixture
def answers() -> Any:
    """The ways in which a server may answer."""

    class Answers:
        whole = staticmethod(whole)
        ranged = staticmethod(ranged)
        cut = staticmethod(cut)
        status = staticmethod(status)
        leads_to = staticmethod(leads_to)

    return Answers
