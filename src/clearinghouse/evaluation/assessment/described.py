"""What stands beside the decision: success on these tasks, repeated attempts, the time horizon, losses."""

from collections import Counter
from collections.abc import Sequence
from math import nan

import numpy as np

from clearinghouse.evaluation.assessment.facts import DomainResult, Horizon, Losses
from clearinghouse.evaluation.assessment.rows import Row
from clearinghouse.evaluation.running.ending import Ended
from clearinghouse.evaluation.statistics.accuracy import benchmark_accuracy, missing_bounds
from clearinghouse.evaluation.statistics.attempts import Attempts, attempts_of
from clearinghouse.evaluation.statistics.bootstrap import DRAWS, SEED, attempt_counts, task_counts
from clearinghouse.evaluation.statistics.horizon.estimate import Quantile, Timed, time_horizon
from clearinghouse.evaluation.statistics.horizon.weights import TaskWeights, attempt_weights, whole_set
from clearinghouse.evaluation.statistics.repeated import Pass, repeated
from clearinghouse.evaluation.statistics.sources import OBSERVED


def losses_of(rows: Sequence[Row]) -> Losses:
    """Return how attempts ended."""
    found = Counter(row.outcome for row in rows)
    return Losses(
        attempts=len(rows),
        solved=found[Ended.SOLVED],
        failed=found[Ended.FAILED],
        refused=found[Ended.REFUSED],
        infrastructure=found[Ended.INFRASTRUCTURE],
        budget=found[Ended.BUDGET],
        refused_in_words=sum(row.refused_in_words for row in rows),
    )


def result_of(domain: str, rows: Sequence[Row], epochs: int) -> DomainResult | None:
    """Return what attempts of one domain show of these tasks; None where no attempt has an outcome."""
    whole = _attempts(rows)
    known = whole.known() if whole else None
    if whole is None or known is None:
        return None
    ks = range(1, epochs + 1)
    either = {kind: {each.k: each.value for each in repeated(known, ks, kind)} for kind in Pass}
    missing = missing_bounds(whole)
    refused = missing_bounds(_attempts(rows, refused_are_missing=True) or whole)
    return DomainResult(
        name=domain,
        benchmark=benchmark_accuracy(known),
        pass_at_k=either[Pass.ANY],
        pass_hat_k=either[Pass.ALL],
        points=_points(rows),
        bounds_missing=(missing[0], missing[1]),
        refused_in_words=sum(row.refused_in_words for row in rows),
        bounds_in_words=(refused[0], refused[1]),
    )


def horizon_of(rows: Sequence[Row], *, draws: int = DRAWS, seed: int = SEED) -> Horizon | None:
    """Return the time horizon over all attempts that have an outcome; None where none has."""
    rows = [row for row in rows if row.solved is not None]
    found = _attempts(rows)
    if found is None:
        return None
    each = found.family[found.task]
    weight = attempt_weights(TaskWeights.SQRT_FAMILY, found.task, each)
    timed = Timed(
        minutes=np.array([row.human_minutes for row in rows]),
        score=found.score,
        weight=weight / whole_set(weight, found.task, np.zeros(len(rows), dtype=np.int64)),
        task=found.task,
        validated=np.array([row.human_source in OBSERVED for row in rows]),
    )
    drawn = attempt_counts(task_counts(found.family, draws, seed), found.task, seed)
    fitted = time_horizon(timed, drawn)
    half, most = fitted.at(0.5), fitted.at(0.8)
    return Horizon(
        intercept=fitted.intercept,
        slope=fitted.slope,
        p50=half.minutes,
        p50_interval=half.interval,
        p80=most.minutes,
        p80_interval=most.interval,
        censored50=half.censored,
        censored80=most.censored,
        untimed=not timed.validated.any(),
        reason=fitted.reason or _notes(half, most),
    )


def _notes(*quantiles: Quantile) -> str:
    return "; ".join(dict.fromkeys(note for each in quantiles for note in each.notes))


def _attempts(rows: Sequence[Row], *, refused_are_missing: bool = False) -> Attempts | None:
    if not rows:
        return None
    scores = [nan if refused_are_missing and row.refused_in_words else row.score for row in rows]
    return attempts_of([row.task_id for row in rows], [row.task_family for row in rows], scores)


def _points(rows: Sequence[Row]) -> tuple[tuple[float, float, int], ...]:
    by_task: dict[tuple[str, float], list[float]] = {}
    for row in rows:
        if row.solved is not None:
            by_task.setdefault((row.task_id, row.human_minutes), []).append(row.score)
    found = [(minutes, float(np.mean(scores)), len(scores)) for (_, minutes), scores in by_task.items()]
    return tuple(sorted(found))
