"""What a runner answers, held against what it was asked: who broke out of a box speaks with its voice.

Types are checked where a frame is read. Here it is whether the values can be: no more bytes than were asked for, no
paths that were not, numbers that machines have, words of a bounded length without anything that controls a terminal.
An answer that cannot be is none, and nothing more is read of who gave it.
"""

import math
from collections.abc import Sequence

from msgspec.structs import replace

from clearinghouse.sandbox import wire
from clearinghouse.sandbox.contract import MIB, Collected, Command, End, Kind, Outcome, RunnerLostError
from clearinghouse.sandbox.heard import plain
from clearinghouse.sandbox.isolation import Held, Isolation

_SMALL = 64 << 10
"""Bytes of an answer beside the bytes that were asked for; an error fits."""
_OF_PATH = 4 << 10
_LONGEST_NAME = 200
_MOST_POINTS = 256
_MOST_LIMITS = 32
_MOST = 1 << 48
"""More than any number of bytes or seconds that machines have, and less than JSON cannot say exactly."""
_EXITS = range(256)
_SIGNALS = range(1, 128)


def largest(question: wire.Question) -> int:
    """Return the bytes that the answer to a question may have."""
    match question:
        case wire.Run(_, command):
            asked = 2 * command.limits.output
        case wire.Collect(_, paths, most):
            asked = len(paths) * (max(most, 0) + _OF_PATH)
        case wire.Check():
            asked = MIB
        case _:
            asked = 0
    return min(asked + _SMALL, wire.LARGEST_ANSWER)


def box(name: str) -> str:
    """Return the name of a box.

    Raises:
        RunnerLostError: it is none.
    """
    if not 0 < len(name) <= _LONGEST_NAME or not name.isprintable():
        raise _impossible("a box of a name that is none")
    return name


def outcome(found: Outcome, command: Command) -> Outcome:
    """Return what a command did.

    Raises:
        RunnerLostError: no command of these limits can have done that.
    """
    if max(len(found.stdout), len(found.stderr)) > command.limits.output:
        raise _impossible("more output than a command may write")
    numbers = (found.seconds, found.cpu, found.memory, found.refused or 0)
    if not all(math.isfinite(each) and 0 <= each <= _MOST for each in numbers):
        raise _impossible("a number that no machine has")
    if (found.code is not None and found.code not in _EXITS) or (found.end is End.EXITED and found.code is None):
        raise _impossible("an exit code that is none")
    if (found.signal is not None and found.signal not in _SIGNALS) or (
        found.end is End.SIGNALLED and found.signal is None
    ):
        raise _impossible("a signal that is none")
    return replace(found, words=plain(found.words))


def collected(found: list[Collected], paths: Sequence[str], most: int) -> list[Collected]:
    """Return what stood at paths.

    Raises:
        RunnerLostError: it is about other paths, or more than was asked for.
    """
    if [each.path for each in found] != list(paths):
        raise _impossible("paths that were not asked for")
    for each in found:
        if len(each.data) > (most if each.kind is Kind.FILE else 0) or not 0 <= each.size <= _MOST:
            raise _impossible("more of a file than was asked for")
    return found


def isolation(found: Isolation) -> Isolation:
    """Return what a self-check measured, with every word cut and plain.

    Raises:
        RunnerLostError: it has more points than a self-check has.
    """
    if len(found.held) > _MOST_POINTS or len(found.limits) > _MOST_LIMITS:
        raise _impossible("a self-check of more points than there are")
    return replace(
        found,
        provider=plain(found.provider),
        kernel=plain(found.kernel),
        boot=plain(found.boot),
        limits={plain(name): plain(how) for name, how in found.limits.items()},
        held=tuple(Held(plain(each.name), each.holds, plain(each.how)) for each in found.held),
        declared="",
    )


def _impossible(what: str) -> RunnerLostError:
    remedy = "look at the runner's machine: it may be broken into; and run the same version on both sides"
    return RunnerLostError(f"the runner answered what cannot be: {what}", remedy)
