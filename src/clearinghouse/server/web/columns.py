"""Heads of tables whose columns are sorted by following a link."""

from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec
from django.http import QueryDict

Direction = Literal["ascending", "descending"]
SORT = "sort"
"""The parameter that says by what is sorted: the name of a column, with ``-`` before it for the other way round."""


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """A column.

    Attributes:
        title: what stands above it. key: what the parameter calls it; without one it cannot be sorted by.
        number: whether it holds numbers, which stand right. falling: whether its first order is descending.
        url: where the link leads. direction: how the table is sorted by it now, if it is.
    """

    title: str
    key: str = ""
    number: bool = False
    falling: bool = False
    url: str = ""
    direction: Direction | None = None


def sortable(columns: Sequence[Column], asked: Mapping[str, str], default: str) -> list[Column]:
    """Return columns with links that sort by them; all else that was asked for stays, the place in the pages does not.

    Args:
        asked: the parameters of the request. default: the order without any, such as ``-received``.
    """
    order = asked.get(SORT, default)
    return [_linked(column, asked, order) if column.key else column for column in columns]


def _linked(column: Column, asked: Mapping[str, str], order: str) -> Column:
    rising, falling = column.key, f"-{column.key}"
    direction: Direction | None = {rising: "ascending", falling: "descending"}.get(order)  # type: ignore[assignment]
    first, second = (falling, rising) if column.falling else (rising, falling)
    query = QueryDict(mutable=True)
    for key, value in asked.items():
        if key not in (SORT, "after", "before"):
            query[key] = value
    query[SORT] = second if order == first else first
    return msgspec.structs.replace(column, url=f"?{query.urlencode()}", direction=direction)
