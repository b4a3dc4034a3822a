"""Debian and Ubuntu (dpkg), and opam, which took over its comparison.

Law (deb-version(7), https://www.debian.org/doc/debian-policy/ch-controlfields.html#version): epoch, upstream version
and Debian revision, in this order. The epoch is a number, 0 if absent; the revision follows the last hyphen, and an
absent one equals ``0``. The other two are cut into stretches of non-digits and digits in turn. Non-digits are compared
character by character, where ``~`` is below the end of the text, the end is below letters, letters are below all else;
digits are compared as numbers, and no digits are 0.

dpkg warns of a version that does not begin with a digit, and compares it; so does this. White space around is left
away. opam (https://opam.ocaml.org/doc/Manual.html#Version-ordering) has the same law without an epoch.
"""

import re

from clearinghouse.packages.versions.encoding import number
from clearinghouse.packages.versions.order import Order, leading

_VERSION = re.compile(r"(?:([0-9]++):)?+([A-Za-z0-9.+:~-]++)")
_OPAM = re.compile(r"[A-Za-z0-9.+_~-]++")
_PIECES = re.compile(r"([^0-9]*+)([0-9]*+)")
_FIRST = re.compile(r"[0-9]++")

_END_OF_PART = "\x02"  # above the character of "~", below all others
_RANKS = str.maketrans({"~": "\x01"} | {mark: chr(ord(mark) + 0x80) for mark in "+-.:_"})
_DOT = ".".translate(_RANKS) + _END_OF_PART


def _part(part: str) -> str:
    if part.isdigit():
        return _END_OF_PART + number(part) + _END_OF_PART
    blocks = []
    for marks, digits in _PIECES.findall(part):
        if not marks and not digits:
            break
        blocks.append((_DOT if marks == "." else marks.translate(_RANKS) + _END_OF_PART) + number(digits))
    if not blocks:
        blocks.append(_END_OF_PART + number("0"))
    blocks.append(_END_OF_PART)
    return "".join(blocks)


def _upstream_and_revision(version: str) -> str | None:
    upstream, hyphen, revision = version.rpartition("-")
    if not hyphen:
        return _part(version) + _part("0")
    return _part(upstream) + _part(revision) if upstream and revision and ":" not in revision else None


def place(version: str) -> str | None:
    """Return the place of a Debian version."""
    found = _VERSION.fullmatch(version) or _VERSION.fullmatch(version.strip(" \t\n"))
    if found is None:
        return None
    epoch, rest = found.groups()
    if epoch is None and ":" in rest:
        return None
    placed = _upstream_and_revision(rest)
    return placed and number(epoch or "0") + placed


def place_opam(version: str) -> str | None:
    """Return the place of an opam version."""
    return _upstream_and_revision(version) if _OPAM.fullmatch(version) else None


def epoch_and_first(version: str, epoch: str | None) -> str | None:
    """Return the leading component of a system's package: its first number, after the epoch if there is one."""
    found = _FIRST.match(version)
    major = leading(found[0]) if found else None
    epoch = (epoch or "").lstrip("0")
    return f"{epoch}:{major}" if epoch and major else major


def _major(version: str) -> str | None:
    found = _VERSION.fullmatch(version.strip(" \t\n"))
    return epoch_and_first(found[2], found[1]) if found and place(version) is not None else None


DPKG = Order(name="dpkg", place=place, lead=_major)
OPAM = Order(
    name="opam", place=place_opam, lead=lambda version: epoch_and_first(version, None) if place_opam(version) else None
)
