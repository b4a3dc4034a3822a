"""TOML as plain values, with the lines of its tables, for documents that strangers wrote.

The parser is the standard library's, which recurses into arrays (that ends in an error that is caught here) and looks
at every beginning of a dotted key: its cost grows with the square of the number of parts, and with the product of the
length of a header and the lines below it. Keys of many parts are therefore refused before it is asked.
"""

import re
import tomllib
from collections.abc import Iterator
from typing import Any, NamedTuple

from clearinghouse.formats.decode import Decoder
from clearinghouse.formats.document import Document
from clearinghouse.formats.lockfiles.shelf import on_line, whole
from clearinghouse.formats.text import clean_line
from clearinghouse.records import Problem

MAX_PARTS = 16
"""Most parts of a dotted key; lockfiles have up to five."""

_PART = r"(?:[\w-]++|\"(?:[^\"\\\n]|\\.)*+\"|'[^'\n]*+')"
_LONG_KEY = re.compile(rf"(?:^[ \t]*+\[{{0,2}}|[{{,])[ \t]*+(?:{_PART}[ \t]*+\.[ \t]*+){{{MAX_PARTS}}}", re.MULTILINE)
_PLACE = re.compile(r"\(at (?:line (\d+), column \d+|end of document)\)\s*\Z")
_NAMES = re.compile(r"\((?:'[^']*+'(?:, )?)++,?\)")
"""How the parser writes a key in its messages."""
_NAME = re.compile(r"'([^']*+)'")


class Toml(NamedTuple):
    """A document: its values, and its text."""

    values: dict[str, Any]
    text: str

    def lines_of(self, table: str, count: int) -> list[int | None]:
        """Return the line of each header ``[[table]]`` from 1; nothing is known where there are not ``count`` of them.

        That is so where the tables are written in another way, or where a text of several lines has such a line.
        """
        header = f"[[{table}]]"
        found: list[int | None] = [
            number for number, line in enumerate(self.text.split("\n"), 1) if line.startswith(header)
        ]
        return found if len(found) == count else [None] * count


def load(document: Document) -> Toml | Problem:
    """Return what a TOML document says, or what is wrong with it.

    Raises:
        LimitExceededError: it is larger than a lockfile may be.
    """
    text = whole(document).decode("utf-8", "replace").replace("\r\n", "\n")
    if found := _LONG_KEY.search(text):
        return _broken(
            document.source, f"it has a key of more than {MAX_PARTS} parts", text.count("\n", 0, found.end()) + 1
        )
    try:
        return Toml(tomllib.loads(text), text)
    except RecursionError:
        return _broken(document.source, "it is nested too deeply", None)
    except ValueError as error:
        return _broken(document.source, *_in_words(str(error)))


def _in_words(said: str) -> tuple[str, int | None]:
    """Return what the parser says, in words, and the line."""
    place = _PLACE.search(said)
    if place is None:
        return "a number in it is too long", None
    what = _NAMES.sub(lambda found: ".".join(_NAME.findall(found[0])), said[: place.start()])
    return clean_line(what.rstrip(". "), 200), int(place[1]) if place[1] else None


def tables(toml: Toml, name: str, decoder: Decoder[Any], source: str) -> Iterator[tuple[Any, int | None] | Problem]:
    """Yield each table of the array ``[[name]]``, decoded, with its line; the problems of those that are bad."""
    found = toml.values.get(name, [])
    if not isinstance(found, list):
        yield Problem(
            source=source, code="wrong_type", message=f'"{name}" should be an array of tables.', expected="array"
        )
        return
    for value, line in zip(found, toml.lines_of(name, len(found)), strict=True):
        table = decoder.convert(value, source=source)
        if isinstance(table, tuple):
            yield from on_line(table, line)
        else:
            yield table, line


def _broken(source: str, why: str, line: int | None) -> Problem:
    return Problem(
        source=source,
        code="malformed_toml",
        message=f"It is not read as TOML: {why[:1].lower()}{why[1:]}.",
        line=line,
        expected="one TOML document (https://toml.io)",
    )
