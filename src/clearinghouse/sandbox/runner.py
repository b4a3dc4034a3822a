"""The process that runs what is not trusted. It is sent boxes and commands as data, and sends back what came of them.

    clearinghouse sandbox serve        # becomes this, confined; see :mod:`clearinghouse.sandbox.launch`

It runs nothing before its provider has passed the self-check in this very process.
"""

import signal
import sys
from typing import IO

from clearinghouse.sandbox import wire
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
    """Answer questions until there are no more."""
    runner = Runner(setting)
    while (question := wire.receive(source, wire.Question, LARGEST_QUESTION)) is not None:
        wire.send(to, runner.answer(question))


def main(arguments: list[str]) -> None:
    """Serve over standard input and output, with the setting that the only argument is, as JSON."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    serve(sys.stdin.buffer, sys.stdout.buffer, Setting.read(arguments[0] if arguments else "{}"))


if __name__ == "__main__":
    main(sys.argv[1:])
