"""The advisory index: one SQLite file that answers which advisories speak of a package.

A package is one row, found by a 64-bit number made of its ecosystem and normal name; the row holds all entries on it.
What is in the file was made here, from records; a file made by another version of this program is not read but made
anew.
"""

import hashlib
import os
import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from functools import cached_property
from pathlib import Path

import msgspec

from clearinghouse.packages.index.entry import Entry, entries_of
from clearinghouse.packages.index.products import SCHEMA as PRODUCT_SCHEMA
from clearinghouse.packages.index.products import ProductBuilder, names_in, remedies_in
from clearinghouse.packages.products import NameIndex
from clearinghouse.records import ClearinghouseError, PublishedAdvisory, Remedy

LAYOUT = 3
"""Version of what is in the file: the tables, the shape of an entry, and the version keys in it."""
_SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE package (id INTEGER PRIMARY KEY, entries BLOB NOT NULL);
CREATE TABLE advisory (
    id TEXT PRIMARY KEY, modified TEXT NOT NULL, withdrawn TEXT, title TEXT NOT NULL, packages BLOB NOT NULL
) WITHOUT ROWID;
CREATE TABLE alias (alias TEXT NOT NULL, advisory TEXT NOT NULL, PRIMARY KEY (alias, advisory)) WITHOUT ROWID;
CREATE TABLE coverage (ecosystem TEXT PRIMARY KEY, advisories INTEGER NOT NULL) WITHOUT ROWID;
"""
_MAKE = "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE;"
_ENTRIES = msgspec.msgpack.Decoder(list[Entry])
_ENCODE = msgspec.msgpack.Encoder().encode


class IndexFileError(ClearinghouseError):
    """The file is no advisory index that this version can read."""


def package_number(ecosystem: str, name: str) -> int:
    """Return the number under which a package is kept: 64 bits of BLAKE2b over ecosystem and normal name, signed."""
    digest = hashlib.blake2b(f"{ecosystem}\0{name}".encode("utf-8", "surrogatepass"), digest_size=8)
    return int.from_bytes(digest.digest(), "big", signed=True)


class Known(msgspec.Struct, frozen=True, gc=False):
    """What the index remembers of an advisory besides its entries."""

    id: str
    modified: str
    withdrawn: str | None
    title: str


class _Gathered(msgspec.Struct, gc=False):
    modified: str
    withdrawn: str | None
    title: str
    aliases: tuple[str, ...]
    entries: list[tuple[int, bytes]]
    ecosystems: frozenset[str]


class IndexBuilder:
    """Gathers advisories and writes them as one file.

    Of two advisories of one format with one id the one that was modified later counts (OSV schema, ``modified``). Of
    two that say the same time, or none, both count: some publishers write one record for each branch of versions. So do
    two of different formats, which may call by one id what each of them says of it.
    """

    def __init__(self) -> None:
        self._advisories: dict[tuple[str, str], _Gathered] = {}  # by id and format
        self.products = ProductBuilder()

    def __len__(self) -> int:
        return len({name for name, _ in self._advisories})

    def add(self, advisory: PublishedAdvisory) -> None:
        """Take in one advisory."""
        modified = advisory.body.modified or ""
        known = self._advisories.get((advisory.id, advisory.format))
        if known is not None and known.modified > modified:
            return
        entries = list(entries_of(advisory))
        made = _Gathered(
            modified=modified,
            withdrawn=advisory.body.withdrawn,
            title=advisory.title,
            aliases=advisory.aliases,
            entries=[(package_number(entry.ecosystem, entry.name), _ENCODE(entry)) for entry in entries],
            ecosystems=frozenset(_coverage(entry) for entry in entries),
        )
        both = known is not None and known.modified == modified
        self._advisories[advisory.id, advisory.format] = _joined(known, made) if known and both else made

    def write(self, path: Path, meta: dict[str, str] | None = None) -> None:
        """Write the index to ``path``: whole or not at all.

        Raises:
            OSError, sqlite3.Error: the disk is full, or the folder cannot be written to.
        """
        unfinished = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            with closing(sqlite3.connect(unfinished, isolation_level=None)) as database:
                self._fill(database, meta or {})
            os.replace(unfinished, path)
        finally:
            with suppress(OSError):
                unfinished.unlink()

    def _fill(self, database: sqlite3.Connection, meta: dict[str, str]) -> None:
        database.executescript(_MAKE + "BEGIN;" + _SCHEMA + PRODUCT_SCHEMA)
        packages: dict[int, list[msgspec.Raw]] = {}
        coverage: Counter[str] = Counter()
        for gathered in self._advisories.values():
            coverage.update(gathered.ecosystems)
            for number, entry in gathered.entries:
                packages.setdefault(number, []).append(msgspec.Raw(entry))
        database.executemany("INSERT INTO meta VALUES (?, ?)", [("layout", str(LAYOUT)), *meta.items()])
        database.executemany(
            "INSERT INTO package VALUES (?, ?)", ((number, _ENCODE(packages[number])) for number in sorted(packages))
        )
        database.executemany("INSERT INTO advisory VALUES (?, ?, ?, ?, ?)", self._advisory_rows())
        database.executemany(
            "INSERT OR IGNORE INTO alias VALUES (?, ?)",
            sorted((alias, name) for (name, _), item in self._advisories.items() for alias in item.aliases),
        )
        database.executemany("INSERT INTO coverage VALUES (?, ?)", coverage.items())
        self.products.write(database)
        database.execute("COMMIT")

    def _advisory_rows(self) -> Iterator[tuple[str, str, str | None, str, bytes]]:
        together: dict[str, _Gathered] = {}
        for (name, _), item in sorted(self._advisories.items()):
            known = together.get(name)
            together[name] = _joined(known, item) if known else item
        for name, item in together.items():
            yield name, item.modified, item.withdrawn, item.title, _ENCODE([number for number, _ in item.entries])


def _joined(one: _Gathered, other: _Gathered) -> _Gathered:
    """Two records of one advisory as one. A withdrawal counts only if both were withdrawn."""
    return _Gathered(
        modified=one.modified,
        withdrawn=one.withdrawn and other.withdrawn,
        title=one.title,
        aliases=tuple(dict.fromkeys((*one.aliases, *other.aliases))),
        entries=list(dict.fromkeys((*one.entries, *other.entries))),
        ecosystems=one.ecosystems | other.ecosystems,
    )


def _coverage(entry: Entry) -> str:
    return f"{entry.ecosystem}:{entry.release}" if entry.release else entry.ecosystem


class AdvisoryIndex:
    """An advisory index that was made before; it is only read.

    Args:
        path: what :meth:`IndexBuilder.write` wrote.

    Raises:
        IndexFileError: it is no such file, or it was made by another version.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._database = sqlite3.connect(
                f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True, isolation_level=None
            )
            self.meta: dict[str, str] = dict(self._database.execute("SELECT name, value FROM meta"))
            self.coverage: dict[str, int] = dict(self._database.execute("SELECT ecosystem, advisories FROM coverage"))
        except sqlite3.Error as error:
            raise IndexFileError(f"{path} is no advisory index: {error}", "make it anew from the advisories") from error
        if self.meta.get("layout") != str(LAYOUT):
            raise IndexFileError(
                f"{path} is an advisory index of another version of this program", "make it anew from the advisories"
            )
        self._bases = frozenset(name.partition(":")[0] for name in self.coverage)

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def __len__(self) -> int:
        return int(self._database.execute("SELECT count(*) FROM advisory").fetchone()[0])

    def covers(self, ecosystem: str, release: str = "") -> bool:
        """Whether any advisory speaks of this ecosystem, or of this release of a distribution or all of them."""
        if not release:
            return ecosystem in self._bases
        return ecosystem in self.coverage or f"{ecosystem}:{release}" in self.coverage

    @cached_property
    def products(self) -> NameIndex:
        """What is said of products that have no package URL."""
        return names_in(self._database)

    def remedies(self, advisory: str, identifiers: Iterable[str]) -> tuple[Remedy, ...]:
        """Return what an advisory says helps, beside a version, against the flaw with these identifiers."""
        return remedies_in(self._database, advisory, identifiers)

    def entries(self, ecosystem: str, name: str) -> list[Entry]:
        """Return what is known of a package. ``ecosystem`` is an OSV base name, ``name`` the normal form."""
        row = self._database.execute(
            "SELECT entries FROM package WHERE id = ?", (package_number(ecosystem, name),)
        ).fetchone()
        if row is None:
            return []
        found = _ENTRIES.decode(row[0])
        return [entry for entry in found if entry.name == name and entry.ecosystem == ecosystem]

    def advisory(self, identifier: str) -> Known | None:
        """Return what is known of the advisory with this id, exactly as its publisher writes it."""
        row = self._database.execute(
            "SELECT id, modified, withdrawn, title FROM advisory WHERE id = ?", (identifier,)
        ).fetchone()
        return Known(*row) if row else None

    def named(self, identifier: str) -> list[str]:
        """Return the ids of the advisories that an identifier names: its own, and those that list it as an alias."""
        rows = self._database.execute(
            "SELECT id FROM advisory WHERE id = ?1 UNION SELECT advisory FROM alias WHERE alias = ?1", (identifier,)
        )
        return [row[0] for row in rows]


def update(path: Path, advisories: Iterable[PublishedAdvisory]) -> int:
    """Take advisories that came or changed since into an index; return how many it changed. All of them or none.

    The file is replaced as a whole, so that whoever has the former one open goes on reading that.

    Raises:
        IndexFileError: ``path`` is no index of this version. OSError, sqlite3.Error: it cannot be written.
    """
    AdvisoryIndex(path).close()
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        shutil.copyfile(path, unfinished)
        with closing(sqlite3.connect(unfinished, isolation_level=None)) as database:
            database.executescript(_MAKE + "BEGIN;")
            changed = sum(_replace(database, advisory) for advisory in advisories)
            database.execute("COMMIT")
        os.replace(unfinished, path)
    finally:
        with suppress(OSError):
            unfinished.unlink()
    return changed


def _replace(database: sqlite3.Connection, advisory: PublishedAdvisory) -> bool:
    """Put an advisory into the place of what the index has under its id, if it is newer; return whether it was."""
    modified = advisory.body.modified or ""
    row = database.execute("SELECT modified, packages FROM advisory WHERE id = ?", (advisory.id,)).fetchone()
    if row is not None and row[0] >= modified:
        return False
    entries = list(entries_of(advisory))
    for number in msgspec.msgpack.decode(row[1], type=list[int]) if row else ():
        _change(database, number, [], gone=advisory.id)
    numbers = [package_number(entry.ecosystem, entry.name) for entry in entries]
    for number, entry in zip(numbers, entries, strict=True):
        _change(database, number, [entry])
    known = (advisory.id, modified, advisory.body.withdrawn, advisory.title, _ENCODE(numbers))
    database.execute("INSERT OR REPLACE INTO advisory VALUES (?, ?, ?, ?, ?)", known)
    database.execute("DELETE FROM alias WHERE advisory = ?", (advisory.id,))
    database.executemany(
        "INSERT OR IGNORE INTO alias VALUES (?, ?)", ((alias, advisory.id) for alias in advisory.aliases)
    )
    # An ecosystem stays covered when the last advisory on it goes: who looks there has looked.
    for ecosystem in {_coverage(entry) for entry in entries}:
        database.execute(
            "INSERT INTO coverage VALUES (?, 1) ON CONFLICT (ecosystem) DO UPDATE SET advisories = advisories + 1",
            (ecosystem,),
        )
    return True


def _change(database: sqlite3.Connection, number: int, added: list[Entry], *, gone: str = "") -> None:
    row = database.execute("SELECT entries FROM package WHERE id = ?", (number,)).fetchone()
    kept = [entry for entry in _ENTRIES.decode(row[0]) if entry.advisory != gone] if row else []
    database.execute("INSERT OR REPLACE INTO package VALUES (?, ?)", (number, _ENCODE(kept + added)))
