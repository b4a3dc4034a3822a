"""Stack frames: what the text of each says.

A frame gives a record as printed and, unless it is ignored, a line for the crash state. The same frame text is
met again and again, in one log and across logs, so the result is remembered by text. How many are remembered is
limited, and so is the length of each (the expressions in :mod:`~.families` cut it), which bounds the memory.
"""

import re
from enum import Enum
from functools import lru_cache
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from clearinghouse.formats.crash.normalise import SHORTEST, function_line, ignore, state_line
from clearinghouse.formats.text import clean_line
from clearinghouse.records import Frame, Location

MAX_FRAME = 2048
"""Longest frame text looked at, in characters; the rest is cut."""


class Code(NamedTuple):
    """Where the code of a frame lies: the binary, the offset in it and the binary's build id, as printed.

    What is not known is empty.
    """

    binary: str
    offset: str
    build_id: str


class Parsed(msgspec.Struct, frozen=True, gc=False):
    """What one frame says.

    Attributes:
        frame: as printed, or None when nothing is known but an address.
        line: for the crash state, or None when it does not identify.
        library: the line is the name of a system library: counts only when no frame has a name.
        named: the frame has the name of a function.
        code: the place in a binary, if one is printed.
    """

    frame: Frame | None
    line: str | None
    library: bool = False
    named: bool = False
    code: Code | None = None


NOTHING = Parsed(None, None)

_AT = re.compile(r"(?:^|[ \t(\[])((?:[A-Za-z]:)?[^\s:()\[\]]+):(\d+)(?::\d+)?[)\]]?(?: \(discriminator \d+\))?$")
_TAIL = re.compile(r" \(BuildId: ([0-9a-f]*)\)$| <<?[^<>\n]*>>?\+0x[0-9a-fA-F]+$")
_MODULE_OFFSET = re.compile(r"(?:^|[ \t])\(([^()\n]*?)\+(0x[0-9a-fA-F]+)\)$")
_BARE_MODULE = re.compile(r"^((?:/|[A-Za-z]:\\)\S+|\(?<[^<>]*>\)?)(?:\+0x[0-9a-fA-F]+)?$")
_SYSTEM = ("/usr/lib", "/lib/", "/lib64/", "/system/lib", "/system/bin", "/apex/com.android.runtime", "C:\\Windows\\")
_TWO_WORDS = re.compile(r"^([\w.$~:@]+)[ \t]+[^\s:<(]+$")
_PLACE = re.compile(r"((?:[A-Za-z]:)?[^\s:()\[\]]+):(\d+)(?::(\d+))?")
_GDB = re.compile(r" (?:at|from) (\S+?)(?::(\d+))?$")
_FROM_START = re.compile(r" \+ \d+$")
_FILE_LINE = re.compile(r"(.*?):(\d{1,9})(?::\d+)?$")
_PC = re.compile(r"pc ([0-9a-f]{4,16}) +(.*)")
_TOMBSTONE = re.compile(r"^(\S+)(?: \((?:offset [^()]*|deleted)\))*(?: \((.*?)(?:\+\d+)?\))?$")


@lru_cache(maxsize=1 << 13)
def native(rest: str) -> Parsed:
    """Read a frame of a sanitizer, gdb or Chrome stack: what follows number and address."""
    if rest.startswith("pc ") and (found := _PC.match(rest)):
        return _tombstone(found[2], found[1])
    text = rest.strip()
    if " + " in text:
        text = _FROM_START.sub("", text)
    if (
        ") at " not in text
        and not text.endswith((")", ">", "]"))
        and (place := _PLACE.fullmatch(text.rpartition(" ")[2]))
    ):
        return _named(text[: -len(place[0])] or "??", place[1], place[2])
    text, build_id = _without_tail(text)
    if module := _MODULE_OFFSET.search(text):
        function = text[: module.start()].strip()
        if not function:
            return _module(module[1], module[2], build_id)
        return replace(_named(function, None, None), code=_code(module[1], module[2], build_id))
    place = _GDB.search(text) if ") at " in text or ") from " in text else _AT.search(text)
    if place:
        return _named(text[: place.start()] or "??", place[1], place[2])
    if bare := _BARE_MODULE.match(text):
        return _module(bare[1], text[len(bare[1]) + 1 :], build_id)
    if two := _TWO_WORDS.match(text):
        text = two[1]
    return _named(text, None, None)


def _without_tail(text: str) -> tuple[str, str]:
    """Take what says where the binary is from the end of a frame. Return the rest, and the build id if it has one."""
    build_id = ""
    for _ in range(2):
        if tail := _TAIL.search(text):
            build_id = tail[1] or build_id
            text = text[: tail.start()].rstrip()
    return text, build_id


def _code(binary: str, offset: str, build_id: str) -> Code:
    return Code(clean_line(binary, MAX_FRAME), offset, build_id)


def _named(function: str, file: str | None, number: str | None) -> Parsed:
    function = function.strip()
    if not function:
        return NOTHING
    line, library, named = _judged(function, file)
    return Parsed(_frame(function, file, _small(number)), line, library, named)


@lru_cache(maxsize=1 << 12)
def _judged(function: str, file: str | None) -> tuple[str | None, bool, bool]:
    """What a frame is to the state, whichever line it names: as the attributes of :class:`Parsed`."""
    role, line = _role(function)
    if role is _Role.ENTRY:
        return state_line(base_name(file)) if file else None, False, True
    if role is _Role.LIBRARY:
        return line, True, False
    if role is not _Role.OWN or (file and _ignored_path(file)) or (len(line) < SHORTEST and not file):
        return None, False, role is not _Role.UNKNOWN
    return line, False, True


class _Role(Enum):
    OWN = 1
    IGNORED = 2
    ENTRY = 3
    LIBRARY = 4
    UNKNOWN = 5


@lru_cache(maxsize=1 << 12)
def _role(function: str) -> tuple[_Role, str]:
    """What a function is to the state, and the line that stands for it."""
    line = function_line(function)
    known = ignore()
    if known.entry(line):
        return _Role.ENTRY, line
    if line.startswith(("<unknown", "??", "linux-gate")) or not line:
        return _Role.UNKNOWN, line
    if ".so" in line and known.library(line):
        return _Role.LIBRARY, state_line(line)
    if known.function(line):
        return _Role.IGNORED, line
    return _Role.OWN, state_line(line)


@lru_cache(maxsize=1 << 13)
def _ignored(function: str) -> bool:
    return ignore().function(function)


@lru_cache(maxsize=1 << 13)
def _ignored_path(path: str) -> bool:
    return ignore().path(path)


def _frame(function: str, file: str | None = None, line: int | None = None) -> Frame:
    """A frame without what forges output. Nearly all are printable as they are."""
    if function.isprintable() and (file is None or file.isprintable()):
        return Frame(function=function, file=file, line=line)
    return Frame(function=clean_line(function, MAX_FRAME), file=file and clean_line(file, MAX_FRAME), line=line)


def _module(module: str, offset: str, build_id: str) -> Parsed:
    if module.startswith(("<", "(<")) or not module:
        return NOTHING
    known = ignore()
    line = f"{module}+{offset}" if offset else module
    name = base_name(module)
    if known.function(name):
        return NOTHING
    library = module.startswith(_SYSTEM) or known.library(name)
    code = _code(module, offset, build_id) if offset or build_id else None
    return Parsed(_frame(name, module), state_line(line), library=library, code=code)


def location(path: str, line: str | None, column: str | None = None) -> Location | None:
    """Return a place in source code from its parts as printed, or None without a path. Line 0 is no line."""
    path = clean_line(path, MAX_FRAME)
    return Location(path=path, line=_small(line) or None, column=_small(column) or None) if path else None


def place_of(text: str) -> Location | None:
    """Return the place that ``text`` is, as in ``src/a.c:10:4``, or None."""
    found = _PLACE.fullmatch(text)
    return location(found[1], found[2], found[3]) if found else None


def _small(number: str | None) -> int | None:
    return int(number) if number and len(number) < 10 else None


def base_name(path: str) -> str:
    """Return the last element of a path of either kind."""
    return path.replace("\\", "/").rpartition("/")[2]


@lru_cache(maxsize=1 << 13)
def is_harness(path: str) -> bool:
    """Whether code at ``path`` belongs to fuzzing: its folder, or the file that has none, says so in its name."""
    return "fuzz" in path.lower().replace("\\", "/").rsplit("/", 1)[0]


@lru_cache(maxsize=1 << 13)
def kernel(function: str, rest: str) -> Parsed:
    """Read a kernel frame: the symbol, and what follows ``+offset/length``."""
    place = _AT.search(rest)
    frame = _frame(function, place[1] if place else None, int(place[2][:9]) if place else None)
    if _ignored(function) or "." in function:
        return Parsed(frame, None, named=True)
    return Parsed(frame, state_line(function), named=True)


def _tombstone(rest: str, counter: str) -> Parsed:
    """Read a frame of an Android tombstone: ``/system/lib/libc.so (tgkill+12)``, and its program counter."""
    rest, build_id = _without_tail(rest)
    found = _TOMBSTONE.match(rest)
    if not found:
        return NOTHING
    path, function = found[1], found[2]
    code = _code(path, f"0x{counter.lstrip('0') or '0'}", build_id)
    if not function:
        return replace(_module(path, "", ""), code=code)
    if _ignored_path(path):
        return Parsed(_frame(function, path), None, code=code)
    return replace(_named(function, None, None), frame=_frame(function, path), code=code)


def jvm(module: str, offset: str, function: str | None) -> Parsed:
    """Read a frame of the JVM's error file: ``C  [libx.so+0x1234]  function+0x12``."""
    return replace(native(function or module), code=_code(module, offset, ""))


@lru_cache(maxsize=1 << 13)
def managed(function: str, place: str) -> Parsed:
    """Read a frame of Java, JavaScript or C#: ``at function(place)``."""
    function = function.removeprefix("async ").removeprefix("new ").strip()
    found = _FILE_LINE.match(place) if place else None
    file = found[1] if found else place or None
    frame = _frame(function or "<anonymous>", file, int(found[2]) if found else None)
    line = function_line(function)
    if not line or line == "<anonymous>" or _ignored(line) or (file and _ignored_path(file)):
        return Parsed(frame, None, named=True)
    return Parsed(frame, state_line(line), named=True)


@lru_cache(maxsize=1 << 13)
def python(function: str, file: str, line_number: str) -> Parsed:
    """Read a frame of a Python traceback."""
    frame = _frame(function, file, int(line_number[:9]))
    if function == "<module>" or _ignored(function) or _ignored_path(file):
        return Parsed(frame, None, named=True)
    return Parsed(frame, state_line(function), named=True)


@lru_cache(maxsize=1 << 13)
def go(function: str, file: str, line_number: str) -> Parsed:
    """Read a Go frame: the last path element of the function stands for it."""
    short = function.rsplit("/", 1)[-1]
    frame = _frame(function, file or None, int(line_number[:9]) if line_number else None)
    if _ignored(function):
        return Parsed(frame, None, named=True)
    return Parsed(frame, state_line(short), named=True)
