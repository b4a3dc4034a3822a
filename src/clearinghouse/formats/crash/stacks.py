"""Stack frames: one expression for each family of stacks, and what each frame says.

A frame gives a record as printed and, unless it is ignored, a line for the crash state. The same frame text is
met again and again, in one log and across logs, so the result is remembered by text; texts that are too long
to be worth it are not, which bounds the memory.
"""

import re
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
_GDB = re.compile(r" (?:at|from) (\S+?)(?::(\d+))?$")
_TOMBSTONE = re.compile(r"^(\S+)(?: \((?:offset [^()]*|deleted)\))*(?: \((.*?)(?:\+\d+)?\))?$")


def native(rest: str) -> Parsed:
    """Read a frame of a sanitizer, gdb or Chrome stack: what follows number and address."""
    if len(rest) > 512:
        return _native(rest[:MAX_FRAME])
    return _native_cached(rest)


def _native(rest: str) -> Parsed:
    text = rest
    for _ in range(2):
        text = _TAIL.sub("", text.rstrip())
    module = _MODULE_OFFSET.search(text)
    if module:
        text = text[: module.start()].strip()
        return _named(text, None, None) if text else _module(module[1], module[2])
    place = _GDB.search(text) if ") at " in text or ") from " in text else _AT.search(text)
    if place:
        function = text[: place.start()].strip()
        return _named(function or "??", place[1], int(place[2]) if place[2] and len(place[2]) < 10 else None)
    if bare := _BARE_MODULE.match(text):
        return _module(bare[1], text[len(bare[1]) + 1 :])
    if two := _TWO_WORDS.match(text):
        text = two[1]
    return _named(text, None, None)


_native_cached = lru_cache(maxsize=1 << 14)(_native)


def _named(function: str, file: str | None, line_number: int | None) -> Parsed:
    function = function.strip()
    if not function:
        return NOTHING
    frame = Frame(function=function, file=file, line=line_number)
    line = function_line(function)
    known = ignore()
    if known.entry(line):
        return Parsed(frame, state_line(base_name(file)) if file else None, named=True)
    unknown = line.startswith(("<unknown", "??", "linux-gate")) or not line
    if ".so" in line and not unknown and known.library(line):
        return Parsed(frame, state_line(line), library=True)
    if known.function(line) or (file and known.path(file)) or (len(line) < SHORTEST and not file):
        return Parsed(frame, None, named=not unknown)
    return Parsed(frame, state_line(line), named=True)


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
        if ignore().path(found[1]):
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
    if not line or line == "<anonymous>" or known.function(line) or (file and known.path(file)):
        return Parsed(frame, None)
    return Parsed(frame, state_line(line))


@lru_cache(maxsize=1 << 13)
def python(function: str, file: str, line_number: str) -> Parsed:
    """Read a frame of a Python traceback."""
    frame = Frame(function=function, file=file, line=int(line_number[:9]))
    if function == "<module>" or ignore().function(function) or ignore().path(file):
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
