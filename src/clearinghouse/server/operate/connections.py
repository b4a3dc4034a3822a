"""How the server takes leave of clients."""

from typing import Any

from gunicorn import util
from gunicorn.workers.gthread import TConn, ThreadWorker


class Worker(ThreadWorker):
    """Gunicorn's process with threads, in which only threads wait for clients.

    A connection that ends is half closed first, and then the client has two seconds to close its half (RFC 9112,
    section 9.6). Gunicorn 27 waits for that where it takes in connections: one client that asks for an end and does not
    close holds up everybody, again and again.
    """

    def handle(self, conn: TConn) -> Any:
        """Answer a request, in a thread; what is returned is false if the connection has ended, and is closed."""
        goes_on = super().handle(conn)
        if not goes_on:
            util.close_graceful(conn.sock)
            conn.close = _nothing_more
        return goes_on


def _nothing_more(graceful: bool = False) -> None:
    """Close a connection that is closed."""
