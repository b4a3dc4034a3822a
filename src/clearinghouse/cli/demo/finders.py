"""What the three finders hand in: Aurora SARIF logs, Basalt Mantis findings in a zip, Cinder tables."""

import csv
import io
import json
import uuid
import zipfile
from typing import Any

from clearinghouse.cli.demo.description import Description, Flaw
from clearinghouse.cli.demo.made import Made

HOST = "https://git.example.org/harbour"
AURORA_DRIFT = 12
"""Lines by which everything moved between Aurora's two scans: every file got a licence header."""
BASALT_DRIFT = 7
_COLUMNS = (
    "Scanner,Check ID,Severity,Title,CVE,CWE,Package,Version,Package type,File path,Line,Fixed version,Detected at"
)


def aurora(about: Description, scan: int) -> Made:
    """Return Aurora's scan number 1 or 2; the second has moved lines and one damaged result."""
    flaws = [flaw for flaw in about.flaw if flaw.aurora]
    labels: dict[str, str | None] = {}
    runs = []
    for name in about.repositories:
        here = [flaw for flaw in flaws if flaw.repository == name]
        results = [_sarif_result(flaw, scan) for flaw in here]
        labels |= {f"#{len(labels) + place}": flaw.key for place, flaw in enumerate(here)}
        if scan == 2 and name == "quayweb":
            results.append(_damaged_result())
            labels[f"#{len(labels)}"] = None
        runs.append(_sarif_run(about, name, here, results, scan))
    return Made(f"aurora/scan-{scan}.sarif", _sarif(runs), labels)


def aurora_alone(about: Description, flaw: Flaw, name: str) -> Made:
    """Return a report of Aurora about one flaw, as its second scan saw it."""
    run = _sarif_run(about, flaw.repository, [flaw], [_sarif_result(flaw, 2)], 2)
    return Made(f"aurora/{name}.sarif", _sarif([run]), {"#0": flaw.key})


def _sarif(runs: list[dict[str, Any]]) -> bytes:
    return _json({"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": runs})


def _sarif_run(
    about: Description, name: str, flaws: list[Flaw], results: list[dict[str, Any]], scan: int
) -> dict[str, Any]:
    rules = sorted({flaw.aurora.rule for flaw in flaws if flaw.aurora})
    return {
        "tool": {"driver": _sarif_driver(about, rules)},
        "invocations": [{"executionSuccessful": True, "endTimeUtc": f"2026-08-1{scan}T04:30:00Z"}],
        "versionControlProvenance": [
            {"repositoryUri": f"{HOST}/{name}", "revisionId": about.repositories[name].commit}
        ],
        "originalUriBaseIds": {"ROOT": {"uri": f"file:///scan/{name}/"}},
        "results": results,
    }


def basalt(about: Description) -> Made:
    """Return Basalt's findings, one JSON file each, in a zip archive."""
    labels: dict[str, str | None] = {}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for flaw in about.flaw:
            if flaw.basalt:
                number = _mantis_number(flaw)
                member = f"findings/{number}.json"
                archive.writestr(zipfile.ZipInfo(member), _json(_mantis_finding(flaw, number)))
                labels[f"!{member}#0"] = flaw.key
    return Made("basalt/findings.zip", out.getvalue(), labels)


def basalt_alone(flaw: Flaw, name: str) -> Made:
    """Return Basalt's finding of one flaw by itself."""
    return Made(f"basalt/{name}.json", _json(_mantis_finding(flaw, _mantis_number(flaw))), {"#0": flaw.key})


def _mantis_number(flaw: Flaw) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{HOST}/{flaw.key}"))


def cinder(about: Description, day: int) -> Made:
    """Return Cinder's table of one night; each has the same rows, and the second one row that says nothing."""
    out = io.StringIO(newline="")
    table = csv.writer(out, lineterminator="\n")
    table.writerow(_COLUMNS.split(","))
    labels: dict[str, str | None] = {}
    for flaw in about.flaw:
        if said := flaw.cinder:
            line = flaw.line + said.offset if flaw.line else ""
            what = (said.check, said.severity, said.title, said.cve, f"CWE-{said.cwe}")
            where = (flaw.package or flaw.repository, flaw.version, flaw.ecosystem.lower(), flaw.path, line)
            table.writerow(("Cinder", *what, *where, said.fixed, f"2026-08-{day}"))
            labels[f"#{len(labels)}"] = flaw.key
    if day == 14:
        table.writerow(("Cinder", "C-INTERNAL", "unknown", "", "", "", "quayweb"))
        labels[f"#{len(labels)}"] = None
    return Made(f"cinder/2026-08-{day}.csv", out.getvalue().encode(), labels)


def _sarif_driver(about: Description, names: list[str]) -> dict[str, Any]:
    rules = [
        {
            "id": name,
            "shortDescription": {"text": about.rules[name].title},
            "properties": {
                "tags": ["security", f"external/cwe/cwe-{about.rules[name].cwe:03}"],
                "security-severity": about.rules[name].severity,
            },
        }
        for name in names
    ]
    return {
        "name": "Aurora",
        "semanticVersion": "4.2.0",
        "informationUri": "https://aurora.example.org",
        "rules": rules,
    }


def _sarif_result(flaw: Flaw, scan: int) -> dict[str, Any]:
    said = flaw.aurora
    assert said is not None  # noqa: S101 - the caller chose the flaws that Aurora reported
    line = flaw.line + (scan - 1) * AURORA_DRIFT
    region = {"startLine": line, "startColumn": 5, "snippet": {"text": "    " + flaw.code}}
    result: dict[str, Any] = {
        "ruleId": said.rule,
        "level": "error",
        "message": {"text": said.text},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": flaw.path, "uriBaseId": "ROOT"},
                    "region": region,
                },
                "logicalLocations": [{"fullyQualifiedName": flaw.function, "kind": "function"}],
            }
        ],
    }
    if said.suppressed:
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": said.suppressed}]
    return result


def _damaged_result() -> dict[str, Any]:
    """A result as a writer leaves it that confuses names and numbers."""
    return {
        "ruleId": "AUR-SQL",
        "message": {"text": "A second statement is built from request parameters."},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": "app/report.py"},
                    "region": {"startLine": "eighty-one"},
                }
            }
        ],
    }


def _mantis_finding(flaw: Flaw, number: str) -> dict[str, Any]:
    said = flaw.basalt
    assert said is not None  # noqa: S101 - the caller chose the flaws that Basalt reported
    symbol = flaw.function.rpartition(".")[2]
    return {
        "id": number,
        "title": said.title,
        "description": said.text,
        "code_paths": [f"/checkout/{flaw.repository}/{flaw.path}:{flaw.line + BASALT_DRIFT} ({symbol})"],
        "impact": "An outsider gains what only the application should have.",
        "severity": said.severity,
        "mitigation": "None known short of not using the function.",
        "attacker_position": "EXTERNAL",
        "privileges_required": "NONE",
        "user_interaction": "NONE",
        "cwe": f"CWE-{said.cwe}",
        "status": said.status,
        "history": [{"stage": "hunter", "timestamp": "2026-08-13T09:15:00Z", "action": "reported"}],
        "agent": "Basalt",
        "repository": f"{HOST}/{flaw.repository}",
    }


def _json(value: Any) -> bytes:
    return json.dumps(value, indent=2).encode() + b"\n"
