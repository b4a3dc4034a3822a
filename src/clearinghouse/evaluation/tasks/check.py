"""Whether the judge of a task can be believed: the reference passes, doing nothing fails, and every cheat fails.

It shows what was tried, and no more: a cheat that nobody thought of is not among those that fail.
"""

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from clearinghouse.evaluation.tasks.errors import UnbuiltError
from clearinghouse.evaluation.tasks.fields import Proof
from clearinghouse.evaluation.tasks.judge import judge
from clearinghouse.evaluation.tasks.judged import Judged
from clearinghouse.evaluation.tasks.place import built, prepared
from clearinghouse.evaluation.tasks.task import Solution, Task
from clearinghouse.formats.text import plural
from clearinghouse.sandbox import Provider

LEAST_CHEATS = 3
"""How many cheats a task must have tried."""


class Tried(NamedTuple):
    """One solution, and what the judge said of what it left.

    Attributes:
        kind, name: of the solution. judged: what came of it. wrong: a sentence where it should be otherwise.
    """

    kind: Proof
    name: str
    judged: Judged
    wrong: str


class Checked(NamedTuple):
    """What was tried on a task.

    Attributes:
        task: its id. tried: each solution. wrong: everything that is not as it should be, in sentences. lacking: what
            of it is no fault of the judge: solutions that there should be, too.
    """

    task: str
    tried: tuple[Tried, ...]
    wrong: tuple[str, ...]
    lacking: tuple[str, ...] = ()

    @property
    def is_sound(self) -> bool:
        """Whether nothing is wrong."""
        return not self.wrong

    @property
    def is_right(self) -> bool:
        """Whether the judge said what it should of every solution that was tried."""
        return len(self.wrong) == len(self.lacking)

    @property
    def false_accepts(self) -> int:
        """How many solutions passed that must not."""
        return sum(each.kind is not Proof.REFERENCE and each.judged.solved is True for each in self.tried)

    @property
    def false_rejects(self) -> int:
        """How many reference solutions did not pass."""
        return sum(each.kind is Proof.REFERENCE and each.judged.solved is not True for each in self.tried)


def check(task: Task, provider: Provider) -> Checked:
    """Run every solution that comes with a task in a place of its own, and say what is wrong."""
    missing = tuple(_missing(task))
    try:
        with built(task, provider) as over:
            tried = tuple(_tried(task, each, provider, over) for each in task.solutions)
    except UnbuiltError as error:
        return Checked(task.id, (), (*missing, error.what), missing)
    return Checked(task.id, tried, (*missing, *(each.wrong for each in tried if each.wrong)), missing)


def _missing(task: Task) -> Iterator[str]:
    count = Counter(each.kind for each in task.solutions)
    if not count[Proof.REFERENCE]:
        yield f"{task.id}: it has no reference solution"
    if not count[Proof.NULL]:
        yield f"{task.id}: it has no null solution"
    if count[Proof.CHEAT] < LEAST_CHEATS:
        yield f"{task.id}: it has {plural(count[Proof.CHEAT], 'cheat')}, and needs {LEAST_CHEATS}"


def _tried(task: Task, solution: Solution, provider: Provider, over: str | None) -> Tried:
    with prepared(task, provider, over=over) as place:
        place.run("bash", "-c", solution.script)
        judged = judge(task, place.collected(), provider, over=over)
    return Tried(solution.kind, solution.name, judged, _wrong(task, solution, judged))


def _wrong(task: Task, solution: Solution, judged: Judged) -> str:
    name = f"{task.id}: {solution.kind} {solution.name}"
    if judged.solved is None:
        return f"{name}: {judged.words}"
    if judged.solved and solution.kind is not Proof.REFERENCE:
        return f"{name} was accepted, and must not be: {judged.words}"
    if not judged.solved and solution.kind is Proof.REFERENCE:
        return f"{name} was not accepted, and must be: {judged.words}"
    if judged.crashed:
        return f"{name} made the judge crash, which is no verdict: {judged.crashed}"
    return ""
