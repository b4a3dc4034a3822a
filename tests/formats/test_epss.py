"""EPSS scores."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearinghouse.formats.document import Document
from clearinghouse.formats.epss import FORMAT, MAX_LINE
from clearinghouse.formats.kev import FORMAT as KEV
from clearinghouse.formats.unpacking import documents
from clearinghouse.records import EpssScore, KevEntry, Level, Problem

COMMENT = b"#model_version:v2030.01.01,score_date:2030-01-05T12:55:00Z\n"
HEADER = b"cve,epss,percentile\n"


def _read(data: bytes) -> list[Any]:
    return list(FORMAT.read(Document.from_bytes("memory", data)))


def _score(data: bytes) -> int:
    return FORMAT.detect(Document.from_bytes("memory", data).sample).score


def test_a_daily_file() -> None:
    data = COMMENT + HEADER + b"CVE-2030-1234,0.5,0.9\r\nCVE-2030-1235,1e-05,0\n\n"
    assert _score(data) == 100
    first, second = _read(data)
    assert first == EpssScore(
        cve="CVE-2030-1234", score=0.5, source="memory", percentile=0.9, date="2030-01-05", model="v2030.01.01"
    )
    assert (second.score, second.percentile) == (1e-05, 0.0)


def test_a_file_without_comment_and_percentile_is_undated() -> None:
    data = b"cve,epss\nCVE-2030-1234,0.5\n"
    assert _score(data) >= 50
    notice, score = _read(data)
    assert (notice.code, notice.level) == ("undated", Level.NOTICE)
    assert (score.percentile, score.date) == (None, "")


def test_a_history_has_a_date_on_each_line_and_columns_in_any_order() -> None:
    data = (
        b"snapshot_date,cve,cvss3,epss,percentile\n"
        b"2030-01-05,CVE-2030-1,9.8,0.5,\n"
        b'2030-01-06,"CVE-2030-1234",,0.6,0.7\n'
    )
    assert _score(data) >= 50
    problem, score = _read(data)
    assert problem.line == 2  # three digits too few
    assert (score.cve, score.date, score.score, score.percentile) == ("CVE-2030-1234", "2030-01-06", 0.6, 0.7)


@pytest.mark.parametrize(
    "line",
    [
        b"CVE-2030-1234,1.5,0",
        b"CVE-2030-1234,nan,0",
        b"CVE-2030-1234,x,0",
        b"CVE-2030-1234,0.5",
        b"GHSA-1,0.5,0.5",
        b"\xff,1,1",
    ],
)
def test_a_bad_line_is_a_problem_and_the_next_is_read(line: bytes) -> None:
    problem, score = _read(COMMENT + HEADER + line + b"\nCVE-2030-1235,0.5,0.5\n")
    assert (problem.code, problem.line) == ("bad_line", 3)
    assert score.cve == "CVE-2030-1235"


def test_a_line_without_end_is_passed_over() -> None:
    problem, score = _read(COMMENT + HEADER + b"x" * (3 * MAX_LINE) + b"\nCVE-2030-1235,0.5,0.5\n")
    assert (problem.code, problem.line) == ("line_too_long", 3)
    assert score.cve == "CVE-2030-1235"


def test_a_file_without_header_is_one_problem() -> None:
    (problem,) = _read(COMMENT + b"CVE-2030-1235,0.5,0.5\nCVE-2030-1236,0.5,0.5\n")
    assert (problem.code, problem.line) == ("missing_field", 2)


@pytest.mark.parametrize("end", [b"", b"\n", b"\n\n"])
def test_a_file_without_scores_is_told(end: bytes) -> None:
    (notice,) = _read(COMMENT + HEADER.rstrip(b"\n") + end)
    assert (notice.code, notice.level, notice.message) == ("no_entries", Level.NOTICE, "The file has no scores.")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b"CVE-2030-1234,0.5", "The line has 2 in place of 3 columns."),
        (b"GHSA-\x1b1,0.5,0.5", 'The line names "GHSA-1".'),
        (b"CVE-2030-1234,1.5,0", "The line has a number that is no probability."),
    ],
)
def test_a_message_leaves_the_line_to_its_number(line: bytes, message: str) -> None:
    assert _read(COMMENT + HEADER + line + b"\n")[0].message == message


@pytest.mark.parametrize(
    "other", [b"", b"cve,score\n", b"CVE,CVSS Score,EPSS,Description\n", b"{}", b"#model_version:1\n"]
)
def test_other_tables_are_not_claimed(other: bytes) -> None:
    assert _score(other) < 50


@given(st.binary(max_size=120))
def test_nothing_raises_whatever_the_bytes(junk: bytes) -> None:
    for data in (junk, COMMENT + HEADER + junk, b"date,cve,epss\n" + junk):
        for item in _read(data):
            assert isinstance(item, EpssScore | Problem)


@pytest.mark.data
def test_a_real_day_covers_the_whole_kev_catalogue(data: Path) -> None:
    (day,) = documents(data / "kev-epss/epss_scores-2026-01-30.csv.gz", "day")
    (catalogue,) = documents(data / "kev-epss/kev_2026-01-29.json", "kev")
    assert isinstance(day, Document)
    assert isinstance(catalogue, Document)
    scores = {item.cve: item for item in FORMAT.read(day) if isinstance(item, EpssScore)}
    assert len(scores) == 313_089
    assert {(item.date, item.model) for item in scores.values()} == {("2026-01-30", "v2025.03.14")}
    assert {entry.cve for entry in KEV.read(catalogue) if isinstance(entry, KevEntry)} <= scores.keys()


@pytest.mark.data
def test_the_real_history_is_read_whole(data: Path) -> None:
    (document,) = documents(data / "kev-epss/kev_epss_daily.csv", "history")
    assert isinstance(document, Document)
    dates = set()
    count = without = 0
    for item in FORMAT.read(document):
        assert isinstance(item, EpssScore)
        dates.add(item.date)
        count += 1
        without += item.percentile is None
    assert count == 999_106
    assert 0 < without < count
    assert (min(dates), max(dates)) == ("2022-10-07", "2026-01-31")
