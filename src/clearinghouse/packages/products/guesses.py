"""What an item may mean whose name no advisory has: statements under near names, each with a question.

Names are near if they share the words that tell one product from another (:mod:`.near`), of the vendor that the item
names or may mean (:mod:`.makers`), or, where that has nothing of the sort, of any.
"""

from collections.abc import Sequence

from clearinghouse.packages.products.asked import Asked, statements_for
from clearinghouse.packages.products.index import NameIndex
from clearinghouse.packages.products.names import compact, fold, product_names, tokens_of
from clearinghouse.packages.products.near import Near
from clearinghouse.packages.products.query import MAX_TOKENS, Reading, who_makes
from clearinghouse.packages.products.questions import Doubt
from clearinghouse.packages.products.statement import Statement
from clearinghouse.records import InventoryItem, Unjudged

NEAR = "near"
"""What a reading of an item by a near name rests on."""
_VAGUE = (Doubt.FAMILY, Doubt.WHICH_MODEL, Doubt.VENDOR)
"""Doubts with which an item is found by less than its name."""
_SHORT = 3
_TOLD_BY_BUILD = "microsoft"
"""A vendor of whose products the build tells which release it is: of a near name even that is a question."""


def asked_of(item: InventoryItem, readings: Sequence[Reading], index: NameIndex) -> tuple[list[Asked], list[Unjudged]]:
    """Return all statements to ask about an item, those under the names that it has and those under near names.

    Args:
        readings: of the item.
    """
    asked, unjudged = statements_for(readings, index)
    return [*asked, *guessed(item, readings, asked, index)], unjudged


def guessed(item: InventoryItem, readings: Sequence[Reading], asked: Sequence[Asked], index: NameIndex) -> list[Asked]:
    """Return the statements under names that are near the item's; nothing if none is near enough.

    Args:
        readings: of the item. asked: what was found by them. Where that is certain, only names of the same model
            count, and those with the same telling words.
    """
    tokens = words_of(item)
    if not tokens:
        return []
    who = who_makes(item, index)
    vendors = (*who.known, *who.perhaps)
    makers = tokens_of(fold(item.component.vendor))
    found: Sequence[Near]
    if any(each.doubt not in _VAGUE for each in asked):
        found = _beside(tokens, who.known, makers, index)
    else:
        known = bool(item.component.vendor) and any(map(index.knows, who.known))
        found = index.near.near(tokens, (*vendors, ""), makers) if vendors else ()
        found = found or _elsewhere(tokens, makers, index, known=known, asked=bool(asked))
    seen = {_place(each.statement) for each in asked}
    version = next((each.version for each in readings if each.version), (item.component.version or "").strip())
    guesses: list[Asked] = []
    for near in found:
        owners = index.vendors_of(near.number)
        vendor = next((each for each in owners if each in vendors), next(iter(owners), ""))
        reading = Reading(vendor, compact(tokens), tokens, version, sure=False, why=NEAR)
        doubt = _doubt(near, vendor, known=vendor in who.known)
        guesses += (Asked(each, reading, "", doubt) for each in index.fetch(near.number) if _place(each) not in seen)
    if not guesses and not asked:
        for each in index.titles.named(tokens, vendors, makers):
            reading = Reading(vendors[0], compact(tokens), tokens, version, sure=False, why=NEAR)
            guesses.append(Asked(each, reading, "", Doubt.NAME))
    return guesses


def _beside(tokens: tuple[str, ...], vendors: tuple[str, ...], makers: tuple[str, ...], index: NameIndex) -> list[Near]:
    """Near names beside one that was found: of the same model, and such as ``Confluence Server`` beside Confluence."""
    has_model = any(any(map(str.isdigit, token)) and len(token) > _SHORT for token in tokens)
    models = index.near.of_model(tokens, vendors, makers) if has_model else []
    alike = [each for each in index.near.near(tokens, vendors, makers) if not (each.mine or each.theirs)]
    return list({each.number: each for each in (*alike, *models)}.values())


def _elsewhere(
    tokens: tuple[str, ...], makers: tuple[str, ...], index: NameIndex, *, known: bool, asked: bool
) -> list[Near]:
    """Near names of any vendor: where the item names one that advisories know, only such as share a model or more."""
    if not known:
        return index.near.near(tokens, (), makers)
    shared = [each for each in index.near.near(tokens, (), makers) if each.words > 1]
    return [] if asked else index.near.of_model(tokens, (), makers) or shared


def _place(statement: Statement) -> tuple[str, tuple[str, ...], str, str]:
    return statement.advisory, statement.aliases, statement.product, statement.stated_by


def nearest(item: InventoryItem, index: NameIndex) -> str:
    """Return the known vendor and product that is written most like an item's, or nothing if none is near enough."""
    who = who_makes(item, index)
    vendor = next((each for each in who.known if index.knows(each)), "")
    tokens = words_of(item)
    if vendor and tokens:
        vendors = (*who.known, *who.perhaps, "")
        product = index.near.nearest(tokens, vendors, tokens_of(fold(item.component.vendor)))
        given = item.component.vendor.strip()
        return f"{given} {product}".strip() if product and not fold(product).startswith(fold(given)) else product
    return "" if vendor else index.makers_by_text.alike(item.component.vendor)


def words_of(item: InventoryItem) -> tuple[str, ...]:
    """Return the words of an item's name and model."""
    written = " ".join(filter(None, (item.component.name.strip(), item.model.strip())))
    spoken = product_names(written)
    return spoken[0].tokens[:MAX_TOKENS] if spoken else ()


def _doubt(near: Near, vendor: str, *, known: bool) -> Doubt:
    if not known:
        return Doubt.VENDOR
    if near.mine == near.theirs or vendor == _TOLD_BY_BUILD:
        return Doubt.NAME
    return Doubt.FAMILY if near.mine else Doubt.WHICH_MODEL
