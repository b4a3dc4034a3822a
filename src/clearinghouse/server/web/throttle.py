"""How often one reader, or one address that has not said who it is, may ask: counted in each server process.

The Generic Cell Rate Algorithm (ITU-T I.371, annex A): a whole minute's worth may come at once, and then as many a
minute as the limit says. One number is kept for each who asks: when their bucket is empty again. One that lies in the
past says no more than none, so it can be dropped, and the table is bounded: who has more addresses than it holds is
not limited by address anyway.
"""

import ipaddress
import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from django.http import HttpRequest

from clearinghouse.server.access.reader import Reader

MOST = 65_536
"""Of how many who ask at a time a number is kept: about 10 MB."""
_SWEPT = 64
_ROUNDING = 1e-6


class Throttle:
    """Counts requests.

    Args:
        most: how many numbers are kept. clock: seconds that never go back.
    """

    def __init__(self, most: int = MOST, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._clock = clock
        self._empty_at: OrderedDict[str, float] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._empty_at)

    def wait(self, who: str, a_minute: int) -> int:
        """Count a request, and return 0; or, if it is one too many, count nothing and return for how long to wait.

        Args:
            who: who asks. a_minute: how many requests they may make in a minute, at least 1.

        Returns:
            Whole seconds, at least 1 where it is one too many.
        """
        step = 60 / max(a_minute, 1)
        with self._lock:
            now = self._clock()
            empty_at = max(self._empty_at.get(who, now), now) + step
            if empty_at - now > 60 + _ROUNDING:
                return max(1, math.ceil(empty_at - now - 60))
            self._empty_at[who] = empty_at
            self._empty_at.move_to_end(who)
            self._sweep(now)
        return 0

    def _sweep(self, now: float) -> None:
        """Drop what says nothing any more, a few at a time, and the one that was longest without a request if full."""
        for _ in range(_SWEPT):
            who, empty_at = next(iter(self._empty_at.items()))
            if empty_at > now and len(self._empty_at) <= self._most:
                return
            del self._empty_at[who]
            if not self._empty_at:
                return


def who_asks(request: HttpRequest, reader: Reader, proxies: int) -> str:
    """Return under what name requests of somebody are counted."""
    if reader.service is not None:
        return f"service {reader.service}"
    if reader.person is not None:
        return f"person {reader.person}"
    return f"address {network_of(client_address(request, proxies))}"


def client_address(request: HttpRequest, proxies: int) -> str:
    """Return the address of who sent a request, as far as it can be trusted.

    Args:
        proxies: how many proxies stand in front, each of which appends to ``X-Forwarded-For`` from whom it has the
            request. What stands before what they wrote is the sender's invention. Where there are fewer entries than
            proxies, the request did not come through them all, and its own address counts.
    """
    own = str(request.META.get("REMOTE_ADDR") or "")
    forwarded = [each.strip() for each in request.headers.get("X-Forwarded-For", "").split(",")]
    if proxies and len(forwarded) >= proxies:
        return _address(forwarded[-proxies]) or own
    return own


def network_of(address: str) -> str:
    """Return by what an address is counted: of IPv6 its network of 64 bits, because one customer has all of that."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((int(parsed), 64), strict=False).network_address)


def _address(text: str) -> str:
    """An address as a proxy may write it: alone, with a port, or in brackets."""
    bare = text[1:].partition("]")[0] if text.startswith("[") else text
    if bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        return str(ipaddress.ip_address(bare))
    except ValueError:
        return ""
