"""Real reports of the tools, beside the number of findings that one well-known importer makes of them."""

from pathlib import Path

import msgspec
import pytest

from clearinghouse.formats import bandit, grype, mantis, npm_audit, pip_audit, semgrep, tabular, trivy
from clearinghouse.formats.contract import RECOGNISED, Format
from clearinghouse.formats.document import Document
from clearinghouse.formats.unpacking import documents
from clearinghouse.records import Finding, Level, Problem

pytestmark = pytest.mark.data

FOLDERS = {
    "trivy": trivy,
    "anchore_grype": grype,
    "semgrep": semgrep,
    "bandit": bandit,
    "npm_audit": npm_audit,
    "npm_audit_7_plus": npm_audit,
    "pnpm_audit": npm_audit,
    "yarn_audit": npm_audit,
    "pip_audit": pip_audit,
    "generic": tabular,
}
FORMATS = {module.FORMAT.name: module.FORMAT for module in (*FOLDERS.values(), mantis)}

DIFFERENT = {
    # file: (the importer's counts, ours, why)
    "anchore_grype/same_cve_different_paths.json": (
        {1, 2},
        2,
        "the importer merges equal CVEs of one component unless told not to; here each match is a finding",
    ),
    "semgrep/repeated_findings.json": (
        {1},
        2,
        "the importer merges results of one rule on one line; here each result is a finding, and identity joins them",
    ),
    "npm_audit_7_plus/many_vulns.json": (
        {6},
        3,
        "the importer counts packages; three of the six only depend on the three that have an advisory",
    ),
    "npm_audit_7_plus/one_vuln.json": ({1}, 2, "the importer counts packages; this one has two advisories"),
}

# Files for which the importer's tests state no number. These counts are our own, pinned so that a change shows; they
# are checked against nobody's.
OUR_OWN_COUNTS = {
    "trivy/kubernetes_fabricated_internal_duplicates.json": 13,
    "trivy/kubernetes_fabricated_internal_duplicates_subset.json": 5,
    "trivy/legacy_trivy_mix.json": 6,  # and one entry without an identifier, which is a problem
    "trivy/scheme_2_no_vuln.json": 0,
    "anchore_grype/anchore_grype_epss_problem.json": 1,
    "anchore_grype/check_all_fields_different_ids_fabricated.json": 1,
    "anchore_grype/check_all_fields_no_ids_fabricated.json": 1,
    "anchore_grype/check_all_fields_with_ids_fabricated.json": 1,
    "semgrep/close_old_findings_report_second_run_line24.json": 1,
    "semgrep/close_old_findings_report_third_run_different_unique_id.json": 1,
    "semgrep/semgrep_version_1_30_0_line_27.json": 5,
    "npm_audit/empty_with_error.json": 0,  # npm's own error, which is a problem
    "npm_audit/many_vuln_with_groups.json": 5,
    "npm_audit/many_vuln_with_groups_different_titles.json": 5,
    "pnpm_audit/pnpm_audit_one_vuln.json": 2,
    "yarn_audit/empty_with_error.json": 0,  # Yarn's own error, which is a problem
    "pip_audit/empty_new.json": 0,
    "pip_audit/many_vulns_new.json": 7,
}

NOT_READ = {
    "trivy/legacy_no_vuln.json",  # holds "null": nothing says whose
}
ERRORS = {
    "trivy/legacy_trivy_mix.json": 1,
    "npm_audit/empty_with_error.json": 1,
    "yarn_audit/empty_with_error.json": 1,
}


@pytest.fixture(scope="module")
def expected(data: Path) -> dict[str, set[int]]:
    counts: dict[str, set[int]] = {}
    for case in msgspec.json.decode((data / "scanner-reports" / "_expected_counts.json").read_bytes()):
        for file in case["files"]:
            counts.setdefault(file, set()).add(case["n_findings"])
    return counts


def reports(data: Path) -> list[tuple[str, Format, Document]]:
    root = data / "scanner-reports"
    return [
        (f"{folder}/{path.name}", module.FORMAT, document)
        for folder, module in FOLDERS.items()
        for path in sorted((root / folder).iterdir())
        if folder != "generic" or path.suffix == ".csv"
        for document in documents(path, path.name)
        if isinstance(document, Document)
    ]


def test_every_report_has_the_expected_count_or_the_difference_is_explained(data, expected):
    ours, stated = {}, {}
    for name, module_format, document in reports(data):
        if name in NOT_READ:
            assert module_format.detect(document.sample).score < RECOGNISED
            continue
        assert module_format.detect(document.sample).score >= RECOGNISED, name
        records = list(module_format.read(document))
        findings = [record for record in records if isinstance(record, Finding)]
        errors = [record for record in records if isinstance(record, Problem) and record.level is Level.ERROR]
        assert len(errors) == ERRORS.get(name, 0), (name, errors)
        ours[name] = len(findings)
        if name in DIFFERENT:
            assert expected[name] == DIFFERENT[name][0]
            stated[name] = DIFFERENT[name][1]
        elif name in expected:
            (stated[name],) = expected[name]
        else:
            stated[name] = OUR_OWN_COUNTS[name]
    assert ours == stated
    assert len(ours) > 40


def test_no_report_of_another_tool_is_claimed(data):
    claims = []
    files = [*(data / "scanner-reports").rglob("*"), *data.rglob("*.csv"), *data.rglob("*.jsonl")]
    for path in sorted(set(files)):
        if not path.is_file():
            continue
        folder = path.relative_to(data).parts[1]
        own = FOLDERS[folder].FORMAT.name if folder in FOLDERS else None
        for document in documents(path, str(path)):
            assert isinstance(document, Document), document
            claims += [
                (name, path.name)
                for name, module_format in FORMATS.items()
                if name != own and module_format.detect(document.sample).score >= RECOGNISED
            ]
    assert claims == []


def test_what_is_read_is_of_use(data):
    """Shares over all these reports, below which something has stopped being understood."""
    findings = [
        record
        for _, module_format, document in reports(data)
        if module_format.detect(document.sample).score >= RECOGNISED
        for record in module_format.read(document)
        if isinstance(record, Finding)
    ]
    packages = [finding for finding in findings if finding.format in ("trivy", "grype", "npm_audit", "pip_audit")]
    code = [finding for finding in findings if finding.format in ("semgrep", "bandit")]
    assert all(finding.title and finding.finder and finding.components for finding in packages if not finding.rule)
    assert all(finding.identifiers for finding in packages if not finding.rule and finding.format != "npm_audit")
    assert all(finding.locations[0].path and finding.locations[0].line for finding in code)
    assert sum(bool(finding.component.purl) for finding in packages if finding.format == "grype") > 3000
