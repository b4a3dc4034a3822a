"""Advisories, read once and kept as one prepared file until one of the documents that they stand in changes."""

import sqlite3
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from os import utime
from pathlib import Path

import msgspec

from clearinghouse import __version__
from clearinghouse.formats.apart.divided import read_divided
from clearinghouse.formats.document import Limits
from clearinghouse.formats.passed_over import PassedOver
from clearinghouse.formats.pieces import Said, said_by
from clearinghouse.formats.text import printable_name
from clearinghouse.packages.index import AdvisoryIndex, IndexBuilder, IndexFileError
from clearinghouse.records import ClearinghouseError, Finding, KevEntry, Problem, SsvcPoint
from clearinghouse.records.problem import only_errors
from clearinghouse.triage.inside import Inside
from clearinghouse.triage.intake import Notice, nothing_to_read
from clearinghouse.triage.prepared_files import (
    PreparedFiles,
    default_cache,
    fingerprint,
    is_mine,
    weight_of,
    why_failed,
)

Preparing = Callable[[int, bool], None]
"""Is told how many files are about to be read, and whether what is read will be kept."""
MUCH = 20_000_000
"""Bytes of documents that take long enough to read that somebody wonders."""
_OFTEN = 1024
_LIMITS = Limits(members=1_000_000)
"""A feed comes as one archive with a member for each advisory, and of npm there are some hundred thousand."""
_TOLD = "told"
_DOCUMENTS = "documents"
_INSIDE = "signals"
"""What is kept with the index: what was said of the documents, the fingerprint of them, and the signals in them."""


class _Told(msgspec.Struct, frozen=True):
    """What there was to say of the documents, kept with what was read of them."""

    problems: tuple[Problem, ...] = ()
    refused: bool = False
    documents: int = 0


class Published:
    """What was read of what is published.

    Args:
        index: of packages and products. notices: what there is to say beside what is kept with the index.

    Attributes:
        problems: what was wrong with the documents.
        refused: a path that the caller named could not be read. documents: how many were recognised.
    """

    def __init__(self, index: AdvisoryIndex, notices: tuple[Problem, ...] = ()) -> None:
        told = msgspec.json.decode(index.meta.get(_TOLD, "{}"), type=_Told)
        self.index = index
        self.problems = (*told.problems, *notices)
        self.refused = told.refused
        self.documents = told.documents

    @property
    def inside(self) -> Inside:
        """The signals that stand inside the documents."""
        return msgspec.json.decode(self.index.meta.get(_INSIDE, "{}"), type=Inside)

    @property
    def failed(self) -> bool:
        """Whether something that the caller named could not be read, or nothing that was found could."""
        return self.refused or (self.needs_attention and not self.documents)

    @property
    def needs_attention(self) -> bool:
        """Whether something was lost."""
        return bool(only_errors(self.problems))


def published(
    paths: Sequence[Path], notice: Notice, *, cache: Path | None = None, preparing: Preparing | None = None
) -> Published:
    """Return what ``paths`` publish: from a prepared file if no document has changed since that was made.

    A prepared file that is damaged is made anew, also where that shows only while it is used.

    Args:
        paths: files, archives and folders of advisories. notice: as for :class:`~clearinghouse.triage.intake.Intake`.
        cache: the folder of prepared files; None is :func:`~clearinghouse.triage.prepared_files.default_cache`. Where
            nothing can be kept, because the documents are no files, or changed while they were read, or the folder is
            not this user's alone, the file is a temporary one.
        preparing: is told of it before much is read (:data:`MUCH`).

    Raises:
        NothingToReadError: there is no document.
        ClearinghouseError: nothing can be written at all, or whatever reading raises.
    """
    key = fingerprint(paths)
    files = PreparedFiles(cache or default_cache() if key else None)
    place = files.place(key)
    found = _opened(place, paths, key) if place else None
    if found:
        return found
    if preparing:
        count, size = weight_of(paths)
        if size > MUCH:
            preparing(count, place is not None)
    builder, meta = _made(paths, notice)
    meta[_DOCUMENTS] = key or ""
    if place and fingerprint(paths) == key:
        try:
            builder.write(place, meta, lasting=True)
        except (OSError, sqlite3.Error) as error:
            files.not_kept(error)
        else:
            files.sweep()
            found = _opened(place, paths, key)
    return found or _passing(builder, meta, files.notices)


def add_products(builder: IndexBuilder, finding: Finding) -> None:
    """Put what a finding's advisory says of products, and what it says helps, into an index that is being made."""
    for said in said_by(finding):
        _put(builder, said)


def _put(builder: IndexBuilder, said: Said) -> None:
    builder.products.add(said.statement)
    builder.products.advise(said.statement.advisory, said.statement.aliases, said.remedies)


def _opened(place: Path, paths: Sequence[Path], key: str | None) -> Published | None:
    """Open a prepared file, if there is one that can be used."""

    def renew() -> Path:
        """Make it anew. Numbers in it are those of before, as long as it is made of the same documents."""
        with suppress(OSError):
            place.unlink()
        builder, meta = _made(paths, lambda source, count: None)
        meta[_DOCUMENTS] = key or ""
        damaged = IndexFileError(f"{place} was damaged while it was used, and cannot be made anew", "run it again")
        if fingerprint(paths) != key:
            raise damaged
        try:
            builder.write(place, meta, lasting=True)
        except (OSError, sqlite3.Error) as error:
            raise damaged from error
        return place

    try:
        if not is_mine(place):
            return None
        found = Published(AdvisoryIndex(place, renew))
    except (OSError, IndexFileError, msgspec.DecodeError):
        return None
    if found.index.meta.get(_DOCUMENTS) != key:
        found.index.close()
        return None  # it is of other documents, whatever it is called
    with suppress(OSError):
        utime(place)  # it was used now
    return found


def _made(paths: Sequence[Path], notice: Notice) -> tuple[IndexBuilder, dict[str, str]]:
    """Read the documents; return the index, not written yet, and what is kept with it."""
    builder = IndexBuilder()
    told, inside = _read(builder, paths, notice)
    meta = {_TOLD: told, _INSIDE: inside}
    return builder, {name: msgspec.json.encode(each).decode() for name, each in meta.items()} | {"program": __version__}


def _passing(builder: IndexBuilder, meta: dict[str, str], notices: tuple[Problem, ...]) -> Published:
    """What was read, in a temporary file, which stays as long as it is open.

    Raises:
        ClearinghouseError: it cannot be written.
    """
    try:
        with tempfile.TemporaryDirectory(prefix="clearinghouse-") as folder:
            place = Path(folder, "passing")
            builder.write(place, meta)
            return Published(AdvisoryIndex(place), notices)
    except (OSError, sqlite3.Error) as error:
        where = _scratch()
        what = f"the index of advisories cannot be written to {where}: {why_failed(error)}"
        raise ClearinghouseError(what, "make room there, or name another folder in TMPDIR", source=where) from error


def _scratch() -> str:
    """What to call the folder of temporary files."""
    try:
        return printable_name(tempfile.gettempdir())
    except OSError:
        return "a folder of temporary files"  # there is none


def _read(builder: IndexBuilder, paths: Sequence[Path], notice: Notice) -> tuple[_Told, Inside]:
    """Take in what the documents publish; return what there is to say of them, and the signals that stand in them."""
    problems: list[Problem] = []
    ssvc: list[SsvcPoint] = []
    kev: list[KevEntry] = []
    documents, refused, number = 0, False, 0
    over = PassedOver(paths)
    for piece in read_divided(paths, limits=_LIMITS):
        if piece.first:
            if piece.format is not None:
                documents += 1
                over.read(piece.source)
            refused = refused or (piece.format is None and not piece.found)
            if number % _OFTEN == 0:
                notice(piece.source, 0)
            number += 1
        for advisory in piece.advisories:
            builder.take(advisory)
        for said in piece.products:
            _put(builder, said)
        ssvc += piece.ssvc
        kev += piece.kev
        problems += (problem for problem in piece.problems if not over.takes(problem))
    if not number:
        raise nothing_to_read(paths)
    return _Told((*problems, *over.problems()), refused, documents), Inside(tuple(ssvc), tuple(kev))
