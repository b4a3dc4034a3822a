"""Many fixed words as one regular expression that is quick to reject a place where none begins."""

import re
from collections.abc import Sequence

COMMON_FIRST = "\nRS=CIEAFBDUWGVKJ#"
"""Characters that begin words, the most frequent in logs first: the order in which branches are tried."""


def tree(words: Sequence[str]) -> str:
    """Write words as a tree of their characters, so that the engine rejects a place by its first characters.

    Every branch begins with a plain character: that is what lets the engine skip ahead to the next place at which
    any branch could begin.
    """
    by_first: dict[str, list[str]] = {}
    for word in words:
        by_first.setdefault(word[0], []).append(word)
    parts = []
    for first in sorted(by_first, key=lambda first: COMMON_FIRST.find(first) % 64):
        group = by_first[first]
        shared = _shared(group)
        rest = [word[len(shared) :] for word in group if len(word) > len(shared)]
        tail = ""
        if rest:
            tail = f"(?:{tree(rest)})" + ("?" if len(rest) < len(group) else "")
        parts.append(re.escape(shared) + tail)
    return "|".join(parts)


def _shared(words: Sequence[str]) -> str:
    """The characters with which all ``words`` begin."""
    low, high = min(words), max(words)
    size = next((at for at, (a, b) in enumerate(zip(low, high, strict=False)) if a != b), min(len(low), len(high)))
    return low[:size]
