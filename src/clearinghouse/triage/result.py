"""The result of triage: flaws with their deadlines, their signals and their reasons."""

import datetime as dt
from typing import Any

import msgspec

from clearinghouse.priority import INCOMPLETE, Deadline, Verdict, ordering_arm, reasons, sentences
from clearinghouse.records import Link, Location, Problem


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


class Vulnerability(msgspec.Struct, frozen=True, kw_only=True):
    """One flaw, once.

    Attributes:
        id: made of what the flaw is, not of where its report lay; it changes once, when the flaw gets its first
            public identifier. title, component: of the finding that tells most.
        findings: identifiers of all findings. finders: who found it, each once. identifiers: public ones.
        weaknesses: CWE. place: the first that is known; location: the same as ``path:line``.
        tier: outcome of the decision table; None where exposure is unknown and the two arms differ.
        due, arms: as in :class:`clearinghouse.priority.Deadline`. signals: shown apart.
        explain: why this deadline. same: why these findings are one flaw.
        deadline: the whole deadline, for display.
    """

    id: str
    title: str
    component: str | None
    findings: list[str]
    finders: list[str]
    identifiers: list[str]
    weaknesses: list[str]
    place: Location | None
    location: str
    tier: str | None
    due: dt.date | None
    arms: dict[str, Verdict] | None
    signals: Signalled
    deadline: Deadline
    same: list[Link]

    def explain(self) -> list[dict[str, Any]]:
        """Return the why-table of the deadline, as data."""
        return [msgspec.structs.asdict(why) for why in reasons(self.deadline)]

    def explained(self) -> tuple[str, ...]:
        """Return the same in sentences."""
        return sentences(self.deadline)


class SetAside(msgspec.Struct, frozen=True, kw_only=True):
    """A flaw that nobody claims to be open: every finding of it is withdrawn, suppressed, fixed or a false positive."""

    id: str
    title: str
    findings: list[str]
    why: str


class Triage(msgspec.Struct, frozen=True, kw_only=True):
    """The ranked list. ``vulnerabilities`` holds those without a deadline too, at its end."""

    as_of: dt.date
    vulnerabilities: list[Vulnerability]
    set_aside: list[SetAside]
    suggestions: list[Link]
    problems: list[Problem]
    findings: int
    full_buckets: int


def unranked(made: Vulnerability) -> bool:
    """Whether the decision table could not be completed for a flaw."""
    return ordering_arm(made.deadline).outcome == INCOMPLETE


def missing(made: Vulnerability) -> list[str]:
    """Return the inputs without which a flaw cannot be ranked, each once."""
    verdicts = made.deadline.verdicts().values()
    return list(dict.fromkeys(name for verdict in verdicts for name in verdict.missing))
