"""The one expression that finds the lines that matter, and the families that read them.

Each family lists fixed words that stand in its headers and the function that reads such a line. All words of all
families are one tree of literals, which the regular expression engine scans for by its first characters: a log is
scanned once, however many families there are.
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
"""Characters so frequent in logs, or with so few words, that to ask for the words costs less than to try the places."""
SHARED = ("signal", "(SIG", "thread")
"""Parts that several of those words have: to ask for the part is to ask for all of them."""
MOST_EXPRESSIONS = 512
CUT = 1 << 13
"""Of a line that is looked at, at most so many characters."""


class Scanner:
    """Finds the words of all families in one scan.

    A scan is fast when few places look like the beginning of a word. Words that begin with a character that is
    frequent in logs are therefore taken into the expression only for a text that holds them, which is cheap to
    ask (:data:`FREQUENT`).
    """

    def __init__(self, *families: dict[str, Handler]) -> None:
        self.handlers: dict[str, Handler] = {}
        for family in families:
            for word, handler in family.items():
                if word in self.handlers:
                    raise ValueError(f"two families read {word!r}")
                self.handlers[word] = handler
        self._always = tuple(word for word in self.handlers if word[0] not in FREQUENT)
        self._asked: dict[str, list[str]] = {}
        for word in self.handlers:
            if word[0] in FREQUENT:
                shared = next((part for part in SHARED if part in word), word)
                self._asked.setdefault(shared, []).append(word)
        self._expressions: dict[tuple[str, ...], re.Pattern[str]] = {}

    def expression(self, text: str) -> re.Pattern[str]:
        """Return the expression for the words that ``text`` may hold."""
        present = tuple([part for part in self._asked if part in text])
        known = self._expressions.get(present)
        if known is None:
            if len(self._expressions) > MOST_EXPRESSIONS:
                self._expressions.clear()
            known = self._expressions[present] = re.compile(
                tree([*self._always, *(word for part in present for word in self._asked[part])])
            )
        return known


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
