"""What every format module is: one detection function, one reader, joined in a :class:`Format`.

A format module defines ``FORMAT = Format(name=..., title=..., detect=..., read=...)`` and is listed in
:mod:`clearinghouse.formats.registry`. A reader is a generator: it yields the records it finds and, as
values, the problems it meets; it raises nothing for bad content and stops early only when the
document cannot be read further.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import msgspec

from clearinghouse.formats.document import Document
from clearinghouse.formats.sample import Sample
from clearinghouse.records import EpssScore, Finding, Inventory, InventoryItem, KevEntry, Problem, SsvcPoint

Record = Finding | Problem | KevEntry | EpssScore | SsvcPoint | Inventory | InventoryItem


class Match(NamedTuple):
    """How much a sample looks like a format.

    Attributes:
        score: 0 (nothing in common) to 100 (says its own name and version). From :data:`RECOGNISED` on it is read.
        note: for a near miss, what is missing or different, as the end of a sentence.
    """

    score: int
    note: str = ""


RECOGNISED = 50
CERTAIN = 100
"""No other format is asked any more."""
NO_MATCH = Match(0)


class Format(msgspec.Struct, frozen=True, kw_only=True):
    """One document format.

    Attributes:
        name: short, stable, lower case (``sarif``).
        title: for people (``SARIF 2.1.0``).
        detect: looks at content only, never at a file name.
        read: yields records in document order.
        signals: yields what ``read`` does without the findings, for less; None where nothing is saved by it.
        inventory: it says what somebody has: ``read`` yields an :class:`~clearinghouse.records.Inventory` before the
            items of it, and no finding. Inventories are looked for only where the caller asks for them.
    """

    name: str
    title: str
    detect: Callable[[Sample], Match]
    read: Callable[[Document], Iterator[Record]]
    signals: Callable[[Document], Iterator[Record]] | None = None
    inventory: bool = False


class Report(msgspec.Struct, frozen=True):
    """One document with its records, which are read when they are asked for.

    Attributes:
        source: the document. format: what it was recognised as, or None.
        records: to be iterated once. found: it was come upon in a folder or archive, not named by the caller. So is
            what is only a notice: nothing that was named is missing because of it.
    """

    source: str
    format: str | None
    records: Iterator[Record]
    found: bool
