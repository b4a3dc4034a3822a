"""CISA's KEV catalogue."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearinghouse.formats.document import Document
from clearinghouse.formats.kev import FORMAT
from clearinghouse.formats.unpacking import documents
from clearinghouse.records import KevEntry, Level, Problem

ENTRY = {
    "cveID": "CVE-2030-1234",
    "vendorProject": "Example",
    "product": "Spin",
    "vulnerabilityName": "Example Spin Loop",
    "dateAdded": "2030-01-05",
    "shortDescription": "Loops.",
    "requiredAction": "Stop it.",
    "dueDate": "2030-01-26",
    "knownRansomwareCampaignUse": "Known",
    "notes": "",
    "cwes": ["CWE-835"],
}


def _catalogue(*entries: Any, **changes: Any) -> dict[str, Any]:
    return {"catalogVersion": "2030.01.05", "count": len(entries), "vulnerabilities": list(entries), **changes}


def _read(content: Any) -> list[Any]:
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    return list(FORMAT.read(Document.from_bytes("memory", data)))


def _score(content: Any) -> int:
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    return FORMAT.detect(Document.from_bytes("memory", data).sample).score


EXPECTED = KevEntry(
    cve="CVE-2030-1234",
    date_added="2030-01-05",
    source="memory",
    due_date="2030-01-26",
    ransomware="Known",
    name="Example Spin Loop",
    vendor="Example",
    product="Spin",
    required_action="Stop it.",
    weaknesses=("CWE-835",),
    catalogue="2030.01.05",
)


def test_an_entry() -> None:
    assert _read(_catalogue(ENTRY)) == [EXPECTED]
    assert _score(_catalogue(ENTRY)) == 100
    assert _score(_catalogue()) == 100


@pytest.mark.parametrize(("written", "read"), [("Yes", True), ("no", False), (None, None), (True, True)])
def test_forensic_triage(written: Any, read: bool | None) -> None:
    (entry,) = _read(_catalogue({**ENTRY, "forensicTriage": written}))
    assert entry.forensic_triage is read


def test_an_unknown_field_is_one_notice_for_the_catalogue() -> None:
    new = {**ENTRY, "exploitMaturity": 3}
    *entries, notice = _read(_catalogue(new, new, new))
    assert len(entries) == 3
    assert (notice.code, notice.level) == ("unknown_field", Level.NOTICE)
    assert "exploitMaturity" in notice.message


def test_a_count_that_disagrees_is_a_notice() -> None:
    entry, notice = _read(_catalogue(ENTRY, count=2))
    assert entry == EXPECTED
    assert (notice.code, notice.level) == ("count_differs", Level.NOTICE)


@pytest.mark.parametrize(
    "content",
    [
        {"catalogVersion": "2030.01.05", "count": 0, "vulnerabilities": []},
        b"cveID,vendorProject,dateAdded\n",
    ],
)
def test_a_catalogue_without_entries_is_told(content: Any) -> None:
    """Read in silence, it would make every flaw look unexploited."""
    (problem,) = _read(content)
    assert (problem.code, problem.level) == ("no_entries", Level.NOTICE)
    assert problem.message == "The catalogue has no entries."


def test_a_catalogue_that_lost_its_entries_says_both() -> None:
    assert [problem.code for problem in _read(_catalogue(count=2))] == ["no_entries", "count_differs"]


def test_entries_that_are_no_list_are_said_to_be_none() -> None:
    (problem,) = _read(_catalogue() | {"vulnerabilities": None, "count": None})
    assert (problem.code, problem.pointer) == ("wrong_type", "/vulnerabilities")
    assert problem.message == "A list was expected; null stands there."


def test_an_entry_in_another_encoding_is_an_entry() -> None:
    content = json.dumps(_catalogue({**ENTRY, "vulnerabilityName": "Größe"}), ensure_ascii=False)
    (entry,) = _read(content.encode("cp1252"))
    assert entry.name == "Größe"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"dueDate": "someday"}, 'The dueDate of CVE-2030-1234, "someday", is no ISO date.'),
        ({"cveID": "none"}, '"none" is no CVE identifier.'),
        ({"forensicTriage": "?"}, 'The forensicTriage of CVE-2030-1234, "?", is neither Yes nor No.'),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(change: dict[str, Any], message: str) -> None:
    assert _read(_catalogue({**ENTRY, **change}))[0].message == message


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"dateAdded": None}, "/vulnerabilities/0/dateAdded"),
        ({"dateAdded": "2030-02-30"}, "/vulnerabilities/0/dateAdded"),
        ({"cveID": "none"}, "/vulnerabilities/0/cveID"),
        ({"cveID": 5}, "/vulnerabilities/0/cveID"),
        ({"cwes": [3]}, "/vulnerabilities/0/cwes/0"),
    ],
)
def test_a_bad_entry_is_a_problem_and_the_next_is_read(change: dict[str, Any], pointer: str) -> None:
    problem, entry = _read(_catalogue({**ENTRY, **change}, ENTRY))
    assert (problem.pointer, problem.level) == (pointer, Level.ERROR)
    assert entry == EXPECTED


def test_a_missing_date_is_a_problem() -> None:
    without = {key: value for key, value in ENTRY.items() if key != "dateAdded"}
    (problem,) = _read(_catalogue(without))
    assert (problem.code, problem.pointer) == ("missing_field", "/vulnerabilities/0/dateAdded")


def test_a_bad_due_date_costs_only_itself() -> None:
    notice, entry = _read(_catalogue({**ENTRY, "dueDate": "someday"}))
    assert notice.level is Level.NOTICE
    assert entry.due_date is None


def test_the_catalogue_as_csv() -> None:
    text = (
        b"cveID,vendorProject,product,vulnerabilityName,dateAdded,shortDescription,requiredAction,dueDate,"
        b"knownRansomwareCampaignUse,notes,cwes\n"
        b'CVE-2030-1234,Example,"Spin, the tool",N,2030-01-05,"two\nlines",Stop it.,2030-01-26,Known,,"CWE-1,CWE-2"\n'
        b"CVE-2030-1235,Example,Spin,Name,,,,,,,\n"
    )
    assert _score(text) == 100
    entry, problem = _read(text)
    assert (entry.product, entry.weaknesses) == ("Spin, the tool", ("CWE-1", "CWE-2"))
    assert (problem.code, problem.line) == ("missing_field", 4)


def test_a_catalogue_that_breaks_off_yields_what_stands_before() -> None:
    data = json.dumps(_catalogue(ENTRY, ENTRY)).encode()
    entry, *rest = _read(data[:-40])
    assert entry.cve == "CVE-2030-1234"
    assert [p.code for p in rest] == ["malformed_json", "count_differs"]


@pytest.mark.parametrize(
    "other",
    [
        {"vulnerabilities": [{"id": "x"}]},
        {"catalogVersion": "1", "vulnerabilities": [{"id": "x"}]},
        {"properties": {"vulnerabilities": {}}},
        [],
    ],
)
def test_other_documents_are_not_claimed(other: Any) -> None:
    assert _score(other) < 50


@given(st.binary(max_size=60), st.integers(0, 700))
def test_nothing_raises_whatever_the_bytes(junk: bytes, at: int) -> None:
    good = json.dumps(_catalogue(ENTRY, ENTRY)).encode()
    for item in _read(good[:at] + junk + good[at:]):
        assert isinstance(item, KevEntry | Problem)


@pytest.mark.data
@pytest.mark.parametrize(("name", "count"), [("kev_2025-08-25", 1404), ("kev_2026-01-29", 1501)])
def test_real_catalogues(data: Path, name: str, count: int) -> None:
    (document,) = documents(data / f"kev-epss/{name}.json", name)
    assert isinstance(document, Document)
    entries = list(FORMAT.read(document))
    assert all(isinstance(entry, KevEntry) and entry.due_date and entry.ransomware for entry in entries)
    assert len({entry.cve for entry in entries}) == count
