"""Whether a task may be run where a model is hosted."""

import datetime as dt

from clearinghouse.evaluation.tasks.errors import WithheldError
from clearinghouse.evaluation.tasks.recipes.consent import custody_of, given_in
from clearinghouse.evaluation.tasks.recipes.installed import recipe_of
from clearinghouse.evaluation.tasks.task import Task
from clearinghouse.records.marking import Tlp

_REMEDY = "make it anew from its recipe, with the signed consents of finder, vendor and operator"


def sound(task: Task) -> None:
    """Refuse a task made from a finding that is not public, if the signed consents to it are not with it.

    What ``task.toml`` says of custody is nobody's word; the consents are, and it must say what they do. Whether their
    time is over is no question here (:func:`demand`). A task that is made from no recipe is the finding of nobody else:
    what its author wrote stands.

    Raises:
        WithheldError: a consent is missing, is about another recipe, or says something else than the task.
        EnvelopeError: one is not signed by the key that is with it. UnbuiltError: the recipe in it cannot be read.
    """
    custody, about = task.custody, task.origin.recipe
    if custody.marking is Tlp.CLEAR or (task.recipe is None and about is None):
        return
    if custody.consents is None:
        raise WithheldError(f"{task.id} is marked {custody.marking}, and no signed consent is with it", _REMEDY)
    recipe = recipe_of(task).digest if task.recipe else about
    if recipe is None or recipe != about:
        raise WithheldError(f"{task.id} holds another recipe than the one that it says it is made from", _REMEDY)
    try:
        agreed = custody_of(recipe, custody.marking, given_in(task.below(custody.consents)), dt.date.min)
    except WithheldError as error:
        raise WithheldError(f"{task.id}: {error.what}", error.remedy) from None
    if (agreed.operators, agreed.until) != (custody.operators, custody.until):
        raise WithheldError(f"{task.id} says something else of its custody than the consents that are with it", _REMEDY)


def demand(task: Task, operator: str, today: dt.date) -> None:
    """Refuse to run a task that is not public with a model of an operator who is not named in it, or no longer.

    It says nothing of any model: it keeps a finding under embargo with those who agreed to have it.

    Args:
        operator: who hosts the model; empty for a scripted agent on this machine, which shows it to nobody.
        today: in UTC.

    Raises:
        WithheldError: who hosts the model did not agree, the time is over; or see :func:`sound`, also for the others.
    """
    custody = task.custody
    if custody.marking is Tlp.CLEAR:
        return
    sound(task)
    if not operator:
        return
    if operator not in custody.operators:
        what = f"{task.id} is marked {custody.marking}, and {operator[:80]} is not among those who may host it"
        raise WithheldError(what, "name who hosts the model with --operator, if they agreed, or leave it out")
    if custody.until is not None and custody.until < today:
        raise WithheldError(f"what was agreed about {task.id} ended on {custody.until}", "have it agreed anew")
