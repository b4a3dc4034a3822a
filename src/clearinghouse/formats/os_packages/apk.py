"""What apk keeps and prints: its database of what is installed, ``apk list -I`` and ``apk info -v``.

Sources: apk-package(5), where also stands how a name and a version that are joined are told apart; apk-list(8).
"""

import re
from collections.abc import Iterator

from clearinghouse.formats.os_packages.entry import Bad, Entry, Event, Lines, Passed, stanzas

_FIELDS = frozenset({"P", "V", "o", "C", "A"})
_VERSION = r"[0-9][A-Za-z0-9._~+]*+"
_JOINED = re.compile(rf"(?P<name>[A-Za-z0-9][A-Za-z0-9._+-]*)-(?P<version>{_VERSION}(?:-r[0-9]++)?)")
_LIST_LINE = re.compile(r"(\S++) (\S++) \{([^{}\s]*+)\} \((.*)\)(?: \[([^\[\]]*+)\])?\s*+")
_INFO_LINE = re.compile(r"(\S+-r[0-9]+)(?: - .*)?")
_FROM = re.compile(r"upgradable from: (\S++)")
_HEADING = re.compile(r"(?:WARNING|fetch|OK)\b")


def read_database(lines: Lines) -> Iterator[Event]:
    """Read ``/lib/apk/db/installed``. All packages of one origin have its version."""
    for line, fields in stanzas(lines, _FIELDS, ":"):
        name, version = fields.get("P", ""), fields.get("V", "")
        if not name or not version:
            yield Bad(line, f"has no field {'V' if name else 'P'}")
        else:
            yield Entry(line, f"{name}-{version}", name, version, fields.get("o") or name, version)


def read_list(lines: Lines) -> Iterator[Event]:
    """Read what ``apk list -I`` prints: ``name-version architecture {origin} (licence) [installed]``."""
    for number, line in lines:
        match = _LIST_LINE.fullmatch(line)
        if not match:
            if line.strip() and not _HEADING.match(line):
                yield Bad(number, "is no line of such a list")
            continue
        joined, state = match[1], match[5] or ""
        if older := _FROM.search(state):
            joined = older[1]
        elif not state.startswith("installed"):
            yield Passed(number)
            continue
        yield _entry(number, joined, match[3])


def read_info(lines: Lines) -> Iterator[Event]:
    """Read what ``apk info -v`` or ``apk info -vv`` prints: ``name-version`` and perhaps a description."""
    for number, line in lines:
        match = _INFO_LINE.fullmatch(line.strip())
        if match:
            yield _entry(number, match[1], "")
        elif line.strip() and not _HEADING.match(line):
            yield Bad(number, "is no name with a version")


def _entry(number: int, joined: str, origin: str) -> Event:
    match = _JOINED.fullmatch(joined)
    if not match:
        return Bad(number, "is no name with a version")
    name, version = match["name"], match["version"]
    return Entry(number, joined, name, version, origin, version if origin else None)
