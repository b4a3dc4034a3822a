"""Reading code paths as people and models write them: ``path:line``, ranges, URLs, symbols."""

import re

from clearinghouse.formats.text import distinct_line
from clearinghouse.records import Location

MAX_LOCATOR = 1024
_NOTE = re.compile(r"\(([^()]{1,200})\)$")
_AT_END = re.compile(r":(\d{1,9})(?:-(\d{1,9})|:(\d{1,9})(?:-\d{1,9})?)?$")
_HASH = re.compile(r"#L(\d{1,9})(?:-L?(\d{1,9}))?$")
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{1,20}://")
_SYMBOL = re.compile(r"[\w$~.:<>,\[\]&* -]+(?:\(\))?")


def parse_locator(text: str) -> Location | None:
    """Return the place that a locator names; None if it is empty.

    ``src/a.c:10``, ``src/a.c:10-20``, ``src/a.c:10:5``, ``src/a.c#L10-L20`` give path and lines; a note in brackets at
    the end and what follows ``::`` after a file name give the symbol; a URL is a path as a whole, its port no line;
    what has the form of a symbol and not of a path (``ns::Class::method``, ``parse_header()``) is a symbol alone.
    """
    text = distinct_line(text, MAX_LOCATOR).strip("` ")
    if not text:
        return None
    place = _parse(text)
    return place if place.path or place.symbol else Location(path=text)


def _parse(text: str) -> Location:
    symbol = None
    if not _URL.match(text) and (note := _NOTE.search(text)) and note.start() > 0 and text[note.start() - 1] == " ":
        symbol = note[1].removesuffix("()")
        text = text[: note.start()].rstrip()
    if line := _HASH.search(text):
        return _place(text[: line.start()], symbol, line[1], line[2], None)
    if _URL.match(text):
        return _url(text, symbol)
    if line := _AT_END.search(text):
        return _place(text[: line.start()], symbol, line[1], line[2], line[3])
    return _place(text, symbol, None, None, None)


def _url(text: str, symbol: str | None) -> Location:
    """A number after the path of a URL is a line (``https://host/file.c:10``); after the host it is a port."""
    line = _AT_END.search(text)
    rest = text.partition("://")[2]
    if line and "/" in rest[: len(rest) - len(line[0])]:
        return Location(path=text[: line.start()], line=_number(line[1]), end_line=_number(line[2]), symbol=symbol)
    return Location(path=text, symbol=symbol)


def _place(text: str, symbol: str | None, line: str | None, end: str | None, column: str | None) -> Location:
    path, separator, inner = text.partition("::")
    if separator and inner and ("/" in path or "." in path) and _SYMBOL.fullmatch(inner):
        symbol, text = symbol or inner.removesuffix("()"), path  # src/lib.rs::parse
    elif _is_symbol(text):
        symbol, text = symbol or text.removesuffix("()"), ""
    return Location(path=text, line=_number(line), end_line=_number(end), column=_number(column), symbol=symbol or None)


def _is_symbol(text: str) -> bool:
    return ("::" in text or text.endswith("()")) and "/" not in text and bool(_SYMBOL.fullmatch(text))


def _number(text: str | None) -> int | None:
    return int(text) if text and int(text) > 0 else None
