"""RubyGems.

Law (``Gem::Version``, https://docs.ruby-lang.org/en/master/Gem/Version.html): the version is cut into numbers and words
(``-`` reads ``.pre.``), of which the zeros before the first word and at the end count nothing. Then they are compared
from left to right, where a word is below every number, words are in ASCII order, and what is missing is 0. So
``1.0.a`` = ``1.a`` < ``1`` = ``1.0`` < ``1.0.1``.

Also accepted: letters joined to the first number (``1beta``), which RubyGems refuses and osv.dev compares.
"""

import re

from clearinghouse.packages.versions.encoding import END, falling, number, rising, without_trailing_zeros
from clearinghouse.packages.versions.order import Order, leading

_VERSION = re.compile(r"\s*+([0-9]++[0-9A-Za-z]*+(?:\.[0-9A-Za-z]++)*+(?:-[0-9A-Za-z-]++(?:\.[0-9A-Za-z-]++)*+)?+)\s*+")
_SEGMENTS = re.compile(r"[0-9]++|[A-Za-z]++")

# What is missing is 0, so the end stands for zeros without end: a word after however many zeros is below it, a number
# that is not zero is above it.
_WORD = "\x01"
_MISSING = "\x02"
_NUMBER = "\x03"
_NOT_A_ZERO = falling(0)


def place(version: str) -> str | None:
    """Return the place of a gem's version."""
    found = _VERSION.fullmatch(version)
    if found is None:
        return None
    text = found[1]
    if text.replace(".", "").isdigit():
        return zero_padded(text.split("."))
    segments = _SEGMENTS.findall(text.replace("-", ".pre."))
    words = next(i for i, segment in enumerate(segments) if not segment.isdigit())
    return zero_padded(without_trailing_zeros(segments[:words]) + segments[words:])


def zero_padded(segments: list[str]) -> str:
    """Return the place of numbers and words that zeros without end follow."""
    blocks = []
    zeros = 0
    for segment in without_trailing_zeros(segments):
        if not segment.isdigit():
            blocks.append(_WORD + rising(zeros) + segment + END)
            zeros = 0
        elif segment.strip("0"):
            blocks.append((_NUMBER + falling(zeros) if zeros else _NUMBER + _NOT_A_ZERO) + number(segment))
            zeros = 0
        else:
            zeros += 1
    blocks.append(_MISSING)
    return "".join(blocks)


def _major(version: str) -> str | None:
    found = _VERSION.fullmatch(version)
    return leading(_SEGMENTS.findall(found[1])[0]) if found else None


GEM = Order(name="gem", place=place, lead=_major)
