"""Versions of SPDX."""

import re

from clearinghouse.formats.sbom.notices import Notices
from clearinghouse.formats.text import quoted

_TWO = re.compile(r"SPDX-2\.(\d{1,3})")
_THREE = re.compile(r"3\.(\d{1,3})(?:\.\d{1,3})?")
_NEWEST = {2: 3, 3: 0}


def is_two(version: str | None) -> bool:
    """Whether a document says that it is SPDX 2."""
    return bool(version and _TWO.fullmatch(version.strip()))


def tell_version(
    notices: Notices, version: str, *, major: int = 2, pointer: str | None = None, line: int | None = None
) -> None:
    """Note a version that is missing, or newer than what is known here.

    Args:
        version: as written. major: 2 (``SPDX-2.3``) or 3 (``3.0.1``).
    """
    found = (_TWO if major == 2 else _THREE).fullmatch(version.strip())
    newest = _NEWEST[major]
    if found and int(found[1]) <= newest:
        return
    message = (
        f"Its version of SPDX is {quoted(version)}" if version.strip() else "It does not say of which version it is"
    )
    notices.add(
        "unknown_version",
        f"{message}; it is read as {major}.{newest}.",
        pointer=pointer,
        line=line,
        expected="SPDX-2.2 or SPDX-2.3" if major == 2 else "3.0.1",
    )
