from pathlib import Path

import msgspec
import pytest

from clearinghouse.formats.document import Document
from clearinghouse.formats.npm_audit import FORMAT
from clearinghouse.records import Finding, Level, Problem, State

SCANNERS = Path(__file__).parent / "scanners"
NPM6 = (SCANNERS / "npm6.json").read_bytes()
NPM7 = (SCANNERS / "npm7.json").read_bytes()
PNPM = (SCANNERS / "pnpm.json").read_bytes()
YARN1 = (SCANNERS / "yarn1.jsonl").read_bytes()
YARN2 = (SCANNERS / "yarn2.json").read_bytes()
YARN4 = (SCANNERS / "yarn4.jsonl").read_bytes()
BULK = (SCANNERS / "npm_bulk.json").read_bytes()
ERROR = b'{"error": {"code": "ENOLOCK", "summary": "This command requires an existing lockfile.", "detail": "Try it."}}'
REFUSED = (
    b'{"message": "403 Forbidden", "uri": "https://r.example.org/", "statusCode": 403, '
    b'"error": {"summary": "", "detail": ""}}'
)
PNPM_ERROR = b'{"error": {"code": "ERR_PNPM_AUDIT_NO_LOCKFILE", "message": "No pnpm-lock.yaml found"}}'
YARN_ERROR = (
    b'{"type":"warning","data":"package.json: No license field"}\n'
    b'{"type":"error","data":"An unexpected error occurred: '
    b'\\"https://r.example.org/-/npm/v1/security/audits: connect ECONNREFUSED\\"."}\n'
)
YARN4_NOTHING = b'{"type":"info","name":null,"displayName":"YN0000","indent":"","data":"No audit suggestions"}\n'


def read(data: bytes) -> tuple[list[Finding], list[Problem]]:
    records = list(FORMAT.read(Document.from_bytes("r", data)))
    return [r for r in records if isinstance(r, Finding)], [r for r in records if isinstance(r, Problem)]


def test_advisory_of_npm_6():
    findings, problems = read(NPM6)
    assert [f.index for f in findings] == [0, 2]
    assert [p.pointer for p in problems] == ["/advisories/9147/module_name"]
    first, last = findings
    assert first.finder == "npm audit"
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


def test_advisory_of_pnpm():
    findings, problems = read(PNPM)
    assert [(f.index, f.native_id, f.finder) for f in findings] == [
        (0, "9401", "pnpm audit"),
        (2, "9403", "pnpm audit"),
    ]
    assert [p.pointer for p in problems] == ["/advisories/9402/module_name"]
    first, last = findings
    assert [c.purl for c in first.components] == ["pkg:npm/demo-args@1.2.0", "pkg:npm/demo-args@1.1.0"]
    assert first.identifiers == ("GHSA-2222-3333-4444",)
    assert first.weaknesses == ("CWE-1321", "CWE-915")
    assert [r.value for r in first.remedies] == ["1.2.3"]
    assert last.identifiers == ("CVE-2099-0403", "GHSA-5555-6666-7777")
    assert (last.credits, last.remedies) == ((), ())
    assert last.provenance.tool == "pnpm audit"


def test_advisory_of_yarn_1():
    findings, problems = read(YARN1)
    assert [(f.index, f.native_id, f.finder) for f in findings] == [
        (1, "9501", "yarn audit"),
        (3, "9503", "yarn audit"),
    ]
    assert [(p.line, p.pointer) for p in problems] == [(3, "/data/advisory/module_name")]
    first, last = findings
    assert first.identifiers == ("CVE-2099-0501", "GHSA-cccc-ffff-gggg")
    assert first.component.purl == "pkg:npm/demo-colour@3.0.0"
    assert [s.system for s in first.severities] == ["yarn audit", "CVSS:3.1"]
    assert [c.name for c in last.credits] == ["Ada Example"]


def test_yarn_1_repeats_an_advisory_for_every_path_and_that_is_one_finding():
    lines = YARN1.splitlines()
    other_path = lines[1].replace(b'"path":"demo-lint>demo-colour"', b'"path":"demo-table>demo-colour"')
    other_content = lines[1].replace(b"take long", b"take too long")
    findings, _ = read(b"\n".join([*lines[:2], other_path, other_content, *lines[2:]]))
    assert [(f.index, f.native_id) for f in findings] == [(1, "9501"), (3, "9501"), (5, "9503")]


def test_lines_of_yarn_1_as_an_array():
    array = b"[" + b",".join(YARN1.splitlines()) + b"]"
    findings, problems = read(array)
    assert FORMAT.detect(Document.from_bytes("r", array).sample).score >= 50
    assert [f.index for f in findings] == [1, 3]
    assert [p.pointer for p in problems] == ["/2/data/advisory/module_name"]


def test_advisory_of_yarn_2():
    findings, problems = read(YARN2 + YARN4_NOTHING)  # Yarn 3 ends with a message if there is nothing to say
    assert problems[0].code == "malformed_json"  # but on lines of their own
    one_line = msgspec.json.encode(msgspec.json.decode(YARN2)) + b"\n"
    findings, problems = read(one_line + YARN4_NOTHING)
    assert problems == []
    assert [(f.index, f.native_id, f.finder) for f in findings] == [
        (0, "9601", "yarn audit"),
        (1, "9602", "yarn audit"),
    ]
    assert read(YARN2)[0] == read(one_line)[0] == findings


def test_advisory_of_yarn_4():
    findings, problems = read(YARN4)
    assert [(f.index, f.native_id, f.finder) for f in findings] == [
        (0, "9701", "yarn audit"),
        (3, "9703", "yarn audit"),
    ]
    assert [(p.code, p.line, p.level) for p in problems] == [
        ("wrong_type", 3, Level.ERROR),
        ("deprecations_skipped", None, Level.NOTICE),
    ]
    first = findings[0]
    assert [c.purl for c in first.components] == ["pkg:npm/%40demo/sign@4.2.0", "pkg:npm/%40demo/sign@4.2.1"]
    assert first.identifiers == ("GHSA-vvvv-wwww-xxxx",)
    assert [(s.system, s.value) for s in first.severities] == [("yarn audit", "high")]
    (alone,), _ = read(YARN4.splitlines()[0])
    assert alone == first


def test_advisory_of_the_bulk_answer():
    findings, problems = read(BULK)
    assert [(f.index, f.native_id, f.component.purl) for f in findings] == [
        (0, "9801", "pkg:npm/demo-sign"),
        (2, "9803", "pkg:npm/lodash.demo"),
    ]
    assert [p.pointer for p in problems] == ["/demo-sign/1/title"]
    assert findings[0].finder == "npm audit"
    assert findings[0].identifiers == ("GHSA-8899-2222-3333",)


@pytest.mark.parametrize("name", ["error", "type", "advisories", "metadata"])
def test_packages_of_the_bulk_answer_may_have_any_name(name):
    document = msgspec.json.encode({name: msgspec.json.decode(BULK)["lodash.demo"]})
    (finding,), problems = read(document)
    assert problems == []
    assert finding.component.name == name


ADVISORY = '{"advisories": {"1": {"module_name": "x", "findings": [{"version": "1", "paths": %s}]}}, "metadata": {}%s}'


@pytest.mark.parametrize(
    ("paths", "rest", "tool"),
    [
        ('[".>x"]', "", "pnpm audit"),
        ('[".>x"]', ', "actions": [{"action": "review"}], "muted": []', "pnpm audit"),
        ('["a>x", ". > x@1"]', ', "actions": [], "muted": []', "pnpm audit"),
        ('["packages__web>x"]', ', "actions": [], "muted": []', "pnpm audit"),
        ('["packages/web > x@1"]', ', "actions": [], "muted": []', "pnpm audit"),
        ("[]", ', "actions": [{"action": "review", "resolves": [{"path": ".>x"}]}], "muted": []', "pnpm audit"),
        ('["@types/a__b>x"]', ', "actions": [], "muted": []', "yarn audit"),
        ('["a>x"]', ', "actions": [{"action": "review", "resolves": 7}], "muted": []', "npm audit"),
        ('[".>x"]', ', "actions": [], "muted": [], "runId": "0"', "npm audit"),
    ],
)
def test_which_tool_it_was(paths, rest, tool):
    (finding,), _ = read((ADVISORY % (paths, rest)).encode())
    assert finding.finder == tool
    assert finding.provenance.tool == tool


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (ERROR, "npm audit did not finish and says: ENOLOCK: This command requires an existing lockfile. Try it."),
        (REFUSED, "npm audit did not finish and says: 403 Forbidden"),
        (PNPM_ERROR, "pnpm audit did not finish and says: ERR_PNPM_AUDIT_NO_LOCKFILE: No pnpm-lock.yaml found"),
        (
            YARN_ERROR,
            "yarn audit did not finish and says: An unexpected error occurred: "
            '"https://r.example.org/-/npm/v1/security/audits: connect ECONNREFUSED".',
        ),
    ],
)
def test_failure_is_told_in_the_words_of_the_tool(data, message):
    findings, problems = read(data)
    assert findings == []
    assert [problem.message for problem in problems] == [message]


def test_an_event_that_nobody_knows_is_told():
    findings, problems = read(YARN1 + b'{"type":"auditAdvisoryOfTomorrow","data":{}}\n')
    assert len(findings) == 2
    assert problems[-1].code == "unknown_event"


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        (NPM6, 95, 95),
        (NPM7, 100, 100),
        (PNPM, 90, 90),
        (YARN1, 90, 90),
        (YARN1.splitlines()[1], 95, 95),
        (YARN1.splitlines()[-1], 90, 90),
        (YARN2, 90, 90),
        (YARN4, 95, 95),
        (YARN4_NOTHING, 60, 60),
        (YARN4_NOTHING + YARN4, 90, 90),
        (BULK, 85, 85),
        (ERROR, 80, 80),
        (REFUSED, 80, 80),
        (PNPM_ERROR, 80, 80),
        (YARN_ERROR, 60, 60),
        (b'{"auditReportVersion": 3, "vulnerabilities": {}}', 10, 40),
        (b'{"actions": [], "advisories": {}, "muted": [], "metadata": {}, "runId": "x"}', 95, 95),
        (b'{"advisories": {}, "metadata": {"vulnerabilities": {"moderate": 0}, "totalDependencies": 1}}', 90, 90),
        # Others
        (b'{"error": {"code": "not_found", "summary": "x", "detail": "y"}}', 0, 0),
        (b'{"error": {"code": "ERR_PNPM_OUTDATED", "message": "x"}}', 0, 0),
        (b'{"advisories": {"vendor/name": [{"advisoryId": "PKSA-1"}]}, "abandoned": {}}', 0, 0),  # composer audit
        (b'{"advisories": {}}', 0, 0),
        (b'{"type":"info","data":"x"}\n{"type":"success","data":"Saved lockfile."}\n', 0, 0),  # yarn install --json
        (b'{"type":"error","data":"An unexpected error occurred"}\n', 0, 0),
        (b'{"type":"info","data":"see \\"type\\":\\"auditAdvisory\\",\\"data\\": in the manual"}\n', 0, 0),
        (b'{"value":"x","children":[]}\n{"value":"y","children":[]}\n', 0, 0),  # yarn workspaces list, and any tree
        (b'{"value":"x","children":{"Version":"1.0.0","Dependencies":[]}}\n', 0, 0),  # yarn info --json
        (b'{"a": [{"title": "x", "vulnerable_versions": "1"}]}', 0, 0),
        (b'[{"type": "a", "data": {"advisory": {}}}]', 0, 0),
    ],
)
def test_detection(text, least, most):
    assert least <= FORMAT.detect(Document.from_bytes("r", text).sample).score <= most


def test_one_advisory_larger_than_the_sample():
    report = msgspec.json.decode(PNPM)
    report["advisories"]["9401"]["findings"][0]["paths"] *= 5000
    data = msgspec.json.encode(report)
    assert FORMAT.detect(Document.from_bytes("r", data).sample).score == 60
