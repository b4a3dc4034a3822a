"""Alpine, Wolfi, Chainguard and the others that use apk.

Law (apk-package(5) and ``src/version.c`` of apk-tools 3, https://gitlab.alpinelinux.org/alpine/apk-tools):
``number{.number}...{letter}{_suffix{number}}...{~hash}{-r#}``, compared part by part from the left. Where one version
ends or goes on differently, ``_alpha`` < ``_beta`` < ``_pre`` < ``_rc`` are below the end of the version; above it are,
in this order, a revision, a hash, a suffix's number, ``_cvs`` < ``_svn`` < ``_git`` < ``_hg`` < ``_p``, a letter and a
further number. All numbers but the first are compared as text if either begins with a zero.

Where a version stops to follow the grammar, apk lets it end just below the end (``1.2_blah`` < ``1.2``) and calls two
such versions equal. So does this, but for what the older apk-tools of Alpine 3.x show: ``-r`` without a number is
``-r0``, and what breaks the grammar is compared as text, unless it begins with a hyphen.

Valid is what begins with a digit, or with a dot and a digit.
"""

import re

from clearinghouse.packages.versions.dpkg import epoch_and_first
from clearinghouse.packages.versions.encoding import END, number, text
from clearinghouse.packages.versions.order import Order

_VERSION = re.compile(
    r"([0-9]++)((?:\.[0-9]++)*+)([a-z]?+)((?:_(?:alpha|beta|pre|rc|cvs|svn|git|hg|p)(?![a-z])[0-9]*+)*+)"
    r"((?:~[0-9a-f]++)?+)(-r(?:[0-9]++|(?=-|\Z)))?+"
)
_SUFFIX = re.compile(r"_([a-z]++)([0-9]*+)")
_BEGINS = re.compile(r"\.?[0-9]")

# In the place of each part; what is higher here is higher in apk.
_BEFORE = {"alpha": "\x01", "beta": "\x02", "pre": "\x03", "rc": "\x04"}
_BROKEN = "\x05"
_END = "\x06"
_REVISION = "\x07"
_HASH = "\x08"
_SUFFIX_NUMBER = "\x09"
_SUFFIXES = _BEFORE | {"cvs": "\x0a", "svn": "\x0b", "git": "\x0c", "hg": "\x0d", "p": "\x0e"}
_LETTER = "\x0f"
_NUMBER = "\x10"
_FIRST_NUMBER = "\x11"
_WITH_LEADING_ZERO = "\x01"  # below every number without one
_PLAIN = "\x02"


def place(version: str) -> str | None:
    """Return the place of an apk version."""
    found = _VERSION.match(version)
    if found is None:
        return _BROKEN + text(version) if _BEGINS.match(version) else None
    first, numbers, letter, suffixes, commit, revision = found.groups()
    blocks = [_FIRST_NUMBER, number(first)]
    if numbers:
        blocks += [_further(digits) for digits in numbers[1:].split(".")]
    if letter:
        blocks.append(_LETTER + letter)
    if suffixes:
        for suffix, digits in _SUFFIX.findall(suffixes):
            blocks.append(_SUFFIXES[suffix] + (_SUFFIX_NUMBER + number(digits) if digits else ""))
    if commit:
        blocks.append(_HASH + text(commit))
    if revision:
        blocks.append(_REVISION + number(revision[2:]))
    if found.end() == len(version):
        blocks.append(_END)
    else:
        blocks.append(_broken(version[found.end() :]))
    return "".join(blocks)


def _further(digits: str) -> str:
    return _NUMBER + (_WITH_LEADING_ZERO + digits + END if digits[0] == "0" else _PLAIN + number(digits))


def _broken(rest: str) -> str:
    return _BROKEN + text("-" if rest[0] == "-" else rest)


APK = Order(name="apk", place=place, lead=lambda version: epoch_and_first(version, None) if place(version) else None)
