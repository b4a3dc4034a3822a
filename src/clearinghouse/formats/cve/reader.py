"""Detect and read CVE records: one, an array of them, or JSON lines."""

import re
from collections.abc import Callable, Iterator

import msgspec

from clearinghouse.formats.contract import NO_MATCH, Format, Match, Record
from clearinghouse.formats.cve import schema
from clearinghouse.formats.cve.convert import finding_of
from clearinghouse.formats.cve.signals import signals_of
from clearinghouse.formats.decode import Decoder
from clearinghouse.formats.document import Document
from clearinghouse.formats.json_lines import Entry
from clearinghouse.formats.json_records import decoded, entries
from clearinghouse.formats.sample import Sample
from clearinghouse.formats.text import clean_line
from clearinghouse.records import Problem, canonical_identifier

_DECODER = Decoder(schema.Record, "CVE record")
_SIGNALS = Decoder(schema.SignalRecord, "CVE record")
_CVE = re.compile(r"CVE-\d{4}-\d{4,19}")


def detect(sample: Sample) -> Match:
    """A CVE record calls itself ``CVE_RECORD``; some tools leave that out, but not the two parts it has."""
    if not sample.is_json:
        return NO_MATCH
    for prefix in ("", "[]."):
        if sample.has(f"{prefix}data_type", f"{prefix}CVE_data_meta"):
            return Match(40, "it is a CVE record of format 4, and format 5 is read")
        own = sample.has(f"{prefix}dataType") and sample.value_of("dataType") == "CVE_RECORD"
        if own and not (sample.value_of("dataVersion") or "5").startswith("5"):
            return Match(40, f"its version is {clean_line(sample.value_of('dataVersion') or '', 20)}, and 5 is read")
        if own:
            return Match(100)
        if sample.has(f"{prefix}cveMetadata.cveId") or sample.has(f"{prefix}containers.cna"):
            return Match(80)
    return NO_MATCH


def read(document: Document) -> Iterator[Record]:
    """Yield for each record its finding, then CISA's SSVC point and KEV date, and a problem for each violation."""
    return _read(document, _records)


def signals(document: Document) -> Iterator[Record]:
    """Yield for each record CISA's SSVC point and KEV date alone, and a problem for each violation in them."""
    return _read(document, _signals)


def _read(document: Document, records: Callable[[Entry, str, int], Iterator[Record]]) -> Iterator[Record]:
    index = -1
    for entry in entries(document):
        if isinstance(entry, Problem):
            yield entry
            continue
        index += 1
        for item in records(entry, document.source, index):
            if isinstance(item, Problem) and entry.line is not None and item.line is None:
                yield msgspec.structs.replace(item, line=entry.line)
            else:
                yield item


def _records(entry: Entry, source: str, index: int) -> Iterator[Record]:
    record = decoded(_DECODER, entry, source)
    if isinstance(record, tuple):
        yield from record
        return
    cve = canonical_identifier(record.cve_metadata.cve_id)
    if not _CVE.fullmatch(cve):
        yield _no_identifier(cve, entry, source)
        return
    yield finding_of(record, cve, source=source, index=index)
    yield from signals_of(record, cve, source=source, pointer=entry.pointer)


def _signals(entry: Entry, source: str, _index: int) -> Iterator[Record]:
    record = decoded(_SIGNALS, entry, source)
    if isinstance(record, tuple):
        yield from record
        return
    cve = canonical_identifier(record.cve_metadata.cve_id)
    if _CVE.fullmatch(cve):
        yield from signals_of(record, cve, source=source, pointer=entry.pointer)
    else:
        yield _no_identifier(cve, entry, source)


def _no_identifier(cve: str, entry: Entry, source: str) -> Problem:
    return Problem(
        source=source,
        code="wrong_value",
        message=f"{clean_line(cve, 40)!r} is no CVE identifier.",
        pointer=f"{entry.pointer}/cveMetadata/cveId",
        expected="CVE-YYYY-N with at least four digits",
    )


FORMAT = Format(name="cve", title="CVE record 5", detect=detect, read=read, signals=signals)
