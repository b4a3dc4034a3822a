"""SemVer 2.0.0: crates.io, Hex, SwiftURL, Julia and others; npm, Go, Pub and NuGet are built on it.

Law (https://semver.org/spec/v2.0.0.html#spec-item-11): major, minor and patch are compared as numbers; a version with
a pre-release is below the same one without; pre-releases are compared identifier by identifier, numbers as numbers
and below words, words in ASCII order, and the shorter list is lower; what follows ``+`` counts nothing.

Also accepted, because advisories and inventories hold it and it has one meaning only (osv.dev coerces the same): a
leading ``v``, a missing minor or patch (``1.2`` = ``1.2.0``), leading zeros, empty identifiers (lowest). A fourth
number, ``1.2.3.4``, has no meaning in SemVer and is not valid.
"""

import re

from clearinghouse.packages.versions.encoding import END, number
from clearinghouse.packages.versions.order import Order, leading

CORE = r"([0-9]++)(?:\.([0-9]++))?+(?:\.([0-9]++))?+"
_SUFFIX = r"(?:-([0-9A-Za-z.-]*+))?+(?:\+([0-9A-Za-z.-]*+))?+"
VERSION = re.compile(rf"v?+{CORE}{_SUFFIX}")

_PRERELEASE = "\x01"
_RELEASE = "\x02"
_NUMBER = "\x01"
_WORD = "\x02"


def identifiers(dotted: str) -> str:
    """Return the block of a pre-release, or of what compares like one."""
    parts = []
    for part in dotted.split("."):
        if part.isdigit():
            parts.append(_NUMBER + number(part))
        else:
            parts.append(_WORD + part + END)
    parts.append(END)
    return "".join(parts)


def release(major: str, minor: str | None, patch: str | None, prerelease: str | None) -> str:
    """Return the place of a version that was taken apart; ``prerelease`` is None where there is none."""
    core = number(major) + number(minor or "") + number(patch or "")
    return core + (_RELEASE if prerelease is None else _PRERELEASE + identifiers(prerelease))


def place(version: str) -> str | None:
    """Return the place of a SemVer version."""
    found = VERSION.fullmatch(version)
    if found is None:
        return None
    major, minor, patch, prerelease, _build = found.groups()
    return release(major, minor, patch, prerelease)


def major_of(pattern: re.Pattern[str], version: str) -> str | None:
    """Return the major component that a pattern's first two groups hold: ``0.minor`` below 1.0.

    Below 1.0 the minor number is the one whose change may break (https://semver.org/spec/v2.0.0.html#spec-item-4, and
    the caret ranges of npm and Cargo).
    """
    found = pattern.fullmatch(version)
    if found is None:
        return None
    first = leading(found[1])
    return f"0.{(found[2] or '').lstrip('0') or '0'}" if first == "0" else first


SEMVER = Order(name="semver", place=place, lead=lambda version: major_of(VERSION, version))
