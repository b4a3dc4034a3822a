"""The smallest input that still shows a flaw.

An input that was found by a machine is large, and nearly all of it is beside the point. What is left after leaving out
whatever can be left out is what a person reads, and what a fix is tested with. Each candidate is really run, in the
sandbox, so they are few: asked once, and only so many.

The laws: what is returned was itself seen to show. Where it is complete, no single unit of it can be left out
(1-minimal: Zeller and Hildebrandt, see :mod:`~clearinghouse.validation.minimise.sweep`); where the flaw needs certain
units and no others, these are what is returned. It is never longer than what was given.
"""

from enum import StrEnum

import msgspec

from clearinghouse.validation.errors import ValidationError
from clearinghouse.validation.minimise.oracle import Oracle, Progress, Same, SpentError
from clearinghouse.validation.minimise.structure import simplified
from clearinghouse.validation.minimise.sweep import reduced
from clearinghouse.validation.minimise.tree import NotJsonError, read, write

__all__ = ["MOST", "Minimised", "NotJsonError", "NotShownError", "Progress", "Same", "Way", "minimise"]

MOST = 1000
"""Candidates that are run where nobody says how many."""
_FEW = 2048
"""Bytes of what is also gone through byte by byte, if as many runs are left as that may take."""


class Way(StrEnum):
    """The units that are left out."""

    AUTO = "auto"
    """JSON if it is an object or an array, lines if it is a text of several, else bytes; at last bytes where that is
    cheap, after which JSON may be JSON no more."""
    JSON = "json"
    """What a document is made of: :mod:`~clearinghouse.validation.minimise.structure`."""
    LINES = "lines"
    BYTES = "bytes"


class Minimised(msgspec.Struct, frozen=True, kw_only=True):
    """What was left of an input.

    Attributes:
        data: it shows the flaw: it was run. tests: candidates that were run, with the input itself.
        complete: the search ended by itself: of ``data`` no single unit of ``ways`` can be left out.
        ways: the units it was taken apart by in the end; where it is not complete, the first of them.
    """

    data: bytes
    tests: int
    complete: bool
    ways: tuple[Way, ...]


class NotShownError(ValidationError):
    """The input that is to be made smaller does not show the flaw."""


def minimise(
    data: bytes,
    same: Same,
    *,
    by: Way = Way.AUTO,
    most: int = MOST,
    progress: Progress | None = None,
) -> Minimised:
    """Return the least of an input that still shows what the input shows.

    Of a reproducer that shows only sometimes, ``same`` has to run a candidate as often as it takes to be sure: each is
    asked once.

    Args:
        data: the input. same: runs a candidate.
        by: the units. Only with :attr:`Way.AUTO` other units may follow; JSON that shows only with its white space is
            taken by lines or bytes in any case.
        most: candidates to run, at least 1: the first is the input itself.
        progress: told after each run.

    Raises:
        NotShownError: the input itself does not show. NotJsonError: ``by`` is JSON, and the input is not.
        ValueError: ``most`` is below 1.
    """
    oracle = Oracle(same, most, progress)
    way = _way_for(data) if by is Way.AUTO else by
    if way is Way.JSON:
        read(data)  # to complain before anything is run
    if oracle.first([data]) is None:
        raise NotShownError(
            f"The input of {len(data):,} bytes does not show the flaw, so there is nothing to keep",
            "look whether the reproducer runs at all, and shows each time; then try again",
        )
    try:
        ways = _search(data, way, oracle, alone=by is not Way.AUTO)
    except SpentError:
        return Minimised(data=oracle.best, tests=oracle.tests, complete=False, ways=(way,))
    return Minimised(data=oracle.best, tests=oracle.tests, complete=True, ways=ways)


def _way_for(data: bytes) -> Way:
    if data.lstrip(b" \t\r\n")[:1] in (b"{", b"["):
        try:
            read(data)
        except NotJsonError:
            return _way_of_text(data)
        return Way.JSON
    return _way_of_text(data)


def _way_of_text(data: bytes) -> Way:
    try:
        data.decode()
    except UnicodeDecodeError:
        return Way.BYTES
    return Way.LINES if b"\0" not in data and len(data.splitlines()) > 1 else Way.BYTES


def _search(data: bytes, way: Way, oracle: Oracle, *, alone: bool) -> tuple[Way, ...]:
    """Go on until one round of all ways leaves everything as it is, and return these ways."""
    ways: tuple[Way, ...]
    while True:
        before = data
        if way is Way.JSON and not _is_json_that_shows(data, oracle):
            way = _way_of_text(data)
        data = _by(way, oracle.best, oracle)
        ways = (way,)
        if way is not Way.BYTES and not alone and _is_cheap(data, oracle):
            data, ways = _by(Way.BYTES, data, oracle), (way, Way.BYTES)
        if data == before:
            return ways


def _is_json_that_shows(data: bytes, oracle: Oracle) -> bool:
    """Whether it is JSON, and shows without the white space between its tokens, which is then accepted."""
    try:
        return oracle.first([write(read(data))]) is not None
    except NotJsonError:
        return False


def _by(way: Way, data: bytes, oracle: Oracle) -> bytes:
    if way is Way.JSON:
        return write(simplified(read(data), oracle))
    if way is Way.LINES:
        return b"".join(reduced(tuple(data.splitlines(keepends=True)), b"".join, oracle))
    return reduced(data, bytes, oracle)


def _is_cheap(data: bytes, oracle: Oracle) -> bool:
    """Whether as many runs are left as it takes where nearly every byte is needed."""
    return len(data) <= _FEW and 2 * len(data) < oracle.left
