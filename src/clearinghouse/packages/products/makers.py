"""Which vendors that advisories name somebody's word for one may mean.

Lists say ``Horner`` for Horner Automation, ``F5 Networks`` for F5, ``JCI`` for Johnson Controls Inc and ``Boston Sci``
for Boston Scientific. Only what differs in a word such as *Automation* or *Networks*, of one vendor alone, is sure.
"""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import islice
from operator import itemgetter
from typing import NamedTuple

from rapidfuzz import fuzz, process

from clearinghouse.packages.products.names import LEGAL_FORMS, fold, parts_of_vendor, tokens_of, words

_BUSINESS = words(
    "automation communications controls devices digital electronics engineering enterprises group global healthcare "
    "health holdings industrial industries instruments international labs medical networking networks power products "
    "software solutions systems tech technologies technology usa"
)
"""Words at the end of a vendor's name that lists leave out or put there."""
_UMLAUTS = (("ae", "a"), ("oe", "o"), ("ue", "u"))
_SHORT_NAME = re.compile(r"\(([^()]{2,12})\)")
_MOST = 6
_MOST_LOOKED_AT = 60
"""Names with one beginning that are looked at: the first that was read counts first, and the search stays short."""
_ALIKE = 86
"""How alike two names must be, of 100, for one to be named as the nearest: a slip of the pen, and hardly more."""
_SHORTEST_SURE = 4
_SHORTEST_BEGINNING = 5
_SHORTEST_WORD = 3
_SHORTEST_ALIKE = 6
_LONGEST_NAME = 4
_INITIALS = range(3, 6)


class Maker(NamedTuple):
    """A vendor that may be meant, and whether that is sure."""

    vendor: str
    sure: bool


class Makers:
    """Vendors by what is left of their names in lists.

    What one text may mean is found by look-ups and by halving sorted lists, never by a walk through the vendors.

    Args:
        texts: vendors as advisories write them. key_of: returns the key that stands for one under all of its names.
    """

    def __init__(self, texts: Iterable[str], key_of: Callable[[str], str]) -> None:
        self._stems: dict[str, dict[str, None]] = defaultdict(dict)
        self._initials: dict[str, dict[str, None]] = defaultdict(dict)
        self._whole: dict[tuple[str, ...], dict[str, None]] = defaultdict(dict)
        self._written: dict[str, str] = {}
        for text in texts:
            self._written.setdefault(fold(text), text)
            for part in dict.fromkeys((fold(text), *parts_of_vendor(text))):
                key = key_of(part)
                self._add(tokens_of(part), key)
                for short in _SHORT_NAME.findall(part):
                    self._stems["".join(tokens_of(short))][key] = None
        numbered = [(name, key) for name, keys in self._whole.items() for key in keys]
        self._joined = sorted(("".join(name), at, key) for at, (name, key) in enumerate(numbered))
        self._worded = sorted((_in_words(name), at, key) for at, (name, key) in enumerate(numbered))
        self.meant = lru_cache(maxsize=1 << 12)(self._meant)
        self.alike = lru_cache(maxsize=1 << 12)(self._alike)

    def _add(self, tokens: tuple[str, ...], key: str) -> None:
        if not tokens or not key:
            return
        self._stems[stem_of(tokens)][key] = None
        for name in (tokens, _without(tokens, LEGAL_FORMS)):
            if len(name) in _INITIALS:
                self._initials["".join(word[0] for word in name)][key] = None
        self._whole[_without(tokens, LEGAL_FORMS)][key] = None

    def _meant(self, text: str) -> tuple[Maker, ...]:
        """Return the vendors that a text may mean, likely ones first."""
        tokens = _without(tokens_of(fold(text)), LEGAL_FORMS)
        if not tokens:
            return ()
        stem = stem_of(tokens)
        same = self._stems.get(stem, {})
        sure = len(same) == 1 and (len(stem) >= _SHORTEST_SURE or stem != "".join(tokens))
        found = dict.fromkeys(islice(same, _MOST), sure)
        if len(tokens) == 1:
            self._put(found, islice(self._initials.get(tokens[0], ()), _MOST))
        self._put(found, self._beginning(tokens))
        return tuple(Maker(key, each) for key, each in islice(found.items(), _MOST))

    @staticmethod
    def _put(found: dict[str, bool], keys: Iterable[str]) -> None:
        for key in keys:
            found.setdefault(key, False)

    def named(self, tokens: tuple[str, ...]) -> tuple[str, ...]:
        """Return the vendors of which a product's name may begin with the name, those of the longest beginning."""
        found: dict[str, None] = {}
        for length in range(min(_LONGEST_NAME, len(tokens)), 0, -1):
            if len("".join(tokens[:length])) > 1:
                found.update(dict.fromkeys(islice(self._stems.get(stem_of(tokens[:length]), ()), _MOST)))
        first = tokens[0] if tokens else ""
        for length in range(len(first) - 1 if not found else 0, _SHORTEST_SURE - 1, -1):
            found.update(dict.fromkeys(islice(self._stems.get(first[:length], ()), _MOST)))
        return tuple(found)[:_MOST]

    def _beginning(self, tokens: tuple[str, ...]) -> Iterator[str]:
        """Vendors whose name begins with this one, or of whose name this one has more, word by word."""
        whole = "".join(tokens)
        for length in range(1, len(tokens)):
            if len(start := "".join(tokens[:length])) >= _SHORTEST_BEGINNING:
                yield from islice(self._stems.get(start, ()), _MOST)
        for length in range(1, len(tokens)):
            yield from islice(self._whole.get(tokens[:length], ()), _MOST)
        if len(whole) >= _SHORTEST_BEGINNING:
            yield from _starting(self._joined, whole)
        elif len(whole) >= _SHORTEST_WORD:
            yield from _starting(self._worded, _in_words(tokens))

    def _alike(self, text: str) -> str:
        """Return the vendor whose name is written most like a text, as written, or nothing if none is."""
        if len(text) < _SHORTEST_ALIKE:
            return ""
        found = process.extractOne(fold(text), self._written.keys(), scorer=fuzz.ratio, score_cutoff=_ALIKE)
        return self._written[found[0]] if found else ""


def _in_words(name: tuple[str, ...]) -> str:
    """A name so that another begins with it word by word if its text begins with this one's."""
    return "".join(f"{word} " for word in name)


def _starting(names: Sequence[tuple[str, int, str]], start: str) -> list[str]:
    """The keys of sorted names that begin with a text, those that were read first before the others."""
    at = bisect_left(names, start, key=itemgetter(0))
    alike = [each for each in names[at : at + _MOST_LOOKED_AT] if each[0].startswith(start)]
    return [key for _, _, key in sorted(alike, key=itemgetter(1))][:_MOST]


def stem_of(tokens: tuple[str, ...]) -> str:
    """Return a vendor's name without legal form and words such as *Networks*, and without the letters of umlauts."""
    text = "".join(_without(_without(tokens, LEGAL_FORMS), _BUSINESS))
    for written, letter in _UMLAUTS:
        text = text.replace(written, letter)
    return text


def _without(tokens: tuple[str, ...], ends: frozenset[str]) -> tuple[str, ...]:
    if len(tokens) > 1 and tokens[0] == "the":
        tokens = tokens[1:]
    while len(tokens) > 1 and tokens[-1] in ends:
        tokens = tokens[:-1]
    return tokens
