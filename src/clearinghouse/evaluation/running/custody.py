"""Running a task shows it to whoever hosts the model. One that is not public is shown only to who was read in."""

import datetime as dt
from collections.abc import Sequence

from clearinghouse.evaluation.running.errors import RunError
from clearinghouse.evaluation.running.scripted.skill import PREFIX
from clearinghouse.evaluation.tasks.task import Task
from clearinghouse.records.marking import Tlp


def require_shown(tasks: Sequence[Task], model: str, operator: str, today: dt.date | None = None) -> None:
    """See that every task may be shown to who hosts a model. Scripted agents show nothing to anybody.

    Args:
        operator: who hosts the model. today: the day of the run; None takes the present one, in UTC.

    Raises:
        RunError: one may not.
    """
    if model.startswith(f"{PREFIX}/"):
        return
    day = today or dt.datetime.now(dt.UTC).date()
    for task in tasks:
        custody = task.custody
        if custody.marking is Tlp.CLEAR:
            continue
        if operator not in custody.operators:
            who = operator or "nobody in particular"
            what = (
                f"the task {task.id} is {custody.marking}, and its consent does not name {who[:80]} as a host of models"
            )
            raise RunError(what, "name who hosts the model with --operator, or leave the task out")
        if custody.until is not None and day > custody.until:
            raise RunError(f"the consent for the task {task.id} ended on {custody.until}", "leave the task out")
