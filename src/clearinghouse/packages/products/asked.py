"""Which statements to ask about an item: those under the names that its readings mean, or may mean."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from clearinghouse.packages.products.index import Hit, NameIndex
from clearinghouse.packages.products.query import Reading
from clearinghouse.packages.products.questions import Doubt
from clearinghouse.packages.products.statement import KEV, Statement
from clearinghouse.records import Unjudged

MOST_NAMES = 400
"""Names of one family that are looked at for one item; a name that is shared by more is too general to match."""
_DOUBTS = {"hardware": Doubt.HARDWARE, "vendor": Doubt.VENDOR}


class Asked(msgspec.Struct, frozen=True, gc=False):
    """One statement that may speak of the item.

    Attributes:
        statement: it. reading: how the item was read. branch, models: as in :class:`Hit`.
        doubt: why it is not certain that it means the product; None if it certainly does.
    """

    statement: Statement
    reading: Reading
    branch: str = ""
    doubt: Doubt | None = None
    models: tuple[str, ...] = ()


def statements_for(readings: Sequence[Reading], index: NameIndex) -> tuple[list[Asked], list[Unjudged]]:
    """Return the statements to ask, each for the first reading that finds its name: certain names, then the family."""
    asked: list[Asked] = []
    seen: dict[tuple[int, str], bool] = {}
    for reading in readings:
        for hit in _hits(reading, index):
            sure = hit.sure and reading.sure
            place = (hit.number, hit.branch)
            if place in seen and (seen[place] or not sure):
                continue
            seen[place] = sure
            doubt = None if sure else _DOUBTS.get(reading.why, Doubt.NAME)
            asked += (Asked(each, reading, hit.branch, doubt, hit.models) for each in index.fetch(hit.number))
    return _with_family(asked, readings, {number for number, _ in seen}, index)


def _with_family(
    asked: list[Asked], readings: Sequence[Reading], known: set[int], index: NameIndex
) -> tuple[list[Asked], list[Unjudged]]:
    unjudged: list[Unjudged] = []
    for reading in readings:
        if reading.why or reading.hardware or reading.alone:
            continue
        family = [each for each in index.relatives(reading.vendor, reading.tokens) if each.number not in known]
        if len(family) > MOST_NAMES:
            unjudged.append(_too_general(len(family)))
            continue
        for each in family:
            known.add(each.number)
            doubt = Doubt.WHICH_MODEL if each.narrower else Doubt.FAMILY
            asked += (Asked(one, reading, each.branch, doubt) for one in index.fetch(each.number))
    return asked, unjudged


def _hits(reading: Reading, index: NameIndex) -> Iterator[Hit]:
    """The names that a reading means. Order numbers decide where both sides have one."""
    for hit in index.exact(reading.vendor, reading.key):
        if not reading.models or not hit.models or not set(reading.models).isdisjoint(hit.models):
            yield hit
    for model in reading.models:
        for number in index.by_model(model):
            yield Hit(number, "", True, (model,))


def groups_of(asked: Iterable[Asked]) -> Iterable[list[Asked]]:
    """Return the statements of each advisory together; a document may have several flaws."""
    groups: dict[tuple[str, tuple[str, ...], str, bool], list[Asked]] = defaultdict(list)
    for each in asked:
        statement = each.statement
        title = "" if statement.aliases else statement.title  # a document may have flaws without an identifier
        groups[statement.advisory, statement.aliases, title, statement.origin == KEV].append(each)
    return groups.values()


def _too_general(count: int) -> Unjudged:
    return Unjudged(
        code="too_general",
        reason=f"{count:,} products in the advisories share the name; give the product's whole name or its model.",
    )
