"""What was wrong with an input, as a value.

A reader never stops at the first violation and never prints: each violation becomes a
:class:`Problem` in the stream of records, beside the findings that could be read.
"""

from collections.abc import Iterable
from enum import StrEnum

import msgspec


class Level(StrEnum):
    """How much a problem cost."""

    ERROR = "error"
    """Something could not be read: a finding, a file, or a part of one."""
    NOTICE = "notice"
    """Everything was read; something about it is worth knowing (an unknown field, text that was cleaned)."""


class Problem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One violation: where it is, what was expected, what stood there.

    Attributes:
        source: the document, as ``<path>[!<archive member>]``.
        code: a short, stable name of the kind of problem, such as ``unrecognised_format``.
        message: one sentence for a person.
        pointer: JSON Pointer (RFC 6901) of the offending value within the document, if it is JSON;
            the empty string is the whole document.
        line: line number, from 1, if the document is text.
        expected: what would have been right.
        level: whether something was lost.
        candidates: names of the nearest formats, for ``unrecognised_format``.
    """

    source: str
    code: str
    message: str
    pointer: str | None = None
    line: int | None = None
    expected: str | None = None
    level: Level = Level.ERROR
    candidates: tuple[str, ...] = ()


def only_errors(problems: Iterable[Problem]) -> list[Problem]:
    """Return the problems that cost something; the others are notices."""
    return [problem for problem in problems if problem.level is Level.ERROR]


def only_notices(problems: Iterable[Problem]) -> list[Problem]:
    """Return the problems that cost nothing."""
    return [problem for problem in problems if problem.level is Level.NOTICE]
