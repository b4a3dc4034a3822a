"""Conan.

Source: https://docs.conan.io/2/tutorial/versioning/version_ranges.html. The hyphen at the end of an upper end (``<2-``)
is Conan's own way to leave out the pre-releases of 2.
"""

import re

from clearinghouse.packages.vers.intervals import Spans
from clearinghouse.packages.vers.native.common import all_of, any_of, between, checked, compared, refused
from clearinghouse.packages.versions import Order

_BLANKS = re.compile(r"(<=|>=|<|>|=|~|\^)\s++")
_TOKEN = re.compile(r"(<=|>=|<|>|=|~|\^|)([^\s<>=~^,|]++)")


def conan(text: str, order: Order) -> Spans:
    """Read a range of Conan. Its options (``include_prerelease``) say nothing about which versions there are."""
    text = text.strip().removeprefix("[").removesuffix("]").partition(",")[0]
    return any_of(_range(each, order) for each in checked(text.split("||")))


def _range(text: str, order: Order) -> Spans:
    tokens = checked(_BLANKS.sub(r"\1", text).split())
    return all_of(_token(token, order) for token in tokens or ["*"])


def _token(token: str, order: Order) -> Spans:
    if token in ("*", "*-"):
        return compared(">=", "0.0.0", order)
    found = _TOKEN.fullmatch(token)
    if found is None:
        raise refused("it has a comparison that is none")
    comparator, version = found[1], found[2].removesuffix("-")
    numbers = version.partition("+")[0].partition("-")[0].split(".")
    match comparator:
        case "~":
            return between(version, _above(numbers, 1 if len(numbers) > 1 else 0), order)
        case "^":
            first = next((at for at, each in enumerate(numbers) if each.strip("0")), len(numbers) - 1)
            return between(version, _above(numbers, first), order)
    return compared(comparator or "=", version, order)


def _above(numbers: list[str], place: int) -> str:
    if not numbers[place].isdecimal() or len(numbers[place]) > 30:
        raise refused("a version after ~ or ^ has no number where one is to be counted up")
    return ".".join((*numbers[:place], str(int(numbers[place]) + 1))) + "-"
