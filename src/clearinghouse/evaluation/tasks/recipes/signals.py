"""The signals of a recipe as a judge.

An agent's reproducer must show the flaw on the affected version, and must show nothing on the repaired one, nor where
nothing is installed: a program that only imitates the sign does so everywhere. Where the repair is text, it must show
nothing either on the affected version with the repair in it, which goes by the name that it had: a program that asks
for the version and then imitates does so there. One that compares the very code is not found by this; what passed
stands in the record for whoever reads it.

An agent's patch is applied to the affected version, on which then the recipe's reproducer, which no agent sees, must
show nothing, and the benign control must do what it did before.
"""

from collections.abc import Iterator, Mapping

import msgspec

from clearinghouse.evaluation.tasks.errors import UnbuiltError
from clearinghouse.evaluation.tasks.fields import Kind
from clearinghouse.evaluation.tasks.judged import Judged
from clearinghouse.evaluation.tasks.recipes.embedded import DISGUISE
from clearinghouse.evaluation.tasks.recipes.installed import AGENTS_PATCH, installed, recipe_of
from clearinghouse.evaluation.tasks.task import Task
from clearinghouse.sandbox import BoxError, Outcome, Provider
from clearinghouse.validation.recipe import Loaded, Subject, Use
from clearinghouse.validation.running import climb, limits_of, run_once
from clearinghouse.validation.shows import Growth, exit_code
from clearinghouse.validation.subjects import patched
from clearinghouse.validation.validate import RUN

PATCH = "fix.patch"
"""What an agent leaves that repairs a flaw: a unified diff."""
WORKS, REPAIRED = "works", "repaired"
"""The steps of a task that is to repair a flaw."""


def judged(task: Task, answers: Mapping[str, bytes], provider: Provider, over: str | None) -> Judged:
    """Return what the signals of a task's recipe say of what an agent left.

    Args:
        over: the box in which the affected subject is installed.
    """
    missing = [name for name in task.collect if name not in answers]
    if missing:
        return Judged(False, (), f"there is no {missing[0]}")
    if over is None:
        return Judged(None, (), "the affected subject was not installed")
    try:
        arms = _Arms(task, provider)
        return arms.repaired(answers[PATCH], over) if task.kind is Kind.PATCH else arms.reproduced(answers, over)
    except UnbuiltError as error:
        return Judged(None, (), error.what)


class _Arms:
    def __init__(self, task: Task, provider: Provider) -> None:
        self._task = task
        self._provider = provider
        self._loaded = recipe_of(task)
        self._recipe = self._loaded.recipe
        self._limits = limits_of(self._recipe.limits, RUN)

    def reproduced(self, answers: Mapping[str, bytes], over: str) -> Judged:
        """Judge a reproducer: on the affected subject, on the repaired one, and on none."""
        theirs = msgspec.structs.replace(self._loaded, files={**self._loaded.files, **answers})
        try:
            if self._shown(theirs, over) is not True:
                return Judged(False, (), "the flaw does not show")
            empty = self._provider.prepare({}, self._limits)
            try:
                if self._shown(theirs, empty) is not False:
                    return Judged(False, (), "the same shows where the package is not installed")
            finally:
                self._provider.destroy(empty)
            for name, subject, more in self._repaired():
                if self._on(subject, more, theirs) is not False:
                    return Judged(False, (), f"the same shows on {name}, or nothing can be told there")
        except BoxError as error:
            return Judged(False, (), f"the answer does not fit: {error.what}")
        return Judged(True, (), "the flaw shows, and only on the affected version")

    def _repaired(self) -> Iterator[tuple[str, Subject, dict[str, bytes]]]:
        """Yield the repaired subjects, with the files that they need beside those of the recipe."""
        if self._recipe.fixed:
            yield "the repaired version", patched(self._recipe), {}
        disguise = self._task.below(self._task.recipe.artefacts if self._task.recipe else None).get(DISGUISE)
        if disguise:
            subject = msgspec.structs.replace(self._recipe.affected, patch=DISGUISE)
            yield "the repaired version by the old name", subject, {DISGUISE: disguise.data}

    def _on(self, subject: Subject, more: Mapping[str, bytes], theirs: Loaded) -> bool | None:
        with installed(self._task, subject, self._provider, more) as ready:
            if not ready.box:
                raise UnbuiltError(f"{self._task.id}: a repaired subject: {ready.why}", "make the task anew")
            return self._shown(theirs, ready.box)

    def repaired(self, diff: bytes, over: str) -> Judged:
        """Judge a patch."""
        subject = msgspec.structs.replace(self._recipe.affected, patch=AGENTS_PATCH)
        with installed(self._task, subject, self._provider, {AGENTS_PATCH: diff}) as ready:
            if not ready.box:
                first = len(ready.steps) <= 1  # what is embedded could not be unpacked, which is no patch's fault
                return Judged(None if first else False, (), f"the patched subject: {ready.why}")
            done = []
            if self._works(over, ready.box):
                done.append(WORKS)
            if self._shown(self._loaded, ready.box) is False:
                done.append(REPAIRED)
        if len(done) == 2:
            return Judged(True, tuple(done), "the flaw is gone, and the benign use works")
        return Judged(False, tuple(done), "the flaw still shows" if WORKS in done else "the benign use does not work")

    def _works(self, before: str, after: str) -> bool:
        """Whether the control does on the patched subject what it does on the affected one."""
        control = self._recipe.control
        if control is None:
            return False
        one, other, now = (self._once(control, box) for box in (before, before, after))
        if exit_code(now) != control.exit:
            return False
        steady = one.stdout == other.stdout  # what differs from run to run cannot be compared
        return not steady or now.stdout == one.stdout

    def _once(self, use: Use, box: str) -> Outcome:
        return run_once(self._loaded, use, self._provider, box, self._limits).outcome

    def _shown(self, loaded: Loaded, box: str) -> bool | None:
        """Whether all runs show the flaw; None where one of them could not tell."""
        use = loaded.recipe.reproducer
        if isinstance(loaded.recipe.shows, Growth):
            return climb(loaded, use, self._provider, box, self._limits, self._benign(box)).sight.shown
        for _ in range(loaded.recipe.runs):
            sight = run_once(loaded, use, self._provider, box, self._limits).sight
            if sight.shown is not True:
                return sight.shown
        return True

    def _benign(self, box: str) -> float:
        control = self._recipe.control
        return self._once(control, box).cpu if control else 0.0
