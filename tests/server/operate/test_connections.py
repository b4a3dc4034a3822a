"""Who waits for a client to close its side of a connection."""

import socket
from types import SimpleNamespace

import pytest
from gunicorn.workers.gthread import ThreadWorker

from clearinghouse.server.operate.connections import Worker


@pytest.fixture
def ends():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


def ended(monkeypatch, ours, goes_on):
    monkeypatch.setattr(ThreadWorker, "handle", lambda _worker, _connection: goes_on)
    connection = SimpleNamespace(sock=ours, close=None)
    assert Worker.handle(object.__new__(Worker), connection) is goes_on
    return connection


def test_a_connection_that_ends_is_closed_by_the_thread_that_answered(monkeypatch, ends):
    ours, theirs = ends
    theirs.shutdown(socket.SHUT_WR)
    connection = ended(monkeypatch, ours, goes_on=False)
    assert ours.fileno() == -1
    assert theirs.recv(1) == b""
    connection.close(graceful=True)  # as the thread that takes in connections does afterwards: nothing is left to do


def test_one_that_goes_on_stays_open(monkeypatch, ends):
    ours, theirs = ends
    assert ended(monkeypatch, ours, goes_on=True).close is None
    theirs.sendall(b"x")
    assert ours.recv(1) == b"x"
