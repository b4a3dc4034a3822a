"""npm, and Cargo and Pub, which took over its notation with other defaults.

Sources: https://github.com/npm/node-semver#ranges; https://doc.rust-lang.org/cargo/reference/specifying-dependencies.html;
https://dart.dev/tools/pub/dependencies#version-constraints. ``^``, ``~`` and ``x`` are written out. Their upper end is
``<2.0.0`` as in the tests of the VERS specification; node-semver means ``<2.0.0-0``, by which pre-releases of 2.0.0 are
outside.
"""

import re
from typing import NamedTuple

from clearinghouse.packages.vers.intervals import ALL, NOTHING, Spans, intersection
from clearinghouse.packages.vers.native.common import all_of, any_of, between, checked, compared, refused
from clearinghouse.packages.versions import Order

_BLANKS = re.compile(r"(<=|>=|<|>|==?|~>|~|\^)\s++")
_HYPHEN = re.compile(r"(\S++)\s++-\s++(\S++)")
_TOKEN = re.compile(r"(?>(<=|>=|<|>|==?|~>|~|\^|))v?(.++)")
_VERSION = re.compile(
    r"v?=?([0-9]{1,30}|[xX*])(?:\.([0-9]{1,30}|[xX*]))?(?:\.([0-9]{1,30}|[xX*]))?(?:-([0-9A-Za-z.-]++)|([A-Za-z][0-9A-Za-z.-]*+))?"
    r"(?:\+[0-9A-Za-z.-]*+)?"
)
_SEPARATORS = re.compile(r"[\s,]++")
_EVERYTHING = frozenset({"", "*", "x", "X", "any"})


class _Partial(NamedTuple):
    """A version of which the last numbers may be missing."""

    numbers: tuple[int, ...]
    prerelease: str

    @property
    def full(self) -> str:
        """The lowest version that it may be."""
        numbers = ".".join(map(str, (*self.numbers, 0, 0, 0)[:3]))
        return f"{numbers}-{self.prerelease}" if self.prerelease else numbers

    def above(self, place: int) -> str:
        """The first version in which the number at ``place`` is one higher."""
        numbers = (*self.numbers, 0, 0, 0)[:3]
        return ".".join(map(str, (*numbers[:place], numbers[place] + 1, 0, 0, 0)[:3]))


def npm(text: str, order: Order) -> Spans:
    """Read a range of npm or Pub."""
    return _ranges(text, order, bare="=")


def cargo(text: str, order: Order) -> Spans:
    """Read a requirement of Cargo, where a version alone means ``^``."""
    return _ranges(text, order, bare="^")


def _ranges(text: str, order: Order, bare: str) -> Spans:
    return any_of(_range(each.strip(), order, bare) for each in checked(text.split("||")))


def _range(text: str, order: Order, bare: str) -> Spans:
    if text in _EVERYTHING:
        return ALL
    hyphen = _HYPHEN.fullmatch(text)
    if hyphen:
        return intersection(_compared(">=", hyphen[1], order), _compared("<=", hyphen[2], order))
    tokens = checked(_SEPARATORS.split(_BLANKS.sub(r"\1", text).strip(" ,")))
    # Two versions at once are nothing; who writes "1.1.2 1.2.2" means a list.
    combine = any_of if bare == "=" and all(_VERSION.fullmatch(each) for each in tokens) else all_of
    return combine(_token(token, order, bare) for token in tokens)


def _token(token: str, order: Order, bare: str) -> Spans:
    found = _TOKEN.fullmatch(token)
    if found is None:
        raise refused("a comparator is followed by no version")
    return _compared(found[1] or bare, found[2], order)


def _compared(comparator: str, written: str, order: Order) -> Spans:
    version = _partial(written)
    depth = len(version.numbers)
    if not depth:
        return NOTHING if comparator in ("<", ">") else ALL
    match comparator:
        case "^":
            return between(version.full, version.above(_caret_place(version.numbers)), order)
        case "~" | "~>":
            return between(version.full, version.above(min(depth, 2) - 1), order)
    if depth == 3 or comparator in (">=", "<"):
        return compared("=" if comparator[0] == "=" else comparator, version.full, order)
    match comparator:
        case ">":
            return compared(">=", version.above(depth - 1), order)
        case "<=":
            return compared("<", version.above(depth - 1), order)
    return between(version.full, version.above(depth - 1), order)


def _caret_place(numbers: tuple[int, ...]) -> int:
    """The first number that is not zero may not change; where all are, the last that is written."""
    return next((place for place, each in enumerate(numbers) if each), len(numbers) - 1)


def _partial(written: str) -> _Partial:
    found = _VERSION.fullmatch(written)
    if found is None:
        raise refused("it has a version that is none")
    numbers = []
    for part in found.groups()[:3]:
        if part is None or part in "xX*":
            break
        numbers.append(int(part))
    return _Partial(tuple(numbers), (found[4] or found[5] or "") if len(numbers) == 3 else "")
