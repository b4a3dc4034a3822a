"""Inventories and advisories for the tests of what somebody has beside what is published."""

import datetime as dt
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from clearinghouse.formats.contract import Report
from clearinghouse.packages.index import AdvisoryIndex, IndexBuilder
from clearinghouse.priority import Signals
from clearinghouse.priority.plan import Plan
from clearinghouse.records import (
    Advisory,
    Affected,
    Asset,
    Component,
    Finding,
    Inventory,
    InventoryItem,
    PublishedAdvisory,
    RangeEvent,
    VersionRange,
)
from clearinghouse.triage.deployer import Deployer
from clearinghouse.triage.found import index_of
from clearinghouse.triage.intake import Intake
from clearinghouse.triage.prepared import Published
from clearinghouse.triage.stock import Stock
from clearinghouse.triage.worklist import Terms, worklist

TODAY = dt.date(2026, 12, 1)


def by_purl(inventory: str, purl: str, asset: Asset | None = None) -> InventoryItem:
    """An item that has a package URL and nothing else."""
    return InventoryItem(inventory=inventory, written=purl, component=Component(name="", purl=purl), asset=asset)


def held(inventories: Mapping[str, Iterable[InventoryItem]]) -> Stock:
    """What was read of these inventories, by name."""
    stock = Stock()
    reports = [
        Report(name, "test", iter([Inventory(source=name, format="test"), *items]), False)
        for name, items in inventories.items()
    ]
    stock.take(reports, [Path("x")], lambda source, count: None)
    stock.settle()
    return stock


def affected(name: str, ecosystem: str, *stretches: tuple[str, str | None]) -> Affected:
    """A package that is affected from the first version of each pair to before the second."""
    ranges = tuple(
        VersionRange(type="ECOSYSTEM", events=(RangeEvent(introduced=low), *([RangeEvent(fixed=high)] if high else ())))
        for low, high in stretches
    )
    return Affected(component=Component(name=name, ecosystem=ecosystem), ranges=ranges)


def advisory(name: str, *parts: Affected, aliases: tuple[str, ...] = ()) -> PublishedAdvisory:
    """An advisory on packages."""
    return PublishedAdvisory(id=name, aliases=aliases, title=f"title of {name}", body=Advisory(affected=parts))


def indexed(advisories: Iterable[PublishedAdvisory]) -> AdvisoryIndex:
    """An index of them; the file is gone when it is closed."""
    builder = IndexBuilder()
    for each in advisories:
        builder.add(each)
    with tempfile.TemporaryDirectory() as folder:
        builder.write(Path(folder, "index"))
        return AdvisoryIndex(Path(folder, "index"))


def deployer(items: Iterable[InventoryItem], advisories: Iterable[PublishedAdvisory]) -> Deployer:
    """One inventory beside advisories on packages."""
    signals = Signals(None)
    return Deployer(held({"list": items}), Published(indexed(advisories)), Intake(signals), signals)


def deployer_of_products(items: Iterable[InventoryItem], findings: Iterable[Finding]) -> Deployer:
    """One inventory beside advisories on products."""
    signals = Signals(None)
    return Deployer(held({"list": items}), Published(index_of(findings)), Intake(signals), signals)


def plan_of(made: Deployer) -> Plan:
    """What to do about it, on a fixed day."""
    return worklist(made, made.signals, Terms(as_of=TODAY, exposed="yes"))
