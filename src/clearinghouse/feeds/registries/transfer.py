"""Documents and files of one registry over HTTP: the downloader of the feeds, with what a registry needs beside it.

That is: a header that says which form of an answer is wanted, credentials for the registry's own host alone, limits of
its own, and errors by kind.
"""

import hashlib
import http.client
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import msgspec

from clearinghouse.feeds.addresses import AddressError, host_of
from clearinghouse.feeds.clock import Clock
from clearinghouse.feeds.download import Downloader, Got, Wanted
from clearinghouse.feeds.errors import MissingError, TransferError
from clearinghouse.feeds.patience import Patience
from clearinghouse.feeds.registries.cache import Cache
from clearinghouse.feeds.registries.errors import BadAnswerError, PlaceError, TooLargeError, UnreachableError
from clearinghouse.feeds.registries.names import TITLES
from clearinghouse.feeds.registries.settings import Place, RegistrySettings
from clearinghouse.feeds.wire import Pace, Wire
from clearinghouse.formats.text import printable_name

T = TypeVar("T")
_QUERY = re.compile(r"(https?://[^\s?#]*+)[?#]\S*+")
PATIENCE = Patience(tries=4, longest=20.0, asked=60.0)


class _RegistryWire(Wire):
    """Connections on which the registry's host, and no other, gets the credentials."""

    def __init__(self, clock: Clock, context: ssl.SSLContext | None, place: Place) -> None:
        super().__init__(clock, context)
        self._origin = _origin(place.address)
        self._secret = place.secret
        self.accept = "*/*"

    @contextmanager
    def get(self, address: str, headers: dict[str, str], pace: Pace) -> Iterator[http.client.HTTPResponse]:
        """Ask for a checked address, and yield the answer; see :meth:`Wire.get`."""
        more = {"Accept": self.accept}
        if self._secret and _origin(address) == self._origin:
            more["Authorization"] = self._secret.value
        with super().get(address, {**more, **headers}, pace) as answer:
            yield answer


class _Downloads(Downloader):
    def __init__(self, settings: RegistrySettings, place: Place, clock: Clock, patience: Patience) -> None:
        context = _context(place)
        super().__init__(clock=clock, patience=patience, idle=settings.idle, total=settings.seconds, context=context)
        self._wire: _RegistryWire = _RegistryWire(clock, context, place)

    def ask(self, wanted: Wanted, accept: str) -> Got:
        """Fetch with a header ``Accept``; nothing is known before, so there always is a document."""
        self._wire.accept = accept
        got = self.fetch(wanted)
        if got is None:
            raise TransferError(f"{wanted.address} is not sent", "try again later")
        return got

    def _receive(self, wanted: Wanted, *args: Any) -> None:
        """Receive the body; the one :class:`TransferError` that this raises is that of a body that is too large."""
        try:
            super()._receive(wanted, *args)
        except TransferError as error:
            raise TooLargeError(f"{without_queries(wanted.address)} is larger than it may be", error.remedy) from error


class Transfer:
    """What is fetched of one registry.

    Args:
        place: where it is. settings: the limits. cache: where things are put while they come.
        clock: tells the time. patience: how often is asked again.
    """

    def __init__(
        self, place: Place, settings: RegistrySettings, cache: Cache, clock: Clock, patience: Patience = PATIENCE
    ) -> None:
        self.place = place
        self._settings = settings
        self._cache = cache
        self._downloads = _Downloads(settings, place, clock, patience)

    def close(self) -> None:
        """Close all connections."""
        self._downloads.close()

    def document(self, address: str, accept: str) -> tuple[bytes, str]:
        """Return an answer of the registry itself, and the address from which it came in the end.

        Raises:
            MissingError: there is none. TooLargeError, UnreachableError: it cannot be had. StoreError: the cache
            cannot be written. BadAnswerError: it leads to an address that may not be asked.
        """
        key = hashlib.sha256(f"{accept} {address}".encode()).hexdigest()
        with self._cache.locked(key):
            wanted = Wanted(
                address=address,
                feed=TITLES[self.place.registry],
                to=self._cache.workplace("documents") / key,
                largest=self._settings.largest_document,
                hosts=self.place.hosts,
            )
            got = self._ask(wanted, accept)
            data = got.path.read_bytes()
            got.path.unlink()
        return data, (got.redirects or (address,))[-1]

    def file(self, wanted: Wanted) -> Got:
        """Fetch a file of a package, from the registry's host or another that it may lead to.

        Raises:
            MissingError, TooLargeError, UnreachableError, StoreError, BadAnswerError: see :meth:`document`; the last
            also where the registry leads to a host that is none of its own.
        """
        host = host_of(wanted.address)
        if host not in self.place.hosts | {host_of(self.place.address)}:
            raise BadAnswerError(
                f"{self.place.shown} has the file at {printable_name(host, 100)}, which is no host of this registry",
                "use a mirror that has the files itself, or name the host in the settings if it may be asked",
            )
        hosts = self.place.hosts | {host_of(self.place.address)}
        return self._ask(msgspec.structs.replace(wanted, hosts=hosts), "*/*")

    def _ask(self, wanted: Wanted, accept: str) -> Got:
        try:
            return self._downloads.ask(wanted, accept)
        except MissingError:
            raise
        except AddressError as error:
            raise BadAnswerError(
                f"{self.place.shown} leads to where nothing is asked: {without_queries(error.what)}",
                "name another mirror",
            ) from None
        except TransferError as error:
            raise UnreachableError(without_queries(error.what), error.remedy) from None


def decoded(data: bytes, kind: type[T], place: Place, about: str) -> T:
    """Return an answer in JSON.

    Raises:
        BadAnswerError: it is not as the interface of the registry says.
    """
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise bad_answer(place, about) from error


def bad_answer(place: Place, about: str) -> BadAnswerError:
    """Return what is told of an answer that is not as the interface of the registry says."""
    return BadAnswerError(
        f"{place.shown} does not answer as {TITLES[place.registry]} does when it is asked for {about}",
        "check the address of the registry, or name another mirror",
    )


def _context(place: Place) -> ssl.SSLContext | None:
    """What verifies a registry, if certificates of its own are named; None is what the system trusts."""
    named = place.certificates
    if named is None:
        return None
    try:
        if named.is_dir():
            return ssl.create_default_context(capath=named)
        return ssl.create_default_context(cafile=named)
    except (OSError, ssl.SSLError) as error:
        name = printable_name(str(named))
        raise PlaceError(
            f"{name}, which pip here takes its certificates from, cannot be used", "correct PIP_CERT or pip's cert"
        ) from error


def _origin(address: str) -> str:
    """Scheme, host and port of an address."""
    return "/".join(address.lower().split("/", 3)[:3])


def without_queries(text: str) -> str:
    """Return a sentence with its addresses cut before their queries, which may be secrets of signed addresses."""
    return _QUERY.sub(r"\1", text)
