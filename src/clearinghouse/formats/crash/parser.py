"""Reads a crash log in one pass: finds the lines that matter, and takes the stacks between them."""

import re
from hashlib import blake2b

from clearinghouse.formats.crash import checks, facts, fuzzers, runtimes, sanitizers, stacks, systems
from clearinghouse.formats.crash.events import Scanner
from clearinghouse.formats.crash.families import FAMILIES
from clearinghouse.formats.crash.reading import Collect, Reading, clean_target
from clearinghouse.formats.crash.security import DEFAULT, Evidence, Settings, is_security
from clearinghouse.formats.crash.stacks import MAX_FRAME, Code
from clearinghouse.formats.text import clean_line
from clearinghouse.records import Crash, Frame

MAX_LOG = 64 << 20
"""Longest log read, in characters. Of a longer one the end is read, for the last crash counts."""

WINDOW = 1 << 13
"""Frames are looked for in windows of so many characters."""

SCANNER = Scanner(sanitizers.WORDS, fuzzers.WORDS, checks.WORDS, runtimes.WORDS, systems.WORDS, facts.WORDS)
"""All words of all families."""
_FACTS = frozenset(facts.WORDS.values())

_SPACES = "\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f"
_RUST_HASH = re.compile(r"::h[0-9a-f]{5,16}$")


def read_log(text: str, target: str | None = None) -> Reading:
    """Read ``text`` to its end and return what is known of its last crash."""
    text = _prepared(text)
    reading = Reading(clean_target(target) if target else None)
    done = 0  # what stands before has been read
    scan = SCANNER.scan(text)
    while not reading.finished and (met := scan.line()):
        handler, line = met
        if handler in _FACTS:
            handler(reading, line)
            continue
        if reading.collect and line.start > done:
            _collect(reading, text, done, line.start)
        if handler(reading, line):
            done = line.end
            scan.leave()
        else:
            done = max(done, line.start - 1)
        if reading.type and not reading.announced:
            reading.announced = line.content
    if reading.collect and not reading.finished:
        _collect(reading, text, done, len(text))
    reading.settle()
    if reading.type == "Heap-use-after-free":
        reading.protected = "MiraclePtr Status: PROTECTED" in text
    if reading.traceback is not None and reading.exception is None:
        reading.exception = runtimes.python_class(text, reading.traceback)
    return reading


def shows_crash(text: str) -> bool:
    """Whether a log shows a crash: it is read as far as the first."""
    reading = Reading(None)
    scan = SCANNER.scan(_prepared(text))
    while not reading.type and (met := scan.line()):
        handler, line = met
        if handler(reading, line):
            scan.leave()
    return bool(reading.type)


def _prepared(text: str) -> str:
    if len(text) > MAX_LOG:
        text = text[-MAX_LOG:]
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.isascii():  # logs that went through a web page have its spaces
        for space in _SPACES:
            text = text.replace(space, " ")
    if not text.startswith("\n"):
        text = f"\n{text}"
    if "CRASH LOG: " in text:  # Centipede's prefix to what its target printed
        text = text.replace("\nCRASH LOG: ", "\n")
    return text


def _collect(reading: Reading, text: str, start: int, end: int) -> None:
    """Take the frames that stand between two places; stop where a whole stack is followed by none for long."""
    family = FAMILIES.get(reading.family)
    if family is None:
        return
    position = start if text.startswith("\n", start) else max(start - 1, 0)
    while position < end and reading.collect:
        border = _window(text, position, end)
        if not reading.take(family.frames(text, position, border)) and reading.complete():
            reading.collect = Collect.NOTHING
        position = border - 1 if border < end else end


def _window(text: str, start: int, end: int) -> int:
    """Where a window of about :data:`WINDOW` characters ends: behind a line that the next does not continue."""
    at = start + WINDOW
    while at < end:
        at = text.find("\n", at, end)
        if at < 0:
            return end
        if text[at + 1 : at + 2] not in {" ", "\t"}:
            return at + 1
        at += 1
    return end


def signature(type_: str, state: tuple[str, ...]) -> str | None:
    """Return 16 hexadecimal digits over type and state, or None when the state does not identify.

    The hash that Rust's compiler adds to a symbol changes with each build and is left out.
    """
    if not state:
        return None
    stable = [_RUST_HASH.sub("", line) if "::h" in line else line for line in state]
    return blake2b("\n".join((type_, *stable)).encode("utf-8", "replace"), digest_size=8).hexdigest()


def parse(text: str, *, target: str | None = None, settings: Settings = DEFAULT) -> Crash | None:
    """Return the crash that a log shows, or None when it shows none.

    Args:
        text: the log. Lines longer than 1 MiB are not looked at; of more than 64 MiB, the end is read.
        target: the fuzz target or process, when the caller knows it; otherwise taken from the log if it says so.
        settings: what a project decides for itself about security and limits.
    """
    reading = read_log(text, target)
    if not reading.type or (reading.type in {"Timeout", "Out-of-memory"} and not settings.limits):
        return None
    type_ = clean_line(reading.type)
    state = reading.state()
    return Crash(
        tool=clean_line(reading.tool),
        type=type_,
        access=reading.access,
        size=reading.size,
        address=_line(reading.address),
        state=state,
        frames=tuple(reading.frames),
        security=is_security(_evidence(reading, type_), settings),
        weak=_is_weak(state, reading.frames),
        target=reading.target,
        signature=signature(type_, state),
        summary=_line(_summary(reading)),
        signal=_line(reading.signal),
        exception=reading.exception,
        place=reading.place,
        symbolised=reading.symbolised(),
        offsets=_offsets(reading.codes, len(reading.frames)),
        build_ids=tuple({code.binary: code.build_id for code in reading.codes.values() if code.build_id}.items()),
        input=_line(reading.facts.get(facts.INPUT)),
        command=_line(reading.facts.get(facts.COMMAND)),
        process=_line(reading.facts.get(facts.PROCESS)),
        tool_version=_line(reading.facts.get(facts.KERNEL_VERSION if reading.family == "kernel" else reading.tool)),
    )


def _evidence(reading: Reading, type_: str) -> Evidence:
    return Evidence(
        type=type_,
        address=reading.address,
        protected=reading.protected,
        marked=reading.marked,
        pc_zero=reading.pc_zero,
    )


def _summary(reading: Reading) -> str:
    """The tool's own summary; that of another tool, which saw only how the process ended, sums up less than a line."""
    summary = reading.facts.get(facts.SUMMARY, "")
    return summary if summary.startswith(f"{reading.tool}: ") else reading.announced


def _line(text: str | None) -> str | None:
    return clean_line(text, MAX_FRAME) if text else None


def _is_weak(state: tuple[str, ...], frames: list[Frame]) -> bool:
    """Whether most of the state lies in fuzzing or harness code."""
    harness = "\n".join([frame.function for frame in frames if frame.file and stacks.is_harness(frame.file)])
    return bool(harness) and sum(line in harness for line in state) * 2 > len(state)


def _offsets(codes: dict[int, Code], frames: int) -> tuple[str, ...]:
    """Where in binaries the code of each frame lies; nothing when it is known of none."""
    known = {at: f"{code.binary}+{code.offset}" for at, code in codes.items() if code.offset}
    return tuple(known.get(at, "") for at in range(frames)) if known else ()
