"""Which advisories speak of an item that has no package URL, how sure that is, and what would settle it.

Classes:

``exact``
    The advisory lists this version of certainly this product.
``range``
    It is certainly this product, and its version can be compared with the advisory's and lies in a stretch that the
    advisory gives; or the advisory says that all versions are affected.
``name-only``
    It is certainly this product, and the item or the advisory (CISA's KEV catalogue always) gives no version.
``possible``
    The product is near: the advisory names its family or one model of it, another name that may mean it, software that
    such hardware may run, or a product of this name of a vendor that the item does not name. Or it is certainly this
    product and its version cannot be compared, is too short to decide, or counts only under a condition. Each comes
    with the question that would settle it.

A product is *certainly* meant if vendor and product have the same normal form on both sides
(:mod:`clearinghouse.packages.products.names`), directly, through a sure row of the alias table, or because the record
itself gives a CPE name that says so; a vendor also if only a word such as *Automation* parts it from the one that is so
called (:mod:`.makers`). Where no name is found, names that share the telling words are asked about (:mod:`.guesses`):
always ``possible``, and after what was found by name.

Where an advisory restricts itself to order numbers (6ES7518-4AP00-0AB0), one that the item has must be among them; of
an item without one it is certain only if the advisory lists every variant that any advisory names, all with one answer.

What of an advisory counts: statements of who published it before those that CISA added; statements that certainly mean
the product before those that are near. The KEV catalogue counts where no record of the same CVE speaks of products of
that vendor; where one does and does not certainly mean this product, the catalogue's word is a question, unless the
record has one to ask itself.

``exact`` and ``range`` are given where nothing in the advisory says otherwise. Where its words name another product, a
part that is had apart, a condition or other versions than its fields, where a remedy names the item's version as fixed,
or CISA's versions leave it out, the match is a question: see the modules :mod:`.evidence`, :mod:`.subject` and
:mod:`.limits`.

Matches without a version against a product with many advisories are cut off: see :data:`MOST_OPEN`.
"""

from clearinghouse.packages.products.exposing import Found
from clearinghouse.packages.products.guesses import NEAR, asked_of, nearest
from clearinghouse.packages.products.index import NameIndex
from clearinghouse.packages.products.outcome import outcomes_of
from clearinghouse.packages.products.query import readings_of, who_makes
from clearinghouse.packages.products.statement import KEV
from clearinghouse.records import Exposure, InventoryItem, Unjudged

MOST_OPEN = 40
"""Of one item, this many matches that are a question are listed: those that CISA's catalogue knows as exploited first,
then the newest. The rest is one :class:`~clearinghouse.records.Unjudged` with their number."""


def match_item(
    item: InventoryItem, index: NameIndex, *, most_open: int | None = MOST_OPEN
) -> tuple[list[Exposure], list[Unjudged]]:
    """Return the exposures of one item, the sure ones first, and what could not be judged, with why.

    Withdrawn advisories are not in the index. An item that nothing speaks of is an :class:`Unjudged`, too: that is
    never "not affected".

    Args:
        most_open: how many questions are listed; None for all of them.
    """
    readings = readings_of(item, index)
    if not readings and not (item.component.name.strip() or item.model.strip()):
        return [], [Unjudged(code="no_name", reason="The item has no name by which advisories could speak of it.")]
    asked, unjudged = asked_of(item, readings, index)
    if not asked and not unjudged:
        return [], [_unknown(item, index)]
    exploited = {each.statement.advisory for each in asked if each.statement.origin == KEV}
    named = {each.statement.advisory for each in asked if each.statement.origin == KEV and each.doubt is None}
    found: list[Found] = []
    guesses: list[Found] = []
    for group, outcome in outcomes_of(item, asked, index):
        if isinstance(outcome, Unjudged):
            unjudged.append(outcome)
        elif group[0].reading.why == NEAR and named.isdisjoint(_identifiers(outcome.exposure)):
            guesses.append(outcome)
        else:  # found by its name, if only in the catalogue
            found.append(outcome)
    exposures, left_out = _cut(found, guesses, exploited, most_open)
    if left_out:
        unjudged.append(_too_many(left_out, item))
    if not exposures and not unjudged and all(each.reading.why == NEAR for each in asked):
        unjudged.append(_unknown(item, index))  # what does not affect a product of a near name says nothing of this one
    return exposures, unjudged


def _identifiers(exposure: Exposure) -> tuple[str, ...]:
    return (exposure.advisory, *exposure.aliases)


def _unknown(item: InventoryItem, index: NameIndex) -> Unjudged:
    who = who_makes(item, index)
    near = nearest(item, index)
    if any(map(index.knows, who.known)):
        hint = f"; the nearest is {near}" if near else ""
        reason = f"Advisories know the vendor, and none of those given names this product{hint}."
    elif item.component.vendor:
        reason = f"None of the advisories given names this vendor{f'; the nearest is {near}' if near else ''}."
    else:
        reason = "None of the advisories given names this product; a vendor would help to find it."
    return Unjudged(code="not_covered", reason=reason)


def _cut(found: list[Found], guesses: list[Found], exploited: set[str], most: int | None) -> tuple[list[Exposure], int]:
    """Put the sure ones first, and of the open ones keep those that matter most; return how many are left out, too."""
    sure = [each for each in found if each.exposure.question is None]
    named = [each for each in found if each.exposure.question is not None]
    open_ones = _by_weight(named, exploited) + _by_weight(guesses, exploited)
    kept = sorted(sure + open_ones[:most], key=lambda each: each.exposure.match.rank)
    return [each.exposure for each in kept], len(open_ones) - len(open_ones[:most])


def _by_weight(found: list[Found], exploited: set[str]) -> list[Found]:
    """Those that the catalogue knows as exploited first, then the newest."""
    newest = sorted(found, key=lambda each: each.published, reverse=True)
    return sorted(newest, key=lambda each: exploited.isdisjoint(_identifiers(each.exposure)))


def _too_many(count: int, item: InventoryItem) -> Unjudged:
    names = "1 more advisory names" if count == 1 else f"{count:,} more advisories name"
    what = "give the whole name, model and version" if item.component.version else "give the version"
    reason = f"{names} it, or something near it, and cannot be decided; {what}."
    return Unjudged(code="too_many", reason=reason)
