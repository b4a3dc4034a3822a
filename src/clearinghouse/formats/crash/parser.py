"""Reads a crash log in one pass: finds the lines that matter, and takes the stacks between them."""

import re
from collections.abc import Callable
from hashlib import blake2b

from clearinghouse.formats.crash import checks, fuzzers, runtimes, sanitizers, stacks, systems
from clearinghouse.formats.crash.events import Scanner, line_at
from clearinghouse.formats.crash.reading import Collect, Reading, clean_target
from clearinghouse.formats.crash.security import DEFAULT, Evidence, Settings, is_security
from clearinghouse.formats.crash.stacks import MAX_FRAME, Parsed
from clearinghouse.formats.text import clean_line
from clearinghouse.records import Crash, Frame

MAX_LOG = 64 << 20
"""Longest log read, in characters. Of a longer one the end is read, for the last crash counts."""

WINDOW = 1 << 13
"""Frames are looked for in windows of so many characters."""

_SCANNER = Scanner(
    sanitizers.WORDS, fuzzers.WORDS, checks.WORDS, runtimes.WORDS, systems.WORDS, {"SUMMARY: ": lambda *_: True}
)

_SPACES = re.compile("[\u00a0\u2000-\u200a\u202f]")
# Runs of spaces are possessive (``++``): giving them back could only cost time, never find a frame.
_NUMBERED = (
    r"\n[ \t]*+#\d{1,4}[ \t]++(?:(?:0x)?[0-9a-fA-F]{1,16}+(?:[ \t]++in)?+(?=[ \t\n])[ \t]*+"
    r"|(?=pc [0-9a-f])|(?=[^\n(]{1,500} \())([^\n]*)"
)
_MAC = r"\n[ \t]*+\d{1,3}[ \t]++[^\s#:][^\n]{0,80}?[ \t]{1,40}+0x[0-9a-fA-F]{8,16}[ \t]++([^\n]+?)(?: \+ \d+)?(?=\n)"
_NATIVE = re.compile(f"{_NUMBERED}|{_MAC}")
_CHECK = re.compile(
    f"{_NUMBERED}|{_MAC}"
    r"|\n[ \t]*+@[ \t]++0x[0-9a-fA-F]{4,16}[ \t]++([^\n]+)"  # glog
    r"|\n[ \t]*+(?:/[^\n(]{1,1000}\(([^\n+][^\n]{0,4000}?)\+0x[0-9a-fA-F]+\)(?= \[0x)"  # backtrace_symbols
    r"|([A-Za-z_~`<][^\n\[]{0,2000}?(?:\[\][^\n\[]{0,500})?) \[0x[0-9A-Fa-f]+(?:\+\d+)?\](?: \(([^\n]{1,1000})\))?)"
)
_KERNEL = re.compile(
    r"\n(?:<\d>)?(?:\[ *+\d+\.\d+\](?:\[[^\]\n]{1,16}\])?)?[ \t]*+"
    r"(?:#\d{1,4}[ \t]++0x[0-9a-fA-F]{1,16}[ \t]++in[ \t]++([^\n]*)"
    r"|(?:RIP: 0010:(?=\[<)|RIP[: ]++(?=\[<))?(?:\[<[0-9a-fA-F]{4,16}>\][ \t]*+){1,2}"
    r"\(?([A-Za-z_][\w.]*)\+0x[0-9a-fA-F]+/0x[0-9a-fA-F]+\)?([^\n]*)"
    r"|([A-Za-z_][\w.]*)\+0x[0-9a-fA-F]+/0x[0-9a-fA-F]+([^\n]*))"
)
_MANAGED = re.compile(r"\n[ \t]++at (?:([^\n(]{0,500}?) ?\(([^\n()]{0,500})\)|(\S{1,500}))(?: in ([^\n]{1,500}))?")
_PYTHON = re.compile(r"\n[ \t]*+File \"([^\"\n]{1,500})\", line (\d+), in ([^\n]{1,300})")
_GO = re.compile(
    r"\n([^\s()][^\n(]{0,500}(?:\(\*[^\n()]{1,200}\)[^\n(]{0,300})?)\([^\n]*\)\n[ \t]++([^\n:]{1,500}):(\d{1,9})"
    r"|\n(created by )"
)
_RUST = re.compile(
    r"\n[ \t]*+\d{1,4}:[ \t]++(?:0x[0-9a-f]+ - )?([^\n]{1,1000})(?:\n[ \t]++at ([^\n:]{1,500}):(\d{1,9}))?|" + _NUMBERED
)
_CDB = re.compile(
    r"\n(?:[0-9a-fA-F]{2} )?[0-9a-fA-F`]{8,17} [0-9a-fA-F`]{8,17}(?: :)?(?: [0-9a-fA-F`]{8,17}){0,4}(?: :)? "
    r"([\w.+-]{1,100}![^\n]{1,1000})"
)
_JVM = re.compile(r"\n(?:# )?[VCJjv] ++\[([^\]\n+]{1,300})\+0x[0-9a-f]+\](?: ++([^\n+]{1,500})\+0x)?")


def _native(found: re.Match[str]) -> Parsed:
    rest = found[1] if found[1] is not None else found[2]
    if rest.startswith("pc ") and (tombstone := re.match(r"pc [0-9a-f]{4,16} +(.*)", rest)):
        return stacks.tombstone(tombstone[1])
    return stacks.native(rest)


def _check(found: re.Match[str]) -> Parsed:
    _, _, glog, symbols, function, place = found.groups()
    if function:
        if "+0x" in function:  # the end of a line that was broken in two
            return stacks.NOTHING
        return stacks.native(f"{function} {place}" if place else function)
    return stacks.native(glog or symbols) if glog or symbols else _native(found)


def _kernel(found: re.Match[str]) -> Parsed:
    if found[1] is not None:
        return stacks.native(found[1])
    return stacks.kernel(found[2], found[3]) if found[2] else stacks.kernel(found[4], found[5])


def _managed(found: re.Match[str]) -> Parsed:
    if found[3]:
        return stacks.managed("", found[3])
    place = (found[4] or "").replace(":line ", ":") or found[2]
    return stacks.managed(found[1], place)


def _go(found: re.Match[str]) -> Parsed:
    return stacks.NOTHING if found[4] else stacks.go(found[1], found[2], found[3])


def _rust(found: re.Match[str]) -> Parsed:
    if found[1]:
        return stacks.native(f"{found[1]} {found[2]}:{found[3]}" if found[2] else found[1])
    return stacks.native(found[4])


_FAMILIES: dict[str, tuple[re.Pattern[str], Callable[[re.Match[str]], Parsed]]] = {
    "native": (_NATIVE, _native),
    "check": (_CHECK, _check),
    "android": (_NATIVE, _native),
    "kernel": (_KERNEL, _kernel),
    "managed": (_MANAGED, _managed),
    "python": (_PYTHON, lambda found: stacks.python(found[3], found[1], found[2])),
    "go": (_GO, _go),
    "rust": (_RUST, _rust),
    "cdb": (_CDB, lambda found: stacks.native(found[1])),
    "jvm": (_JVM, lambda found: stacks.native(found[2] or found[1])),
}


def read_log(text: str, target: str | None = None) -> Reading:
    """Read ``text`` to its end and return what is known of its last crash."""
    text = _prepared(text)
    reading = Reading(clean_target(target) if target else None)
    done = 0
    position = 0
    # words are plain ASCII: a text with other characters is scanned in a copy of the same length, a byte for each
    scanned = text if text.isascii() else text.encode("latin-1", "replace").decode("latin-1")
    events = _SCANNER.scan(scanned)
    while found := events.next(position):
        at, word = found
        line = line_at(text, at)
        if line is None:  # too long to be a message: go on behind it
            end = text.find("\n", at + len(word))
            position = end if end >= 0 else len(text)
            continue
        position = min(at + len(word), line.end)
        if line.start < done:
            continue
        if reading.collect and line.start > done:
            _collect(reading, text, done, line.start)
        if _SCANNER.handlers[word](reading, line):
            done = position = max(line.end, position)
        else:
            done = max(done, line.start - 1)
        if reading.finished:
            break
    if reading.collect and not reading.finished:
        _collect(reading, text, done, len(text))
    reading.settle()
    if reading.type == "Heap-use-after-free":
        reading.protected = "MiraclePtr Status: PROTECTED" in text
    return reading


def _prepared(text: str) -> str:
    if len(text) > MAX_LOG:
        text = text[-MAX_LOG:]
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.isascii():  # logs that went through a web page have its spaces
        text = _SPACES.sub(" ", text)
    if "CRASH LOG: " in text:  # Centipede's prefix to what its target printed
        text = text.replace("\nCRASH LOG: ", "\n")
    return text if text.startswith("\n") else "\n" + text


def _collect(reading: Reading, text: str, start: int, end: int) -> None:
    """Take the frames that stand between two places; stop where a whole stack is followed by none for long."""
    family = _FAMILIES.get(reading.family)
    if family is None:
        return
    pattern, parsed = family
    position = start if text.startswith("\n", start) else max(start - 1, 0)
    while position < end:
        border = _window(text, position, end)
        count = 0
        for found in pattern.finditer(text, position, border):
            count += 1
            if not reading.add(parsed(found)):
                reading.collect = Collect.NOTHING
                return
        if not count and reading.complete():
            reading.collect = Collect.NOTHING
            return
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
    stable = (re.sub(r"::h[0-9a-f]{5,16}$", "", line) for line in state)
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
    frames = reading.frames
    lines = reading.lines
    if reading.family == "python":  # a traceback ends with the innermost frame
        reading.frames = frames = frames[::-1]
        reading.lines = lines = lines[::-1]
    state = reading.state()
    evidence = Evidence(
        type=reading.type,
        address=reading.address,
        protected=reading.protected,
        marked=reading.marked,
        pc_zero=reading.pc_zero,
    )
    return Crash(
        tool=clean_line(reading.tool),
        type=reading.type,
        access=reading.access,
        size=reading.size,
        address=_line(reading.address),
        state=state,
        frames=tuple(map(_shown, frames)),
        security=is_security(evidence, settings),
        weak=_is_weak(state, frames),
        target=reading.target,
        signature=signature(reading.type, state),
    )


def _shown(frame: Frame) -> Frame:
    """A frame without what forges output. Nearly all are printable as they are."""
    if frame.function.isprintable() and (frame.file is None or frame.file.isprintable()):
        return frame
    return Frame(function=clean_line(frame.function, MAX_FRAME), file=_line(frame.file), line=frame.line)


def _line(text: str | None) -> str | None:
    return clean_line(text, MAX_FRAME) if text else text


def _is_weak(state: tuple[str, ...], frames: list[Frame]) -> bool:
    """Whether most of the state lies in fuzzing or harness code."""
    inside = 0
    for line in state:
        for frame in frames:
            if (
                frame.file
                and line in frame.function
                and "fuzz" in frame.file.lower().replace("\\", "/").rsplit("/", 1)[0]
            ):
                inside += 1
                break
    return bool(state) and inside * 2 > len(state)
