"""Dates as people read them."""

import datetime as dt

from clearinghouse.formats.text import plural

_MONTHS = (
    "January February March April May June July August September October November December".split()  # noqa: SIM905
)


def in_words(day: dt.date) -> str:
    """Write a date as people read it: ``12 March 2026``."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def left_in_words(days: int) -> str:
    """Write days left: ``3 days are left``, ``it is due``, ``it is overdue by 2 days``."""
    if days == 0:
        return "it is due"
    count = plural(abs(days), "day")
    return f"it is overdue by {count}" if days < 0 else f"{count} {'is' if days == 1 else 'are'} left"
