"""What the parts of one run that inspect_ai calls need to know of each other: the provider, the oracle, the agents.

inspect_ai hands names and metadata through; the things themselves are found here. There is one session at a time in a
thread of control, and every task that inspect_ai starts in it inherits it.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from clearinghouse.evaluation.rule.design import Budget
from clearinghouse.evaluation.running.bench import Bench
from clearinghouse.evaluation.running.errors import RunError
from clearinghouse.evaluation.tasks.task import Task

TASK = "task"
"""The member of a sample's metadata that names its task."""


@dataclass(frozen=True, kw_only=True)
class Session:
    """One run in progress.

    Attributes:
        bench: its runners. tasks: by their ids. digests: SHA-256 of each task by its id, as 64 hexadecimal digits.
        budget: of each attempt. seed: of the draws of scripted agents.
    """

    bench: Bench
    tasks: Mapping[str, Task]
    digests: Mapping[str, str]
    budget: Budget
    seed: int = 0

    def task_of(self, metadata: Mapping[str, object]) -> Task:
        """Return the task that a sample is about.

        Raises:
            RunError: it names none of this session.
        """
        name = str(metadata.get(TASK, ""))
        if name not in self.tasks:
            raise RunError(f"a sample names the task {name[:80]!r}, which is none of this run", "start the run anew")
        return self.tasks[name]


_CURRENT: ContextVar[Session | None] = ContextVar("clearinghouse_session", default=None)


def current() -> Session | None:
    """Return the run that is in progress here, if one of ours is."""
    return _CURRENT.get()


def needed() -> Session:
    """Return the run that is in progress here.

    Raises:
        RunError: there is none: what asks was taken out of it, and used in an evaluation of another kind.
    """
    found = _CURRENT.get()
    if found is None:
        raise RunError("this works only within a run of the clearinghouse", "use `clearinghouse frontier run`")
    return found


@contextmanager
def entered(session: Session) -> Iterator[Session]:
    """Make a session the one in progress."""
    token = _CURRENT.set(session)
    try:
        yield session
    finally:
        _CURRENT.reset(token)
