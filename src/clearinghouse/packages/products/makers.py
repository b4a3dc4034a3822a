"""Which vendors that advisories name somebody's word for one may mean.

Lists say ``Horner`` for Horner Automation, ``F5 Networks`` for F5, ``JCI`` for Johnson Controls Inc and ``Boston Sci``
for Boston Scientific. Only what differs in a word such as *Automation* or *Networks*, of one vendor alone, is sure.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import lru_cache
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

    Args:
        texts: vendors as advisories write them. key_of: returns the key that stands for one under all of its names.
    """

    def __init__(self, texts: Iterable[str], key_of: Callable[[str], str]) -> None:
        self._stems: dict[str, dict[str, None]] = defaultdict(dict)
        self._initials: dict[str, dict[str, None]] = defaultdict(dict)
        self._first: dict[str, list[tuple[tuple[str, ...], str]]] = defaultdict(list)
        self._written: dict[str, str] = {}
        for text in texts:
            self._written.setdefault(fold(text), text)
            for part in dict.fromkeys((fold(text), *parts_of_vendor(text))):
                key = key_of(part)
                self._add(tokens_of(part), key)
                for short in _SHORT_NAME.findall(part):
                    self._stems["".join(tokens_of(short))][key] = None
        self.meant = lru_cache(maxsize=1 << 12)(self._meant)

    def _add(self, tokens: tuple[str, ...], key: str) -> None:
        if not tokens or not key:
            return
        self._stems[stem_of(tokens)][key] = None
        for name in (tokens, _without(tokens, LEGAL_FORMS)):
            if len(name) in _INITIALS:
                self._initials["".join(word[0] for word in name)][key] = None
        self._first[tokens[0][:2]].append((_without(tokens, LEGAL_FORMS), key))

    def _meant(self, text: str) -> tuple[Maker, ...]:
        """Return the vendors that a text may mean, likely ones first."""
        tokens = _without(tokens_of(fold(text)), LEGAL_FORMS)
        if not tokens:
            return ()
        stem = stem_of(tokens)
        same = self._stems.get(stem, {})
        sure = len(same) == 1 and (len(stem) >= _SHORTEST_SURE or stem != "".join(tokens))
        found = [Maker(key, sure) for key in same]
        if len(tokens) == 1:
            found += [Maker(key, sure=False) for key in self._initials.get(tokens[0], ())]
        found += [Maker(key, sure=False) for key in self._beginning(tokens)]
        return tuple({each.vendor: each for each in reversed(found)}.values())[::-1][:_MOST]

    def named(self, tokens: tuple[str, ...]) -> tuple[str, ...]:
        """Return the vendors of which a product's name may begin with the name, those of the longest beginning."""
        found: dict[str, None] = {}
        for length in range(min(_LONGEST_NAME, len(tokens)), 0, -1):
            if len("".join(tokens[:length])) > 1:
                found.update(self._stems.get(stem_of(tokens[:length]), {}))
        first = tokens[0] if tokens else ""
        for length in range(len(first) - 1 if not found else 0, _SHORTEST_SURE - 1, -1):
            found.update(self._stems.get(first[:length], {}))
        return tuple(found)[:_MOST]

    def _beginning(self, tokens: tuple[str, ...]) -> Iterable[str]:
        """Vendors whose name begins with this one, or of whose name this one has more, word by word."""
        whole = "".join(tokens)
        for length in range(1, len(tokens)):
            if len(start := "".join(tokens[:length])) >= _SHORTEST_BEGINNING:
                yield from self._stems.get(start, ())
        starts = {tokens[:length] for length in range(1, len(tokens))}
        for name, key in self._first.get(tokens[0][:2], ()):
            longer = len(whole) >= _SHORTEST_BEGINNING and "".join(name).startswith(whole)
            if longer or name in starts or (len(whole) >= _SHORTEST_WORD and name[: len(tokens)] == tokens):
                yield key

    def alike(self, text: str) -> str:
        """Return the vendor whose name is written most like a text, as written, or nothing if none is."""
        if len(text) < _SHORTEST_ALIKE:
            return ""
        found = process.extractOne(fold(text), self._written.keys(), scorer=fuzz.ratio, score_cutoff=_ALIKE)
        return self._written[found[0]] if found else ""


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
