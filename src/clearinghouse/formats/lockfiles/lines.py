"""Lockfiles that are read a line at a time."""

from collections.abc import Callable, Iterable, Iterator

from clearinghouse.formats.document import Document
from clearinghouse.formats.json_lines import numbered_lines
from clearinghouse.formats.lockfiles.shelf import MAX_LINE
from clearinghouse.formats.sample import Sample
from clearinghouse.records import Problem

MAX_LOOKED_AT = 400
"""Lines that are looked at to recognise a file."""


def lines_of(document: Document) -> Iterator[tuple[int, str] | Problem]:
    """Yield (number from 1, line without its end) for every line, in UTF-8; a line that is too long is a problem."""
    for item in numbered_lines(document, MAX_LINE):
        if isinstance(item, Problem):
            yield item
        else:
            number, raw = item
            yield number, raw.decode("ascii") if raw.isascii() else document.in_utf8(raw).decode("utf-8", "replace")


def each_line(document: Document, take: Callable[[str, int], bool], what: str, expected: str) -> Iterator[Problem]:
    """Give every line to ``take``, with its number; yield a problem for each that it does not understand.

    Args:
        take: returns False for what is no line of this format. what: the end of "The line ...".
        expected: how a line should look.
    """
    for item in lines_of(document):
        if isinstance(item, Problem):
            yield item
            continue
        number, line = item
        if not take(line, number):
            yield bad_line(document.source, number, what, expected)


def first_lines(sample: Sample) -> list[str]:
    """Return the first whole lines of a sample that are not blank."""
    lines = sample.lines if sample.complete else sample.lines[:-1]
    return [line for line in lines[:MAX_LOOKED_AT] if line and not line.isspace()]


def share(fitting: Iterable[object]) -> float:
    """Return the share of what is true; 0 of nothing."""
    judged = [bool(one) for one in fitting]
    return sum(judged) / len(judged) if judged else 0.0


def bad_line(source: str, line: int, what: str, expected: str) -> Problem:
    """Return the problem of a line that is not understood; ``what`` is the end of "The line ..."."""
    return Problem(source=source, code="bad_line", message=f"The line {what}.", line=line, expected=expected)
