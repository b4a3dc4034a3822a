"""Running a task shows it to whoever hosts the model. One that is not public is shown only to who was read in."""

import datetime as dt
from collections.abc import Sequence

from clearinghouse.evaluation.pools.exposure import NOBODY
from clearinghouse.evaluation.running.scripted.skill import PREFIX
from clearinghouse.evaluation.tasks.custody import demand
from clearinghouse.evaluation.tasks.task import Task


def host_of(model: str, operator: str) -> str:
    """Return who sees what is shown to a model; empty for nobody, where it is a scripted agent on this machine."""
    return "" if model.startswith(f"{PREFIX}/") else operator or NOBODY


def require_shown(tasks: Sequence[Task], model: str, operator: str, today: dt.date | None = None) -> None:
    """See that every task may be shown to who hosts a model, and that the consents to it are with it.

    Args:
        operator: who hosts the model. today: the day of the run; None takes the present one, in UTC.

    Raises:
        WithheldError, EnvelopeError: see :func:`~clearinghouse.evaluation.tasks.custody.demand`.
    """
    day = today or dt.datetime.now(dt.UTC).date()
    for task in tasks:
        demand(task, host_of(model, operator), day)
