"""Swift Package Manager's ``Package.resolved``, versions 1, 2 and 3.

Source: https://github.com/swiftlang/swift-package-manager, ``Sources/PackageGraph/ResolvedPackagesStore.swift``.

The OSV name of a Swift package is the address of its repository, which is the item's name, as written; where the
package comes from a registry it is the package's identity there (``scope.name``). A pin of a branch or a revision is
no release, and a local package is part of the project.
"""

from collections.abc import Iterator

import msgspec

from clearinghouse.formats.contract import NO_MATCH, Format, Match
from clearinghouse.formats.decode import Decoder
from clearinghouse.formats.document import Document
from clearinghouse.formats.lockfiles.json_parts import Parts, members, read_object
from clearinghouse.formats.lockfiles.shelf import Record, Shelf, at
from clearinghouse.formats.sample import Sample
from clearinghouse.records import Problem


class _State(msgspec.Struct, gc=False):
    version: str | None = None
    branch: str | None = None
    revision: str | None = None


class _Pin(msgspec.Struct, gc=False, rename={"repository": "repositoryURL"}):
    state: _State
    identity: str | None = None
    package: str | None = None
    kind: str | None = None
    location: str | None = None
    repository: str | None = None


_PIN = Decoder(_Pin, "pin")


def detect(sample: Sample) -> Match:
    """Recognise ``pins`` with their states, or an empty list of them beside a version."""
    if not sample.is_json:
        return NO_MATCH
    if sample.has("pins[].identity", "pins[].state") or sample.has("object.pins[].state"):
        return Match(95)
    if sample.has("version") and (sample.has("pins[]") or sample.has("object.pins[]")) and "pins[]." not in sample.keys:
        return Match(70)
    return NO_MATCH


def read(document: Document) -> Iterator[Record]:
    """Yield the inventory and an item for each pin."""
    return read_object(document, Shelf(document.source, FORMAT.name, "SwiftURL"), _fill)


def _fill(shelf: Shelf, root: Parts) -> Iterator[Problem]:
    yield from root.stated("version", range(1, 4), "version 1, 2 or 3")
    holder, pointer = root, "/pins"
    if "object" in root.raws:
        holder, pointer = Parts(root.object("object"), shelf.source, "/object"), "/object/pins"
    for member in members(holder.array("pins"), _PIN, shelf.source, pointer):
        if isinstance(member, Problem):
            yield member
        elif not (member[1].kind or "").startswith(("local", "fileSystem")):
            yield from _put(shelf, member[1], member[2])
    if holder is not root:
        yield from holder.problems


def _put(shelf: Shelf, pin: _Pin, pointer: str) -> Iterator[Problem]:
    called = pin.identity or pin.package or ""
    address = pin.location or pin.repository
    name = called if pin.kind == "registry" else address or called
    if not name:
        yield Problem(
            source=shelf.source,
            code="missing_field",
            message="The pin names neither a repository nor a package.",
            pointer=pointer,
            expected="location and identity",
        )
        return
    state = pin.state
    shelf.put(
        name,
        state.version,
        at(called or name, state.version or state.branch or state.revision),
        repository=None if state.version else address,
        pointer=pointer,
    )


FORMAT = Format(name="swift_resolved", title="Package.resolved (Swift)", detect=detect, read=read, inventory=True)
