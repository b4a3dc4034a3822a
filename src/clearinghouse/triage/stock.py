"""What somebody has: inventories read, one thing seen by several tools joined, and every distinct component once.

The cost of matching follows the distinct components, not the rows: a fleet of images is mostly the same packages again
and again.
"""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

from clearinghouse.formats.contract import Report
from clearinghouse.formats.passed_over import PassedOver
from clearinghouse.packages.identity import PackageId, package_of
from clearinghouse.packages.system import system_of, with_system
from clearinghouse.records import Asset, Inventory, InventoryItem, Problem, Unjudged
from clearinghouse.records.problem import only_errors
from clearinghouse.triage.intake import Notice, nothing_to_read, reading_of

_OFTEN = 4096


class Held(msgspec.Struct, frozen=True, gc=False):
    """One component, wherever it is.

    Attributes:
        item: as the first inventory that lists it has it.
        package: the package that it is, or why it is none.
    """

    item: InventoryItem
    package: PackageId | Unjudged


class Stock:
    """Everything that was read of what somebody has.

    Attributes:
        inventories: those about one digest are one, the first read. components: each distinct one, in order.
        problems: what was wrong, in order. refused: a path that the caller named could not be read at all.
        documents: how many were recognised. rows: items read, repetitions included.
    """

    def __init__(self) -> None:
        self.inventories: list[Inventory] = []
        self.components: list[Held] = []
        self.problems: list[Problem] = []
        self.refused = False
        self.documents = 0
        self.rows = 0
        self._where = array("I")  # of each holding: the number of the inventory, and that of the component
        self._which = array("I")
        self._assets: dict[int, Asset] = {}  # of the holdings that have one
        self._held: list[set[int | tuple[int, Asset]]] = []  # by inventory: what it has
        self._by_digest: dict[str, int] = {}
        self._by_written: dict[tuple[object, ...], int] = {}
        self._by_identity: dict[tuple[object, ...], int] = {}
        self._by_version: dict[tuple[str, str, str | None], list[int]] = {}

    def __len__(self) -> int:
        """How many components there are, each counted once in every inventory (and on every asset) that has it."""
        return len(self._which)

    def put(self, inventory: Inventory, items: Iterable[InventoryItem]) -> None:
        """Take in one inventory that was not read from a document of its own."""
        where = self._inventory(inventory)
        for item in items:
            self.rows += 1
            self._hold(where, self._component(item, inventory.system), item.asset)

    def take(self, reports: Iterable[Report], paths: Sequence[Path], notice: Notice) -> None:
        """Read inventories.

        Args:
            reports: what ``paths`` gave. notice: called now and then, and after each document.

        Raises:
            NothingToReadError: there is no report. ClearinghouseError: whatever reading raises.
        """
        report: Report | None = None
        over = PassedOver(paths)
        for report in reports:
            self.documents += report.format is not None
            self.refused = self.refused or (report.format is None and not report.found)
            if report.format is not None:
                over.read(report.source)
            with reading_of(report.source):
                self._read(report, notice, over)
        self.problems += over.problems()
        if report is None:
            raise nothing_to_read(paths)

    @property
    def needs_attention(self) -> bool:
        """Whether something was lost."""
        return bool(only_errors(self.problems))

    @property
    def failed(self) -> bool:
        """Whether something that the caller named could not be read, or nothing that was found could."""
        return self.refused or (self.needs_attention and not self.documents)

    def pairs(self) -> Iterator[tuple[int, int]]:
        """Yield the numbers of the inventory and of the component of each holding, in order."""
        return zip(self._where, self._which, strict=True)

    def holdings(self) -> Iterator[tuple[Inventory, int, Asset | None]]:
        """Yield the inventory, the number of the component and the asset of each holding, in order."""
        for number, (where, which) in enumerate(zip(self._where, self._which, strict=True)):
            yield self.inventories[where], which, self._assets.get(number)

    def _read(self, report: Report, notice: Notice, over: PassedOver) -> None:
        places: dict[str, int] = {}  # the inventories of this document
        told = self.rows
        for number, record in enumerate(report.records, 1):
            if number % _OFTEN == 0:
                notice(report.source, self.rows - told)
                told = self.rows
            if isinstance(record, InventoryItem):
                self.rows += 1
                where = places[record.inventory]
                which = self._component(record, self.inventories[where].system)
                self._hold(where, which, record.asset)
            elif isinstance(record, Inventory):
                places[record.id] = self._inventory(record)
            elif isinstance(record, Problem) and not over.takes(record):
                self.problems.append(record)
        notice(report.source, self.rows - told)

    def _inventory(self, inventory: Inventory) -> int:
        """The number of an inventory: that of the first about the same digest, else the next one."""
        new = len(self.inventories)
        number = self._by_digest.setdefault(_bare(inventory.digest), new) if inventory.digest else new
        if number == new:
            self.inventories.append(inventory)
            self._held.append(set())
        return number

    def _component(self, item: InventoryItem, system: str) -> int:
        """The number of a component. Two spellings of one package at one version are one component."""
        written: tuple[object, ...] = (system, item.component.purl, item.source_name)
        number = self._by_written.get(written)  # it is there only if its package URL says everything
        if number is not None:
            return number
        written = (system, *_as_written(item))
        number = self._by_written.get(written)
        if number is None:
            number = self._by_written[written] = self._number(item, package_of(item, system=system))
        return number

    def _number(self, item: InventoryItem, package: PackageId | Unjudged) -> int:
        identity = _as_written(item) if isinstance(package, Unjudged) else _identity(package)
        number = self._by_identity.setdefault(identity, len(self.components))
        if number == len(self.components):
            self.components.append(Held(item, package))
            self._by_version = {}  # what is asked of it next is to know this one too
        return number

    def _hold(self, where: int, which: int, asset: Asset | None) -> None:
        held = self._held[where]
        thing = which if asset is None else (which, asset)
        if thing in held:
            return
        held.add(thing)
        if asset is not None:
            self._assets[len(self._which)] = asset
        self._where.append(where)
        self._which.append(which)

    def find(self, package: PackageId) -> list[int]:
        """Return the numbers of the components that are this package at this version, of whatever release."""
        if not self._by_version:
            for number, held in enumerate(self.components):
                if isinstance(held.package, PackageId):
                    self._by_version.setdefault(_name_and_version(held.package), []).append(number)
        return self._by_version.get(_name_and_version(package), [])

    def settle(self) -> None:
        """Say of the packages of each inventory which release of their distribution they are for.

        Of several tools that look at one image some write the release to each package, some to none; and where none
        does, the versions of most packages tell. To be called once everything is read.
        """
        packages: list[list[PackageId]] = [[] for _ in self.inventories]
        for where, which in self.pairs():
            package = self.components[which].package
            if isinstance(package, PackageId) and package.source_version is not None:  # those of a distribution
                packages[where].append(package)
        systems = [system_of(each) for each in packages]
        if not any(systems):
            return
        released: dict[tuple[int, str], int] = {}
        holdings = []
        for where, which in self.pairs():
            key = which, systems[where]
            number = released.get(key)
            if number is None:
                number = released[key] = self._released(*key)
            holdings.append((where, number))
        self._rebuild(holdings)

    def _released(self, which: int, system: str) -> int:
        item, package = self.components[which].item, self.components[which].package
        if isinstance(package, Unjudged) or package.release or not system:
            return which
        made = with_system(package, system)
        return which if made is package else self._number(item, made)

    def _rebuild(self, holdings: list[tuple[int, int]]) -> None:
        assets = self._assets
        self._where, self._which, self._assets = array("I"), array("I"), {}
        self._held = [set() for _ in self.inventories]
        left = sorted({which for _, which in holdings})  # what has a release now is no longer there without one
        numbers = {which: number for number, which in enumerate(left)}
        self.components = [self.components[which] for which in left]
        self._by_written, self._by_identity, self._by_version = {}, {}, {}
        for number, (where, which) in enumerate(holdings):
            self._hold(where, numbers[which], assets.get(number))


def _bare(digest: str) -> str:
    return digest.removeprefix("sha256:").lower()


def _as_written(item: InventoryItem) -> tuple[object, ...]:
    component = item.component
    purl = component.purl or ""
    last = purl.partition("?")[0].partition("#")[0].rpartition("/")[2]  # an @ before it is that of a namespace
    if "@" in last and not item.source_name and "pkg:generic" not in purl:
        return (component.purl, "")  # it says everything that is looked at
    return component, item.model, item.cpes, item.source_name, item.source_version


def _name_and_version(package: PackageId) -> tuple[str, str, str | None]:
    return package.ecosystem, package.name, package.version


def _identity(package: PackageId) -> tuple[object, ...]:
    return (
        package.ecosystem,
        package.release,
        package.name,
        package.version,
        package.source_name,
        package.source_version,
    )
