"""Mix's ``mix.lock``, of Elixir projects.

Source: https://hexdocs.pm/mix/Mix.Tasks.Deps.html and https://github.com/hexpm/hex, ``lib/hex/utils.ex``.

A map of names to tuples, one on each line. ``{:hex, :name, "1.0.0", ...}`` is a package of Hex, whose own name is the
second atom; the key may be another. ``{:git, address, commit, ...}`` has no release. What a package needs stands in
its own tuple in the same form and is no item there.
"""

import re
from collections.abc import Iterator
from functools import partial

from clearinghouse.formats.contract import NO_MATCH, Format, Match
from clearinghouse.formats.document import Document
from clearinghouse.formats.lockfiles.lines import each_line
from clearinghouse.formats.lockfiles.shelf import Record, Shelf, stocked
from clearinghouse.formats.sample import Sample

_START = re.compile(r'\s*%\{\s*(?:"[^"\n]*+":\s*\{:(?:hex|git|path)|\}\s*\Z)')
_KEY = re.compile(r'[\s%{]*"([^"]*+)":\s*\{:(\w++),\s*')
_HEX = re.compile(r':"?([\w.-]++)"?,\s*"([^"]++)"')
_GIT = re.compile(r'"([^"]*+)",\s*"([^"]*+)"')
_PATH = re.compile(r'"([^"]*+)"')
_FRAME = re.compile(r"[\s%{}]*\Z")


def detect(sample: Sample) -> Match:
    """Recognise a map that begins with a tuple of Hex or git, or an empty one."""
    return Match(95) if _START.match(sample.text) else NO_MATCH


def read(document: Document) -> Iterator[Record]:
    """Yield the inventory and an item for each package."""
    shelf = Shelf(document.source, FORMAT.name, "Hex")
    expected = '"<name>": {:hex, :<name>, "<version>", ...}'
    yield from stocked(shelf, each_line(document, partial(_take, shelf), "is no package", expected))


def _take(shelf: Shelf, line: str, number: int) -> bool:
    """Put the package of a line on the shelf; False if it is neither one nor a part of the frame."""
    if _FRAME.match(line):
        return True
    key = _KEY.match(line)
    if key is None:
        return False
    name, kind = key[1], key[2]
    if kind == "hex" and (hexed := _HEX.match(line, key.end())):
        own, version = hexed.groups()
        written = f"{own} {version}" if own == name else f"{name} ({own} {version})"
        shelf.put(own, version, written, line=number)
    elif kind == "git" and (git := _GIT.match(line, key.end())):
        shelf.put(name, None, f"{name} ({git[1]} {git[2]})", repository=f"{git[1]}@{git[2]}", line=number)
    elif kind == "path" and (path := _PATH.match(line, key.end())):
        shelf.put(name, None, f"{name} ({path[1]})", repository=path[1], line=number)
    else:
        return False
    return True


FORMAT = Format(name="mix_lock", title="mix.lock (Hex)", detect=detect, read=read, inventory=True)
