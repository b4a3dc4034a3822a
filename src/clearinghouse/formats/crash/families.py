"""How frames look in each family of stacks: an expression that finds them, and what reads what was found.

Where one reader suffices, no code of ours runs between the expression and the memory of frames read before.
"""

import re
from collections.abc import Callable, Iterator
from operator import itemgetter
from typing import Any

from clearinghouse.formats.crash import stacks
from clearinghouse.formats.crash.stacks import MAX_FRAME, Parsed

# Runs of spaces are possessive (``++``): giving them back could only cost time, never find a frame.
_NUMBERED = (
    r"#\d{1,4}[ \t]++(?:(?:0x)?[0-9a-fA-F]{1,16}+(?:[ \t]++in)?+(?=[ \t\n])[ \t]*+"
    r"|(?=pc [0-9a-f])|(?=[^\n(]{1,500} \())"
)
_MAC = r"\d{1,3}[ \t]++[^\s#:][^\n]{0,80}?[ \t]{1,40}+0x[0-9a-fA-F]{8,16}[ \t]++(?=[^\n])"
_REST = f"([^\n]{{0,{MAX_FRAME}}}+)"
_NATIVE = re.compile(rf"\n[ \t]*+(?:{_NUMBERED}|{_MAC}){_REST}")
_GLOG = r"@[ \t]++0x[0-9a-fA-F]{4,16}[ \t]++(?=[^\n])"
_CHECK = re.compile(
    rf"\n[ \t]*+(?:(?:{_NUMBERED}|{_MAC}|{_GLOG}){_REST}"
    r"|/[^\n(]{1,1000}\(([^\n+][^\n]{0,4000}?)\+0x[0-9a-fA-F]+\)(?= \[0x)"  # backtrace_symbols
    r"|([A-Za-z_~`<][^\n\[]{0,2000}+(?:\[\][^\n\[]{0,500}+)?+)(?<= )"
    r"\[0x[0-9A-Fa-f]+(?:\+\d+)?\](?: \(([^\n]{1,1000})\))?)"
)
_SYMBOL = r"([A-Za-z_][\w.]{0,500}+)\+0x[0-9a-fA-F]+/0x[0-9a-fA-F]+"
_KERNEL = re.compile(
    r"\n(?:<\d>)?(?:\[ *+\d+\.\d+\](?:\[[^\]\n]{1,16}\])?)?[ \t]*+"
    rf"(?:#\d{{1,4}}[ \t]++0x[0-9a-fA-F]{{1,16}}[ \t]++in[ \t]++{_REST}"
    r"|(?:RIP: 0010:(?=\[<)|RIP[: ]++(?=\[<))?(?:\[<[0-9a-fA-F]{4,16}>\][ \t]*+){1,2}"
    rf"\(?{_SYMBOL}\)?{_REST}|{_SYMBOL}{_REST})"
)
_MANAGED = re.compile(r"\n[ \t]++at (?:([^\n(]{0,500}?) ?\(([^\n()]{0,500})\)|(\S{1,500}))(?: in ([^\n]{1,500}))?")
_PYTHON = re.compile(r"\n[ \t]*+File \"([^\"\n]{1,500})\", line (\d+), in ([^\n]{1,300})")
_GO = re.compile(
    r"\n([^\s()][^\n(]{0,500}(?:\(\*[^\n()]{1,200}\)[^\n(]{0,300})?)\([^\n]*\)\n[ \t]++([^\n:]{1,500}):(\d{1,9})"
    r"|\n(created by )"
)
_RUST = re.compile(
    r"\n[ \t]*+\d{1,4}:[ \t]++(?:0x[0-9a-f]+ - )?([^\n]{1,1000})(?:\n[ \t]++at ([^\n:]{1,500}):(\d{1,9}))?"
    rf"|\n[ \t]*+{_NUMBERED}{_REST}"
)
_CDB = re.compile(
    r"\n(?:[0-9a-fA-F]{2} )?[0-9a-fA-F`]{8,17} [0-9a-fA-F`]{8,17}(?: :)?(?: [0-9a-fA-F`]{8,17}){0,4}(?: :)? "
    r"([\w.+-]{1,100}![^\n]{1,1000})"
)
_JVM = re.compile(r"\n(?:# )?[VCJjv] ++\[([^\]\n+]{1,300})\+(0x[0-9a-f]+)\](?: ++([^\n+]{1,500})\+0x)?")


def _check(found: re.Match[str]) -> Parsed:
    frame, symbols, function, place = found.groups()
    if function is None:
        return stacks.native(frame if symbols is None else symbols[:MAX_FRAME])
    if "+0x" in function:  # the end of a line that was broken in two
        return stacks.NOTHING
    return stacks.native((function + place if place else function[:-1])[:MAX_FRAME])


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


class Family:
    """One kind of stacks.

    Args:
        pattern: finds a frame. readers: the first is given what was found, each other what the one before returned,
            and the last returns the frame.
    """

    def __init__(self, pattern: re.Pattern[str], *readers: Callable[[Any], Any]) -> None:
        self._pattern = pattern
        self._readers = readers

    def frames(self, text: str, start: int, end: int) -> Iterator[Parsed]:
        """Read the frames between two places of ``text``, each when it is asked for."""
        found: Iterator[Any] = self._pattern.finditer(text, start, end)
        for reader in self._readers:
            found = map(reader, found)
        return found


_NATIVE_FAMILY = Family(_NATIVE, itemgetter(1), stacks.native)
FAMILIES = {
    "native": _NATIVE_FAMILY,
    "check": Family(_CHECK, _check),
    "android": _NATIVE_FAMILY,
    "kernel": Family(_KERNEL, _kernel),
    "managed": Family(_MANAGED, _managed),
    "python": Family(_PYTHON, lambda found: stacks.python(found[3], found[1], found[2])),
    "go": Family(_GO, _go),
    "rust": Family(_RUST, _rust),
    "cdb": Family(_CDB, itemgetter(1), stacks.native),
    "jvm": Family(_JVM, lambda found: stacks.jvm(found[1], found[2], found[3])),
}
