"""The registries together: a file of a package by name, version and digest, and the versions there are."""

import hashlib
import shutil
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType

import msgspec

from clearinghouse.feeds.addresses import AddressError, joined
from clearinghouse.feeds.clock import SYSTEM_CLOCK, Clock
from clearinghouse.feeds.download import Checksum, Wanted
from clearinghouse.feeds.errors import MissingError, unwritable
from clearinghouse.feeds.partial import digest_of
from clearinghouse.feeds.patience import Patience
from clearinghouse.feeds.registries.cache import Cache
from clearinghouse.feeds.registries.choice import chosen
from clearinghouse.feeds.registries.crates import Crates
from clearinghouse.feeds.registries.errors import (
    BadAnswerError,
    Bound,
    DigestError,
    NotCachedError,
    TooLargeError,
    UnreachableError,
    too_large,
)
from clearinghouse.feeds.registries.fetched import Fetched, Kind, Offer, Record, Release
from clearinghouse.feeds.registries.folder import FolderIndex
from clearinghouse.feeds.registries.index import Index, ordered
from clearinghouse.feeds.registries.machine import Machine
from clearinghouse.feeds.registries.names import Package, Registry, is_sha256, package_of
from clearinghouse.feeds.registries.npm import Npm
from clearinghouse.feeds.registries.pypi import PyPI
from clearinghouse.feeds.registries.settings import RegistrySettings, cache_folder
from clearinghouse.feeds.registries.target import PythonTarget
from clearinghouse.feeds.registries.transfer import PATIENCE, Transfer, without_queries
from clearinghouse.formats.text import printable_name

_INDEXES: dict[Registry, type[PyPI] | type[Npm] | type[Crates]] = {"pypi": PyPI, "npm": Npm, "cargo": Crates}
_SHOWN = {"sha256": "SHA-256", "sha512": "SHA-512"}


class Registries(AbstractContextManager["Registries"]):
    """Fetches files of packages; runs nothing, and unpacks nothing. One for each thread.

    Args:
        cache: the folder of the cache; see :func:`cache_folder`. settings: where the registries are, and the limits.
        offline: only the cache is asked, and no registry, mirror or folder.
        machine: whose environment and files say where registries are. clock: tells the time and waits.
        patience: how often a registry is asked again.
    """

    def __init__(
        self,
        cache: Path | None = None,
        *,
        settings: RegistrySettings = RegistrySettings(),  # noqa: B008 - frozen
        offline: bool = False,
        machine: Machine | None = None,
        clock: Clock = SYSTEM_CLOCK,
        patience: Patience = PATIENCE,
    ) -> None:
        self._cache = Cache(cache_folder(cache))
        self._settings = settings
        self._offline = offline
        self._machine = machine
        self._clock = clock
        self._patience = patience
        self._transfers: dict[Registry, Transfer] = {}
        self._indexes: dict[Registry, Index] = {}
        if not offline:
            self._cache.tidy()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections."""
        for transfer in self._transfers.values():
            transfer.close()
        self._transfers.clear()
        self._indexes.clear()

    def fetch(
        self,
        purl: str,
        *,
        sha256: str = "",
        kind: Kind = "any",
        python: PythonTarget | None = None,
        most: int | None = None,
    ) -> Fetched:
        """Return a file of a version: from the cache if it is known which one it must be, else as the registry says.

        Args:
            purl: of the package, with its version (``pkg:pypi/six@1.16.0``, ``pkg:npm/%40babel/core@7.0.0``).
            sha256: the digest that the file must have, in hexadecimal; empty for what the registry says alone.
            kind: ``wheel``, ``source``, or ``any`` for the best wheel for ``python``, else the source archive.
            python: for which a wheel must be fit; None for one that fits each Python 3.
            most: bytes that it may have, where that is less than any file may. A larger one is not fetched where the
                registry says how large it is; else it ends to come there.

        Raises:
            BadNameError, NoPackageError, NoVersionError, NoFileError, DigestError, TooLargeError, UnreachableError,
            BadAnswerError, PlaceError, NotCachedError: see :mod:`~clearinghouse.feeds.registries.errors`.
            StoreError: the cache cannot be written.

        Offline it chooses among the files of the version that are in the cache.

        Law: a file that is returned has the digest that the registry gave, and ``sha256`` where that was given. One
        for which neither says any is not returned, unless it is from a folder.
        """
        bound = self._bound(most)
        found = self._found(package_of(purl, versioned=True), sha256.strip().lower(), kind, python, bound)
        if found.size > bound.bytes:
            raise too_large(f"{found.name} of {found.purl}", found.size, bound)
        return found

    def _found(self, package: Package, sha256: str, kind: Kind, python: PythonTarget | None, bound: Bound) -> Fetched:
        if sha256 and not is_sha256(sha256):
            raise DigestError("the SHA-256 that was given is none", "give 64 hexadecimal digits")
        records = self._cache.records(package)
        if self._offline:
            return self._from_cache(package, records, sha256, kind, python)
        meant = [record for record in records if record.sha256 == sha256]
        if meant and (path := self._cache.held(sha256)):
            chosen([record.offer for record in meant], package, kind, python)
            return _fetched(meant[0], path)
        index = self._index(package.registry)
        offer = chosen(index.offers(package), package, kind, python, sha256)
        for record in records:
            same = offer.digest and (record.offer.name, record.offer.digest) == (offer.name, offer.digest)
            if same and sha256 in ("", record.sha256) and (path := self._cache.held(record.sha256)):
                return _fetched(msgspec.structs.replace(record, offer=offer), path)
        return self._bring(package, offer, index, sha256, bound)

    def _bound(self, most: int | None) -> Bound:
        largest = self._settings.largest
        if most is None or most >= largest:
            return Bound(largest, "a file may have", "raise the limit in the settings if it is meant to be so large")
        return Bound(most, "there is room for", "ask for fewer files, or smaller ones")

    def versions(self, purl: str) -> list[Release]:
        """Return the versions of a package: released, then pre-releases, then yanked ones; in each the newest first.

        Each is a text with two attributes more, ``yanked`` and ``prerelease``. A version in ``purl`` does not matter.
        Offline they are those that the registry listed when it was asked last.

        Raises:
            BadNameError, NoPackageError, UnreachableError, BadAnswerError, PlaceError, NotCachedError, StoreError: see
            :meth:`fetch`.
        """
        package = msgspec.structs.replace(package_of(purl, versioned=False), version="")
        if self._offline:
            listed = self._cache.releases(package)
            if listed is None:
                raise _not_cached(f"the versions of {package.project} are")
            return ordered(package, listed)
        releases = self._index(package.registry).releases(package)
        self._cache.note_releases(package, releases)
        return releases

    def _index(self, registry: Registry) -> Index:
        if registry not in self._indexes:
            place = self._settings.place(registry, self._machine)
            if place.folder:
                self._indexes[registry] = FolderIndex(place.folder)
            else:
                transfer = Transfer(place, self._settings, self._cache, self._clock, self._patience)
                self._transfers[registry] = transfer
                self._indexes[registry] = _INDEXES[registry](transfer)
        return self._indexes[registry]

    def _from_cache(
        self, package: Package, records: list[Record], sha256: str, kind: Kind, python: PythonTarget | None
    ) -> Fetched:
        meant = [record for record in records if sha256 in ("", record.sha256)]
        here = {record.offer: (record, path) for record in meant if (path := self._cache.held(record.sha256))}
        if not here:
            raise _not_cached(f"{package.purl}{' with this digest' if sha256 else ''} is")
        return _fetched(*here[chosen(list(here), package, kind, python)])

    def _bring(self, package: Package, offer: Offer, index: Index, sha256: str, bound: Bound) -> Fetched:
        """Fetch a file, check it, and keep it."""
        _check_offer(package, offer, index, sha256, bound)
        key = hashlib.sha256(f"{offer.base} {offer.address}".encode()).hexdigest()
        with self._cache.locked(key):
            to = self._cache.workplace("files") / key
            for last in (False, True):
                address = _copy(offer, to, bound) if not offer.base else self._download(package, offer, to, bound)
                try:
                    _check(package, offer, to, sha256, index.shown)
                    break
                except DigestError:
                    to.unlink()
                    if last or not offer.base:  # the first may have been gone on with from what is no longer there
                        raise
            path, digest, size = self._cache.keep(to)
            record = Record(
                purl=package.purl, offer=offer, sha256=digest, size=size, address=address, registry=index.shown
            )
            self._cache.note(record)
        return _fetched(record, path)

    def _download(self, package: Package, offer: Offer, to: Path, bound: Bound) -> str:
        try:
            address = joined(offer.base, offer.address)
        except AddressError as error:
            raise BadAnswerError(
                f"{package.title} gives an address of {offer.name} that is not asked: {without_queries(error.what)}",
                "name another mirror, or fetch the file by hand and put it into a folder",
            ) from None
        transfer = self._transfers[package.registry]
        try:
            transfer.file(Wanted(address=address, feed=package.title, to=to, largest=bound.bytes))
        except MissingError as error:
            raise UnreachableError(
                f"{package.title} lists {offer.name}, and does not have it", "try again later, or name another mirror"
            ) from error
        except TooLargeError as error:
            raise too_large(f"{offer.name} of {package.purl}", offer.size, bound) from error
        return address.partition("?")[0].partition("#")[0]


def _check_offer(package: Package, offer: Offer, index: Index, sha256: str, bound: Bound) -> None:
    if offer.base and not offer.digest and not sha256:
        raise DigestError(
            f"{index.shown} gives no digest of {offer.name} by which it could be checked",
            "give the SHA-256 that it must have, or name another mirror",
        )
    if offer.size is not None and offer.size > bound.bytes:
        raise too_large(f"{offer.name} of {package.purl}", offer.size, bound)


def _copy(offer: Offer, to: Path, bound: Bound) -> str:
    source = Path(offer.address)
    try:
        size = source.stat().st_size
        if size > bound.bytes:
            raise too_large(printable_name(offer.address), size, bound)
        to.parent.mkdir(parents=True, exist_ok=True)
        to.unlink(missing_ok=True)
    except OSError as error:
        raise unwritable(to, error) from error
    try:
        shutil.copyfile(source, to)
    except OSError as error:
        why = error.strerror or "the system does not say why"
        raise UnreachableError(
            f"{printable_name(offer.address)} cannot be copied: {why}",
            "look at the file, and at the space on the disk",
        ) from error
    return offer.address


def _check(package: Package, offer: Offer, path: Path, sha256: str, shown: str) -> None:
    """Check a file by what the registry says, and by what the caller says.

    Raises:
        DigestError: it is not the one.
    """
    says = [(shown, offer.digest)] if offer.digest else []
    if sha256 and offer.digest != Checksum("sha256", sha256):
        says.append(("the caller", Checksum("sha256", sha256)))
    for who, digest in says:
        came = digest_of(path, digest.algorithm)
        if came != digest.value:
            raise DigestError(
                f"{offer.name} of {package.purl} is not the file that it should be: {who} says "
                f"{_SHOWN[digest.algorithm]} {digest.value}, and what came has {came}",
                "do not use it; find out whether the registry or a mirror was tampered with"
                if who == shown
                else "check the digest that was given",
            )


def _fetched(record: Record, path: Path) -> Fetched:
    return Fetched(
        purl=record.purl,
        name=record.offer.name,
        path=path,
        sha256=record.sha256,
        size=record.size,
        address=record.address,
        registry=record.registry,
        kind=record.offer.kind,
        yanked=record.offer.yanked,
    )


def _not_cached(what: str) -> NotCachedError:
    return NotCachedError(f"{what} not in the cache, and nothing else may be asked", "fetch it once while online")
