"""Where documents come from: their real addresses, or a mirror or folder that stands in their place.

Below a mirror or folder, the document of ``https://HOST/PATH`` is ``HOST/PATH``, as ``wget -x`` lays it; where there is
none, ``FEED/NAME``, its last part below the name of the feed (``osv/PyPI/all.zip``, ``kev/known_exploited_...json``).
"""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol
from urllib.parse import quote, unquote, urlsplit

import msgspec

from clearinghouse.feeds.addresses import checked, host_of
from clearinghouse.feeds.download import Downloader, Got, Wanted
from clearinghouse.feeds.errors import MissingError, TransferError, unwritable
from clearinghouse.feeds.partial import digest_of
from clearinghouse.formats.inputs import path_of
from clearinghouse.formats.text import printable_name


class Origin(Protocol):
    """What gives documents.

    Attributes:
        live: what it gives is what the publisher has now. What lies in a folder was so when it was put there.
    """

    live: bool

    def get(self, wanted: Wanted) -> Got | None:
        """Return a document, or None where it is the one that is known.

        Raises:
            MissingError: there is none. TransferError: it cannot be had. RefusedError: its address is not asked.
        """


class WebOrigin:
    """The real addresses."""

    live = True

    def __init__(self, downloader: Downloader) -> None:
        self._downloader = downloader

    def get(self, wanted: Wanted) -> Got | None:
        """Return a document, or None where it is the one that is known; see :class:`Origin`."""
        return self._downloader.fetch(wanted)


class MirrorOrigin:
    """A web server that stands in their place.

    Args:
        base: its address.

    Raises:
        AddressError: it is no address that may be asked.
    """

    live = True

    def __init__(self, downloader: Downloader, base: str) -> None:
        self._downloader = downloader
        self._base = checked(base).rstrip("/")

    def get(self, wanted: Wanted) -> Got | None:
        """Return a document, or None where it is the one that is known; see :class:`Origin`."""
        missing: MissingError | None = None
        for place in _places(wanted):
            mirrored = msgspec.structs.replace(
                wanted, address=f"{self._base}/{quote(place)}", hosts=frozenset({host_of(self._base)})
            )
            try:
                return self._downloader.fetch(mirrored)
            except MissingError as error:
                missing = missing or error
        raise missing or _no_place(wanted)


class FolderOrigin:
    """A folder that stands in their place: a mirror on this machine, or what was carried to it."""

    live = False

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, wanted: Wanted) -> Got | None:
        """Return a copy of a document, checked as any other; see :class:`Origin`."""
        places = list(_places(wanted))
        found = next((path for place in places if (path := self._folder / place).is_file()), None)
        if found is None:
            name = printable_name(str(self._folder))
            what = f"has neither {' nor '.join(map(printable_name, places))}" if places else "is no place for it"
            raise MissingError(
                f"the folder {name} {what}", "see docs/feeds.md for what the folder must hold", source=name
            )
        name = printable_name(str(found))
        if found.stat().st_size > wanted.largest:
            limit = wanted.largest >> 20
            raise TransferError(f"{name} is larger than {limit} MiB", "look whether it is the right file", source=name)
        try:
            wanted.to.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(found, wanted.to)
        except OSError as error:
            raise unwritable(wanted.to, error) from error
        if wanted.checksum and digest_of(wanted.to, wanted.checksum.algorithm) != wanted.checksum.value:
            raise TransferError(f"the digest of {name} is not the one beside it", "copy it again", source=name)
        return Got(path=wanted.to, address=str(found.resolve()), size=wanted.to.stat().st_size)


def origin_of(text: str | None, downloader: Downloader) -> Origin:
    """Return the origin that ``--from`` names: an address, a folder, or None for the real addresses.

    Raises:
        AddressError: the address may not be asked. MissingError: the folder does not exist.
    """
    if text is None:
        return WebOrigin(downloader)
    if text.startswith(("https://", "http://")):
        return MirrorOrigin(downloader, text)
    folder = path_of(text)
    if not folder.is_dir():
        name = printable_name(text)
        raise MissingError(
            f"{name} is no folder", "name a folder, or an address that begins with https://", source=name
        )
    return FolderOrigin(folder)


def _places(wanted: Wanted) -> Iterator[str]:
    """The paths at which a document may be, below what stands in the place of the world."""
    parts = urlsplit(wanted.address)
    steps = [unquote(step) for step in parts.path.split("/")[1:]]
    if any(step in ("", ".", "..") or "/" in step or "\0" in step for step in steps):
        return  # an address that would lead out of it
    yield "/".join([parts.hostname or "", *steps])
    yield f"{wanted.feed}/{steps[-1]}"


def _no_place(wanted: Wanted) -> MissingError:
    return MissingError(f"{wanted.address} has no place in a mirror", "tell its publisher")
