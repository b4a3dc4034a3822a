"""Yarn 1's ``yarn.lock``: its own syntax, read a line at a time.

Source: https://classic.yarnpkg.com/lang/en/docs/yarn-lock/ and https://github.com/yarnpkg/yarn,
``src/lockfile/parse.js``.
"""

import re
from collections.abc import Iterator

from clearinghouse.formats.document import Document
from clearinghouse.formats.lockfiles.lines import bad_line, lines_of
from clearinghouse.formats.lockfiles.npm_sources import locate, split_name, written
from clearinghouse.formats.lockfiles.shelf import Shelf
from clearinghouse.records import Problem

HEADER = "# yarn lockfile v1"
_KEY = re.compile(r"[^\s#].*:\s*\Z")
_FIELD = re.compile(r' {2}"?(\w++)"? ("(?:[^"\\]|\\.)*+"|\S++)\s*\Z')
_BELOW = re.compile(r" {2}\w[\w-]*+:\s*\Z")
_SPEC_WITH_NAME = "npm:"


def fill(shelf: Shelf, document: Document) -> Iterator[Problem]:
    """Put every entry on the shelf; yield what is not understood."""
    shelf.tool = "Yarn"
    entry: _Entry | None = None
    for item in lines_of(document):
        if isinstance(item, Problem):
            yield item
            continue
        number, line = item
        if not line.strip() or line.startswith("#") or (entry and line.startswith("    ")):
            continue  # what the package needs has four blanks
        if _KEY.match(line):
            if entry:
                yield from entry.put(shelf)
            entry = _Entry(line, number)
        elif not (entry and entry.take(line)):
            yield bad_line(shelf.source, number, "is no part of an entry", '  version "1.0.0"')
    if entry:
        yield from entry.put(shelf)


class _Entry:
    """One entry: what is asked for (``left-pad@^1.0.0, left-pad@1.3.0``), and what it was resolved to."""

    def __init__(self, key: str, line: int) -> None:
        self.wanted = key.strip().removesuffix(":").partition(", ")[0].strip('"')
        self.line = line
        self.fields: dict[str, str] = {}

    def take(self, line: str) -> bool:
        """Take a line below the key; False if it is not understood."""
        field = _FIELD.match(line)
        if field:
            self.fields.setdefault(field[1], field[2].strip('"'))
        return bool(field or _BELOW.match(line))

    def put(self, shelf: Shelf) -> Iterator[Problem]:
        """Put the package on the shelf, or say why not."""
        version = self.fields.get("version")
        installed, spec = split_name(self.wanted)
        if version is None or not installed:
            yield Problem(
                source=shelf.source,
                code="missing_field",
                message="The entry has no version.",
                line=self.line,
                expected='version "1.0.0"',
            )
            return
        name = split_name(spec.removeprefix(_SPEC_WITH_NAME))[0] if spec.startswith(_SPEC_WITH_NAME) else installed
        address = self.fields.get("resolved") or (spec if spec.startswith(("file:", "link:")) else None)
        found = locate(name or installed, version, address)
        shelf.put(found.name, found.version, written(installed, found), repository=found.repository, line=self.line)
