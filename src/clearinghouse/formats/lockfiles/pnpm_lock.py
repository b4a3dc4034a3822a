"""pnpm's ``pnpm-lock.yaml``, lockfile versions 5.0 to 9.0.

Sources: https://github.com/pnpm/spec/tree/master/lockfile and https://github.com/pnpm/pnpm,
``deps/path`` and ``lockfile/types``.

- The key of a package is ``/a/1.0.0_<peers>`` (5), ``/a@1.0.0(<peers>)`` (6) or ``a@1.0.0`` (9). The same package with
  other peers is one item.
- Versions 5 and 6 say ``dev`` and ``optional`` of each package. In 9 it is found out as pnpm does: what is reached from
  ``dependencies`` of the project and its workspaces is needed at run time; what only through optional dependencies is
  scope ``optional``; the rest is ``development``, and so is pnpm itself where its version is kept here (pnpm 11).
- The file does not name the project.
- Another lockfile version is a problem, and is read as far as it has the same parts. So is, in version 9, a package
  that the project asks for and that is not listed.
"""

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from clearinghouse.formats.contract import NO_MATCH, Format, Match
from clearinghouse.formats.decode import Decoder
from clearinghouse.formats.document import Document
from clearinghouse.formats.lockfiles.block_yaml import Block, load
from clearinghouse.formats.lockfiles.npm_sources import ECOSYSTEM, Found, locate, split_name, written
from clearinghouse.formats.lockfiles.pnpm_scopes import Scopes, missing_packages
from clearinghouse.formats.lockfiles.shelf import DEVELOPMENT, OPTIONAL, RUNTIME, Record, Shelf, on_line, stocked
from clearinghouse.formats.lockfiles.stated import unknown_version
from clearinghouse.formats.sample import Sample
from clearinghouse.formats.text import plural, quoted
from clearinghouse.records import Problem

_KEY_6 = re.compile(r"/?((?:@[^/@()]++/)?[^/@():]++)@(\d[^():/]*+)(?:\(|\Z)")
_KEY_5 = re.compile(r"[^/]*+/((?:@[^/]++/)?[^/]++)/(\d[^/_()]*+)")
_VERSION = re.compile(r"^lockfileVersion: *+(?:'?)(\d++(?:\.\d++)?)", re.MULTILINE)
_PARTS = frozenset({"importers", "packages", "dependencies", "devDependencies", "specifiers", "settings", "snapshots"})


class _Resolution(msgspec.Struct, gc=False):
    type: str | None = None
    tarball: str | None = None
    repo: str | None = None
    commit: str | None = None
    directory: str | None = None


class _Entry(msgspec.Struct, gc=False):
    resolution: _Resolution | None = None
    name: str | None = None
    version: str | None = None
    dev: str | None = None
    optional: str | None = None


_ENTRY = Decoder(_Entry, "package")


def detect(sample: Sample) -> Match:
    """Recognise ``lockfileVersion`` in YAML beside another of pnpm's keys."""
    if sample.is_json or not _VERSION.search(sample.text):
        return NO_MATCH
    return Match(95 if sample.keys & _PARTS else 70)


def read(document: Document) -> Iterator[Record]:
    """Yield the inventory and an item for each package that is installed."""
    blocks = load(document)
    if isinstance(blocks, Problem):
        yield blocks
        return
    shelf = Shelf(document.source, FORMAT.name, ECOSYSTEM)
    yield from stocked(shelf, _fill(shelf, blocks))


def _fill(shelf: Shelf, blocks: list[Block]) -> Iterator[Problem]:
    for block in blocks:
        if isinstance(block.value, dict):
            yield from _Reader(shelf, block).fill()
        else:
            yield _wrong(shelf.source, "The document is not a mapping.", 1)


class _Reader:
    """Reads one document. pnpm 11 writes two: what pnpm itself needs, and what the project needs."""

    def __init__(self, shelf: Shelf, block: Block) -> None:
        self.shelf = shelf
        self.values: dict[str, Any] = block.value
        self.lines = block.lines
        self.scopes = Scopes(self.values) if "snapshots" in self.values else None
        importers = self.values.get("importers")
        self.workspaces = frozenset(importers) if isinstance(importers, dict) else frozenset()

    def fill(self) -> Iterator[Problem]:
        stated, line = self.values.get("lockfileVersion"), self.lines.get(("lockfileVersion",))
        yield from unknown_version(self.shelf.source, stated, range(5, 10), "version 5.0 to 9.0", line=line)
        yield from self.packages()
        yield from self.unlisted()

    def packages(self) -> Iterator[Problem]:
        packages = self.values.get("packages") or {}
        if not isinstance(packages, dict):
            yield _wrong(self.shelf.source, "The packages are not a mapping.", self.lines.get(("packages",)))
            return
        for key, value in packages.items():
            line = self.lines.get(("packages", key))
            entry = _ENTRY.convert({} if value is None else value, source=self.shelf.source)
            if isinstance(entry, tuple):
                yield from on_line(entry, line, key)
                continue
            problem = self.put(key, entry, line)
            if problem:
                yield problem

    def unlisted(self) -> Iterator[Problem]:
        """Tell of packages that the project asks for and that are not there: a file in YAML that is cut off is YAML."""
        if str(self.values.get("lockfileVersion", ""))[:1] != "9":
            return
        missing = missing_packages(self.values)
        if missing:
            what = plural(len(missing), "package that is asked for is", "packages that are asked for are")
            yield Problem(
                source=self.shelf.source,
                code="missing_packages",
                message=f"{what} not listed, such as {quoted(missing[0])}; the file may be cut off.",
                line=self.lines.get(("packages",)),
                expected="the whole file, as pnpm writes it",
            )

    def put(self, key: str, entry: _Entry, line: int | None) -> Problem | None:
        resolution = entry.resolution or _Resolution()
        if resolution.directory in self.workspaces:
            return None
        address = resolution.repo or resolution.directory or resolution.tarball
        released = resolution.type not in ("git", "directory")
        name, version = _named(key) if released else (_before_address(key), None)
        name = entry.name or name
        if not released and address:
            address = f"{address}#{resolution.commit}" if resolution.commit else address
            found = Found(name, None, address)
        else:
            found = locate(name, entry.version or version, address)
        if not name and not found.repository:
            return _wrong(self.shelf.source, "The key of the package has neither its name nor its version.", line)
        self.shelf.put(
            name or key,
            found.version,
            written(name, found) if name else key,
            ecosystem=None if name else "",
            scope=self.scope(key, entry),
            repository=found.repository,
            line=line,
        )
        return None

    def scope(self, key: str, entry: _Entry) -> str:
        if self.scopes is not None:
            return self.scopes.of(key)
        if entry.dev == "true":
            return DEVELOPMENT
        return OPTIONAL if entry.optional == "true" else RUNTIME


def _named(key: str) -> tuple[str, str | None]:
    """Return name and version of a key; no version where an address stands in its place, and no name in ``file:``."""
    found = _KEY_6.match(key) or _KEY_5.match(key)
    if found and not key.startswith(("file:", "link:", "http:", "https:")):
        return found[1], found[2]
    return _before_address(key), None


def _before_address(key: str) -> str:
    """Return the name in a key such as ``a@https://...``, or the empty string."""
    name, rest = split_name(key)
    return name if ":" in rest else ""


def _wrong(source: str, message: str, line: int | None) -> Problem:
    return Problem(source=source, code="wrong_type", message=message, line=line, expected="as pnpm writes it")


FORMAT = Format(name="pnpm_lock", title="pnpm-lock.yaml", detect=detect, read=read, inventory=True)
