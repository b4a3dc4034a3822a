"""One document over HTTP: only if it has changed, whole or not at all, and gone on with where it broke off.

The rules are those of HTTP (RFC 9110: 13 conditional requests, 14 ranges, 15.4 redirects, 10.2.3 Retry-After).
"""

import base64
import http.client
import random
import re
import socket
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import msgspec

from clearinghouse.feeds.addresses import checked, host_of, joined
from clearinghouse.feeds.clock import SYSTEM_CLOCK, Clock
from clearinghouse.feeds.errors import MissingError, TransferError
from clearinghouse.feeds.partial import Head, Partial, digest_of
from clearinghouse.feeds.patience import Patience, retry_after
from clearinghouse.feeds.wire import Pace, TooSlowError, Wire
from clearinghouse.formats.text import clean_line, plural, quoted

_CHUNK = 1 << 16
_WORTH_TELLING = 1 << 20
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Answers after which the same question may be answered."""
_CONDITIONS = ("If-None-Match", "If-Modified-Since")
_RANGE = re.compile(r"bytes (\d{1,18})-\d{1,18}/(\d{1,18}|\*)")
_UNSATISFIED = re.compile(r"bytes \*/(\d{1,18})")
_MD5 = re.compile(r"(?:^|[,\s])md5=([A-Za-z0-9+/]{22}==)(?:,|\s|$)")
MOST_REDIRECTS = 5


class Checksum(NamedTuple):
    """What a digest must be: ``sha256`` or ``sha512``, and its value in hexadecimal, small letters."""

    algorithm: str
    value: str


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What is here already: from which address, and its validators there."""

    address: str
    etag: str | None = None
    modified: str | None = None


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be fetched.

    Attributes:
        address: of the document. feed: for which feed. to: the file to write. largest: most bytes.
        known: what need not be sent again.
        checksum: what its digest must be, where anybody says so.
        hosts: to which it may be redirected without a checksum, beside the host that is asked.
    """

    address: str
    feed: str
    to: Path
    largest: int
    known: Known | None = None
    checksum: Checksum | None = None
    hosts: frozenset[str] = frozenset()


class Got(msgspec.Struct, frozen=True, kw_only=True):
    """A document that came whole.

    Attributes:
        path: the file. address: what was asked. redirects: where that led, the last is where it came from.
        etag, modified: its validators, as sent. size: in bytes.
    """

    path: Path
    address: str
    size: int
    redirects: tuple[str, ...] = ()
    etag: str | None = None
    modified: str | None = None


class _PassingError(Exception):
    """Something that may go better next time.

    Attributes:
        what: a clause about the document. after: seconds that the server asks to wait. tries: after which it is given
            up, where that is earlier than usual.
    """

    def __init__(self, what: str, after: float | None = None, tries: int = 1000) -> None:
        super().__init__(what)
        self.what = what
        self.after = after
        self.tries = tries


class Downloader:
    """Fetches documents over HTTP.

    Args:
        clock: tells the time and waits. patience: how often and after which pauses it asks again.
        idle: seconds for which a server may be silent. total: seconds that one answer may take.
        jitter: numbers from 0 to 1, for the pauses. context: for TLS, see :class:`Wire`.
        notice: called with a feed's name, bytes so far, and of how many if that is known; of what is larger than a MiB.
    """

    def __init__(
        self,
        *,
        clock: Clock = SYSTEM_CLOCK,
        patience: Patience = Patience(),  # noqa: B008 - frozen
        idle: float = 30.0,
        total: float = 3600.0,
        jitter: Callable[[], float] = random.random,
        context: ssl.SSLContext | None = None,
        notice: Callable[[str, int, int | None], None] = lambda feed, size, total: None,
    ) -> None:
        self._clock = clock
        self._patience = patience
        self._idle = idle
        self._total = total
        self._jitter = jitter
        self._notice = notice
        self._wire = Wire(clock, context)

    def close(self) -> None:
        """Close all connections."""
        self._wire.close()

    def fetch(self, wanted: Wanted) -> Got | None:
        """Return the document, or None where it is the one that is known.

        Raises:
            MissingError: the origin has none. TransferError: it cannot be had. RefusedError: an address is not asked.
        """
        checked(wanted.address)
        failures = 0
        while True:
            try:
                return self._once(wanted)
            except _PassingError as error:
                failures += 1
                if failures >= min(self._patience.tries, error.tries):
                    tried = f", {plural(failures, 'time')} in a row" if failures > 1 else ""
                    raise TransferError(
                        f"{wanted.address} cannot be fetched: {error.what}{tried}", "try again later"
                    ) from error
                if error.after is not None and error.after > self._patience.asked:
                    raise TransferError(
                        f"{wanted.address} cannot be fetched: {error.what}",
                        f"try again in {_minutes(error.after)}, as the server asks",
                    ) from error
                self._clock.sleep(max(error.after or 0.0, self._patience.pause(failures, self._jitter)))

    def _once(self, wanted: Wanted) -> Got | None:
        """Ask once, and wherever that leads."""
        redirects: list[str] = []
        while True:
            address = redirects[-1] if redirects else wanted.address
            pace = Pace(self._clock, self._idle, self._total)
            partial = Partial(wanted.to)
            begun = partial.head(address)
            headers = _headers(wanted, begun, partial.size)
            try:
                with self._wire.get(address, headers, pace) as answer:
                    if answer.status in _REDIRECTS:
                        redirects.append(_redirected(wanted, address, redirects, answer.headers.get("Location")))
                        continue
                    if answer.status == 304 and not headers.keys().isdisjoint(_CONDITIONS):
                        return None
                    taken = self._take(wanted, address, partial, begun, answer)
            except TooSlowError as error:
                raise TransferError(
                    f"{address} takes longer than {_minutes(self._total)}",
                    "try again; what has come so far is kept if the server can go on from there",
                ) from error
            except ssl.SSLCertVerificationError as error:
                why = clean_line(error.verify_message, 200)
                raise TransferError(
                    f"{host_of(address)} does not prove who it is: {why}",
                    "check the clock and certificates of this machine; SSL_CERT_FILE names other certificates",
                ) from error
            except (ConnectionRefusedError, socket.gaierror) as error:  # it is not there, or this machine is offline
                why = clean_line(error.strerror or "it has no address", 120)
                raise _PassingError(f"the server cannot be reached: {why}", tries=3) from error
            except (OSError, http.client.HTTPException) as error:
                raise _PassingError(_broken(error)) from error
            return msgspec.structs.replace(taken, redirects=tuple(redirects))

    def _take(
        self, wanted: Wanted, address: str, partial: Partial, begun: Head | None, answer: http.client.HTTPResponse
    ) -> Got:
        status = answer.status
        if status in (404, 410):
            raise MissingError(
                f"{address} does not exist", "check the name of the feed, and the mirror if one is named"
            )
        if status in _PASSING:
            after = retry_after(answer.headers.get("Retry-After"), self._clock.now())
            raise _PassingError(f"the server answers {_said(answer)}", after)
        if status == 416 and begun:
            whole = _UNSATISFIED.fullmatch(answer.headers.get("Content-Range", ""))
            if whole and int(whole[1]) == partial.size == begun.total:
                return self._whole(wanted, partial, begun, resumed=True)
            partial.drop()
            raise _PassingError("the server cannot go on where the document broke off")
        if status == 206 and begun:
            head = _continued(begun, partial, answer)
        elif status == 200:
            head = _head(address, answer)
            partial.begin(head)
        else:
            raise TransferError(
                f"the server of {address} answers {_said(answer)}", "look at the address in a browser, or name a mirror"
            )
        resumed = partial.size > 0
        self._receive(wanted, partial, head, answer)
        return self._whole(wanted, partial, head, resumed=resumed)

    def _receive(self, wanted: Wanted, partial: Partial, head: Head, answer: http.client.HTTPResponse) -> None:
        """Write what comes to the end of the file, until the answer is whole."""
        size = partial.size
        if head.total is not None and head.total > wanted.largest:
            raise _too_large(wanted, partial)
        with partial.open() as write:
            while chunk := answer.read(_CHUNK):
                size += len(chunk)
                if size > wanted.largest:
                    raise _too_large(wanted, partial)
                write(chunk)
                if size >= _WORTH_TELLING:
                    self._notice(wanted.feed, size, head.total)
        if answer.length or (head.total is not None and size < head.total):
            raise _PassingError(f"the answer breaks off after {size:,} bytes")

    def _whole(self, wanted: Wanted, partial: Partial, head: Head, *, resumed: bool) -> Got:
        """Check the digests that anybody gives, and hand the document over."""
        path = partial.path
        right = head.md5 is None or base64.b64decode(head.md5).hex() == digest_of(path, "md5")
        if wanted.checksum and right:
            right = digest_of(path, wanted.checksum.algorithm) == wanted.checksum.value
        if not right:
            partial.drop()
            raise _PassingError("its digest is not the one that its publisher gives", tries=3 if resumed else 2)
        partial.settle()
        return Got(path=path, address=wanted.address, size=partial.size, etag=head.etag, modified=head.modified)


def _headers(wanted: Wanted, begun: Head | None, size: int) -> dict[str, str]:
    """A part that is here already is asked on; else only what has changed is asked for."""
    if begun and begun.strong:
        return {"Range": f"bytes={size}-", "If-Range": begun.strong}
    headers = {}
    if wanted.known and wanted.known.address == wanted.address:
        if wanted.known.etag:
            headers["If-None-Match"] = wanted.known.etag
        if wanted.known.modified:
            headers["If-Modified-Since"] = wanted.known.modified
    return headers


def _redirected(wanted: Wanted, address: str, before: list[str], location: str | None) -> str:
    """Return where an answer leads, if it may be gone there."""
    if not location:
        raise TransferError(f"{address} is elsewhere, and the server does not say where", "try again later")
    target = joined(address, location)
    if address.startswith("https:") and not target.startswith("https:"):
        raise TransferError(f"{host_of(address)} leads to an address that is not encrypted", "tell its publisher")
    if target in (wanted.address, *before):
        raise TransferError(f"{wanted.address} leads in a circle", "name a mirror, or try again later")
    if len(before) >= MOST_REDIRECTS:
        raise TransferError(f"{wanted.address} leads on more than {MOST_REDIRECTS} times", "name a mirror")
    allowed = {host_of(wanted.address), *wanted.hosts}
    if host_of(target) not in allowed and wanted.checksum is None:
        raise TransferError(
            f"{host_of(wanted.address)} leads to {quoted(host_of(target), 80)}, which is no host of this feed, and "
            "nobody gives a digest by which the document could be checked",
            "find out whether the publisher has moved; a mirror can be named",
        )
    return target


def _head(address: str, answer: http.client.HTTPResponse) -> Head:
    packing = (answer.headers.get("Content-Encoding") or "identity").strip().lower()
    if packing not in ("identity", "gzip", "x-gzip"):  # the last two are how some servers describe files in gzip
        raise TransferError(f"{address} comes packed as {quoted(packing)}, which was not asked for", "name a mirror")
    length = answer.headers.get("Content-Length", "")
    md5 = _MD5.search(", ".join(answer.headers.get_all("x-goog-hash") or ()))
    return Head(
        address=address,
        etag=_validator(answer, "ETag"),
        modified=_validator(answer, "Last-Modified"),
        total=int(length) if length.isascii() and length.isdigit() and len(length) < 19 else None,
        md5=md5[1] if md5 else None,
    )


def _validator(answer: http.client.HTTPResponse, name: str) -> str | None:
    """A validator is sent back as it is, so it must be fit for a header."""
    value = (answer.headers.get(name) or "").strip()
    return value if value and len(value) <= 512 and value.isascii() and value.isprintable() else None


def _continued(begun: Head, partial: Partial, answer: http.client.HTTPResponse) -> Head:
    """Return the head of a document of which the rest comes now, if it is the rest of just this one."""
    said = _RANGE.fullmatch(answer.headers.get("Content-Range", ""))
    etag = _validator(answer, "ETag")
    fits = said and int(said[1]) == partial.size and (etag is None or begun.etag is None or etag == begun.etag)
    if not said or not fits or (said[2] != "*" and begun.total is not None and int(said[2]) != begun.total):
        partial.drop()
        raise _PassingError("it changed while it was fetched")
    return begun if begun.total is not None or said[2] == "*" else msgspec.structs.replace(begun, total=int(said[2]))


def _too_large(wanted: Wanted, partial: Partial) -> TransferError:
    partial.drop()
    return TransferError(
        f"{wanted.address} is larger than {wanted.largest >> 20} MiB, the most that {wanted.feed} may have",
        "find out why it has grown so much",
    )


def _said(answer: http.client.HTTPResponse) -> str:
    return clean_line(f"{answer.status} {answer.reason}", 80)


def _broken(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "the server is silent"
    if isinstance(error, http.client.IncompleteRead | http.client.RemoteDisconnected | ConnectionError):
        return "the server breaks the connection off"
    if isinstance(error, OSError):
        return f"the server cannot be reached: {clean_line(error.strerror or str(error), 120)}"
    return "the server does not speak HTTP as it should"


def _minutes(seconds: float) -> str:
    return plural(round(seconds), "second") if seconds < 120 else plural(round(seconds / 60), "minute")
