"""JSON of strangers as few typed fields, in memory that what is not read, and how much of it there is, does not add to.

What is not read is passed over and never built. What can be many (attempts, scores, errors) is taken as its bytes
first, and read where they are within a bound.
"""

import re
import threading
from math import isfinite
from typing import Any, TypeVar

import msgspec

from clearinghouse.evaluation.running.errors import LogError
from clearinghouse.formats.text import clean_line

MOST_ATTEMPTS = 200_000
"""In one log."""
MOST_CONSTANTS = 1_000_000
"""Numbers that are none (``NaN``) in one document."""
NO_NUMBER = -9e99
"""What stands in place of one, so that it can be told from what is not there."""
LARGEST_NUMBER = 1e15
"""Of tokens, seconds or dollars; what a log says beyond that is no such number."""
_CONSTANT = re.compile(rb'[^"NI]*+(?:"[^"\\]*+(?:\\.[^"\\]*+)*+"[^"NI]*+)*+(NaN|Infinity)', re.DOTALL)
_REMEDY = "name a log of inspect_ai"
_T = TypeVar("_T")


class _Count(threading.local):
    """How many attempts were read of the document that is being read in this thread."""

    so_far = 0


_count = _Count()


def one_more() -> None:
    """Count an attempt as it is read, so that the first one too many ends the reading.

    Raises:
        ValueError: it is too many.
    """
    _count.so_far += 1
    if _count.so_far > MOST_ATTEMPTS:
        raise ValueError(f"it has more than {MOST_ATTEMPTS:,} attempts")


def decoded(data: "bytes | msgspec.Raw", kind: type[_T], source: str) -> _T:
    """Return what JSON holds; numbers that are none, which inspect_ai writes for scores, are
    read as :data:`NO_NUMBER`.

    Raises:
        LogError: it is something else, beyond a bound, or nested too deeply.
    """
    _count.so_far = 0
    try:
        try:
            return msgspec.json.decode(data, type=kind)
        except msgspec.ValidationError:
            raise
        except msgspec.DecodeError:
            plain = _without_constants(bytes(data))
            if plain is None:
                raise
            _count.so_far = 0
            return msgspec.json.decode(plain, type=kind)
    except RecursionError:
        why = "it is nested too deeply"
    except (ValueError, UnicodeError) as error:  # what decoders raise is a ValueError
        why = clean_line(str(error).replace("`", ""), 200)
        why = f"{why[:1].lower()}{why[1:]}"
    raise LogError(f"{source}: this is no log of inspect_ai: {why}", _REMEDY, source=source)


def part(raw: msgspec.Raw, kind: type[_T], most: int, what: str, source: str) -> _T | None:
    """Return what a part of a document holds; None where it is not there.

    Args:
        most: bytes that it may have. what: it is, for messages.

    Raises:
        LogError: it is something else, or larger.
    """
    size = memoryview(raw).nbytes
    if not size or bytes(memoryview(raw)[:4]) == b"null":
        return None
    if size > most:
        raise LogError(f"{source}: {what} takes more than {most:,} bytes", "take a smaller log", source=source)
    return decoded(raw, kind, source)


def loosely(raw: msgspec.Raw, most: int = 4096) -> Any:
    """Return a text or a number that somebody may have put there; None where there is none, or too long a one."""
    if not 0 < memoryview(raw).nbytes <= most:
        return None
    try:
        return msgspec.json.decode(raw, type=str | bool | int | float | None)
    except (ValueError, RecursionError):
        return None


def number(value: float | None) -> float | None:
    """Return a number that can be one of tokens, seconds or dollars; None where it cannot."""
    if value is None or not isfinite(value) or not 0 <= value <= LARGEST_NUMBER:
        return None
    return float(value)


def _without_constants(data: bytes) -> bytes | None:
    """Return JSON with :data:`NO_NUMBER` in place of numbers that are none, outside of texts; None where there is none.

    Raises:
        ValueError: there are too many.
    """
    if b"NaN" not in data and b"Infinity" not in data:
        return None
    plain, at = bytearray(), 0
    for _ in range(MOST_CONSTANTS):
        found = _CONSTANT.match(data, at)
        if found is None:
            return bytes(plain + data[at:]) if at else None
        begin = found.start(1)
        plain += memoryview(data)[at : begin - 1 if data[begin - 1 : begin] == b"-" else begin]
        plain += b"%e" % NO_NUMBER
        at = found.end()
    raise ValueError(f"it has more than {MOST_CONSTANTS:,} numbers that are none")
