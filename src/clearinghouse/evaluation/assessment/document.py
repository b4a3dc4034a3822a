"""An assessment as a file: JSON, in one form, with an end of an interval that is infinite written as null."""

import hashlib
from math import inf, isinf
from pathlib import Path
from typing import Any

import msgspec

from clearinghouse.evaluation.assessment import folder as places
from clearinghouse.evaluation.assessment.errors import AssessmentError
from clearinghouse.evaluation.assessment.facts import SCHEMA, Assessment
from clearinghouse.evaluation.ledger import files
from clearinghouse.evaluation.statistics.estimate import Interval
from clearinghouse.trust.statement import NotStrictError, decode_strictly

LARGEST = 64 << 20
"""Most bytes of an assessment."""
_INTERVAL = frozenset(Interval.__struct_fields__)
_READER = msgspec.json.Decoder(dict[str, Any])


def bytes_in(folder: Path) -> bytes:
    """Return the bytes of the assessment in a folder.

    Raises:
        AssessmentError: the folder is not there, or was not assessed. LedgerError: the file cannot be read.
    """
    path = folder / places.ASSESSMENT
    if not folder.is_dir():
        raise AssessmentError(f"{folder} is no folder", "name the folder of an assessment", source=str(folder))
    if not path.exists() and not path.is_symlink():
        what = f"{folder} has no {places.ASSESSMENT}: it was not assessed yet"
        raise AssessmentError(what, "make it with `clearinghouse frontier assess`", source=str(path))
    return files.read(path, LARGEST)


def to_bytes(assessment: Assessment) -> bytes:
    """Return an assessment as it stands in its file; equal ones give equal bytes."""
    built = _without_infinite(msgspec.to_builtins(assessment, str_keys=True))
    return msgspec.json.format(msgspec.json.encode(built, order="deterministic"), indent=1) + b"\n"


def digest(data: bytes) -> str:
    """Return the SHA-256 of a file, in hex: by this an assessment is cited."""
    return hashlib.sha256(data).hexdigest()


def from_bytes(data: bytes, source: str) -> Assessment:
    """Return the assessment that a file holds.

    Law: ``from_bytes(to_bytes(assessment), "") == assessment``.

    Raises:
        AssessmentError: it holds none, or one of another version.
    """
    try:
        built = decode_strictly(data, _READER, LARGEST)
        if (schema := built.get("schema")) != SCHEMA:
            why = f"it is of the kind {str(schema)[:60]!a}, not {SCHEMA!r}"
            raise AssessmentError(f"{source}: {why}", "look which version wrote it", source=source)
        return msgspec.convert(_with_infinite(built), Assessment, str_keys=True)
    except (NotStrictError, msgspec.ValidationError) as error:
        what = f"{source} is no assessment: {str(error).replace('`', '')}"
        raise AssessmentError(what, "make it with `clearinghouse frontier assess`", source=source) from None


def _without_infinite(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_infinite(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_without_infinite(each) for each in value]
    return None if isinstance(value, float) and isinf(value) else value


def _with_infinite(value: Any) -> Any:
    if isinstance(value, dict):
        found = {name: _with_infinite(each) for name, each in value.items()}
        if found.keys() == _INTERVAL:
            found["low"] = -inf if found["low"] is None else found["low"]
            found["high"] = inf if found["high"] is None else found["high"]
        return found
    return [_with_infinite(each) for each in value] if isinstance(value, list) else value
