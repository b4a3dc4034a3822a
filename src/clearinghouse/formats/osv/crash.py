"""The crash that a record of OSS-Fuzz describes in its details.

OSS-Fuzz publishes two labelled lines, ``Crash type: <type>[ <access>[ <size>]]`` and ``Crash state:`` followed
by at most three frames (https://github.com/google/oss-fuzz-vulns), in a code block or without one. The
conventions of type and state are ClusterFuzz's.
"""

import re

from clearinghouse.formats.text import clean_line
from clearinghouse.records import Crash

_TYPE = re.compile(r"^[ \t>]*Crash type:[ \t]*(\S[^\n]*)$", re.MULTILINE)
_STATE = re.compile(r"^[ \t>]*Crash state:[ \t]*$", re.MULTILINE)
_ACCESS = re.compile(r"^(?P<kind>.+?)[ ](?P<access>READ|WRITE)(?:[ ](?P<size>\d{1,9}|\{\*\}))?$")
_FRAMES = 3
_NOTHING = frozenset({"NULL", "null", "Null"})


def crash_of(details: str) -> Crash | None:
    """Return the crash that ``details`` describes, or None.

    ``{*}`` is how ClusterFuzz writes a size above 16 bytes: the size is not known. The state ``NULL`` is no state.
    """
    if "Crash type:" not in details:
        return None
    found = _TYPE.search(details)
    if found is None:
        return None
    kind = clean_line(found[1])
    access = _ACCESS.match(kind)
    size = access["size"] if access else None
    return Crash(
        tool="",
        type=access["kind"] if access else kind,
        access=access["access"] if access else None,
        size=int(size) if size and size.isdigit() else None,
        state=_state(details, found.end()),
        security=True,  # OSS-Fuzz publishes records only for what ClusterFuzz marked as a security issue
    )


def _state(details: str, start: int) -> tuple[str, ...]:
    found = _STATE.search(details, start)
    if found is None:
        return ()
    frames: list[str] = []
    for line in details[found.end() :].split("\n", _FRAMES + 1)[1:]:
        frame = clean_line(line)
        if not frame or frame.startswith("```") or len(frames) == _FRAMES:
            break
        frames.append(frame)
    return () if not frames or frames[0] in _NOTHING else tuple(frames)
