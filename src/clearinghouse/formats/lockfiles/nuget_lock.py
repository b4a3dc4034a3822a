"""NuGet's ``packages.lock.json``, versions 1 and 2.

Source: https://learn.microsoft.com/nuget/consume-packages/package-references-in-project-files#locking-dependencies.

Packages stand under each target framework, and under each framework with a runtime (``net8.0/linux-x64``); the same
package at one version is one item. ``Project`` is another project of the solution, a part of the subject and no item.
"""

import re
from collections.abc import Iterator

import msgspec

from clearinghouse.formats.contract import NO_MATCH, Format, Match
from clearinghouse.formats.decode import Decoder
from clearinghouse.formats.document import Document
from clearinghouse.formats.lockfiles.json_parts import Parts, members, read_object
from clearinghouse.formats.lockfiles.shelf import Record, Shelf, at
from clearinghouse.formats.sample import Sample
from clearinghouse.records import Problem


class _Entry(msgspec.Struct, gc=False):
    type: str | None = None
    resolved: str | None = None


_FRAMEWORK = Decoder(dict[str, msgspec.Raw], "target framework")
_ENTRY = Decoder(_Entry, "package")
_TYPE = re.compile(r'"type"\s*:\s*"(?:Direct|Transitive|CentralTransitive|Project)"')
_TARGET = re.compile(
    r'\{\s*"version"\s*:\s*[12]\s*,\s*"dependencies"\s*:\s*\{\s*'
    r'"(?:net\d|netstandard|netcoreapp|\.NET|native|uap|MonoAndroid|Xamarin)'
)


def detect(sample: Sample) -> Match:
    """Recognise ``dependencies`` under a number, whose entries have NuGet's types or whose keys are frameworks."""
    if not sample.is_json or not sample.has("version", "dependencies") or sample.has("dependencies[]"):
        return NO_MATCH
    if sample.value_at("version") is None and _TYPE.search(sample.text) and '"resolved"' in sample.text:
        return Match(95)
    return Match(90) if _TARGET.match(sample.text) else NO_MATCH


def read(document: Document) -> Iterator[Record]:
    """Yield the inventory and an item for each package at each version."""
    return read_object(document, Shelf(document.source, FORMAT.name, "NuGet"), _fill)


def _fill(shelf: Shelf, root: Parts) -> Iterator[Problem]:
    yield from root.stated("version", range(1, 3), "version 1 or 2")
    for framework in root.members("dependencies", _FRAMEWORK):
        if isinstance(framework, Problem):
            yield framework
            continue
        _, packages, pointer = framework
        for member in members(packages, _ENTRY, shelf.source, pointer):
            if isinstance(member, Problem):
                yield member
                continue
            name, entry, where = member
            if (entry.type or "").lower() != "project":
                shelf.put(name, entry.resolved, at(name, entry.resolved), pointer=where)


FORMAT = Format(name="nuget_lock", title="packages.lock.json (NuGet)", detect=detect, read=read, inventory=True)
