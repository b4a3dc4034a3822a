"""The inverse index: from one new advisory to every inventory that it meets.

An advisory names a few packages, and of each there are a few distinct versions in all inventories together. Those are
judged, once each, and what they are in is looked up. So the cost follows the advisory and its answer, not the number
of inventories.

The law: a package is reached, with the same exposure, if and only if a :class:`~clearinghouse.packages.match.Matcher`
over an index of that one advisory says that it has or may have the flaw.
"""

from array import array
from collections.abc import Iterable, Iterator

import msgspec

from clearinghouse.packages.identity import PackageId, names_of
from clearinghouse.packages.index import Entry, entries_of
from clearinghouse.packages.match import asked_of, verdict_of
from clearinghouse.packages.products import ProductIndex, Statement, match_item
from clearinghouse.records import Exposure, Inventory, PublishedAdvisory
from clearinghouse.triage.deployer import is_product
from clearinghouse.triage.stock import Held, Stock


class Reached(msgspec.Struct, frozen=True, gc=False):
    """One distinct component that an advisory meets.

    Attributes:
        held: the component. exposure: what was hit. inventories: the numbers of all that have it.
    """

    held: Held
    exposure: Exposure
    inventories: tuple[int, ...]


class Portfolio:
    """What all inventories have, looked up by package.

    Args:
        stock: what was read; nothing may be added to it any more.
    """

    def __init__(self, stock: Stock) -> None:
        self._stock = stock
        self._by_package: dict[tuple[str, str], list[int]] = {}
        self._products: list[int] = []
        for number, held in enumerate(stock.components):
            if isinstance(held.package, PackageId):
                for name, _ in names_of(held.package):
                    self._by_package.setdefault((held.package.ecosystem, name), []).append(number)
            elif is_product(held):
                self._products.append(number)
        self._begin, self._inventories = _grouped(stock)

    def inventories(self, component: int) -> tuple[int, ...]:
        """Return the numbers of the inventories that have a component, each once."""
        return tuple(dict.fromkeys(self._inventories[self._begin[component] : self._begin[component + 1]]))

    def reached(self, advisory: PublishedAdvisory, products: Iterable[Statement] = ()) -> list[Reached]:
        """Return the components that an advisory meets, or may meet, with the inventories that have them.

        Args:
            advisory: what is new. products: what it says of products, which are asked as if nothing else were known
                of them: each distinct product is looked at, so this part grows with their number.
        """
        found = [*self._packages(advisory), *self._named(products)]
        return [
            Reached(self._stock.components[number], exposure, self.inventories(number)) for number, exposure in found
        ]

    def affected(self, advisory: PublishedAdvisory, products: Iterable[Statement] = ()) -> list[Inventory]:
        """Return the inventories that an advisory meets, or may meet, in their order."""
        numbers = {number for each in self.reached(advisory, products) for number in each.inventories}
        return [self._stock.inventories[number] for number in sorted(numbers)]

    def _packages(self, advisory: PublishedAdvisory) -> Iterator[tuple[int, Exposure]]:
        entries: dict[tuple[str, str], list[Entry]] = {}
        for entry in entries_of(advisory):
            entries.setdefault((entry.ecosystem, entry.name), []).append(entry)
        numbers = {number for package in entries for number in self._by_package.get(package, ())}
        for number in sorted(numbers):
            package = self._stock.components[number].package
            if isinstance(package, PackageId):
                for exposure in verdict_of(
                    package, asked_of(package, lambda base, name: entries.get((base, name), ()))
                ).exposures:
                    yield number, exposure

    def _named(self, products: Iterable[Statement]) -> Iterator[tuple[int, Exposure]]:
        index = ProductIndex(products)
        if not len(index):
            return
        for number in self._products:
            for exposure in match_item(self._stock.components[number].item, index)[0]:
                yield number, exposure


def _grouped(stock: Stock) -> "tuple[array[int], array[int]]":
    """Holdings in the order of their components: where those of each begin, and the inventories one after the other."""
    begin = array("Q", bytes(8 * (len(stock.components) + 1)))
    pairs = stock.pairs()
    for _, which in pairs:
        begin[which + 1] += 1
    for number in range(1, len(begin)):
        begin[number] += begin[number - 1]
    place = array("Q", begin)
    inventories = array("I", bytes(4 * len(stock)))
    for where, which in stock.pairs():
        inventories[place[which]] = where
        place[which] += 1
    return begin, inventories
