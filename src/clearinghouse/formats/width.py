"""How wide a stranger's words are when they are shown, and what of them is kept where there is little room."""

from unicodedata import combining, east_asian_width

from clearinghouse.formats.text import clean, clean_line

_MOST_MARKS = 2
_LONGEST = 1 << 16
_LONGEST_REST = 12
_MOST_ADVICE = 4000
_WIDEST = 1.75
_BROAD = frozenset("MWmw@%")
_ZERO_WIDTH = "\u200b"


def short(text: str, limit: int) -> str:
    """Return a stranger's words as one line that takes at most ``limit`` columns, a small letter taking one.

    A page has room for so much, whatever stands in a document. Of marks that stand above and below a letter
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
