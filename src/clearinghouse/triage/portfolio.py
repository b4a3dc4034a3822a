"""The inverse index: from one new advisory to every inventory that it meets.

An advisory names a few packages, and of each there are a few distinct versions in all inventories together. Those are
judged, once each, and what they are in is looked up. So the cost follows the advisory and its answer, not the number
of inventories.
"""

from array import array
from collections.abc import Iterable

import msgspec

from clearinghouse.packages.identity import PackageId
from clearinghouse.packages.index import Entry, entries_of
from clearinghouse.packages.match import judge
from clearinghouse.records import Exposure, Inventory, PublishedAdvisory
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
        for number, held in enumerate(stock.components):
            if isinstance(held.package, PackageId):
                for name in {held.package.name, held.package.source_name} - {""}:
                    self._by_package.setdefault((held.package.ecosystem, name), []).append(number)
        self._begin, self._inventories = _grouped(stock)

    def inventories(self, component: int) -> tuple[int, ...]:
        """Return the numbers of the inventories that have a component, each once."""
        return tuple(dict.fromkeys(self._inventories[self._begin[component] : self._begin[component + 1]]))

    def reached(self, advisory: PublishedAdvisory) -> list[Reached]:
        """Return the components that an advisory meets, or may meet, with the inventories that have them."""
        found: dict[int, Exposure] = {}
        for entry in entries_of(advisory):
            for number, package in self._named(entry):
                answer = judge(entry, package, _version(entry, package))
                if isinstance(answer, Exposure):
                    found.setdefault(number, answer)
        return [
            Reached(self._stock.components[number], exposure, self.inventories(number))
            for number, exposure in found.items()
        ]

    def affected(self, advisory: PublishedAdvisory) -> list[Inventory]:
        """Return the inventories that an advisory meets, or may meet, in their order."""
        numbers = {number for each in self.reached(advisory) for number in each.inventories}
        return [self._stock.inventories[number] for number in sorted(numbers)]

    def _named(self, entry: Entry) -> Iterable[tuple[int, PackageId]]:
        for number in self._by_package.get((entry.ecosystem, entry.name), ()):
            package = self._stock.components[number].package
            if isinstance(package, PackageId):
                yield number, package


def _version(entry: Entry, package: PackageId) -> str | None:
    """The version to compare: that of the source package, where the advisory is on it."""
    if entry.name == (package.source_name or package.name):
        return package.source_version or package.version
    return package.version


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
