"""The other end of a runner: a provider like others, whose boxes are in another process or on another machine."""

import contextlib
import shlex
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Self, TypeVar

import msgspec

from clearinghouse.sandbox import believed, launch, wire
from clearinghouse.sandbox.contract import (
    BoxError,
    Collected,
    Command,
    File,
    Limits,
    Outcome,
    RunnerLostError,
    UnavailableError,
    UnsafeError,
)
from clearinghouse.sandbox.heard import Heard, plain
from clearinghouse.sandbox.isolation import Isolation, Tier
from clearinghouse.sandbox.making import Setting

_ERRORS = {"box": BoxError, "unavailable": UnavailableError, "unsafe": UnsafeError}
_T = TypeVar("_T")
_Found = TypeVar("_Found")
_PATIENCE = 180.0
"""Seconds that a runner may take beyond those that a command may: who waits for ever is stopped by who is silent."""
_GIVEN_BACK = 10.0
"""Seconds of patience that an answer gives back: one that answers each question as late as it may soon may no more."""
_COMMAND = 240
"""Characters of a command that are shown: enough to know which one it is."""
_LAST = 0.5
"""Seconds in which what has closed its streams ends by itself."""


class NeverThereError(RunnerLostError):
    """It ended by itself before it answered anything."""


class Client:
    """Speaks with one runner, which it starts and ends. See :class:`~clearinghouse.sandbox.contract.Provider`.

    It believes the runner little: who broke out of a box speaks with its voice. Once a runner is silent for too long,
    is late again and again, answers what was not asked or cannot be (:mod:`clearinghouse.sandbox.believed`), or sends
    what is no answer or larger than that to this question can be, it is ended, and nothing more is read of it.

    Args:
        argv: the command that a runner speaks through; None starts one on this machine.
        setting: of a runner on this machine. declared: what the operator says of the runner's machine: ``T2`` for a
            virtual machine, ``T3`` for a machine of its own. It counts only where the kernel there is another one.
        patience: seconds for which answers may take longer than the commands that were asked for: all of them together,
            less some that each gives back.

    Raises:
        UnavailableError: it cannot be started.
    """

    def __init__(
        self,
        argv: Sequence[str] | None = None,
        *,
        setting: Setting | None = None,
        declared: Tier = Tier.T1,
        patience: float = _PATIENCE,
    ) -> None:
        if argv is None:
            started = launch.start(launch.command((setting or Setting()).text()))
        else:
            started = launch.start(list(argv), launch.reaching())
        self._where = "the runner on this machine" if argv is None else f"`{plain(shlex.join(argv))[:_COMMAND]}`"
        self._process: subprocess.Popen[bytes] | None = started
        self._heard = Heard(started.stderr) if started.stderr else None
        self._silent = False
        self._answered = False
        self._declared = declared
        self._patience = self._left = patience
        self._one = threading.Lock()
        self._isolation: Isolation | None = None
        self.name = "runner"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the runner, and everything that it runs."""
        process, self._process = self._process, None
        if process is None:
            return
        for stream in (process.stdin, process.stdout):
            if stream:
                with contextlib.suppress(OSError):
                    stream.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.5)
        launch.end(process)
        process.wait()
        if self._heard:
            self._heard.close()

    @property
    def is_alive(self) -> bool:
        """Whether the runner can be asked, as far as is known without asking it."""
        return self._process is not None and self._process.poll() is None

    def kill(self) -> None:
        """End the runner at once, from another thread for example: who waits for it gets a :class:`RunnerLostError`."""
        process = self._process
        if process:
            launch.end(process)

    def isolation(self, *, again: bool = False) -> Isolation:
        """Return what the runner's provider achieves, as measured there and seen from here.

        Raises:
            UnavailableError: it can run nothing. RunnerLostError: it is gone.
        """
        if self._isolation is None or again:
            found = self._checked(again=again)
            self._isolation = _seen_from_here(found, self._declared)
            self.name = found.provider
        return self._isolation

    def _checked(self, *, again: bool) -> Isolation:
        try:
            return self._ask(wire.Check(again=again), wire.Checked, lambda found: believed.isolation(found.isolation))
        except NeverThereError as error:
            raise UnavailableError(error.what, error.remedy) from None

    def prepare(self, files: Mapping[str, File], limits: Limits, *, over: str | None = None) -> str:
        """Make a box."""
        return self._ask(wire.Prepare(dict(files), limits, over), wire.Made, lambda made: believed.box(made.box))

    def run(self, box: str, command: Command) -> Outcome:
        """Run a command in a box to its end."""
        return self._ask(
            wire.Run(box, command),
            wire.Ran,
            lambda ran: believed.outcome(ran.outcome, command),
            command.limits.seconds,
        )

    def collect(self, box: str, paths: Sequence[str], most: int) -> list[Collected]:
        """Return what stands at paths of a box."""
        return self._ask(
            wire.Collect(box, tuple(paths), most),
            wire.Found,
            lambda found: believed.collected(found.collected, paths, most),
        )

    def destroy(self, box: str) -> None:
        """Remove a box."""
        self._ask(wire.Destroy(box), wire.Done, lambda done: None)

    def _ask(
        self, question: wire.Question, kind: type[_T], believe: Callable[[_T], _Found], seconds: float = 0.0
    ) -> _Found:
        """Return what can be believed of the answer to a question, which takes ``seconds`` by itself."""
        with self._one:
            try:
                answer = self._answer(question, seconds)
                found = believe(self._of_kind(answer, kind))
            except RunnerLostError as error:
                raise self._lost(error, seconds) from None
            self._answered = True
            return found

    def _answer(self, question: wire.Question, seconds: float) -> wire.Answer:
        process = self._process
        if process is None or process.stdin is None or process.stdout is None:
            raise RunnerLostError("the runner was ended", "start another one")
        clock = threading.Timer(min(seconds + self._left, threading.TIMEOUT_MAX), self._lose_patience, [process])
        clock.daemon = True
        begin = time.monotonic()
        clock.start()
        try:
            wire.send(process.stdin, question)
            answer: wire.Answer | None = wire.receive(process.stdout, wire.Answer, believed.largest(question))
        finally:
            clock.cancel()
        if answer is None:
            raise wire.EndedError("the runner is gone", "ask again")
        late = max(0.0, time.monotonic() - begin - seconds)
        self._left = min(self._patience, max(0.0, self._left - late) + _GIVEN_BACK)
        return answer

    def _lose_patience(self, process: subprocess.Popen[bytes]) -> None:
        self._silent = True
        launch.end(process)

    def _lost(self, error: RunnerLostError, seconds: float) -> RunnerLostError:
        """End what cannot be asked any more, and return why: what was seen of it, where, and what may help."""
        process = self._process
        if process is None:
            return error
        if isinstance(error, wire.EndedError):
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(_LAST)  # its streams close a moment before it ends
        code = process.poll()
        self._end()
        said = self._heard.words() if self._heard else ""
        said = f"; it said: {said}" if said else ""
        if self._silent:
            what = f"no answer came for {seconds + self._left:.0f} seconds from {self._where}, which was ended"
            return RunnerLostError(f"{what}{said}", "look whether its machine is there, goes on, and can be reached")
        if not isinstance(error, wire.EndedError):
            return RunnerLostError(f"{self._where}: {error.what}", error.remedy)
        if self._answered or code is None or code < 0:
            what = f"the runner is gone: {self._where} {_ended(code)}{said}"
            return RunnerLostError(what, "look at its machine and at the connection; what was asked can be asked again")
        what = f"no runner answers: {self._where} {_ended(code)}{said}"
        return NeverThereError(what, "run that command by hand, and see what it says; a runner waits in silence")

    def _of_kind(self, answer: wire.Answer, kind: type[_T]) -> _T:
        if isinstance(answer, wire.Refused):
            raise _ERRORS[answer.kind](plain(answer.what), plain(answer.remedy))
        if not isinstance(answer, kind):
            raise RunnerLostError("it answers what was not asked", "look at its machine; ask again")
        return answer

    def _end(self) -> None:
        """Never read of it again: what comes next may be what untrusted code wrote."""
        self.kill()
        self.close()


def _ended(code: int | None) -> str:
    """How what was started for a runner ended, in words."""
    if code is None:
        return "closed the connection"
    return f"was ended by signal {-code}" if code < 0 else f"ended with {code}"


def _seen_from_here(found: Isolation, declared: Tier) -> Isolation:
    """What can be believed of what a runner says of itself.

    Without a point that failed it is a sandbox at all; on another kernel than its runner's it is a virtual machine; no
    measurement makes it more. What an operator says of the runner's machine counts where its kernel is not the one of
    this process.
    """
    most = Tier.T0 if found.failed or not found.held else Tier.T1 if found.shared else Tier.T2
    found = msgspec.structs.replace(found, tier=min(found.tier, most))
    here = Path("/proc/sys/kernel/random/boot_id")
    other = bool(found.boot) and found.boot != (here.read_text().strip() if here.exists() else "")
    if declared <= found.tier or found.tier == Tier.T0:
        return found
    if not other:
        return msgspec.structs.replace(found, declared=f"{declared}, but it is this very kernel")
    return msgspec.structs.replace(found, tier=declared, declared=declared.value)
