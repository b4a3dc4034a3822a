"""The file in which a person writes down a determination, and the record that follows from it and from the assessment.

What can be taken from the assessment is taken from it: the plan, the state of the model, thresholds and the finding are
never copied by hand.
"""

import datetime as dt
import difflib
import re
import tomllib
from collections.abc import Mapping
from typing import Any

import msgspec

from clearinghouse.evaluation.determination.errors import DraftError
from clearinghouse.evaluation.determination.record import (
    Audience,
    Change,
    Conclusion,
    Interest,
    Roles,
)

LARGEST = 1 << 20
"""Most bytes of a draft."""
WHO = (Audience.OVERSEER, Audience.COURT)
"""Who may be shown withheld words where the draft does not say."""

_UNKNOWN = re.compile(r"Object contains unknown field `([^`]*)`")
_SEE = "see the example that `clearinghouse frontier determine new` writes"


class Said(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Words of a reason. ``withheld``: the ground for withholding them; empty where they may be read by everybody.

    Attributes:
        audiences: who may be shown withheld words.
    """

    says: str
    withheld: str = ""
    audiences: tuple[Audience, ...] = WHO


class Asked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody who was consulted. ``withheld``, ``audiences``: of the opinion, as in :class:`Said`."""

    name: str
    role: str
    at: dt.datetime
    opinion: str
    withheld: str = ""
    audiences: tuple[Audience, ...] = WHO


class Disagrees(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody who does not agree. ``withheld``, ``audiences``: of what they say, as in :class:`Said`."""

    name: str
    says: str
    withheld: str = ""
    audiences: tuple[Audience, ...] = WHO


class Due(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A trigger beside those that every determination has."""

    change: Change
    says: str
    at: dt.datetime | None = None


class Officer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who decides."""

    name: str
    office: str
    organisation: str = ""


class Draft(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a person writes.

    Attributes:
        number, conclusion, differing, supersedes: of the record. decided: now if absent. expires: the longest time if
            absent. officer, roles: see there. consulted, interest, reason, dissent, trigger: each one table in the
            file. evidence: paths in the folder of the assessment.
    """

    number: str
    conclusion: Conclusion
    officer: Officer
    roles: Roles
    reason: tuple[Said, ...]
    interest: tuple[Interest, ...]
    consulted: tuple[Asked, ...] = ()
    dissent: tuple[Disagrees, ...] = ()
    trigger: tuple[Due, ...] = ()
    evidence: tuple[str, ...] = ()
    differing: str = ""
    supersedes: str = ""
    decided: dt.datetime | None = None
    expires: dt.datetime | None = None


def draft_of(data: bytes, source: str) -> Draft:
    """Return the draft in a file.

    Args:
        data: of the file, TOML in UTF-8. source: its name, for errors.

    Raises:
        DraftError: it is none, or a field is missing, unknown or of another kind.
    """
    if len(data) > LARGEST:
        raise DraftError(f"{source} has more than {LARGEST >> 20} MiB", "write less", source=source)
    try:
        tables = tomllib.loads(data.decode("utf-8"))
        return msgspec.convert(tables, Draft)
    except msgspec.ValidationError as error:
        raise _wrong(str(error), source) from None
    except RecursionError:
        raise DraftError(f"{source} is nested too deeply", _SEE, source=source) from None
    except ValueError as error:  # no UTF-8, no TOML, a number with thousands of digits
        raise DraftError(f"{source} is no TOML: {str(error)[:200]}", _SEE, source=source) from None


def _wrong(said: str, source: str) -> DraftError:
    remedy = _SEE
    unknown = _UNKNOWN.match(said)
    if unknown:
        near = difflib.get_close_matches(unknown[1], _names(), 1)
        remedy = f"write {near[0]} if that is meant" if near else _SEE
    return DraftError(f"{source}: {said.replace('`', '')[:300]}", remedy, source=source)


def _names() -> list[str]:
    kinds: Mapping[str, Any] = {each.__name__: each for each in (Draft, Said, Asked, Disagrees, Due, Officer, Roles)}
    return sorted({field.name for kind in kinds.values() for field in msgspec.structs.fields(kind)})
