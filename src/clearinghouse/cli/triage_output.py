"""The result of triage as a table, JSON, CSV and SARIF."""

import csv
import datetime as dt
import sys
from collections.abc import Iterator
from typing import Any

import msgspec
from rich.text import Text

from clearinghouse import __version__
from clearinghouse.cli.output import console, table
from clearinghouse.formats.text import clean_line
from clearinghouse.priority import in_words, ordering_arm
from clearinghouse.records import Level
from clearinghouse.triage import Triage, Vulnerability, missing, unranked

_MOST_ROWS = 30
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write_json_report(result: Triage) -> None:
    """Write the documented JSON, one vulnerability a line."""
    out = sys.stdout.buffer
    encode = msgspec.json.Encoder().encode
    out.write(b'{"as_of":%s,\n"vulnerabilities":[' % encode(result.as_of))
    for position, made in enumerate(result.vulnerabilities):
        out.write((b"\n" if position == 0 else b",\n") + encode(_row(made)))
    rest = {
        "unranked": [{"id": v.id, "missing": missing(v)} for v in result.vulnerabilities if unranked(v)],
        "set_aside": result.set_aside,
        "suggestions": result.suggestions,
        "problems": [problem for problem in result.problems if problem.level is Level.ERROR],
        "notices": [problem for problem in result.problems if problem.level is Level.NOTICE],
        "counts": {
            "findings": result.findings,
            "vulnerabilities": len(result.vulnerabilities),
            "set_aside": len(result.set_aside),
            "full_buckets": result.full_buckets,
        },
    }
    out.write(b"\n],\n" + encode(rest)[1:] + b"\n")
    out.flush()


def _row(made: Vulnerability) -> dict[str, Any]:
    row = {name: getattr(made, name) for name in made.__struct_fields__ if name != "deadline"}
    row["explain"] = made.explain()
    row["policy"], row["clock"], row["table"] = made.deadline.policy, made.deadline.clock, made.deadline.table
    return row


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
            made.id, _tier(made), _due(made), made.title, made.component, made.location, " ".join(made.identifiers),
            "; ".join(made.finders), len(made.findings), made.signals.kev or "", _number(made.signals.epss),
            _number(made.signals.cvss), " ".join(missing(made)),
        ]  # fmt: skip
        writer.writerow([_inert(cell) for cell in cells])


def _inert(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


def write_sarif(result: Triage) -> None:
    """Write SARIF 2.1.0: one result a vulnerability, in order, with its place in the list as a property."""
    driver = {"name": "clearinghouse", "version": __version__, "rules": []}
    run = {"tool": {"driver": driver}, "results": list(_sarif_results(result))}
    document = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [run],
    }
    sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(document), indent=1) + b"\n")
    sys.stdout.buffer.flush()


def _sarif_results(result: Triage) -> Iterator[dict[str, Any]]:
    for place, made in enumerate(result.vulnerabilities, 1):
        path, _, line = made.location.rpartition(":")
        if not line.isdigit() or not path:
            path, line = made.location, ""
        physical: dict[str, Any] = {"artifactLocation": {"uri": path}}
        if line and int(line) > 0:
            physical["region"] = {"startLine": int(line)}
        yield {
            "ruleId": (made.identifiers or made.weaknesses or ["finding"])[0],
            "message": {"text": made.title or made.id},
            "locations": [{"physicalLocation": physical}] if path else [],
            "fingerprints": {"clearinghouse/v1": made.id},
            "occurrenceCount": len(made.findings),
            "properties": {
                "place": place,
                "tier": made.tier,
                "due": made.due,
                "component": made.component,
                "identifiers": made.identifiers,
                "finders": made.finders,
                "findings": made.findings,
                "tags": made.weaknesses,
            },
        }


def show(result: Triage) -> None:
    """Print the list for people: what is ranked, then how much is not and why."""
    out = console()
    ranked = [made for made in result.vulnerabilities if not unranked(made)]
    waiting = [made for made in result.vulnerabilities if unranked(made)]
    found = f"{result.findings} findings are {len(result.vulnerabilities) + len(result.set_aside)} flaws"
    out.print(f"{found}, as of {in_words(result.as_of)}.\n")
    columns = ("tier", "due", "flaw", "where", "found by", "signals")
    if ranked:
        shown = (_cells(made, result.as_of) for made in ranked[:_MOST_ROWS])
        out.print(table("By when", columns, shown, ratios=(3, 4, 8, 7, 4, 5)))
        _show_more(len(ranked))
        _show_why(ranked[0])
    if waiting:
        rows = (_cells(made, result.as_of) for made in waiting[:_MOST_ROWS])
        out.print(table("No date yet: inputs are missing", columns, rows, ratios=(3, 4, 8, 7, 4, 5)))
        _show_more(len(waiting))
        names = sorted({name for made in waiting for name in missing(made)})
        out.print(f"Missing: {', '.join(names).replace('_', ' ')}. --kev and --ssvc supply them; --policy names a default.\n")
    if result.set_aside:
        out.print(f"{len(result.set_aside)} flaws are set aside (withdrawn, suppressed, fixed or false positive).")
    if result.suggestions:
        out.print(f"{len(result.suggestions)} pairs may be the same flaw; a person should look (--format json).")
    out.print("Next: --format json gives every reason; `clearinghouse deadline` answers for one flaw on one asset.")


def _show_more(count: int) -> None:
    if count > _MOST_ROWS:
        console().print(f"... and {count - _MOST_ROWS} more; --format csv or json lists all.\n")


def _show_why(made: Vulnerability) -> None:
    out = console()
    out.print(Text(f"Why the first: {made.title}"))
    for sentence in made.explained():
        out.print(Text(f"  {sentence}"))
    if made.same:
        out.print(Text("Why it is one flaw:"))
        for link in made.same[:5]:
            out.print(Text(f"  {link.reason.value}: {link.explanation}"))
    out.print()


def _cells(made: Vulnerability, today: dt.date) -> tuple[str, ...]:
    name = next(iter(made.identifiers), "")
    title = clean_line(made.title, 90)
    where = made.component or made.location
    if made.component and made.location:
        where = f"{made.component} {made.location}"
    return (
        _tier(made),
        _due_in_words(made, today),
        f"{name} {title}" if name and name not in title else title,
        where,
        ", ".join(made.finders),
        _signals(made),
    )


def _tier(made: Vulnerability) -> str:
    if made.arms and made.tier is None:
        return f"{made.arms['exposed'].outcome} if exposed, else {made.arms['not_exposed'].outcome}"
    return made.tier or ""


def _due(made: Vulnerability) -> str:
    due = ordering_arm(made.deadline).due
    return str(due) if due else ""


def _due_in_words(made: Vulnerability, today: dt.date) -> str:
    due = ordering_arm(made.deadline).due
    if due is None:
        return "-" if unranked(made) else "at upgrade"
    days = (due - today).days
    told = f"in {days} days" if days > 0 else "today" if days == 0 else f"{-days} days over"
    return f"{due} {told}"


def _signals(made: Vulnerability) -> str:
    signals = made.signals
    told = []
    if signals.kev:
        told.append("known to be used in attacks")
    if signals.epss is not None:
        told.append(f"EPSS {signals.epss:.2f}")
    if signals.cvss is not None:
        told.append(f"CVSS {signals.cvss:g}")
    if signals.discoveries > 1:
        told.append(f"{signals.discoveries} finders")
    return ", ".join(told)


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:g}"
