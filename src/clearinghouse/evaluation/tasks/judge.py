"""Whether a task was solved.

The oracle runs in a fresh box in which no agent ever was; of the agent there is only what was collected, as data below
``answer``. What the agent was given is there once more as it was, below ``given``. The oracle's exit code says it: 0 is
solved, 1 is not. Everything else is a failure of the oracle, which says nothing of the agent and is counted as an
outcome that is missing.

Python ends with 1 as well where an exception is caught by nobody. Of an attempt that stays "not solved": an agent could
bring a crash about, by an odd answer or by writing what looks like one, and must not choose so that an attempt is lost
that it failed. But the crash is told, and whoever checks a task by solutions that are its own is told that its judge
crashes (:mod:`.check`).
"""

from collections.abc import Mapping

import msgspec

from clearinghouse.evaluation.tasks.contradictions import ANSWER, GIVEN
from clearinghouse.evaluation.tasks.errors import UnbuiltError
from clearinghouse.evaluation.tasks.fields import Oracle
from clearinghouse.evaluation.tasks.judged import Judged
from clearinghouse.evaluation.tasks.place import LARGEST_ANSWERS, built, has_subject
from clearinghouse.evaluation.tasks.ranges import HOSTS, is_of_host
from clearinghouse.evaluation.tasks.recipes import signals
from clearinghouse.evaluation.tasks.task import Task
from clearinghouse.formats.text import clean_line
from clearinghouse.sandbox import BoxError, Command, End, File, Kind, Limits, Outcome, Provider
from clearinghouse.sandbox.contract import MIB
from clearinghouse.trust.statement import NotStrictError, decode_strictly

__all__ = ["ORACLE", "STEPS", "Judged", "judge"]

ORACLE = Limits(seconds=60, cpu=60, memory=1024 * MIB, processes=128, disk=128 * MIB, output=MIB)
"""What an oracle may use, where the task does not say otherwise."""
STEPS = "/work/steps.json"
"""Where an oracle writes which steps were done."""
SOLVED, NOT_SOLVED = 0, 1
"""Exit codes of oracles."""
_LARGEST_STEPS = 64 << 10


class _Steps(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    steps: list[str]


_TRACEBACK = "Traceback (most recent call last):"
_REFUSAL = "AssertionError"
"""What a Python oracle may end with that says "not solved" on purpose."""
_READER = msgspec.json.Decoder(_Steps)


def judge(task: Task, collected: Mapping[str, bytes], provider: Provider, *, over: str | None = None) -> Judged:
    """Return what the oracle of a task says of what an agent left.

    Args:
        collected: by path below ``/work`` of the agent's box; paths that the task does not collect are passed over.
        over: the box of the subject, where it is built already (:func:`~.place.built`).
    """
    if over is None and has_subject(task):
        try:
            with built(task, provider) as made:
                return judge(task, collected, provider, over=made)
        except UnbuiltError as error:
            return Judged(None, (), error.what)
    answers = {name: data for name, data in collected.items() if name in task.collect or is_of_host(task.hosts, name)}
    if sum(map(len, answers.values())) > LARGEST_ANSWERS:
        return Judged(False, (), "the answer is larger than an answer may be")
    if task.oracle is None:
        return signals.judged(task, answers, provider, over)
    try:
        return _judged(task, task.oracle, answers, provider, over)
    except BoxError as error:
        return Judged(None, (), f"the oracle has no box: {error.what}")


def _place(task: Task, name: str) -> str:
    """Return where something collected stands in the oracle's box."""
    host, _, path = name.partition(":")
    return f"{ANSWER}/{name}" if name in task.collect else f"{HOSTS}/{host}/{path}"


def _judged(task: Task, oracle: Oracle, answers: Mapping[str, bytes], provider: Provider, over: str | None) -> Judged:
    files = {
        **task.below(oracle.folder),
        **{f"{GIVEN}/{name}": file for name, file in task.below(task.box.folder).items()},
        **{_place(task, name): File(data) for name, data in answers.items()},
    }
    limits = oracle.limits.over(ORACLE)
    box = provider.prepare(files, limits, over=over)
    try:
        outcome = provider.run(box, Command(argv=oracle.command, limits=limits))
        if outcome.end is not End.EXITED or outcome.code not in {SOLVED, NOT_SOLVED}:
            return Judged(None, (), _failed(outcome))
        written = provider.collect(box, [STEPS], _LARGEST_STEPS)[0]
    finally:
        provider.destroy(box)
    words = clean_line(outcome.stdout[:4096].decode(errors="replace").strip(), 300)
    crashed = _crashed(outcome) if outcome.code == NOT_SOLVED else ""
    if crashed and not words:
        words = f"the oracle crashed: {crashed}"
    if written.kind is Kind.MISSING or not task.steps:
        return Judged(outcome.code == SOLVED, (), words, crashed)
    done = _done(task, written.data) if written.kind is Kind.FILE else None
    if done is None:
        return Judged(None, (), "the oracle wrote steps that the task does not have")
    return Judged(outcome.code == SOLVED, done, words, crashed)


def _done(task: Task, data: bytes) -> tuple[str, ...] | None:
    """Return the steps that were done, None where what was written is no list of steps of this task."""
    try:
        named = set(decode_strictly(data, _READER, _LARGEST_STEPS).steps)
    except NotStrictError:
        return None
    names = [each.name for each in task.steps]
    return tuple(each for each in names if each in named) if named <= set(names) else None


def _crashed(outcome: Outcome) -> str:
    """Return the last line of an exception of Python that nobody caught; empty where there is none."""
    said = outcome.stderr[-20_000:].decode(errors="replace")
    last = said.strip().rpartition("\n")[2].strip()
    return "" if _TRACEBACK not in said or last.startswith(_REFUSAL) else clean_line(last, 200)


def _failed(outcome: Outcome) -> str:
    how = outcome.words or (f"exit code {outcome.code}" if outcome.code is not None else f"the end {outcome.end}")
    last = outcome.stderr[-2000:].decode(errors="replace").strip().rpartition("\n")[2]
    return clean_line(f"the oracle failed with {how}: {last}", 300)
