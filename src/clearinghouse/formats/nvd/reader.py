"""Detect and read answers of the NVD's CVE API 2.0, among them its copy of CISA's SSVC points and KEV dates."""

from collections.abc import Iterator
from functools import partial

from clearinghouse.formats.commits import commit_in_url
from clearinghouse.formats.contract import NO_MATCH, Format, Match, Record
from clearinghouse.formats.cve_values import cve_number, kev_date
from clearinghouse.formats.dates import is_iso_date
from clearinghouse.formats.decode import Decoder
from clearinghouse.formats.document import Document
from clearinghouse.formats.json_lines import Entry
from clearinghouse.formats.json_records import members
from clearinghouse.formats.nvd.cpe import affected_of
from clearinghouse.formats.nvd.schema import Cve, Item, Metrics
from clearinghouse.formats.parts import english, unique, written_time
from clearinghouse.formats.record_stream import read_records
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
)

FINDER = "NVD"
_ARRAY = "vulnerabilities"
_ITEM = Decoder(Item, "NVD record")


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
    convert = partial(_convert, source=source, findings=findings)
    return read_records(members(document, _ARRAY), _ITEM, convert, source=source)


def _convert(item: Item, index: int, entry: Entry, *, source: str, findings: bool) -> Iterator[Record]:
    pointer = f"{entry.pointer}/cve"
    cve = cve_number(item.cve.id, source=source, pointer=f"{pointer}/id")
    if isinstance(cve, Problem):
        yield cve
        return
    if findings:
        yield _finding(item.cve, cve, source, index)
    yield from _signals(item.cve, cve, source, pointer)


def _finding(record: Cve, cve: str, source: str, index: int) -> Finding:
    description = english(record.descriptions)
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
    if not record.cisa_exploit_add:
        return
    added = kev_date(record.cisa_exploit_add, cve=cve, source=source, pointer=f"{pointer}/cisaExploitAdd")
    if isinstance(added, Problem):
        yield added
        return
    due = (record.cisa_action_due or "")[:10]
    yield KevEntry(
        cve=cve,
        date_added=added,
        source=source,
        due_date=due if is_iso_date(due) else None,
        name=clean_line(record.cisa_vulnerability_name or ""),
        required_action=clean(record.cisa_required_action or ""),
        partial=True,
    )


FORMAT = Format(name="nvd", title="NVD CVE API 2.0", detect=detect, read=read, signals=signals)
