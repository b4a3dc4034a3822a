"""How an advisory index is made: gathered in memory, written as one file."""

import datetime as dt
import os
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import msgspec

from clearinghouse.packages.index.gathered import Gathered, gather, joined, row_of
from clearinghouse.packages.index.products import SCHEMA as PRODUCT_SCHEMA
from clearinghouse.packages.index.products import ProductBuilder
from clearinghouse.packages.index.seal import seal
from clearinghouse.packages.index.store import LAYOUT
from clearinghouse.records import PublishedAdvisory

_PART = ".part"
"""How the name of a file that is being made ends. It begins with a dot, so that it is taken for none that is made."""
_SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE coverage (ecosystem TEXT PRIMARY KEY, advisories INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE package (id INTEGER PRIMARY KEY, held BLOB NOT NULL);
CREATE TABLE advisory (id INTEGER PRIMARY KEY, held BLOB NOT NULL);
CREATE TABLE alias (id INTEGER PRIMARY KEY, held BLOB NOT NULL);
"""
_MAKE = "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE;"
"""A file that is made aside needs no journal: it is put in its place when it is whole, or not at all."""
_ENCODE = msgspec.msgpack.Encoder().encode
_ONE = b"\x91"
"""How a list of one thing begins (MessagePack specification, "array format family")."""
_IN_A_ROW = 8
"""Advisories, or aliases, that stand in one row on average, at most."""


class IndexBuilder:
    """Gathers advisories and writes them as one file.

    Of two advisories of one format with one id the one that was modified later counts (OSV schema, ``modified``). Of
    two that say the same time, or none, both count: some publishers write one record for each branch of versions. So do
    two of different formats, which may call by one id what each of them says of it.
    """

    def __init__(self) -> None:
        self._advisories: dict[tuple[str, str], list[Gathered]] = {}  # by id and format, those of one time
        self.products = ProductBuilder()

    def __len__(self) -> int:
        return len({name for name, _ in self._advisories})

    def add(self, advisory: PublishedAdvisory) -> None:
        """Take in one advisory."""
        self.take(gather(advisory))

    def take(self, made: Gathered) -> None:
        """Take in what was made of one advisory."""
        key = (made.id, made.format)
        known = self._advisories.get(key)
        if known is None or _is_before(known[0].modified, made.modified):
            self._advisories[key] = [made]
        elif not _is_before(made.modified, known[0].modified):
            known.append(made)

    def write(self, path: Path, meta: dict[str, str] | None = None, *, lasting: bool = False) -> None:
        """Write the index to ``path``, so that its user alone can read it: whole or not at all.

        Args:
            path: where it is put, in the place of what is there. meta: what is kept with it.
            lasting: see to it that this also holds after a loss of power.

        Raises:
            OSError, sqlite3.Error: the disk is full, or the folder cannot be written to.
        """
        handle, name = tempfile.mkstemp(_PART, f".{path.name}.", path.parent)
        try:
            with closing(sqlite3.connect(name, isolation_level=None)) as database:
                self._fill(database, meta or {})
            seal(handle)
            if lasting:
                os.fsync(handle)  # before it has its name: a file that has it is whole
            os.replace(name, path)
        except BaseException:
            with suppress(OSError):
                os.unlink(name)
            raise
        finally:
            os.close(handle)
        if lasting:
            _settle(path.parent)

    def _fill(self, database: sqlite3.Connection, meta: dict[str, str]) -> None:
        database.executescript(_MAKE + "BEGIN;" + _SCHEMA + PRODUCT_SCHEMA)
        coverage: Counter[str] = Counter()
        packages: dict[int, list[bytes]] = {}
        for gathered in self._joined():
            coverage.update(gathered.coverage)
            for number, entry in gathered.entries:
                held = packages.get(number)
                if held is None:
                    packages[number] = [entry]
                else:
                    held.append(entry)
        known, aliases = self._known(), self._aliases()
        told = {"layout": LAYOUT, "advisories": len(self), "advisory_rows": len(known), "alias_rows": len(aliases)}
        meta = {name: str(value) for name, value in told.items()} | meta
        database.executemany("INSERT INTO meta VALUES (?, ?)", meta.items())
        database.executemany("INSERT INTO coverage VALUES (?, ?)", sorted(coverage.items()))
        database.executemany("INSERT INTO package VALUES (?, ?)", _rows(packages))
        database.executemany("INSERT INTO advisory VALUES (?, ?)", enumerate(map(_ENCODE, known)))
        database.executemany("INSERT INTO alias VALUES (?, ?)", enumerate(map(_ENCODE, aliases)))
        self.products.write(database)
        database.execute("COMMIT")

    def _joined(self) -> Iterator[Gathered]:
        return (records[0] if len(records) == 1 else joined(records) for records in self._advisories.values())

    def _known(self) -> list[list[Any]]:
        """What is remembered of each advisory, all formats together, in rows by its id."""
        together: dict[str, list[Gathered]] = {}
        for (name, _), items in self._advisories.items():
            together.setdefault(name, []).extend(items)
        found = _empty_rows(len(together))
        for name, items in together.items():
            item = joined(sorted(items, key=_format_of)) if len(items) > 1 else items[0]
            found[row_of(name, len(found))].append((name, item.modified, item.withdrawn, item.title))
        return found

    def _aliases(self) -> list[list[Any]]:
        """The aliases with the advisories that list them, in rows by the alias."""
        named: dict[str, dict[str, None]] = {}
        for (name, _), items in self._advisories.items():
            for item in items:
                for alias in item.aliases:
                    named.setdefault(alias, {})[name] = None
        found = _empty_rows(len(named))
        for alias, names in named.items():
            found[row_of(alias, len(found))] += [(alias, name) for name in names]
        return found


def _is_before(one: str, other: str) -> bool:
    """Whether one RFC 3339 time, or no time, is before another; ``.5Z`` and an offset do not sort as text."""
    return one != other and _moment(one) < _moment(other)


def _moment(text: str) -> float:
    """Seconds since 1970; what cannot be read is before everything."""
    with suppress(ValueError):
        read = dt.datetime.fromisoformat(text)
        return (read if read.tzinfo else read.replace(tzinfo=dt.UTC)).timestamp()
    return float("-inf")


def _settle(folder: Path) -> None:
    """Have the system keep the names in a folder as they are now; some file systems cannot be asked to."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _empty_rows(count: int) -> list[list[Any]]:
    """Rows for ``count`` things, a power of two: a row costs SQLite as much as several things in one."""
    return [[] for _ in range(1 << (count // _IN_A_ROW).bit_length())]


def _format_of(item: Gathered) -> str:
    return item.format


def _rows(held: dict[int, list[bytes]]) -> Iterable[tuple[int, bytes]]:
    """The rows of packages in the order of their numbers, in which SQLite only ever appends."""
    return (
        (number, _ONE + entries[0] if len(entries) == 1 else _several(entries))
        for number, entries in sorted(held.items())
    )


def _several(entries: list[bytes]) -> bytes:
    return _ENCODE([msgspec.Raw(entry) for entry in entries])
