"""What a vulnerability's row says of its members: rank, counts and marking."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from clearinghouse.identity.profile import Profile
from clearinghouse.priority.facts import lenient_date
from clearinghouse.priority.ranking import rank_bytes, tier_bytes
from clearinghouse.priority.tables import table_for
from clearinghouse.records import State, canonical_identifier
from clearinghouse.server.vulnerabilities.models import Condition
from clearinghouse.server.vulnerabilities.window import Member
from clearinghouse.triage.judging import Judge, Score
from clearinghouse.triage.result import Judgement

TERMS = {"exposed": "unknown", "policy": "fail_closed", "clock": "literal", "bound": False}
"""How deadlines are asked for where nobody's system is meant: exposure is open, and nothing missing is filled in."""


class Standing(NamedTuple):
    """Where a vulnerability stands in the order of work; ``named`` says whether signals may move it."""

    tier: int
    due: dt.date | None
    rank: bytes
    condition: int
    named: bool


def lowest() -> Standing:
    """Return where a vulnerability stands of which nothing is left that says anything: all of it was purged."""
    tier = len(table_for().tiers)
    return Standing(tier, None, tier_bytes(tier) + b"\xff", Condition.SET_ASIDE, named=False)


def standing(members: Sequence[Member], judge: Judge) -> Standing:
    """Return where a vulnerability with these members stands."""
    if len(members) == 1:
        return _standing_of_one(members[0], judge)
    return _standing(members, judge)


_MOST_ONES = 50_000
"""Distinct cases of single findings that are remembered for each state of the signals."""
_ones: WeakKeyDictionary[Judge, dict[tuple[Any, ...], Standing]] = WeakKeyDictionary()


def _standing_of_one(member: Member, judge: Judge) -> Standing:
    """The same of one member, worked out once for each distinct case: most of a flood is alike in this."""
    profile, facts = member.stored.profile, member.stored.facts
    case = (
        profile.identifiers,
        profile.state,
        facts.score,
        facts.observed,
        facts.discovered,
        facts.finder,
        member.received.date(),
    )
    known = _ones.setdefault(judge, {})
    found = known.get(case)
    if found is None:
        if len(known) >= _MOST_ONES:
            known.clear()
        found = known[case] = _standing([member], judge)
    return found


def _standing(members: Sequence[Member], judge: Judge) -> Standing:
    judged = judgement(members, judge)
    tier, due = judged.order[:2]
    open_ = any(member.stored.profile.state is State.OPEN for member in members)
    return Standing(
        tier=tier,
        due=None if due > dt.date.max.toordinal() else dt.date.fromordinal(due),
        rank=rank_bytes(judged.order),
        condition=Condition.OPEN if open_ else Condition.SET_ASIDE,
        named=any(is_named(member.stored.profile) for member in members),
    )


def is_named(profile: Profile) -> bool:
    """Whether a finding has a CVE identifier, by which signals are looked up."""
    return any(canonical_identifier(each).startswith("CVE-") for each in profile.identifiers)


def judgement(members: Sequence[Member], judge: Judge) -> Judgement:
    """Return the deadline of a vulnerability with these members, and why."""
    found = [member for member in members if member.stored.profile.state is State.OPEN] or members
    day, source = _since(found)
    if len(members) == 1:
        facts = members[0].stored.facts
        return judge.judge(members[0].stored.profile.identifiers, day, source, facts.score, int(facts.discovered))
    return judge.judge(_identifiers(members), day, source, _highest(members), _discoveries(members))


def _since(members: Sequence[Member]) -> tuple[dt.date, str]:
    """When it was identified, and who says so: the sender's day, but none after the report came; else that day."""
    best: tuple[dt.date, str] | None = None
    for member in members:
        received = member.received.date()
        seen = lenient_date(member.stored.facts.observed) if member.stored.facts.observed else None
        if seen is not None and seen <= received:
            found = (seen, f"report by {member.stored.facts.finder}")
        else:
            found = (received, "the day on which the report was received")
        if best is None or found[0] < best[0]:
            best = found
    assert best is not None  # noqa: S101 - a vulnerability has members
    return best


def _identifiers(members: Sequence[Member]) -> tuple[str, ...]:
    return tuple(sorted({each for member in members for each in member.stored.profile.identifiers}))


def _highest(members: Sequence[Member]) -> Score | None:
    scores = [member.stored.facts.score for member in members if member.stored.facts.score is not None]
    return max(scores, key=lambda score: score[:2], default=None)


def _discoveries(members: Sequence[Member]) -> int:
    """How many found it by looking: each finder of each participant once."""
    return len({(member.submitter, member.stored.facts.finder) for member in members if member.stored.facts.discovered})
