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
    product and its version cannot be compared, is too short to decide, or counts only under a condition. Each comes with
    the question that would settle it.

A product is *certainly* meant if vendor and product have the same normal form on both sides
(:mod:`clearinghouse.packages.products.names`), directly, through a sure row of the alias table, or because the record
itself gives a CPE name that says so. Where an advisory restricts itself to order numbers (6ES7518-4AP00-0AB0), one that
the item has must be among them; of an item without one it is certain only if the advisory lists every variant that any
advisory names, all with one answer.

What of an advisory counts: statements of who published it before those that CISA added; statements that certainly mean
the product before those that are near. The KEV catalogue counts where no record of the same CVE speaks of products of
that vendor; where one does and does not mention this product, the catalogue's word is a question.

Matches without a version against a product with many advisories are cut off: see :data:`MOST_OPEN`.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from clearinghouse.packages.products.index import Hit, NameIndex
from clearinghouse.packages.products.judge import Claim, Judgement, Verdict, judge
from clearinghouse.packages.products.names import fold, tokens_of
from clearinghouse.packages.products.query import Reading, readings_of
from clearinghouse.packages.products.questions import (
    Doubt,
    question_of_doubt,
    question_of_no_version,
    question_of_version,
)
from clearinghouse.packages.products.statement import KEV, Statement
from clearinghouse.packages.products.versions import Version, compare, read_version
from clearinghouse.records import Exposure, InventoryItem, MatchClass, Unjudged, Why

MOST_OPEN = 40
"""Of one item, this many matches that are a question are listed: those that CISA's catalogue knows as exploited first,
then the newest. The rest is one :class:`~clearinghouse.records.Unjudged` with their number."""
MOST_NAMES = 400
"""Names of one family that are looked at for one item; a name that is shared by more is too general to match."""

_BUILD_TELLS_RELEASE = "microsoft"

_CLASSES = {
    Verdict.EXACT: MatchClass.EXACT,
    Verdict.RANGE: MatchClass.RANGE,
    Verdict.NO_VERSION: MatchClass.NAME_ONLY,
    Verdict.OPEN: MatchClass.POSSIBLE,
}


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


def match_item(item: InventoryItem, index: NameIndex) -> tuple[list[Exposure], list[Unjudged]]:
    """Return the exposures of one item, the sure ones first, and what could not be judged, with why.

    Withdrawn advisories are not in the index. An item that nothing speaks of is an :class:`Unjudged`, too: that is
    never "not affected".
    """
    readings = readings_of(item, index)
    if not readings:
        return [], [Unjudged(code="no_name", reason="The item has no name by which advisories could speak of it.")]
    asked, unjudged = _asked(readings, index)
    if not asked and not unjudged:
        return [], [_unknown(item, readings, index)]
    records = {cve for each in asked if each.statement.origin != KEV for cve in _identifiers(each.statement)}
    found: list[Found] = []
    for group in _groups(asked):
        outcome = (
            _judge_kev(item, group, index, records)
            if group[0].statement.origin == KEV
            else _judge_group(item, group, index)
        )
        if isinstance(outcome, Found):
            found.append(outcome)
        elif outcome is not None:
            unjudged.append(outcome)
    return _cut(found, unjudged, item)


def _identifiers(statement: Statement) -> tuple[str, ...]:
    return (statement.advisory, *statement.aliases)


def _asked(readings: Sequence[Reading], index: NameIndex) -> tuple[list[Asked], list[Unjudged]]:
    """The statements to ask: of each name the first reading that finds it, certain ones before those of the family."""
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


_DOUBTS = {"hardware": Doubt.HARDWARE, "vendor": Doubt.VENDOR}


def _with_family(
    asked: list[Asked], readings: Sequence[Reading], known: set[int], index: NameIndex
) -> tuple[list[Asked], list[Unjudged]]:
    unjudged: list[Unjudged] = []
    for reading in readings:
        if reading.why or reading.hardware:
            continue
        family = [each for each in index.relatives(reading.vendor, reading.tokens) if each.number not in known]
        if len(family) > MOST_NAMES:
            unjudged.append(_too_general(reading, len(family)))
            continue
        for each in family:
            known.add(each.number)
            doubt = Doubt.WHICH_MODEL if each.narrower else Doubt.FAMILY
            asked += (Asked(one, reading, "", doubt) for one in index.fetch(each.number))
    return asked, unjudged


def _hits(reading: Reading, index: NameIndex) -> Iterator[Hit]:
    """The names that a reading means. Order numbers decide where both sides have one."""
    for hit in index.exact(reading.vendor, reading.key):
        if not reading.models or not hit.models or not set(reading.models).isdisjoint(hit.models):
            yield hit
    for model in reading.models:
        for number in index.by_model(model):
            yield Hit(number, "", True, (model,))


def _groups(asked: Iterable[Asked]) -> Iterable[list[Asked]]:
    groups: dict[tuple[str, tuple[str, ...], str, bool], list[Asked]] = defaultdict(list)
    for each in asked:
        statement = each.statement
        title = "" if statement.aliases else statement.title  # a document may have flaws without an identifier
        groups[statement.advisory, statement.aliases, title, statement.origin == KEV].append(each)
    return groups.values()


class Found(msgspec.Struct, frozen=True, gc=False):
    """An exposure, with what its place among the others depends on."""

    exposure: Exposure
    published: str
    exploited: bool


def _judge_group(item: InventoryItem, group: list[Asked], index: NameIndex) -> Found | Unjudged | None:
    """Judge the statements of one advisory, those that count most first."""
    fallback: Found | Unjudged | None = None
    group = _of_own_build(group)
    certain = any(each.doubt is None for each in group)
    for tier in _tiers(group):
        if tier[0].doubt is not None and certain:
            break
        fitting = [each for each in tier if _fits(each.statement, item, each.reading) is not False]
        if not fitting:
            continue
        outcome = _judge_tier(item, fitting, index)
        if any(each.statement.says_versions for each in fitting):
            return outcome
        if all(each.statement.commits for each in fitting) and tier[0].doubt is None:
            fallback = fallback or _commits_only(fitting[0])
        fallback = outcome or fallback
    return fallback


def _of_own_build(group: list[Asked]) -> list[Asked]:
    """Of Microsoft's builds the first three numbers tell the release: 15.2.1118.26 is of Exchange Server 2019 CU12.

    Where the item names only the product, statements on releases whose bound has these numbers certainly mean it.
    """
    if any(each.doubt is None for each in group) or group[0].reading.vendor != _BUILD_TELLS_RELEASE:
        return group
    own = []
    for each in group:
        version = read_version(each.reading.version) if each.doubt is Doubt.WHICH_MODEL else None
        if version is not None and version.plain and len(version.parts) == 4 and _is_of_build(each.statement, version):
            own.append(msgspec.structs.replace(each, doubt=None))
    return own or group


def _is_of_build(statement: Statement, version: Version) -> bool:
    ends = (read_version(stretch.high) for stretch in statement.stretches if stretch.high)
    return any(
        end is not None and [part[1] for part in end.parts[:3]] == [part[1] for part in version.parts[:3]] for end in ends
    )


def _tiers(group: Iterable[Asked]) -> list[list[Asked]]:
    """Certain statements before those that are near, the publisher's before CISA's; each of one reading's version."""
    tiers: dict[tuple[bool, bool], list[Asked]] = defaultdict(list)
    for each in group:
        tiers[each.doubt is not None, bool(each.statement.stated_by)].append(each)
    chosen = []
    for place in sorted(tiers):
        version = tiers[place][0].reading.version
        chosen.append([each for each in tiers[place] if each.reading.version == version])
    return chosen


def _judge_tier(item: InventoryItem, tier: list[Asked], index: NameIndex) -> Found | None:
    packaged = [each for each in tier if each.statement.package]
    if packaged:
        return _of_package(item, packaged)
    by_model: dict[tuple[str, ...], list[Asked]] = defaultdict(list)
    for each in tier:
        by_model[each.models if not each.reading.models else ()].append(each)
    if len(by_model) == 1 and () in by_model:
        return _judged(item, tier, None)
    return _of_variants(item, tier, by_model, index)


def _of_variants(
    item: InventoryItem, tier: list[Asked], by_model: dict[tuple[str, ...], list[Asked]], index: NameIndex
) -> Found | None:
    """The advisory names order numbers, and the item has none: one answer for all variants there are, or a question."""
    outcomes = [_judged(item, claims, None) for claims in by_model.values()]
    hits = [outcome for outcome in outcomes if outcome]
    if not hits:
        return None
    reading = tier[0].reading
    named = {model for models in by_model for model in models}
    complete = index.variants(reading.vendor, reading.key) - {""} <= named
    first = hits[0].exposure
    if complete and len(hits) == len(outcomes) and all(hit.exposure.match is first.match for hit in hits):
        return hits[0]
    question = question_of_doubt(Doubt.WHICH_MODEL, _name(item), first.package, "", first.advisory)
    doubtful = msgspec.structs.replace(first, match=MatchClass.POSSIBLE, question=question)
    return msgspec.structs.replace(hits[0], exposure=doubtful)


def _of_package(item: InventoryItem, tier: list[Asked]) -> Found | None:
    """The versions are those of a package of a distribution's release; which is installed, the item does not say."""
    for each in tier:
        statement = each.statement
        if statement.default != "unaffected" or statement.listed or statement.stretches:
            why = Why(kind="text", text=statement.package)
            return _found(item, statement, MatchClass.POSSIBLE, why, Doubt.PACKAGE, statement.package)
    return None


def _judged(item: InventoryItem, tier: list[Asked], default: Found | None) -> Found | None:
    reading = tier[0].reading
    version = read_version(reading.version) if reading.version else None
    judgement = judge([Claim(each.statement, each.branch) for each in tier], version)
    if judgement is None:
        return default
    doubt = next((each.doubt for each in tier if each.statement is judgement.statement), None)
    return _exposure(item, reading, judgement, doubt, version, [each.statement for each in tier])


def _exposure(
    item: InventoryItem,
    reading: Reading,
    judgement: Judgement,
    doubt: Doubt | None,
    version: Version | None,
    statements: Sequence[Statement],
) -> Found:
    statement = judgement.statement
    detail = judgement.detail
    why = judgement.why or Why(kind="text")
    if doubt is None and statement.condition:
        doubt, detail = Doubt.CONDITION, statement.condition
    if doubt is None and _fits(statement, item, reading) is None:
        doubt, detail = Doubt.PLATFORM, " or ".join((*statement.platforms, *statement.modules))
    if doubt is not None:
        return _found(item, statement, MatchClass.POSSIBLE, why, doubt, detail, _fixes(statements, version))
    question = None
    if judgement.verdict is Verdict.OPEN:
        question = question_of_version(judgement.reason, _name(item), statement.label, reading.version, detail)
    elif judgement.verdict is Verdict.NO_VERSION:
        said = _versions_in_words(statement)
        question = question_of_no_version(statement.label, reading.version, said, statement.advisory, kev=False)
    exposure = _make(statement, _CLASSES[judgement.verdict], why, question, _fixes(statements, version))
    return Found(exposure, statement.published, False)


def _found(
    item: InventoryItem,
    statement: Statement,
    match: MatchClass,
    why: Why,
    doubt: Doubt,
    detail: str,
    fixed: tuple[str, ...] = (),
) -> Found:
    question = question_of_doubt(doubt, _name(item), statement.label, detail, statement.advisory)
    return Found(_make(statement, match, why, question, fixed), statement.published, statement.origin == KEV)


def _make(
    statement: Statement, match: MatchClass, why: Why, question: str | None, fixed: tuple[str, ...] = ()
) -> Exposure:
    return Exposure(
        advisory=statement.advisory,
        match=match,
        why=why,
        aliases=statement.aliases,
        fixed=fixed,
        question=question,
        title=statement.title,
        package=statement.label,
    )


def _judge_kev(item: InventoryItem, group: list[Asked], index: NameIndex, asked: set[str]) -> Found | None:
    """The KEV catalogue names a product and no version.

    Args:
        asked: CVE identifiers whose records were asked about the item.
    """
    first = min(group, key=lambda each: each.doubt is not None)
    statement, reading, doubt = first.statement, first.reading, first.doubt
    if statement.advisory in asked:
        return None
    why = Why(kind="text", text=statement.label)
    if any(reading.vendor in index.vendors_of(number) for number in index.described(statement.advisory)):
        if doubt is not None:
            return None
        doubt = Doubt.RECORD_DIFFERS
    if doubt is not None:
        return _found(item, statement, MatchClass.POSSIBLE, why, doubt, "")
    question = question_of_no_version(statement.label, reading.version, "", statement.advisory, kev=True)
    return Found(_make(statement, MatchClass.NAME_ONLY, why, question), statement.published, True)


def _fits(statement: Statement, item: InventoryItem, reading: Reading) -> bool | None:
    """Whether a statement that is limited to platforms or modules holds for the item; None if that is not known."""
    if not statement.platforms and not statement.modules:
        return True
    words = tokens_of(fold(" ".join((item.component.name, item.model, item.written))))
    series = [text.lower().removesuffix(" series") for text in statement.platforms if text.endswith(" Series")]
    if series and len(series) == len(statement.platforms) and reading.hardware:
        return any(word.startswith(name.split("-")[0]) for name in series for word in words)
    told = any(all(token in words for token in tokens_of(fold(text))) for text in statement.platforms)
    return True if told and not statement.modules else None


def _fixes(statements: Iterable[Statement], version: Version | None) -> tuple[str, ...]:
    """Versions that end a stretch or are named as fixes, in version order, those above the version first."""
    texts: dict[str, Version] = {}
    for statement in statements:
        ends = [stretch.high for stretch in statement.stretches if stretch.high and not stretch.closed]
        for text in (*ends, *statement.fixes):
            read = read_version(text)
            if read is not None and not read.wild:
                texts.setdefault(text, read)
    ordered = sorted(texts, key=lambda text: texts[text].key)
    if version is None:
        return tuple(ordered)
    above = [text for text in ordered if compare(texts[text], version) == 1]
    return (*above, *(text for text in ordered if text not in above))


def _versions_in_words(statement: Statement) -> str:
    said = [str(stretch) for stretch in statement.stretches[:4]] + list(statement.listed[:4])
    more = len(statement.stretches) + len(statement.listed) - len(said)
    return ", ".join(said) + (f" and {more:,} more" if more > 0 else "")


def _name(item: InventoryItem) -> str:
    return item.written or item.component.label


def _commits_only(asked: Asked) -> Unjudged:
    return Unjudged(
        code="commits_only",
        reason="The advisory names its versions as commits, which cannot be compared with a product's version.",
        advisory=asked.statement.advisory,
    )


def _too_general(reading: Reading, count: int) -> Unjudged:
    return Unjudged(
        code="too_general",
        reason=f"The name is shared by {count:,} products in the advisories; give the product's whole name or its model.",
    )


def _unknown(item: InventoryItem, readings: Sequence[Reading], index: NameIndex) -> Unjudged:
    if any(index.knows(reading.vendor) for reading in readings if reading.vendor):
        reason = "Advisories know the vendor, and none of those given names this product."
    elif item.component.vendor:
        reason = "None of the advisories given names this vendor."
    else:
        reason = "None of the advisories given names this product; a vendor would help to find it."
    return Unjudged(code="not_covered", reason=reason)


def _cut(found: list[Found], unjudged: list[Unjudged], item: InventoryItem) -> tuple[list[Exposure], list[Unjudged]]:
    """Put the sure ones first, and of the open ones keep those that matter most (:data:`MOST_OPEN`)."""
    order = {match: place for place, match in enumerate(MatchClass)}
    sure = [each for each in found if each.exposure.question is None]
    open_ones = [each for each in found if each.exposure.question is not None]
    open_ones.sort(key=lambda each: each.published, reverse=True)
    open_ones.sort(key=lambda each: not each.exploited)
    left_out = open_ones[MOST_OPEN:]
    kept = sorted(sure + open_ones[:MOST_OPEN], key=lambda each: order[each.exposure.match])
    if left_out:
        what = "give the version" if not item.component.version else "give the whole name, model and version"
        reason = f"{plural(len(left_out))} it, or something near it, and cannot be decided; {what}."
        unjudged = [*unjudged, Unjudged(code="too_many", reason=reason)]
    return [each.exposure for each in kept], unjudged


def plural(count: int) -> str:
    """Say how many more advisories there are, as the beginning of a sentence."""
    return "1 more advisory names" if count == 1 else f"{count:,} more advisories name"
