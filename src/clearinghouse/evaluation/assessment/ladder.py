"""Elicitation: success on the development split at each registered budget, and whether the last step still gained."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from clearinghouse.evaluation.assessment.facts import Elicitation, Rung
from clearinghouse.evaluation.assessment.gathered import Gathered
from clearinghouse.evaluation.assessment.rows import Row
from clearinghouse.evaluation.errors import EvaluationError
from clearinghouse.evaluation.statistics import elicitation
from clearinghouse.evaluation.statistics.accuracy import generalised_accuracy
from clearinghouse.evaluation.statistics.attempts import Attempts, attempts_of

LOW, HIGH = 0.0, 1.0
"""As what attempts without an outcome count: as failures at smaller budgets and as successes at the largest, so that
what was lost on any rung makes the last gain look larger."""


def elicited(gathered: Gathered, scaffold: str, *, weaker_than_public: bool) -> Elicitation:
    """Return what the ladder shows. Without two rungs on the same tasks it shows no saturation.

    Args:
        scaffold: that decisive attempts were made with; the ladder is its own. weaker_than_public: whether a stronger
            scaffold is known publicly, as somebody has to say.
    """
    design = gathered.plan.design
    families = {family.name for domain in gathered.domains.values() for family in domain.development}
    rows = [row for row in gathered.rows if row.task_family in families and row.scaffold == scaffold]
    by_rung = [(tokens, [row for row in rows if row.budget == tokens]) for tokens in design.ladder]
    found = [(tokens, made) for tokens, made in by_rung if made]
    gains = _gains(found, design.delta, 1 - design.alpha) if len(found) == len(by_rung) >= 2 else None
    steps = (None, *gains.gains) if gains else (None,) * len(found)
    rungs = tuple(
        Rung(
            tokens=tokens,
            value=accuracy.value,
            interval=accuracy.interval,
            gain=step.gain if step else None,
            gain_upper=step.upper.high if step else None,
            attempts=len(made),
        )
        for (tokens, made), step in zip(found, steps, strict=True)
        for accuracy in (generalised_accuracy(_attempts(made)),)
    )
    return Elicitation(
        rungs=rungs,
        saturated=bool(gains and gains.saturated),
        delta=design.delta,
        scaffold=scaffold,
        weaker_than_public=weaker_than_public,
    )


def _gains(found: Sequence[tuple[int, Sequence[Row]]], delta: float, level: float) -> elicitation.Ladder | None:
    rungs = []
    for at, (tokens, made) in enumerate(found, 1):
        scores: defaultdict[str, list[float]] = defaultdict(list)
        filled = HIGH if at == len(found) else LOW
        for row in made:
            scores[row.task_id].append(filled if row.solved is None else row.score)
        rungs.append(elicitation.Tried(tokens=tokens, outcomes={name: float(np.mean(s)) for name, s in scores.items()}))
    of_task = {row.task_id: row.task_family for _, made in found for row in made}
    try:
        return elicitation.ladder(rungs, of_task, delta=delta, level=level)
    except EvaluationError:  # budgets were tried on different tasks: no gain can be told
        return None


def _attempts(rows: Sequence[Row]) -> Attempts:
    return attempts_of(
        [row.task_id for row in rows],
        [row.task_family for row in rows],
        [LOW if row.solved is None else row.score for row in rows],
    )
