import io
import zipfile
from pathlib import Path

import msgspec
import pytest

from clearinghouse.formats.document import Document, documents
from clearinghouse.formats.mantis import FORMAT
from clearinghouse.formats.parts import patch_digest
from clearinghouse.records import Finding, Level, Problem, State

SCANNERS = Path(__file__).parent / "scanners"
NEW = (SCANNERS / "mantis.json").read_bytes()
EARLY = (SCANNERS / "mantis_early.json").read_bytes()


def read(data: bytes) -> tuple[list[Finding], list[Problem]]:
    document = Document.from_bytes("r", data)
    assert FORMAT.detect(document.sample).score >= 50
    records = list(FORMAT.read(document))
    return [r for r in records if isinstance(r, Finding)], [r for r in records if isinstance(r, Problem)]


def changed(**changes: object) -> bytes:
    finding = msgspec.json.decode(NEW) | changes
    return msgspec.json.encode({key: value for key, value in finding.items() if value is not ...})


def test_new_generation():
    (finding,), problems = read(NEW)
    assert problems == []
    assert finding.native_id == "2f1c7a5e-0d4b-4c7e-9a55-0c8f5a3b1e01"
    assert finding.finder == "demo-model-1"
    assert (finding.provenance.model, finding.provenance.tool) == ("demo-model-1", "demo-harness")
    assert finding.provenance.snapshot == "0f1e2d3c"
    assert finding.fingerprints == (
        ("mantis/signature", "0123456789abcdef"),
        ("mantis/lineage", "7a1c7a5e-0d4b-4c7e-9a55-0c8f5a3b1e02"),
    )
    assert [(p.path, p.line, p.end_line, p.symbol) for p in finding.locations] == [
        ("src/chunk.c", 120, None, None),
        ("src/chunk.c", 98, 104, None),
        ("https://git.example/demo/src/io.c", 7, None, None),
        ("", None, None, "demo::Reader::next"),
    ]
    assert finding.weaknesses == ("CWE-787",)
    assert [(s.system, s.value) for s in finding.severities] == [
        ("Mantis", "HIGH"),
        ("Mantis risk score", "9"),
        ("Mantis priority", "CRITICAL"),
    ]
    assert [(c.name, c.role) for c in finding.credits] == [("demo-model-1", "FINDER"), ("DemoScan", "TOOL")]
    assert finding.component.name == "reader"
    assert finding.observed == "2026-09-01T10:00:00Z"


def test_claims_of_reproduction_and_repair_change_nothing():
    (finding,), _ = read(NEW)
    assert finding.state is State.OPEN
    assert [r.kind for r in finding.remedies] == ["patch"]
    assert "rm -rf" not in repr(finding)


def test_early_generation_as_an_array():
    findings, problems = read(EARLY)
    assert [(f.index, f.state) for f in findings] == [(0, State.FALSE_POSITIVE), (2, State.OPEN)]
    assert findings[0].finder == "Mantis"
    assert {(p.pointer, p.level) for p in problems if p.pointer.startswith("/1")} == {("/1/title", Level.ERROR)}
    assert [p.pointer for p in problems if p.pointer.startswith("/2")] == ["/2/duplicate_of"]


def test_json_lines_tell_the_line():
    lines = b"\n".join([msgspec.json.encode(msgspec.json.decode(NEW)), b"", changed(title=None), changed(severity="X")])
    findings, problems = read(lines)
    assert [f.index for f in findings] == [0, 2]
    assert {(p.line, p.pointer) for p in problems} == {(3, "/title"), (4, "/severity")}


def test_zip_of_a_run(tmp_path):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("findings/a.json", NEW)
        archive.writestr("findings/b.json", changed(id="9f1c7a5e-0d4b-4c7e-9a55-0c8f5a3b1e09"))
    path = tmp_path / "run.zip"
    path.write_bytes(data.getvalue())
    found = [record.id for document in documents(path, "run.zip") for record in FORMAT.read(document)]
    assert found == ["run.zip!findings/a.json#0", "run.zip!findings/b.json#0"]


CHAIN = ["2f1c7a5e-0d4b-4c7e-9a55-0c8f5a3b1e0a"]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"attacker_position": ...}, {("missing_field", "/attacker_position")}),
        ({"status": "DUPLICATE"}, {("missing_field", "/duplicate_of")}),
        ({"status": "DUPLICATE", "duplicate_of": CHAIN[0]}, set()),
        (
            {"run_command": ..., "repro_output": ""},
            {("missing_field", "/run_command"), ("missing_field", "/repro_output")},
        ),
        ({"repro_status": "not_attempted", "run_command": ...}, set()),
        ({"patch_diff": ...}, {("missing_field", "/patch_diff")}),
        ({"patch_diff": ..., "constituent_findings": CHAIN}, set()),
        ({"reattack_status": "bypassed_patch"}, {("contradiction", "/reattack_status")}),
        ({"reattack_variants": [{"triggered": False}] * 2}, {("contradiction", "/reattack_variants")}),
        ({"reattack_variants": [{"triggered": True}] * 3}, {("contradiction", "/reattack_variants")}),
        ({"reattack_output": None}, {("missing_field", "/reattack_output")}),
        ({"triage_checklist": ...}, {("missing_field", "/triage_checklist")}),
        ({"triage_checklist": ..., "constituent_findings": CHAIN}, set()),
        ({"triage_checklist": {"a": {"outcome": "UNKNOWN"}}}, {("contradiction", "/triage_checklist")}),
        ({"impact_score": 6}, {("unknown_value", "/impact_score")}),
        ({"repro_status": "sort of"}, {("unknown_value", "/repro_status")}),
        ({"signature": "ABC"}, {("unknown_value", "/signature")}),
        ({"id": "7"}, {("unknown_value", "/id")}),
        ({"availability_tier": None}, set()),
    ],
)
def test_requirements_of_the_schema_are_notices(changes, expected):
    findings, problems = read(changed(**changes))
    assert len(findings) == 1
    assert {(p.code, p.pointer) for p in problems} == expected
    assert all(p.level is Level.NOTICE for p in problems)


def test_patch_digest_ignores_white_space_context_and_position():
    diff = msgspec.json.decode(NEW)["patch_diff"]
    other = (
        "diff --git a/src/chunk.c b/src/chunk.c\n--- src/chunk.c\t2026\n+++ src/chunk.c\t2026\n@@ -200 +201 @@\n"
        "+    if (n>max)   return -1;\n-\tmemcpy(out, in, n);\n+\tmemcpy(out, in, (size_t) n);\n another context\n"
    )
    assert patch_digest(other) == patch_digest(diff)
    assert patch_digest(diff.replace("n > max", "n >= max")) != patch_digest(diff)
    assert patch_digest("--- a\n+++ b\n@@ -1 +1 @@\n-  \n+\n") is None
    assert patch_digest("--- a comment of SQL that goes\n") is not None


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        (NEW, 95, 95),
        (EARLY, 95, 95),
        (b'{"title": "x", "code_paths": []}', 10, 40),
        (b'{"title": "x", "description": "y", "severity": "HIGH", "status": "open"}', 0, 0),
    ],
)
def test_detection(text, least, most):
    assert least <= FORMAT.detect(Document.from_bytes("r", text).sample).score <= most
