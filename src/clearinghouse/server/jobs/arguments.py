"""What a job may be given: identifiers. What it works on stays where it is, encrypted and under access rules."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from clearinghouse.server.jobs.errors import ArgumentsError

LONGEST_TEXT = 200
"""Characters of one text among the arguments of a job."""
LARGEST = 2048
"""Bytes of all arguments of a job, as JSON."""

_REMEDY = "pass identifiers, and let the job read what they name"


def checked(args: Sequence[Any], kwargs: Mapping[str, Any]) -> tuple[list[Any], dict[str, Any]]:
    """Return the arguments of a job as they are stored.

    Raises:
        ArgumentsError: one is not a JSON scalar or a short text, or all together are too large. Says which, not what.
    """
    for name, value in [*enumerate(args), *kwargs.items()]:
        if not _is_plain(value):
            raise ArgumentsError(f"argument {name} of a job is no number, truth value or short text", _REMEDY)
    found = list(args), dict(kwargs)
    if len(msgspec.json.encode(found)) > LARGEST:
        raise ArgumentsError(f"the arguments of a job are larger than {LARGEST} bytes", _REMEDY)
    return found


def _is_plain(value: object) -> bool:
    if isinstance(value, str):
        return len(value) <= LONGEST_TEXT and "\0" not in value
    if isinstance(value, int):
        return -(2**63) <= value < 2**63
    return value is None or (isinstance(value, float) and math.isfinite(value))
