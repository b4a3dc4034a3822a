"""The order of product versions, where there is one.

``2019`` and ``10.0.17763`` are on different schemes, ``V4.03`` and ``V4.1`` may be either way round: then there is no
answer. The law: where :func:`compare` gives one, the plain bytes of the two keys stand in that order, so that no two
answers contradict a third. Texts that give a second version in parentheses, or a build and its level, are apart: each
of the two is tried.
"""

from collections.abc import Iterator

from clearinghouse.packages.products.version_text import BEFORE, Part, Version, rank_of, read_version

__all__ = [
    "Version",
    "alike",
    "begins_with",
    "compare",
    "compare_with_series",
    "is_coarse",
    "is_shorter",
    "on_scale_of",
    "read_version",
]

_AMBIGUOUS = frozenset({"a", "b", "c", "d", "m", "t"})
"""Before a number: alpha, beta, candidate, development, milestone, test; or the letter of a build."""
_NO_LEVEL = BEFORE | {"", "build", "rev", "ga", "final", "release"}
"""What comes behind a version and is no level of it that a list would leave out."""


def compare(one: Version, other: Version) -> int | None:
    """Return -1, 0 or 1 for the order of two versions, or None if they cannot be compared.

    Versions of different schemes cannot; a second version in parentheses is tried where the first is on another. A
    build is compared by the level that it is, where the other side has no build.

    Law: ``compare(a, b)`` is ``-compare(b, a)``, or both are None.
    """
    if one.plain and other.plain and one.size == other.size and one.scheme == other.scheme:
        return (one.key > other.key) - (one.key < other.key)  # most pairs
    for left, right in _pairs(one, other):
        if _comparable(left, right):
            order = _compare(left, right)
            if order is None and (one.level or other.level):
                return _directly(one.level or one, other.level or other)
            if order == 0 and one.other and other.other:  # V2.2 SR8 (4.12.006) beside V2.2 SR8 (4.11.006)
                return compare(one.other, other.other)
            return order
    return None


def on_scale_of(version: Version, here: Version) -> Version | None:
    """Return the reading of a version that stands on one scale with ``here``, so that their keys tell their order.

    It is the version itself, the level that it is, or the one that it gives in parentheses: 2023.0.9 (15.0.9) is 15.0.9
    beside 15.0.1. None where no reading can be compared.
    """
    for read in (version, version.level, version.other):
        if read is not None and _directly(read, here) is not None:
            return read
    return None


def _directly(one: Version, other: Version) -> int | None:
    return _compare(one, other) if _comparable(one, other) else None


def _pairs(one: Version, other: Version) -> Iterator[tuple[Version, Version]]:
    yield one, other
    if one.other:
        yield one.other, other
    if other.other:
        yield one, other.other


def _comparable(one: Version, other: Version) -> bool:
    if one.scheme != other.scheme or one.size != other.size or _padding_matters(one.parts, other.parts):
        return False
    return not (_is_unpadded(one.parts, other.parts) or _is_unpadded(other.parts, one.parts))


def _is_unpadded(short: tuple[Part, ...], padded: tuple[Part, ...]) -> bool:
    """Whether ``8.5`` stands beside ``8.30.01``: where numbers have two digits, 8.5 may mean 8.50."""
    at = len(short) - 1
    if not 0 < at < len(padded) - 1 or any(word for word, _, _ in (*short, *padded[: at + 1])):
        return False
    if any(mine[1] != theirs[1] for mine, theirs in zip(short[:at], padded[:at], strict=True)):
        return False
    (_, number, digits), (_, other, width) = short[at], padded[at]
    pads = any(not word and wide > len(str(value)) for word, value, wide in padded[1:])
    return pads and digits < width and number < other < number * 10 ** (width - digits)


def _padding_matters(one: tuple[Part, ...], other: tuple[Part, ...]) -> bool:
    """Whether ``4.03`` and ``4.1`` stand side by side: the second number may count or may be a decimal fraction."""
    if len(one) != 2 or len(other) != 2 or one[0][1] != other[0][1] or one[1][0] or other[1][0]:
        return False
    (_, first, first_digits), (_, second, second_digits) = one[1], other[1]
    padded = first_digits > len(str(first)) or second_digits > len(str(second))
    if not padded or first_digits == second_digits:
        return False
    as_fraction = str(first).zfill(first_digits), str(second).zfill(second_digits)
    return (first > second) - (first < second) != (as_fraction[0] > as_fraction[1]) - (as_fraction[0] < as_fraction[1])


def _compare(one: Version, other: Version) -> int | None:
    if one.key == other.key:
        return 0
    if not _can_tell(*_first_difference(one, other)):
        return None
    return -1 if one.key < other.key else 1


def _first_difference(one: Version, other: Version) -> tuple[Part | None, Part | None]:
    """The first parts that differ; None for the end of a version. Zeros at the end of the dotted chain do not count."""
    shared = min(one.numbers, other.numbers)
    for mine, theirs in zip(one.parts[:shared], other.parts[:shared], strict=True):
        if mine[1] != theirs[1]:
            return mine, theirs
    mine_on = next((part for part in one.parts[shared : one.numbers] if part[1]), None)
    theirs_on = next((part for part in other.parts[shared : other.numbers] if part[1]), None)
    rest, others = one.parts[one.numbers :], other.parts[other.numbers :]
    if mine_on or theirs_on:
        return mine_on or _at(rest, 0), theirs_on or _at(others, 0)
    length = max(len(rest), len(others))
    at = next((at for at in range(length) if _value(_at(rest, at)) != _value(_at(others, at))), length)
    return _at(rest, at), _at(others, at)


def _at(parts: tuple[Part, ...], at: int) -> Part | None:
    return parts[at] if at < len(parts) else None


def _value(part: Part | None) -> tuple[str, int] | None:
    return part[:2] if part else None


def _can_tell(one: Part | None, other: Part | None) -> bool:
    """Whether the order of the first parts that differ is known; None is the end of a version."""
    if one is None or other is None:
        part = one or other
        return part is not None and (part[0] not in _AMBIGUOUS or part[1] < 0)
    if one[0] == other[0]:
        return rank_of(one) == rank_of(other)  # "p" is a letter of the alphabet, and "p1" patch 1
    if not one[0] or not other[0]:
        word = one[0] or other[0]  # 13.1 build 49.15 may be 13.1.49.15, and V1.0 SP3 may be V1.0.3
        return word in BEFORE or word == "r"
    ranks = [rank_of(one), rank_of(other)]
    if ranks[0] != ranks[1]:
        return None not in ranks
    return len(one[0]) == len(other[0]) == 1 and one[1] < 0 and other[1] < 0


def alike(one: Version, other: Version) -> int:
    """Return with how many equal parts two versions of one scheme begin."""
    if one.scheme != other.scheme:
        return 0
    pairs = zip(one.parts, other.parts, strict=False)
    return next(
        (at for at, (mine, theirs) in enumerate(pairs) if mine[:2] != theirs[:2]), min(len(one.parts), len(other.parts))
    )


def begins_with(version: Version, start: Version) -> bool:
    """Whether a version lies in the series that begins so: 7.2.4 in 7.2, and 7.2 in 7.2.0."""
    if version.scheme != start.scheme:
        return False
    length = len(start.parts)
    parts = version.parts[:length]
    if len(parts) < length:
        if any(word for word, _, _ in version.parts):
            return False
        parts += (("", 0, 1),) * (length - len(parts))
    return all(mine[:2] == theirs[:2] for mine, theirs in zip(parts, start.parts, strict=True))


def compare_with_series(version: Version, series: Version) -> int | None:
    """Return 0 if a version lies in the series that begins with ``series``, else on which side of it; None: unknown."""
    if begins_with(version, series):
        return 0
    return compare(version, series)


def is_coarse(version: Version, bound: Version) -> bool:
    """Whether a version leaves out what decides about a bound that begins like it: ``7.2`` beside ``7.2.5``.

    Three parts and more are taken for a whole version, unless the bound goes on with a number, or with a level that is
    written apart: 10.2.9 beside 10.2.9-h1 is the release without a hotfix, while V9.0 beside V9.0 SP3, and 10.7.0
    beside "10.7.0 Update 15", may be of any level.
    """
    length = len(version.parts)
    if length >= len(bound.parts) or version.scheme != bound.scheme:
        return False
    if any(mine[:2] != theirs[:2] for mine, theirs in zip(version.parts, bound.parts, strict=False)):
        return False
    rest = bound.parts[length:]
    if all(word == "build" for word, _, _ in rest):  # 5.0.1.2376 beside 5.0.1.2376 build 20230421
        return True
    if length < 3 or (not rest[0][0] and any(number > 0 for _, number, _ in rest)):
        return True
    word, number, _ = rest[0]
    return word not in _NO_LEVEL and number >= 0 and (" " in bound.text.strip() or "_" in bound.text)


def is_shorter(version: Version, other: Version) -> bool:
    """Whether a version is equal to another only because zeros that it leaves out say nothing: 6 may be 6.0.0, or 6.1.

    One zero behind three numbers is taken for the same.
    """
    left_out = len(other.parts) - len(version.parts)
    return left_out > 1 or (left_out == 1 and len(version.parts) < 3)
