"""What validation asks of registries: files of packages, by name, version and digest. Nothing of them is executed here.

Who fetches stands above (:mod:`clearinghouse.feeds.registries`), since nothing else opens a network connection.
"""

from typing import Literal, Protocol

import msgspec

from clearinghouse.validation.errors import TooMuchError

FileKind = Literal["wheel", "source", "any"]


class Python(msgspec.Struct, frozen=True):
    """The Python inside, for which wheels must fit: its version (``3.11.2``), its machine, and its glibc (``2.36``)."""

    version: str
    machine: str = "x86_64"
    glibc: str = ""


class Artefact(msgspec.Struct, frozen=True, kw_only=True):
    """A file as a registry gave it.

    Attributes:
        purl: what it is; empty for an archive that belongs to the recipe. name: of the file. data: its bytes.
        sha256: their digest. origin: where they came from. yanked: why its publisher took it back, or None.
    """

    name: str
    data: bytes
    sha256: str
    purl: str = ""
    origin: str = ""
    yanked: str | None = None


class Registry(Protocol):
    """What gives files.

    Errors are :class:`~clearinghouse.records.ClearinghouseError` with a sentence for a person. One that says nothing of
    what was asked for is a :class:`~clearinghouse.validation.errors.NotToBeHadError`; every other is a fact about it.
    """

    def fetch(self, purl: str, *, sha256: str, kind: FileKind, python: Python | None, most: int) -> Artefact:
        """Return the file of a package that fits.

        Raises:
            TooMuchError: it has more than ``most`` bytes. Of one that is too large no more is fetched than that.
        """

    def versions(self, purl: str) -> list[str]:
        """Return the released versions of a package that were not taken back."""


class Gathered:
    """What was gathered for a subject, and how much more there is room for: what does not fit is never in memory.

    Args:
        artefacts: to which each is added, without its bytes. disk: bytes that all may have together.
    """

    def __init__(self, artefacts: list[Artefact], disk: int) -> None:
        self._artefacts = artefacts
        self._disk = self.left = disk

    def add(self, found: Artefact) -> Artefact:
        """Count what was fetched."""
        self._artefacts.append(msgspec.structs.replace(found, data=b""))
        self.count(found.name, found.data)
        return found

    def count(self, name: str, data: bytes) -> None:
        """Count a file.

        Raises:
            TooMuchError: there is no room for it.
        """
        if len(data) > self.left:
            raise self.too_much(f"{name} has {len(data):,} bytes, and there is room for {self.left:,}")
        self.left -= len(data)

    def too_much(self, what: str) -> TooMuchError:
        """Return what is told of a file for which there is no room."""
        return TooMuchError(
            f"{what}: what a subject is made of may have {self._disk:,} bytes together, the disk of its build",
            "name fewer files in [install], or smaller ones",
        )
