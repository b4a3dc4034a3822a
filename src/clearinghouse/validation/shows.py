"""What counts as showing a flaw: the kinds that a recipe can name, and whether one run is such."""

import signal
from collections.abc import Sequence
from typing import Annotated, Literal, NamedTuple

import msgspec
from msgspec import Meta

from clearinghouse.formats.crash import parse
from clearinghouse.records import Crash
from clearinghouse.sandbox import Collected, End, Kind, Outcome

_Text = Annotated[str, Meta(min_length=1, max_length=4096)]
_Frames = Annotated[tuple[_Text, ...], Meta(max_length=8)]
_Path = Annotated[str, Meta(min_length=1, max_length=1024)]
NOT_RUN = frozenset({126, 127})
"""Exit codes by which shells say that a program cannot be executed, or was not found (POSIX.1-2017, XCU 2.8.2)."""
_CRASHES = {"SIGSEGV", "SIGABRT", "SIGBUS", "SIGFPE", "SIGILL", "SIGTRAP", "SIGSYS"}


class Output(msgspec.Struct, frozen=True, tag_field="by", tag="output", forbid_unknown_fields=True):
    """A text stands in what the command wrote. It is compared byte for byte, never as an expression.

    On standard error interpreters repeat the lines of a program that fell over, and so the text itself that it would
    have printed had it come so far: unless a recipe says otherwise, only what it wrote to standard output counts.
    """

    contains: _Text
    stream: Literal["stdout", "stderr", "both"] = "stdout"


class Exit(msgspec.Struct, frozen=True, tag_field="by", tag="exit", forbid_unknown_fields=True):
    """The command exits with this code. One above 128 is also what a shell makes of a signal; both count."""

    code: Annotated[int, Meta(ge=1, le=255)]


class Crashes(msgspec.Struct, frozen=True, tag_field="by", tag="crash", forbid_unknown_fields=True):
    """The program is ended by a signal, or writes a crash log. ``type`` and ``state`` are those of the log."""

    type: _Text | None = None
    state: _Frames = ()


class Sanitizer(msgspec.Struct, frozen=True, tag_field="by", tag="sanitizer", forbid_unknown_fields=True):
    """A sanitizer reports this kind of error. ``access`` begins READ or WRITE; ``state`` are its first frames."""

    type: _Text | None = None
    access: _Text | None = None
    state: _Frames = ()


class FileEffect(msgspec.Struct, frozen=True, tag_field="by", tag="file", forbid_unknown_fields=True):
    """A file is there afterwards, below ``/work`` or ``/tmp``, and holds a text. No link is followed."""

    path: _Path
    contains: _Text | None = None


class Growth(msgspec.Struct, frozen=True, tag_field="by", tag="growth", forbid_unknown_fields=True):
    """Processor time grows with the size, which stands for ``{size}`` in the command, by this exponent or more."""

    sizes: Annotated[tuple[Annotated[int, Meta(ge=1, le=1 << 40)], ...], Meta(min_length=3, max_length=12)]
    exponent: Annotated[float, Meta(ge=1.2, le=100)]


class Hang(msgspec.Struct, frozen=True, tag_field="by", tag="hang", forbid_unknown_fields=True):
    """The command does not end within its limit of time."""


class Exhaustion(msgspec.Struct, frozen=True, tag_field="by", tag="limit", forbid_unknown_fields=True):
    """The command uses more than it may of ``of``: it is ended for it, or refused one more process."""

    of: Literal["memory", "output", "processes"]


Shows = Output | Exit | Crashes | Sanitizer | FileEffect | Growth | Hang | Exhaustion


class Sight(NamedTuple):
    """What one run showed.

    Attributes:
        shown: whether it showed the flaw; None where the run could not tell.
        signature: what identifies what was shown; equal for runs that showed the same. Empty where nothing was.
        how: one line for a person.
    """

    shown: bool | None
    signature: str
    how: str


def path_of(shows: Shows) -> str | None:
    """Return the path that must be looked at after a run, if any."""
    if not isinstance(shows, FileEffect):
        return None
    return shows.path if shows.path.startswith("/") else f"/work/{shows.path}"


def exit_code(outcome: Outcome) -> int | None:
    """Return the exit code as a shell has it: 128 and the number of the signal, where one ended the command."""
    if outcome.end is End.SIGNALLED and outcome.signal is not None:
        return 128 + outcome.signal
    return outcome.code if outcome.end is End.EXITED else None


def sight(shows: Shows, outcome: Outcome, collected: Sequence[Collected] = ()) -> Sight:
    """Say whether one run shows the flaw. Growth is judged over several runs: :mod:`clearinghouse.validation.growth`.

    A limit that ended the command says nothing of the flaw, unless the limit is the flaw or it was seen before that.
    """
    found = _seen(shows, outcome, collected)
    why = "" if found.shown else untold(outcome)
    return Sight(None, "", why) if why else found


def untold(outcome: Outcome) -> str:
    """Return why a run tells nothing of a flaw that it did not show; an empty text where it does tell."""
    if outcome.end in {End.NOT_FOUND, End.NOT_STARTED}:
        return outcome.words or "the command could not be started"
    if outcome.end is End.EXITED and outcome.code in NOT_RUN:
        return f"exit code {outcome.code}: a program was not found or cannot be executed"
    return "" if outcome.end in {End.EXITED, End.SIGNALLED} else f"ended at its limit of {outcome.end}"


def _seen(shows: Shows, outcome: Outcome, collected: Sequence[Collected]) -> Sight:
    match shows:
        case Output():
            return _output(shows, outcome)
        case Exit(code):
            shown = code == exit_code(outcome)
            return Sight(shown, f"exit {code}" if shown else "", _ended(outcome))
        case Crashes():
            return _crash(shows, outcome)
        case Sanitizer():
            return _sanitizer(shows, outcome)
        case FileEffect():
            return _file(shows, collected)
        case Hang():
            shown = outcome.end in {End.TIME, End.CPU}
            return Sight(shown, "hang" if shown else "", _ended(outcome))
        case Exhaustion(of):
            return _exhaustion(of, outcome)
    return Sight(None, "", "growth is judged over several sizes")


def _exhaustion(of: str, outcome: Outcome) -> Sight:
    """Whether a limit was met; where refused processes are not counted, what ended by itself may have met it."""
    if outcome.end == of or (of == "processes" and outcome.refused):
        return Sight(True, f"limit of {of}", _ended(outcome))
    if of == "processes" and outcome.refused is None:
        return Sight(None, "", f"{_ended(outcome)}; processes that are refused are not counted on this machine")
    return Sight(False, "", _ended(outcome))


def _output(shows: Output, outcome: Outcome) -> Sight:
    streams = {"stdout": outcome.stdout, "stderr": outcome.stderr}
    word = shows.contains.encode()
    for name, data in streams.items():
        if shows.stream in {name, "both"} and word in data:
            return Sight(True, f"output {shows.contains[:80]!r}", f"{shows.contains[:80]!r} in {name}")
    return Sight(False, "", f"{shows.contains[:80]!r} was not written; {_ended(outcome)}")


def _file(shows: FileEffect, collected: Sequence[Collected]) -> Sight:
    """Whether the file is there with its text. A text that is not in the part that was read may stand behind it."""
    found = next((each for each in collected if each.path == path_of(shows)), None)
    if found is None:
        return Sight(None, "", f"nothing was said of {path_of(shows)}")
    if found.kind is not Kind.FILE:
        return Sight(False, "", f"{found.path}: {found.kind}")
    if shows.contains is None or shows.contains.encode() in found.data:
        return Sight(True, f"file {found.path}", f"{found.path}, {found.size} bytes")
    if found.cut:
        why = f"{found.path} does not hold the text in its first {len(found.data)} bytes, of {found.size}"
        return Sight(None, "", f"{why}; the others were not read")
    return Sight(False, "", f"{found.path} does not hold the text")


def _crash(shows: Crashes, outcome: Outcome) -> Sight:
    name = _signal(outcome)
    log = _log(outcome)
    wanted = shows.type is not None or bool(shows.state)
    if wanted:
        if log and _agrees(log, shows.type, None, shows.state):
            return Sight(True, _signature(log), _line(log))
        if name and shows.type == name and not shows.state:
            return Sight(True, f"signal {name}", f"ended by {name}")
        return Sight(False, _signature(log) if log else "", _line(log) if log else _ended(outcome))
    if log and log.tool.endswith("Sanitizer"):
        return Sight(True, _signature(log), _line(log))
    if name in _CRASHES:
        return Sight(True, f"signal {name}", f"ended by {name}")
    return Sight(False, "", _ended(outcome))


def _sanitizer(shows: Sanitizer, outcome: Outcome) -> Sight:
    log = _log(outcome)
    if log is None or not log.tool.endswith("Sanitizer"):
        return Sight(False, "", f"no report of a sanitizer; {_ended(outcome)}")
    if not _agrees(log, shows.type, shows.access, shows.state):
        return Sight(False, _signature(log), f"another report: {_line(log)}")
    return Sight(True, _signature(log), _line(log))


def _agrees(log: Crash, kind: str | None, access: str | None, state: Sequence[str]) -> bool:
    """Whether a log is of a kind, an access and has these frames at the top of its state."""
    if kind is not None and log.type.lower() != kind.lower():
        return False
    if access is not None and not (log.access or "").upper().startswith(access.upper()):
        return False
    return all(wanted in found for wanted, found in zip(state, (*log.state, *[""] * len(state)), strict=False))


def _log(outcome: Outcome) -> Crash | None:
    """The crash log in what a command wrote."""
    text = outcome.stderr.decode(errors="replace") + "\n" + outcome.stdout.decode(errors="replace")
    return parse(text)


def _signature(log: Crash) -> str:
    access = f" {log.access}" if log.access else ""
    state = " < ".join(log.state)
    return f"{log.type}{access}: {state}" if state else f"{log.type}{access}"


def _line(log: Crash) -> str:
    return f"{log.tool}: {_signature(log)}"


def _signal(outcome: Outcome) -> str:
    """The name of the signal that ended a command, or an empty text."""
    if outcome.signal is None:
        return ""
    try:
        return signal.Signals(outcome.signal).name
    except ValueError:
        return f"signal {outcome.signal}"


def _ended(outcome: Outcome) -> str:
    """How a command ended, in words."""
    if outcome.end is End.EXITED:
        return f"exit code {outcome.code}"
    return f"ended by {_signal(outcome)}" if outcome.end is End.SIGNALLED else f"ended at its limit of {outcome.end}"
