from pathlib import Path

import msgspec
import pytest

from clearinghouse.formats.document import Document
from clearinghouse.formats.pip_audit import FORMAT
from clearinghouse.records import Finding, Level, Problem

REPORT = (Path(__file__).parent / "scanners" / "pip_audit.json").read_bytes()
LEGACY = msgspec.json.encode(msgspec.json.decode(REPORT)["dependencies"])


def read(data: bytes) -> tuple[list[Finding], list[Problem]]:
    records = list(FORMAT.read(Document.from_bytes("r", data)))
    return [r for r in records if isinstance(r, Finding)], [r for r in records if isinstance(r, Problem)]


@pytest.mark.parametrize("data", [REPORT, LEGACY])
def test_both_forms(data):
    findings, problems = read(data)
    assert [f.index for f in findings] == [0, 2]
    first = findings[0]
    assert first.identifiers == ("PYSEC-2099-7", "CVE-2099-0101", "GHSA-5555-6666-7777")
    assert first.title == "The demo parser follows links."
    assert (first.component.name, first.component.purl) == ("Demo_Parser", "pkg:pypi/demo-parser@2.4.0")
    assert [r.value for r in first.remedies] == ["2.3.9", "2.4.1"]
    assert findings[1].title == "CVE-2099-0107 in Demo_Parser"
    assert [p.level for p in problems] == [Level.NOTICE, Level.ERROR]
    assert "private-thing" in problems[0].message


@pytest.mark.parametrize(
    ("text", "score"),
    [
        (REPORT, 95),
        (LEGACY, 95),
        (b'{"dependencies": []}', 70),
        (b'{"dependencies": [], "name": "a-package"}', 0),
        (b'{"dependencies": {"left": "1.0"}}', 0),
        (b'[{"name": "x", "version": "1"}]', 0),
    ],
)
def test_detection(text, score):
    assert FORMAT.detect(Document.from_bytes("r", text).sample).score == score
