"""Pipenv's ``Pipfile.lock``: ``default``, ``develop`` and the categories that a project adds.

Source: https://pipenv.pypa.io/en/latest/pipfile.html. A category other than ``default`` is one that ``pipenv install``
leaves out unless asked for: scope ``development``. ``version`` is ``==`` and a release; an entry with ``git``, ``hg``,
``svn``, ``bzr`` or ``path`` has none, one with ``file`` that of its archive's name.
"""

from collections.abc import Iterator

import msgspec

from clearinghouse.formats.contract import NO_MATCH, Format, Match
from clearinghouse.formats.decode import Decoder
from clearinghouse.formats.document import Document
from clearinghouse.formats.lockfiles.json_parts import Parts, read_object
from clearinghouse.formats.lockfiles.shelf import DEVELOPMENT, RUNTIME, Record, Shelf
from clearinghouse.formats.lockfiles.sources import python_release
from clearinghouse.formats.sample import Sample
from clearinghouse.records import Problem


class _Entry(msgspec.Struct, gc=False):
    version: str | None = None
    git: str | None = None
    hg: str | None = None
    svn: str | None = None
    bzr: str | None = None
    path: str | None = None
    file: str | None = None
    ref: str | None = None


_ENTRY = Decoder(_Entry, "package")


def detect(sample: Sample) -> Match:
    """Recognise ``_meta`` with the number of the Pipfile's specification, or beside ``default``."""
    if not sample.is_json:
        return NO_MATCH
    if sample.has("_meta.pipfile-spec") or sample.has("_meta", "default", "develop"):
        return Match(95)
    return NO_MATCH


def read(document: Document) -> Iterator[Record]:
    """Yield the inventory and an item for each package of each category."""
    return read_object(document, Shelf(document.source, FORMAT.name, "PyPI"), _fill)


def _fill(shelf: Shelf, root: Parts) -> Iterator[Problem]:
    for category in root.raws:
        if category == "_meta":
            continue
        scope = RUNTIME if category == "default" else DEVELOPMENT
        for member in root.members(category, _ENTRY):
            if isinstance(member, Problem):
                yield member
            else:
                _put(shelf, *member, scope)


def _put(shelf: Shelf, name: str, entry: _Entry, pointer: str, scope: str) -> None:
    commit = entry.git or entry.hg or entry.svn or entry.bzr
    version = entry.version.removeprefix("==").removeprefix("=") if entry.version else None
    address = f"{commit}@{entry.ref}" if commit and entry.ref else commit or entry.path or entry.file
    if commit or entry.path:
        version = None
    elif entry.file:
        version = version or python_release(entry.file, name)
    if version == "*":
        version = None
    written = f"{name}=={version}" if version else f"{name} @ {address}" if address else name
    shelf.put(name, version, written, scope=scope, repository=address, pointer=pointer)


FORMAT = Format(name="pipfile_lock", title="Pipfile.lock (Pipenv)", detect=detect, read=read, inventory=True)
