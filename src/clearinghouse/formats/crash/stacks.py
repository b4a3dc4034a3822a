"""Stack frames: one expression for each family of stacks, and what each frame says.

A frame gives a record as printed and, unless it is ignored, a line for the crash state. The same frame text is
met again and again, in one log and across logs, so the result is remembered by text; texts that are too long
to be worth it are not, which bounds the memory.
"""

import re
from enum import Enum
from functools import lru_cache
from typing import NamedTuple

from clearinghouse.formats.crash.normalise import SHORTEST, function_line, ignore, state_line
from clearinghouse.records import Frame

MAX_FRAME = 2048
"""Longest frame text looked at, in characters; the rest is cut."""


class Parsed(NamedTuple):
    """What one frame says.

    Attributes:
        frame: as printed, or None when nothing is known but an address.
        line: for the crash state, or None when it does not identify.
        library: the line is the name of a system library: counts only when no frame has a name.
        named: the frame has the name of a function.
    """

    frame: Frame | None
    line: str | None
    library: bool = False
    named: bool = False


NOTHING = Parsed(None, None)

_AT = re.compile(r"(?:^|[ \t(\[])((?:[A-Za-z]:)?[^\s:()\[\]]+):(\d+)(?::\d+)?[)\]]?(?: \(discriminator \d+\))?$")
_TAIL = re.compile(r" \(BuildId: [0-9a-f]*\)$| <<?[^<>\n]*>>?\+0x[0-9a-fA-F]+$")
_MODULE_OFFSET = re.compile(r"(?:^|[ \t])\(([^()\n]*?)\+(0x[0-9a-fA-F]+)\)$")
_BARE_MODULE = re.compile(r"^((?:/|[A-Za-z]:\\)\S+|\(?<[^<>]*>\)?)(?:\+0x[0-9a-fA-F]+)?$")
_SYSTEM = ("/usr/lib", "/lib/", "/lib64/", "/system/lib", "/system/bin", "/apex/com.android.runtime", "C:\\Windows\\")
_TWO_WORDS = re.compile(r"^([\w.$~:@]+)[ \t]+[^\s:<(]+$")
_PLACE = re.compile(r"((?:[A-Za-z]:)?[^\s:()\[\]]+):(\d+)(?::\d+)?")
_GDB = re.compile(r" (?:at|from) (\S+?)(?::(\d+))?$")
_TOMBSTONE = re.compile(r"^(\S+)(?: \((?:offset [^()]*|deleted)\))*(?: \((.*?)(?:\+\d+)?\))?$")


def native(rest: str) -> Parsed:
    """Read a frame of a sanitizer, gdb or Chrome stack: what follows number and address."""
    if len(rest) > 512:
        return _native(rest[:MAX_FRAME])
    return _native_cached(rest)


def _native(rest: str) -> Parsed:
    text = rest.strip()
    if (
        ") at " not in text
        and not text.endswith((")", ">", "]"))
        and (place := _PLACE.fullmatch(text.rpartition(" ")[2]))
    ):
        return _named(text[: -len(place[0])] or "??", place[1], place[2])
    for _ in range(2):
        text = _TAIL.sub("", text).rstrip()
    module = _MODULE_OFFSET.search(text)
    if module:
        text = text[: module.start()].strip()
        return _named(text, None, None) if text else _module(module[1], module[2])
    place = _GDB.search(text) if ") at " in text or ") from " in text else _AT.search(text)
    if place:
        return _named(text[: place.start()] or "??", place[1], place[2])
    if bare := _BARE_MODULE.match(text):
        return _module(bare[1], text[len(bare[1]) + 1 :])
    if two := _TWO_WORDS.match(text):
        text = two[1]
    return _named(text, None, None)


_native_cached = lru_cache(maxsize=1 << 14)(_native)


def _named(function: str, file: str | None, number: str | None) -> Parsed:
    function = function.strip()
    if not function:
        return NOTHING
    frame = Frame(function=function, file=file, line=int(number) if number and len(number) < 10 else None)
    role, line = _role(function)
    if role is _Role.ENTRY:
        return Parsed(frame, state_line(base_name(file)) if file else None, named=True)
    if role is _Role.LIBRARY:
        return Parsed(frame, line, library=True)
    if role is not _Role.OWN or (file and _ignored_path(file)) or (len(line) < SHORTEST and not file):
        return Parsed(frame, None, named=role is not _Role.UNKNOWN)
    return Parsed(frame, line, named=True)


class _Role(Enum):
    OWN = 1
    IGNORED = 2
    ENTRY = 3
    LIBRARY = 4
    UNKNOWN = 5


@lru_cache(maxsize=1 << 14)
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
def _ignored_path(path: str) -> bool:
    return ignore().path(path)


def _module(module: str, offset: str) -> Parsed:
    if module.startswith(("<", "(<")) or not module:
        return NOTHING
    known = ignore()
    line = f"{module}+{offset}" if offset else module
    name = base_name(module)
    if known.function(name):
        return NOTHING
    library = module.startswith(_SYSTEM) or known.library(name)
    return Parsed(Frame(function=name, file=module), state_line(line), library=library)


def base_name(path: str) -> str:
    """Return the last element of a path of either kind."""
    return re.split(r"[/\\]", path)[-1]


@lru_cache(maxsize=1 << 13)
def kernel(function: str, rest: str) -> Parsed:
    """Read a kernel frame: the symbol, and what follows ``+offset/length``."""
    place = _AT.search(rest)
    frame = Frame(function=function, file=place[1] if place else None, line=int(place[2][:9]) if place else None)
    if ignore().function(function) or "." in function:
        return Parsed(frame, None)
    return Parsed(frame, state_line(function))


@lru_cache(maxsize=1 << 13)
def tombstone(rest: str) -> Parsed:
    """Read a frame of an Android tombstone: ``/system/lib/libc.so (tgkill+12)``."""
    found = _TOMBSTONE.match(rest[:MAX_FRAME])
    if not found:
        return NOTHING
    if found[2] and not found[2].startswith("BuildId"):
        function = found[2]
        if _ignored_path(found[1]):
            return Parsed(Frame(function=function, file=found[1]), None)
        named = _named(function, None, None)
        return named._replace(frame=Frame(function=function, file=found[1]))
    return _module(found[1], "")


@lru_cache(maxsize=1 << 13)
def managed(function: str, place: str) -> Parsed:
    """Read a frame of Java, JavaScript or C#: ``at function(place)``."""
    function = function.removeprefix("async ").removeprefix("new ").strip()
    found = re.search(r"^(.*?):(\d{1,9})(?::\d+)?$", place) if place else None
    file = found[1] if found else place or None
    frame = Frame(function=function or "<anonymous>", file=file, line=int(found[2]) if found else None)
    known = ignore()
    line = function_line(function)
    if not line or line == "<anonymous>" or known.function(line) or (file and _ignored_path(file)):
        return Parsed(frame, None)
    return Parsed(frame, state_line(line))


@lru_cache(maxsize=1 << 13)
def python(function: str, file: str, line_number: str) -> Parsed:
    """Read a frame of a Python traceback."""
    frame = Frame(function=function, file=file, line=int(line_number[:9]))
    if function == "<module>" or ignore().function(function) or _ignored_path(file):
        return Parsed(frame, None)
    return Parsed(frame, state_line(function))


@lru_cache(maxsize=1 << 13)
def go(function: str, file: str, line_number: str) -> Parsed:
    """Read a Go frame: the last path element of the function stands for it."""
    short = function.rsplit("/", 1)[-1]
    frame = Frame(function=function, file=file or None, line=int(line_number[:9]) if line_number else None)
    if ignore().function(function):
        return Parsed(frame, None)
    return Parsed(frame, state_line(short))
