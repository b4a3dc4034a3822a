"""Why an advisory does not meet an item: what matching (:mod:`.match`) leaves unsaid."""

from collections.abc import Iterable

import msgspec

from clearinghouse.packages.products.asked import Asked
from clearinghouse.packages.products.exposing import Found
from clearinghouse.packages.products.guesses import NEAR, asked_of
from clearinghouse.packages.products.index import NameIndex
from clearinghouse.packages.products.outcome import outcomes_of
from clearinghouse.packages.products.query import readings_of
from clearinghouse.packages.products.questions import cut
from clearinghouse.packages.products.statement import KEV, Statement
from clearinghouse.packages.products.stretches import Inside, Stretch, where
from clearinghouse.packages.products.versions import Version, alike, compare, read_version
from clearinghouse.records import Exposure, InventoryItem, Unjudged

_MOST_NAMED = 3
_MOST_VERSIONS = 4
_MOST_SENTENCES = 3


class NotMet(msgspec.Struct, frozen=True):
    """Why an advisory does not meet an item.

    Attributes:
        why: in sentences. named: whether it speaks of the product at all: then it does not affect this version; else it
            says nothing of it, which is no word that it is not affected.
        kin: whether it speaks of other products of the same vendor.
    """

    why: str
    named: bool
    kin: bool = False


def why_not(item: InventoryItem, advisory: str, index: NameIndex) -> NotMet | Exposure | Unjudged | None:
    """Return why an advisory does not meet an item that :func:`match_item` gives no exposure of; None if no such one
    was read. Of many questions about an item that lists but some; so it may be met after all, or not be judged.

    What is asked is what :func:`match_item` asks. An advisory that has but a near name, and does not affect it, says
    nothing of the item: no more is known than that the names are near.

    Args:
        advisory: its identifier, or one of the flaw.
    """
    readings = readings_of(item, index)
    asked = [each for each in asked_of(item, readings, index)[0] if _is_of(each.statement, advisory)]
    for _, outcome in outcomes_of(item, asked, index):
        return outcome.exposure if isinstance(outcome, Found) else outcome
    asked = [each for each in asked if each.statement.origin != KEV and each.reading.why != NEAR]
    if asked:
        certain = [each for each in asked if each.doubt is None]
        told = dict.fromkeys(_of_statement(each) for each in certain or asked)
        return NotMet(" ".join(list(told)[:_MOST_SENTENCES]), named=True)
    numbers = index.described(advisory)
    if not numbers:
        return None
    mine = {reading.vendor for reading in readings if reading.vendor}
    kin = [number for number in numbers if mine.intersection(index.vendors_of(number))]
    products = dict.fromkeys(_label(number, index) for number in kin or numbers)
    if kin:
        return NotMet(f"{advisory} names other products of this vendor: {_few(products)}.", named=False, kin=True)
    return NotMet(f"{advisory} does not name it; it names {_few(products)}.", named=False)


def _is_of(statement: Statement, advisory: str) -> bool:
    return advisory == statement.advisory or advisory in statement.aliases


def _of_statement(asked: Asked) -> str:
    statement, version = asked.statement, asked.reading.version
    may_be = "" if asked.doubt is None else f" (if it is what {statement.advisory} calls {cut(statement.label)})"
    read = read_version(version) if version else None
    if read and any(where(read, stretch) is Inside.YES for stretch in statement.unaffected):
        return f"{statement.advisory} says that {version} of {cut(statement.label)} is not affected{may_be}."
    said = _few(_versions(statement, read), _MOST_VERSIONS)
    if said and version:
        return f"{version} is not among the affected versions of {cut(statement.label)}{may_be}: {cut(said)}."
    if limits := (*statement.platforms, *statement.modules, *statement.models):
        return f"{statement.advisory} is limited to {cut(_few(limits))}."
    return f"{statement.advisory} names {cut(statement.label)}, and nothing in it says that this version is affected."


def _versions(statement: Statement, version: Version | None) -> list[str]:
    """The affected versions, those first that begin most like the item's."""
    ends = {str(each): each.high or each.low for each in statement.stretches if not _is_empty(each)}
    ends |= {text: text for text in statement.listed}
    return sorted(ends, key=lambda text: -_shared(ends[text], version)) if version else list(ends)


def _shared(text: str, version: Version) -> int:
    read = read_version(text) if text else None
    return alike(read, version) if read else 0


def _is_empty(stretch: Stretch) -> bool:
    """Whether no version lies in it: a slip of its author (from 7.2.0 up to 7.0.0), and no use to a reader."""
    low, high = (read_version(end) if end else None for end in (stretch.low, stretch.high))
    return low is not None and high is not None and compare(low, high) == 1


def _label(number: int, index: NameIndex) -> str:
    name = index.names[number]
    known = name.product.lower().startswith(name.vendor.lower())
    return cut(name.product if known else f"{name.vendor} {name.product}".strip())


def _few(texts: Iterable[str], most: int = _MOST_NAMED) -> str:
    texts = list(texts)
    more = f" and {len(texts) - most:,} more" if len(texts) > most else ""
    return ", ".join(texts[:most]) + more
