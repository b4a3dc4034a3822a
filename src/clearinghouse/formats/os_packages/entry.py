"""What the readers of all lists hand out, and the stanzas that two of them are made of."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import msgspec

Lines = Iterable[tuple[int, str]]
"""Lines with their numbers, from 1."""


class Entry(msgspec.Struct, gc=False):
    """One installed package.

    Attributes:
        line: where it stands, from 1. written: as the list has it.
        name: without its architecture. version: as the package manager compares it, ``[epoch:]version[-release]``.
        source: the source package, where the list says it. source_version: where it differs or is stated.
        suites: the archives in which apt knows this version (``bookworm``, ``jammy-updates``).
    """

    line: int
    written: str
    name: str
    version: str | None
    source: str = ""
    source_version: str | None = None
    suites: str = ""


class Passed(NamedTuple):
    """A package that the list names and that is not installed, or something that is no software (a key)."""

    line: int


class Bad(NamedTuple):
    """A line or stanza that is no package, and what it lacks, as the end of a sentence."""

    line: int
    lacks: str


Event = Entry | Passed | Bad


def stanzas(lines: Lines, wanted: frozenset[str], colon: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield (line on which it begins, first values of the wanted fields) for each stanza; blank lines divide them.

    Args:
        lines: the document. wanted: names of fields. colon: what stands between the name and the value.

    Further lines of a value, which begin with white space, are left out.
    """
    fields: dict[str, str] = {}
    first = 0
    for number, line in lines:
        if not line or line.isspace():
            if first:
                yield first, fields
            fields, first = {}, 0
            continue
        first = first or number
        name, found, value = line.partition(colon)
        if found and name in wanted and name not in fields:
            fields[name] = value.strip()
    if first:
        yield first, fields
