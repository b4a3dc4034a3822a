from pathlib import Path

import pytest

from clearinghouse.formats.document import Document
from clearinghouse.formats.npm_audit import FORMAT
from clearinghouse.records import Finding, Problem, State

SCANNERS = Path(__file__).parent / "scanners"
NPM6 = (SCANNERS / "npm6.json").read_bytes()
NPM7 = (SCANNERS / "npm7.json").read_bytes()
ERROR = b'{"error": {"code": "ENOLOCK", "summary": "This command requires an existing lockfile.", "detail": "Try it."}}'


def read(data: bytes) -> tuple[list[Finding], list[Problem]]:
    records = list(FORMAT.read(Document.from_bytes("r", data)))
    return [r for r in records if isinstance(r, Finding)], [r for r in records if isinstance(r, Problem)]


def test_advisory_of_npm_6():
    findings, problems = read(NPM6)
    assert [f.index for f in findings] == [0, 2]
    assert [p.pointer for p in problems] == ["/advisories/9147/module_name"]
    first, last = findings
    assert first.identifiers == ("CVE-2099-0201", "GHSA-8888-9999-cccc")
    assert [c.purl for c in first.components] == ["pkg:npm/demo-grow@1.9.2", "pkg:npm/demo-grow@1.9.3"]
    assert [r.value for r in first.remedies] == ["1.10.2", "2.0.1"]
    assert [c.name for c in first.credits] == ["Ada Example"]
    assert first.references[1:] == ("https://example.org/issues/60", "https://example.org/pull/61")
    assert first.native_id == "9146"
    assert (last.state, last.remedies) == (State.WITHDRAWN, ())
    assert last.component.purl == "pkg:npm/%40demo/gone"


def test_only_advisories_are_findings_in_npm_7():
    findings, problems = read(NPM7)
    assert [(f.index, f.native_id) for f in findings] == [(0, "1094219"), (2, "1094221"), (3, "1094230")]
    assert [p.pointer for p in problems] == ["/vulnerabilities/demo-debug/via/2/name"]
    first = findings[0]
    assert first.identifiers == ("GHSA-ffff-gggg-hhhh",)
    assert first.weaknesses == ("CWE-400", "CWE-1333")
    assert first.component.purl == "pkg:npm/demo-debug"
    assert first.locations[0].path == "node_modules/demo-debug"


def test_fix_of_another_package_is_no_fix_of_this_one():
    findings, _ = read(NPM7)
    assert [r.value for r in findings[0].remedies] == ["4.3.1"]
    assert findings[2].remedies == ()


def test_failure_is_told_in_the_words_of_npm():
    findings, problems = read(ERROR)
    assert findings == []
    assert problems[0].message == (
        "npm audit did not run and says: ENOLOCK: This command requires an existing lockfile. Try it."
    )


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        (NPM6, 95, 95),
        (NPM7, 100, 100),
        (ERROR, 80, 80),
        (b'{"auditReportVersion": 3, "vulnerabilities": {}}', 10, 40),
        (b'{"actions": [], "advisories": {}, "muted": [], "metadata": {}, "runId": "x"}', 95, 95),
        (b'{"advisories": {"1": {"module_name": "x", "findings": []}}, "metadata": {}}', 10, 40),
        (b'{"error": {"code": "not_found", "summary": "x", "detail": "y"}}', 0, 0),
    ],
)
def test_detection(text, least, most):
    assert least <= FORMAT.detect(Document.from_bytes("r", text).sample).score <= most
