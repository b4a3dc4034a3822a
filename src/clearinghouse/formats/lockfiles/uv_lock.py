"""uv's ``uv.lock``.

Sources: https://docs.astral.sh/uv/concepts/projects/layout/#the-lockfile and https://github.com/astral-sh/uv,
``crates/uv-resolver/src/lock/mod.rs``.

- ``editable = "."`` or ``virtual = "."`` is the project, the subject; members of the workspace are parts of it.
- The file says of no package when it is needed. What is reached from the dependencies of the project and its
  members is needed at run time; what only from their extras is scope ``optional``; what only from their dependency
  groups is ``development``. An extra that a dependency asks for is followed, and so is what it brings in.
- ``git``, ``directory`` and ``editable`` have no release; ``url`` and ``path`` (an archive) have the version that is
  stated.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any, NamedTuple

import msgspec

from clearinghouse.formats.contract import NO_MATCH, Format, Match
from clearinghouse.formats.decode import Decoder
from clearinghouse.formats.document import Document
from clearinghouse.formats.lockfiles.graph import reachable
from clearinghouse.formats.lockfiles.shelf import DEVELOPMENT, OPTIONAL, RUNTIME, Record, Shelf, at, stocked
from clearinghouse.formats.lockfiles.sources import is_folder
from clearinghouse.formats.lockfiles.stated import unknown_version
from clearinghouse.formats.lockfiles.toml_values import Toml, load, tables
from clearinghouse.formats.sample import Sample
from clearinghouse.records import Problem


class _Source(msgspec.Struct, gc=False):
    registry: str | None = None
    git: str | None = None
    url: str | None = None
    path: str | None = None
    directory: str | None = None
    editable: str | None = None
    virtual: str | None = None

    @property
    def folder(self) -> str | None:
        return self.editable or self.virtual or self.directory


class _Dependency(msgspec.Struct, gc=False):
    name: str
    version: str | None = None
    extra: list[str] = []


class _Package(msgspec.Struct, gc=False, rename="kebab"):
    name: str
    version: str | None = None
    source: _Source = msgspec.field(default_factory=_Source)
    dependencies: list[_Dependency] = []
    optional_dependencies: dict[str, list[_Dependency]] = {}
    dev_dependencies: dict[str, list[_Dependency]] = {}


class _Node(NamedTuple):
    """What is asked for: packages of a name, or an extra of them; all versions where none is said."""

    name: str
    version: str | None
    extra: str


_PACKAGE = Decoder(_Package, "package")
_TABLE = re.compile(r"^\[\[package\]\]\s*$", re.MULTILINE)
_SOURCE = re.compile(r"^source = \{ (?:registry|git|url|path|directory|editable|virtual) = ", re.MULTILINE)
_TOP = re.compile(r"\A(?:#[^\n]*+\n|\s)*+version = \d+\s")
_PYTHON = re.compile(r"^requires-python = ", re.MULTILINE)


def detect(sample: Sample) -> Match:
    """Recognise a version before all tables, with ``requires-python`` or packages with uv's sources."""
    if sample.is_json or not _TOP.match(sample.text):
        return NO_MATCH
    if _SOURCE.search(sample.text) and _TABLE.search(sample.text):
        return Match(95)
    return Match(80) if _PYTHON.search(sample.text) else NO_MATCH


def read(document: Document) -> Iterator[Record]:
    """Yield the inventory of a project and an item for each package."""
    toml = load(document)
    if isinstance(toml, Problem):
        yield toml
        return
    shelf = Shelf(document.source, FORMAT.name, "PyPI")
    shelf.tool = "uv"
    yield from stocked(shelf, _fill(shelf, toml))


def _fill(shelf: Shelf, toml: Toml) -> Iterator[Problem]:
    yield from unknown_version(shelf.source, toml.values.get("version"), range(1, 2), "version 1")
    packages: list[tuple[_Package, int | None]] = []
    for found in tables(toml, "package", _PACKAGE, shelf.source):
        if isinstance(found, Problem):
            yield found
        else:
            packages.append(found)
    members = _members(toml.values)
    graph = _Graph([package for package, _ in packages], members)
    shelf.subject = graph.subject
    for number, (package, line) in enumerate(packages):
        if number not in graph.own:
            _put(shelf, package, graph.scope(number), line)


def _members(values: dict[str, Any]) -> frozenset[str]:
    manifest = values.get("manifest")
    members = manifest.get("members") if isinstance(manifest, dict) else None
    return frozenset(name for name in members if isinstance(name, str)) if isinstance(members, list) else frozenset()


def _put(shelf: Shelf, package: _Package, scope: str, line: int | None) -> None:
    source = package.source
    address = source.git or source.url or source.path or source.folder
    released = not (source.git or source.folder or (source.path and is_folder(source.path)))
    version = package.version if released else None
    written = f"{package.name}=={version}" if version else f"{package.name} @ {address}" if address else package.name
    shelf.put(package.name, version, written, scope=scope, repository=address, line=line)


class _Graph:
    """Which packages are needed when.

    Attributes:
        own: numbers of the packages that are the project and its parts. subject: the project, as written.
    """

    def __init__(self, packages: list[_Package], members: frozenset[str]) -> None:
        self._packages = packages
        self._index()
        roots = [number for number, package in enumerate(packages) if package.source.folder == "."]
        self.own = frozenset(
            number
            for number, package in enumerate(packages)
            if package.source.folder == "." or (package.name in members and package.source.folder is not None)
        )
        root = packages[roots[0]] if len(roots) == 1 else None
        self.subject = at(root.name, root.version) if root else ""
        own = [packages[number] for number in self.own]
        self._runtime = self._reached(_Node(package.name, package.version, "") for package in own)
        self._optional = self._reached(
            _Node(package.name, package.version, extra) for package in own for extra in package.optional_dependencies
        )
        groups = chain.from_iterable(package.dev_dependencies.values() for package in own)
        self._development = self._reached(_nodes(chain.from_iterable(groups)))

    def _index(self) -> None:
        """Note which packages each node means, so that following a node costs what it leads to."""
        self._meant: dict[_Node, list[int]] = {}
        for number, package in enumerate(self._packages):
            for extra in ("", *package.optional_dependencies):
                for version in {package.version, None}:
                    self._meant.setdefault(_Node(package.name, version, extra), []).append(number)

    def scope(self, number: int) -> str:
        """When a package is needed; what nothing leads to is taken to be needed."""
        if number in self._runtime:
            return RUNTIME
        if number in self._optional:
            return OPTIONAL
        return DEVELOPMENT if number in self._development else RUNTIME

    def _reached(self, nodes: Iterable[_Node]) -> set[int]:
        return {
            number for node in reachable(nodes, self._next) if not node.extra for number in self._meant.get(node, ())
        }

    def _next(self, node: _Node) -> Iterator[_Node]:
        for number in self._meant.get(node, ()):
            package = self._packages[number]
            yield from _nodes(package.optional_dependencies[node.extra] if node.extra else package.dependencies)


def _nodes(dependencies: Iterable[_Dependency]) -> Iterator[_Node]:
    for dependency in dependencies:
        for extra in ("", *dependency.extra):
            yield _Node(dependency.name, dependency.version, extra)


FORMAT = Format(name="uv_lock", title="uv.lock", detect=detect, read=read, inventory=True)
