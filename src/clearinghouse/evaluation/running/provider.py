"""Our sandbox as one of inspect_ai's: an agent's commands run in a box of :mod:`clearinghouse.sandbox`.

What differs from a container, and what an agent is told: files stay between commands, processes do not, since a box
ends everything that a command left; there is one user; the network is empty. So agents get ``bash`` and ``python`` and
no session that would outlive a command.

Files are read and written by commands in the box, so that a link which an agent made leads nowhere but into the box.
Source of the contract: inspect_ai 0.3.285, ``SandboxEnvironment``, and its list of checks, ``self_check``.
"""

import errno
import signal
from functools import partial
from typing import Any, Literal, overload

from anyio import to_thread
from inspect_ai.util import (
    ExecResult,
    OutputLimitExceededError,
    SandboxEnvironment,
    SandboxEnvironmentConfigType,
    SandboxEnvironmentLimits,
    SandboxUnavailableError,
    SandboxUserUnsupportedError,
    sample_limits,
    sandboxenv,
)
from pydantic import BaseModel

from clearinghouse.evaluation.running import session
from clearinghouse.evaluation.running.bench import Bench, Seat
from clearinghouse.evaluation.running.benches import BoxConfig, bench_of, config_of, let_go
from clearinghouse.evaluation.running.box import Box
from clearinghouse.sandbox import BoxError, End, Limits, Outcome, SandboxError
from clearinghouse.sandbox.contract import MIB

NAME = "clearinghouse"
"""By which inspect_ai knows it: ``sandbox="clearinghouse"``."""
USERS = frozenset({"sandbox", "65534"})
"""The one user that there is in a box, by its name and its number."""
_MOST_BOXES = 32
_SECONDS = 180.0
"""Of a command that was given no time of its own."""
_FILES = 60.0
"""Seconds in which a file is read or written."""
_MISSING, _FORBIDDEN, _FOLDER, _SPECIAL = 92, 93, 94, 95
_READ = f"""
[ -d "$1" ] && exit {_FOLDER}
[ -e "$1" ] || exit {_MISSING}
[ -r "$1" ] || exit {_FORBIDDEN}
[ -f "$1" ] || exit {_SPECIAL}
exec head -c "$2" -- "$1"
"""
_WRITE = f"""
[ -d "$1" ] && exit {_FOLDER}
[ -e "$1" ] && {{ [ -f "$1" ] || exit {_SPECIAL}; [ -w "$1" ] || exit {_FORBIDDEN}; }}
case "$1" in /*) at="$1";; *) at="./$1";; esac
mkdir -p -- "${{at%/*}}" && cat > "$at"
"""
_ENDED = {
    End.CPU: (152, "it used up its processor time"),
    End.MEMORY: (137, "it used up its memory"),
    End.PROCESSES: (137, "it started too many processes"),
}
"""Limits that end a command as a signal would: the exit code that a shell would tell, and words for the agent."""


@sandboxenv(name=NAME)
class BoxEnvironment(SandboxEnvironment):
    """One box. See inspect_ai's ``SandboxEnvironment`` for what each function promises.

    Attributes:
        box: where commands run.
    """

    def __init__(self, box: Box) -> None:
        super().__init__()
        self.box = box

    async def exec(
        self,
        cmd: list[str],
        input: str | bytes | None = None,
        cwd: str | None = None,
        env: dict[str, str] | None = None,
        user: str | None = None,
        timeout: int | None = None,
        timeout_retry: bool = True,
        concurrency: bool = True,
    ) -> ExecResult[str]:
        """Run a command to its end; one that ran out of time is not tried again, since it may have changed files."""
        if user is not None and user not in USERS:
            raise SandboxUserUnsupportedError(f"a box has one user, sandbox; {user!r} is another one")
        at = _absolute(cwd)
        seconds = float(timeout) if timeout else self.box.limits.seconds
        data = input.encode(errors="replace") if isinstance(input, str) else input or b""
        most = min(self.box.limits.output, SandboxEnvironmentLimits.MAX_EXEC_OUTPUT_SIZE)
        found = await self._run(cmd, data, at, env or {}, seconds, most, hosts=True)
        match found.end:
            case End.EXITED:
                return _result(found, found.code or 0)
            case End.SIGNALLED:
                return _result(found, 128 + (found.signal or 0))
            case End.TIME:
                raise TimeoutError(f"the command took more than {seconds:g} seconds, and was ended")
            case End.OUTPUT:
                cut = (found.stdout or found.stderr).decode(errors="replace")
                raise OutputLimitExceededError(f"{most:,} bytes", cut)
            case End.NOT_FOUND:
                return await self._not_found(cmd[0], at, found)
            case End.NOT_STARTED:
                return await self._not_started(at, found)
        code, words = _ENDED[found.end]
        return _result(found, code, words)

    async def write_file(self, file: str, contents: str | bytes) -> None:
        """Write a file, and the folders above it."""
        data = contents.encode() if isinstance(contents, str) else contents
        found = await self._run(["/bin/sh", "-c", _WRITE, "sh", file], data, "/work", {}, _FILES, 4096)
        if found.end is End.TIME:
            raise TimeoutError(f"{file} was not written within {_FILES:g} seconds")
        said = found.stderr.decode(errors="replace")
        if found.code == _FOLDER:
            raise IsADirectoryError(errno.EISDIR, "is a directory", file)
        if "No space left" in said or found.signal == signal.SIGXFSZ:
            raise OSError(errno.ENOSPC, "there is no room for it in the box", file)
        if found.end is not End.EXITED or found.code != 0:
            raise PermissionError(errno.EACCES, "may not be written", file)

    @overload
    async def read_file(self, file: str, text: Literal[True] = True) -> str: ...

    @overload
    async def read_file(self, file: str, text: Literal[False]) -> bytes: ...

    async def read_file(self, file: str, text: bool = True) -> str | bytes:
        """Read a file, with a bound on its size."""
        most = SandboxEnvironmentLimits.MAX_READ_FILE_SIZE
        command = ["/bin/sh", "-c", _READ, "sh", _named(file), str(most + 1)]
        found = await self._run(command, b"", "/work", {}, _FILES, most + 2)
        if found.end is End.TIME:
            raise TimeoutError(f"{file} was not read within {_FILES:g} seconds")
        if found.code == _FOLDER:
            raise IsADirectoryError(errno.EISDIR, "is a directory", file)
        if found.code == _MISSING:
            raise FileNotFoundError(errno.ENOENT, "is not there", file)
        if found.end is not End.EXITED or found.code != 0:
            raise PermissionError(errno.EACCES, "may not be read", file)
        if len(found.stdout) > most:
            raise OutputLimitExceededError(SandboxEnvironmentLimits.MAX_READ_FILE_SIZE_STR, None)
        return found.stdout.decode() if text else found.stdout

    @classmethod
    def default_concurrency(cls) -> int | None:
        """Boxes at one time: more than there are processors, since agents wait for models most of the time."""
        return _MOST_BOXES

    @classmethod
    def config_deserialize(cls, config: dict[str, Any]) -> BaseModel:
        """Return the configuration that a log holds."""
        return BoxConfig(**config)

    @classmethod
    async def task_init(cls, task_name: str, config: SandboxEnvironmentConfigType | None) -> None:
        """See that there is a bench whose runners reach the tier, before any attempt begins."""
        bench = bench_of(config)
        await to_thread.run_sync(bench.isolation)

    @classmethod
    async def task_cleanup(
        cls,
        task_name: str,
        config: SandboxEnvironmentConfigType | None,
        cleanup: bool,
    ) -> None:
        """End the runners of a bench that is not a session's."""
        if session.current() is None:
            await to_thread.run_sync(let_go, config)

    @classmethod
    async def sample_init(
        cls, task_name: str, config: SandboxEnvironmentConfigType | None, metadata: dict[str, str]
    ) -> dict[str, SandboxEnvironment]:
        """Make a box: the place of the task that the attempt is at, or an empty one."""
        bench = bench_of(config)
        seat = bench.take()
        try:
            return {"default": await to_thread.run_sync(partial(_made, bench, seat, config_of(config), metadata))}
        except BaseException:
            bench.give_back(seat)
            raise

    @classmethod
    async def sample_cleanup(
        cls,
        task_name: str,
        config: SandboxEnvironmentConfigType | None,
        environments: dict[str, SandboxEnvironment],
        interrupted: bool,
    ) -> None:
        """Remove boxes, and what is in them."""
        for environment in environments.values():
            await to_thread.run_sync(environment.as_type(BoxEnvironment).box.leave)

    async def _run(
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
        """Run a command; what no program can be given is the command's failure, and no runner is the sandbox's."""
        if (left := _left()) is not None:
            self.box.ends_after(left)
        try:
            return await self.box.run(argv, data, at, variables, seconds, output, hosts=hosts)
        except BoxError as error:
            if "no such box" in error.what:
                raise SandboxUnavailableError(error.what) from None
            return Outcome(end=End.EXITED, code=126, stderr=f"{error.what}\n".encode())
        except SandboxError as error:
            raise SandboxUnavailableError(error.what) from None

    async def _not_found(self, program: str, at: str, found: Outcome) -> ExecResult[str]:
        if "/" in program:
            there = await self._run(["/bin/sh", "-c", '[ -e "$1" ]', "sh", program], b"", at, {}, _FILES, 4096)
            if there.code == 0:
                raise PermissionError(errno.EACCES, "may not be executed", program)
        return _result(found, 127, f"{program}: not found")

    async def _not_started(self, at: str, found: Outcome) -> ExecResult[str]:
        there = await self._run(["/bin/sh", "-c", 'cd "$1"', "sh", at], b"", "/", {}, _FILES, 4096)
        if there.end is End.EXITED and there.code != 0:
            return _result(found, 1, f"{at}: no folder to begin in")
        if self.box.hosts and found.words.startswith("the host "):
            return _result(found, 1, found.words)  # what an agent did to a host before is what it finds there now
        raise SandboxUnavailableError(found.words or "the box could not be set up")


def _made(bench: Bench, seat: Seat, config: BoxConfig, metadata: dict[str, str]) -> SandboxEnvironment:
    running = session.current()
    most = SandboxEnvironmentLimits.MAX_EXEC_OUTPUT_SIZE
    limits = Limits(seconds=_SECONDS, cpu=_SECONDS, disk=config.disk * MIB, memory=config.memory * MIB, output=most)
    box = Box(bench, seat, seat.runner(), limits)
    task = running.task_of(metadata) if running else None
    try:
        box.enter(task, running.digests[task.id] if running and task else "")
    except BaseException:
        box.abandon()
        raise
    return BoxEnvironment(box)


def _left() -> float | None:
    """Seconds that the attempt at hand may still work; None where it has no limit, or is not an attempt."""
    try:
        return sample_limits().working.remaining
    except RuntimeError:  # nothing is being tried: a box by itself
        return None


def _absolute(cwd: str | None) -> str:
    return "/work" if cwd is None else cwd if cwd.startswith("/") else f"/work/{cwd}"


def _named(file: str) -> str:
    """A path that no test of the shell takes for an option."""
    return file if file.startswith("/") else f"./{file}"


def _result(found: Outcome, code: int, words: str = "") -> ExecResult[str]:
    said = found.stderr.decode(errors="replace")
    said = f"{said}{words}\n" if words else said
    return ExecResult(code == 0, code, found.stdout.decode(errors="replace"), said)
