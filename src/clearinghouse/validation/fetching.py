"""What validation asks of registries: files of packages, by name, version and digest. Nothing of them is executed here.

Who fetches stands above (:mod:`clearinghouse.feeds.registries`), since nothing else opens a network connection.
"""

from typing import Literal, Protocol

import msgspec

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

    def fetch(self, purl: str, *, sha256: str, kind: FileKind, python: Python | None) -> Artefact:
        """Return the file of a package that fits."""

    def versions(self, purl: str) -> list[str]:
        """Return the released versions of a package that were not taken back."""
