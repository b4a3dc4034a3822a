"""The process that runs what is not trusted. It is sent boxes and commands as data, and sends back what came of them.

    clearinghouse sandbox serve        # becomes this, confined; see :mod:`clearinghouse.sandbox.launch`

It runs nothing before its provider has passed the self-check in this very process.
"""

import contextlib
import fcntl
import os
import select
import signal
import sys
from typing import IO

from clearinghouse.sandbox import wire
from clearinghouse.sandbox.attended import HUNG_UP
from clearinghouse.sandbox.check import check
from clearinghouse.sandbox.contract import BoxError, Provider, SandboxError, UnavailableError, UnsafeError
from clearinghouse.sandbox.isolation import Isolation, Tier, demand
from clearinghouse.sandbox.making import Setting, make
from clearinghouse.sandbox.wire import LARGEST_QUESTION


class Runner:
    """Answers questions with one provider."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._provider: Provider | None = None
        self._isolation: Isolation | None = None

    def answer(self, question: wire.Question) -> wire.Answer:
        """Return the answer to a question; errors of the sandbox are answers too."""
        try:
            return self._answer(question)
        except UnsafeError as error:
            return wire.Refused("unsafe", error.what, error.remedy)
        except BoxError as error:
            return wire.Refused("box", error.what, error.remedy)
        except SandboxError as error:
            return wire.Refused("unavailable", error.what, error.remedy)
        except OSError as error:
            words = error.strerror or type(error).__name__
            return wire.Refused("unavailable", f"the runner's machine fails: {words}", "look at the machine")

    def _answer(self, question: wire.Question) -> wire.Answer:
        if isinstance(question, wire.Check):
            return wire.Checked(self.isolation(again=question.again))
        provider = self._safe()
        match question:
            case wire.Prepare(files, limits, over):
                return wire.Made(provider.prepare(files, limits, over=over))
            case wire.Run(box, command):
                return wire.Ran(provider.run(box, command))
            case wire.Collect(box, paths, most):
                return wire.Found(provider.collect(box, paths, most))
            case wire.Destroy(box):
                provider.destroy(box)
                return wire.Done()

    def isolation(self, *, again: bool = False) -> Isolation:
        """Return what the provider achieves, from the self-check."""
        if self._provider is None:
            self._provider = make(self._setting)
        if self._isolation is None or again:
            groups = getattr(getattr(self._provider, "groups", None), "name", "sampling")
            self._isolation = check(self._provider, groups=groups, machine=self._setting.machine)
        return self._isolation

    def _safe(self) -> Provider:
        demand(self.isolation(), Tier.T1)
        if self._provider is None:
            raise UnavailableError("there is no provider", "name one")
        return self._provider


def serve(source: IO[bytes], to: IO[bytes], setting: Setting) -> None:
    """Answer questions until there are no more.

    Raises:
        RunnerLostError: what comes is no question, or nobody takes the answer.
    """
    runner = Runner(setting)
    while (question := wire.receive(source, wire.Question, LARGEST_QUESTION)) is not None:
        reply(to, runner.answer(question))


def reply(to: IO[bytes], answer: wire.Answer) -> None:
    """Send an answer, or that it is too large to be sent."""
    try:
        wire.send(to, answer)
    except BoxError as error:
        wire.send(to, wire.Refused("box", error.what, error.remedy))


def end_with(source: IO[bytes]) -> None:
    """End this process once nobody can ask it any more, even in the middle of a command.

    The kernel sends a signal when something happens at the other end of the pipe or socket (O_ASYNC of fcntl(2)). No
    thread waits for it, because who forks must have one only.
    """

    def look(*_: object) -> None:
        poll = select.poll()
        poll.register(source, HUNG_UP)
        if poll.poll(0):
            os._exit(1)

    signal.signal(signal.SIGIO, look)
    with contextlib.suppress(OSError):
        fcntl.fcntl(source, fcntl.F_SETOWN, os.getpid())
        fcntl.fcntl(source, fcntl.F_SETFL, fcntl.fcntl(source, fcntl.F_GETFL) | os.O_ASYNC)
    look()


def main(arguments: list[str]) -> None:
    """Serve over standard input and output, with the setting that the only argument is, as JSON."""
    # a function, because what is ignored stays so in every box, where programs may need it
    signal.signal(signal.SIGINT, lambda *_: None)
    end_with(sys.stdin.buffer)
    try:
        serve(sys.stdin.buffer, sys.stdout.buffer, Setting.read(arguments[0] if arguments else "{}"))
    except SandboxError as error:
        sys.exit(f"error: {error.what}\ntry: {error.remedy}")


if __name__ == "__main__":
    main(sys.argv[1:])
