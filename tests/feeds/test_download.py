"""A document over HTTP from a server that does everything wrong that servers do."""

import base64
import gzip
import hashlib
import re
import socket
import ssl
import subprocess
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from clearinghouse import __version__
from clearinghouse.feeds.download import MOST_REDIRECTS, Checksum, Downloader, Got, Known, Wanted
from clearinghouse.feeds.errors import FeedError, MissingError, RefusedError, StoreError, TransferError
from clearinghouse.feeds.wire import _proxy_for

BODY = bytes(range(256)) * 1024  # larger than what is read at once


@pytest.fixture
def want(server: Any, tmp_path: Path) -> Any:
    def wanted(path: str = "/doc", **changes: Any) -> Wanted:
        values = {"address": server.at(path), "feed": "kev", "to": tmp_path / "got", "largest": 1 << 20}
        return Wanted(**values | changes)

    return wanted


def parts(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_document_comes_whole(server, downloader, want, answers, tmp_path, clock):
    server.script["/doc"] = [answers.whole(BODY, Last_Modified="Fri, 30 Jan 2099 00:00:00 GMT")]
    got = downloader.fetch(want())
    assert got == Got(
        path=tmp_path / "got",
        address=server.at("/doc"),
        size=len(BODY),
        etag=got.etag,
        modified="Fri, 30 Jan 2099 00:00:00 GMT",
    )
    assert got.path.read_bytes() == BODY
    assert parts(tmp_path) == ["got"]
    ((_, headers),) = server.asked
    assert headers["User-Agent"] == f"clearinghouse/{__version__}"
    assert headers["Accept-Encoding"] == "identity"
    assert not {"Range", "If-None-Match", "Cookie", "Authorization"} & set(headers)
    assert not clock.slept


def test_it_is_told_how_far_it_is(server, clock, want, answers):
    told: list[tuple[str, int, int | None]] = []
    downloader = Downloader(clock=clock, notice=lambda *said: told.append(said))
    server.script["/doc"] = [answers.whole(bytes(3 << 20))]
    downloader.fetch(want(largest=4 << 20))
    downloader.close()
    assert told[-1] == ("kev", 3 << 20, 3 << 20)
    assert [size for _, size, _ in told] == sorted(size for _, size, _ in told)
    assert told[0][1] >= 1 << 20, "what is small is not worth telling"


def test_what_is_known_is_not_sent_again(server, downloader, want, answers):
    server.script["/doc"] = [answers.whole(BODY)]
    got = downloader.fetch(want())
    known = Known(address=server.at("/doc"), etag=got.etag, modified="Fri, 30 Jan 2099 00:00:00 GMT")
    assert downloader.fetch(want(known=known)) is None
    assert server.asked[1][1]["If-None-Match"] == got.etag
    assert server.asked[1][1]["If-Modified-Since"] == "Fri, 30 Jan 2099 00:00:00 GMT"
    assert downloader.fetch(want(known=Known(address=server.at("/other"), etag=got.etag))) is not None


def test_304_is_believed_only_where_it_was_asked_for(server, downloader, want, answers):
    server.script["/doc"] = [answers.status(304)]
    with pytest.raises(TransferError, match="304"):
        downloader.fetch(want())


@pytest.mark.parametrize("code", [404, 410])
def test_there_is_none(server, downloader, want, answers, clock, code):
    server.script["/doc"] = [answers.status(code)]
    with pytest.raises(MissingError, match="does not exist"):
        downloader.fetch(want())
    assert not clock.slept


def test_other_refusals_are_not_asked_again(server, downloader, want, answers, clock):
    server.script["/doc"] = [answers.status(403, b"<html>no robots</html>")]
    with pytest.raises(TransferError, match="403 Forbidden"):
        downloader.fetch(want())
    assert len(server.asked) == 1
    assert not clock.slept


def test_503_then_ok(server, downloader, want, answers, clock):
    server.script["/doc"] = [answers.status(503), answers.status(502), answers.whole(BODY)]
    assert downloader.fetch(want()).path.read_bytes() == BODY
    assert clock.slept == [1.0, 2.0]  # with the jitter of these tests, the longest that they may be


@pytest.mark.parametrize("after", ["7", "Fri, 30 Jan 2099 12:00:07 GMT"])
def test_429_says_when_to_come_back(server, downloader, want, answers, clock, after):
    server.script["/doc"] = [answers.status(429, Retry_After=after), answers.whole(BODY)]
    assert downloader.fetch(want()).path.read_bytes() == BODY
    assert clock.slept == [7.0]


@pytest.mark.parametrize(("after", "said"), [("121", "2 minutes"), ("86400", "1,440 minutes")])
def test_nobody_waits_for_ever(server, downloader, want, answers, clock, after, said):
    server.script["/doc"] = [answers.status(429, Retry_After=after)]
    with pytest.raises(TransferError) as raised:
        downloader.fetch(want())
    assert said in raised.value.remedy
    assert not clock.slept


@pytest.mark.parametrize("after", ["soon", "-5", "1e9", "", "Fri, 99 Foo 2099"])
def test_what_is_no_time_is_not_waited_for(server, downloader, want, answers, clock, after):
    server.script["/doc"] = [answers.status(429, Retry_After=after), answers.whole(BODY)]
    assert downloader.fetch(want())
    assert clock.slept == [1.0]


def test_it_is_given_up_in_the_end(server, downloader, want, answers, clock):
    server.script["/doc"] = [answers.status(500)]
    with pytest.raises(TransferError, match=r"500 .*6 times in a row"):
        downloader.fetch(want())
    assert clock.slept == [1.0, 2.0, 4.0, 8.0, 16.0]


def test_nobody_is_there(downloader, tmp_path, clock):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{closed.getsockname()[1]}/doc"
        with pytest.raises(TransferError, match="cannot be reached: Connection refused, 3 times"):
            downloader.fetch(Wanted(address=address, feed="kev", to=tmp_path / "got", largest=1))
    assert clock.slept == [1.0, 2.0]


def test_cut_off_and_gone_on_with(server, downloader, want, answers, tmp_path):
    server.script["/doc"] = [answers.cut(BODY, 100_000), answers.ranged(BODY)]
    got = downloader.fetch(want())
    assert got.path.read_bytes() == BODY
    assert server.asked[1][1]["Range"] == "bytes=100000-"
    assert server.asked[1][1]["If-Range"] == '"one"'
    assert parts(tmp_path) == ["got"]


def test_another_process_goes_on(server, clock, want, answers, tmp_path):
    server.script["/doc"] = [answers.cut(BODY, 100_000), answers.status(403), answers.ranged(BODY)]
    for expected in (TransferError, None):
        downloader = Downloader(clock=clock)
        if expected:
            with pytest.raises(expected):
                downloader.fetch(want())
            assert parts(tmp_path) == ["got", "got.note"]
        else:
            assert downloader.fetch(want()).path.read_bytes() == BODY
        downloader.close()
    assert server.asked[2][1]["Range"] == "bytes=100000-"


def test_a_part_of_another_address_is_not_gone_on_with(server, downloader, want, answers):
    server.script["/doc"] = [answers.cut(BODY, 100_000), answers.status(403)]
    server.script["/new"] = [answers.ranged(BODY)]
    with pytest.raises(TransferError):
        downloader.fetch(want())
    assert downloader.fetch(want("/new")).path.read_bytes() == BODY
    assert "Range" not in server.asked[-1][1]


def test_without_a_strong_validator_it_begins_anew(server, downloader, want, answers):
    server.script["/doc"] = [answers.cut(BODY, 100_000, ETag='W/"one"'), answers.ranged(BODY)]
    assert downloader.fetch(want()).path.read_bytes() == BODY
    assert "Range" not in server.asked[1][1]


def test_by_its_date_it_is_gone_on_with(server, downloader, want, answers):
    date = "Fri, 30 Jan 2099 00:00:00 GMT"
    first = answers.cut(BODY, 100_000, Last_Modified=date, ETag="")
    server.script["/doc"] = [first, answers.ranged(BODY, etag=date)]
    assert downloader.fetch(want()).path.read_bytes() == BODY
    assert server.asked[1][1]["If-Range"] == date


def test_ranges_are_ignored(server, downloader, want, answers):
    server.script["/doc"] = [answers.cut(BODY, 100_000), answers.whole(BODY)]
    assert downloader.fetch(want()).path.read_bytes() == BODY
    assert "Range" in server.asked[1][1]


def test_it_changes_in_between_and_the_server_says_so(server, downloader, want, answers):
    new = BODY[::-1]
    server.script["/doc"] = [answers.cut(BODY, 100_000), answers.ranged(new, etag='"two"')]
    assert downloader.fetch(want()).path.read_bytes() == new


@pytest.mark.parametrize(
    ("etag", "said"),
    [
        ('"two"', "bytes 100000-262143/262144"),
        ('"one"', "bytes 100001-262143/262144"),
        ('"one"', "bytes 100000-262142/262143"),
        ('"one"', "everything"),
    ],
)
def test_it_changes_in_between_and_the_server_does_not_care(server, downloader, want, answers, etag, said):
    wrong = answers.status(206, b"x" * (len(BODY) - 100_000), ETag=etag, Content_Range=said)
    server.script["/doc"] = [answers.cut(BODY, 100_000), wrong, answers.whole(BODY)]
    assert downloader.fetch(want()).path.read_bytes() == BODY
    assert "Range" not in server.asked[2][1]


def test_416_when_all_of_it_is_here(server, downloader, want, answers, tmp_path):
    """The answer was cut off after its last byte: what is asked for is nothing, and that the server cannot give."""
    note = f'{{"address":"{server.at("/doc")}","etag":"\\"one\\"","total":{len(BODY)}}}'
    (tmp_path / "got").write_bytes(BODY)
    (tmp_path / "got.note").write_text(note)
    server.script["/doc"] = [answers.ranged(BODY)]
    assert downloader.fetch(want()).path.read_bytes() == BODY
    assert len(server.asked) == 1


def test_416_when_it_is_not(server, downloader, want, answers):
    server.script["/doc"] = [
        answers.cut(BODY, 100_000),
        answers.status(416, Content_Range="bytes */50"),
        answers.whole(BODY),
    ]
    assert downloader.fetch(want()).path.read_bytes() == BODY
    assert "Range" not in server.asked[2][1]


def test_206_that_nobody_asked_for(server, downloader, want, answers):
    server.script["/doc"] = [answers.status(206, b"half", Content_Range="bytes 0-3/8")]
    with pytest.raises(TransferError, match="206"):
        downloader.fetch(want())


def test_it_always_breaks_off(server, downloader, want, answers):
    server.script["/doc"] = [answers.cut(BODY, 1000)]
    with pytest.raises(TransferError, match="breaks off after 1,000 bytes"):
        downloader.fetch(want())


def test_more_is_promised_than_comes(server, downloader, want, answers):
    server.script["/doc"] = [answers.cut(BODY, len(BODY) - 1)]
    with pytest.raises(TransferError, match="breaks off"):
        downloader.fetch(want())


def test_less_is_promised_than_comes(server, downloader, want, answers):
    """What is beyond the promise is no part of the document; that it is cut is for its reader to notice."""
    server.script["/doc"] = [
        lambda handler: (handler.send(200, BODY, Content_Length="10"), setattr(handler, "close_connection", True))
    ]
    assert downloader.fetch(want()).size == 10


def test_chunks_break_off(server, downloader, want, answers):
    def chunks(handler: Any) -> None:
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        handler.wfile.write(b"5\r\nhello\r\n5\r\nhel")
        handler.close_connection = True

    server.script["/doc"] = [chunks]
    with pytest.raises(TransferError, match="breaks"):
        downloader.fetch(want())


def test_a_slow_drip_ends(server, want, answers, clock):
    """Each byte comes in time, and the whole would take for ever."""
    server.script["/doc"] = [answers.whole(BODY)]
    downloader = Downloader(clock=clock, idle=5, total=60)
    clock.step = 25.0  # each look at the clock, and there is one a piece
    with pytest.raises(TransferError, match="takes longer than 60 seconds"):
        downloader.fetch(want())
    downloader.close()
    assert not clock.slept


def test_a_head_that_drips_ends(server, want, clock):
    def drip(handler: Any) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
        for number in range(90):
            handler.wfile.write(f"X-{number}: y\r\n".encode())

    server.script["/doc"] = [drip]
    downloader = Downloader(clock=clock, idle=5, total=60)
    clock.step = 31.0
    with pytest.raises(TransferError, match="takes longer"):
        downloader.fetch(want())
    downloader.close()


def test_a_silent_server_is_left(server, want, clock, tmp_path):
    downloader = Downloader(clock=clock, idle=0.01, total=60)
    address = server.at("/doc").replace("http:", "http:")
    server.script["/doc"] = [lambda handler: handler.rfile.read(1)]  # it waits for what never comes
    with pytest.raises(TransferError, match="the server is silent, 6 times"):
        downloader.fetch(want(address=address))
    downloader.close()


def test_too_large_by_its_own_word(server, downloader, want, answers, tmp_path):
    server.script["/doc"] = [answers.whole(BODY)]
    with pytest.raises(TransferError, match="larger than"):
        downloader.fetch(want(largest=1000))
    assert parts(tmp_path) == []


def test_too_large_without_a_word(server, downloader, want, tmp_path):
    def endless(handler: Any) -> None:
        handler.send_response(200)
        handler.end_headers()
        handler.wfile.write(BODY)
        handler.close_connection = True

    server.script["/doc"] = [endless]
    with pytest.raises(TransferError, match="larger than"):
        downloader.fetch(want(largest=1000))
    assert parts(tmp_path) == []


def test_redirects_are_noted(server, downloader, want, answers):
    server.script["/doc"] = [answers.leads_to("/b", 301)]
    server.script["/b"] = [answers.leads_to(server.at("/c"), 307)]
    server.script["/c"] = [answers.whole(BODY)]
    got = downloader.fetch(want())
    assert got.address == server.at("/doc")
    assert got.redirects == (server.at("/b"), server.at("/c"))


def test_redirects_end(server, downloader, want, answers):
    server.script["/doc"] = [answers.leads_to("/1")]
    for number in range(1, 9):
        server.script[f"/{number}"] = [answers.leads_to(f"/{number + 1}")]
    with pytest.raises(TransferError, match="more than 5 times"):
        downloader.fetch(want())
    assert len(server.asked) == MOST_REDIRECTS + 1


def test_a_redirect_in_a_circle(server, downloader, want, answers):
    server.script["/doc"] = [answers.leads_to("/b")]
    server.script["/b"] = [answers.leads_to("/doc")]
    with pytest.raises(TransferError, match="circle"):
        downloader.fetch(want())


def test_a_redirect_to_nowhere(server, downloader, want, answers):
    server.script["/doc"] = [answers.status(302)]
    with pytest.raises(TransferError, match="does not say where"):
        downloader.fetch(want())


def test_a_redirect_to_another_host(server, downloader, want, answers):
    elsewhere = server.at("/c").replace("127.0.0.1", "localhost")
    server.script["/doc"] = [answers.leads_to(elsewhere)]
    server.script["/c"] = [answers.whole(BODY)]
    with pytest.raises(TransferError, match="no host of this feed"):
        downloader.fetch(want())
    assert server.paths() == ["/doc"]
    assert downloader.fetch(want(hosts=frozenset({"localhost"}))).redirects == (elsewhere,)
    checksum = Checksum("sha256", hashlib.sha256(BODY).hexdigest())
    assert downloader.fetch(want(checksum=checksum)).redirects == (elsewhere,)


@pytest.mark.parametrize(
    "target", ["http://example.org/c", "ftp://example.org/c", "file:///etc/passwd", "//", "https://a:b@example.org/"]
)
def test_a_redirect_to_what_is_never_asked(server, downloader, want, answers, target):
    server.script["/doc"] = [answers.leads_to(target)]
    with pytest.raises(FeedError):
        downloader.fetch(want(hosts=frozenset({"example.org"})))
    assert server.paths() == ["/doc"]


@pytest.mark.parametrize(
    "address",
    [
        "http://example.org/a",
        "ftp://example.org/",
        "https://user@example.org/",
        "https://",
        "x",
        "https://a b/",
        "https://a:0/",
        "https://a:99999/",
        "https://[::1/",
    ],
)
def test_what_is_never_asked(downloader, tmp_path, address):
    with pytest.raises(RefusedError):
        downloader.fetch(Wanted(address=address, feed="kev", to=tmp_path / "got", largest=1))


def test_a_wrong_digest(server, downloader, want, answers, tmp_path):
    server.script["/doc"] = [answers.whole(BODY)]
    with pytest.raises(TransferError, match="digest"):
        downloader.fetch(want(checksum=Checksum("sha512", "0" * 128)))
    assert len(server.asked) == 2  # a cache may have been in between; once more is enough
    assert parts(tmp_path) == []


@pytest.mark.parametrize("together", [True, False])
def test_the_digest_of_google_cloud_storage(server, downloader, want, answers, together):
    right = base64.b64encode(hashlib.md5(BODY).digest()).decode()
    header = f"crc32c=AAAAAA==,md5={right}" if together else f"md5={right}"
    server.script["/doc"] = [
        answers.whole(BODY[:-1] + b"x", x_goog_hash=header),
        answers.whole(BODY, x_goog_hash=header),
    ]
    assert downloader.fetch(want()).path.read_bytes() == BODY
    assert len(server.asked) == 2


def test_a_resumed_document_with_a_wrong_digest_is_fetched_whole(server, downloader, want, answers):
    checksum = Checksum("sha256", hashlib.sha256(BODY).hexdigest())
    server.script["/doc"] = [answers.cut(b"x" * len(BODY), 100_000), answers.ranged(BODY)]
    assert downloader.fetch(want(checksum=checksum)).path.read_bytes() == BODY
    assert [("Range" in headers) for _, headers in server.asked] == [False, True, False]


def test_packing_that_was_not_asked_for(server, downloader, want, answers):
    server.script["/doc"] = [answers.whole(BODY, Content_Encoding="br")]
    with pytest.raises(TransferError, match='packed as "br"'):
        downloader.fetch(want())
    packed = gzip.compress(BODY)
    server.script["/doc"] = [answers.whole(packed, Content_Encoding="gzip")]
    assert downloader.fetch(want()).path.read_bytes() == packed


def test_what_is_no_http(server, downloader, want):
    server.script["/doc"] = [
        lambda handler: (handler.wfile.write(b"SSH-2.0\r\n\r\n"), setattr(handler, "close_connection", True))
    ]
    with pytest.raises(TransferError, match="HTTP"):
        downloader.fetch(want())


def test_a_header_that_is_none_is_not_sent_back(server, downloader, want, answers):
    server.script["/doc"] = [answers.cut(BODY, 1000, ETag="\x7f\x80bad"), answers.whole(BODY)]
    assert downloader.fetch(want()).path.read_bytes() == BODY


def test_the_disk_is_no_network(server, downloader, want, answers, tmp_path, clock):
    server.script["/doc"] = [answers.whole(BODY)]
    (tmp_path / "got").mkdir()
    with pytest.raises(StoreError, match="cannot be written"):
        downloader.fetch(want())
    assert not clock.slept


def test_connections_are_used_again(server, downloader, want, answers):
    ports = []
    server.script["/doc"] = [lambda handler: (ports.append(handler.client_address[1]), handler.send(200, b"x"))]
    for _ in range(3):
        downloader.fetch(want())
    assert len(set(ports)) == 1


def test_a_connection_that_was_closed_in_between(server, downloader, want, answers, clock):
    server.script["/doc"] = [lambda handler: (handler.send(200, b"x"), setattr(handler, "close_connection", True))]
    for _ in range(3):
        downloader.fetch(want())
    assert not clock.slept  # that is no failure


class Proxy:
    """A proxy that tunnels one connection to a port of this machine."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.asked = b""
        self._threads = [threading.Thread(target=self._serve)]
        self._threads[0].start()

    def _serve(self) -> None:
        client, _ = self._listener.accept()
        with client, socket.create_connection(("127.0.0.1", self._target)) as server:
            head = b""
            while not head.endswith(b"\r\n\r\n"):
                head += client.recv(1)
            self.asked = head.partition(b"\r\n")[0]
            client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            back = threading.Thread(target=self._relay, args=(server, client))
            back.start()
            self._relay(client, server)
            back.join()

    @staticmethod
    def _relay(source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        self._threads[0].join()
        self._listener.close()


class TestTls:
    """TLS is verified, always."""

    @pytest.fixture
    def certificate(self, tmp_path: Path) -> tuple[Path, Path]:
        cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
        command = f"openssl req -x509 -newkey rsa:2048 -nodes -keyout {key} -out {cert} -days 2 -subj /CN=localhost"
        options = ["-addext", "subjectAltName=IP:127.0.0.1,DNS:feeds.example"]
        try:
            subprocess.run([*command.split(), *options], check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError):
            pytest.skip("openssl makes no certificate here: TLS is not tried")
        return cert, key

    @pytest.fixture
    def secure(self, server: Any, certificate: tuple[Path, Path]) -> Any:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
        server.httpd.socket = context.wrap_socket(server.httpd.socket, server_side=True)
        server.httpd.handle_error = lambda *args: None
        server.scheme = "https"
        return server

    def test_a_stranger_is_refused(self, secure, downloader, want, answers, clock):
        secure.script["/doc"] = [answers.whole(BODY)]
        with pytest.raises(TransferError, match="does not prove who it is"):
            downloader.fetch(want(address=secure.at("/doc")))
        assert not secure.asked
        assert not clock.slept

    def test_one_who_is_trusted_is_not(self, secure, certificate, want, answers, clock):
        downloader = Downloader(clock=clock, context=ssl.create_default_context(cafile=certificate[0]))
        secure.script["/doc"] = [answers.whole(BODY)]
        assert downloader.fetch(want(address=secure.at("/doc"))).path.read_bytes() == BODY
        secure.script["/down"] = [answers.leads_to(secure.at("/doc").replace("https:", "http:"))]
        with pytest.raises(TransferError, match="not encrypted"):
            downloader.fetch(want(address=secure.at("/down")))
        downloader.close()

    def test_through_a_proxy(self, secure, certificate, want, answers, clock, monkeypatch):
        """TLS goes through the tunnel, so that the proxy sees the name of the host and nothing else."""
        secure.script["/doc"] = [answers.whole(BODY)]
        proxy = Proxy(secure.httpd.server_port)
        monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{proxy.port}")
        monkeypatch.setenv("no_proxy", "direct.example")
        downloader = Downloader(clock=clock, context=ssl.create_default_context(cafile=certificate[0]))
        try:
            assert downloader.fetch(want(address="https://feeds.example/doc")).path.read_bytes() == BODY
        finally:
            downloader.close()
            proxy.close()
        assert proxy.asked.startswith(b"CONNECT feeds.example:443 HTTP/1.")
        assert _proxy_for("direct.example") is None
        assert _proxy_for("feeds.example") == ("127.0.0.1", proxy.port)

    @pytest.mark.parametrize("loose", ["verify", "host"])
    def test_nothing_less_is_taken(self, loose):
        context = ssl.create_default_context()
        context.check_hostname = False
        if loose == "verify":
            context.verify_mode = ssl.CERT_NONE
        with pytest.raises(ValueError, match="verified"):
            Downloader(context=context)


def test_messages_are_for_people(server, downloader, want, answers):
    server.script["/doc"] = [answers.status(503)]
    with pytest.raises(TransferError) as raised:
        downloader.fetch(want())
    assert not re.search(r"Errno|Error\b|None|<", raised.value.what)
