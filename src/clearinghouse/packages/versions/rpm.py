"""The RPM family: Red Hat, Fedora, SUSE, openSUSE, AlmaLinux, Rocky, Mageia, openEuler, Azure Linux, Photon OS.

Law (rpm-version(7), https://rpm.org/docs/latest/man/rpm-version.7, and ``rpmvercmp``): ``epoch:version-release``. The
epoch is a number, 0 if absent; the release follows the last hyphen, and an absent one is below every present one.
Version and release are cut into stretches of digits and of letters; all else separates and counts nothing, but ``~``
is below the end of the text, and ``^`` is above the end and below all else. Digits are compared as numbers, letters in
ASCII order, and digits are above letters.

Any text without white space and control characters is valid, if more than an epoch: rpm compares all of them.
"""

import re

from clearinghouse.packages.versions.dpkg import epoch_and_first
from clearinghouse.packages.versions.encoding import number
from clearinghouse.packages.versions.order import Order

_VERSION = re.compile(r"(?:([0-9]*+):)?+([^\x00-\x20\x7f]++)")
_PIECES = re.compile(r"[0-9]++|[A-Za-z]++|[~^]")

_TILDE = "\x01"
_END_OF_PART = "\x02"
_CARET = "\x03"
_LETTERS = "\x04"
_DIGITS = "\x05"
_END_OF_LETTERS = "\x00"
_MARKS = {"~": _TILDE, "^": _CARET}
_NO_RELEASE = "\x00"
_RELEASE = "\x01"


def _part(part: str) -> str:
    if part.isascii() and part.isdigit():
        return _DIGITS + number(part) + _END_OF_PART
    blocks = []
    for piece in _PIECES.findall(part):
        if piece[0] <= "9":  # letters and marks are above the digits in ASCII
            blocks.append(_DIGITS + number(piece))
        else:
            blocks.append(_MARKS.get(piece) or _LETTERS + piece + _END_OF_LETTERS)
    blocks.append(_END_OF_PART)
    return "".join(blocks)


def place(version: str) -> str | None:
    """Return the place of an RPM version."""
    found = _VERSION.fullmatch(version)
    if found is None:
        return None
    epoch, rest = found.groups()
    upstream, hyphen, release = rest.rpartition("-")
    if not hyphen:
        return number(epoch or "0") + _part(rest) + _NO_RELEASE
    return number(epoch or "0") + _part(upstream) + _RELEASE + _part(release)


def _major(version: str) -> str | None:
    found = _VERSION.fullmatch(version)
    return epoch_and_first(found[2], found[1]) if found else None


RPM = Order(name="rpm", place=place, lead=_major)
