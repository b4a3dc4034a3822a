"""Attempts of logs as a table of runs, which is what statistics are computed from."""

import math
from collections.abc import Iterator, Sequence

from clearinghouse.evaluation.running.logs import Log
from clearinghouse.evaluation.runs.run import Outcome, Run, Way
from clearinghouse.evaluation.runs.table import Problems, Read, table_of
from clearinghouse.formats.text import plural


def runs_of(log: Log) -> Iterator[Run]:
    """Yield the attempts of a log as rows. The moment of its making names the log, since copies of it have it, too."""
    for each in log.attempts:
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
            run=log.created or log.name,
            way=Way(scaffold=each.scaffold),
        )


def table(logs: Sequence[Log], source: str) -> Read:
    """Return the attempts of logs as one table, and what is to be known of them.

    An attempt that stands in two copies of a log is left out, and logs that did not come to their end are told.

    Raises:
        TableError: there is no attempt.
    """
    problems = Problems(source)
    for each in logs:
        _tell(each, problems)
    return table_of(source, enumerate((run for log in logs for run in runs_of(log)), 1), problems)


def _tell(log: Log, problems: Problems) -> None:
    if log.status != "success" or log.interrupted:
        stopped = f", and {log.interrupted} that somebody stopped count as none" if log.interrupted else ""
        made = plural(len(log.attempts), "attempt was", "attempts were")
        problems.notice("not_ended", f"{log.name} has the status {log.status}: {made} made{stopped}.")
    if log.unknown:
        said = f"{log.name}: {plural(log.unknown, 'attempt has', 'attempts have')} a number that is none: unknown."
        problems.notice("no_number", said)
