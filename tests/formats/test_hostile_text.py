"""No reader lets a character through that forges output or hides code, whichever string of a document it stands in."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from clearinghouse.formats.document import Document
from clearinghouse.formats.registry import FORMATS
from clearinghouse.formats.text import _BAD
from clearinghouse.records import Finding

SCANNERS = Path(__file__).parent / "scanners"
POISON = "\x1b[31m\x07\n\t\u202e\u2066"
INLINE = "\x1b\x07\u202e\u2066"
OF_LINES = {"description", "snippet", "required_action"}
"""Where a line may end."""

PLACE = {
    "physicalLocation": {
        "artifactLocation": {"uri": "src/a.c"},
        "region": {"startLine": 3, "snippet": {"text": "f(x)"}},
    },
    "logicalLocations": [{"fullyQualifiedName": "ns::f", "kind": "function"}],
}
OSV = {
    "id": "DEMO-2026-1",
    "modified": "2026-01-01T00:00:00Z",
    "published": "2026-01-01T00:00:00Z",
    "withdrawn": "2026-01-02T00:00:00Z",
    "aliases": ["CVE-2026-10001"],
    "upstream": ["CVE-2026-10002"],
    "related": ["CVE-2026-10003"],
    "summary": "It breaks.",
    "details": "Crash type: Heap-buffer-overflow READ 4\nCrash state:\nf\ng\n",
    "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "source": "lab"}],
    "affected": [
        {
            "package": {"ecosystem": "PyPI", "name": "demo", "purl": "pkg:pypi/demo"},
            "ranges": [
                {"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.2"}, {"last_affected": "1.3"}]},
                {
                    "type": "GIT",
                    "repo": "https://example.org/demo?p=x.git",
                    "events": [{"introduced": "0"}, {"fixed": "0123456789abcdef"}, {"limit": "4"}],
                },
            ],
            "versions": ["1.0"],
            "database_specific": {"cwe_ids": ["CWE-79"], "severity": "HIGH"},
        },
        {"ranges": [{"type": "GIT", "repo": "https://example.org/other", "events": [{"introduced": "0"}]}]},
    ],
    "references": [
        {"type": "FIX", "url": "https://example.org/demo/commit/0123456789abcdef"},
        {"type": "FIX", "url": "https://example.org/?p=demo%1b.git;a=commit;h=0123456789abcdef"},
    ],
    "credits": [{"name": "Ada", "type": "FINDER", "contact": ["mailto:ada@example.org"]}],
}
CONTAINER = {
    "title": "It breaks",
    "providerMetadata": {"orgId": "134c704f-9b21-4f2e-91b3-4a467353bcc0", "shortName": "CISA-ADP"},
    "descriptions": [{"lang": "en", "value": "It breaks."}],
    "rejectedReasons": [{"lang": "en", "value": "A mistake."}],
    "affected": [
        {
            "vendor": "v",
            "product": "p",
            "packageName": "demo",
            "collectionURL": "https://pypi.org",
            "packageURL": "pkg:pypi/demo",
            "repo": "https://example.org/demo",
            "defaultStatus": "unaffected",
            "versions": [
                {"version": "1", "status": "affected", "lessThan": "2", "versionType": "semver"},
                {"version": "1", "status": "affected", "changes": [{"at": "3", "status": "unaffected"}]},
                {"version": "0123456789abcdef", "status": "affected", "lessThan": "123456789a", "versionType": "git"},
            ],
        }
    ],
    "problemTypes": [{"descriptions": [{"cweId": "CWE-79", "description": "CWE-79 XSS"}]}],
    "metrics": [
        {"cvssV3_1": {"vectorString": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}},
        {"other": {"type": "own", "content": {"value": "High"}}},
        {"other": {"type": "kev", "content": {"dateAdded": "2026-01-01"}}},
        {
            "other": {
                "type": "ssvc",
                "content": {
                    "timestamp": "2026-01-01T00:00:00Z",
                    "role": "CISA Coordinator",
                    "version": "2.0.3",
                    "options": [{"Exploitation": "poc"}, {"Automatable": "no"}, {"Technical Impact": "total"}],
                },
            }
        },
    ],
    "references": [{"url": "https://example.org/demo/commit/0123456789abcdef", "tags": ["patch"]}],
    "credits": [{"value": "Ada", "type": "finder"}],
}
CVE = {
    "dataType": "CVE_RECORD",
    "dataVersion": "5.1",
    "cveMetadata": {
        "cveId": "CVE-2026-10001",
        "assignerShortName": "lab",
        "state": "PUBLISHED",
        "datePublished": "2026-01-01T00:00:00Z",
        "dateUpdated": "2026-01-01T00:00:00Z",
    },
    "containers": {"cna": CONTAINER, "adp": [CONTAINER]},
}
ASAN = """\
==7==ERROR: AddressSanitizer: heap-buffer-overflow on address 0x602000000011 at pc 0x0000004f1b2c
READ of size 1 at 0x602000000011 thread T0
    #0 0x4f1b2b in parse_header src/demo.c:10:5
    #1 0x4f1c00 in main src/demo.c:30:3
SUMMARY: AddressSanitizer: heap-buffer-overflow src/demo.c:10:5 in parse_header
"""
GO = "panic: runtime error: index out of range [5]\n\ngoroutine 1 [running]:\nmain.f(0x1)\n\t/src/a.go:3 +0x1\n"
JSON: dict[str, tuple[str, Any]] = {
    "sarif": (
        "sarif",
        {
            "version": "2.1.0",
            "runs": [
                {
                    "tool": {
                        "driver": {
                            "name": "Demo",
                            "version": "1",
                            "rules": [
                                {
                                    "id": "CVE-2026-10001",
                                    "shortDescription": {"text": "Bad"},
                                    "messageStrings": {"m": {"text": "It is {0}"}},
                                    "defaultConfiguration": {"level": "error"},
                                    "properties": {"security-severity": "9.0", "tags": ["external/cwe/cwe-079"]},
                                }
                            ],
                        }
                    },
                    "versionControlProvenance": [{"repositoryUri": "https://example.org/d", "revisionId": "0123abc"}],
                    "invocations": [{"endTimeUtc": "2026-01-01T00:00:00Z"}],
                    "externalPropertyFileReferences": {"artifacts": [{"location": {"uri": "other.json"}}]},
                    "results": [
                        {
                            "ruleId": "CVE-2026-10001",
                            "guid": "g-1",
                            "message": {"id": "m", "arguments": ["x"]},
                            "level": "error",
                            "locations": [PLACE],
                            "codeFlows": [{"threadFlows": [{"locations": [{"location": PLACE}]}]}],
                            "fingerprints": {"v": "f00"},
                            "partialFingerprints": {"p": "f00"},
                        },
                        {"ruleId": "other", "message": {"text": "Package: demo\nInstalled Version: 1"}},
                    ],
                }
            ],
        },
    ),
    "osv": ("osv", OSV),
    "osv_scanner": (
        "osv_scanner",
        {
            "results": [
                {
                    "source": {"path": "/demo/lock", "type": "lockfile"},
                    "packages": [
                        {
                            "package": {"name": "demo", "version": "1", "ecosystem": "PyPI", "commit": "0123abc"},
                            "vulnerabilities": [OSV],
                        }
                    ],
                }
            ]
        },
    ),
    "cve": ("cve", CVE),
    "cve, rejected": ("cve", CVE | {"cveMetadata": {"cveId": "CVE-2026-10001", "state": "REJECTED"}}),
    "nvd": (
        "nvd",
        {
            "format": "NVD_CVE",
            "vulnerabilities": [
                {
                    "cve": {
                        "id": "CVE-2026-10001",
                        "published": "2026-01-01T00:00:00",
                        "lastModified": "2026-01-01T00:00:00",
                        "vulnStatus": "Analyzed",
                        "descriptions": [{"lang": "en", "value": "It breaks."}],
                        "metrics": {
                            "cvssMetricV31": [
                                {"source": "nist", "cvssData": {"vectorString": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U"}}
                            ],
                            "ssvcV203": [{"ssvcData": {"role": "r", "options": [{"exploitation": "poc"}]}}],
                        },
                        "weaknesses": [{"description": [{"lang": "en", "value": "CWE-79"}]}],
                        "configurations": [
                            {
                                "nodes": [
                                    {
                                        "cpeMatch": [
                                            {
                                                "vulnerable": True,
                                                "criteria": "cpe:2.3:a:v:p:*:*:*:*:*:*:*:*",
                                                "versionStartIncluding": "1",
                                                "versionEndExcluding": "2",
                                            },
                                            {"vulnerable": True, "criteria": "cpe:2.3:a:v:p:1.0:*:*:*:*:*:*:*"},
                                        ]
                                    }
                                ]
                            }
                        ],
                        "references": [{"url": "https://example.org/demo/commit/0123456789", "tags": ["Patch"]}],
                        "cisaExploitAdd": "2026-01-01",
                        "cisaActionDue": "2026-01-15",
                        "cisaRequiredAction": "Do it.",
                        "cisaVulnerabilityName": "Demo",
                    }
                }
            ],
        },
    ),
    "kev": (
        "kev",
        {
            "catalogVersion": "2026.01.01",
            "vulnerabilities": [
                {
                    "cveID": "CVE-2026-10001",
                    "dateAdded": "2026-01-01",
                    "dueDate": "2026-01-15",
                    "vendorProject": "v",
                    "product": "p",
                    "vulnerabilityName": "n",
                    "requiredAction": "a",
                    "knownRansomwareCampaignUse": "Known",
                    "cwes": ["CWE-79"],
                    "forensicTriage": "Yes",
                }
            ],
        },
    ),
    "casr": (
        "casr",
        {
            "CrashSeverity": {"Type": "EXPLOITABLE", "ShortDescription": "DestAv", "Description": "d"},
            "Stacktrace": ["#0 0x4f1b2b in parse_header (a=1) at /demo/demo.c:10", "#1 0x4f in main () at b.c:2"],
            "CrashLine": "/demo/demo.c:10:5",
            "ExecutablePath": "/demo/demo",
            "Package": "demo",
            "PackageVersion": "1",
            "Date": "2026-01-01T00:00:00Z",
        },
    ),
    "casr, quoting a sanitizer": (
        "casr",
        {"CrashSeverity": {"Type": "E"}, "Stacktrace": [], "AsanReport": ASAN.splitlines()},
    ),
    **{
        name: (name.rstrip("67") if name[:3] != "npm" else "npm_audit", SCANNERS / f"{name}.json")
        for name in ("bandit", "grype", "mantis", "npm6", "npm7", "pip_audit", "semgrep", "trivy")
    },
    "trivy of a cluster": ("trivy", SCANNERS / "trivy_kubernetes.json"),
    "mantis, early": ("mantis", SCANNERS / "mantis_early.json"),
}
TEXT: dict[str, tuple[str, str]] = {
    "crash": ("crash", ASAN),
    "crash of Go": ("crash", GO),
    "epss": (
        "epss",
        "#model_version:v1,score_date:2026-01-01T00:00:00Z\ncve,epss,percentile\nCVE-2026-10001,0.5,0.9\n",
    ),
    "kev": ("kev", "cveID,vendorProject,dateAdded,vulnerabilityName\nCVE-2026-10001,v,2026-01-01,n\n"),
    "osv": ("osv", "id: D-1\nmodified: 2026-01-01T00:00:00Z\naffected:\n  - package: {ecosystem: PyPI, name: demo}\n"),
    "tabular": ("tabular", (SCANNERS / "table.csv").read_text()),
    "tabular, JSON lines": ("tabular", (SCANNERS / "table.jsonl").read_text()),
}
READ = {known.name: known.read for known in FORMATS}


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where the strings of a document stand."""
    if isinstance(value, str):
        yield path
    elif isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(inner, (*path, key))


def poisoned(value: Any, path: tuple[Any, ...] | None) -> Any:
    """The same document with poison in the string at ``path``, or in every string."""
    if isinstance(value, str):
        return f"{POISON}{value[: len(value) // 2]}{POISON}{value[len(value) // 2 :]}{POISON}"
    if isinstance(value, dict | list):
        keys = list(value) if isinstance(value, dict) else range(len(value))
        copy: Any = value.copy()
        for key in keys:
            if path is None or path[0] == key:
                copy[key] = poisoned(value[key], path and path[1:])
        return copy
    return value


def strings(value: Any, field: str = "") -> Iterator[tuple[str, str]]:
    """(field, text) of every string in a record."""
    if isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            inner = getattr(value, name)
            is_type = name == "type" and type(value).__name__ == "Crash"  # a kind and its detail, one a line
            yield from strings(inner, "description" if is_type else name)
    elif isinstance(value, str):
        yield field, value
    elif isinstance(value, tuple | list):
        for inner in value:
            yield from strings(inner, field)


def check(format_name: str, text: str) -> list[Any]:
    records = list(READ[format_name](Document.from_bytes("d", text.encode())))
    for record in records:
        for field, said in strings(record):
            assert not _BAD.search(said), (type(record).__name__, field, said)
            assert field in OF_LINES or not {"\n", "\t"} & set(said), (type(record).__name__, field, said)
    return records


def value_of(name: str) -> tuple[str, Any]:
    format_name, value = JSON[name]
    return format_name, json.loads(value.read_bytes()) if isinstance(value, Path) else value


@pytest.mark.parametrize("name", JSON)
@pytest.mark.parametrize("ascii_only", [False, True])
def test_poison_in_every_string(name: str, ascii_only: bool) -> None:
    format_name, value = value_of(name)
    assert any(not hasattr(record, "level") for record in check(format_name, json.dumps(value)))
    check(format_name, json.dumps(poisoned(value, None), ensure_ascii=ascii_only))


@pytest.mark.parametrize("name", JSON)
def test_poison_in_each_string(name: str) -> None:
    format_name, value = value_of(name)
    findings = 0
    for path in places(value):
        findings += any(isinstance(r, Finding) for r in check(format_name, json.dumps(poisoned(value, path))))
    assert findings or name == "kev"


@pytest.mark.parametrize("name", TEXT)
def test_poison_in_a_text(name: str) -> None:
    format_name, text = TEXT[name]
    assert check(format_name, text)
    for at in range(0, len(text), 3):
        check(format_name, text[:at] + INLINE + text[at:])


def test_poison_in_keys() -> None:
    for name in JSON:
        format_name, value = value_of(name)
        text = json.dumps(value, ensure_ascii=False)
        for path in list(places(value))[:20]:
            broken = json.loads(text)
            inner = broken
            for key in path[:-1]:
                inner = inner[key]
            inner[path[-1]] = {INLINE: [INLINE]}
            check(format_name, json.dumps({**broken, INLINE: INLINE} if isinstance(broken, dict) else broken))
