"""Detect and read answers of the NVD's CVE API 2.0, among them its copy of CISA's SSVC points and KEV dates."""

import re
from collections.abc import Iterator

from clearinghouse.formats.commits import commit_in_url
from clearinghouse.formats.contract import NO_MATCH, Format, Match, Record
from clearinghouse.formats.dates import is_iso_date
from clearinghouse.formats.decode import Decoder
from clearinghouse.formats.document import Document
from clearinghouse.formats.json_records import decoded, members
from clearinghouse.formats.nvd.cpe import affected_of
from clearinghouse.formats.nvd.schema import Cve, Item, Metrics, Text
from clearinghouse.formats.parts import unique, written_time
from clearinghouse.formats.sample import Sample
from clearinghouse.formats.ssvc_points import ssvc_point
from clearinghouse.formats.text import clean, clean_line, first_sentence
from clearinghouse.formats.weakness import find_weaknesses
from clearinghouse.records import (
    Advisory,
    Finding,
    KevEntry,
    Problem,
    Remedy,
    Severity,
    State,
    canonical_identifier,
)

FINDER = "NVD"
_ARRAY = "vulnerabilities"
_ITEM = Decoder(Item, "NVD record")
_CVE = re.compile(r"CVE-\d{4}-\d{4,19}")


def detect(sample: Sample) -> Match:
    """The API says ``"format": "NVD_CVE"``; its records are ``vulnerabilities[].cve``."""
    if not sample.is_json:
        return NO_MATCH
    if sample.has("CVE_Items"):
        return Match(40, "it is an NVD feed of version 1, and answers of API 2.0 are read")
    if sample.has(_ARRAY) and sample.value_of("format") == "NVD_CVE":
        return Match(100)
    if sample.has(f"{_ARRAY}[].cve.id") and sample.has(f"{_ARRAY}[].cve.vulnStatus"):
        return Match(90)
    return NO_MATCH


def read(document: Document) -> Iterator[Record]:
    """Yield for each record its finding, its SSVC points and its KEV date, and a problem for each violation."""
    return _read(document, findings=True)


def signals(document: Document) -> Iterator[Record]:
    """Yield for each record its SSVC points and its KEV date alone, and a problem for each violation."""
    return _read(document, findings=False)


def _read(document: Document, *, findings: bool) -> Iterator[Record]:
    source = document.source
    index = -1
    for entry in members(document, _ARRAY):
        if isinstance(entry, Problem):
            yield entry
            continue
        index += 1
        item = decoded(_ITEM, entry, source)
        if isinstance(item, tuple):
            yield from item
            continue
        cve = canonical_identifier(item.cve.id)
        if not _CVE.fullmatch(cve):
            message = f"{clean_line(cve, 40)!r} is no CVE identifier."
            yield _problem(source, f"{entry.pointer}/cve/id", message, "CVE-YYYY-N with at least four digits")
            continue
        if findings:
            yield _finding(item.cve, cve, source, index)
        yield from _signals(item.cve, cve, source, f"{entry.pointer}/cve")


def _problem(source: str, pointer: str, message: str, expected: str) -> Problem:
    return Problem(source=source, code="wrong_value", message=message, pointer=pointer, expected=expected)


def _finding(record: Cve, cve: str, source: str, index: int) -> Finding:
    description = _english(record.descriptions)
    rejected = (record.vuln_status or "").lower() == "rejected"
    affected = () if rejected else affected_of(record.configurations or ())
    texts = (text.value for weakness in record.weaknesses or () for text in weakness.description or ())
    return Finding(
        source=source,
        index=index,
        format="nvd",
        title=first_sentence(description) or cve,
        finder=FINDER,
        description=description,
        native_id=cve,
        components=tuple(entry.component for entry in affected),
        identifiers=(cve,),
        weaknesses=find_weaknesses(texts),
        advisory=Advisory(
            published=written_time(record.published),
            modified=written_time(record.last_modified),
            withdrawn=written_time(record.last_modified) if rejected else None,
            affected=affected,
        ),
        severities=unique(_severities(record.metrics or Metrics())),
        remedies=unique(_remedies(record)),
        references=unique(clean_line(r.url, 2048) for r in record.references or () if r.url),
        state=State.WITHDRAWN if rejected else State.OPEN,
    )


def _english(texts: list[Text] | None) -> str:
    filled = [text for text in texts or () if text.value]
    chosen = next((text for text in filled if text.lang == "en"), filled[0] if filled else None)
    return clean(chosen.value or "") if chosen else ""


def _severities(metrics: Metrics) -> Iterator[Severity]:
    for system, scores in (
        ("CVSS:2.0", metrics.v2),
        ("CVSS:3.0", metrics.v30),
        ("CVSS:3.1", metrics.v31),
        ("CVSS:4.0", metrics.v40),
    ):
        for score in scores or ():
            if score.cvss_data and score.cvss_data.vector_string:
                vector = clean_line(score.cvss_data.vector_string, 300)
                yield Severity(system=system, value=vector, source=clean_line(score.source or "", 100))


def _remedies(record: Cve) -> Iterator[Remedy]:
    for reference in record.references or ():
        if reference.url and "Patch" in (reference.tags or ()) and (fix := commit_in_url(reference.url)):
            yield fix


def _signals(record: Cve, cve: str, source: str, pointer: str) -> Iterator[Record]:
    for number, metric in enumerate((record.metrics or Metrics()).ssvc or ()):
        where = f"{pointer}/metrics/ssvcV203/{number}/ssvcData"
        point, problems = ssvc_point(metric.ssvc_data, cve=cve, source=source, pointer=where)
        yield from problems
        if point:
            yield point
    added = record.cisa_exploit_add
    if not added:
        return
    if not is_iso_date(added[:10]):
        message = f"{cve}: the KEV date is {clean_line(added, 40)!r}."
        yield _problem(source, f"{pointer}/cisaExploitAdd", message, "ISO date")
        return
    due = (record.cisa_action_due or "")[:10]
    yield KevEntry(
        cve=cve,
        date_added=added[:10],
        source=source,
        due_date=due if is_iso_date(due) else None,
        name=clean_line(record.cisa_vulnerability_name or ""),
        required_action=clean(record.cisa_required_action or ""),
        partial=True,
    )


FORMAT = Format(name="nvd", title="NVD CVE API 2.0", detect=detect, read=read, signals=signals)
