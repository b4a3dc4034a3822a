"""Whether a task may be run where a model is hosted."""

import datetime as dt

from clearinghouse.evaluation.tasks.errors import WithheldError
from clearinghouse.evaluation.tasks.task import Task
from clearinghouse.records.marking import Tlp


def demand(task: Task, operator: str, today: dt.date) -> None:
    """Refuse to run a task that is not public with a model of an operator who is not named in it, or no longer.

    It says nothing of any model: it keeps a finding under embargo with those who agreed to have it.

    Args:
        operator: who hosts the model; empty for a scripted agent on this machine, which shows it to nobody.
        today: in UTC.

    Raises:
        WithheldError: who hosts the model did not agree, or the time is over.
    """
    custody = task.custody
    if custody.marking is Tlp.CLEAR or not operator:
        return
    if operator not in custody.operators:
        what = f"{task.id} is marked {custody.marking}, and {operator} is not among those who may host it"
        raise WithheldError(what, "run it on models of an operator who agreed, or leave it out")
    if custody.until is not None and custody.until < today:
        raise WithheldError(f"what was agreed about {task.id} ended on {custody.until}", "have it agreed anew")
