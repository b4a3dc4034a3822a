"""Version range specifiers: read, validated, written in canonical form, and asked.

Source: VERS, https://github.com/package-url/vers-spec/blob/main/docs/specification/standard/specification.md and
how-to-parse.md beside it. ``vers:npm/>=1.0.0|<2.0.0`` are signposts on the line of versions.
"""

import re
from bisect import bisect_right
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple
from urllib.parse import quote, unquote

import msgspec

from clearinghouse.packages.vers.errors import VersError
from clearinghouse.packages.vers.intervals import (
    ALL,
    BOTTOM,
    NOTHING,
    TOP,
    Span,
    Spans,
    comparisons,
    complement,
    half,
    intersection,
    union,
)
from clearinghouse.packages.vers.orders import order_for
from clearinghouse.packages.versions import ZERO, Order

MAX_LENGTH = 262_144
"""Longest specifier that is read, in characters: an enumeration of ten thousand versions."""

ANY = "*"
NONE = "none"
_TYPE = re.compile(r"[A-Za-z][A-Za-z0-9.-]*+")
_COMPARATOR = re.compile(r">=|<=|!=|=|<|>|")
_MISSING_PIPE = re.compile(r"(?<=[^|<>=!])(?=[<>]|!=)")  # vers:all/>=V1.0<V2.0, as some publishers write it
_BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_WHITE = re.compile(r"\s")
_UNESCAPED = "".join(chr(code) for code in range(0x21, 0x7F) if chr(code) not in "<>=!*|%")
_PLAIN = re.compile(r"[!-~]*+")
_RESERVED = re.compile(r"[<>=!*|%]")


class Constraint(NamedTuple):
    """A comparator (``=``, ``!=``, ``<``, ``<=``, ``>``, ``>=``, ``*``) and a version, which is not escaped."""

    comparator: str
    version: str

    def __str__(self) -> str:
        comparator = "" if self.comparator == "=" else self.comparator
        return f"{comparator}{_escaped(self.version)}"


class Interval(NamedTuple):
    """Versions between two keys of the type's order. ``high`` is empty where there is no end."""

    low: bytes
    low_inclusive: bool
    high: bytes
    high_inclusive: bool


class Vers(msgspec.Struct, frozen=True, dict=True):
    """A range of versions.

    Attributes:
        type: in lower case (``npm``). constraints: in the order of their versions, where that is known.

    ``str(vers)`` is the specifier with constraints in order and versions escaped as the specification has it.
    """

    type: str
    constraints: tuple[Constraint, ...]

    def __str__(self) -> str:
        return f"vers:{self.type}/{'|'.join(map(str, self.constraints))}"

    @property
    def is_everything(self) -> bool:
        """Whether it is written as all versions (``vers:npm/*``)."""
        return self.type != NONE and self.constraints == (Constraint(ANY, ""),)

    @cached_property
    def _spans(self) -> Spans | None:
        if self.type == NONE:
            return NOTHING
        if self.is_everything:
            return ALL
        order = order_for(self.type)
        if order is None or not all(order.is_valid(each.version) for each in self.constraints):
            return None
        rest = [each for each in self.constraints if each.comparator not in ("=", "!=")]
        same = [half("=", each.version, order)[0] for each in self.constraints if each.comparator == "="]
        gaps = [half("=", each.version, order)[0] for each in self.constraints if each.comparator == "!="]
        if not rest and not same:
            return complement(union(gaps))  # only exclusions: all but these
        spans = union(_between(rest, order))
        return union((*intersection(spans, complement(union(gaps))), *same))

    @cached_property
    def intervals(self) -> tuple[Interval, ...] | None:
        """The range as intervals of version keys, in order, none of which touch; None where it cannot be known.

        That is so where the order of the type is not known, or a constraint has a version that the order cannot place.
        """
        if self._spans is None:
            return None
        return tuple(
            Interval(low.key or ZERO, not low.after, b"", False)
            if high == TOP
            else Interval(low.key or ZERO, not low.after, high.key, high.after)
            for low, high in self._spans
        )

    @cached_property
    def _lows(self) -> list[tuple[bytes, bool]]:
        return [span.low.place for span in self._spans or ()]

    def contains(self, version: str) -> bool | None:
        """Return whether a version is in the range, or None where that cannot be known.

        It cannot where :attr:`intervals` cannot, and for a version that has no place in the order of the type; except
        that a version that is listed as it is written is in the range.
        """
        if self.is_everything or self.type == NONE:
            return self.type != NONE
        order = order_for(self.type)
        if order is None or self._spans is None or not order.is_valid(version):
            return True if Constraint("=", version) in self.constraints else None
        place = (order.key(version), False)
        at = bisect_right(self._lows, place) - 1
        return at >= 0 and place < self._spans[at].high.place

    def simplified(self) -> "Vers":
        """Return the same range without what is redundant in it; itself where its order is not known."""
        return self if self._spans is None else vers_of(self.type, self._spans)


def vers_of(kind: str, spans: Spans) -> Vers:
    """Return the canonical specifier of a set of versions; ``vers:none/*`` for the empty set."""
    found = tuple(Constraint(*each) for each in comparisons(spans))
    return Vers(kind, found) if found else Vers(NONE, (Constraint(ANY, ""),))


def parse(text: str, *, strict: bool = False) -> Vers:
    """Return the range that a specifier describes.

    Args:
        text: the specifier. strict: refuse what is not in canonical form, as the specification asks of tools. Otherwise
            what publishers of advisories write and has one meaning is read: white space, capital letters in scheme and
            type, constraints in any order, missing pipes, redundant constraints, versions for the type ``all``.

    Raises:
        VersError: it is no specifier.
    """
    if len(text) > MAX_LENGTH:
        raise VersError(f"The range of versions is longer than {MAX_LENGTH:,} characters.")
    if strict and _WHITE.search(text):
        raise VersError("The range of versions has white space in it.")
    scheme, _, rest = text.strip().partition(":")
    kind, slash, constraints = rest.partition("/")
    if scheme.lower() != "vers":
        raise VersError("A range of versions begins with vers: and this text does not.")
    if not _TYPE.fullmatch(kind):
        raise VersError("The type of the range is not one: it is made of letters, digits, dots and dashes.")
    if not slash or not constraints.strip():
        raise VersError("The range of versions has no constraints.")
    found = Vers(kind.lower(), tuple(_sorted(kind.lower(), _constraints(constraints, kind.lower(), strict))))
    if strict:
        _check_canonical(found, text)
    return found


def _constraints(text: str, kind: str, strict: bool) -> list[Constraint]:
    if text.strip() == ANY:
        return [Constraint(ANY, "")]
    if not strict:
        text = _MISSING_PIPE.sub("|", text)
    found = []
    for part in map(str.strip, text.split("|")):
        if not part:
            if strict:
                raise VersError("The range of versions has a pipe that separates nothing.")
            continue
        comparator = _matched(_COMPARATOR, part)
        version = _decoded(part[len(comparator) :].strip())
        if not version:
            raise VersError("The range of versions has a constraint without a version.")
        found.append(Constraint(comparator or "=", version.upper() if kind == "datetime" else version))
    if not found:
        raise VersError("The range of versions has no constraints.")
    return found


def _matched(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.match(text)
    return found[0] if found else ""


def _decoded(version: str) -> str:
    if _RESERVED.search(version.replace("%", "")):
        raise VersError("The range of versions has a character in a version that must be escaped there.")
    if "%" not in version:
        return version
    if _BROKEN_ESCAPE.search(version):
        raise VersError("The range of versions has a % that is not followed by two hexadecimal digits.")
    try:
        return unquote(version, errors="strict")
    except UnicodeDecodeError:
        raise VersError("The range of versions has escaped bytes that are no text in UTF-8.") from None


def _escaped(version: str) -> str:
    if _PLAIN.fullmatch(version) and not _RESERVED.search(version):
        return version
    return quote(version.encode("utf-8", "surrogatepass"), safe=_UNESCAPED)


_PLACES = {"<": 0, ">=": 1, "=": 2, "!=": 3, "<=": 4, ">": 5}


def _sorted(kind: str, constraints: list[Constraint]) -> list[Constraint]:
    """Sort by version; comparators at one version so that an interval that ends there comes before one that begins."""
    order = order_for(kind)
    if order is None or len(constraints) == 1:
        return constraints
    return sorted(constraints, key=lambda each: (order.key(each.version), _PLACES[each.comparator]))


def _between(constraints: list[Constraint], order: Order) -> list[Span]:
    """Return the spans between sorted lower and upper ends. Of two that are alike side by side the outer one counts."""
    spans = []
    low = BOTTOM if constraints and constraints[0].comparator[0] == "<" else None
    high = None
    for comparator, version in constraints:
        (span,) = half(comparator, version, order)
        if comparator[0] == "<":
            high = span.high
        elif high is not None:
            spans.append(Span(low or BOTTOM, high))
            low, high = span.low, None
        elif low is None:
            low = span.low
    if constraints:
        spans.append(Span(low or BOTTOM, high or TOP))
    return spans


def _check_canonical(found: Vers, text: str) -> None:
    """Raise what keeps a specifier from being canonical: order, escapes, duplicates, redundant constraints."""
    if str(found) != text:
        raise VersError("The range of versions is not in canonical form.", f"write it as {str(found)[:200]}")
    if found.type in ("all", NONE) and found.constraints != (Constraint(ANY, ""),):
        raise VersError(f"A range of type {found.type} is written {found.type}/* and no other way.")
    order = order_for(found.type)
    keys = [order.key(each.version) if order else each.version.encode() for each in found.constraints]
    if len(set(keys)) < len(keys):
        raise VersError("The range of versions names one version twice.")
    plain = [each.comparator for each in found.constraints if each.comparator != "!="]
    ends = [each[0] for each in plain if each != "="]
    if any(one == other for one, other in pairwise(ends)):
        raise VersError("The range of versions has two lower or two upper ends beside each other.")
    if any(one == "=" and other[0] == "<" for one, other in pairwise(plain)):
        raise VersError("The range of versions lists a version that is in it already.")
