"""One cell that holds all: ``FortiGate 60F v7.2.4``. What is plainly a version at its end is taken off, nothing else.

A version is plain in one of three ways: a word says so (``v7.2.4``, ``FW V2.9.2``, ``Version 10``); it has numbers with
two points or more, and is no network address; or the product is Windows and it is the name of one of its releases.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from clearinghouse.formats.spreadsheet.values import looks_like_date

_WORD = r"(?:software|sw|firmware|fw|release|rel|version|ver|vers|build)"
_NUMBER = r"\d[\w.+~-]{0,40}"
_BUILD = "build"
_SURE_WORDS = frozenset({"version", "firmware", "fw", "release", "build"})
"""Words after which a number without a point is a version too."""
_LABELLED = re.compile(
    rf"(?:^|[ \t,;(\[])(?P<label>{_WORD}\b[.:]?[ \t]*)(?P<version>[vV]?\.?[ \t]?{_NUMBER})[)\]]?", re.IGNORECASE
)
_MARKED = re.compile(r"[vV]\.?\d{1,6}\.[\w.+~-]{1,40}")  # without a point it may be a model: the V60 is a ventilator
_POINTS = re.compile(r"\d{1,6}(?:\.\d{1,6}){2,5}(?:[-+_]?[A-Za-z]{1,6}\d{0,6})?")
_WINDOWS = re.compile(r"1507|1511|1607|1703|1709|1803|1809|1903|1909|2004|[12]\dH[12]", re.IGNORECASE)
_BITS = re.compile(
    r"[ \t]*+(?:\((?:x64|x86|amd64|arm64|64|32|(?:64|32)[ -]?bit)\)|(?<=[ \t])(?:x64|x86|(?:64|32)[ -]?bit))$",
    re.IGNORECASE,
)
_ORDER = re.compile(r"\(([A-Z0-9][A-Z0-9/.-]{6,38}[A-Z0-9])\)")
_TAIL = 80
"""Characters at the end of a cell in which a version is looked for."""


class Product(NamedTuple):
    """What a cell was divided into; what is not there is empty.

    Attributes:
        name: without the version. version: as written. model: an order number in parentheses, which stays in the name.
    """

    name: str
    version: str | None = None
    model: str = ""


@lru_cache(maxsize=1 << 14)
def divide(text: str) -> Product:
    """Return a product's name without the version at its end, the version, and an order number, if plain."""
    head, tail = text[:-_TAIL], text[-_TAIL:]
    bits = _BITS.search(tail)
    rest = tail[: bits.start()] if bits else tail
    cut, version = _version_at_end(rest, "windows" in text.lower())
    if version is None or not (head + rest[:cut]).strip(" ,;-"):
        return Product(text, None, _order_number(text))
    name = f"{head}{rest[:cut]}".rstrip(" ,;-:([") + (bits[0] if bits else "")
    return Product(name, version, _order_number(name))


def _version_at_end(text: str, windows: bool) -> tuple[int, str | None]:
    """Return where the version begins, its label included, and the version; it must reach to the end."""
    for match in _LABELLED.finditer(text):
        if match.end() == len(text):
            label, version = match["label"].strip(".: \t"), match["version"].strip()
            if label.lower() in _SURE_WORDS or "." in version:
                return match.start("label"), f"{label} {version}" if label.lower() == _BUILD else version
    start = max(text.rfind(" "), text.rfind("\t"), text.rfind("("), text.rfind(",")) + 1
    last = text[start:].rstrip(")")
    if _MARKED.fullmatch(last):
        return start, last
    if _POINTS.fullmatch(last) and not (_is_address(last) or looks_like_date(last)):
        return start, last
    if windows and _WINDOWS.fullmatch(last):
        return start, last
    return len(text), None


def _is_address(text: str) -> bool:
    parts = text.split(".")
    return len(parts) == 4 and all(part.isdecimal() and int(part) < 256 for part in parts)


def _order_number(text: str) -> str:
    """Return a manufacturer's order number: capitals, digits and dashes in parentheses, some of each."""
    match = _ORDER.search(text)
    if not match:
        return ""
    number = match[1]
    some = sum(character.isdigit() for character in number), sum(character.isalpha() for character in number)
    return number if min(some) >= 2 and "-" in number else ""
