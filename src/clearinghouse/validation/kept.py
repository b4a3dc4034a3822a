"""What a validation leaves in a folder: the result, the evidence by its digest, and the signed statement."""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

import msgspec

from clearinghouse.validation.errors import ValidationError
from clearinghouse.validation.result import Result

BLOBS = "sha256"
"""The folder of the evidence; each file is named by its digest."""
RESULT, STATEMENT = "result.json", "verdict.intoto.json"


def keep(folder: Path, result: Result, blobs: Mapping[str, bytes], statement: bytes | None) -> Path:
    """Write everything below ``folder``, under the digest of the recipe, and return where.

    Files appear whole or not at all, the statement last: where it is, what it speaks of is there.

    Raises:
        ValidationError: it cannot be written.
    """
    place: Path = folder / result.recipe["sha256"][:16]
    try:
        (place / BLOBS).mkdir(parents=True, exist_ok=True)
        for digest, data in blobs.items():
            _write(place / BLOBS / digest, data)
        (place / STATEMENT).unlink(missing_ok=True)  # of an earlier run, whose result goes now
        _write(place / RESULT, msgspec.json.format(msgspec.json.encode(result), indent=2))
        if statement is not None:
            _write(place / STATEMENT, statement)
    except OSError as error:
        raise ValidationError(f"{place} cannot be written: {error.strerror}", "name another folder") from None
    return place


def make_room(folder: Path) -> None:
    """Make the folder in which results will be kept, before anything is run for them.

    Raises:
        ValidationError: it cannot be made, or not be written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _write(folder / ".room", b"")
        (folder / ".room").unlink()
    except OSError as error:
        raise ValidationError(f"{folder} cannot be written: {error.strerror}", "name another folder") from None


def _write(path: Path, data: bytes) -> None:
    part = path.with_name(f".{path.name[:40]}.{secrets.token_hex(4)}")
    try:
        with part.open("xb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
