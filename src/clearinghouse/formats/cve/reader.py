"""Detect and read CVE records: one, an array of them, or JSON lines."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from clearinghouse.formats.contract import NO_MATCH, Format, Match, Record
from clearinghouse.formats.cve import schema
from clearinghouse.formats.cve.convert import finding_of
from clearinghouse.formats.cve.signals import signals_of
from clearinghouse.formats.cve_values import cve_number
from clearinghouse.formats.decode import Decoder
from clearinghouse.formats.document import Document
from clearinghouse.formats.json_lines import Entry
from clearinghouse.formats.json_records import entries
from clearinghouse.formats.record_stream import read_records
from clearinghouse.formats.sample import Sample
from clearinghouse.formats.text import clean_line
from clearinghouse.records import Problem

_DECODER = Decoder(schema.Record, "CVE record")
_SIGNALS = Decoder(schema.SignalRecord, "CVE record")


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
    return _read(document, _DECODER)


def signals(document: Document) -> Iterator[Record]:
    """Yield for each record CISA's SSVC point and KEV date alone, and a problem for each violation in them."""
    return _read(document, _SIGNALS)


def _read(document: Document, decoder: Decoder[Any]) -> Iterator[Record]:
    source = document.source
    return read_records(entries(document), decoder, partial(_convert, source=source), source=source)


def _convert(record: schema.Record | schema.SignalRecord, index: int, entry: Entry, *, source: str) -> Iterator[Record]:
    cve = cve_number(record.cve_metadata.cve_id, source=source, pointer=f"{entry.pointer}/cveMetadata/cveId")
    if isinstance(cve, Problem):
        yield cve
        return
    if isinstance(record, schema.Record):
        yield finding_of(record, cve, source=source, index=index)
    yield from signals_of(record, cve, source=source, pointer=entry.pointer)


FORMAT = Format(name="cve", title="CVE record 5", detect=detect, read=read, signals=signals)
