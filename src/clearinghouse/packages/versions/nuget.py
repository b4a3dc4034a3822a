"""NuGet.

Law (https://learn.microsoft.com/nuget/concepts/package-versioning, and ``VersionComparer`` of
https://github.com/NuGet/NuGet.Client): up to four numbers, missing ones are zero; a version with pre-release labels is
below the same one without; labels are compared one by one without regard to case, the shorter list is lower; what
follows ``+`` counts nothing. A label is a number only if it fits into 32 bits and has a sign or digits alone, so
``-5`` (in ``1.0.0--5``) is minus five and ``20240131120000`` is a word; numbers are below words.

Also accepted: a leading ``v``, empty labels and labels with leading zeros (osv.dev does the same), numbers of any size.
"""

import re

from clearinghouse.packages.versions.encoding import END, number
from clearinghouse.packages.versions.order import Order
from clearinghouse.packages.versions.semver import major_of

_VERSION = re.compile(
    r"\s*+v?+([0-9]++)(?:\.([0-9]++))?+(?:\.([0-9]++))?+(?:\.([0-9]++))?+"
    r"(?:-([0-9A-Za-z.-]*+))?+(?:\+[0-9A-Za-z.-]*+)?+\s*+"
)
_INTEGER = re.compile(r"(-?)0*+([0-9]{0,10})(?<=[0-9])")

_PRERELEASE = "\x01"
_RELEASE = "\x02"
_NUMBER = "\x01"
_WORD = "\x02"
_BIAS = 1 << 31


def place(version: str) -> str | None:
    """Return the place of a NuGet version."""
    found = _VERSION.fullmatch(version)
    if found is None:
        return None
    major, minor, patch, revision, labels = found.groups()
    core = number(major) + number(minor or "") + number(patch or "") + number(revision or "")
    if labels is None:
        return core + _RELEASE
    return core + _PRERELEASE + "".join([_label(label) for label in labels.split(".")]) + END


def _label(label: str) -> str:
    found = _INTEGER.fullmatch(label)
    if found is not None:
        value = int(found[2] or "0")
        biased = _BIAS + (-value if found[1] else value)
        if 0 <= biased < 2 * _BIAS:
            return _NUMBER + biased.to_bytes(4, "big").decode("latin-1")
    return _WORD + label.upper() + END


NUGET = Order(name="nuget", place=place, lead=lambda version: major_of(_VERSION, version))
