"""Maven.

Law (``ComparableVersion`` of Maven 3.9, https://maven.apache.org/pom.html#Version_Order_Specification): the lower-case
version is cut at dots, hyphens and between digits and letters. A hyphen, a change from digits to letters, and a word
that a digit follows or that ends the version begin a list inside the list. In every list the zeros and empty words at
the end are left away; ``ga``, ``final`` and ``release`` are empty words, ``cr`` is ``rc``; ``a``, ``b``, ``m`` before a
digit are ``alpha``, ``beta``, ``milestone``. Then the lists are compared place by place: a word < a list < a number;
words as alpha < beta < milestone < rc < snapshot < the empty word < sp < all others, these by their letters; what is
missing counts as 0, the empty word or the empty list.

That comparison is no order, it has circles: ``1-alpha`` < ``1`` < ``1.foo.1`` < ``1-alpha``. No key can follow a circle
all the way round, so each is opened at one of two places, both rare words before further dots:

* a word above the end of the version (``1.foo.1``) is below every list by the law; here it is above such lists as are
  below the end (``1-alpha``);
* zeros and a word below the end (``1.0.beta.1``) are above every list by the law; here they are below such lists as are
  above the end (``1-1``).

Valid is what Maven accepts as a version in a POM, so neither a range nor a property nor ``LATEST``.
"""

import re

from clearinghouse.packages.versions.encoding import falling, number, rising, text
from clearinghouse.packages.versions.order import Order, leading

_NUMBERS = re.compile(r"[0-9]++(?:\.[0-9]++)*+")
_NUMBER_FIRST = re.compile(r"[0-9]++")
_FORBIDDEN = re.compile(
    r"[\x00-\x20\x7f\\/:\"<>|?*\[\](){},]"
)  # of Maven's DefaultModelValidator, and controls and blanks
_META = frozenset({"latest", "release"})
_PIECES = re.compile(r"[0-9]++|[.-]|[^0-9.-]++")
_SHORT_FORMS = {"a": "alpha", "b": "beta", "m": "milestone"}
_EMPTY_WORD = "\x06"
_WORDS = {
    "alpha": "\x01",
    "beta": "\x02",
    "milestone": "\x03",
    "rc": "\x04",
    "cr": "\x04",
    "snapshot": "\x05",
    "ga": _EMPTY_WORD,
    "final": _EMPTY_WORD,
    "release": _EMPTY_WORD,
    "sp": "\x07",
}
_OTHER_WORD = "\x08"
_LEAST_NUMBER = "1"  # items that are numbers begin with a digit, which is above the first characters of words
_NOTHING = ("", _EMPTY_WORD)

# What can stand in one place of a list. The end stands for what is missing. The sign of a list, or of what is left of
# it, says whether it is below (-1) or above (1) the end.
_WORD_BELOW = "\x01"
_LIST_BELOW = "\x02"
_ZEROS_AND_WORD_BELOW = "\x03"
_END = "\x04"
_WORD_ABOVE = "\x05"
_LIST_ABOVE = "\x06"
_ZEROS_AND_WORD_ABOVE = "\x07"
_NUMBER = "\x08"
_FIRST = falling(0)

_Item = str
"""A number as its digits without leading zeros, so that zero is the empty text; a word as its block."""


def place(version: str) -> str | None:
    """Return the place of a Maven version."""
    if _NUMBERS.fullmatch(version):
        blocks, _ = _flat([part.lstrip("0") for part in version.split(".")], 0)
        return "".join(blocks) + _END
    version = version.lower()
    if not version or version in _META or _FORBIDDEN.search(version):
        return None
    return _nested(_lists(version))


def _lists(version: str) -> list[list[_Item]]:
    """Cut a version into its lists, each of which is the last item of the one before."""
    pieces = _PIECES.findall(version)
    lists: list[list[_Item]] = [[]]
    last = len(pieces) - 1
    after_separator = True
    for i, piece in enumerate(pieces):
        if piece in ".-":
            if after_separator:
                lists[-1].append("")
            if piece == "-":
                lists.append([])
            after_separator = True
            continue
        after_separator = False
        if piece[0] in "0123456789":
            lists[-1].append(piece.lstrip("0"))
            if i < last and pieces[i + 1] not in ".-":
                lists.append([])
            continue
        before_digit = i < last and pieces[i + 1] not in ".-"
        if (before_digit or i == last) and lists[-1]:
            lists.append([])
        lists[-1].append(_word(_SHORT_FORMS.get(piece, piece) if before_digit else piece))
        if before_digit:
            lists.append([])
    return lists


def _word(word: str) -> _Item:
    return _WORDS.get(word) or _OTHER_WORD + text(word)


def _nested(lists: list[list[_Item]]) -> str:
    written: list[list[str]] = []
    sign = 0
    for items in reversed(lists):  # the sign of a list can depend on the list inside it
        inner = _LIST_ABOVE if sign > 0 else _LIST_BELOW if sign < 0 else ""
        blocks, sign = _flat(items, sign)
        written.append([*blocks, inner] if inner else blocks)
    blocks = [block for blocks in reversed(written) for block in blocks]
    blocks.append(_END)
    return "".join(blocks)


def _flat(items: list[_Item], sign: int) -> tuple[list[str], int]:
    """Return the blocks of a list's items without the list inside it, and the sign of the whole.

    Args:
        items: in order. sign: of the list inside it, 0 where that is empty.
    """
    blocks: list[str] = []
    size = len(items)
    while size and items[size - 1] in _NOTHING:
        size -= 1
    waiting, zeros = "", 0  # an item waits until it is known how many zeros stand before it
    for item in reversed(items[:size]):
        if not item:
            zeros += 1
            continue
        if waiting:
            blocks.append(_after_zeros(waiting, zeros, sign))
        waiting, zeros = item, 0
        if item != _EMPTY_WORD:
            sign = -1 if item < _EMPTY_WORD else 1
    if waiting:
        blocks.append(_after_zeros(waiting, zeros, sign))
    blocks.reverse()
    return blocks, sign


def _after_zeros(item: _Item, zeros: int, sign: int) -> str:
    if item >= _LEAST_NUMBER:
        return _NUMBER + (falling(zeros) if zeros else _FIRST) + number(item)
    if zeros:
        return (_ZEROS_AND_WORD_ABOVE if sign > 0 else _ZEROS_AND_WORD_BELOW) + rising(zeros) + item
    return (_WORD_ABOVE if sign > 0 else _WORD_BELOW) + item


def _major(version: str) -> str | None:
    found = _NUMBER_FIRST.match(version)
    return leading(found[0]) if found and place(version) is not None else None


MAVEN = Order(name="maven", place=place, lead=_major)
