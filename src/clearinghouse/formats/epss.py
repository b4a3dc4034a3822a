"""EPSS scores as FIRST publishes them, and histories of them.

The daily file (https://www.first.org/epss/data_stats) is CSV: a comment with the model version and the score
date, a header, and a line for each CVE. The first files had no comment and no percentile. A history has a
column with the date instead of the comment.
"""

import re
from collections.abc import Iterator

from clearinghouse.formats.contract import NO_MATCH, Format, Match
from clearinghouse.formats.document import Document
from clearinghouse.formats.json_lines import numbered_lines
from clearinghouse.formats.sample import Sample
from clearinghouse.formats.text import clean_line, quoted
from clearinghouse.records import EpssScore, Level, Problem

MAX_LINE = 4096
_DATES = frozenset({"snapshot_date", "score_date", "date"})
_KNOWN = _DATES | {"cve", "epss", "percentile", "cvss", "cvss2", "cvss3", "cvss4"}
_CVE = re.compile(rb"[Cc][Vv][Ee]-\d{4}-\d{4,19}")
_DATE = re.compile(rb"\d{4}-\d\d-\d\d(?:[T ]|$)")
_MODEL = re.compile(r"model_version:\s*([^,\s]+)")
_SCORE_DATE = re.compile(r"score_date:\s*(\d{4}-\d\d-\d\d)")


def detect(sample: Sample) -> Match:
    """A header with ``cve`` and ``epss`` and nothing but columns of an EPSS file, or the comment before it."""
    if sample.is_json:
        return NO_MATCH
    lines = sample.text.lstrip("\ufeff").split("\n", 2)
    comment = lines[0] if lines[0].startswith("#") else ""
    header = _names(lines[1] if comment and len(lines) > 1 else lines[0])
    if "cve" not in header or "epss" not in header:
        return NO_MATCH
    if "model_version:" in comment and "score_date:" in comment:
        return Match(100)
    foreign = [name for name in header if name not in _KNOWN]
    if foreign:
        return Match(20, f"it has columns that no EPSS file has ({clean_line(', '.join(foreign[:3]), 60)})")
    return Match(80)


def _names(line: str) -> list[str]:
    return [name.strip().strip('"').lower() for name in line[:MAX_LINE].split(",")]


def read(document: Document) -> Iterator[EpssScore | Problem]:
    """Yield a score for each line, in order, a problem for each line that holds none, and a notice if none does."""
    table: _Table | None = None
    comment, empty = "", True
    source = document.source
    for item in numbered_lines(document, MAX_LINE):
        if isinstance(item, Problem):
            empty = False
            yield item
            continue
        number, line = item
        if table is not None:
            score = table.score(line, number)
            if score is not None:
                empty = False
                yield score
        elif line.startswith(b"#"):
            comment = _text(line)
        elif line.strip():
            names = _names(_text(line))
            if "cve" not in names or "epss" not in names:
                yield _no_header(source, number)
                return
            table = _Table(source, names, comment)
            if not table.dated:
                yield _no_date(source)
    if empty:
        yield _no_scores(source)


def _text(cell: bytes) -> str:
    return cell.decode("utf-8", errors="replace")


class _Table:
    """Turns the lines of one file into scores."""

    def __init__(self, source: str, names: list[str], comment: str) -> None:
        self.source = source
        self.count = len(names)
        self.cve = names.index("cve")
        self.epss = names.index("epss")
        self.percentile = names.index("percentile") if "percentile" in names else -1
        self.date_column = next((position for position, name in enumerate(names) if name in _DATES), -1)
        self.model = clean_line(found[1], 100) if (found := _MODEL.search(comment)) else ""
        self.date = found[1] if (found := _SCORE_DATE.search(comment)) else ""
        self.date_cell = b""

    @property
    def dated(self) -> bool:
        """Whether anything says of which day the scores are."""
        return bool(self.date) or self.date_column >= 0

    def score(self, line: bytes, number: int) -> EpssScore | Problem | None:
        """Return the score of one line; None for a blank line."""
        cells = line.split(b",")
        if len(cells) != self.count:
            return (
                self.bad(number, f"has {len(cells)} in place of {self.count} columns", str(self.count))
                if line.strip()
                else None
            )
        if b'"' in line:
            cells = [cell.strip(b' "') for cell in cells]  # no column of these files can hold a comma
        cve = cells[self.cve]
        if not _CVE.fullmatch(cve):
            return self.bad(number, f"names {quoted(_text(cve))}", "CVE-YYYY-N with at least four digits")
        percentile = None
        try:
            score = float(cells[self.epss])
            if self.percentile >= 0 and (cell := cells[self.percentile].strip()):
                percentile = float(cell)
        except ValueError:
            return self.bad(number, "has something else where numbers belong", "numbers from 0 to 1")
        if not 0 <= score <= 1 or (percentile is not None and not 0 <= percentile <= 1):
            return self.bad(number, "has a number that is no probability", "numbers from 0 to 1")
        if self.date_column >= 0 and (date := cells[self.date_column]) != self.date_cell:
            if not _DATE.match(date):
                return self.bad(number, f"has the date {quoted(_text(date), 20)}", "YYYY-MM-DD")
            self.date_cell, self.date = date, date[:10].decode()
        return EpssScore(
            cve=cve.decode().upper(),
            score=score,
            source=self.source,
            percentile=percentile,
            date=self.date,
            model=self.model,
        )

    def bad(self, number: int, what: str, expected: str) -> Problem:
        """The problem of one line."""
        return Problem(source=self.source, code="bad_line", message=f"The line {what}.", line=number, expected=expected)


def _no_header(source: str, number: int) -> Problem:
    return Problem(
        source=source,
        code="missing_field",
        message="The columns should be named here, and neither 'cve' nor 'epss' is.",
        line=number,
        expected="cve,epss,percentile",
    )


def _no_scores(source: str) -> Problem:
    return Problem(
        source=source,
        code="no_entries",
        message="The file has no scores.",
        expected="a line for each CVE",
        level=Level.NOTICE,
    )


def _no_date(source: str) -> Problem:
    return Problem(
        source=source,
        code="undated",
        message="It is not said of which day the scores are.",
        line=1,
        expected="a first line such as #model_version:v2025.03.14,score_date:2026-01-30T12:55:00Z",
        level=Level.NOTICE,
    )


FORMAT = Format(name="epss", title="EPSS scores (CSV)", detect=detect, read=read)
