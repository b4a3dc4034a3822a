"""The words in which advisories name products: who uses a word, and in which names it stands.

Made when it is first needed, in one pass over the names; what is found out about a name or a vendor is kept.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence

from rapidfuzz import fuzz, process

from clearinghouse.packages.products.names import fold, fold_product, tokens_of
from clearinghouse.packages.products.telling import (
    Wording,
    abbreviates,
    forms_of,
    is_list,
    looks_like_model,
    plain,
    wording,
)
from clearinghouse.packages.products.written import WrittenName

_COMMON = 15
"""A word that so many vendors have in names of products tells nothing."""
_LINE = 6
"""A word that so many names of one vendor have is that of a line, and tells no product of it alone."""
_RARE_VENDORS = 4
_RARE_LENGTH = 5
_RARE_MODEL = 4
_JOINED = 5
_ABBREVIATIONS = range(3, 6)
_MOST_OF_VENDOR = 600
"""Names of one vendor that are looked through one by one."""
_MOST_OF_WORD = 40
_SLIP = 84
"""How alike two words must be, of 100, for one to be a slip of the other."""


class Vocabulary:
    """Answers in which names words stand.

    Args:
        names: all names. vendors_of: returns the keys of the vendors of the name with a number.
    """

    def __init__(self, names: Sequence[WrittenName], vendors_of: Callable[[int], Sequence[str]]) -> None:
        self.names = names
        self.vendors_of = vendors_of
        owners: dict[str, set[str]] = defaultdict(set)
        self._postings: dict[str, list[int]] = defaultdict(list)
        self._of_vendor: dict[str, list[int]] = defaultdict(list)
        for number, name in enumerate(names):
            vendors = vendors_of(number) or ("",)
            for token in dict.fromkeys(map(plain, tokens_of(fold_product(name.product)))):
                owners[token].update(vendors)
                self._postings[token].append(number)
            for vendor in vendors:
                self._of_vendor[vendor].append(number)
        self._owners = {token: len(vendors) for token, vendors in owners.items()}
        self._forms: dict[int, tuple[Wording, ...]] = {}
        self._looked_through: dict[str, tuple[list[tuple[int, str]], list[int]]] = {}
        self._slips: dict[str, dict[str, int]] = {}
        self._lines: dict[tuple[str, str], bool] = {}

    def owners(self, word: str) -> int:
        """How many vendors have a word in names of products."""
        return self._owners.get(word, 0)

    def is_common(self, word: str) -> bool:
        """Whether products of many vendors have a word."""
        return self.owners(word) >= _COMMON

    def is_rare(self, word: str) -> bool:
        """Whether hardly any vendor has a word, and whether it is long enough to be no coincidence."""
        least = _RARE_MODEL if looks_like_model(word) and not word.isdigit() else _RARE_LENGTH
        return len(word) >= least and 0 < self.owners(word) <= _RARE_VENDORS

    def is_line(self, word: str, vendor: str) -> bool:
        """Whether a word is the name of a whole line of a vendor's products."""
        place = (vendor, word)
        if place not in self._lines:
            with_it = self._postings.get(word, ())[:_MOST_OF_VENDOR]
            self._lines[place] = sum(vendor in self.vendors_of(number) for number in with_it) > _LINE
        return self._lines[place]

    def of_vendor(self, vendor: str) -> Sequence[int]:
        """Return the names of a vendor's products."""
        return self._of_vendor.get(vendor, ())

    def with_word(self, word: str, vendors: frozenset[str] = frozenset()) -> Iterator[int]:
        """Yield some names with a word: of vendors, or of all if there are none. No vendor is an empty key."""
        left = _MOST_OF_WORD
        for number in self._postings.get(word, ()):
            if not vendors or not vendors.isdisjoint(self.vendors_of(number) or ("",)):
                yield number
                left -= 1
            if not left:
                return

    def count(self, word: str) -> int:
        """In how many names a word stands."""
        return len(self._postings.get(word, ()))

    def words(self, tokens: tuple[str, ...], makers: tuple[str, ...]) -> Wording:
        """Return words with those of them that tell; ``makers`` are those of the vendor's name."""
        return wording(tokens, self.is_common, frozenset(map(plain, makers)))

    def forms(self, number: int) -> tuple[Wording, ...]:
        """Return the names that stand in the name with a number, itself first."""
        if number not in self._forms:
            name = self.names[number]
            makers = frozenset(map(plain, tokens_of(fold(name.vendor))))
            folded = fold_product(name.product)
            texts = forms_of(folded)
            words = [wording(tokens_of(text), self.is_common, makers, folded) for text in texts]
            self._forms[number] = tuple(dict.fromkeys(words))
        return self._forms[number]

    def look_through(self, vendor: str, mine: Wording) -> Iterator[int]:
        """Yield names of a vendor in which a word stands joined to others or abbreviated, or that list models."""
        if vendor not in self._looked_through:
            folded = self._texts(vendor)
            lists = [number for number, text in folded if is_list(text)]
            self._looked_through[vendor] = ([(number, "".join(tokens_of(text))) for number, text in folded], lists)
        texts, lists = self._looked_through[vendor]
        if any(map(looks_like_model, mine.joined)):
            yield from lists
        for term in mine.telling:
            if len(term) >= _JOINED and term not in self._postings:
                yield from (number for number, text in texts if term in text)
        short = next(iter(mine.telling))
        if len(mine.telling) == 1 and len(short) in _ABBREVIATIONS and short.isalpha():
            for number, text in texts:
                if text[:1] == short[0] and abbreviates(short, self.forms(number)[0].tokens):
                    yield number

    def slip_of(self, tokens: Sequence[str], vendor: str) -> str:
        """Return the product of a vendor in whose name a word stands of which one of these is a slip; or nothing."""
        if vendor not in self._slips:
            texts = reversed(self._texts(vendor))
            words = ((word, number) for number, text in texts for word in tokens_of(text))
            self._slips[vendor] = {word: number for word, number in words if len(word) > _JOINED}
        known = self._slips[vendor]
        for word in tokens:
            if len(word) > _JOINED and word not in self._postings:
                found = process.extractOne(word, known.keys(), scorer=fuzz.ratio, score_cutoff=_SLIP)
                if found:
                    return self.names[known[found[0]]].product
        return ""

    def _texts(self, vendor: str) -> list[tuple[int, str]]:
        return [
            (number, fold_product(self.names[number].product)) for number in self.of_vendor(vendor)[:_MOST_OF_VENDOR]
        ]
