"""Words for the page: strangers' names kept short, identifiers, lists, and days as people say them."""

import datetime as dt
import re
from collections.abc import Sequence
from unicodedata import combining, east_asian_width

from clearinghouse.formats.text import clean, clean_line, plural
from clearinghouse.priority import in_words
from clearinghouse.sheet.markup import Markup, Node, element

NAME, PLACE, OWNER, VERSION = 52, 40, 30, 40
"""Columns that names of components, places and people, and versions, may take."""
_CVE = re.compile(r"CVE-[0-9]{4}-[0-9]{4,19}", re.ASCII)
_CVE_PAGE = "https://www.cve.org/CVERecord?id="
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MOST_MARKS = 2
_LONGEST = 1 << 16
_LONGEST_REST = 12
_MOST_ADVICE = 4000
_WIDEST = 1.75
_BROAD = frozenset("MWmw@%")
_ZERO_WIDTH = "\u200b"


def short(text: str, limit: int) -> str:
    """Return a stranger's words as one line that takes at most ``limit`` columns, a small letter taking one.

    The first sheet has room for so much, whatever stands in an inventory. Of marks that stand above and below a letter
    two are kept; more of them would cover the lines around.
    """
    line = clean_line(_plain_marks(text[:_LONGEST]), limit + 1)  # one more, so that the cut is made below
    if len(line) * _WIDEST <= limit:
        return line
    kept: list[str] = []
    width: float = 0
    for each in line:
        width += _width(each)
        if width > limit:
            return _at_a_word("".join(kept[:-1])) + "…"
        kept.append(each)
    return "".join(kept)


def _at_a_word(text: str) -> str:
    """Return a text that was cut, without the rest of a word at its end if that is short."""
    head, _, rest = text.rpartition(" ")
    return (head if head and len(rest) <= _LONGEST_REST else text).rstrip(" ,;:(")


def whole(text: str) -> str:
    """Return a stranger's words as they are, lines kept, as long as an advisory reasonably is."""
    cleaned = clean(text, _MOST_ADVICE)
    lines = [" ".join(line.split()) for line in cleaned.split("\n")]
    return _plain_marks("\n".join(line for line in lines if line))


def name(text: str, limit: int = NAME) -> Markup:
    """Return a stranger's name, cut where it is too long and set apart from the direction of the words around it."""
    return element("bdi", short(text, limit))


def document_name(source: str) -> str:
    """Return what names a document without the folders in which it lies, and with what stands behind it in brackets.

    The page is handed on; where files lie on the machine that made it is nobody else's concern.
    """
    path, bracket, rest = source.rpartition(" (") if source.endswith(")") else (source, "", "")
    return path.rpartition("/")[2] + bracket + rest


def identifier(text: str) -> Markup:
    """Return the public name of a flaw; one of a CVE is a link to the public list."""
    shown = short(text, 40)
    if _CVE.fullmatch(shown):
        return element("a", element("code", shown), href=_CVE_PAGE + shown, rel="noreferrer")
    return element("code", element("bdi", shown))


def listed(items: Sequence[Node], most: int, more: str = "more") -> list[Node]:
    """Return items as a sentence lists them: ``a``, ``a and b``, ``a, b and 3 more``.

    Args:
        most: how many are named. more: what the others are called.
    """
    shown = list(items[:most])
    if len(items) > most:
        shown.append(f"{len(items) - most:,} {more}")
    made: list[Node] = []
    for place, item in enumerate(shown):
        made.append("" if place == 0 else " and " if place == len(shown) - 1 else ", ")
        made.append(item)
    return made


def on_day(day: dt.date) -> str:
    """Return a day with its name: ``Thursday 12 March 2026``."""
    return f"{_DAYS[day.weekday()]} {in_words(day)}"


def away(day: dt.date, today: dt.date) -> str:
    """Return how far off a day is: ``in 3 days``, ``tomorrow``, ``today``, ``4 days ago``."""
    days = (day - today).days
    near = {-1: "yesterday", 0: "today", 1: "tomorrow"}.get(days)
    return near or (f"in {plural(days, 'day')}" if days > 0 else f"{plural(-days, 'day')} ago")


def capital(text: str) -> str:
    """Return a text with its first letter large."""
    return text[:1].upper() + text[1:]


def lower(text: str) -> str:
    """Return a text with its first letter small."""
    return text[:1].lower() + text[1:]


def columns(text: str) -> float:
    """Return about how wide a text is, in columns of small letters."""
    return sum(map(_width, text))


def _width(character: str) -> float:
    if combining(character) or character == _ZERO_WIDTH:
        return 0
    if character in _BROAD or east_asian_width(character) in "WF":
        return _WIDEST
    return 1.25 if character.isupper() or not character.isascii() else 1


def _plain_marks(text: str) -> str:
    if text.isascii():
        return text
    kept: list[str] = []
    marks = 0
    for each in text:
        marks = marks + 1 if combining(each) else 0
        if marks <= _MOST_MARKS:
            kept.append(each)
    return "".join(kept)
