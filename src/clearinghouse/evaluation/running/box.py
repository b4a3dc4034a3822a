"""A box at a seat, as long as an attempt lasts: asked from an event loop, and never waited for without end."""

import math
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from typing import TypeVar

from anyio import CancelScope, CapacityLimiter, get_cancelled_exc_class, to_thread

from clearinghouse.evaluation.running.bench import Bench, Seat
from clearinghouse.evaluation.tasks.place import Place, prepared
from clearinghouse.evaluation.tasks.task import Task
from clearinghouse.sandbox import Command, Limits, Outcome, Provider, SandboxError
from clearinghouse.sandbox.contract import Host

_T = TypeVar("_T")
_AFTER = 1.0
"""Seconds that a command may go on when the time of its attempt is over, so that it is the attempt that ends first."""
_ALONE, _SHARED = 0.3, 3.0
"""Seconds in which a command may come to its end when everything is stopped, before its runner is ended."""


class Box:
    """One box.

    Args:
        bench, seat: where it is. runner: of the seat. limits: of the box, and of each command where a task does not
            say otherwise.

    Attributes:
        runner: as given. limits: of each command. place: of the task that the attempt is at; None where there is none.
    """

    def __init__(self, bench: Bench, seat: Seat, runner: Provider, limits: Limits) -> None:
        self.runner = runner
        self.limits = limits
        self.place: Place | None = None
        self._bench = bench
        self._seat = seat
        self._entered = ExitStack()
        self._name = ""
        self._deadline = math.inf
        self._queue = CapacityLimiter(1)

    def enter(self, task: Task | None = None, digest: str = "") -> None:
        """Make the box, empty or for a task.

        Raises:
            SandboxError: there is no runner, or it has no room. UnbuiltError: the task's subject cannot be built.
        """
        if task is None:
            self._name = self.runner.prepare({}, self.limits)
            self._entered.callback(self.runner.destroy, self._name)
            return
        over = self._entered.enter_context(self._seat.subject(task, digest))
        self.place = self._entered.enter_context(prepared(task, self.runner, over=over))
        self._name = self.place.box
        self.limits = self.place.limits

    def ends_after(self, seconds: float) -> None:
        """Let no command go on when the attempt has had so many seconds from now."""
        self._deadline = time.monotonic() + seconds

    def leave(self) -> None:
        """Remove the box, and leave the seat."""
        try:
            self.abandon()
        finally:
            self._bench.give_back(self._seat)

    def abandon(self) -> None:
        """Remove what was made. A runner that is gone has taken it along."""
        with suppress(SandboxError):
            self._entered.close()

    async def ask(self, question: Callable[[], _T]) -> _T:
        """Ask the runner something, in a thread.

        Where the attempt ran out of time meanwhile, its command has, too: the box is still there to be judged. Where
        everything is stopped, the runner is ended with what it does, after a moment in which it may come to its end.

        Raises:
            SandboxError: what the runner answers.
        """
        began, done = threading.Event(), threading.Event()

        def asked() -> _T:
            began.set()
            try:
                return question()
            finally:
                done.set()

        try:
            return await to_thread.run_sync(asked, abandon_on_cancel=True, limiter=self._queue)
        except get_cancelled_exc_class():
            if began.is_set():
                with CancelScope(shield=True):
                    await self._until(done)
            raise

    async def _until(self, done: threading.Event) -> None:
        late = time.monotonic() >= self._deadline
        patience = self.limits.seconds if late else _ALONE if self._seat.boxes == 1 else _SHARED
        if not await to_thread.run_sync(done.wait, patience):
            self._seat.kill()

    @property
    def hosts(self) -> tuple[Host, ...]:
        """Those that the task has beside the box."""
        return self.place.hosts if self.place else ()

    async def run(
        self,
        argv: list[str],
        data: bytes,
        at: str,
        variables: dict[str, str],
        seconds: float,
        output: int,
        *,
        hosts: bool = False,
    ) -> Outcome:
        """Run a command to its end, or to that of the attempt.

        Args:
            argv, data, at, variables: see :class:`~clearinghouse.sandbox.contract.Command`. seconds: at most.
            output: bytes of it, at most. hosts: whether those of the task are there meanwhile.

        Raises:
            SandboxError: what the runner answers.
        """
        seconds = max(1.0, min(seconds, self.limits.seconds, self._deadline - time.monotonic() + _AFTER))
        limits = Limits(
            seconds=seconds,
            cpu=min(self.limits.cpu, 2 * seconds),
            memory=self.limits.memory,
            processes=self.limits.processes,
            disk=self.limits.disk,
            files=self.limits.files,
            output=output,
        )
        command = Command(
            argv=tuple(argv), environment=variables, input=data, at=at, limits=limits, hosts=self.hosts if hosts else ()
        )
        return await self.ask(lambda: self.runner.run(self._name, command))
