"""npm's ``package-lock.json`` and ``npm-shrinkwrap.json``, lockfile versions 1, 2 and 3.

Source: https://docs.npmjs.com/cli/configuring-npm/package-lock-json.

- Versions 2 and 3 have a flat object ``packages``; the nested ``dependencies`` of version 2, for older npm, says the
  same and is passed over. The name is what follows the last ``node_modules/`` unless ``name`` says otherwise (alias).
- A link to a workspace is a part of the project and no item; what is installed for it is. A link to a folder that the
  project names by ``file:``, or that lies outside it, is an item without version. Version 1, older than workspaces,
  has only such.
- ``dev`` is scope ``development``; ``optional`` and ``devOptional`` (needed by tests or by something optional) are
  ``optional``. ``peer`` and bundled packages are needed like any other.
- Another lockfile version is a problem, and is read as far as it has the same parts.
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from clearinghouse.formats.contract import NO_MATCH, Format, Match
from clearinghouse.formats.decode import Decoder, escape
from clearinghouse.formats.document import Document
from clearinghouse.formats.lockfiles.json_parts import Parts, members, read_object
from clearinghouse.formats.lockfiles.npm_sources import ECOSYSTEM, Found, is_outside, locate, written
from clearinghouse.formats.lockfiles.shelf import DEVELOPMENT, OPTIONAL, RUNTIME, Record, Shelf, at
from clearinghouse.formats.sample import Sample
from clearinghouse.formats.text import printable_name
from clearinghouse.records import Problem

MAX_NESTING = 64
"""Deepest nesting of lockfile version 1 that is followed; npm lays out trees as flat as it can."""
_HOME = "node_modules/"
_MANIFEST_KEYS = frozenset(
    {"scripts", "devDependencies", "dependencies", "main", "peerDependencies", "private", "exports"}
)


class _Entry(msgspec.Struct, gc=False, rename="camel"):
    name: str | None = None
    version: str | None = None
    resolved: str | bool | None = None
    link: bool = False
    dev: bool = False
    optional: bool = False
    dev_optional: bool = False

    @property
    def scope(self) -> str:
        if self.dev:
            return DEVELOPMENT
        return OPTIONAL if self.optional or self.dev_optional else RUNTIME

    @property
    def address(self) -> str | None:
        return self.resolved if isinstance(self.resolved, str) else None


class _Project(msgspec.Struct, rename="camel"):
    name: str | None = None
    version: str | None = None
    dependencies: Any = None
    dev_dependencies: Any = None
    optional_dependencies: Any = None

    def folders(self) -> frozenset[str]:
        """The names of dependencies that are folders."""
        listed = (self.dependencies, self.dev_dependencies, self.optional_dependencies)
        return frozenset(
            name
            for dependencies in listed
            if isinstance(dependencies, dict)
            for name, wanted in dependencies.items()
            if isinstance(wanted, str) and wanted.startswith("file:")
        )


class _Below(msgspec.Struct, gc=False):
    dependencies: dict[str, msgspec.Raw] | None = None


_ENTRY = Decoder(_Entry, "package")
_PROJECT = Decoder(_Project, "project")
_NOTHING = msgspec.Raw(b"null")
_BELOW = Decoder(_Below, "package")


def detect(sample: Sample) -> Match:
    """Recognise ``lockfileVersion`` in a JSON object; a ``package.json`` and ``bun.lock`` are near misses."""
    if not sample.is_json:
        return NO_MATCH
    if sample.has("lockfileVersion"):
        if sample.has("workspaces") and not sample.has("requires"):
            return Match(40, "this is bun.lock, which is not read: run bun install --yarn and give yarn.lock")
        return Match(95)
    manifest = sample.keys & _MANIFEST_KEYS
    if sample.has("name") and len(manifest) >= 2 and "dependencies[]" not in manifest:
        return Match(
            30, "this is package.json, which says what is wanted: give package-lock.json, yarn.lock or pnpm-lock.yaml"
        )
    return NO_MATCH


def read(document: Document) -> Iterator[Record]:
    """Yield the inventory of a project and an item for each package that is installed."""
    return read_object(document, Shelf(document.source, FORMAT.name, ECOSYSTEM), _fill)


def _fill(shelf: Shelf, root: Parts) -> Iterator[Problem]:
    shelf.subject = at(root.text("name"), root.text("version"))
    yield from root.stated("lockfileVersion", range(1, 4), "version 1, 2 or 3")
    if "packages" in root.raws:
        yield from _flat(shelf, root)
    else:
        yield from _nested(shelf, root)


def _flat(shelf: Shelf, root: Parts) -> Iterator[Problem]:
    packages = dict(root.object("packages"))
    project = Parts({"": packages.pop("", _NOTHING)}, shelf.source, "/packages")
    own = project.get("", _PROJECT) or _Project()
    yield from project.problems
    folders = own.folders()
    shelf.subject = at(own.name, own.version) if own.name else shelf.subject
    for member in members(packages, _ENTRY, shelf.source, "/packages"):
        if isinstance(member, Problem):
            yield member
            continue
        path, entry, pointer = member
        _, home, installed = path.rpartition(_HOME)
        if not home or not installed:
            continue  # a folder to which a link leads
        if not entry.link:
            found = locate(entry.name or installed, entry.version, entry.address)
        elif installed in folders or is_outside(entry.address or ""):
            found = Found(installed, None, entry.address)
        else:
            continue  # a workspace
        _put(shelf, installed, found, entry, pointer)


def _nested(shelf: Shelf, root: Parts) -> Iterator[Problem]:
    """Read lockfile version 1: each package has those below it in ``dependencies``."""
    waiting = [(root.object("dependencies"), "/dependencies", 1)]
    while waiting:
        raws, pointer, depth = waiting.pop()
        below = []
        for installed, raw in raws.items():
            where = f"{pointer}/{escape(installed)}"
            entry = _ENTRY.decode(raw, source=shelf.source, pointer=where)
            if isinstance(entry, tuple):
                yield from entry
            else:
                _put(shelf, installed, locate(installed, entry.version, entry.address), entry, printable_name(where))
            if not bytes(raw).startswith(b"{"):
                continue
            inner = _BELOW.decode(raw, source=shelf.source, pointer=where)  # may be good where the package is not
            if isinstance(inner, tuple):
                yield from inner
            elif inner.dependencies and depth == MAX_NESTING:
                yield _too_deep(shelf.source, printable_name(where))
            elif inner.dependencies:
                below.append((inner.dependencies, f"{where}/dependencies", depth + 1))
        waiting += reversed(below)


def _put(shelf: Shelf, installed: str, found: Found, entry: _Entry, pointer: str) -> None:
    name, version, repository = found
    shelf.put(name, version, written(installed, found), scope=entry.scope, repository=repository, pointer=pointer)


def _too_deep(source: str, pointer: str) -> Problem:
    return Problem(
        source=source,
        code="nested_too_deep",
        message=f"Packages are nested in packages more than {MAX_NESTING} times over; those below are not read.",
        pointer=pointer,
        expected=f"at most {MAX_NESTING} levels",
    )


FORMAT = Format(name="package_lock", title="package-lock.json (npm)", detect=detect, read=read, inventory=True)
