"""Words for the page: strangers' names kept short, identifiers, lists, and days as people say them."""

import datetime as dt
import re
from collections.abc import Sequence

from clearinghouse.formats.markup import Markup, Node, element
from clearinghouse.formats.text import plural
from clearinghouse.formats.width import short
from clearinghouse.priority import in_words

NAME, PLACE, OWNER, VERSION = 52, 40, 30, 40
"""Columns that names of components, places and people, and versions, may take."""
_CVE = re.compile(r"CVE-[0-9]{4}-[0-9]{4,19}", re.ASCII)
_CVE_PAGE = "https://www.cve.org/CVERecord?id="
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


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
