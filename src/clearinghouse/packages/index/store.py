"""The advisory index: one SQLite file that answers which advisories speak of a package.

A package is one row, found by a 64-bit number made of its ecosystem and normal name; the row holds all entries on it.
Advisories and the names that they have are found likewise, several in a row. What is in the file was made here, from
records; a file made by another version of this program is not read but made anew.
"""

import sqlite3
from collections.abc import Callable, Iterable
from functools import cached_property
from pathlib import Path
from typing import TypeVar

import msgspec

from clearinghouse.packages.index.entry import Entry
from clearinghouse.packages.index.gathered import package_number, row_of
from clearinghouse.packages.index.products import names_in, remedies_in
from clearinghouse.packages.index.seal import is_sealed
from clearinghouse.packages.products import NameIndex
from clearinghouse.records import ClearinghouseError, Remedy

LAYOUT = 18
"""Version of what is in the file: the tables, the shape of an entry, and the version keys in it."""
_REMEDY = "make it anew from the advisories"
_Answer = TypeVar("_Answer")

Renew = Callable[[], Path]
"""Makes a damaged index anew, with the same content, and returns where it is."""


class IndexFileError(ClearinghouseError):
    """The file is no advisory index that this version can read, or it is damaged."""


class Known(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What the index remembers of an advisory besides its entries."""

    id: str
    modified: str
    withdrawn: str | None
    title: str


_ENTRIES = msgspec.msgpack.Decoder(list[Entry])
_KNOWN = msgspec.msgpack.Decoder(list[Known])
_NAMED = msgspec.msgpack.Decoder(list[tuple[str, str]])
_DAMAGE = (sqlite3.Error, msgspec.DecodeError, ValueError, TypeError)
"""What shows in SQLite and in a row when bytes of the file are not those that were written."""


class AdvisoryIndex:
    """An advisory index that was made before; it is only read.

    Args:
        path: what :meth:`~clearinghouse.packages.index.builder.IndexBuilder.write` wrote.
        renew: is called, once, where the file turns out to be damaged while it is read; without it that is an error.

    Raises:
        IndexFileError: it is no such file, or it was made by another version.
    """

    def __init__(self, path: Path, renew: Renew | None = None) -> None:
        self._renew = renew
        self._open(path)

    def _open(self, path: Path) -> None:
        self._path = path
        try:
            if not is_sealed(path):
                raise IndexFileError(f"{path} is no advisory index, or it is damaged", _REMEDY)
            self._database = sqlite3.connect(
                f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True, isolation_level=None
            )
        except (OSError, sqlite3.Error) as error:
            raise IndexFileError(f"{path} cannot be read: {error}", _REMEDY) from error
        try:
            self._read_meta()
        except (KeyError, *_DAMAGE) as error:
            self.close()
            raise IndexFileError(f"{path} is an advisory index of another version of this program", _REMEDY) from error

    def _read_meta(self) -> None:
        self.meta: dict[str, str] = dict(self._database.execute("SELECT name, value FROM meta"))
        if self.meta["layout"] != str(LAYOUT):
            raise ValueError(self.meta["layout"])
        self.coverage: dict[str, int] = dict(self._database.execute("SELECT ecosystem, advisories FROM coverage"))
        self._bases = frozenset(name.partition(":")[0] for name in self.coverage)
        self._count = int(self.meta["advisories"])
        self._advisory_rows = int(self.meta["advisory_rows"])
        self._alias_rows = int(self.meta["alias_rows"])

    def _ask(self, read: Callable[[sqlite3.Connection], _Answer]) -> _Answer:
        """Return what ``read`` makes of the file; of one that is damaged, of what is made anew.

        Raises:
            IndexFileError: it is damaged, and cannot be made anew.
        """
        try:
            return read(self._database)
        except sqlite3.ProgrammingError:
            raise  # it was closed: the file is not to blame
        except _DAMAGE as error:
            if self._renew is None:
                raise IndexFileError(f"{self._path} is damaged: {error}", _REMEDY) from error
        renew, self._renew = self._renew, None
        self._database.close()
        self._open(renew())
        return self._ask(read)

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def __len__(self) -> int:
        return self._count

    def covers(self, ecosystem: str, release: str = "") -> bool:
        """Whether any advisory speaks of this ecosystem, or of this release of a distribution or all of them."""
        if not release:
            return ecosystem in self._bases
        return ecosystem in self.coverage or f"{ecosystem}:{release}" in self.coverage

    @cached_property
    def products(self) -> NameIndex:
        """What is said of products that have no package URL."""
        return names_in(self._ask)

    def remedies(self, advisory: str, identifiers: Iterable[str]) -> tuple[Remedy, ...]:
        """Return what an advisory says helps, beside a version, against the flaw with these identifiers."""
        named = tuple(identifiers)
        return self._ask(lambda database: remedies_in(database, advisory, named))

    def entries(self, ecosystem: str, name: str) -> list[Entry]:
        """Return what is known of a package. ``ecosystem`` is an OSV base name, ``name`` the normal form."""
        found = self._rows("package", package_number(ecosystem, name), _ENTRIES)
        return [entry for entry in found if entry.name == name and entry.ecosystem == ecosystem]

    def advisory(self, identifier: str) -> Known | None:
        """Return what is known of the advisory with this id, exactly as its publisher writes it."""
        found = self._rows("advisory", row_of(identifier, self._advisory_rows), _KNOWN)
        return next((known for known in found if known.id == identifier), None)

    def named(self, identifier: str) -> list[str]:
        """Return the ids of the advisories that an identifier names: its own, and those that list it as an alias."""
        row = row_of(identifier, self._alias_rows)
        found = {name for alias, name in self._rows("alias", row, _NAMED) if alias == identifier}
        if self.advisory(identifier):
            found.add(identifier)
        return sorted(found)

    def _rows(self, table: str, number: int, decoder: "msgspec.msgpack.Decoder[list[_Row]]") -> "list[_Row]":
        """What stands under a number, whichever names share it."""
        query = f"SELECT held FROM {table} WHERE id = ?"  # noqa: S608 - one of three names of ours

        def read(database: sqlite3.Connection) -> list[_Row]:
            row = database.execute(query, (number,)).fetchone()
            return decoder.decode(row[0]) if row else []

        return self._ask(read)


_Row = TypeVar("_Row")
