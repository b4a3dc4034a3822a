"""Attempts of logs as a table of runs, which is what statistics are computed from."""

import math
from collections.abc import Iterable, Iterator

from clearinghouse.evaluation.running.attempt import Attempt
from clearinghouse.evaluation.running.logs import Log
from clearinghouse.evaluation.runs.run import Outcome, Run
from clearinghouse.evaluation.runs.table import Read, table_of


def runs_of(attempts: Iterable[Attempt]) -> Iterator[Run]:
    """Yield attempts as rows of a table."""
    for each in attempts:
        yield Run(
            task=each.task_id,
            family=each.task_family,
            model=each.model,
            score=math.nan if each.score is None else each.score,
            minutes=each.human_minutes or math.nan,
            epoch=str(each.epoch),
            outcome=Outcome(each.ended),
            tokens=float(each.tokens) if each.tokens else math.nan,
            source=each.human_source,
            domain=each.domain,
        )


def table(logs: Iterable[Log], source: str) -> Read:
    """Return the attempts of logs as one table, and what is left out of it: one attempt that stands in two logs.

    Raises:
        TableError: there is no attempt.
    """
    runs = runs_of(each for log in logs for each in log.attempts)
    return table_of(source, enumerate(runs, 1))
