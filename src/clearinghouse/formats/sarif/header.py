"""The header of a SARIF run: everything but its results. A wrong member costs itself, not the run."""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

import msgspec
from msgspec import inspect

from clearinghouse.formats.decode import MAX_PROBLEMS_PER_RECORD, Decoder
from clearinghouse.formats.sarif.schema import (
    Artifact,
    Descriptor,
    LogicalLocation,
    Run,
    ThreadFlowLocation,
    Tool,
    ToolComponent,
)
from clearinghouse.formats.sarif.table import Kind, without_violations
from clearinghouse.formats.text import clean_line
from clearinghouse.records import Problem

_RUN = Decoder(Run, "run")
_RUN_TYPE = inspect.type_info(Run)
_EXTERNAL = ("results", "driver", "extensions", "taxonomies", "artifacts", "logicalLocations", "threadFlowLocations")
"""What is read of a run and may stand in external property files."""
ARTIFACT = Kind(Artifact, "artifact")
LOGICAL_LOCATION = Kind(LogicalLocation, "logical location")
THREAD_FLOW_LOCATION = Kind(ThreadFlowLocation, "step of a code flow")
DESCRIPTOR = Kind(Descriptor, "rule")
MAX_DESCRIPTORS = 200_000
"""Most rules and taxa that are taken of one log, over all its runs."""
MAX_VALUES = 4_000_000
"""Most JSON values that are taken of what one log says beside its results."""
MAX_BYTES = 256 << 20
"""Most bytes that are taken of it."""
_LONG = {"tool": "rules", "logicalLocations": "logical locations", "threadFlowLocations": "shared steps of code flows"}
_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
_LONGEST_BARE = 10_000


class _BareComponent(msgspec.Struct, rename="camel", omit_defaults=True):
    name: str | None = None
    version: str | None = None
    semantic_version: str | None = None


class _BareTool(msgspec.Struct):
    driver: _BareComponent


class Room:
    """How much of the headers of one log is taken: what is beyond is left out, and the results are read all the same.

    Args:
        source: the log.
    """

    def __init__(self, source: str) -> None:
        self._source = source
        self._bytes = MAX_BYTES
        self._values = MAX_VALUES
        self._descriptors = MAX_DESCRIPTORS
        self._left_out: dict[str, None] = {}

    def take(self, key: str, raw: bytes) -> bytes | None:
        """Return a member of a run, a tool without its rules where there is no room for them, or None."""
        values = _values(raw, self._values)
        if len(raw) <= self._bytes and values <= self._values:
            self._bytes -= len(raw)
            self._values -= values
            return raw
        self._left_out[_LONG.get(key, key)] = None
        return _bare(raw) if key == "tool" else None

    def shorten(self, run: Run) -> None:
        """Leave out the rules and taxa of ``run`` for which there is no room."""
        for part, _ in _parts(run):
            part.rules = self._within(part.rules, "rules")
            part.taxa = self._within(part.taxa, "taxa")

    def _within(self, raws: list[msgspec.Raw] | None, what: str) -> list[msgspec.Raw] | None:
        if not raws:
            return raws
        kept = raws[: self._descriptors]
        self._descriptors -= len(kept)
        if len(kept) < len(raws):
            self._left_out[what] = None
        return kept

    def problems(self) -> Iterator[Problem]:
        """Yield what is to be said of that: nothing, or one problem."""
        if self._left_out:
            *most, last = self._left_out
            what = f"{', '.join(most)} and {last}" if most else last
            yield Problem(
                source=self._source,
                code="header_too_large",
                message=f"This log says more about its runs than is read: {what} were left out; the results were read.",
                pointer="/runs",
                expected=f"at most {MAX_DESCRIPTORS:,} rules and taxa, {MAX_VALUES:,} values and {MAX_BYTES >> 20} MiB "
                "beside the results of all runs",
            )


def read_header(raw: bytes, source: str, pointer: str, room: Room) -> tuple[Run, tuple[Problem, ...]]:
    """Return the header of one run and what is wrong with it.

    A member of the wrong type is told and then left out, so that the rules survive a bad artifact and the results
    a bad rule.

    Args:
        raw: the run as a JSON object without its results. source: the document. pointer: of the run.
        room: what is taken of the log.
    """
    decoded = _RUN.decode(raw, source=source, pointer=pointer)
    run, problems = (_mended(raw), decoded) if isinstance(decoded, tuple) else (decoded, ())
    room.shorten(run)
    left = MAX_PROBLEMS_PER_RECORD - len(problems)
    return run, (*problems, *islice(_members(run, source, pointer), left), *_external(run, source, pointer))


def _mended(raw: bytes) -> Run:
    try:
        shortened = without_violations(_RUN_TYPE, msgspec.json.decode(raw))
        return msgspec.json.decode(msgspec.json.encode(shortened), type=Run)  # convert makes no raw values
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return Run(tool=Tool(driver=ToolComponent()))


def _members(run: Run, source: str, pointer: str) -> Iterator[Problem]:
    """Yield what is wrong with the members of long arrays."""
    for raws, kind, where in (
        (run.artifacts, ARTIFACT, "artifacts"),
        (run.logical_locations, LOGICAL_LOCATION, "logicalLocations"),
        (run.thread_flow_locations, THREAD_FLOW_LOCATION, "threadFlowLocations"),
    ):
        yield from kind.problems(raws or (), source, f"{pointer}/{where}")
    for part, where in _parts(run):
        yield from DESCRIPTOR.problems(part.rules or (), source, f"{pointer}/{where}/rules")
        yield from DESCRIPTOR.problems(part.taxa or (), source, f"{pointer}/{where}/taxa")


def _parts(run: Run) -> Iterator[tuple[ToolComponent, str]]:
    """Yield everything in a run that has rules or taxa, and where it stands."""
    yield run.tool.driver, "tool/driver"
    for position, part in enumerate(run.tool.extensions or ()):
        yield part, f"tool/extensions/{position}"
    for position, part in enumerate(run.taxonomies or ()):
        yield part, f"taxonomies/{position}"


def _values(raw: bytes, most: int) -> int:
    """Return how many values a JSON value holds at most; strings are only looked through if that is more than ``most``.

    Every value but the first of its container has a comma before it, and every container a bracket.
    """
    count = _marks(raw)
    return count if count <= most else _marks(_STRING.sub(b"", raw))


def _marks(raw: bytes) -> int:
    return raw.count(b",") + raw.count(b"{") + raw.count(b"[")


def _bare(raw: bytes) -> bytes:
    """Return a tool with nothing but the name and version of its driver."""
    try:
        bare = msgspec.json.encode(msgspec.json.decode(raw, type=_BareTool))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        bare = b""
    return bare if 0 < len(bare) < _LONGEST_BARE else b'{"driver":{}}'


def _external(run: Run, source: str, pointer: str) -> tuple[Problem, ...]:
    """Say which parts of a run stand in other files (SARIF 3.14.2, 3.15), which are not looked for."""
    references = run.external_property_file_references or {}
    return tuple(
        Problem(
            source=source,
            code="external_properties",
            message=f"The {part} of this run stand in {_names(references[part])} and were not read.",
            pointer=f"{pointer}/externalPropertyFileReferences/{part}",
            expected="a log that holds all its parts itself",
        )
        for part in _EXTERNAL
        if references.get(part)
    )


def _names(references: Any) -> str:
    """The files that external property file references name (SARIF 3.16)."""
    names = []
    for reference in references if isinstance(references, list) else [references]:
        location = reference.get("location") if isinstance(reference, dict) else None
        uri = location.get("uri") if isinstance(location, dict) else None
        if isinstance(uri, str):
            names.append(clean_line(uri, 200))
    return ", ".join(names[:5]) or "another file"
