"""The subjects of a recipe that is embedded in a task, installed in boxes as validation installs them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import msgspec

from clearinghouse.evaluation.tasks.errors import TaskError, UnbuiltError
from clearinghouse.evaluation.tasks.recipes.embedded import Embedded
from clearinghouse.evaluation.tasks.task import Task
from clearinghouse.records import ClearinghouseError
from clearinghouse.sandbox import Provider
from clearinghouse.validation.recipe import Loaded, Subject, from_files
from clearinghouse.validation.subjects import Ready, make_ready
from clearinghouse.validation.validate import BUILD

AGENTS_PATCH = "agent.patch"
"""Under this name a patch by an agent stands among the files of a recipe."""


def recipe_of(task: Task) -> Loaded:
    """Return the recipe of a task.

    Raises:
        TaskError: it has none, or none that can be read.
    """
    if task.recipe is None:
        raise TaskError(f"{task.id} is made from no recipe", "name one that is")
    try:
        return from_files({name: file.data for name, file in task.below(task.recipe.folder).items()}, task.id)
    except ClearinghouseError as error:
        raise TaskError(error.what, error.remedy, source=task.id) from None


@contextmanager
def affected(task: Task, provider: Provider) -> Iterator[str]:
    """Yield a box in which the affected subject is installed.

    Raises:
        UnbuiltError: it cannot be.
    """
    with installed(task, recipe_of(task).recipe.affected, provider) as ready:
        if not ready.box:
            raise UnbuiltError(f"{task.id}: its subject cannot be built: {ready.why}", "make the task anew")
        yield ready.box


@contextmanager
def installed(
    task: Task, subject: Subject, provider: Provider, more: Mapping[str, bytes] | None = None
) -> Iterator[Ready]:
    """Yield a subject of the recipe, installed; its ``why`` says what went wrong where it has no box.

    Args:
        more: files that are among those of the recipe this time.
    """
    loaded = recipe_of(task)
    whole = msgspec.structs.replace(loaded, files={**loaded.files, **(more or {})})
    folder = task.recipe.artefacts if task.recipe else None
    ready = make_ready(whole, subject, provider, Embedded(task.below(folder), task.id), BUILD, None)
    try:
        yield ready
    finally:
        if ready.box:
            provider.destroy(ready.box)
