"""Go's ``go.sum``: the checksums of modules.

Source: https://go.dev/ref/mod#go-sum-files.

A line ``<module> <version> h1:...`` is the checksum of a module's content, which Go fetched to build, test or list
packages of it: an item. A line with ``<version>/go.mod`` is that of its ``go.mod`` alone, which Go reads to choose
versions, of many versions that are in no build: no item. What Go does not need any more stays until ``go mod tidy``,
so that a module may be there at several versions; a ``go.mod`` says which is used.
"""

import re
from collections.abc import Iterator
from functools import partial

from clearinghouse.formats.contract import NO_MATCH, Format, Match
from clearinghouse.formats.document import Document
from clearinghouse.formats.lockfiles.lines import each_line, first_lines, share
from clearinghouse.formats.lockfiles.shelf import Record, Shelf, stocked
from clearinghouse.formats.sample import Sample

_LINE = re.compile(r"(\S++) (v\d[^\s/]*+)(/go\.mod)? h\d:[A-Za-z0-9+/]{20,100}={0,2}\s*\Z")
_ENOUGH = 0.9


def detect(sample: Sample) -> Match:
    """Recognise lines of module, version and checksum."""
    lines = first_lines(sample)
    if not lines or " h1:" not in lines[0]:
        return NO_MATCH
    return Match(95) if share(map(_LINE.match, lines)) >= _ENOUGH else NO_MATCH


def read(document: Document) -> Iterator[Record]:
    """Yield the inventory and an item for each module with a checksum of its content."""
    shelf = Shelf(document.source, FORMAT.name, "Go")
    expected = "<module> <version> h1:<checksum>"
    yield from stocked(shelf, each_line(document, partial(_take, shelf), "is no module with its checksum", expected))


def _take(shelf: Shelf, line: str, number: int) -> bool:
    """Put the module of a line on the shelf; False if the line is none."""
    found = _LINE.match(line)
    if found and not found[3]:
        shelf.put(found[1], found[2], f"{found[1]} {found[2]}", line=number)
    return bool(found) or not line.strip()


FORMAT = Format(name="go_sum", title="go.sum", detect=detect, read=read, inventory=True)
