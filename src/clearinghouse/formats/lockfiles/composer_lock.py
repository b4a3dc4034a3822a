"""Composer's ``composer.lock``.

Sources: https://getcomposer.org/doc/01-basic-usage.md#commit-your-composer-lock-file-to-version-control and
https://getcomposer.org/doc/04-schema.md#version.

- ``packages-dev`` is scope ``development``.
- ``dev-main`` and ``2.x-dev`` name a branch: no release, the item has no version and the repository with the commit.
  A package that lies in a folder (``dist.type`` is ``path``) has none either.
- ``platform`` (``php``, ``ext-json``) says what the machine must have, no package that the project has: no items.
"""

from collections.abc import Iterator

import msgspec

from clearinghouse.formats.contract import NO_MATCH, Format, Match
from clearinghouse.formats.decode import Decoder
from clearinghouse.formats.document import Document
from clearinghouse.formats.lockfiles.json_parts import Parts, members, read_object
from clearinghouse.formats.lockfiles.shelf import DEVELOPMENT, RUNTIME, Record, Shelf, at
from clearinghouse.formats.sample import Sample
from clearinghouse.records import Problem


class _Place(msgspec.Struct, gc=False):
    type: str | None = None
    url: str | None = None
    reference: str | None = None


class _Package(msgspec.Struct, gc=False):
    name: str
    version: str | None = None
    source: _Place | None = None
    dist: _Place | None = None


_PACKAGE = Decoder(_Package, "package")
_MARKS = frozenset({"packages-dev", "content-hash", "_readme", "minimum-stability", "plugin-api-version"})


def detect(sample: Sample) -> Match:
    """Recognise ``packages`` beside two of Composer's own keys; ``composer.json`` is a near miss."""
    if not sample.is_json:
        return NO_MATCH
    if sample.has("packages[]") and len(sample.keys & _MARKS) >= 2:
        return Match(95)
    if sample.has("_readme", "content-hash"):  # where what stands before "packages" is long
        return Match(80)
    if any(key.startswith(("require.", "require-dev.")) and "/" in key for key in sample.keys):
        return Match(40, "this is composer.json, which says what is wanted: give composer.lock")
    return NO_MATCH


def read(document: Document) -> Iterator[Record]:
    """Yield the inventory and an item for each package."""
    return read_object(document, Shelf(document.source, FORMAT.name, "Packagist"), _fill)


def _fill(shelf: Shelf, root: Parts) -> Iterator[Problem]:
    for key, scope in (("packages", RUNTIME), ("packages-dev", DEVELOPMENT)):
        for member in members(root.array(key), _PACKAGE, shelf.source, f"/{key}"):
            if isinstance(member, Problem):
                yield member
            else:
                _put(shelf, member[1], member[2], scope)


def _put(shelf: Shelf, package: _Package, pointer: str, scope: str) -> None:
    version, repository = package.version, None
    if _is_branch(version) or (package.dist and package.dist.type == "path"):
        version, repository = None, _address(package.source or package.dist)
    shelf.put(
        package.name, version, at(package.name, package.version), scope=scope, repository=repository, pointer=pointer
    )


def _is_branch(version: str | None) -> bool:
    return bool(version) and (version.startswith("dev-") or version.endswith("-dev"))  # type: ignore[union-attr]


def _address(place: _Place | None) -> str | None:
    if place is None or not place.url:
        return None
    return f"{place.url}#{place.reference}" if place.reference else place.url


FORMAT = Format(name="composer_lock", title="composer.lock (Composer)", detect=detect, read=read, inventory=True)
