"""What the statements of one advisory come to for one item: an exposure with its class and question, or nothing."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

import msgspec

from clearinghouse.packages.products.asked import Asked, groups_of
from clearinghouse.packages.products.editions import of_edition
from clearinghouse.packages.products.evidence import are_copied
from clearinghouse.packages.products.exposing import (
    Found,
    exposed,
    exposure_of,
    fits,
    name_of,
    questioned,
    versions_in_words,
)
from clearinghouse.packages.products.index import NameIndex
from clearinghouse.packages.products.judge import Claim, judge
from clearinghouse.packages.products.last_listed import with_last_listed
from clearinghouse.packages.products.questions import (
    Doubt,
    question_of_doubt,
    question_of_kev,
    question_of_version,
)
from clearinghouse.packages.products.statement import KEV, Statement
from clearinghouse.packages.products.stretches import Inside
from clearinghouse.packages.products.versions import Version, read_version
from clearinghouse.records import InventoryItem, MatchClass, Unjudged, Why

_BUILD_TELLS_RELEASE = "microsoft"


def outcomes_of(
    item: InventoryItem, asked: Iterable[Asked], index: NameIndex
) -> Iterator[tuple[list[Asked], Found | Unjudged]]:
    """Yield the statements of each advisory that comes to something, with what; the KEV catalogue's last.

    A record of the same CVE stands for the catalogue's entry where it comes to something itself, or where it speaks of
    this product: then its versions say that the item's is not affected. One that only may mean the product says so of
    another, perhaps, and silences nothing.
    """
    told: set[str] = set()
    listed: list[list[Asked]] = []
    for group in groups_of(asked):
        if group[0].statement.origin == KEV:
            listed.append(group)
            continue
        outcome = _judge_group(item, group, index)
        certain = [each.statement for each in group if each.doubt is None]
        if isinstance(outcome, Found):
            published = [each for each in certain if not each.stated_by]
            outcome = msgspec.structs.replace(
                outcome, exposure=with_last_listed(outcome.exposure, published or certain)
            )
        if outcome is not None or certain:
            told.update(
                identifier for each in group for identifier in (each.statement.advisory, *each.statement.aliases)
            )
        if outcome is not None:
            yield group, outcome
    for group in listed:
        found = None if group[0].statement.advisory in told else _judge_kev(item, group, index)
        if found is not None:
            yield group, found


def _judge_group(item: InventoryItem, group: list[Asked], index: NameIndex) -> Found | Unjudged | None:
    """Judge the statements of one advisory, those that count most first."""
    fallback: Found | Unjudged | None = None
    group = _of_own_build(group)
    certain = any(each.doubt is None for each in group)
    tiers = _tiers(group)
    for tier in tiers:
        if tier[0].doubt is not None and certain:
            break
        fitting = [each for each in tier if fits(each.statement, item, each.reading) is not False]
        if not fitting:
            continue
        outcome = _judge_tier(item, fitting, index)
        if any(each.statement.says_versions for each in fitting):
            return _with_added(outcome, fitting, item, group, index) if tier is tiers[0] else outcome
        if all(each.statement.commits for each in fitting) and tier[0].doubt is None:
            fallback = fallback or _commits_only(fitting[0])
        fallback = outcome or fallback
    return fallback


def _with_added(
    outcome: Found | None, own: list[Asked], item: InventoryItem, group: list[Asked], index: NameIndex
) -> Found | None:
    """Ask where CISA's versions of certainly the same product say another thing: where they leave out the version that
    was hit; or where they hold it, and the publisher names but single ones, as of CVE-2024-40711.
    """
    added = [each for each in group if each.doubt is None and each.statement.stated_by]
    if not added or not all(each.statement.says_versions for each in added):
        return outcome
    theirs = _judge_tier(item, added, index)
    if outcome is None:
        single = all(_names_single_versions(each.statement) for each in own)
        return _doubted(theirs, item, added[0]) if theirs and single else None
    if theirs or not outcome.exposure.match.is_sure:
        return outcome
    published = [each.statement for each in group if not each.statement.stated_by]
    copied = are_copied([each.statement for each in added], published, read_version(added[0].reading.version))
    return outcome if copied else _doubted(outcome, item, added[0])


def _names_single_versions(statement: Statement) -> bool:
    points = all(each.low and each.low == each.high for each in statement.stretches)
    return points and bool(statement.listed or statement.stretches) and not statement.unaffected


def _doubted(outcome: Found, item: InventoryItem, added: Asked) -> Found:
    """A hit as a question: what CISA adds is not what the publisher says."""
    if not outcome.exposure.match.is_sure:
        return outcome
    statement = added.statement
    detail = f"{statement.stated_by} adds {versions_in_words(statement)}"
    asked = question_of_version(Inside.UNSAID, name_of(item), statement.label, item.component.version or "", detail)
    doubtful = msgspec.structs.replace(outcome.exposure, match=MatchClass.POSSIBLE, question=asked)
    return msgspec.structs.replace(outcome, exposure=doubtful)


def _of_own_build(group: list[Asked]) -> list[Asked]:
    """Of Microsoft's builds the first three numbers tell the release: 15.2.1118.26 is of Exchange Server 2019 CU12.

    Where the item names only the product, statements on releases whose bound has these numbers certainly mean it.
    """
    if any(each.doubt is None for each in group) or group[0].reading.vendor != _BUILD_TELLS_RELEASE:
        return group
    own = []
    for each in group:
        version = read_version(each.reading.version) if each.doubt is Doubt.WHICH_MODEL else None
        if version is not None and len(version.parts) == version.numbers == 4 and _is_of_build(each.statement, version):
            own.append(msgspec.structs.replace(each, doubt=None))
    return own or group


def _is_of_build(statement: Statement, version: Version) -> bool:
    ends = (read_version(stretch.high) for stretch in statement.stretches if stretch.high)
    return any(
        end is not None and [part[1] for part in end.parts[:3]] == [part[1] for part in version.parts[:3]]
        for end in ends
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
        return _judged(item, tier)
    return _of_variants(item, tier, by_model, index)


def _of_variants(
    item: InventoryItem, tier: list[Asked], by_model: dict[tuple[str, ...], list[Asked]], index: NameIndex
) -> Found | None:
    """The advisory names order numbers, and the item has none: one answer for all variants there are, or a question."""
    outcomes = [_judged(item, claims) for claims in by_model.values()]
    hits = [outcome for outcome in outcomes if outcome]
    if not hits:
        return None
    reading = tier[0].reading
    named = {model for models in by_model for model in models}
    complete = index.variants(reading.vendor, reading.key) - {""} <= named
    first = hits[0].exposure
    if complete and len(hits) == len(outcomes) and all(hit.exposure.match is first.match for hit in hits):
        return hits[0]
    question = question_of_doubt(Doubt.WHICH_MODEL, name_of(item), first.package, "", first.advisory)
    doubtful = msgspec.structs.replace(first, match=MatchClass.POSSIBLE, question=question)
    return msgspec.structs.replace(hits[0], exposure=doubtful)


def _of_package(item: InventoryItem, tier: list[Asked]) -> Found | None:
    """The versions are those of a package of a distribution's release; which is installed, the item does not say."""
    for each in tier:
        statement = each.statement
        if statement.default != "unaffected" or statement.listed or statement.stretches:
            why = Why(kind="text", text=statement.package)
            return questioned(item, statement, MatchClass.POSSIBLE, why, Doubt.PACKAGE, statement.package)
    return None


def _judged(item: InventoryItem, tier: list[Asked]) -> Found | None:
    reading = tier[0].reading
    version = read_version(reading.version) if reading.version else None
    claims = [Claim(of_edition(each.statement, item, version), each.branch) for each in tier]
    judgement = judge(claims, version)
    if judgement is None:
        return None
    doubts = (each.doubt for each, claim in zip(tier, claims, strict=True) if claim.statement is judgement.statement)
    return exposure_of(item, reading, judgement, next(doubts, None), version, [claim.statement for claim in claims])


def _judge_kev(item: InventoryItem, group: list[Asked], index: NameIndex) -> Found | None:
    """The KEV catalogue names a product and no version."""
    first = min(group, key=lambda each: each.doubt is not None)
    statement, reading, doubt = first.statement, first.reading, first.doubt
    why = Why(kind="text", text=statement.label)
    if any(reading.vendor in index.vendors_of(number) for number in index.described(statement.advisory)):
        if doubt is not None:
            return None
        doubt = Doubt.RECORD_DIFFERS
    if doubt not in (None, Doubt.FAMILY):
        return questioned(item, statement, MatchClass.POSSIBLE, why, doubt, "")
    question = question_of_kev(name_of(item), reading.version, statement.advisory)
    match = MatchClass.POSSIBLE if doubt else MatchClass.NAME_ONLY
    return Found(exposed(statement, match, why, question), statement.published)


def _commits_only(asked: Asked) -> Unjudged:
    return Unjudged(
        code="commits_only",
        reason="The advisory names its versions as commits, which cannot be compared with a product's version.",
        advisory=asked.statement.advisory,
    )
