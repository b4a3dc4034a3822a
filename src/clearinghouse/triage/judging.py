"""What follows for a flaw: its deadline and its place in the order of work, judged once for each distinct case."""

import datetime as dt
from collections.abc import Iterable
from typing import Any, NamedTuple

from clearinghouse.priority import Deadline, Signals, SignalSet, cvss_score, deadline_for, rank_key, rank_of
from clearinghouse.records import Severity
from clearinghouse.triage.result import Judgement, Signalled

_HIGHEST_CVSS = 10.0
_MOST_KEPT = 200_000
"""Distinct cases that are remembered at a time: a server judges for months."""


class Score(NamedTuple):
    """A CVSS base score, its vector (empty where only the number is known), and who gave it."""

    base: float
    vector: str
    source: str


class Judge:
    """Judges each distinct case once: most flaws of a flood have no identifier and share one answer.

    Args:
        signals: what is known from outside.
        terms: the further arguments of :func:`~clearinghouse.priority.deadline_for`.
    """

    def __init__(self, signals: Signals, terms: dict[str, Any]) -> None:
        self._signals = signals
        self._terms = terms
        self._known: dict[tuple[tuple[str, ...], dt.date, str], tuple[SignalSet, Deadline]] = {}
        self._judged: dict[tuple[tuple[str, ...], dt.date, str, Score | None, int], Judgement] = {}

    def judge(
        self, identifiers: tuple[str, ...], day: dt.date, source: str, score: Score | None, discoveries: int
    ) -> Judgement:
        """Return what follows for a flaw.

        Args:
            identifiers: its public ones. day, source: when it was identified, and who says so.
            score: the highest CVSS base score that anybody gave. discoveries: how many found it by looking.
        """
        case = (identifiers, day, source, score, discoveries)
        judged = self._judged.get(case)
        if judged is None:
            if len(self._judged) >= _MOST_KEPT:
                self._judged.clear()
                self._known.clear()
            signals, made = self._deadline(identifiers, day, source)
            judged = self._judged[case] = _judgement(signals, made, score, discoveries)
        return judged

    def _deadline(self, identifiers: tuple[str, ...], day: dt.date, source: str) -> tuple[SignalSet, Deadline]:
        key = (identifiers, day, source)
        if key not in self._known:
            signals = self._signals.for_identifiers(identifiers)
            made = deadline_for(signals, identified=day, identified_source=source, **self._terms)
            self._known[key] = signals, made
        return self._known[key]


def _judgement(signals: SignalSet, made: Deadline, score: Score | None, discoveries: int) -> Judgement:
    entry, epss = signals.kev_entry, signals.epss
    rank = rank_of(made, epss, score.base if score else None, score.source if score else "", discoveries)
    told = Signalled(
        kev=str(signals.kev.added) if signals.kev.added else ("yes" if signals.kev.listed else None),
        kev_due=entry.due_date if entry else None,
        ransomware=entry.ransomware or None if entry else None,
        exploitation=signals.exploitation.value,
        automatable=signals.automatable.value,
        technical_impact=signals.impact.value,
        epss=rank.epss,
        epss_percentile=epss.percentile if epss else None,
        cvss=rank.cvss,
        cvss_vector=score.vector or None if score else None,
        discoveries=discoveries,
    )
    return Judgement(deadline=made, signals=told, rank=rank, order=rank_key(rank))


def highest_score(severities: Iterable[Severity]) -> Score | None:
    """Return the highest CVSS base score among severities."""
    scores = [score for each in severities if (score := base_score(each))]
    return max(scores, key=lambda score: score[:2], default=None)


def base_score(severity: Severity) -> Score | None:
    """Return the CVSS base score that a severity states, as a vector or as a bare number."""
    made = cvss_score(severity.value)
    if made:
        return Score(made.base, severity.value, severity.source)
    if severity.system != "CVSS":
        return None
    try:
        score = float(severity.value)  # a bare score, as tables have it
    except ValueError:
        return None
    return Score(score, "", severity.source) if 0 <= score <= _HIGHEST_CVSS else None
