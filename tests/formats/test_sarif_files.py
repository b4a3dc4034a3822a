"""SARIF in files: real ones beside independent counts, and one too large to be held."""

import json
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from clearinghouse.formats.registry import read_paths
from clearinghouse.records import Finding, State

DIFFERENT = {
    # file: (the importer's count, ours, why)
    "sarif/njsscan.sarif": (3, 2, "the importer makes a finding of each location; one of the two results has two"),
}
NO_CLAIM = {"pass", "notApplicable", "informational"}


def read(path: Path) -> tuple[list[Finding], list[object]]:
    """The findings and the problems of a file that is SARIF."""
    (report,) = read_paths([path])
    assert report.format == "sarif"
    records = list(report.records)
    return [r for r in records if isinstance(r, Finding)], [r for r in records if not isinstance(r, Finding)]


def sarif_files(folder: Path) -> list[Path]:
    return [
        Path(report.source) for report in read_paths([folder]) if report.format == "sarif" and "!" not in report.source
    ]


def claims(path: Path) -> int:
    """How many results of a log claim a flaw, counted without the reader."""
    log = json.loads(path.read_text(encoding="utf-8-sig"))
    return sum(result.get("kind") not in NO_CLAIM for run in log["runs"] for result in run.get("results") or ())


@pytest.mark.data
@pytest.mark.parametrize(
    ("folder", "least"), [("scanner-reports", 17), ("sarif-converted", 141), ("sarif-validate", 51)]
)
def test_every_result_that_claims_a_flaw_is_one_finding(data, folder, least):
    files = sarif_files(data / folder)
    assert len(files) >= least
    for path in files:
        findings, problems = read(path)
        assert {problem.code for problem in problems} <= {"left_out"}, path  # several ways through the code
        assert len(findings) == claims(path), path


@pytest.mark.data
def test_the_importers_counts_or_the_difference_is_explained(data):
    root = data / "scanner-reports"
    compared = 0
    for case in msgspec.json.decode((root / "_expected_counts.json").read_bytes()):
        paths = [root / file for file in case["files"]]
        if not all(path.is_file() for path in paths):
            continue
        reports = list(read_paths(paths))
        if {report.format for report in reports} != {"sarif"}:
            continue
        ours = sum(isinstance(record, Finding) for report in reports for record in report.records)
        theirs, stated, _ = DIFFERENT.get(case["files"][0], (case["n_findings"], case["n_findings"], ""))
        assert (case["n_findings"], ours) == (theirs, stated), case["files"]
        compared += 1
    assert compared >= 11


@pytest.mark.data
def test_what_is_read_of_real_logs_is_of_use(data):
    """Shares below which something has stopped being understood."""
    findings = [f for path in sarif_files(data / "scanner-reports") for f in read(path)[0]]
    assert len(findings) > 2000
    assert all(finding.title and finding.finder for finding in findings)
    for share, holds in (
        (0.99, [bool(f.locations and f.locations[0].path) for f in findings]),
        (0.95, [bool(f.locations and f.locations[0].line) for f in findings]),
        (0.99, [bool(f.description) for f in findings]),
        (0.99, [bool(f.rule) for f in findings]),
        (0.14, [bool(f.weaknesses) for f in findings]),  # the largest log names none
        (0.13, [bool(f.fingerprints) for f in findings]),
    ):
        assert sum(holds) >= share * len(findings), (share, sum(holds))
    converted = [f for path in sarif_files(data / "sarif-converted") for f in read(path)[0]]
    assert sum(bool(f.trace) for f in converted) > 300
    assert {f.state for f in converted} <= {State.OPEN, State.SUPPRESSED}


# The kernel's high-water mark of the process: ru_maxrss would be that of the tests, which it inherits.
READ_AND_FORGET = """
import re, sys
from pathlib import Path
from clearinghouse.formats.registry import read_paths
(report,) = read_paths([Path(sys.argv[1])])
count = sum(1 for _ in report.records)
status = Path("/proc/self/status").read_text()
print(report.format, count, int(re.search(r"VmHWM:\\s+(\\d+) kB", status)[1]) // 1024)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the kernel does not say how much was held")
def test_a_large_log_is_never_held(tmp_path):
    """60 MB in which no path, rule, fingerprint or message occurs twice: nothing that is remembered may add up."""
    path = tmp_path / "large.sarif"
    count = 76_000
    with path.open("w") as file:
        file.write('{"version": "2.1.0", "runs": [{"results": [')
        for n in range(count):
            place = {"artifactLocation": {"uri": f"src/{n}/file.c"}, "region": {"startLine": n + 1}}
            result = {
                "ruleId": f"RULE-{n}",
                "level": "error",
                "message": {"text": f"{n} " + "Something is wrong here. " * 15},
                "locations": [{"physicalLocation": place, "logicalLocations": [{"fullyQualifiedName": f"ns{n}::f"}]}],
                "partialFingerprints": {f"hash{n}": f"{n:064}", "primaryLocationLineHash": f"{n:032}:1"},
            }
            file.write(("," if n else "") + json.dumps(result))
        file.write('], "tool": {"driver": {"name": "Demo"}}}]}')
    assert path.stat().st_size > 60_000_000
    done = subprocess.run(
        [sys.executable, "-c", READ_AND_FORGET, str(path)], capture_output=True, text=True, check=True
    ).stdout.split()
    assert done[:2] == ["sarif", str(count)]
    assert int(done[2]) < 200, f"{done[2]} MiB"
