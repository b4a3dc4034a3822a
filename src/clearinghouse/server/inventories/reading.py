"""An inventory's bytes as records: read by a process that has no key, no connection and no other inventory."""

from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec
from django.conf import settings

from clearinghouse.formats.apart.frames import Begin
from clearinghouse.formats.apart.process import ReadingStoppedError
from clearinghouse.formats.passed_over import PassedOver
from clearinghouse.formats.registry import INVENTORY_FORMATS
from clearinghouse.records import Inventory, InventoryItem, Level, Problem
from clearinghouse.server.evidence.vault import Sealer
from clearinghouse.server.intake.reading import MOST_PROBLEMS, in_memory, readers, stopped
from clearinghouse.server.inventories.sealed import Packing

MOST_ITEMS = 250_000
"""Items of one inventory that are taken."""
_FORMATS = sorted(INVENTORY_FORMATS)


class Read(msgspec.Struct, kw_only=True):
    """What was in an inventory.

    Attributes:
        formats: names of the formats that were recognised. packing: what it lists, sealed.
        problems: those that are kept; untold: how many are not. errors: how many are no mere notices.
        assets: the names of what items are on.
    """

    packing: Packing
    formats: list[str] = msgspec.field(default_factory=list)
    problems: list[Problem] = msgspec.field(default_factory=list)
    untold: int = 0
    errors: int = 0
    assets: set[tuple[str, str]] = msgspec.field(default_factory=set)

    @property
    def failed(self) -> bool:
        """Whether nothing in it could be read."""
        return not self.formats or (bool(self.errors) and not self.packing.count)

    def add_problem(self, problem: Problem) -> None:
        """Keep a problem, or count it."""
        self.errors += problem.level is Level.ERROR
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(problem)
        else:
            self.untold += 1


def read(source: str, body: Iterable[bytes], sealer: Sealer, check: Callable[[], None]) -> Read:
    """Read an inventory.

    Args:
        source: how its records name it. body: its bytes, in clear; they are held in memory and never on a disk.
        sealer: of its envelope. check: called often; what it raises ends the reading.
    """
    found = Read(packing=Packing(sealer))
    over = PassedOver([Path(source)])
    unpacked = settings.CONFIGURATION.limits.unpacked
    try:
        with in_memory(body) as data:
            for records in readers().read(data, source, unpacked=unpacked, formats=_FORMATS, role="an inventory"):
                check()
                if isinstance(records, Begin):
                    _begin(records, found, over)
                elif not _take(records, found, over):
                    found.add_problem(_too_many(source))
                    break
    except ReadingStoppedError as error:
        found.add_problem(stopped(source, error))
    for problem in over.problems():
        found.add_problem(problem)
    return found


def _begin(begin: Begin, found: Read, over: PassedOver) -> None:
    if begin.format:
        found.formats.append(begin.format)
        over.read(begin.source)


def _take(records: list[object], found: Read, over: PassedOver) -> bool:
    """Take records of one kind; False if there are more items than an inventory may have."""
    for record in records:
        if isinstance(record, InventoryItem):
            if found.packing.count >= MOST_ITEMS:
                return False
            found.packing.add(record)
            if record.asset is not None and (record.asset.name or record.asset.location):
                found.assets.add((record.asset.name, record.asset.location))
        elif isinstance(record, Inventory):
            found.packing.add(record)
        elif isinstance(record, Problem) and not over.takes(record):
            found.add_problem(record)
    return True


def _too_many(source: str) -> Problem:
    return Problem(
        source=source,
        code="too_many_items",
        message=f"Only the first {MOST_ITEMS:,} items were taken, the most that one inventory may have.",
        expected="a list divided into several inventories",
    )
