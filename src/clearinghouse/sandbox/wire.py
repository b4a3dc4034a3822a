"""What passes between a dispatcher and its runner: frames of MessagePack, each typed, each of a bounded size.

Neither side believes the other: whatever comes is a value of the types below, or ends the connection. Where a frame
could not be read, nothing that follows may be: it would begin in the middle of what untrusted code wrote.
"""

import contextlib
import os
import struct
from typing import IO, Any, Literal

import msgspec

from clearinghouse.sandbox.contract import MIB, BoxError, Collected, Command, File, Limits, Outcome, RunnerLostError
from clearinghouse.sandbox.isolation import Isolation

LARGEST_QUESTION = 1024 * MIB
LARGEST_ANSWER = 256 * MIB
_LENGTH = struct.Struct(">Q")
_TEXT = frozenset(range(32, 127)) | frozenset(b"\t\n\r\x1b")
_LINE = 200
"""Bytes that are shown of what is no frame."""


class EndedError(RunnerLostError):
    """There is nobody at the other end any more."""


class Prepare(msgspec.Struct, frozen=True, tag="prepare"):
    """Asks for a box."""

    files: dict[str, File]
    limits: Limits
    over: str | None = None


class Run(msgspec.Struct, frozen=True, tag="run"):
    """Asks to run a command."""

    box: str
    command: Command


class Collect(msgspec.Struct, frozen=True, tag="collect"):
    """Asks for what stands at paths."""

    box: str
    paths: tuple[str, ...]
    most: int


class Destroy(msgspec.Struct, frozen=True, tag="destroy"):
    """Asks to remove a box."""

    box: str


class Check(msgspec.Struct, frozen=True, tag="check"):
    """Asks for the self-check; with ``again`` even where it was made before."""

    again: bool = False


Question = Prepare | Run | Collect | Destroy | Check


class Made(msgspec.Struct, frozen=True, tag="made"):
    """A box was made."""

    box: str


class Ran(msgspec.Struct, frozen=True, tag="ran"):
    """A command came to its end."""

    outcome: Outcome


class Found(msgspec.Struct, frozen=True, tag="found"):
    """What stood at paths."""

    collected: list[Collected]


class Done(msgspec.Struct, frozen=True, tag="done"):
    """It was done."""


class Checked(msgspec.Struct, frozen=True, tag="checked"):
    """What the self-check measured."""

    isolation: Isolation


class Refused(msgspec.Struct, frozen=True, tag="refused"):
    """It was not done, and why: the words of an error."""

    kind: Literal["box", "unavailable", "unsafe"]
    what: str
    remedy: str


Answer = Made | Ran | Found | Done | Checked | Refused


def send(to: IO[bytes], message: Question | Answer) -> None:
    """Write a frame.

    Raises:
        BoxError: it is larger than a frame may be, or has text that no character set knows. Nothing was written then.
        RunnerLostError: the other side is gone.
    """
    most = LARGEST_QUESTION if isinstance(message, Question) else LARGEST_ANSWER
    try:
        data = msgspec.msgpack.encode(message)
    except (UnicodeEncodeError, OverflowError, msgspec.MsgspecError) as error:
        raise BoxError(f"it cannot be sent: {error}", "write names and arguments in UTF-8") from None
    if len(data) > most:
        raise BoxError(f"that are {len(data)} bytes, of at most {most} at a time", "ask for less at a time") from None
    try:
        to.write(_LENGTH.pack(len(data)))
        to.write(data)
        to.flush()
    except (OSError, ValueError):
        raise _gone() from None


def receive(source: IO[bytes], kind: Any, most: int) -> Any:
    """Read a frame that holds one of the types of ``kind``; None where there will be no more.

    Raises:
        RunnerLostError: what comes is too large, ends too early, or is none of them.
    """
    head = _read(source, _LENGTH.size)
    if not head:
        return None
    if words := _text(head, source):
        remedy = "let nothing but the runner write there: no greeting of a shell or an account; run the command by hand"
        raise RunnerLostError(f"text came where messages should: {words!a}", remedy)
    if len(head) < _LENGTH.size:
        raise _gone()
    size = _LENGTH.unpack(head)[0]
    if size > most:
        raise RunnerLostError(f"a message of {size} bytes came, of at most {most}", "look at the runner's machine")
    data = _read(source, size)
    if len(data) < size:
        raise _gone()
    try:
        return msgspec.msgpack.decode(data, type=kind)
    # too deep, no UTF-8, and a list of more than there is memory for: the decoder has an error of its own for none
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, MemoryError):
        raise RunnerLostError("a message came that is none", "run the same version on both sides") from None


def _read(source: IO[bytes], size: int) -> bytes:
    try:
        return source.read(size) or b""
    except (OSError, ValueError):  # it was closed meanwhile
        raise _gone() from None


def _text(head: bytes, source: IO[bytes]) -> str:
    """Return the first line of what is text and no frame: the length of a frame begins with zeros. Else nothing."""
    if not head or not _TEXT.issuperset(head[:2]):
        return ""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        os.set_blocking(source.fileno(), False)  # whatever is there already; no more is read of it
        head += source.peek(_LINE)  # type: ignore[attr-defined]
    line, *_ = head[:_LINE].decode(errors="replace").strip().splitlines() or [""]
    return line


def _gone() -> EndedError:
    return EndedError("the runner is gone", "look at its log; what was asked of it can be asked again")
