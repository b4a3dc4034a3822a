"""What a registry offers, what was fetched of it, and what the caller gets."""

from pathlib import Path
from typing import Literal

import msgspec

from clearinghouse.feeds.download import Checksum

Kind = Literal["wheel", "source", "any"]
"""What is asked for: a wheel, a source archive (the one file of a package of npm or Cargo is one), or the best."""


class Release(str):
    """A version that a registry lists: its text, and two facts about it.

    Attributes:
        yanked: whether its publisher took it back (PEP 592; ``cargo yank``). prerelease: whether it is a pre-release.
    """

    __slots__ = ("prerelease", "yanked")
    yanked: bool
    prerelease: bool

    @classmethod
    def of(cls, text: str, *, yanked: bool = False, prerelease: bool = False) -> "Release":
        """Return the version ``text`` with these facts."""
        made = cls(text)
        made.yanked = yanked
        made.prerelease = prerelease
        return made


class Offer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One file of a version, as a registry offers it.

    Attributes:
        name: of the file. kind: ``wheel`` or ``source``.
        address: absolute, or relative to ``base``; a path for a file of a folder.
        base: the address of the document that names it; empty for a file of a folder.
        digest: what the registry says; None where it says nothing of use. size: in bytes, where it says so.
        yanked: why it was taken back; None where it was not. requires_python: as the registry says it.
    """

    name: str
    kind: Literal["wheel", "source"]
    address: str
    base: str = ""
    digest: Checksum | None = None
    size: int | None = None
    yanked: str | None = None
    requires_python: str = ""


class Fetched(msgspec.Struct, frozen=True, kw_only=True):
    """A file that is here, and is the one that was meant.

    Attributes:
        purl: of the package, canonical, with its version. name: of the file, as the registry names it.
        path: where it lies in the cache, under the name of its digest. It is to be read only.
        sha256: its digest, computed here, in hexadecimal. size: in bytes. address: where it came from, without query.
        registry: the address or folder that was asked, without credentials. kind: ``wheel`` or ``source``.
        yanked: why its publisher took it back; None where that did not happen (or cannot be known, in a folder).
    """

    purl: str
    name: str
    path: Path
    sha256: str
    size: int
    address: str
    registry: str
    kind: Literal["wheel", "source"]
    yanked: str | None = None


class Record(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the cache notes of a file: as whose file it came, and the fields of :class:`Fetched` and :class:`Offer`."""

    purl: str
    offer: Offer
    sha256: str
    size: int
    address: str
    registry: str
