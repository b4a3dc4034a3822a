"""The one scan that finds the lines that matter, and the families that read them.

Each family lists fixed words that stand in its headers and the function that reads such a line. All words of all
families are scanned for together: a log is gone through once, not once for each of a hundred patterns.
"""

import re
from collections.abc import Callable

from clearinghouse.formats.crash.literals import tree
from clearinghouse.formats.crash.reading import Line, Reading

Handler = Callable[[Reading, Line], bool]
"""Reads a line that holds one of its words. Returns whether the line was a header or a marker, not a frame."""

LONGEST_LINE = 1 << 20
"""A longer line is data, not a message, and is not looked at, in characters."""
FREQUENT = frozenset('abcdefghijklmnopqrstuvwxyz:-( "0123456789./,_MPTOL[')
"""Characters so frequent in logs, or first of so few words, that to look for each word by itself costs less."""
CUT = 1 << 13
"""Of a line that is looked at, at most so many characters."""


class Scanner:
    """The words of all families and who reads them.

    One expression looks for the words whose first character is rare in logs: it stops at few places. The others
    (:data:`FREQUENT`) would make it stop everywhere; each of them is looked for by itself, which for one fixed word is
    faster by two orders.
    """

    def __init__(self, *families: dict[str, Handler]) -> None:
        self.handlers: dict[str, Handler] = {}
        for family in families:
            for word, handler in family.items():
                if word in self.handlers:
                    raise ValueError(f"two families read {word!r}")
                self.handlers[word] = handler
        self.singly = tuple(word for word in self.handlers if word[0] in FREQUENT)
        self.together = re.compile(tree([word for word in self.handlers if word[0] not in FREQUENT] or ["\x00"]))

    def scan(self, text: str) -> "Scan":
        """Return the occurrences of all words in ``text``."""
        return Scan(self, text)


class Scan:
    """The occurrences of words in one text, in the order of their places, found as they are asked for."""

    def __init__(self, scanner: Scanner, text: str) -> None:
        self._text = text
        self._search = scanner.together.search
        self._match = self._search(text)
        found = [(text.find(word), word) for word in scanner.singly]
        self._singly = [place for place in found if place[0] >= 0]

    def next(self, position: int) -> tuple[int, str] | None:
        """Return place and word of the first occurrence at or behind ``position``. Positions must not go back."""
        match = self._match
        if match is not None and match.start() < position:
            match = self._match = self._search(self._text, position)
        first = (match.start(), match[0]) if match is not None else None
        if self._singly:
            if min(self._singly)[0] < position:
                self._advance(position)
            if self._singly:
                single = min(self._singly)
                if first is None or single[0] < first[0]:
                    return single
        return first

    def _advance(self, position: int) -> None:
        moved = [(at if at >= position else self._text.find(word, position), word) for at, word in self._singly]
        self._singly = [place for place in moved if place[0] >= 0]


def line_at(text: str, position: int) -> Line | None:
    """Return the line that holds ``position``, cut at :data:`CUT`, or None when it is too long to be a message."""
    if text[position] == "\n":
        position += 1
    start = text.rfind("\n", max(position - CUT, 0), position) + 1
    if start == 0 and position > CUT:
        return None
    end = text.find("\n", position, position + LONGEST_LINE)
    if end < 0:
        if len(text) - start > LONGEST_LINE:
            return None
        end = len(text)
    line = Line(text, start, end)
    if end - start > CUT:
        line.content = line.content[:CUT]
    return line
