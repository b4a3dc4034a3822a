"""Calendar dates as they are written in feeds."""

import re
from datetime import date

_ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def is_iso_date(text: str) -> bool:
    """Whether ``text`` is a day of the calendar as ``YYYY-MM-DD`` (RFC 3339, ``full-date``)."""
    try:
        return _ISO_DATE.fullmatch(text) is not None and date.fromisoformat(text) is not None
    except ValueError:
        return False
