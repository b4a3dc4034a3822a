import io
import zipfile
from pathlib import Path

import msgspec
import pytest

from clearinghouse.formats.document import Document
from clearinghouse.formats.mantis import FORMAT
from clearinghouse.formats.parts import patch_digest
from clearinghouse.formats.unpacking import documents
from clearinghouse.identity.profile import Profiler
from clearinghouse.records import Finding, Level, Outcome, Problem, State

SCANNERS = Path(__file__).parent / "scanners"
NEW = (SCANNERS / "mantis.json").read_bytes()
EARLY = (SCANNERS / "mantis_early.json").read_bytes()


def read_all(data: bytes) -> tuple[list[Finding], list[Problem]]:
    document = Document.from_bytes("r", data)
    assert FORMAT.detect(document.sample).score >= 50
    records = list(FORMAT.read(document))
    return [r for r in records if isinstance(r, Finding)], [r for r in records if isinstance(r, Problem)]


def read(data: bytes) -> tuple[list[Finding], list[Problem]]:
    """The same without the notice on fields that have no place in a finding."""
    findings, problems = read_all(data)
    return findings, [problem for problem in problems if problem.code != "left_out"]


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
        ("Mantis impact score", "5"),
        ("Mantis likelihood score", "4"),
        ("Mantis priority", "CRITICAL"),
        ("DemoScan", "warning"),
    ]
    assert [(c.name, c.role) for c in finding.credits] == [("demo-model-1", "FINDER"), ("DemoScan", "TOOL")]
    assert finding.component.name == "reader"
    assert finding.observed == "2026-09-01T10:00:00Z"


def test_claims_travel_as_the_senders():
    (finding,), _ = read(NEW)
    assert [(claim.subject, claim.word, claim.claimed) for claim in finding.claims] == [
        ("review", "VALID", None),
        ("attacker position", "EXTERNAL", None),
        ("privileges required", "NONE", None),
        ("user interaction", "NONE", None),
        ("reproduction", "reproduced", Outcome.REPRODUCED),
        ("patch", "VERIFIED_SECURE", Outcome.FIXED),
        ("attack on the patch", "failed_to_bypass", None),
    ]
    assert {claim.by for claim in finding.claims} == {"demo-model-1"}
    reproduction = finding.claims[4]
    assert reproduction.snapshot == "0f1e2d3c"
    assert reproduction.description == "ERROR: AddressSanitizer: heap-buffer-overflow"
    assert finding.claims[6].description == "refused"


def test_claims_of_reproduction_and_repair_change_nothing():
    (finding,), _ = read(NEW)
    assert finding.state is State.OPEN
    assert [r.kind for r in finding.remedies] == ["patch", "mitigation"]
    assert finding.remedies[1].description == "Check the length first."
    assert "rm -rf" not in repr(finding)
    silent = msgspec.structs.replace(finding, claims=())
    assert Profiler().profile(finding, 0) == Profiler().profile(silent, 0)


@pytest.mark.parametrize(
    ("changes", "subject", "claims"),
    [
        ({"repro_status": "failed_to_reproduce"}, "reproduction", [("failed_to_reproduce", Outcome.NOT_REPRODUCED)]),
        ({"repro_status": "statically_confirmed"}, "reproduction", [("statically_confirmed", None)]),
        ({"repro_status": "sort of"}, "reproduction", [("sort of", None)]),
        ({"repro_status": 7}, "reproduction", []),
        ({"repro_status": None}, "reproduction", []),
        ({"patch_status": "VERIFICATION_FAILED"}, "patch", [("VERIFICATION_FAILED", None)]),
        (
            {"reattack_status": "inconclusive_baseline_changed"},
            "attack on the patch",
            [("inconclusive_baseline_changed", Outcome.INCONCLUSIVE)],
        ),
        ({"status": "DUPLICATE", "duplicate_of": "a"}, "duplicate", [("a", None)]),
        ({"constituent_findings": ["a", "b", 3, "a"]}, "part of this chain", [("a", None), ("b", None)]),
    ],
)
def test_claims_are_words_as_written(changes, subject, claims):
    (finding,), _ = read(changed(**changes))
    assert [(c.word, c.claimed) for c in finding.claims if c.subject == subject] == claims


def test_reasons_of_the_reviewer_stand_with_the_review():
    (finding,), _ = read(changed(reasoning="It is called from main.", critic_reasoning="Agreed.\u202e"))
    assert finding.claims[0].description == "It is called from main.\n\nAgreed."


def test_what_has_no_place_in_a_finding_is_counted_once():
    lines = b"\n".join(msgspec.json.encode(msgspec.json.decode(data)) for data in (NEW, changed(repro_hints="x")))
    findings, problems = read_all(lines)
    assert len(findings) == 2
    assert [(p.code, p.level, p.line) for p in problems] == [("left_out", Level.NOTICE, None)]
    assert problems[0].message == (
        "2 findings have fields that stay in the report: reattack_variants (2), something_new (2), "
        "sast_provenance.line_verified (2), repro_hints (1)."
    )


def test_too_much_of_one_thing_is_cut_and_told():
    many = changed(constituent_findings=[str(n) for n in range(200)], repro_output="x" * 70_000)
    (finding,), problems = read_all(many)
    assert len([c for c in finding.claims if c.subject == "part of this chain"]) == 100
    assert len(next(c.description for c in finding.claims if c.subject == "reproduction")) == 65_536
    assert [p.message for p in problems if p.code == "left_out"][:2] == [
        "1 finding has more than 100 values in constituent_findings, of which the first 100 are kept.",
        "1 finding has more than 65536 characters in repro_output, which are cut.",
    ]


def test_code_paths_beyond_the_limit_are_cut_and_told():
    (finding,), problems = read_all(changed(code_paths=[f"a.c:{n}" for n in range(1, 1200)]))
    assert len(finding.locations) == 1000
    assert "1 finding has more than 1000 code paths" in problems[0].message


def test_half_a_character_costs_nothing_but_itself():
    (finding,), problems = read(NEW.replace(b"Check the length first.", b"Check \\ud83d first."))
    assert problems == []
    assert finding.remedies[1].value == "Check \ufffd first."


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
    found = [
        record.id
        for document in documents(path, "run.zip")
        for record in FORMAT.read(document)
        if isinstance(record, Finding)
    ]
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
