"""Package URLs of images as JSON lines: one object a line, which is what one tool saw in one image.

``{"image": "a/b", "digest": "2a8e...", "tool": "syft", "created": "...", "n_packages": 2, "purls": ["pkg:..."]}``

SBOMs of a fleet are boiled down to this by those who collect them: everything but the package URLs is left out. Each
line is an inventory, each package URL an item, repetitions too.
"""

import re
from collections.abc import Iterator

import msgspec

from clearinghouse.formats.contract import NO_MATCH, Format, Match, Record
from clearinghouse.formats.decode import Decoder
from clearinghouse.formats.document import Document
from clearinghouse.formats.json_lines import json_lines
from clearinghouse.formats.record_stream import on_line
from clearinghouse.formats.sample import Sample
from clearinghouse.formats.sbom.facts import created_at
from clearinghouse.formats.sbom.items import Known, Memory, known_of
from clearinghouse.formats.sbom.notices import Notices
from clearinghouse.formats.sbom.salvage import salvaged
from clearinghouse.formats.text import clean_line, plural
from clearinghouse.records import Component, Inventory, InventoryItem, Problem

NAME = "purl_lines"
_DIGEST = re.compile(r"(?:sha256:)?([0-9a-fA-F]{64})")
_ROOM = 1 << 17
"""Package URLs that are remembered: images have much in common, 1,079 of them had 108,731 distinct ones."""
_MOST = 1_000_000_000
"""Most packages of an image that are believed."""
_POINTERS = tuple(f"/purls/{number}" for number in range(4096))


class _Line(msgspec.Struct, gc=False):
    purls: list[str]
    image: str | None = None
    digest: str | None = None
    tool: str | None = None
    created: str | None = None
    n_packages: int | None = None


class _Loose(msgspec.Struct, gc=False):
    """A line in which something is of another type than it should be."""

    purls: list[msgspec.Raw]
    image: str | None = None
    digest: str | None = None
    tool: str | None = None
    created: str | None = None
    n_packages: int | None = None


_LINE = Decoder(_Line, "line")


def detect(sample: Sample) -> Match:
    """Recognise an object with a list of package URLs and what they were found in."""
    if not sample.is_json or not sample.has("purls[]"):
        return NO_MATCH
    if sample.has("image") or sample.has("digest"):
        return Match(90)
    return Match(30, "it has purls, but neither an image nor a digest to which they belong")


def read(document: Document) -> Iterator[Record]:
    """Yield an inventory and its items for each line, and a problem for each violation."""
    notices = Notices(document.source)
    components = Memory(_component, _ROOM)
    number, silent, lists = -1, 0, 0
    for entry in json_lines(document):
        if isinstance(entry, Problem):
            yield entry
            continue
        number += 1
        found = _LINE.decode(entry.raw, source=document.source)
        if isinstance(found, tuple):
            yield from on_line(found, entry.line or 0)
        line = _mended(entry.raw) if isinstance(found, tuple) else found
        if line is None:
            continue
        inventory = _inventory(line, document.source, number, entry.line, notices)
        yield inventory
        yield from _items(line.purls, inventory.id, entry.line, components, notices)
        without = min(line.n_packages or 0, _MOST) - len(line.purls)
        silent, lists = silent + max(without, 0), lists + (without > 0)
    if silent:
        message = (
            f"{plural(silent, 'package')} in {plural(lists, 'list')} had no package URL, so nothing is known of them."
        )
        notices.add("without_package_url", message)
    yield from notices.problems()


def _inventory(line: _Line, source: str, number: int, at: int | None, notices: Notices) -> Inventory:
    found = _DIGEST.fullmatch(line.digest or "")
    return Inventory(
        source=source,
        format=NAME,
        number=number,
        subject=clean_line(line.image or ""),
        digest=f"sha256:{found[1].lower()}" if found else None,
        tool=clean_line(line.tool or ""),
        created=created_at(line.created, notices, pointer="/created", line=at),
    )


def _items(
    purls: list[str], inventory: str, line: int | None, components: Memory[tuple[Known, Component]], notices: Notices
) -> Iterator[InventoryItem]:
    for position, purl in enumerate(purls):
        known, component = components[purl]
        pointer = _POINTERS[position] if position < len(_POINTERS) else f"/purls/{position}"
        if known.wrong:
            notices.add("bad_package_url", known.wrong, pointer=pointer, line=line)
        yield InventoryItem(inventory=inventory, written=known.purl, component=component, pointer=pointer, line=line)


def _component(purl: str) -> tuple[Known, Component]:
    known = known_of(purl)
    name = known.name or known.purl
    return known, Component(name=name, ecosystem=known.ecosystem, version=known.version, purl=known.purl)


def _mended(raw: bytes) -> _Line | None:
    """Return a line of which something is bad with what is good in it, or None."""
    loose = salvaged(raw, _Loose)
    if loose is None:
        return None
    purls = []
    for each in loose.purls:
        try:
            purls.append(msgspec.json.decode(each, type=str))
        except (msgspec.DecodeError, UnicodeDecodeError):
            continue
    return _Line(purls, loose.image, loose.digest, loose.tool, loose.created, loose.n_packages)


FORMAT = Format(name=NAME, title="package URLs of images (JSON lines)", detect=detect, read=read, inventory=True)
