"""Advisories whose title names a product that their fields call otherwise.

"Swisslog Healthcare Translogic PTS" is about the *Nexus Control Panel*: whoever has the tube system asks for its name.
Only titles of CISA's advisories and of its catalogue are read; those of CVE records say what the flaw is.
"""

from collections.abc import Callable, Iterator, Sequence

from clearinghouse.packages.products.names import fold, tokens_of
from clearinghouse.packages.products.statement import KEV, Statement
from clearinghouse.packages.products.telling import Wording, shared
from clearinghouse.packages.products.vocabulary import Vocabulary

_ORIGINS = frozenset({"csaf", KEV})
_MOST_NAMES = 150
"""Names of one vendor whose statements are looked at; who has more, calls things by their names."""
_MOST_TITLES = 200


class Titles:
    """Finds statements by the titles of their advisories.

    Args:
        vocabulary: of the names. fetch: returns the statements under the number of a name.
    """

    def __init__(self, vocabulary: Vocabulary, fetch: Callable[[int], Sequence[Statement]]) -> None:
        self._vocabulary = vocabulary
        self._fetch = fetch
        self._of_vendor: dict[str, list[tuple[Wording, list[Statement]]]] = {}

    def named(self, tokens: tuple[str, ...], vendors: Sequence[str], makers: tuple[str, ...]) -> Iterator[Statement]:
        """Yield statements of vendors whose advisory's title has all telling words of a name."""
        mine = self._vocabulary.words(tokens, makers)
        for vendor in vendors:
            for theirs, statements in self._titles(vendor):
                if mine.telling.isdisjoint(theirs.joined):
                    continue
                both = shared(mine, theirs)
                if both.words - mine.makers and not both.mine:
                    yield from statements

    def _titles(self, vendor: str) -> list[tuple[Wording, list[Statement]]]:
        if vendor not in self._of_vendor:
            titles: dict[str, list[Statement]] = {}
            for statement in self._statements(vendor):
                if statement.title in titles or len(titles) < _MOST_TITLES:
                    titles.setdefault(statement.title, []).append(statement)
            pairs = titles.items()
            self._of_vendor[vendor] = [
                (self._vocabulary.words(tokens_of(fold(title)), ()), statements) for title, statements in pairs
            ]
        return self._of_vendor[vendor]

    def _statements(self, vendor: str) -> Iterator[Statement]:
        numbers = self._vocabulary.of_vendor(vendor)
        if len(numbers) > _MOST_NAMES:
            numbers = [number for number in numbers if self._vocabulary.names[number].listing][:_MOST_NAMES]
        for number in numbers:
            yield from (statement for statement in self._fetch(number) if statement.origin in _ORIGINS)
