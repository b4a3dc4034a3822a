"""Names that are near one that no advisory has as it is written: those that share its telling words.

What is found here is a question, never a certain match.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from math import log
from typing import NamedTuple

from clearinghouse.packages.products.telling import Shared, Wording, looks_like_model, shared
from clearinghouse.packages.products.vocabulary import Vocabulary
from clearinghouse.packages.products.written import WrittenName

MOST_NEAR = 40
"""Names that are taken for near at most, the nearest."""
_MOST_COMPARED = 80
_MOST_LOOKED_THROUGH = 60
"""Names that are compared with one item: with its words, and others."""
_ENOUGH = 0.4
"""How much of two names must be the same for one to be named as the nearest: nearly half, rare words counting more."""
_TELLING_MODEL = 4
_LONG_MODEL = 5
_LONG_WORD = 6
_OWN_WORD = 9


class Near(NamedTuple):
    """A name that was compared.

    Attributes:
        number: of the name. accepted: whether it may mean the same product. mine, theirs: whether the item or the name
            says more than the other. like: how much of both they share, 0 to 1. words: how many they share.
    """

    number: int
    accepted: bool
    mine: bool
    theirs: bool
    like: float
    words: int = 0


class NearNames:
    """Finds names by the words that they share with another.

    Args:
        names: all names. vendors_of: returns the keys of the vendors of the name with a number.
    """

    def __init__(self, names: Sequence[WrittenName], vendors_of: Callable[[int], Sequence[str]]) -> None:
        self.vocabulary = Vocabulary(names, vendors_of)
        self._all = lru_cache(maxsize=1 << 12)(self._compare_all)
        self.of_model = lru_cache(maxsize=1 << 12)(self._of_model)

    def near(self, tokens: tuple[str, ...], vendors: tuple[str, ...], makers: tuple[str, ...]) -> list[Near]:
        """Return the names near one, the nearest first.

        Args:
            tokens: its words. vendors: keys of those who may make it, an empty one for names without vendor; of all
                vendors, if there are none. makers: words of the vendor's name, which may stand in the product's, too.
        """
        return [each for each in self._all(tokens, vendors, makers) if each.accepted][:MOST_NEAR]

    def nearest(self, tokens: tuple[str, ...], vendors: tuple[str, ...], makers: tuple[str, ...]) -> str:
        """Return the product, as written, that is called most like one that has no near name; or nothing."""
        slip = next(filter(None, (self.vocabulary.slip_of(tokens, vendor) for vendor in vendors if vendor)), "")
        best = next(iter(self._all(tokens, vendors, makers)), None)
        return slip or (self.vocabulary.names[best.number].product if best and best.like >= _ENOUGH else "")

    def _of_model(self, tokens: tuple[str, ...], vendors: tuple[str, ...], makers: tuple[str, ...]) -> list[Near]:
        """Return the names with a model that stands in a name, and with its line or without any; the nearest first.

        Of all vendors, if there are none.
        """
        mine = self.vocabulary.words(tokens, makers)
        models = [word for word in mine.telling if looks_like_model(word) and len(word) >= _TELLING_MODEL]
        asked = frozenset(vendors)
        numbers = dict.fromkeys(number for word in models for number in self.vocabulary.with_word(word, asked))
        found = []
        for number in numbers:
            pairs = ((theirs, shared(mine, theirs)) for theirs in self.vocabulary.forms(number))
            both = next((both for _, both in pairs if _is_of_model(both)), None)
            if both:
                like = self._likeness(both, mine)
                found.append(Near(number, accepted=True, mine=bool(both.mine), theirs=bool(both.theirs), like=like))
        return sorted(found, key=lambda each: -each.like)[:MOST_NEAR]

    def _compare_all(self, tokens: tuple[str, ...], vendors: tuple[str, ...], makers: tuple[str, ...]) -> list[Near]:
        mine = self.vocabulary.words(tokens, makers)
        numbers = self._of(mine, vendors) if vendors else self._anywhere(mine)
        compared = [self._compared(mine, number, own=bool(vendors)) for number in numbers]
        return sorted(filter(None, compared), key=lambda each: -each.like)

    def _of(self, mine: Wording, vendors: tuple[str, ...]) -> list[int]:
        """Names of vendors with a telling word, joined or not, rare ones first; without, with any word."""
        asked = frozenset(vendors)
        found: dict[int, None] = {}
        terms = mine.telling | (mine.joined - frozenset(mine.tokens)) | (mine.makers & frozenset(mine.tokens))
        count = self.vocabulary.count
        for term in sorted(filter(count, terms), key=count):
            found.update(dict.fromkeys(self.vocabulary.with_word(term, asked)))
        for term in sorted(filter(count, mine.tokens), key=count)[:2]:
            found.update(dict.fromkeys(self.vocabulary.with_word(term, asked) if not found else ()))
        seen = dict.fromkeys(number for vendor in vendors for number in self.vocabulary.look_through(vendor, mine))
        return list(dict.fromkeys((*list(found)[:_MOST_COMPARED], *list(seen)[:_MOST_LOOKED_THROUGH])))

    def _anywhere(self, mine: Wording) -> Iterable[int]:
        """Names of all vendors with a word that hardly anybody else has."""
        terms = filter(self.vocabulary.is_rare, sorted(mine.telling | mine.joined | mine.makers))
        return dict.fromkeys(number for term in terms for number in self.vocabulary.with_word(term))

    def _compared(self, mine: Wording, number: int, *, own: bool) -> Near | None:
        """The best of the names in a name, or nothing if they share nothing."""
        return max(self._each_compared(mine, number, own=own), key=lambda each: each[1:], default=None)

    def _each_compared(self, mine: Wording, number: int, *, own: bool) -> Iterator[Near]:
        vendor = next(iter(self.vocabulary.vendors_of(number)), "")
        for theirs in self.vocabulary.forms(number):
            both = shared(mine, theirs)
            if both.words or (not both.mine and len(mine.tokens) > 1):
                rule = self._accepts(both, theirs, vendor) if own and vendor else self._accepts_anywhere(both, mine)
                like = self._likeness(both, mine) if rule or both.words - theirs.makers else 0.0
                yield Near(number, rule, bool(both.mine), bool(both.theirs), like, len(both.words))

    def _accepts(self, both: Shared, theirs: Wording, vendor: str) -> bool:
        """Whether what two names share, and what they do not, allows that they mean one product of the vendor."""
        if both.words <= theirs.makers and both.mine:
            return False  # the vendor's name alone
        strong = _is_strong(both.words)
        if both.mine and both.theirs:
            return strong and not _are_other_models(both)
        if strong:
            return True
        if both.theirs:
            return not both.my_rest
        if both.mine:
            if both.words and all(map(str.isdigit, both.words)):
                return False  # a year alone: Exchange Server 2016 and Windows Server 2016
            release = all(map(_is_release, both.mine)) and not both.my_rest  # SharePoint 2019 and SharePoint Server
            return not both.their_rest or (release and len(both.their_rest) == 1)
        if len(both.words) == 1 and both.my_kind and (both.their_rest or (both.their_kind and _is_short(both.words))):
            return False  # two things of one line: a syringe module and an infusion central, CX-Drive and CX-Programmer
        line = all(self.vocabulary.is_line(word, vendor) for word in both.words)
        return not line or not (both.my_rest and both.their_rest)

    def _accepts_anywhere(self, both: Shared, mine: Wording) -> bool:
        """Under another vendor's name, or none: all telling words of one are in the other, a rare one among them."""
        if (both.mine and both.theirs) or not any(map(self.vocabulary.is_rare, both.words - mine.makers)):
            return False
        if len(both.words) > 1:
            return True
        (word,) = both.words
        return (looks_like_model(word) and len(word) >= _LONG_MODEL) or len(word) >= (
            _LONG_WORD if not both.theirs else _OWN_WORD
        )

    def _likeness(self, both: Shared, mine: Wording) -> float:
        alike = sum(map(self._weight, both.words or mine.telling))
        more = sum(map(self._weight, both.mine | both.theirs)) + len(both.my_rest | both.their_rest)
        return alike / (alike + more)

    def _weight(self, token: str) -> float:
        return 1.0 + log(1 + 100 / (1 + self.vocabulary.owners(token)))


def _is_strong(words: frozenset[str]) -> bool:
    """Whether shared words leave little doubt: a model and its line, or a model that is long enough by itself."""
    models = [word for word in words if looks_like_model(word)]
    return bool(models) and (len(words) > 1 or any(len(word) >= _LONG_MODEL and not word.isdigit() for word in models))


def _is_release(word: str) -> bool:
    return word.isdigit() or (len(word) < _TELLING_MODEL and any(map(str.isdigit, word)))


def _is_short(words: frozenset[str]) -> bool:
    return all(len(word) < _LONG_MODEL for word in words)


def _is_of_model(both: Shared) -> bool:
    least = _LONG_MODEL if both.their_rest else _TELLING_MODEL
    long = not both.theirs and any(looks_like_model(word) and len(word) >= least for word in both.words)
    return (_is_strong(both.words) or long) and not _are_other_models(both)


def _are_other_models(both: Shared) -> bool:
    """Whether each name has a number that the other lacks: two models. An order code may repeat the model in it."""
    mine = [word for word in both.mine if any(map(str.isdigit, word))]
    theirs = [word for word in both.theirs if any(map(str.isdigit, word))]
    theirs = [word for word in theirs if not any(model in word for model in both.words if looks_like_model(model))]
    return bool(mine and theirs)
