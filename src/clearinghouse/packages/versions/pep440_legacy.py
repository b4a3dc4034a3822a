"""PyPI's versions from before PEP 440, such as ``0.1-bulbasaur`` and ``2004d``.

Law (``parse_version`` of setuptools, which ``packaging`` kept as ``LegacyVersion`` until its release 22.0): the version
in lower case is cut into stretches of digits, of letters, dots, hyphens and the rest. Dots go; digits are filled with
zeros to eight places; ``pre``, ``preview`` and ``rc`` become ``c``, ``dev`` becomes ``@``, a hyphen becomes ``final-``;
all but digits begin with ``*``; ``*final`` is put at the end. A part below ``*final`` takes the hyphens before it away,
and every part with ``*`` the zeros. The lists of parts are compared as texts, part by part; the shorter list is lower.

Valid is what the index and its tools let through then: letters, digits and ``. _ + ! : -``, one letter or digit at
least. A range (``>=1.0``), a path or a sentence is not a version.
"""

import re

from clearinghouse.packages.versions.encoding import END

_VERSION = re.compile(r"\s*+([A-Za-z0-9._+!:-]++)\s*+")
_PIECES = re.compile(r"([0-9]+|[a-z]+|\.|-)")
_REPLACED = {"pre": "c", "preview": "c", "-": "final-", "rc": "c", "dev": "@"}
_FINAL = "*final"
_HYPHEN = "*final-"
_ZERO = "00000000"


def place(version: str) -> str | None:
    """Return the place of a version from before PEP 440; the caller has asked PEP 440 first."""
    found = _VERSION.fullmatch(version)
    if found is None or not any(map(str.isalnum, version)):
        return None
    parts: list[str] = []
    for piece in [*_PIECES.split(found[1].lower()), "final"]:
        part = _REPLACED.get(piece, piece)
        if not part or part == ".":
            continue
        if part[0].isdigit():
            parts.append(part.rjust(8, "0"))
            continue
        part = f"*{part}"
        if part < _FINAL:
            while parts and parts[-1] == _HYPHEN:
                parts.pop()
        while parts and parts[-1] == _ZERO:
            parts.pop()
        parts.append(part)
    return END.join(parts) + END + END
