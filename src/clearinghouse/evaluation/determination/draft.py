"""The file in which a person writes down a determination, and the record that follows from it and from the assessment.

What can be taken from the assessment is taken from it: the plan, the state of the model, thresholds and the finding are
never copied by hand.
"""

import datetime as dt
import difflib
import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any, get_type_hints

import msgspec

from clearinghouse.evaluation.determination.errors import DraftError
from clearinghouse.evaluation.determination.record import (
    Audience,
    Change,
    Conclusion,
    Interest,
    Number,
    Roles,
)
from clearinghouse.evaluation.determination.times import EARLIEST, LATEST
from clearinghouse.evaluation.plan.reading import Fault
from clearinghouse.formats.text import clean_line

NAME = "determination.toml"
"""What a draft is called in the folder of its assessment."""
LARGEST = 1 << 20
"""Most bytes of a draft."""
WHO = (Audience.OVERSEER, Audience.COURT)
"""Who may be shown withheld words where the draft does not say."""

_UNKNOWN = re.compile(r"Object contains unknown field `([^`]*)`")
_MISSING = re.compile(r"Object missing required field `([^`]*)`")
_ITEM = re.compile(r"\[(\d+|\.\.\.)\]")
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

    number: Number
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
        DraftError: it is none, or a field is missing, unknown or of another kind. The first thing that is wrong is
            said; :func:`look` has all.
    """
    draft, faults = look(data)
    if draft is None or faults:
        raise DraftError(f"{source}: {faults[0].what}", faults[0].remedy, source=source)
    return draft


def look(data: bytes) -> tuple[Draft | None, tuple[Fault, ...]]:
    """Return the draft that a file is, and everything that is wrong with how it is written.

    Where nothing but the conclusion is missing, what else the draft holds can be looked at all the same: it is returned
    with the conclusion ``indeterminate``, and with the fault.
    """
    if len(data) > LARGEST:
        return None, (Fault("", f"it has more than {LARGEST >> 20} MiB", "write less"),)
    try:
        tables = tomllib.loads(data.decode("utf-8"))
    except RecursionError:
        return None, (Fault("", "it is nested too deeply", _SEE),)
    except ValueError as error:  # no UTF-8, no TOML, a number with thousands of digits
        return None, (Fault("", f"it is no TOML: {clean_line(str(error), 200)}", _SEE),)
    faults = tuple(_faults(tables))
    if any(each.where != "conclusion" for each in faults):
        return None, faults
    concluded = {"conclusion": Conclusion.INDETERMINATE} if faults else {}
    draft = msgspec.convert({**tables, **concluded}, Draft)
    return draft, (*faults, *_without_zone(draft))


def _faults(tables: Mapping[str, Any]) -> Iterator[Fault]:
    kinds = get_type_hints(Draft, include_extras=True)
    known = {each.name: each for each in msgspec.structs.fields(Draft)}
    for name in tables.keys() - known.keys():
        yield Fault(clean_line(name, 80), "there is no field of this name", _instead(name))
    for name, field in known.items():
        if name in tables:
            yield from _fault(tables[name], kinds[name], name)
        elif field.required:
            yield Fault(name, "it is missing", f"add it; {_SEE}")


def _fault(value: Any, kind: Any, name: str) -> Iterator[Fault]:
    try:
        msgspec.convert(value, kind)
    except RecursionError:
        yield Fault(name, "it is nested too deeply", _SEE)
    except msgspec.ValidationError as error:
        said, _, at = str(error).partition(" - at ")
        where = _ITEM.sub(lambda found: f", item {_counted(found[1])}", name + at.strip("`").removeprefix("$"))
        if missing := _MISSING.fullmatch(said):
            yield Fault(f"{where}.{missing[1]}", "it is missing", f"add it; {_SEE}")
        elif unknown := _UNKNOWN.match(said):
            yield Fault(f"{where}.{clean_line(unknown[1], 80)}", "there is no field of this name", _instead(unknown[1]))
        elif name == "conclusion":
            yield Fault(name, f"it is {value!a:.40}", f"write {', '.join(Conclusion)}: it is the officer's to conclude")
        elif "matching regex" in said:  # of all fields only the number has one
            yield Fault(where, "it is no number of a determination", "write letters, digits, dots, dashes and _ only")
        else:
            yield Fault(where, clean_line(said.replace("`", ""), 200), _SEE)


def _without_zone(draft: Draft) -> Iterator[Fault]:
    moments = {
        "decided": draft.decided,
        "expires": draft.expires,
        **{f"consulted, item {at + 1}.at": each.at for at, each in enumerate(draft.consulted)},
        **{f"trigger, item {at + 1}.at": each.at for at, each in enumerate(draft.trigger)},
    }
    for where, moment in moments.items():
        if moment is not None and moment.tzinfo is None:
            yield Fault(where, "it has no time zone", "write it with a Z at its end: 2026-11-20T16:30:00Z")
        elif moment is not None and not EARLIEST < moment.year < LATEST:
            yield Fault(where, f"the year {moment.year} is none of a determination", "correct the date")


def _counted(number: str) -> str:
    return str(int(number) + 1) if number.isdigit() else number


def _instead(name: str) -> str:
    near = difflib.get_close_matches(name, _names(), 1)
    return f"write {near[0]} if that is meant, or take it out" if near else f"take it out; {_SEE}"


def _names() -> list[str]:
    kinds: Mapping[str, Any] = {each.__name__: each for each in (Draft, Said, Asked, Disagrees, Due, Officer, Roles)}
    return sorted({field.name for kind in kinds.values() for field in msgspec.structs.fields(kind)})
