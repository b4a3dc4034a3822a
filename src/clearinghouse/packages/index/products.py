"""The part of the index that holds products without a package URL: names, and the statements under each.

Names are read when somebody asks for a product; statements, when a name is found.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol, TypeVar

import msgspec

from clearinghouse.packages.products import NameIndex, Statement
from clearinghouse.packages.products.index import WrittenName, written_name
from clearinghouse.packages.products.statement import KEV
from clearinghouse.records import Remedy

SCHEMA = """
CREATE TABLE product (number INTEGER PRIMARY KEY, name BLOB NOT NULL, statements BLOB NOT NULL);
CREATE TABLE described (cve TEXT PRIMARY KEY, products BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE remedy (flaw TEXT PRIMARY KEY, remedies BLOB NOT NULL) WITHOUT ROWID;
"""
ADVICE = frozenset({"mitigation", "workaround"})
"""Kinds of remedies that are kept: what helps beside a version."""
_Answer = TypeVar("_Answer")
_ENCODE = msgspec.msgpack.Encoder().encode
_NAME = msgspec.msgpack.Decoder(WrittenName)
_STATEMENTS = msgspec.msgpack.Decoder(list[Statement])
_NUMBERS = msgspec.msgpack.Decoder(list[int])
_REMEDIES = msgspec.msgpack.Decoder(tuple[Remedy, ...])


class ProductBuilder:
    """Gathers statements and advice, and writes them into an index that is being made."""

    def __init__(self) -> None:
        self._numbers: dict[WrittenName, int] = {}
        self._statements: list[dict[Statement, None]] = []
        self._described: dict[str, dict[int, None]] = defaultdict(dict)
        self._remedies: dict[str, dict[Remedy, None]] = defaultdict(dict)

    def add(self, statement: Statement) -> None:
        """Take in one statement; the same one twice is one."""
        name = written_name(statement)
        number = self._numbers.setdefault(name, len(self._numbers))
        if number == len(self._statements):
            self._statements.append({})
        self._statements[number][statement] = None
        if statement.origin != KEV:
            for identifier in (statement.advisory, *statement.aliases):
                if identifier.startswith("CVE-"):
                    self._described[identifier][number] = None

    def advise(self, advisory: str, identifiers: Iterable[str], remedies: Iterable[Remedy]) -> None:
        """Take in what an advisory says helps against the flaw with these identifiers."""
        kept = [remedy for remedy in remedies if remedy.kind in ADVICE]
        for flaw in flaws_of(advisory, identifiers) if kept else ():
            self._remedies[flaw].update(dict.fromkeys(kept))

    def write(self, database: sqlite3.Connection) -> None:
        """Write everything; the tables are there and empty."""
        rows = zip(self._numbers, self._statements, strict=True)
        database.executemany(
            "INSERT INTO product VALUES (?, ?, ?)",
            ((number, _ENCODE(name), _ENCODE(list(each))) for number, (name, each) in enumerate(rows)),
        )
        database.executemany(
            "INSERT INTO described VALUES (?, ?)", ((cve, _ENCODE(list(each))) for cve, each in self._described.items())
        )
        database.executemany(
            "INSERT INTO remedy VALUES (?, ?)", ((flaw, _ENCODE(tuple(each))) for flaw, each in self._remedies.items())
        )


def flaws_of(advisory: str, identifiers: Iterable[str]) -> Iterator[str]:
    """Yield the names under which an advisory's advice is kept: with each identifier of the flaw, or alone."""
    named = False
    for identifier in identifiers:
        if identifier != advisory:
            named = True
            yield f"{advisory} {identifier}"
    if not named:
        yield advisory


class Ask(Protocol):
    """Has a function read the index, and sees to it where that is damaged."""

    def __call__(self, read: Callable[[sqlite3.Connection], _Answer]) -> _Answer:
        """Return what ``read`` makes of the index."""
        ...


def names_in(ask: Ask) -> NameIndex:
    """Return the index over the names of the products."""

    def fetch(number: int) -> list[Statement]:
        def read(database: sqlite3.Connection) -> list[Statement]:
            row = database.execute("SELECT statements FROM product WHERE number = ?", (number,)).fetchone()
            return _STATEMENTS.decode(row[0])

        return ask(read)

    def described(cve: str) -> list[int]:
        def read(database: sqlite3.Connection) -> list[int]:
            row = database.execute("SELECT products FROM described WHERE cve = ?", (cve,)).fetchone()
            return _NUMBERS.decode(row[0]) if row else []

        return ask(read)

    def names(database: sqlite3.Connection) -> list[WrittenName]:
        return [_NAME.decode(row[0]) for row in database.execute("SELECT name FROM product ORDER BY number")]

    return NameIndex(ask(names), fetch, described)


def remedies_in(database: sqlite3.Connection, advisory: str, identifiers: Iterable[str]) -> tuple[Remedy, ...]:
    """Return what an advisory says helps against the flaw with these identifiers."""
    found: dict[Remedy, None] = {}
    for flaw in flaws_of(advisory, identifiers):
        row = database.execute("SELECT remedies FROM remedy WHERE flaw = ?", (flaw,)).fetchone()
        if row:
            found.update(dict.fromkeys(_REMEDIES.decode(row[0])))
    return tuple(found)
