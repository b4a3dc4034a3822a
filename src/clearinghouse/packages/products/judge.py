"""What one advisory says of one version of one product: the judgement on a group of statements.

The statements are those of one advisory that speak of the product. The rules, in the order in which they are asked:

1. The version lies in a stretch that is called unaffected: not affected. One without an end gives way to affected ones
   of the same entry: "unaffected from 14.1 on" beside "affected from 16.1.0 before 16.1.4" is said of one line of
   releases (the first entry that matches decides, CVE record format, versions.md; CVE-2023-39447 is written so).
2. The version is listed: ``EXACT``.
3. The version lies in a stretch: ``RANGE``. Several stretches that all begin before every version are the lines of
   releases that were fixed one by one (before 16.7, before 17.0.1): 16.7.1 is fixed, because its own line is.
4. It cannot be said whether it lies in one, or part of the text was not understood: ``OPEN``, with the reason.
5. The entry calls every version affected that it does not name: ``RANGE``.
6. Nothing is said of versions, or none is known of the item: ``NO_VERSION``.
7. Else it is not affected.

Where anything else in the advisory speaks against what the fields come to
(:mod:`clearinghouse.packages.products.evidence`), ``EXACT`` and ``RANGE`` become ``OPEN``.

What is said under a condition, or for a platform of which the item says nothing, is ``OPEN`` where it would be a hit.
"""

from collections.abc import Iterable, Sequence
from enum import Enum

import msgspec

from clearinghouse.packages.products.evidence import against
from clearinghouse.packages.products.lines import doubt_of_own_line, own_lines, passed_end
from clearinghouse.packages.products.statement import Statement
from clearinghouse.packages.products.stretches import Inside, Stretch, where
from clearinghouse.packages.products.versions import (
    Version,
    alike,
    begins_with,
    compare,
    is_coarse,
    is_shorter,
    read_version,
)
from clearinghouse.records import Why

_FEW = 5
"""Versions of a list that are shown."""
_MOST_HITS = 64
"""Stretches that hold a version of which each is held against all others."""


class Verdict(Enum):
    """What was found."""

    NOT_AFFECTED = 0
    NO_VERSION = 1
    OPEN = 2
    RANGE = 3
    EXACT = 4


class Judgement(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A verdict with what was hit.

    Attributes:
        verdict: what was found. why: what was hit, or what could not be compared.
        reason: for ``OPEN``, why it cannot be said. detail: the words or version on which it hangs.
        statement: the one that decided.
    """

    verdict: Verdict
    statement: Statement
    why: Why | None = None
    reason: Inside | None = None
    detail: str = ""


class Claim(msgspec.Struct, frozen=True, gc=False):
    """A statement that is asked, with the version to which its name is restricted."""

    statement: Statement
    branch: str = ""


def judge(claims: Sequence[Claim], version: Version | None) -> Judgement | None:
    """Return what the statements of one advisory say of a version, or None if it is not affected.

    Args:
        claims: at least one. version: None where none is known or none was understood.
    """
    found = _by_fields(claims, version)
    if found is None or version is None or found.verdict not in (Verdict.RANGE, Verdict.EXACT):
        return found
    otherwise = against(found.statement, found.why, version, exact=found.verdict is Verdict.EXACT)
    if otherwise is None:
        return found
    return _undecided(found.statement, otherwise[0], found.why or Why(kind="text"), otherwise[1])


def _by_fields(claims: Sequence[Claim], version: Version | None) -> Judgement | None:
    asked = [claim for claim in claims if _in_branch(claim, version)]
    if not asked or (version is not None and _is_excluded(asked, version)):
        return None
    if version is not None and (found := _listed(asked, version)):
        return found
    stretches = [(claim.statement, stretch) for claim in asked for stretch in claim.statement.stretches]
    return _in_stretches(stretches, version) or _open(asked, version) or _otherwise(asked, version)


def _in_branch(claim: Claim, version: Version | None) -> bool:
    """Whether the version lies in the branch that the product's name ends with ("Teamcenter V13.3")."""
    if not claim.branch or version is None:
        return True
    branch = read_version(claim.branch)
    if branch is None:
        return False
    return begins_with(version, branch) or is_coarse(version, branch)


def _is_excluded(claims: Iterable[Claim], version: Version) -> bool:
    return any(_is_spared(claim.statement, version) for claim in claims)


def _is_spared(statement: Statement, version: Version) -> bool:
    spared = [each for each in statement.unaffected if where(version, each) is Inside.YES]
    if any(each.high for each in spared):
        return True
    affected = (each for each in statement.stretches if each.low and each.high)
    return bool(spared) and all(where(version, each) is not Inside.YES for each in affected)


def _listed(claims: Iterable[Claim], version: Version) -> Judgement | None:
    for claim in claims:
        for text in claim.statement.listed:
            listed = read_version(text)
            if listed is not None and compare(listed, version) == 0 and not is_shorter(version, listed):
                return Judgement(
                    verdict=Verdict.EXACT, statement=claim.statement, why=Why(kind="enumerated", text=text)
                )
    return None


def _in_stretches(found: list[tuple[Statement, Stretch]], version: Version | None) -> Judgement | None:
    hits = [(statement, stretch) for statement, stretch in found if where(version, stretch) is Inside.YES]
    says_two_things = bool(hits) and all(stretch.is_everything for _, stretch in hits) and len(hits) < len(found)
    if not hits or version is None:
        plainly = not says_two_things and not any(statement.unaffected for statement, _ in found)
        return _hit(*hits[0]) if hits and plainly else None
    if says_two_things:
        statement, other = next((each for each in found if not each[1].is_everything), hits[0])
        return _undecided(statement, Inside.UNSAID, _why(other), f"all versions, and {other}")
    lines = {stretch.high: statement for statement, stretch in found if not stretch.low and stretch.high}
    outside = [(statement, stretch) for statement, stretch in hits if stretch.low or not stretch.high]
    if outside:
        return _with_siblings(outside, found, version)
    return _hit(*hits[0]) if len(lines) < 2 else _in_lines(found, hits, version)


def _with_siblings(
    hits: list[tuple[Statement, Stretch]], found: list[tuple[Statement, Stretch]], version: Version
) -> Judgement:
    """A version behind the end of its own line may have the fix, although it lies in a stretch of another line."""
    hits = sorted(hits, key=lambda hit: not hit[1].high)[:_MOST_HITS]  # those with an end name the fix
    others = [stretch for _, stretch in found]
    doubted: Judgement | None = None
    for statement, stretch in hits:
        doubt = doubt_of_own_line(version, stretch, others)
        if doubt is None:
            return _hit(statement, stretch)
        doubted = doubted or _of_two_lines(statement, stretch, *doubt)
    return doubted or _hit(*hits[0])


def _of_two_lines(statement: Statement, stretch: Stretch, answer: Inside, own: Stretch) -> Judgement:
    """A version lies in a stretch, and the one of its own line does not hold it for sure."""
    if answer is Inside.NO:
        return _undecided(statement, Inside.UNSAID, _why(stretch), f"{own}, and {stretch}")
    return _undecided(statement, answer, _why(own), str(own))


def _in_lines(
    found: list[tuple[Statement, Stretch]], hits: list[tuple[Statement, Stretch]], version: Version
) -> Judgement | None:
    """Several ends and no beginning: each is where one line of releases was fixed."""
    ends = [stretch for _, stretch in found if not stretch.low and stretch.high]
    if all(where(version, stretch) is Inside.YES for stretch in ends):
        return _hit(*hits[0])
    own = own_lines(version, ends)
    if not own:
        return _hit(*hits[0])  # of no line that is named, and before the end of one
    if len({where(version, stretch) for stretch in own}) > 1:
        statement, stretch = hits[0]
        return Judgement(
            verdict=Verdict.OPEN, statement=statement, why=_why(stretch), reason=Inside.SCHEME, detail=str(stretch)
        )
    return next((_hit(statement, stretch) for statement, stretch in hits if stretch in own), None)


def _hit(statement: Statement, stretch: Stretch) -> Judgement:
    return Judgement(verdict=Verdict.RANGE, statement=statement, why=_why(stretch))


def _why(stretch: Stretch) -> Why:
    return Why(
        kind="range",
        introduced=stretch.low or "0",
        fixed=None if stretch.closed or not stretch.high else stretch.high,
        last_affected=stretch.high if stretch.closed and stretch.high else None,
        text=f"above {stretch.low}" if stretch.above else f"until {stretch.until}" if stretch.until else None,
    )


def _open(claims: Iterable[Claim], version: Version | None) -> Judgement | None:
    """The first thing that cannot be said of a version that is known."""
    if version is None:
        return None
    for claim in claims:
        statement = claim.statement
        tells_the_rest = statement.default == "affected"  # what it does not call unaffected is affected
        inside = [(where(version, stretch), stretch) for stretch in (() if tells_the_rest else statement.stretches)]
        inside += [(_of_unknown(where(version, stretch)), stretch) for stretch in statement.unknown]
        for answer, stretch in inside:
            if answer.is_open:
                return _undecided(statement, answer, _why(stretch), str(stretch))
        if tells_the_rest:
            continue
        for text in statement.unread:
            return _undecided(statement, Inside.SCHEME, Why(kind="text", text=text), text)
        reason = _coarse_in_list(statement, version)
        if reason:
            text = _some(statement.listed, version)
            return _undecided(statement, reason, Why(kind="enumerated", text=text), text)
    return None


def _of_unknown(inside: Inside) -> Inside:
    """What it means to lie in a stretch of which the source says that it does not know."""
    return Inside.UNSAID if inside is Inside.YES else inside


def _undecided(statement: Statement, reason: Inside, why: Why, detail: str = "") -> Judgement:
    return Judgement(verdict=Verdict.OPEN, statement=statement, why=why, reason=reason, detail=detail)


def _some(listed: Sequence[str], version: Version) -> str:
    """A few of the listed versions, those first that begin like the version."""
    near = [text for text in listed if (read := read_version(text)) and alike(read, version)]
    return ", ".join((near or list(listed))[:_FEW])


def _coarse_in_list(statement: Statement, version: Version) -> Inside | None:
    """Whether a list of versions may mean this one: it is too short for the list, or the list for it."""
    if not statement.listed:
        return None
    listed = [read for text in statement.listed if (read := read_version(text))]
    if any(is_coarse(version, each) or (each.key == version.key and is_shorter(version, each)) for each in listed):
        return Inside.COARSE
    alike = [each for each in listed if each.scheme == version.scheme and each.size == version.size]
    if not alike:
        return Inside.SCHEME
    finer = any(len(each.parts) >= len(version.parts) for each in alike)
    return None if finer or not any(is_coarse(each, version) for each in alike) else Inside.BOUND_COARSE


def _otherwise(claims: Sequence[Claim], version: Version | None) -> Judgement | None:
    """No version was hit: what is said of all others."""
    for claim in claims:
        statement = claim.statement
        if statement.default != "affected" or not (version is not None or not statement.says_versions):
            continue
        doubtful = version is not None and any(
            _may_be_unaffected(version, stretch) for each in claims for stretch in each.statement.unaffected
        )
        if doubtful:
            return _undecided(statement, Inside.SCHEME, Why(kind="range", introduced="0"))
        if any(not each.statement.commits for each in claims):
            everything = Why(kind="range", introduced="0")
            ends = [each for other in claims for each in other.statement.stretches if each.high]
            if version and (passed := passed_end(version, ends)):  # why is that end named, if all others are affected?
                return _undecided(statement, Inside.UNSAID, everything, f"{passed}, and all others")
            return Judgement(verdict=Verdict.RANGE, statement=statement, why=everything)
    silent = [claim for claim in claims if not claim.statement.says_versions and not claim.statement.commits]
    if version is None or len(silent) == len(claims):
        told = next((claim for claim in claims if claim.statement.says_versions or claim.statement.unread), claims[0])
        if all(claim.statement.commits for claim in claims) or _only_unaffected(claims):
            return None
        return Judgement(verdict=Verdict.NO_VERSION, statement=told.statement, why=_summary(told.statement))
    return None


def _may_be_unaffected(version: Version, stretch: Stretch) -> bool:
    """Whether it cannot be said, or the stretch is one version and this is a later one, which may have the fix, too."""
    if stretch.low and stretch.low == stretch.high and (low := read_version(stretch.low)):
        return compare(version, low) != -1
    return where(version, stretch).is_open


def _only_unaffected(claims: Iterable[Claim]) -> bool:
    """Whether nothing is called affected: some records list what is not."""
    return all(
        claim.statement.unaffected
        and not (claim.statement.listed or claim.statement.stretches or claim.statement.unread)
        and claim.statement.default != "affected"
        for claim in claims
    )


def _summary(statement: Statement) -> Why:
    if statement.stretches:
        return _why(statement.stretches[0])
    text = ", ".join((*statement.listed[:_FEW], *statement.unread[:2]))
    return Why(kind="enumerated" if statement.listed else "text", text=text or None)
