"""Maven's law once more, written to be read: lists inside lists, compared item by item, circles and all."""

import re
from collections.abc import Iterator
from itertools import zip_longest
from typing import Any

from tests.packages.versions.reference import Comparator, sign

_MAVEN_WORDS = ("alpha", "beta", "milestone", "rc", "snapshot", "", "sp")
_MAVEN_ALIASES = {"ga": "", "final": "", "release": "", "cr": "rc"}
Tree = list[Any]


def first_difference(results: Iterator[int]) -> int:
    return next((result for result in results if result), 0)


def maven_tree(version: str) -> Tree:
    """``ComparableVersion.parseVersion``: a walk along the characters."""
    version = version.lower()
    root: Tree = []
    stack = [root]
    digits, start = False, 0

    def nest() -> None:
        stack[-1].append([])
        stack.append(stack[-1][-1])

    def item(text: str, *, before_digit: bool = False) -> int | str:
        if text[0].isdigit():
            return int(text)
        if before_digit and len(text) == 1:
            text = {"a": "alpha", "b": "beta", "m": "milestone"}.get(text, text)
        return _MAVEN_ALIASES.get(text, text)

    for i, mark in enumerate(version):
        if mark in ".-":
            stack[-1].append(0 if i == start else item(version[start:i]))
            start = i + 1
            if mark == "-":
                nest()
        elif mark.isdigit() != digits:
            if i > start:
                if not digits and stack[-1]:
                    nest()
                stack[-1].append(item(version[start:i], before_digit=not digits))
                start = i
                nest()
            digits = mark.isdigit()
    if len(version) > start:
        if not digits and stack[-1]:
            nest()
        stack[-1].append(item(version[start:]))
    for items in reversed(stack):
        for i in range(len(items) - 1, -1, -1):
            if items[i] in (0, "", []):
                del items[i]
            elif not isinstance(items[i], list):
                break
    return root


def _maven_word(word: str) -> str:
    return str(_MAVEN_WORDS.index(word)) if word in _MAVEN_WORDS else f"{len(_MAVEN_WORDS)}-{word}"


def _maven_items(a: Any, b: Any) -> int:
    if a is None:
        return -_maven_items(b, None) if b is not None else 0
    if b is None:
        if isinstance(a, list):
            return first_difference(_maven_items(item, None) for item in a)
        return sign(a, 0) if isinstance(a, int) else sign(_maven_word(a), "5")
    rank = {str: 0, list: 1, int: 2}
    if type(a) is not type(b):
        return sign(rank[type(a)], rank[type(b)])
    if isinstance(a, list):
        return first_difference(_maven_items(x, y) for x, y in zip_longest(a, b))
    return sign(a, b) if isinstance(a, int) else sign(_maven_word(a), _maven_word(b))


def maven(a: str, b: str) -> int | None:
    """``ComparableVersion.compareTo``, circles and all."""
    return _maven_items(maven_tree(a), maven_tree(b))


def maven_circle(a: str, b: str, compare: Comparator = maven) -> bool:
    """Return whether a version lies between two that ``compare`` orders the other way round.

    Looked for among what both begin with: the end of that is what the parts behind it are on both sides of.
    """
    result = compare(a, b)
    assert result
    return any(
        compare(a, between) in (-result, 0) and compare(between, b) in (-result, 0)
        for between in maven_beginnings(a, b)
    )


def maven_beginnings(a: str, b: str) -> list[str]:
    """Return every beginning of either version that ends between two of its pieces."""
    beginnings = []
    for version in (a, b):
        pieces = re.findall(r"[0-9]+|[.-]|[^0-9.-]+", version)
        beginnings += ["".join(pieces[:size]) for size in range(1, len(pieces))]
    return beginnings
