"""Bandit's JSON (``bandit -f json``).

Source: https://bandit.readthedocs.io/en/latest/formatters/json.html.
"""

import re
from collections.abc import Iterator
from functools import partial

import msgspec

from clearinghouse.formats.contract import NO_MATCH, Format, Match
from clearinghouse.formats.decode import Decoder
from clearinghouse.formats.document import Document
from clearinghouse.formats.parts import Positions, links, read_elements, severities, timestamp, tool_messages
from clearinghouse.formats.record_stream import read_whole
from clearinghouse.formats.sample import Sample
from clearinghouse.formats.text import clean, clean_line, distinct_line, first_sentence
from clearinghouse.formats.weakness import weaknesses_of
from clearinghouse.records import Finding, Location, Problem, Provenance

_TOOL = "Bandit"
_NUMBERED = re.compile(r"(\d{1,9})(?:[ \t]|$)")


class _Cwe(msgspec.Struct, gc=False):
    id: int | str | None = None
    link: str | None = None


class _Result(msgspec.Struct, gc=False):
    test_id: str
    issue_text: str
    filename: str
    line_number: int | None = None
    line_range: list[int] | None = None
    col_offset: int | None = None
    code: str | None = None
    issue_severity: str | None = None
    issue_cwe: _Cwe | None = None
    more_info: str | None = None


class _Error(msgspec.Struct, gc=False):
    filename: str | None = None
    reason: str | None = None


class _Report(msgspec.Struct):
    results: list[msgspec.Raw] | None = None
    errors: list[_Error] | None = None
    generated_at: str | None = None


_REPORT = Decoder(_Report, "Bandit report")
_RESULT = Decoder(_Result, "result")


def detect(sample: Sample) -> Match:
    """Recognise results with Bandit's own fields, or its confidence totals."""
    if not sample.is_json:
        return NO_MATCH
    if sample.has("results[].test_id", "results[].issue_text", "results[].filename"):
        return Match(95)
    if sample.has("metrics._totals.CONFIDENCE.HIGH", "metrics._totals.SEVERITY.HIGH"):
        return Match(90)
    return NO_MATCH


def read(document: Document) -> Iterator[Finding | Problem]:
    """Yield one finding a result, and a notice for each file that Bandit could not read."""
    return read_whole(document, _REPORT, _records)


def _records(report: _Report, source: str) -> Iterator[Finding | Problem]:
    convert = partial(_finding, source=source, observed=timestamp(report.generated_at))
    yield from read_elements(report.results, _RESULT, Positions(), convert, source=source, pointer="/results")
    messages = (f"{error.filename or 'a file'}: {error.reason or 'not read'}" for error in report.errors or ())
    yield from tool_messages(messages, source=source, tool=_TOOL, pointer="/errors")


def _finding(result: _Result, index: int, source: str, observed: str | None) -> Finding:
    cwe = result.issue_cwe or _Cwe()
    return Finding(
        source=source,
        index=index,
        format=FORMAT.name,
        title=first_sentence(result.issue_text) or clean_line(result.test_id),
        finder=_TOOL,
        description=clean(result.issue_text),
        rule=clean_line(result.test_id),
        weaknesses=weaknesses_of(cwe.id),
        locations=(_location(result),),
        severities=severities((_TOOL, result.issue_severity, ""), ()),
        references=links([result.more_info, cwe.link]),
        provenance=_PROVENANCE,
        observed=observed,
    )


def _location(result: _Result) -> Location:
    lines = result.line_range or []
    last = max(lines, default=None)
    column = result.col_offset
    return Location(
        path=distinct_line(result.filename, 1024),
        line=result.line_number,
        column=column + 1 if column is not None and column >= 0 else None,  # Bandit counts columns from 0
        end_line=last,
        snippet=_snippet(result.code or "", frozenset(lines)) or None,
    )


def _snippet(code: str, wanted: frozenset[int]) -> str:
    """Return the quoted code without Bandit's line numbers, and without the lines around the issue.

    The numbers must go: a snippet serves to know the place again after it has moved.
    """
    kept, everything = [], []
    for line in clean(code).split("\n"):
        match = _NUMBERED.match(line)
        body = line[match.end() :] if match else line
        everything.append(body)
        if match and int(match[1]) in wanted:
            kept.append(body)
    return "\n".join(kept or everything).strip("\n")


_PROVENANCE = Provenance(tool=_TOOL)
FORMAT = Format(name="bandit", title="Bandit JSON", detect=detect, read=read)
