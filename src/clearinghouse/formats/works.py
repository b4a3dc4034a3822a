"""The work of making an advisory index, divided so that several processes can do it."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from clearinghouse.formats.document import Document, Limits
from clearinghouse.formats.encoding import repair
from clearinghouse.formats.guard import unreadable
from clearinghouse.formats.inputs import inputs
from clearinghouse.formats.line_runs import line_runs
from clearinghouse.formats.pieces import Piece, Work, piece_of_lines, pieces_of
from clearinghouse.formats.published import lines_format
from clearinghouse.formats.sample import SAMPLE_SIZE
from clearinghouse.records import ClearinghouseError, Problem

MOST_AT_HAND = 4 * 2**20
"""Bytes of a document that is handed on in one piece; what is larger is read where it is."""


def works(paths: Iterable[Path], limits: Limits) -> Iterator[Work | Piece]:
    """Yield what is to be done for ``paths``, in the order of the documents; of what is read where it is, pieces.

    Raises:
        MissingPathError, NoInputError: before anything is read.
    """
    for item, found in inputs(paths, limits):
        if isinstance(item, Problem):
            yield Piece(item.source, None, found, problems=(item,))
        elif (data := item.at_hand(SAMPLE_SIZE)) is not None:
            yield Work(item.source, found, data)
        elif (name := lines_format(item)) is not None:
            yield from _runs(item, name, found=found)
        elif (data := item.at_hand(MOST_AT_HAND)) is not None:
            yield Work(item.source, found, data)
        else:
            yield from pieces_of(item, found=found)


def _runs(document: Document, name: str, *, found: bool) -> Iterator[Work | Piece]:
    """The lines of a document; those that have to be repaired are read where it is, because it counts repairs."""
    source = document.source

    def told(*problems: Problem) -> Piece:
        return Piece(source, name, found, first=False, problems=problems)

    yield Piece(source, name, found)
    try:
        for run in line_runs(document):
            if isinstance(run, Problem):
                yield told(run)
                continue
            work = Work(source, found, run.data, run.before, name)
            sent = len(run.data) <= MOST_AT_HAND and repair(run.data) is None
            yield work if sent else piece_of_lines(document, work)
    except ClearinghouseError as error:
        yield told(unreadable(source, error))
    yield told(*document.notices())
