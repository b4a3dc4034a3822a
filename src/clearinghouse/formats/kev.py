"""CISA's catalogue of Known Exploited Vulnerabilities, JSON or CSV.

Source: https://www.cisa.gov/known-exploited-vulnerabilities-catalog and its JSON schema
(https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities_schema.json). The field
``forensicTriage`` is newer than the schema and not documented.
"""

import csv
import io
import re
from collections.abc import Iterator
from typing import Any

import msgspec

from clearinghouse.formats.contract import NO_MATCH, Format, Match
from clearinghouse.formats.dates import is_iso_date
from clearinghouse.formats.decode import Decoder, describe, escape, wrong_type
from clearinghouse.formats.document import Document
from clearinghouse.formats.json_records import broken_json
from clearinghouse.formats.json_stream import BrokenJsonError, walk
from clearinghouse.formats.sample import Sample
from clearinghouse.formats.tabular.rows import why_no_row
from clearinghouse.formats.text import clean, clean_line, printable_name, quoted
from clearinghouse.formats.weakness import weaknesses_of
from clearinghouse.records import KevEntry, Level, Problem

_CVE = re.compile(r"CVE-\d{4}-\d{4,19}")
_ARRAY = "vulnerabilities"


class _Entry(msgspec.Struct, frozen=True, rename="camel"):
    """One entry as the catalogue writes it; the names of the attributes are the known fields."""

    cve_id: str = msgspec.field(name="cveID")
    date_added: str
    vendor_project: str | None = None
    product: str | None = None
    vulnerability_name: str | None = None
    short_description: str | None = None
    required_action: str | None = None
    due_date: str | None = None
    known_ransomware_campaign_use: str | None = None
    notes: str | None = None
    cwes: list[str] | str | None = None
    forensic_triage: str | bool | None = None


_FIELDS = frozenset(field.encode_name for field in msgspec.structs.fields(_Entry))
_DECODER = Decoder(_Entry, "KEV entry")
_ANY: Decoder[Any] = Decoder(object, "KEV member")


def detect(sample: Sample) -> Match:
    """A catalogue has ``vulnerabilities`` of ``cveID`` and ``dateAdded``, or a CSV header with both."""
    if not sample.is_json:
        header = _names(sample.text.lstrip("\ufeff").partition("\n")[0])
        if {"cveID", "dateAdded"} <= set(header):
            return Match(100 if "vendorProject" in header else 80)
        return NO_MATCH
    if not sample.has(_ARRAY):
        return NO_MATCH
    own = sample.has(f"{_ARRAY}[].cveID")
    if sample.has("catalogVersion") and (own or not sample.has(f"{_ARRAY}[].id")):
        return Match(100)
    if own:
        return Match(80 if sample.has(f"{_ARRAY}[].dateAdded") else 60)
    return NO_MATCH


def _names(line: str) -> list[str]:
    return [name.strip().strip('"') for name in line[:4096].split(",")]


def read(document: Document) -> Iterator[KevEntry | Problem]:
    """Yield an entry for each member, a problem for each bad one, and a notice for each field that is unknown.

    A catalogue without entries is told too: with it every flaw would look unexploited.
    """
    reader = _Reader(document.source)
    empty = True
    for item in _read_json(document, reader) if document.sample.is_json else _read_csv(document, reader):
        empty = False
        yield item
    if empty:
        yield reader.problem("no_entries", "The catalogue has no entries.", "", "entries", Level.NOTICE)
    yield from reader.closing_notices()


def _read_json(document: Document, reader: "_Reader") -> Iterator[KevEntry | Problem]:
    position = 0
    try:
        with document.open() as stream:
            for piece in walk(stream, frozenset({""}), frozenset({_ARRAY})):
                if piece.path == (_ARRAY,) and piece.first >= 0:
                    for raw in piece.raws:
                        yield from reader.json_entry(document.in_utf8(bytes(raw)), f"/{_ARRAY}/{position}")
                        position += 1
                elif len(piece.path) == 1:
                    yield from reader.header(str(piece.path[0]), document.in_utf8(bytes(piece.raws[0])))
    except BrokenJsonError as error:
        yield broken_json(document, error)


def _read_csv(document: Document, reader: "_Reader") -> Iterator[KevEntry | Problem]:
    """The catalogue in CSV has the JSON field names as its header; ``cwes`` is a list joined with commas."""
    text = document.in_utf8(document.read()).decode()
    rows = csv.DictReader(io.StringIO(text, newline=""), restkey="")
    try:
        for row in rows:
            row.pop("", None)
            filled = {key: value for key, value in row.items() if value}
            yield from reader.entry(filled, f"/{rows.line_num}", set(row), line=rows.line_num)
    except csv.Error as error:
        yield Problem(
            source=document.source,
            code="bad_line",
            message=f"The table breaks off here: {why_no_row(error)}.",
            line=rows.line_num,
            expected="CSV (RFC 4180)",
        )


class _Reader:
    """What is known of the catalogue while its entries pass."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.catalogue = ""
        self.claimed: int | None = None
        self.seen = 0
        self.unknown: dict[str, str] = {}  # field: pointer of its first appearance

    def header(self, key: str, raw: bytes) -> Iterator[Problem]:
        """Take one member that stands beside the entries."""
        value = _ANY.decode(raw, source=self.source, pointer=f"/{escape(key)}")
        if isinstance(value, tuple):
            yield from value
        elif key == "catalogVersion" and isinstance(value, str | int | float):
            self.catalogue = clean_line(str(value), 40)
        elif key == "count" and isinstance(value, int) and not isinstance(value, bool):
            self.claimed = value
        elif key == _ARRAY:
            yield wrong_type(self.source, f"/{_ARRAY}", "array", describe(value))

    def json_entry(self, raw: bytes, pointer: str) -> Iterator[KevEntry | Problem]:
        value = _ANY.decode(raw, source=self.source, pointer=pointer)
        if isinstance(value, tuple):
            self.seen += 1
            yield from value
        else:
            yield from self.entry(value, pointer, set(value) if isinstance(value, dict) else set())

    def entry(
        self, value: Any, pointer: str, fields: set[str], line: int | None = None
    ) -> Iterator[KevEntry | Problem]:
        """Yield one entry, and what is wrong with it."""
        self.seen += 1
        for field in fields - _FIELDS:
            self.unknown.setdefault(field, pointer)
        entry = _DECODER.convert(value, source=self.source, pointer=pointer)
        problems = list(entry) if isinstance(entry, tuple) else list(self.violations(entry, pointer))
        yield from (msgspec.structs.replace(p, line=line, pointer=None) if line else p for p in problems)
        if not isinstance(entry, tuple) and not any(p.level is Level.ERROR for p in problems):
            yield self.record(entry)

    def violations(self, entry: _Entry, pointer: str) -> Iterator[Problem]:
        """What types cannot say. Without its CVE or the date that starts its clock an entry is no entry."""
        if not _CVE.fullmatch(entry.cve_id.strip().upper()):
            message = f"{quoted(entry.cve_id)} is no CVE identifier."
            yield self.problem("wrong_value", message, f"{pointer}/cveID", "CVE-YYYY-N")
        for name, text, level in (
            ("dateAdded", entry.date_added, Level.ERROR),
            ("dueDate", entry.due_date or "", Level.NOTICE),
        ):
            if (text or level is Level.ERROR) and not is_iso_date(text.strip()):
                message = f"The {name} of {clean_line(entry.cve_id, 40)}, {quoted(text)}, is no ISO date."
                yield self.problem("wrong_value", message, f"{pointer}/{name}", "ISO date", level)
        if entry.forensic_triage is not None and _yes_or_no(entry.forensic_triage) is None:
            shown = quoted(str(entry.forensic_triage))
            message = f"The forensicTriage of {clean_line(entry.cve_id, 40)}, {shown}, is neither Yes nor No."
            yield self.problem("wrong_value", message, f"{pointer}/forensicTriage", "Yes or No", Level.NOTICE)

    def record(self, entry: _Entry) -> KevEntry:
        due = (entry.due_date or "").strip()
        cwes = entry.cwes.split(",") if isinstance(entry.cwes, str) else entry.cwes
        return KevEntry(
            cve=entry.cve_id.strip().upper(),
            date_added=entry.date_added.strip(),
            source=self.source,
            due_date=due if is_iso_date(due) else None,
            ransomware=clean_line(entry.known_ransomware_campaign_use or "", 40),
            forensic_triage=None if entry.forensic_triage is None else _yes_or_no(entry.forensic_triage),
            name=clean_line(entry.vulnerability_name or ""),
            vendor=clean_line(entry.vendor_project or ""),
            product=clean_line(entry.product or ""),
            required_action=clean(entry.required_action or ""),
            weaknesses=weaknesses_of(cwes),
            catalogue=self.catalogue,
        )

    def closing_notices(self) -> Iterator[Problem]:
        """What can be said only at the end of the catalogue."""
        for field, pointer in sorted(self.unknown.items()):
            message = f"The field {quoted(field, 60)} is not known here and was passed over."
            yield self.problem("unknown_field", message, printable_name(f"{pointer}/{escape(field)}"), "", Level.NOTICE)
        if self.claimed is not None and self.claimed != self.seen:
            message = f"The catalogue says that it has {self.claimed} entries, and has {self.seen}."
            yield self.problem("count_differs", message, "/count", str(self.seen), Level.NOTICE)

    def problem(self, code: str, message: str, pointer: str, expected: str, level: Level = Level.ERROR) -> Problem:
        return Problem(
            source=self.source, code=code, message=message, pointer=pointer, expected=expected or None, level=level
        )


def _yes_or_no(value: str | bool) -> bool | None:
    if isinstance(value, bool):
        return value
    return {"yes": True, "no": False}.get(value.strip().lower())


FORMAT = Format(name="kev", title="CISA KEV catalogue", detect=detect, read=read)
