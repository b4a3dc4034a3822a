"""Two values that every publisher of CVE records writes: the identifier, and the day on which CISA put it into KEV."""

import re
from typing import Any

from clearinghouse.formats.dates import is_iso_date
from clearinghouse.formats.decode import describe
from clearinghouse.formats.text import quoted
from clearinghouse.records import Problem, canonical_identifier

_CVE = re.compile(r"CVE-\d{4}-\d{4,19}")


def cve_number(text: str, *, source: str, pointer: str) -> str | Problem:
    """Return the canonical CVE identifier of a record, or the problem that what stands at ``pointer`` is none."""
    cve = canonical_identifier(text)
    if _CVE.fullmatch(cve):
        return cve
    message = f"{quoted(cve)} is no CVE identifier."
    return _wrong(source, pointer, message, "CVE-YYYY-N with at least four digits")


def kev_date(value: Any, *, cve: str, source: str, pointer: str) -> str | Problem:
    """Return the ISO date at the beginning of ``value`` (a time may follow), or the problem that there is none."""
    if isinstance(value, str) and is_iso_date(value[:10]):
        return value[:10]
    return _wrong(source, pointer, f"{cve}: the KEV date is {describe(value)}.", "ISO date")


def _wrong(source: str, pointer: str, message: str, expected: str) -> Problem:
    return Problem(source=source, code="wrong_value", message=message, pointer=pointer, expected=expected)
