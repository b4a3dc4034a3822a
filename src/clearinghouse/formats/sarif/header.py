"""The header of a SARIF run: everything but its results. A wrong member costs itself, not the run."""

from typing import Any

import msgspec
from msgspec import inspect

from clearinghouse.formats.decode import Decoder, unescape, violations
from clearinghouse.formats.sarif.schema import Run
from clearinghouse.formats.text import clean_line
from clearinghouse.records import Problem

_RUN = Decoder(Run, "run")
_RUN_TYPE = inspect.type_info(Run)
_EXTERNAL = ("results", "driver", "extensions", "taxonomies", "artifacts", "logicalLocations", "threadFlowLocations")
"""What is read of a run and may stand in external property files."""


def read_header(raw: bytes, source: str, pointer: str) -> tuple[Run, tuple[Problem, ...]]:
    """Return the header of one run and what is wrong with it.

    A member of the wrong type is told and then left out, so that the rules survive a bad artifact and the results
    a bad rule.

    Args:
        raw: the run as a JSON object without its results. source: the document. pointer: of the run.
    """
    decoded = _RUN.decode(raw, source=source, pointer=pointer)
    run, problems = (_mended(raw), decoded) if isinstance(decoded, tuple) else (decoded, ())
    return run, (*problems, *_external(run, source, pointer))


def _mended(raw: bytes) -> Run:
    try:
        value = msgspec.json.decode(raw)
        for pointer, expected, _ in list(violations(_RUN_TYPE, value)):
            _mend(value, [unescape(token) for token in pointer.split("/")[1:]], expected)
        return msgspec.convert(value, Run)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return msgspec.convert({"tool": {"driver": {}}}, Run)


def _mend(value: Any, path: list[str], expected: str) -> None:
    """Take the member at ``path`` out of ``value``; in a list, and for a tool and its driver, put an empty one in."""
    for token in path[:-1]:
        value = value[int(token)] if isinstance(value, list) else value[token]
    if isinstance(value, list):
        value[int(path[-1])] = "" if expected == "string" else {}
    elif path == ["tool"]:
        value["tool"] = {"driver": {}}
    elif path == ["tool", "driver"]:
        value["driver"] = {}
    else:
        del value[path[-1]]


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
