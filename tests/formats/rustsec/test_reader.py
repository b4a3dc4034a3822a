"""RustSec advisories: Markdown with TOML in front."""

from pathlib import Path

import pytest

from clearinghouse.formats.document import Document
from clearinghouse.formats.published import published
from clearinghouse.formats.registry import read_paths
from clearinghouse.formats.rustsec import FORMAT
from clearinghouse.records import Finding, Problem, State

WHOLE = b"""```toml
[advisory]
id = "RUSTSEC-2026-0001"
package = "demo_crate"
date = "2026-01-02"
url = "https://example.org/1"
aliases = ["CVE-2026-0001", "GHSA-2222-2222-2222"]
cvss = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"

[versions]
patched = [">= 1.5.0"]
unaffected = ["< 1.0.0"]
```

# A buffer is read past its end

Long text about it.
"""


def read(data: bytes) -> list[Finding | Problem]:
    document = Document.from_bytes("one.md", data)
    assert FORMAT.detect(document.sample).score == 100
    return list(FORMAT.read(document))


def test_one_advisory():
    (finding,) = read(WHOLE)
    assert finding.title == "A buffer is read past its end"
    assert finding.native_id == "RUSTSEC-2026-0001"
    assert finding.identifiers == ("RUSTSEC-2026-0001", "CVE-2026-0001", "GHSA-2222-2222-2222")
    assert finding.components[0].ecosystem == "crates.io"
    assert [remedy.value for remedy in finding.remedies] == ["1.5.0"]
    advisory = published(finding)
    assert advisory.cvss.startswith("CVSS:3.1/")
    assert advisory.aliases == ("CVE-2026-0001", "GHSA-2222-2222-2222")


def test_dates_without_quotes_and_windows_line_ends():
    data = WHOLE.replace(b'"2026-01-02"', b"2026-01-02").replace(b"\n", b"\r\n")
    (finding,) = read(data)
    assert finding.advisory.published == "2026-01-02"


def test_what_is_no_vulnerability_says_so():
    (finding,) = read(WHOLE.replace(b"[versions]", b'informational = "unmaintained"\n\n[versions]'))
    assert finding.advisory.informational == "unmaintained"


def test_a_withdrawn_one():
    (finding,) = read(WHOLE.replace(b"[versions]", b'withdrawn = "2026-02-02"\n\n[versions]'))
    assert finding.state is State.WITHDRAWN
    assert finding.advisory.withdrawn == "2026-02-02"


def test_the_toolchain_is_no_crate():
    data = WHOLE.replace(b"RUSTSEC-2026-0001", b"CVE-2026-0001").replace(b"demo_crate", b"std")
    (finding,) = read(data)
    assert (finding.components[0].ecosystem, finding.components[0].vendor) == ("", "Rust")


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (WHOLE.replace(b"\n```\n", b"\n"), "malformed_toml"),
        (WHOLE.replace(b"[versions]", b"[versions"), "malformed_toml"),
        (WHOLE.replace(b'package = "demo_crate"\n', b""), "missing_field"),
        (WHOLE.replace(b'">= 1.5.0"', b'"newer than 1.5"'), "bad_requirement"),
    ],
)
def test_what_is_wrong_is_told(data, code):
    problems = [record for record in read(data) if isinstance(record, Problem)]
    assert code in {problem.code for problem in problems}


def test_a_requirement_that_is_not_understood_leaves_the_rest():
    finding = read(WHOLE.replace(b'["< 1.0.0"]', b'["before 1"]'))[-1]
    assert finding.advisory.affected[0].ranges[0].events[0].introduced == "0"


@pytest.mark.data
def test_every_advisory_of_the_database_is_read(data: Path) -> None:
    records = [record for report in read_paths([data / "advisories" / "rustsec"]) for record in report.records]
    findings = [record for record in records if isinstance(record, Finding)]
    files = sum(1 for _ in (data / "advisories" / "rustsec").rglob("*.md"))
    assert len(findings) == files
    assert [
        problem for problem in records if isinstance(problem, Problem) and not problem.source.endswith("LICENSE.txt")
    ] == []
    assert sum(finding.state is State.WITHDRAWN for finding in findings) == 13
