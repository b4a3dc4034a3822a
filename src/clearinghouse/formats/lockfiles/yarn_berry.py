"""The ``yarn.lock`` of Yarn 2 and later: YAML, with the package that was chosen in ``resolution``.

Source: https://yarnpkg.com/protocols and https://github.com/yarnpkg/berry,
``packages/yarnpkg-core/sources/Project.ts``.

``<name>@<protocol>:<reference>``, of which ``npm:`` has a release. ``patch:`` changes the files of a release in
place; its version stays that of the release, which is what advisories speak of. ``workspace:`` is the project and its
parts; ``workspace:.`` names the subject.
"""

from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

import msgspec

from clearinghouse.formats.decode import Decoder
from clearinghouse.formats.document import Document
from clearinghouse.formats.lockfiles.block_yaml import Block, load
from clearinghouse.formats.lockfiles.npm_sources import Found, locate, split_name, written
from clearinghouse.formats.lockfiles.shelf import Shelf, on_line
from clearinghouse.records import Problem

_METADATA = "__metadata"
_FOLDERS = ("link:", "portal:", "file:")
_NAMELESS = "root-workspace-"
"""What Yarn calls a project that has no name, with a digest after it."""
_MAX_PATCHES = 8
"""Patches of patches that are unwrapped; Yarn itself lays one of its own around a project's."""


class _Entry(msgspec.Struct, gc=False):
    version: str
    resolution: str


_ENTRY = Decoder(_Entry, "entry")


def fill(shelf: Shelf, document: Document) -> Iterator[Problem]:
    """Put every entry on the shelf; yield what is not understood."""
    shelf.tool = "Yarn"
    blocks = load(document)
    if isinstance(blocks, Problem):
        yield blocks
        return
    block = blocks[0]
    if not isinstance(block.value, dict):
        yield Problem(source=shelf.source, code="wrong_type", message="It has no entries.", expected="a mapping")
        return
    for key, value in block.value.items():
        if key != _METADATA:
            yield from _take(shelf, key, value, block)


def _take(shelf: Shelf, key: str, value: Any, block: Block) -> Iterator[Problem]:
    line = block.lines.get((key,))
    entry = _ENTRY.convert(value, source=shelf.source)
    if isinstance(entry, tuple):
        yield from on_line(entry, line, key)
        return
    name, reference = split_name(entry.resolution)
    if reference.startswith("workspace:"):
        if reference == "workspace:." and not name.startswith(_NAMELESS):
            shelf.subject = name
        return
    found = _found(name, reference, entry.version)
    installed = split_name(key.partition(", ")[0])[0] or name
    shelf.put(found.name, found.version, written(installed, found), repository=found.repository, line=line)


def _found(name: str, reference: str, version: str) -> Found:
    for _ in range(_MAX_PATCHES):
        if not reference.startswith("patch:"):
            break
        name, reference = split_name(unquote(reference.removeprefix("patch:").partition("#")[0]))
    if reference.startswith("npm:"):
        return Found(name, reference.removeprefix("npm:").partition("::")[0] or version)
    address = reference.partition("::")[0]
    if address.startswith(_FOLDERS):
        address = address.partition("#")[0]
    if ":" not in address:  # a patch of what is only called by its version
        return Found(name, version)
    return locate(name, version, address)
