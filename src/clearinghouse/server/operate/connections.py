"""How the server takes leave of clients, and what it says to one that sent no request that can be read."""

import json
import logging
import socket
from contextlib import suppress
from http import HTTPStatus
from typing import Any

from gunicorn import util
from gunicorn.http import errors
from gunicorn.workers.gthread import TConn, ThreadWorker

LOG = logging.getLogger("clearinghouse.serve")
_REFUSED = {
    errors.LimitRequestLine: (414, "the address is too long"),
    errors.LimitRequestHeaders: (431, "the headers are too long, or too many"),
    errors.ExpectationFailed: (417, "what is expected of the server is not what it does; leave out Expect"),
    errors.UnsupportedTransferCoding: (
        501,
        "the transfer coding is not known; send the body as it is, with a Content-Length",
    ),
    errors.InvalidHTTPVersion: (505, "the version of HTTP is not spoken here; use HTTP/1.1"),
    errors.InvalidHeader: (400, "a header cannot be read"),
    errors.InvalidHeaderName: (400, "the name of a header cannot be read"),
    errors.ParseException: (400, "what was sent is no request of HTTP"),
}
"""What is said of requests that cannot be read: by the nearest class."""


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

    def handle_error(self, req: Any, client: socket.socket, addr: Any, exc: BaseException) -> None:
        """Refuse what cannot be read as a request, with a problem (RFC 9457).

        Gunicorn says back, and logs, the header or the line that it could not read. It may hold a key, or an address
        that nobody else is to know; so here it does neither.
        """
        del req, addr
        ours = (errors.InvalidResponseHeader, errors.InvalidResponseHeaderName, errors.ConfigurationProblem)
        known = [_REFUSED[kind] for kind in type(exc).__mro__ if kind in _REFUSED and not isinstance(exc, ours)]
        if known:
            LOG.info("a request could not be read", extra={"fields": {"error": type(exc).__name__}})
        else:
            LOG.error("a request could not be answered", exc_info=exc)
        with suppress(OSError):
            client.sendall(refusal(*known[0] if known else (500, "something went wrong here; it is in the log")))


def refusal(status: int, detail: str) -> bytes:
    """Return the whole answer to what is no request, after which the connection ends."""
    title = HTTPStatus(status).phrase
    body = json.dumps({"type": "about:blank", "title": title, "status": status, "detail": detail}).encode()
    head = (
        f"HTTP/1.1 {status} {title}\r\nConnection: close\r\nContent-Type: application/problem+json\r\n"
        f"Content-Length: {len(body)}\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n\r\n"
    )
    return head.encode() + body


def _nothing_more(graceful: bool = False) -> None:
    """Close a connection that is closed."""
