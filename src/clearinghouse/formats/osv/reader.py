"""Detect and read OSV documents: one record, many in an array, in JSON lines or in an answer of api.osv.dev."""

from collections.abc import Iterator
from functools import partial

from clearinghouse.formats import yaml_values
from clearinghouse.formats.contract import NO_MATCH, Format, Match
from clearinghouse.formats.decode import Decoder
from clearinghouse.formats.document import Document
from clearinghouse.formats.json_lines import Entry
from clearinghouse.formats.json_records import entries
from clearinghouse.formats.osv.convert import finding_of
from clearinghouse.formats.osv.schema import Record
from clearinghouse.formats.parts import notice
from clearinghouse.formats.record_stream import read_records
from clearinghouse.formats.sample import Sample
from clearinghouse.formats.text import clean_line
from clearinghouse.records import Finding, Problem

_DECODER = Decoder(Record, "OSV record")
_ENVELOPE = "vulns"
_OWN_KEYS = ("affected[].package.ecosystem", "affected[].ranges[].events", "affected[].ranges[].type")


def detect(sample: Sample) -> Match:
    """An OSV record has ``id``, ``modified`` and, unless its sample is cut, ``affected`` or ``schema_version``."""
    if not sample.is_json:
        return _detect_yaml(sample)
    if sample.has("results[].vulns[]") and '"modified"' in sample.text:
        return Match(30, "it is an answer of querybatch, which names records without their content")
    for prefix in ("", "[].", f"{_ENVELOPE}[]."):
        match = _detect_record(sample, prefix)
        if match.score:
            return match
    return NO_MATCH


def _detect_record(sample: Sample, prefix: str) -> Match:
    def has(*keys: str) -> bool:
        return sample.has(*(prefix + key for key in keys))

    own = [key for key in _OWN_KEYS if has(key)]
    if has("id", "modified", "affected") and (own or has("schema_version") or has("affected[]")):
        return Match(100)
    if has("id", "modified", "schema_version"):
        return Match(90)
    if has("id", "affected[].package.ecosystem"):
        return Match(70)
    if own and not sample.complete:  # keys in alphabetical order put a long "affected" before "id"
        return Match(60)
    return Match(20, "it has no 'id'") if own else NO_MATCH


def _detect_yaml(sample: Sample) -> Match:
    if not sample.has("affected"):
        return NO_MATCH
    if sample.has("id", "modified"):
        return Match(100)
    if "ecosystem:" in sample.text and (sample.has("id") or not sample.complete):
        return Match(60)
    return NO_MATCH


def read(document: Document) -> Iterator[Finding | Problem]:
    """Yield a finding for each record, and a problem for each violation."""
    sample = document.sample
    if not sample.is_json:
        yield from _read_yaml(document)
        return
    envelope = _ENVELOPE if sample.has(f"{_ENVELOPE}[]") else None
    convert = partial(_convert, source=document.source)
    yield from read_records(entries(document, envelope), _DECODER, convert, source=document.source)


def _read_yaml(document: Document) -> Iterator[Finding | Problem]:
    source = document.source
    try:
        value = yaml_values.load(document.read())
    except yaml_values.YamlError as error:
        yield Problem(
            source=source,
            code="malformed_yaml",
            message=f"It cannot be read as YAML: {clean_line(error.what)}.",
            line=error.line,
            expected="one OSV record in plain YAML",
        )
        return
    items = [(f"/{number}", item) for number, item in enumerate(value)] if isinstance(value, list) else [("", value)]
    for index, (pointer, item) in enumerate(items):
        record = _DECODER.convert(item, source=source, pointer=pointer)
        yield from record if isinstance(record, tuple) else _convert(record, index, Entry(b"", pointer), source=source)


def _convert(record: Record, index: int, entry: Entry, *, source: str) -> Iterator[Finding | Problem]:
    if not record.modified:
        yield notice(
            source,
            "missing_field",
            f"{clean_line(record.id, 100)}: 'modified' is missing, so of two versions of this record the later one "
            "cannot be told.",
            f"{entry.pointer}/modified",
            "RFC 3339 timestamp",
        )
    yield from finding_of(record, source=source, index=index, pointer=entry.pointer)


FORMAT = Format(name="osv", title="OSV record (JSON or YAML)", detect=detect, read=read)
