"""A worker as a process of its own: less urgent than the web, and polite when it is told to leave."""

import faulthandler
import os
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

from django_tasks import default_task_backend

from clearinghouse.server.jobs.errors import LeaveError, QueueError
from clearinghouse.server.jobs.worker import Pace, Worker

NICE = 10
GRACE = 30.0
"""Seconds in which a job may end after SIGTERM or SIGINT; then it is given back and begins anew elsewhere."""
_STUCK = 10.0


def require_queues(names: Sequence[str]) -> None:
    """See that there are queues of these names.

    Raises:
        QueueError: there is not; a worker would wait for ever.
    """
    known = default_task_backend.queues
    unknown = [name for name in names if known and name not in known]
    if unknown:
        raise QueueError(f"there is no queue {unknown[0]!r}", f"there is {', '.join(sorted(known))}; or leave it out")


def run(
    queues: Sequence[str] = (),
    name: str = "",
    *,
    once: bool = False,
    most: int | None = None,
    grace: float = GRACE,
    pace: Pace = Pace(),  # noqa: B008 - frozen
) -> int:
    """Run a worker in the main thread of this process until a signal; return how many attempts it made.

    SIGTERM and SIGINT: it takes no further job and leaves when the one at hand has ended. If that does not happen
    within ``grace`` seconds, the job is interrupted where it is, its transaction undone, and given back without
    counting the attempt. If it cannot even be interrupted, the process ends 10 s later, and the lease ends by itself.
    SIGKILL is safe at any moment.

    Args:
        queues, name, once, most, pace: see :class:`.worker.Worker`. grace: seconds.
    """
    os.nice(NICE)
    worker = Worker(queues, name, once=once, most=most, pace=pace)
    with _signals(worker, grace):
        return worker.run()


@contextmanager
def _signals(worker: Worker, grace: float) -> Iterator[None]:
    def leave(_number: int, _frame: FrameType | None) -> None:
        if worker.leaving:
            return
        worker.leaving = True
        signal.setitimer(signal.ITIMER_REAL, max(grace, 0.001))
        # A thread below Python ends the process where Python itself does not get to run.
        faulthandler.dump_traceback_later(grace + _STUCK, exit=True, file=nowhere)

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        if worker.interruptible:
            worker.interruptible = False
            raise LeaveError

    handlers = {signal.SIGTERM: leave, signal.SIGINT: leave, signal.SIGALRM: interrupt}
    with open(os.devnull, "w") as nowhere:
        before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            faulthandler.cancel_dump_traceback_later()
            for number, handler in before.items():
                signal.signal(number, handler)
