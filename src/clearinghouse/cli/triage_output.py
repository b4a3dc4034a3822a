"""The result of triage for machines: JSON, CSV and SARIF."""

import csv
import datetime as dt
import sys
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import quote

import msgspec

from clearinghouse import __version__
from clearinghouse.cli.output import problem_lists, write_items, write_members
from clearinghouse.cli.plan_output import action_rows
from clearinghouse.formats.text import clean_line
from clearinghouse.priority import ordering_arm
from clearinghouse.records import Link, Location, SenderClaim
from clearinghouse.triage.result import Judgement, Triage, Vulnerability, missing, unranked

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_LONGEST_CELL = 4000


class _Row(msgspec.Struct, frozen=True, gc=False):
    """One vulnerability as it is printed. Field names and their order are the interface."""

    id: str
    title: str
    component: str | None
    findings: tuple[str, ...]
    finders: tuple[str, ...]
    identifiers: tuple[str, ...]
    weaknesses: tuple[str, ...]
    place: Location | None
    location: str
    tier: str | None
    due: dt.date | None
    arms: msgspec.Raw
    signals: msgspec.Raw
    same: tuple[Link, ...]
    claims: tuple[SenderClaim, ...]
    explain: msgspec.Raw
    policy: str
    clock: str
    table: str


class _Judged(NamedTuple):
    """What is printed of a judgement; three quarters of a row, and the same for most rows of a flood."""

    tier: str | None
    due: dt.date | None
    arms: msgspec.Raw
    signals: msgspec.Raw
    explain: msgspec.Raw
    missing: msgspec.Raw


@lru_cache(maxsize=4096)
def _judged(made: Judgement) -> _Judged:
    def raw(value: Any) -> msgspec.Raw:
        return msgspec.Raw(msgspec.json.encode(value))

    arms, why = made.deadline.arms, made.explain()
    return _Judged(made.tier, made.due, raw(arms), raw(made.signals), raw(why), raw(missing(made)))


def write_json_report(result: Triage) -> None:
    """Write the documented JSON, one vulnerability a line."""
    sys.stdout.buffer.write(b'{"as_of":%s,\n' % msgspec.json.encode(result.as_of))
    lists: dict[str, Iterable[Any]] = {
        "vulnerabilities": map(_row, result.vulnerabilities),
        "unranked": (
            {"id": made.id, "missing": _judged(made.judged).missing}
            for made in result.vulnerabilities
            if unranked(made)
        ),
        "actions": action_rows(result.plan) if result.plan else (),
        "deferrals": result.plan.deferrals if result.plan else (),
        "meetings": result.plan.meetings if result.plan else (),
        "set_aside": result.set_aside,
        "suggestions": result.suggestions,
        **problem_lists(result.problems),
    }
    counts = {
        "findings": result.findings,
        "vulnerabilities": len(result.vulnerabilities),
        "set_aside": len(result.set_aside),
        "full_buckets": result.full_buckets,
    }
    write_members(lists, {"counts": counts})


def _row(made: Vulnerability) -> _Row:
    judged, deadline = _judged(made.judged), made.deadline
    return _Row(
        made.id, made.title, made.component, made.findings, made.finders, made.identifiers, made.weaknesses,
        made.place, made.location, judged.tier, judged.due, judged.arms, judged.signals, made.same, made.claims,
        judged.explain, deadline.policy, deadline.clock, deadline.table,
    )  # fmt: skip


def write_csv(result: Triage) -> None:
    """Write one line a vulnerability. A cell that a spreadsheet would run as a formula gets an apostrophe in front."""
    sys.stdout.reconfigure(newline="")  # type: ignore[union-attr]
    writer = csv.writer(sys.stdout)
    writer.writerow(
        ["id", "tier", "due", "title", "component", "location", "identifiers", "finders", "findings", "kev", "epss",
         "cvss", "missing"]
    )  # fmt: skip
    for made in result.vulnerabilities:
        cells = [
            made.id, _tier(made), _due(made), made.title, made.component or "", made.location,
            " ".join(made.identifiers), "; ".join(made.finders), len(made.findings), made.signals.kev or "",
            _number(made.signals.epss), _number(made.signals.cvss), " ".join(missing(made)),
        ]  # fmt: skip
        writer.writerow([_inert(cell) for cell in cells])


def _inert(cell: object) -> object:
    if not isinstance(cell, str):
        return cell
    text = clean_line(cell, _LONGEST_CELL)
    return f"'{text}" if text.startswith(_FORMULA) else text


def write_sarif(result: Triage) -> None:
    """Write SARIF 2.1.0, one result a line: one a vulnerability, in order, its place in the list as a property."""
    out = sys.stdout.buffer
    encode = msgspec.json.encode
    driver = {"name": "clearinghouse", "version": __version__, "rules": []}
    head = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0"}
    out.write(encode(head)[:-1] + b',"runs":[{"tool":' + encode({"driver": driver}) + b',\n"results":[')
    write_items(_sarif_result(number, made) for number, made in enumerate(result.vulnerabilities, 1))
    out.write(b"\n]}]}\n")
    out.flush()


def _sarif_result(number: int, made: Vulnerability) -> dict[str, Any]:
    locations = []
    if made.place is not None and made.place.path:
        physical: dict[str, Any] = {"artifactLocation": {"uri": _uri(made.place.path)}}
        if made.place.line is not None and made.place.line > 0:
            physical["region"] = {"startLine": made.place.line}
        locations.append({"physicalLocation": physical})
    return {
        "ruleId": (made.identifiers or made.weaknesses or ("finding",))[0],
        "message": {"text": made.title or made.id},
        "locations": locations,
        "fingerprints": {"clearinghouse/v1": made.id},
        "occurrenceCount": len(made.findings),
        "properties": {
            "place": number,
            "tier": made.tier,
            "due": made.due,
            "component": made.component,
            "identifiers": made.identifiers,
            "finders": made.finders,
            "findings": made.findings,
            "tags": made.weaknesses,
        },
    }


def _uri(path: str) -> str:
    """Return a path as a URI reference (RFC 3986), which SARIF wants; what is encoded already stays as it is."""
    return quote(path.replace("\\", "/"), safe="/:@!$&'()*+,;=~%?#[]")


def _tier(made: Vulnerability) -> str:
    if made.arms and made.tier is None:
        return f"{made.arms['exposed'].outcome} if exposed, else {made.arms['not_exposed'].outcome}"
    return made.tier or ""


def _due(made: Vulnerability) -> str:
    due = ordering_arm(made.deadline).due
    return str(due) if due else ""


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:g}"
