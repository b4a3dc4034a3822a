"""The runners that attempts share: each speaks with one process, and does one thing at a time.

A runner that is shared by several boxes makes them wait for each other. Where there are as many runners as attempts at
one time, each attempt has its own, and stopping it stops nothing else.
"""

import contextlib
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Self

from clearinghouse.evaluation.running.errors import RunError
from clearinghouse.evaluation.tasks.place import built, has_subject
from clearinghouse.evaluation.tasks.task import Task
from clearinghouse.sandbox import SandboxError, Tier, demand
from clearinghouse.sandbox.client import Client
from clearinghouse.sandbox.isolation import Isolation

_MOST_SUBJECTS = 4
"""Built subjects that a seat keeps when nobody is at them: each is a box with a disk in memory."""


class _Subject:
    """A subject that was built, and how many attempts are at it."""

    def __init__(self, box: str | None, built_by: AbstractContextManager[str | None]) -> None:
        self.box = box
        self.built_by = built_by
        self.users = 0


class Seat:
    """One runner, started when it is needed, and again when it is gone.

    Attributes:
        boxes: how many attempts have a box here.
    """

    def __init__(self, make: Callable[[], Client], least: Tier) -> None:
        self._make = make
        self._least = least
        self._client: Client | None = None
        self._ended: list[Client] = []
        self._one = threading.Lock()
        self._subjects: dict[str, _Subject] = {}
        self._built_on: Client | None = None
        self._building = threading.Lock()
        self.boxes = 0

    def runner(self) -> Client:
        """Return the runner, checked: it reaches the tier that is demanded.

        Raises:
            SandboxError: it cannot be started, or reaches less.
        """
        with self._one:
            self._tidy()
            if self._client is None or not self._client.is_alive:
                self._client = self._started()
            return self._client

    @contextmanager
    def subject(self, task: Task, digest: str) -> Iterator[str | None]:
        """Yield the box in which the subject of a task is built, None where it has none. It is built once and kept for
        the next attempts at the task, which have it read-only.

        Raises:
            SandboxError: there is no runner. UnbuiltError: it cannot be built.
        """
        if not has_subject(task):
            yield None
            return
        with self._building:
            found = self._built(task, digest)
            found.users += 1
        try:
            yield found.box
        finally:
            with self._building:
                found.users -= 1
                self._trim()

    def kill(self) -> None:
        """End the runner at once, and what runs in its boxes. The next question starts another one."""
        client, self._client = self._client, None
        if client:
            client.kill()
            self._ended.append(client)

    def close(self) -> None:
        """End the runner."""
        with self._building:
            self._forget(list(self._subjects))
        with self._one:
            self._tidy()
            client, self._client = self._client, None
        if client:
            client.close()

    def _tidy(self) -> None:
        """Put away runners that were killed; who waited for them knows it by now."""
        while self._ended:
            self._ended.pop().close()

    def _built(self, task: Task, digest: str) -> _Subject:
        runner = self.runner()
        if self._built_on is not runner:  # what another one had built is gone with it
            self._forget(list(self._subjects))
            self._built_on = runner
        found = self._subjects.pop(digest, None)
        if found is None:
            context = built(task, runner)
            found = _Subject(context.__enter__(), context)
        self._subjects[digest] = found  # at the end: the last one that was used
        return found

    def _trim(self) -> None:
        unused = [digest for digest, each in self._subjects.items() if not each.users]
        self._forget(unused[: max(0, len(unused) - _MOST_SUBJECTS)])

    def _forget(self, digests: Sequence[str]) -> None:
        for digest in digests:
            with contextlib.suppress(SandboxError):  # a runner that is gone has taken it along
                self._subjects.pop(digest).built_by.__exit__(None, None, None)

    def _started(self) -> Client:
        client = self._make()
        try:
            demand(client.isolation(), self._least)
        except BaseException:
            client.close()
            raise
        return client


class Bench:
    """Runners of one kind.

    Args:
        runners: how many at one time. least: the tier that each must reach. command: through which a runner elsewhere
            is spoken with; None starts them on this machine. declared: what the operator says of that machine.

    Raises:
        RunError: the tier is T0, in which nothing untrusted is ever run.
    """

    def __init__(
        self,
        *,
        runners: int = 1,
        least: Tier = Tier.T1,
        command: Sequence[str] | None = None,
        declared: Tier = Tier.T1,
    ) -> None:
        if least < Tier.T1:
            raise RunError("tier T0 isolates nothing, and agents are never run in it", "ask for T1 or higher")
        self.least = least
        self._one = threading.Lock()
        self._seats = [Seat(lambda: Client(command, declared=declared), least) for _ in range(max(1, runners))]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def isolation(self) -> Isolation:
        """Return what the runners achieve, as measured; the first one is started for it.

        Raises:
            SandboxError: it cannot be started, or reaches less than what is demanded.
        """
        return self._seats[0].runner().isolation()

    def take(self) -> Seat:
        """Return the seat with the fewest boxes, which has one more now."""
        with self._one:
            seat = min(self._seats, key=lambda each: each.boxes)
            seat.boxes += 1
            return seat

    def give_back(self, seat: Seat) -> None:
        """Take note that a box of this seat is gone."""
        with self._one:
            seat.boxes -= 1

    def close(self) -> None:
        """End all runners."""
        for seat in self._seats:
            seat.close()
