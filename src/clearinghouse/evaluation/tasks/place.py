"""A task set up for an agent: its subject built once, a box to work in, and what the agent leaves there."""

import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import NamedTuple

from clearinghouse.evaluation.tasks.errors import UnbuiltError
from clearinghouse.evaluation.tasks.ranges import SERVING, ranged
from clearinghouse.evaluation.tasks.recipes.installed import affected
from clearinghouse.evaluation.tasks.task import Task
from clearinghouse.formats.text import clean_line
from clearinghouse.sandbox import BoxError, Command, End, File, Kind, Limits, Outcome, Provider
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
        limits: of each command of the agent. hosts: that each of its commands has beside it.
    """

    def __init__(self, task: Task, provider: Provider, box: str, over: str | None, around: "_Around") -> None:
        self.box = box
        self.over = over
        self.hosts = ranged(task.hosts, around.boxes)
        self._around = around
        self.limits = task.box.limits.over(AGENT)
        self._task = task
        self._provider = provider

    def run(self, *argv: str, stdin: bytes = b"") -> Outcome:
        """Run a command as the agent would."""
        return self._provider.run(self.box, Command(argv=argv, input=stdin, limits=self.limits, hosts=self.hosts))

    def collected(self) -> dict[str, bytes]:
        """Return what stands at the paths that the task collects; that of hosts under their name and a colon.

        What is no file, or larger than an answer may be, is left out: to the oracle it is not there. Links are not
        followed.
        """
        wanted = [(self.box, self._task.collect, "")]
        wanted += [(self._around.boxes[host.name], host.collect, f"{host.name}:") for host in self._task.hosts]
        answers = dict(self._around.fresh)
        left = LARGEST_ANSWERS
        for box, names, before in wanted:
            found = self._provider.collect(box, [f"/work/{each}" for each in names], LARGEST_ANSWER)
            for name, each in zip(names, found, strict=True):
                if each.kind is Kind.FILE and not each.cut and len(each.data) <= left:
                    answers[f"{before}{name}"] = each.data
                    left -= len(each.data)
        return answers


class _Around(NamedTuple):
    """The hosts around an agent: their boxes by name, and the random texts in them by host, colon and path."""

    boxes: dict[str, str]
    fresh: dict[str, bytes]


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
    with ExitStack() as stack:
        around = _around(task, provider, stack)
        box = _box(task.below(task.box.folder), task.box.limits.over(AGENT), task, provider, over)
        stack.callback(provider.destroy, box)
        yield Place(task, provider, box, over, around)


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


def _around(task: Task, provider: Provider, stack: ExitStack) -> _Around:
    """Make the boxes of hosts, with random texts where the task wants some."""
    around = _Around({}, {})
    for host in task.hosts:
        files = task.below(host.folder)
        for name in host.fresh:
            around.fresh[f"{host.name}:{name}"] = text = secrets.token_hex(16).encode()
            files[name] = File(text)
        around.boxes[host.name] = box = _box(files, host.limits.over(SERVING), task, provider, None)
        stack.callback(provider.destroy, box)
    return around


def _box(files: dict[str, File], limits: Limits, task: Task, provider: Provider, over: str | None) -> str:
    try:
        return provider.prepare(files, limits, over=over)
    except BoxError as error:
        raise UnbuiltError(f"{task.id}: no box can be made for an agent: {error.what}", error.remedy) from None


def _words(outcome: Outcome) -> str:
    how = outcome.words or (f"exit code {outcome.code}" if outcome.code is not None else f"its limit of {outcome.end}")
    last = (outcome.stderr.strip() or outcome.stdout.strip())[-300:].decode(errors="replace").rpartition("\n")[2]
    return clean_line(f"{how}: {last}", 300)
