"""One HTTP request and its answer, within limits of time: what :mod:`http.client` gives, and nothing on top of it.

The standard library is enough here, and no dependency is lighter. What the well-known libraries add - following
redirects, asking again, storing cookies, unpacking - are just the decisions that a feed must make for itself. And a
limit on the whole time of an answer has to sit where bytes leave the socket, beneath any of them.

TLS is always verified, against the certificates of the system (``SSL_CERT_FILE`` names others). Proxies are those of
``https_proxy`` and ``no_proxy``.
"""

import http.client
import io
import socket
import ssl
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property, partial
from typing import Any, cast
from urllib.parse import urlsplit

from clearinghouse import __version__
from clearinghouse.feeds.addresses import is_this_machine
from clearinghouse.feeds.clock import Clock

USER_AGENT = f"clearinghouse/{__version__}"


class TooSlowError(Exception):
    """An answer as a whole takes longer than it may."""


class Pace:
    """How long the other side may be silent, and how long its whole answer may take.

    Args:
        clock: tells the time. idle: seconds without a byte. total: seconds from now.
    """

    def __init__(self, clock: Clock, idle: float, total: float) -> None:
        self._clock = clock
        self._idle = idle
        self._end = clock.monotonic() + total

    def left(self) -> float:
        """Return for how many seconds the next byte may be waited for.

        Raises:
            TooSlowError: none are left.
        """
        left = self._end - self._clock.monotonic()
        if left <= 0:
            raise TooSlowError
        return min(self._idle, left)


class _Paced(io.RawIOBase):
    """What comes out of a socket. A server that sends a byte now and then outlives any limit that begins anew."""

    def __init__(self, beneath: socket.socket, pace: Pace) -> None:
        self._socket = beneath
        self._pace = pace
        self._raw = beneath.makefile("rb", buffering=0)  # keeps the socket alive until it is closed itself

    def readable(self) -> bool:
        """Whether it can be read: yes."""
        return True

    def readinto(self, buffer: Any) -> int | None:
        """Read what is there, within the time that is left; see :meth:`io.RawIOBase.readinto`."""
        self._socket.settimeout(self._pace.left())
        return self._raw.readinto(buffer)

    def close(self) -> None:
        """Close it."""
        self._raw.close()
        super().close()


class _Answer(http.client.HTTPResponse):
    """An answer whose head and body come within the time that is left."""

    def __init__(self, pace: Pace, beneath: socket.socket, *args: Any, **named: Any) -> None:
        super().__init__(beneath, *args, **named)
        self.fp.close()
        self.fp = io.BufferedReader(_Paced(beneath, pace), 1 << 16)


class Wire:
    """Connections, one a host, each used again while it stays open.

    Args:
        clock: tells the time.
        context: for TLS; None trusts what the system trusts. One that verifies nothing is refused.

    Raises:
        ValueError: the context does not verify.
    """

    def __init__(self, clock: Clock, context: ssl.SSLContext | None = None) -> None:
        self._clock = clock
        if context and (context.verify_mode is not ssl.CERT_REQUIRED or not context.check_hostname):
            raise ValueError("TLS is verified here, always")
        self._given = context
        self._open: dict[str, http.client.HTTPConnection] = {}

    @cached_property
    def _context(self) -> ssl.SSLContext:
        """Made when it is needed: reading what the system trusts takes a tenth of a second."""
        return self._given or ssl.create_default_context()

    def close(self) -> None:
        """Close all connections."""
        for connection in self._open.values():
            connection.close()
        self._open.clear()

    @contextmanager
    def get(self, address: str, headers: dict[str, str], pace: Pace) -> Iterator[http.client.HTTPResponse]:
        """Ask for a checked address, and yield the answer. A body that is not read to its end costs the connection.

        Raises:
            TooSlowError, OSError, http.client.HTTPException: there is no answer.
        """
        parts = urlsplit(address)
        key = f"{parts.scheme}://{parts.netloc}"
        try:
            answer = self._ask(key, address, headers, pace)
            yield answer
            if not answer.isclosed():
                self._drop(key)
        except BaseException:
            self._drop(key)
            raise

    def _ask(self, key: str, address: str, headers: dict[str, str], pace: Pace) -> http.client.HTTPResponse:
        used = key in self._open
        try:
            return self._send(key, address, headers, pace)
        except (http.client.RemoteDisconnected, ConnectionError, ssl.SSLEOFError):
            if not used:
                raise
        self._drop(key)  # it had been closed while nobody used it
        return self._send(key, address, headers, pace)

    def _send(self, key: str, address: str, headers: dict[str, str], pace: Pace) -> http.client.HTTPResponse:
        parts = urlsplit(address)
        if key not in self._open:
            self._open[key] = self._connection(address, pace)
        connection = self._open[key]
        connection.response_class = cast(Any, partial(_Answer, pace))
        path = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
        sent = {"User-Agent": USER_AGENT, "Accept": "*/*", "Accept-Encoding": "identity", **headers}
        connection.request("GET", path, headers=sent)
        return connection.getresponse()

    def _connection(self, address: str, pace: Pace) -> http.client.HTTPConnection:
        parts = urlsplit(address)
        host = parts.hostname or ""
        if parts.scheme == "http":  # this machine only, see `addresses.checked`
            return http.client.HTTPConnection(host, parts.port, timeout=pace.left())
        proxy = None if is_this_machine(host) else _proxy_for(host)
        if proxy is None:
            return http.client.HTTPSConnection(host, parts.port, timeout=pace.left(), context=self._context)
        made = http.client.HTTPSConnection(*proxy, timeout=pace.left(), context=self._context)
        made.response_class = cast(Any, partial(_Answer, pace))
        made.set_tunnel(host, parts.port or 443, {"User-Agent": USER_AGENT})
        return made

    def _drop(self, key: str) -> None:
        connection = self._open.pop(key, None)
        if connection:
            connection.close()


def _proxy_for(host: str) -> tuple[str, int] | None:
    named = urllib.request.getproxies().get("https")
    if not named or urllib.request.proxy_bypass(host):
        return None
    parts = urlsplit(named if "://" in named else f"http://{named}")
    return (parts.hostname, parts.port or 3128) if parts.hostname else None
