"""The one scan that finds the lines that matter, and the families that read them.

Each family lists fixed words that stand in its headers and the function that reads such a line. All words of all
families are scanned for together: a log is gone through a dozen times, not once for each of a hundred words.
"""

import re
from collections.abc import Callable, Iterable
from heapq import heapify, heappop, heapreplace

from clearinghouse.formats.crash.reading import Line, Reading

Handler = Callable[[Reading, Line], bool]
"""Reads a line that holds one of its words. Returns whether the line was a header or a marker, not a frame."""

LONGEST_LINE = 1 << 20
"""A longer line is data, not a message, and is not looked at, in characters."""
CUT = 1 << 13
"""Of a line that is looked at, at most so many characters."""

LANDMARKS = ("UG", "P", "= ", "lure", "l ", "li", "r: ", "b", "\n", "A", "f", "R", "- c", "here")
"""Short texts that are rare in logs, and one of which every word holds.

The engine seeks one fixed text at half a nanosecond a character, but any of several first letters at five: a dozen
passes that each stop at few places cost less than one that stops at many. These were chosen by measuring how long each
pass takes over the logs of ClusterFuzz's tests.
"""


class Words:
    """The words that are looked for at one landmark."""

    def __init__(self, landmark: str, words: Iterable[str]) -> None:
        ends: dict[str, dict[str, str]] = {}
        # At one place the word that begins first, or ends last, is found first.
        for word in sorted(words, key=lambda word: word.index(landmark), reverse=True):
            end = word[word.index(landmark) + len(landmark) :]
            ends.setdefault(end[:1], {})[word] = end[1:]
        ends[""] = ends.pop("", {})
        self._words = [word for group in ends.values() for word in group]
        # Of many ends most are ruled out by the next character.
        tree = "|".join(f"{re.escape(first)}(?:{_branches(group)})" for first, group in ends.items() if group)
        self._search = re.compile(f"{re.escape(landmark)}(?:{tree})").search

    def find(self, text: str, position: int) -> tuple[int, str] | None:
        """Return place and word of the first occurrence at or behind ``position``."""
        landmark = position
        while found := self._search(text, landmark):
            number = found.lastindex or 0
            start = found.start(number)
            if start >= position:
                return start, self._words[number - 1]
            landmark = found.start() + 1
        return None


def _branches(ends: dict[str, str]) -> str:
    """One branch a word: how it ends, and then, looking back, the whole of it."""
    return "|".join(f"{re.escape(end)}(?<=({re.escape(word)}))" for word, end in ends.items())


class Scanner:
    """The words of all families and who reads them."""

    def __init__(self, *families: dict[str, Handler]) -> None:
        self.handlers: dict[str, Handler] = {}
        for family in families:
            for word, handler in family.items():
                if word in self.handlers:
                    raise ValueError(f"two families read {word!r}")
                self.handlers[word] = handler
        groups: dict[str, list[str]] = {}
        for word in self.handlers:
            landmark = next((mark for mark in LANDMARKS if mark in word), word)
            groups.setdefault(landmark, []).append(word)
        self.groups = {landmark: Words(landmark, words) for landmark, words in groups.items()}

    def scan(self, text: str) -> "Scan":
        """Return the occurrences of all words in ``text``."""
        return Scan(self, text)


class Scan:
    """The occurrences of words in one text, in the order of their places, found as they are asked for.

    Positions must not go back.
    """

    def __init__(self, scanner: Scanner, text: str) -> None:
        self._text = text
        self._searched = _one_byte(text)
        self._handlers = scanner.handlers
        self._waiting: list[tuple[int, str, Words]] = []
        for words in scanner.groups.values():
            if place := words.find(self._searched, 0):
                self._waiting.append((*place, words))
        heapify(self._waiting)
        self._position = 0
        self._line = Line(text, 0, 0)
        self._end = 0
        self._tried: set[Handler] = set()

    def next(self, position: int) -> tuple[int, str] | None:
        """Return place and word of the first occurrence at or behind ``position``."""
        waiting = self._waiting
        while waiting:
            start, word, words = waiting[0]
            if start >= position:
                return start, word
            if place := words.find(self._searched, position):
                heapreplace(waiting, (*place, words))
            else:
                heappop(waiting)
        return None

    def line(self) -> tuple[Handler, Line] | None:
        """Return the next line that holds a word, with its reader. A line is given to each reader once."""
        while place := self.next(self._position):
            at, word = place
            if at >= self._end and not self._enter(at):
                continue
            self._position = min(at + len(word), self._line.end)
            handler = self._handlers[word]
            if handler not in self._tried:
                self._tried.add(handler)
                return handler, self._line
        return None

    def leave(self) -> None:
        """Pass over the rest of the line that was last returned."""
        self._position = self._line.end

    def _enter(self, at: int) -> bool:
        """Go to the line at ``at``. Whether it can be a message; if not, it is passed over."""
        line = line_at(self._text, at)
        if line is None:
            end = self._text.find("\n", at + 1)
            self._position = end if end >= 0 else len(self._text)
            return False
        self._line = line
        self._end = min(line.end, line.start + CUT)
        self._tried.clear()
        return True


def _one_byte(text: str) -> str:
    """Return ``text`` with one byte a character: words are plain ASCII, and such a text is searched faster."""
    return text if text.isascii() else text.encode("latin-1", "replace").decode("latin-1")


def line_at(text: str, position: int) -> Line | None:
    """Return the line that holds ``position``, cut at :data:`CUT`, or None when it is too long to be a message."""
    if text[position] == "\n":
        position += 1
    start = text.rfind("\n", position - CUT if position > CUT else 0, position) + 1
    if start == 0 and position > CUT:
        return None
    end = text.find("\n", position, position + LONGEST_LINE)
    if end < 0:
        if len(text) - start > LONGEST_LINE:
            return None
        end = len(text)
    return Line(text, start, end, cut=CUT)
