"""Processes that are kept running: forked, watched, begun again when they end, told to leave together.

They are forked and not started anew, so that no secret has to be handed over in an environment.
"""

import ctypes
import logging
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType

import msgspec

LOG = logging.getLogger("clearinghouse.process")

GRACE = 45.0
"""Seconds after which a process that was told to leave is killed: longer than what each takes for itself."""
_FIRST, _LONGEST = 1.0, 30.0
_STEADY = 60.0
_LOOK = 0.2
_PR_SET_PDEATHSIG = 1


class Role(msgspec.Struct):
    """A process that is to be there.

    Attributes:
        name: for the log. run: what it does; it returns its exit code. vital: when it ends, everything does.
    """

    name: str
    run: Callable[[], int]
    vital: bool = False
    pid: int = 0
    since: float = 0.0
    pause: float = 0.0
    due: float = 0.0


class Supervisor:
    """Keeps processes running until it is told to leave. It must be called where no thread runs but the main one."""

    def __init__(self, roles: list[Role], grace: float = GRACE) -> None:
        self._roles = roles
        self._grace = grace
        self._leaving = False

    def run(self) -> int:
        """Return the exit code: that of the vital process, or 0 when it was told to leave."""
        with self._signals():
            try:
                return self._watch()
            finally:
                self._end()

    def _watch(self) -> int:
        while not self._leaving:
            for role in self._roles:
                if not role.pid and role.due <= time.monotonic():
                    self._start(role)
            time.sleep(_LOOK)
            for role, code in self._ended():
                if role.vital:
                    return code
                self._again(role, code)
        return 0

    def _start(self, role: Role) -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        parent = os.getpid()
        role.since = time.monotonic()
        role.pid = os.fork()
        if role.pid == 0:
            os._exit(_child(role, parent))
        LOG.info("process started", extra={"fields": {"role": role.name, "pid": role.pid}})

    def _ended(self) -> Iterator[tuple[Role, int]]:
        for role in self._roles:
            if role.pid:
                pid, status = os.waitpid(role.pid, os.WNOHANG)
                if pid:
                    role.pid = 0
                    yield role, os.waitstatus_to_exitcode(status)

    def _again(self, role: Role, code: int) -> None:
        """Begin it again: at once if it ran for a while, else after a pause that doubles."""
        steady = time.monotonic() - role.since > _STEADY
        role.pause = 0.0 if steady else min(_LONGEST, role.pause * 2 or _FIRST)
        role.due = time.monotonic() + role.pause
        fields = {"role": role.name, "code": code, "again_in": role.pause}
        LOG.warning("process ended", extra={"fields": fields})

    def _end(self) -> None:
        for role in self._roles:
            if role.pid:
                _signal(role.pid, signal.SIGTERM)
        end = time.monotonic() + self._grace
        while any(role.pid for role in self._roles) and time.monotonic() < end:
            list(self._ended())
            time.sleep(0.05)
        for role in self._roles:
            if role.pid:
                _signal(role.pid, signal.SIGKILL)
                os.waitpid(role.pid, 0)
                role.pid = 0

    @contextmanager
    def _signals(self) -> Iterator[None]:
        def leave(_number: int, _frame: FrameType | None) -> None:
            self._leaving = True

        before = {number: signal.signal(number, leave) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def _child(role: Role, parent: int) -> int:
    """What a forked process does; it never returns to what its parent was doing."""
    try:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)
        _end_with(parent)
        return role.run()
    except SystemExit as error:
        return error.code if isinstance(error.code, int) else int(error.code is not None)
    except KeyboardInterrupt:
        return 130
    except BaseException:
        LOG.critical("process failed", exc_info=True, extra={"fields": {"role": role.name}})
        return 70
    finally:
        sys.stdout.flush()
        sys.stderr.flush()


def _end_with(parent: int) -> None:
    """Have the system tell this process to leave when its parent is gone, however that ended (Linux, prctl(2))."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
        if os.getppid() != parent:  # it was gone before
            os._exit(0)


def _signal(pid: int, number: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)
