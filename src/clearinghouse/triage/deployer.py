"""What is published meets what somebody has: each component judged once, and told of every place it is in."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path

import msgspec

from clearinghouse.formats.registry import read_inventories
from clearinghouse.packages.identity import PackageId, names_of
from clearinghouse.packages.match import Matcher, Verdict
from clearinghouse.packages.products import match_item
from clearinghouse.priority import Signals
from clearinghouse.records import Asset, Exposure, Inventory, InventoryItem, Problem, Unjudged
from clearinghouse.triage.found import index_of, scanned
from clearinghouse.triage.gather import Gathered, take_signals
from clearinghouse.triage.inside import add_inside
from clearinghouse.triage.intake import Intake, Notice
from clearinghouse.triage.kept import require_advisories, sources
from clearinghouse.triage.prepared import Preparing, Published, published
from clearinghouse.triage.stock import Held, Stock

_OF_FORMAT = frozenset({"unrecognised_format", "wrong_format"})


class Met(msgspec.Struct, frozen=True, gc=False):
    """One component in one place, and what is known about it."""

    inventory: Inventory
    asset: Asset | None
    held: Held
    verdict: Verdict


class Deployer:
    """What somebody has, beside what is published.

    Args:
        stock: what somebody has. published: what is published. intake: what was said of the files of signals.
        signals: KEV, EPSS and SSVC.
    """

    def __init__(self, stock: Stock, published: Published, intake: Intake, signals: Signals) -> None:
        self.stock = stock
        self.published = published
        self.signals = signals
        self._intake = intake
        self.matcher = Matcher(published.index)
        self._verdicts: list[Verdict | None] = [None] * len(stock.components)
        self._scanned: dict[int, dict[str, Exposure]] = {}

    @property
    def problems(self) -> list[Problem]:
        """What was wrong with everything that was read.

        What is named with ``--kev`` is read for its products too, as advisories are; that it is of a wrong format is
        told once, of what it was named as.
        """
        told = {each.source for each in self._intake.problems if each.code in _OF_FORMAT}
        published = (each for each in self.published.problems if each.code not in _OF_FORMAT or each.source not in told)
        return [*self.stock.problems, *published, *self._intake.problems]

    @property
    def failed(self) -> bool:
        """Whether something that the caller named could not be read."""
        return self.stock.failed or self._intake.failed or self.published.failed

    @property
    def needs_attention(self) -> bool:
        """Whether something was lost."""
        return self.stock.needs_attention or self._intake.needs_attention or self.published.needs_attention

    def verdict(self, number: int) -> Verdict:
        """Return what is known about a component, by its number in the stock."""
        verdict = self._verdicts[number]
        if verdict is None:
            verdict = self._verdicts[number] = self._judge(number)
        return verdict

    def __iter__(self) -> Iterator[Met]:
        """Every component in every place, in the order in which the inventories list them."""
        for inventory, number, asset in self.stock.holdings():
            yield Met(inventory, asset, self.stock.components[number], self.verdict(number))

    def product(self, item: InventoryItem) -> Verdict:
        """Return what is known about an item that is no package, by its vendor, name, model and version."""
        index = self.published.index
        exposures, unjudged = match_item(item, index.products)
        advised = {each: index.remedies(each.advisory, each.aliases) for each in exposures}
        return Verdict(
            exposures=tuple(exposures),
            unjudged=tuple(unjudged),
            remedies={each: remedies for each, remedies in advised.items() if remedies},
        )

    def scanned(self, number: int) -> Iterable[Exposure]:
        """Return what scanners say of a component, by its number in the stock."""
        return self._scanned.get(number, {}).values()

    def add_scanned(self, found: Iterable[tuple[PackageId, Exposure]]) -> None:
        """Take in what scanners say of packages; of those that nobody has, nothing is kept."""
        for package, exposure in found:
            for number in self.stock.find(package):
                self._scanned.setdefault(number, {}).setdefault(exposure.advisory, exposure)

    def _judge(self, number: int) -> Verdict:
        held = self.stock.components[number]
        if isinstance(held.package, Unjudged):
            return self.product(held.item) if is_product(held) else Verdict(unjudged=(held.package,))
        verdict = self.matcher.match(held.package)
        told = {exposure.advisory for exposure in verdict.exposures}
        _, compared = names_of(held.package)[0]
        more = tuple(
            msgspec.structs.replace(exposure, compared=compared)
            for exposure in self.scanned(number)
            if exposure.advisory not in told
        )
        return msgspec.structs.replace(verdict, exposures=verdict.exposures + more) if more else verdict


def is_product(held: Held) -> bool:
    """Whether a component is to be matched by name: it has no package URL, or one that names no package.

    A package of a distribution without advisories here is not: its versions carry fixes that its name does not tell.
    """
    purl = held.item.component.purl
    return purl is None or purl.lower().startswith("pkg:generic/")


def look_up(
    inventories: Sequence[Path],
    *,
    advisories: Sequence[Path] = (),
    kev: Sequence[Path] = (),
    epss: Sequence[Path] = (),
    ssvc: Sequence[Path] = (),
    as_of: dt.date | None = None,
    notice: Notice = lambda source, findings: None,
    preparing: Preparing | None = None,
) -> Deployer:
    """Read inventories and what is published.

    Args:
        inventories, advisories, kev, epss, ssvc: paths; of each kind of which nothing is named, what was synced.
        as_of: signals dated later are not taken. notice: as for :class:`~clearinghouse.triage.intake.Intake`.
        preparing: as for :func:`~clearinghouse.triage.prepared.published`.

    Raises:
        NoAdvisoriesError: nothing is named to match against, and nothing was synced.
        NothingToReadError: there is no document below one of them. ClearinghouseError: whatever reading raises.
    """
    found = sources(advisories=advisories, kev=kev, epss=epss, ssvc=ssvc, as_of=as_of)
    require_advisories(found)
    known = published([*found.advisories, *found.kev], notice, preparing=preparing)
    signals = Signals(as_of)
    intake = Intake(signals)
    take_signals(intake, kev=found.kev, epss=found.epss, ssvc=found.ssvc, notice=notice)
    add_inside(signals, known.inside, [*found.ssvc, *found.kev])
    intake.problems += found.notices
    stock = Stock()
    stock.take(read_inventories(inventories), inventories, notice)
    stock.settle()
    return Deployer(stock, known, intake, signals)


def beside(
    gathered: Gathered, inventories: Sequence[Path], notice: Notice, preparing: Preparing | None = None
) -> Deployer:
    """Set what was found beside what somebody has.

    Args:
        gathered: findings: advisories among them are matched (without any, those of the feeds that were synced), and
            what scanners say of a package counts for it.
        inventories: what somebody has. Without any, what the scanners looked at stands in their place.
        notice: as for :class:`~clearinghouse.triage.intake.Intake`.
        preparing: as for :func:`~clearinghouse.triage.prepared.published`.

    Raises:
        NothingToReadError: there is no document below ``inventories``. ClearinghouseError: whatever reading raises.
    """
    stock = Stock()
    reports = list(scanned(gathered.findings))
    if inventories:
        stock.take(read_inventories(inventories), inventories, notice)
        stock.settle()
    else:
        for source, items in groupby([item for item, _, _ in reports], lambda item: item.inventory):
            stock.put(Inventory(source=source, format="findings"), items)
    known = _published(gathered, notice, preparing) if inventories else Published(index_of(()))
    made = Deployer(stock, known, gathered, gathered.signals)
    made.add_scanned((package, exposure) for _, package, exposure in reports)
    return made


def _published(gathered: Gathered, notice: Notice, preparing: Preparing | None) -> Published:
    """What findings publish; where they publish nothing, what the feeds do."""
    if any(finding.advisory for finding in gathered.findings):
        return Published(index_of(gathered.findings))
    found = sources()
    if not gathered.findings:
        require_advisories(found)
    if not found.advisories:
        return Published(index_of(()))
    return published([*found.advisories, *found.kev], notice, preparing=preparing)
