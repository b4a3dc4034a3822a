"""The words of a name that tell one product from another, and how two names share them.

``Valleylab FT10 electrosurgical generator`` and ``Valleylab FT10 Energy Platform (VLFT10GEN)`` share *valleylab* and
*ft10*; the rest only describes, or is common to products of many vendors.

What is done to a text grows with the square of its length, so every function that takes one looks at no more of it than
a folded name has (:data:`~clearinghouse.packages.products.names.MAX_LENGTH`), and at no more words of it.
"""

import re
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

from clearinghouse.packages.products.family import DEVICES
from clearinghouse.packages.products.names import MAX_LENGTH, NOUNS, is_abbreviation, words

DESCRIBING = (
    NOUNS
    | DEVICES
    | words(
        "access adapter application cabinet card cart cell charger client computer connected desktop ecg edition eeg "
        "enterprise ethernet firewall generator home insulin internet ip label line machine mobile model monitoring "
        "network nvr panels pc phone platform pro professional programmer protection recorder relay remote sensor "
        "standard system systems tool units version video viewer virtual vm vpn web wifi windows wlan"
    )
)
"""Words that say what sort of thing it is; a name that has more of them is not another product for that."""
_FUNCTION = words("a an the of for and or in on to by with de la al et is all any no")
_CUT = re.compile(
    r",? (?:not including|excluding|except|running|controlling|using|with|when|prior to|installed|equipped)\b.*|"
    r"\((?:all|any|formerly|incl)[^)]*\)"
)
_SHORT_LIST = re.compile(r"[a-z]\w+(?: \w+)?(?:(?:, | and |, and )[a-z]\w+(?: \w+)?){1,4}")
_ALTERNATIVES = re.compile(r"[/,;()]| and | or ")
_NUMBERS = re.compile(r"\b([a-z]{0,24})(\d{2,12})([a-z]?)((?:/\d{1,5}\b)+)")
_RANGE = re.compile(r"\b([a-z]{1,4})(\d{1,4})(?:-| to | - )\1(\d{1,4})\b")
_ROMAN = {"ii": "2", "iii": "3", "iv": "4", "vi": "6", "vii": "7", "viii": "8"}
_PARENTHESIS = re.compile(r"\((\w{2,8})\)")
_LONGEST = 12
_MOST_WORDS = 40
"""Words of a name that are looked at."""
_VOWELS = frozenset("aeiou")
_PLURAL = 4
_YEAR = 4
_SHORT_NUMBER = 2
_ABBREVIATION = range(2, 7)
_BEGINNING = range(3, 5)


class Wording(NamedTuple):
    """A name in words.

    Attributes:
        tokens: its words. telling: those that tell it from other products. joined: words, and neighbours joined.
        neighbours: twos and threes of words that stand beside each other, joined.
        makers: words of its vendor's name. short: abbreviations of it that stand in it.
        ranges: models that it names by the first and the last.
    """

    tokens: tuple[str, ...]
    telling: frozenset[str]
    joined: frozenset[str]
    neighbours: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
    makers: frozenset[str] = frozenset()
    short: frozenset[str] = frozenset()
    ranges: tuple[tuple[str, int, int], ...] = ()


class Shared(NamedTuple):
    """What two names have in common.

    Attributes:
        words: telling words of the second that the first has, too. mine, theirs: telling words that the other lacks.
        my_rest, their_rest: other words that the other lacks, and that do not merely describe. my_kind, their_kind:
            words that do, and that the other lacks.
    """

    words: frozenset[str]
    mine: frozenset[str]
    theirs: frozenset[str]
    my_rest: frozenset[str]
    their_rest: frozenset[str]
    my_kind: frozenset[str]
    their_kind: frozenset[str]


def forms_of(folded: str) -> list[str]:
    """Return the names that stand in a product's name: itself, and the models that it lists, the lists written out.

    Of a longer text than :data:`MAX_LENGTH` only the beginning is looked at, and of what is found the first twelve
    names. A list that is written out is no more than some twenty times as long.
    """
    folded = folded[:MAX_LENGTH]
    text = _CUT.sub("", folded).strip() or folded
    text = _NUMBERS.sub(_written_out, _PARENTHESIS.sub(_unless_abbreviation, text))
    parts = [part.strip() for part in _ALTERNATIVES.split(text)]
    if not _SHORT_LIST.fullmatch(text):
        parts = [part for part in parts if _stands_alone(part)]
    return list(dict.fromkeys((text, *filter(None, parts))))[:_LONGEST]


def is_list(folded: str) -> bool:
    """Whether a name lists models in a way in which not all of them are words of it: ``MX800/700``, ``MP20-MP90``.

    Of a longer text than :data:`MAX_LENGTH` only the beginning is looked at.
    """
    folded = folded[:MAX_LENGTH]
    return ("/" in folded and _NUMBERS.search(folded) is not None) or _RANGE.search(folded) is not None


def _unless_abbreviation(match: re.Match[str]) -> str:
    return " " if is_abbreviation(match[1], match.string[: match.start()]) else match[0]


def _stands_alone(part: str) -> bool:
    """Whether a part of a list names something by itself: a model, or several words."""
    if any(map(str.isdigit, part)):
        return len(part) > _YEAR - 1 and any(map(str.isalpha, part))
    return len([word for word in part.split() if word not in DESCRIBING]) > 1


def _written_out(match: re.Match[str]) -> str:
    """``mx800/700`` is mx800 and mx700, ``865240/41`` is 865240 and 865241."""
    head, first, letter, rest = match.groups()
    others = (first[: max(0, len(first) - len(text))] + text for text in rest.strip("/").split("/"))
    return " ".join(f"{head}{number}{letter}" for number in (first, *others))


def abbreviations_in(text: str) -> frozenset[str]:
    """Return the abbreviations of a name that stand in parentheses in it.

    Of a longer text than :data:`MAX_LENGTH` only the beginning is looked at.
    """
    text = text[:MAX_LENGTH]
    if "(" not in text:
        return frozenset()
    return frozenset(
        match[1] for match in _PARENTHESIS.finditer(text) if is_abbreviation(match[1], text[: match.start()])
    )


def _ranges_of(text: str) -> tuple[tuple[str, int, int], ...]:
    """The ranges of models in a name: ``MP20-MP90``."""
    text = text[:MAX_LENGTH]
    return tuple((letters, int(low), int(high)) for letters, low, high in _RANGE.findall(text))


def plain(token: str) -> str:
    """Return a word in the singular, a Roman number as a number."""
    if token in _ROMAN:
        return _ROMAN[token]
    return token[:-1] if len(token) > _PLURAL and token.endswith("s") and not token.endswith("ss") else token


def wording(
    tokens: Sequence[str],
    common: Callable[[str], bool],
    makers: frozenset[str] = frozenset(),
    text: str = "",
) -> Wording:
    """Return a name with its telling words; where nothing else is left, all of its words tell.

    Args:
        tokens: its words. common: whether products of many vendors have a word. makers: words of the vendor's name.
        text: the name as it stands, folded, where it is one of an advisory.

    Of more words than 40, and of a longer text than :data:`MAX_LENGTH`, only the beginning is looked at.
    """
    tokens = tokens[:_MOST_WORDS]
    short = abbreviations_in(text)
    own = tuple(plain(token) for token in tokens if token not in _FUNCTION) or tuple(tokens)
    telling = frozenset(token for token in own if _tells(token, common) and token not in makers)
    if not telling:
        rest = frozenset(token for token in own if token not in _PLAIN and len(token) > 1) - makers
        named = frozenset(own) & makers
        telling = (named if rest or not frozenset(own) - makers else frozenset(own) - makers) or rest or frozenset(own)
    pairs = [one + other for one, other in pairwise(own)]
    triples = ["".join(own[at : at + 3]) for at in range(len(own) - 2)]
    joined = frozenset((*own, *pairs, *triples, *short))
    return Wording(own, telling, joined, (tuple(pairs), tuple(triples)), makers, short, _ranges_of(text))


def looks_like_model(word: str) -> bool:
    """Whether a word looks like a model: letters and digits, or a number that is neither short nor a year."""
    has_digit = any(map(str.isdigit, word))
    return has_digit and (any(map(str.isalpha, word)) or (len(word) > _YEAR - 1 and not word.startswith(("19", "20"))))


def _tells(token: str, common: Callable[[str], bool]) -> bool:
    if any(map(str.isdigit, token)):
        return len(token) > 2 or not token.isdigit()
    return len(token) > 1 and token not in _PLAIN and not common(token)


_PLAIN = frozenset(map(plain, DESCRIBING))
_SERIES = plain("series")


def shared(mine: Wording, theirs: Wording) -> Shared:
    """Return what two names have in common, joined and abbreviated words included."""
    my_left = _left(mine, theirs)
    their_left = _left(theirs, mine) if theirs.short.isdisjoint(mine.tokens) else []
    if their_left and my_left:
        _strike_abbreviations(my_left, their_left, theirs)
        _strike_abbreviations(their_left, my_left, mine)
    lacked, missing = frozenset(my_left), frozenset(their_left)
    return Shared(
        theirs.telling - missing,
        mine.telling & lacked,
        theirs.telling & missing,
        _rest(lacked, mine),
        _rest(missing, theirs),
        lacked & _PLAIN,
        missing & _PLAIN,
    )


def _rest(lacked: frozenset[str], words: Wording) -> frozenset[str]:
    rest = lacked - words.telling - _PLAIN - words.makers
    return frozenset(word for word in rest if not word.isdigit())


def _left(mine: Wording, theirs: Wording) -> list[str]:
    """The words of one name that the other has neither so nor joined."""
    joined, makers = theirs.joined, theirs.makers
    left = [at for at, token in enumerate(mine.tokens) if token not in joined and token not in makers]
    if left and theirs.ranges:
        left = [at for at in left if not _in_range(mine.tokens[at], theirs.ranges)]
    if left and _SERIES in theirs.tokens:
        left = [at for at in left if not _in_series(mine.tokens[at], joined)]
    for length, neighbours in enumerate(mine.neighbours if left else (), 2):
        for at, word in enumerate(neighbours):
            if word in joined:
                left = [each for each in left if not at <= each < at + length]
    return [mine.tokens[at] for at in left]


def _in_series(token: str, words: frozenset[str]) -> bool:
    """Whether a model is of a series by its number: REF650 of the 650 series."""
    number = token.lstrip("abcdefghijklmnopqrstuvwxyz")
    return len(number) > _SHORT_NUMBER and number.isdigit() and number != token and number in words


def _in_range(token: str, ranges: Sequence[tuple[str, int, int]]) -> bool:
    return any(
        token.startswith(letters) and token[len(letters) :].isdigit() and low <= int(token[len(letters) :]) <= high
        for letters, low, high in ranges
    )


def _strike_abbreviations(shorts: list[str], longs: list[str], whole: Wording) -> None:
    """Strike words of one name that abbreviate neighbours of the other, or all of it, with what they abbreviate."""
    named: list[str] = []
    for short in [word for word in shorts if len(word) in _ABBREVIATION and word.isalpha()]:
        named = named or [token for token in whole.tokens if not token.isdigit()]
        if len(named) > 1 and abbreviates(short, named):
            shorts.remove(short)
            longs[:] = [word for word in longs if word not in named]
            continue
        starts = [at for at, word in enumerate(longs) if word[0] == short[0]]
        for start, length in [(at, length) for at in starts for length in (4, 3, 2, 1) if at + length <= len(longs)]:
            if abbreviates(short, longs[start : start + length]):
                shorts.remove(short)
                del longs[start : start + length]
                break


def abbreviates(short: str, tokens: Sequence[str]) -> bool:
    """Whether a word is made of the beginnings of others, or of one: ISCV of IntelliSpace Cardiovascular, PCU of
    PC Unit, ``cv`` of ``cardiovascular``. Vowels stand in it only where a word begins, or where it is a beginning."""
    if not tokens or short[0] != tokens[0][0] or not short.isalpha() or len(short) not in _ABBREVIATION:
        return False
    whole = "".join(tokens)
    if len(short) >= len(whole):
        return False
    initials = "".join(token[0] for token in tokens)
    is_beginning = len(tokens) == 1 and len(short) in _BEGINNING and whole.startswith(short)
    if initials == short or is_beginning:
        return True
    inner = list(short)
    for letter in initials:
        if letter not in inner:
            return False
        inner.remove(letter)
    return _VOWELS.isdisjoint(inner) and _in_order(initials, short) and _in_order(short, whole)


def _in_order(letters: str, text: str) -> bool:
    rest = iter(text)
    return all(letter in rest for letter in letters)
