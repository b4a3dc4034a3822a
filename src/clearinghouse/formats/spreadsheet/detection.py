"""Recognising an inventory in a spreadsheet by its header, and other workbooks by what they are packed in."""

from clearinghouse.formats.contract import NO_MATCH, Match
from clearinghouse.formats.sample import Sample
from clearinghouse.formats.spreadsheet.csv_rows import nearly, sniff
from clearinghouse.formats.spreadsheet.unnamed import unnamed
from clearinghouse.formats.text import clean_line

ZIP = b"PK\x03\x04"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""First bytes of an OLE compound file ([MS-CFB], section 2.2): XLS, and XLSX under a password."""
_SURE = 3


def detect(sample: Sample) -> Match:
    """A workbook is one whatever is in it; a table in text is an inventory by its header.

    An archive arrives as one document only if it is a workbook; whether it is one that can be read shows when it is
    opened. A table with a column that only lists of flaws have (``Severity``, ``CVE``, ``CVSS``, ``CWE``) is a list of
    flaws, even if it names products and versions as well: exports of scanners do. A table with a row that is like a
    header, and not enough of one, is none; it is said what would be understood.
    """
    head = sample.head
    if head.startswith((ZIP, OLE)):
        return Match(60)
    if sample.is_json or b"\x00" in head or head.lstrip()[:1] == b"<":
        return NO_MATCH
    found = sniff(sample)
    if found is None:
        like = nearly(sample)
        return Match(10, f"no row names the columns; {unnamed(like)}") if like else NO_MATCH
    header = found[1]
    if header.findings:
        return Match(20, f'it has the column "{clean_line(header.findings, 40)}", as lists of findings have')
    return Match(65) if header.known >= _SURE else Match(55)
