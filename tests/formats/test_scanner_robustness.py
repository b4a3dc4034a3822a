"""Whatever stands in a report, a reader yields findings and problems, and raises nothing."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearinghouse.formats import bandit, grype, mantis, npm_audit, osv_scanner, pip_audit, semgrep, tabular, trivy
from clearinghouse.formats.document import Document
from clearinghouse.records import Finding, Problem

SCANNERS = Path(__file__).parent / "scanners"
REPORTS = {
    "trivy.json": trivy,
    "trivy_kubernetes.json": trivy,
    "grype.json": grype,
    "semgrep.json": semgrep,
    "bandit.json": bandit,
    "npm6.json": npm_audit,
    "npm7.json": npm_audit,
    "pnpm.json": npm_audit,
    "yarn2.json": npm_audit,
    "npm_bulk.json": npm_audit,
    "osv_scanner.json": osv_scanner,
    "pip_audit.json": pip_audit,
    "mantis.json": mantis,
    "mantis_early.json": mantis,
}
FORMATS = sorted({module.FORMAT.name: module.FORMAT for module in [*REPORTS.values(), tabular]}.items())
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(
        ["", " ", "\ud800".encode("utf-8", "surrogatepass").decode("utf-8", "replace"), "\u202eabc", "a" * 5000]
    ),
    st.lists(st.none() | st.text(max_size=3), max_size=3),
    st.dictionaries(st.text(max_size=3), st.none() | st.text(max_size=3), max_size=3),
)


def check(module_format: Any, data: bytes) -> list[Any]:
    document = Document.from_bytes("r", data)
    module_format.detect(document.sample)
    records = list(module_format.read(document))
    assert all(isinstance(record, Finding | Problem) for record in records)
    positions = [record.index for record in records if isinstance(record, Finding)]
    assert positions == sorted(set(positions))
    assert all(record.title and "\n" not in record.title for record in records if isinstance(record, Finding))
    msgspec.json.encode(records)  # what is read can be written
    return records


@pytest.mark.parametrize("name", REPORTS)
@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_any_value_anywhere(name, disturbed, data):
    report = msgspec.json.decode((SCANNERS / name).read_bytes())
    check(REPORTS[name].FORMAT, msgspec.json.encode(data.draw(disturbed(report, ODD))))


@pytest.mark.parametrize(
    ("name", "place", "lost"),
    [
        ("trivy.json", ("Results", 0, "Vulnerabilities", 0), "r#0"),
        ("trivy.json", ("Results", 1, "ExperimentalModifiedFindings", 0), "r#3"),
        ("trivy.json", ("Results", 3, "Secrets", 0), "r#8"),
        ("trivy_kubernetes.json", ("Resources", 0, "Results", 1, "Vulnerabilities", 0), "r#1"),
        ("grype.json", ("matches", 1), "r#1"),
        ("grype.json", ("ignoredMatches", 0), "r#4"),
        ("semgrep.json", ("results", 1), "r#1"),
        ("bandit.json", ("results", 0), "r#0"),
        ("npm6.json", ("advisories", "9146"), "r#0"),
        ("npm7.json", ("vulnerabilities", "demo-debug", "via", 0), "r#0"),
        ("pnpm.json", ("advisories", "9403"), "r#2"),
        ("yarn2.json", ("advisories", "9601"), "r#0"),
        ("npm_bulk.json", ("lodash.demo", 0), "r#2"),
        ("pip_audit.json", ("dependencies", 2, "vulns", 0), "r#0"),
        ("osv_scanner.json", ("results", 0, "packages", 0, "vulnerabilities", 0), "r#0"),
        ("mantis_early.json", (0,), "r#0"),
    ],
)
def test_one_broken_element_costs_only_itself(name, place, lost, put):
    report = msgspec.json.decode((SCANNERS / name).read_bytes())
    whole = {record.id: record for record in read(name, report)}
    broken = {record.id: record for record in read(name, put(report, place, 7))}
    assert whole.keys() - broken.keys() == {lost}
    assert all(whole[key] == finding for key, finding in broken.items())


def read(name: str, report: Any) -> list[Finding]:
    records = check(REPORTS[name].FORMAT, msgspec.json.encode(report))
    return [record for record in records if isinstance(record, Finding)]


@pytest.mark.parametrize(("name", "module_format"), FORMATS)
@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[",
        b"{}",
        b"[]",
        b"null",
        b"[1]",
        b'"x"',
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"\xff\xfe",
        b"\x00",
        b"a,b\n\x00,\xff\n",
    ],
)
def test_what_is_no_report(name, module_format, data):
    check(module_format, data)


@pytest.mark.parametrize("name", REPORTS)
def test_a_cut_report(name):
    report = (SCANNERS / name).read_bytes()
    for cut in range(0, len(report), 97):
        check(REPORTS[name].FORMAT, report[:cut])


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet='title,cve;\n"\r\t|{}[]:0\x00', max_size=80))
def test_any_table(text):
    check(tabular.FORMAT, ("title,cve,line,date,fix commit,purl\n" + text).encode("utf-8", "surrogatepass"))
    check(tabular.FORMAT, text.encode("utf-8", "surrogatepass"))
