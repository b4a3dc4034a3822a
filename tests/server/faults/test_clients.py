"""Clients that never finish, go away, or say something else than they send; and many at once."""

import json
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress

import pytest

from server.faults.places import FINDERS, Place, is_whole, steadily
from server_reports import a_result, sarif

pytestmark = [pytest.mark.database, pytest.mark.fault]
BODY = sarif([a_result(1)])


@pytest.fixture
def served(place: Place) -> Iterator[Place]:
    place.serve("--processes", "1")
    yield place
    place.stop()


def head(place: Place, length: int, *more: str) -> bytes:
    lines = [
        "POST /v1/reports HTTP/1.1",
        f"Host: 127.0.0.1:{place.port}",
        f"Authorization: Bearer {place.keys[FINDERS[0]]}",
        f"Content-Length: {length}",
        *more,
    ]
    return "\r\n".join([*lines, "", ""]).encode()


def connect(place: Place) -> socket.socket:
    return socket.create_connection(("127.0.0.1", place.port), timeout=60)


def answer(connection: socket.socket) -> bytes:
    """Everything that is said until the connection ends."""
    said = b""
    with suppress(ConnectionError):
        while piece := connection.recv(65536):
            said += piece
    return said


def nothing_is_stored(place: Place) -> None:
    def gone() -> bool:
        found = place.truth()
        left = ("orphans", "unfinished", "unused keys", "blobs", "received", "live jobs")
        return not found["reports"] and not any(found[name] for name in left)

    steadily(gone, 60)


def test_a_client_that_goes_away_in_the_middle(served: Place) -> None:
    for part in (0, 1, len(BODY) // 2, len(BODY) - 1):
        with connect(served) as client:
            client.sendall(head(served, len(BODY)) + BODY[:part])
    nothing_is_stored(served)


def test_a_body_shorter_than_it_says_is_refused(served: Place) -> None:
    with connect(served) as client:
        client.sendall(head(served, len(BODY) + 1, "Connection: close") + BODY)
        client.shutdown(socket.SHUT_WR)
        said = answer(client)
    assert said.startswith(b"HTTP/1.1 400 "), said
    assert json.loads(said.partition(b"\r\n\r\n")[2])["detail"].startswith("the body broke off")
    nothing_is_stored(served)


NO_REQUESTS = [
    (b"GET /v1/overview?x=" + b"secretword" * 2000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 414),
    (b"GET /v1/overview HTTP/1.1\r\nHost: a\r\nX: " + b"secretword" * 3000 + b"\r\n\r\n", 431),
    (b"GET /v1/overview HTTP/1.1\r\nHost: a\r\nAuthorization : Bearer secretword\r\n\r\n", 400),
    (b"GET /v1/overview HTTP/1.1\r\nHost: a\r\nAuthorization:\r\n Bearer secretword\r\n\r\n", 400),
    (b"POST /v1/reports HTTP/1.1\r\nHost: a\r\nContent-Length: secretword\r\n\r\n", 400),
    (b"POST /v1/reports HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: secretword\r\n\r\n", 501),
    (b"GET /v1/overview HTTP/7.1\r\nHost: a\r\n\r\n", 505),
    (b"secretword\r\n\r\n", 400),
]


def test_what_is_no_request_is_refused_as_a_problem(served: Place) -> None:
    for sent, status in NO_REQUESTS:
        with connect(served) as client:
            client.sendall(sent)
            said = answer(client)
        named, _, body = said.partition(b"\r\n\r\n")
        assert named.startswith(b"HTTP/1.1 %d " % status), said
        assert b"Content-Type: application/problem+json" in named
        assert json.loads(body)["status"] == status
        assert b"secretword" not in said
    assert b"secretword" not in served.log.read_bytes()
    told = [each["error"] for each in served.lines() if each["event"] == "a request could not be read"]
    assert len(told) == len(NO_REQUESTS)


def test_a_body_longer_than_it_says_is_what_it_says(served: Place) -> None:
    """What follows is another request, and none that one can read."""
    with connect(served) as client:
        client.sendall(head(served, len(BODY)) + BODY + b"more than was said\r\n\r\n")
        said = answer(client)
    assert said.startswith(b"HTTP/1.1 202 "), said
    assert b"HTTP/1.1 202" not in said[12:]
    found = served.truth()
    assert [each["size"] for each in found["reports"]] == [len(BODY)]


def test_a_length_that_is_none(served: Place) -> None:
    start = head(served, 0, "Connection: close")
    for length in ("-1", "x", "1, 1", "9" * 30, ""):
        with connect(served) as client:
            client.sendall(start.replace(b"Content-Length: 0", b"Content-Length: " + length.encode()) + BODY)
            client.shutdown(socket.SHUT_WR)
            said = answer(client)
        assert said.startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 413 ", b"HTTP/1.1 411 ")), (length, said)
    nothing_is_stored(served)


def test_fifty_at_once_beside_clients_that_never_finish(served: Place) -> None:
    with ExitStack() as open_ones:
        for number in range(6):
            slow = open_ones.enter_context(connect(served))
            slow.sendall(head(served, len(BODY)) + BODY[: number * 20])
        bodies = [sarif([a_result(number)]) for number in range(50)]
        with ThreadPoolExecutor(50) as together:
            keys = [served.keys[FINDERS[number % 3]] for number in range(50)]
            receipts = list(together.map(served.send, keys, bodies))
        assert len(set(receipts)) == 50
        assert served.get("/healthz").status == 200
    steadily(lambda: served.truth()["unused keys"] == 0, 60)
    served.attempt("worker", "--once")
    found = is_whole(served)
    assert {each["receipt"] for each in found["reports"]} == set(receipts)
    assert (found["orphans"], found["unfinished"], len(found["findings"])) == ([], 0, 50)


def test_clients_that_never_finish_do_not_hold_the_server_for_ever(served: Place) -> None:
    """More than there are threads: they are let go after a while, though they do not close their side."""
    start = head(served, len(BODY))
    parts = (start[:40], start + BODY[:20], b"GET /healthz HTTP/1.0\r\n\r\n")
    with ExitStack() as open_ones:
        for number in range(24):
            open_ones.enter_context(connect(served)).sendall(parts[number % 3])
        assert served.get("/healthz").status == 200
        receipt = served.send(served.keys[FINDERS[0]], BODY)
    served.stop()
    assert "Traceback" not in served.log.read_text()
    assert [each["receipt"] for each in served.truth()["reports"]] == [receipt]
