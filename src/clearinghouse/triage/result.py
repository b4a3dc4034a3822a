"""The result of triage: flaws with their deadlines, their signals and their reasons."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, TypeVar

import msgspec

from clearinghouse.priority import (
    INCOMPLETE,
    Deadline,
    Rank,
    RankKey,
    Verdict,
    ordering_arm,
    rank_reasons,
    rank_sentence,
    reasons,
    sentences,
)
from clearinghouse.priority.plan import Plan
from clearinghouse.records import Link, Location, Outcome, Problem, SenderClaim

_Value = TypeVar("_Value")
_CLAIMED = {
    ("reproduction", Outcome.REPRODUCED): "it reproduced it",
    ("reproduction", Outcome.NOT_REPRODUCED): "it could not reproduce it",
    ("patch", Outcome.FIXED): "its patch fixes it",
}
"""Claims that have words of their own, by subject and outcome."""


class Signalled(msgspec.Struct, frozen=True, kw_only=True):
    """What orders work inside a tier, shown apart from the deadline. None where it is not known.

    ``cvss`` is the highest base score that anybody gave, with its vector. ``discoveries`` counts who found the flaw by
    looking: databases that publish it and scanners that recognise a published one are no discoveries.
    """

    kev: str | None
    kev_due: str | None
    ransomware: str | None
    exploitation: str | None
    automatable: str | None
    technical_impact: str | None
    epss: float | None
    epss_percentile: float | None
    cvss: float | None
    cvss_vector: str | None
    discoveries: int


class Judgement(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """What follows for a flaw from what is known of it: one object for all flaws of which the same is known.

    Attributes:
        deadline: the whole deadline. signals: shown apart. rank: what the flaw is ordered by, ``order`` the key.
    """

    deadline: Deadline
    signals: Signalled
    rank: Rank
    order: RankKey

    @property
    def tier(self) -> str | None:
        """The outcome of the decision table; None where exposure is unknown and the two arms differ."""
        return _agreed([verdict.outcome for verdict in self.deadline.verdicts().values()])

    @property
    def due(self) -> dt.date | None:
        """The day on which it is due; None where there is none, or exposure is unknown and the two arms differ."""
        return _agreed([verdict.due for verdict in self.deadline.verdicts().values()])

    def explain(self) -> list[dict[str, Any]]:
        """Return why this deadline, and why this place in the order, as data."""
        return [msgspec.structs.asdict(why) for why in (*reasons(self.deadline), *rank_reasons(self.rank))]

    def explained(self) -> tuple[str, ...]:
        """Return the same in sentences."""
        return *sentences(self.deadline), rank_sentence(self.rank)


class Vulnerability(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One flaw, once.

    Attributes:
        id: made of what the flaw is, not of where its report lay; without a public identifier it can change when
            another finding joins it. title, component: of the finding that tells most.
        findings: identifiers of all findings. finders: who found it, each once. identifiers: public ones.
        weaknesses: CWE. place: the first that is known. same: why these findings are one flaw.
        judged: its deadline, its signals and its place in the order, and why.
        claims: what its senders say of it, each once; shown as theirs, and nothing here follows from it.
    """

    id: str
    title: str
    component: str | None
    findings: tuple[str, ...]
    finders: tuple[str, ...]
    identifiers: tuple[str, ...]
    weaknesses: tuple[str, ...]
    place: Location | None
    judged: Judgement
    same: tuple[Link, ...]
    claims: tuple[SenderClaim, ...]

    @property
    def location(self) -> str:
        """The place as ``path:line``; empty where none is known."""
        if self.place is None:
            return ""
        return f"{self.place.path}:{self.place.line}" if self.place.line else self.place.path

    @property
    def tier(self) -> str | None:
        """As in :class:`Judgement`."""
        return self.judged.tier

    @property
    def due(self) -> dt.date | None:
        """As in :class:`Judgement`."""
        return self.judged.due

    @property
    def arms(self) -> dict[str, Verdict] | None:
        """As in :class:`clearinghouse.priority.Deadline`."""
        return self.judged.deadline.arms

    @property
    def signals(self) -> Signalled:
        """What orders work inside a tier, shown apart."""
        return self.judged.signals

    @property
    def deadline(self) -> Deadline:
        """The whole deadline."""
        return self.judged.deadline

    def explain(self) -> list[dict[str, Any]]:
        """Return why this deadline, and why this place in the order, as data."""
        return self.judged.explain()

    def explained(self) -> tuple[str, ...]:
        """Return the same in sentences, and after it what its senders claim."""
        return *self.judged.explained(), *self.claimed()

    def claimed(self) -> tuple[str, ...]:
        """Return a sentence for each thing that a sender claims, first those that an execution could confirm."""
        ordered = sorted(self.claims, key=lambda claim: claim.claimed is None)
        return tuple(dict.fromkeys(map(_claim_sentence, ordered)))


class SetAside(msgspec.Struct, frozen=True, kw_only=True):
    """A flaw that nobody claims to be open: every finding of it is withdrawn, suppressed, fixed or a false positive."""

    id: str
    title: str
    findings: tuple[str, ...]
    why: str


class Triage(msgspec.Struct, frozen=True, kw_only=True):
    """The ranked list. ``vulnerabilities`` holds those without a deadline too, at its end; ``plan`` says what to do."""

    as_of: dt.date
    vulnerabilities: list[Vulnerability] = []
    set_aside: list[SetAside] = []
    suggestions: list[Link] = []
    problems: list[Problem] = []
    findings: int = 0
    full_buckets: int = 0
    plan: Plan | None = None


def unranked(made: Vulnerability | Judgement) -> bool:
    """Whether the decision table could not be completed for a flaw."""
    return ordering_arm(made.deadline).outcome == INCOMPLETE


def missing(made: Vulnerability | Judgement) -> list[str]:
    """Return the inputs without which a flaw cannot be ranked, each once."""
    verdicts = made.deadline.verdicts().values()
    return list(dict.fromkeys(name for verdict in verdicts for name in verdict.missing))


def _claim_sentence(claim: SenderClaim) -> str:
    own = _CLAIMED.get((claim.subject, claim.claimed)) if claim.claimed else None
    says = f"says that {own}" if own else f"says of {claim.subject}: {claim.word}"
    return f"{claim.by or 'Its sender'} {says} (a claim, not our verdict)."


def _agreed(values: Sequence[_Value]) -> _Value | None:
    return values[0] if len(set(values)) == 1 else None
