"""What a scripted agent does in one attempt: which of a task's scripts it runs, if any."""

import msgspec

from clearinghouse.evaluation.running.scripted.skill import Agent, chance, draw, is_lost
from clearinghouse.evaluation.tasks.fields import Proof
from clearinghouse.evaluation.tasks.task import Solution, Task


class Play(msgspec.Struct, frozen=True):
    """What is played.

    Attributes:
        does: ``script``, ``refuse`` or ``break``. name: of the script. script: for bash.
    """

    does: str
    name: str = ""
    script: str = "true"


def play(who: Agent, task: Task, digest: str, epoch: int, seed: int, tokens: int) -> Play:
    """Return what an agent does with a task: its reference solution where the draw says so, else as good as nothing.

    Args:
        digest: of the task, SHA-256 in hex. epoch: the attempt, from 1. seed: of the run. tokens: the budget.
    """
    if who.behaviour == "refuser":
        return Play("refuse")
    if is_lost(who, digest, epoch, seed):
        return Play("break")
    if who.behaviour == "cheater":
        return _script(task, Proof.CHEAT, draw(digest, epoch, seed, "cheat"))
    solves = draw(digest, epoch, seed) < chance(who, task.human.minutes, tokens)
    return _script(task, Proof.REFERENCE if solves else Proof.NULL, 0.0)


def _script(task: Task, kind: Proof, at: float) -> Play:
    found: list[Solution] = [each for each in task.solutions if each.kind is kind]
    if not found:
        return Play("script", "nothing")
    taken = found[int(at * len(found))]
    return Play("script", taken.name, taken.script)
