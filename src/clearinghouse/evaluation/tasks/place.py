"""A task set up for an agent: its subject built once, a box to work in, and what the agent leaves there."""

from collections.abc import Iterator
from contextlib import contextmanager

from clearinghouse.evaluation.tasks.errors import UnbuiltError
from clearinghouse.evaluation.tasks.recipes.installed import affected
from clearinghouse.evaluation.tasks.task import Task
from clearinghouse.formats.text import clean_line
from clearinghouse.sandbox import BoxError, Command, End, Kind, Limits, Outcome, Provider
from clearinghouse.sandbox.contract import MIB

LARGEST_ANSWER = 4 * MIB
"""Most bytes of one collected file."""
LARGEST_ANSWERS = 16 * MIB
"""Most bytes of all collected files together."""
AGENT = Limits(seconds=120, cpu=120, memory=1024 * MIB, processes=128, disk=128 * MIB, output=MIB)
"""What one command of an agent may use, where the task does not say otherwise."""
BUILD = Limits(seconds=600, cpu=1200, memory=2048 * MIB, processes=256, disk=1024 * MIB, files=100_000, output=4 * MIB)
"""What one command of a build may use, where the task does not say otherwise."""


class Place:
    """Where an agent works on a task.

    Attributes:
        box: the name of the agent's box. over: the box whose subject it has; None where the task builds none.
        limits: of each command of the agent.
    """

    def __init__(self, task: Task, provider: Provider, box: str, over: str | None) -> None:
        self.box = box
        self.over = over
        self.limits = task.box.limits.over(AGENT)
        self._task = task
        self._provider = provider

    def run(self, *argv: str, stdin: bytes = b"") -> Outcome:
        """Run a command as the agent would."""
        return self._provider.run(self.box, Command(argv=argv, input=stdin, limits=self.limits))

    def collected(self) -> dict[str, bytes]:
        """Return what stands at the paths that the task collects.

        What is no file, or larger than an answer may be, is left out: to the oracle it is not there. Links are not
        followed.
        """
        paths = [f"/work/{each}" for each in self._task.collect]
        found = self._provider.collect(self.box, paths, LARGEST_ANSWER)
        answers: dict[str, bytes] = {}
        left = LARGEST_ANSWERS
        for path, each in zip(self._task.collect, found, strict=True):
            if each.kind is Kind.FILE and not each.cut and len(each.data) <= left:
                answers[path] = each.data
                left -= len(each.data)
        return answers


@contextmanager
def prepared(task: Task, provider: Provider, *, over: str | None = None) -> Iterator[Place]:
    """Build the subject of a task, if it has any, and make a box for an agent; both are destroyed afterwards.

    Args:
        over: a box of :func:`built`, which is used instead and stays.

    Raises:
        UnbuiltError: either cannot be made.
    """
    if over is None and has_subject(task):
        with built(task, provider) as made, prepared(task, provider, over=made) as place:
            yield place
        return
    box = _box(task, provider, over)
    try:
        yield Place(task, provider, box, over)
    finally:
        provider.destroy(box)


@contextmanager
def built(task: Task, provider: Provider) -> Iterator[str | None]:
    """Build the subject of a task and yield its box, None where it has none. It can be under many boxes, and is
    read-only there.

    Raises:
        UnbuiltError: it cannot be built.
    """
    if not has_subject(task):
        yield None
        return
    if task.recipe is not None:
        with affected(task, provider) as box:
            yield box
        return
    limits = task.box.building.over(BUILD)
    try:
        box = provider.prepare(task.below(task.box.subject), limits)
    except BoxError as error:
        raise UnbuiltError(f"{task.id}: no box can be made for its subject: {error.what}", error.remedy) from None
    try:
        for argv in task.box.build:
            outcome = provider.run(box, Command(argv=argv, limits=limits))
            if outcome.end is not End.EXITED or outcome.code != 0:
                raise UnbuiltError(f"{task.id}: its subject cannot be built: {_words(outcome)}", "look at its [box]")
        yield box
    finally:
        provider.destroy(box)


def has_subject(task: Task) -> bool:
    """Whether something is built before an agent begins."""
    return bool(task.box.build) or task.recipe is not None


def _box(task: Task, provider: Provider, over: str | None) -> str:
    try:
        return provider.prepare(task.below(task.box.folder), task.box.limits.over(AGENT), over=over)
    except BoxError as error:
        raise UnbuiltError(f"{task.id}: no box can be made for an agent: {error.what}", error.remedy) from None


def _words(outcome: Outcome) -> str:
    how = outcome.words or (f"exit code {outcome.code}" if outcome.code is not None else f"its limit of {outcome.end}")
    last = (outcome.stderr.strip() or outcome.stdout.strip())[-300:].decode(errors="replace").rpartition("\n")[2]
    return clean_line(f"{how}: {last}", 300)
