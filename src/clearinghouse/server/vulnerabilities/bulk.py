"""Rows by the thousand, read and written in one statement each: the only place with SQL of our own for them.

Table and column names are constants of this package and never come from outside; values are always parameters.
"""

import datetime as dt
import json
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from django.db import connection

_PAGE = 4_000
"""Most values of one statement: large enough that statements cost nothing, small enough to be bounded."""


@lru_cache(maxsize=4096)  # the findings of one report have one time
def as_stored(moment: dt.datetime | None) -> Any:
    """Return a time as the database takes it in a statement of our own."""
    return None if moment is None else connection.ops.adapt_datetimefield_value(moment)


@lru_cache(maxsize=4096)
def as_read(moment: dt.datetime | None) -> dt.datetime | None:
    """Return a time that came out of a statement of our own, in UTC; SQLite's do not say that they are."""
    return moment.replace(tzinfo=dt.UTC) if moment is not None and moment.tzinfo is None else moment


class Table:
    """One table that is written in bulk.

    Args:
        name: its name. columns: the names of the columns that are written.
        types: the PostgreSQL array type of each column.
    """

    def __init__(self, name: str, **columns: str) -> None:
        self._name = name
        self._columns = tuple(columns)
        self._types = tuple(columns.values())

    def insert(self, rows: Sequence[Sequence[Any]], *, or_ignore: bool = False) -> None:
        """Insert rows, each with a value for every column.

        Args:
            rows: the values. or_ignore: leave out rows that are there already.
        """
        if not rows:
            return
        names = ", ".join(self._columns)
        ignoring = " ON CONFLICT DO NOTHING" if or_ignore else ""
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                casts = ", ".join(f"%s::{kind}" for kind in self._types)
                statement = f"INSERT INTO {self._name} ({names}) SELECT * FROM unnest({casts}){ignoring}"  # noqa: S608
                for start in range(0, len(rows), _PAGE):
                    cursor.execute(statement, _columns(rows[start : start + _PAGE]))
            else:
                marks = ", ".join(["%s"] * len(self._columns))
                cursor.executemany(f"INSERT INTO {self._name} ({names}) VALUES ({marks}){ignoring}", rows)  # noqa: S608

    def update(self, rows: Sequence[Sequence[Any]]) -> None:
        """Set every other column of rows that are found by the first one."""
        if not rows:
            return
        first, *others = self._columns
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                casts = ", ".join(f"%s::{kind}" for kind in self._types)
                sets = ", ".join(f"{name} = new.{name}" for name in others)
                names = ", ".join(self._columns)
                statement = (
                    f"UPDATE {self._name} SET {sets} FROM unnest({casts}) AS new({names}) "  # noqa: S608
                    f"WHERE {self._name}.{first} = new.{first}"
                )
                for start in range(0, len(rows), _PAGE):
                    cursor.execute(statement, _columns(rows[start : start + _PAGE]))
            else:
                sets = ", ".join(f"{name} = %s" for name in others)
                statement = f"UPDATE {self._name} SET {sets} WHERE {first} = %s"  # noqa: S608
                cursor.executemany(statement, [(*rest, key) for key, *rest in rows])


def _columns(rows: Sequence[Sequence[Any]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]


def select_in(statement: str, values: Iterable[int], *parameters: Any) -> list[tuple[Any, ...]]:
    """Return the rows of a statement for many integers.

    Args:
        statement: constant text; ``{values}`` stands where a list of values is wanted: ``WHERE key IN {values}``, or a
            table of them with the one column ``value``.
        values: the integers. parameters: further ones, for marks that follow the list.
    """
    wanted = list(values)
    if not wanted:
        return []
    with connection.cursor() as cursor:
        cursor.execute(*_listed(statement, wanted, parameters))
        return list(cursor.fetchall())


def execute_in(statement: str, values: Iterable[int], *parameters: Any) -> None:
    """Run a statement that changes rows for many integers; arguments as for :func:`select_in`."""
    wanted = list(values)
    if not wanted:
        return
    with connection.cursor() as cursor:
        cursor.execute(*_listed(statement, wanted, parameters))


def _listed(statement: str, values: list[int], parameters: Sequence[Any]) -> tuple[str, list[Any]]:
    """A list of any length as one parameter."""
    if connection.vendor == "postgresql":
        return statement.format(values="(SELECT unnest(%s::bigint[]) AS value)"), [values, *parameters]
    return statement.format(values="(SELECT value FROM json_each(%s))"), [json.dumps(values), *parameters]
