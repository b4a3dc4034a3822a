"""What the name of a distribution file of Python says.

Sources: https://packaging.python.org/en/latest/specifications/binary-distribution-format/#file-name-convention and
https://packaging.python.org/en/latest/specifications/source-distribution-format/#source-distribution-file-name. Older
source archives have any name and version in theirs, dashes included, so the name of the project must be known.
"""

import re
from functools import lru_cache
from typing import Literal, NamedTuple

from packaging.version import InvalidVersion, Version

SOURCES = (".tar.gz", ".zip", ".tar.bz2", ".tgz", ".tar.xz", ".tar")
"""Endings of source archives, the one that is liked best first."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+!-]{0,254}")
_LONGEST_VERSION = 128


class Named(NamedTuple):
    """What a file's name says: ``wheel`` or ``source``, and of which version."""

    kind: Literal["wheel", "source"]
    version: str


def named(file: str, project: str) -> Named | None:
    """Return what the name of a file says, or None where it is no file of the project that can be used.

    Args:
        file: its name. project: the normalised name of the project.
    """
    if not _NAME.fullmatch(file):
        return None
    wheel = file.endswith(".whl")
    ending = ".whl" if wheel else next((each for each in SOURCES if file.endswith(each)), "")
    match = _pattern(project).match(file.removesuffix(ending)) if ending else None
    if not match:
        return None
    rest = file.removesuffix(ending)[match.end() :]
    if wheel:
        parts = rest.split("-")
        if len(parts) not in (4, 5):
            return None
        rest = parts[0].replace("_", "-")
    return Named("wheel" if wheel else "source", rest) if 0 < len(rest) <= _LONGEST_VERSION else None


def same_version(a: str, b: str) -> bool:
    """Return whether two versions are one, as PEP 440 sees it; what follows no standard is compared as text."""
    left, right = version_of(a), version_of(b)
    if left is None or right is None:
        return a.lower() == b.lower()
    return left == right


@lru_cache(maxsize=4096)
def version_of(text: str) -> Version | None:
    """Return a version as PEP 440 reads it, or None."""
    if len(text) > _LONGEST_VERSION:
        return None
    try:
        return Version(text)
    except InvalidVersion:
        return None


@lru_cache(maxsize=256)
def _pattern(project: str) -> re.Pattern[str]:
    """The name of a project in any of its spellings, and the dash after it."""
    return re.compile(r"[-_.]++".join(map(re.escape, project.split("-"))) + "-", re.IGNORECASE)
