"""Bundler's ``Gemfile.lock``.

Source: https://bundler.io/man/gemfile.5.html and https://github.com/rubygems/rubygems,
``bundler/lib/bundler/lockfile_parser.rb``.

- Gems stand under ``GEM``; those under ``GIT`` and ``PATH`` have no release. A gem of the folder itself (``remote:
  .``) is the subject. ``PLUGIN SOURCE`` is what a plugin gives, of which nothing is known: no release.
- What follows the first hyphen of a version is its platform (``1.15.0-x86_64-linux``): one item for all platforms.
- Groups (``:development``) stand in the ``Gemfile`` only.
"""

import re
from collections.abc import Iterator

from clearinghouse.formats.contract import NO_MATCH, Format, Match
from clearinghouse.formats.document import Document
from clearinghouse.formats.lockfiles.lines import bad_line, lines_of
from clearinghouse.formats.lockfiles.shelf import Record, Shelf, at, stocked
from clearinghouse.formats.sample import Sample
from clearinghouse.records import Problem

_SECTION = re.compile(r"^(?:GEM|GIT|PATH|PLUGIN SOURCE)\s*\n {2}(?:remote|revision|type|specs): ?", re.MULTILINE)
_CLOSING = re.compile(r"^(?:PLATFORMS|DEPENDENCIES|BUNDLED WITH)\s*$", re.MULTILINE)
_GEMFILE = re.compile(r"^[ \t]*+gem[ \t]*+\(?\s*['\"][\w-]+['\"]", re.MULTILINE)
_SOURCE = re.compile(r"^[ \t]*+source[ \t]*+\(?\s*(?:['\"]https?://|:rubygems)", re.MULTILINE)
_SPEC = re.compile(r" {4}([^\s()!]++)(?: \(([^\s()-]++)(?:-([^\s()]++))?\))?!?\s*\Z")
_FIELD = re.compile(r" {2}(\w++): ?(.*+)\Z")
_SOURCES = frozenset({"GEM", "GIT", "PATH", "PLUGIN SOURCE"})


def detect(sample: Sample) -> Match:
    """Recognise a section of gems, or two of those that close the file; a ``Gemfile`` is a near miss."""
    text = sample.text
    if _SECTION.search(text.replace("\r\n", "\n")):
        return Match(95)
    if len(set(_CLOSING.findall(text))) >= 2:
        return Match(80)
    if _SOURCE.search(text) and _GEMFILE.search(text):
        return Match(40, "this is a Gemfile, which says what is wanted: give Gemfile.lock")
    return NO_MATCH


def read(document: Document) -> Iterator[Record]:
    """Yield the inventory and an item for each gem."""
    shelf = Shelf(document.source, FORMAT.name, "RubyGems")
    yield from stocked(shelf, _Reader(shelf).fill(document))


class _Reader:
    """Attributes: section: in which the lines stand. fields: of the source that is open. in_specs: below ``specs``."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.section = ""
        self.fields: dict[str, str] = {}
        self.in_specs = False

    def fill(self, document: Document) -> Iterator[Problem]:
        for item in lines_of(document):
            if isinstance(item, Problem):
                yield item
                continue
            number, line = item
            if not line.strip():
                continue
            if not line.startswith(" "):
                self.section, self.fields, self.in_specs = line.strip(), {}, False
            elif self.section in _SOURCES:
                problem = self.of_source(line, number)
                if problem:
                    yield problem
            elif self.section == "BUNDLED WITH":
                self.shelf.tool = f"Bundler {line.strip()}"

    def of_source(self, line: str, number: int) -> Problem | None:
        """Take a line of a section of gems: a field of the source, a gem, or what a gem needs (six blanks)."""
        if line.startswith("      "):
            return None
        field = _FIELD.match(line)
        if field:
            self.in_specs = field[1] == "specs"
            self.fields.setdefault(field[1], field[2].strip())
            return None
        spec = _SPEC.match(line) if self.in_specs else None
        if spec is None:
            return bad_line(
                self.shelf.source, number, "is neither a gem nor a field of its source", "    <gem> (<version>)"
            )
        self.put(spec, number)
        return None

    def put(self, spec: re.Match[str], number: int) -> None:
        name, version = spec[1], spec[2]
        written = line if (line := spec[0].strip().removesuffix("!")) else name
        if self.section == "GEM":
            self.shelf.put(name, version, written, line=number)
            return
        remote = self.fields.get("remote", "")
        if self.section == "PATH" and remote in (".", "./"):
            self.shelf.subject = self.shelf.subject or at(name, version)
            return
        revision = self.fields.get("revision")
        address = f"{remote}@{revision}" if remote and revision else remote
        self.shelf.put(name, None, written, repository=address, line=number)


FORMAT = Format(name="gemfile_lock", title="Gemfile.lock (Bundler)", detect=detect, read=read, inventory=True)
