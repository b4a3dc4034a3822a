"""Numbers as people read them. What is nearly all or nearly nothing is not rounded to all or nothing."""

import datetime as dt
from math import isfinite
from typing import TypeGuard

from clearinghouse.evaluation.statistics.estimate import Interval
from clearinghouse.formats.width import short

SPACE = "\N{NO-BREAK SPACE}"
UNKNOWN = "not known"
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_WITH_UNIT = ((1e9, "G"), (1e6, "M"), (1e3, "k"))
_LONGEST_HOURS = 9_999
_MOST, _LEAST = 1_000_000, 0.0001


def _is_share(value: float | None) -> TypeGuard[float]:
    """Whether a number can be said in percent at all; one beyond these is a mistake, and not worth 300 digits."""
    return value is not None and isfinite(value) and abs(value) <= _MOST


def percent(value: float | None) -> str:
    """Return a share between 0 and 1 as percent with one decimal: ``62.4 %``, ``0 %``, ``over 99.9 %``."""
    if not _is_share(value):
        return UNKNOWN
    if 0 < value < 0.0005:
        return f"under 0.1{SPACE}%"
    if 0.9995 <= value < 1:
        return f"over 99.9{SPACE}%"
    return f"{_trimmed(f'{100 * value:.1f}')}{SPACE}%"


def exact_percent(value: float | None) -> str:
    """Return a share that somebody registered as percent, with all its decimals up to nine: ``52.5 %``."""
    if not _is_share(value):
        return UNKNOWN
    return f"{_trimmed(f'{100 * value:.9f}')}{SPACE}%"


def rate(value: float | None) -> str:
    """Return how often something happened of some thousands of times, as percent with two decimals: ``0.75 %``.

    Of 2,000 times that is exact, so that rates of all that can happen add up to 100 %.
    """
    return f"{_trimmed(f'{100 * value:.2f}')}{SPACE}%" if _is_share(value) else UNKNOWN


def points(value: float | None) -> str:
    """Return a difference of two shares in percentage points: ``+4.2 points``."""
    if not _is_share(value):
        return UNKNOWN
    return f"{_signed(_trimmed(f'{100 * value:+.1f}'))}{SPACE}points"


def percent_interval(interval: Interval | None) -> str:
    """Return the ends of an interval of shares: ``55 % to 69.3 %``."""
    return UNKNOWN if interval is None else f"{percent(interval.low)} to {percent(interval.high)}"


def minutes(value: float | None) -> str:
    """Return a human time, given in minutes, in the unit that people use: ``20 s``, ``6.3 min``, ``3.1 h``."""
    if value is None or not isfinite(value) or value < 0:
        return UNKNOWN
    if value < 1:
        return f"{60 * value:.2g}{SPACE}s" if value else f"0{SPACE}s"
    if value < 90 and value != 60:
        return f"{_trimmed(f'{value:.1f}') if value < 10 else f'{value:.0f}'}{SPACE}min"
    hours = value / 60
    if hours > _LONGEST_HOURS:
        return f"over {_LONGEST_HOURS:,}{SPACE}h"
    return f"{_trimmed(f'{hours:.1f}') if hours < 10 else f'{hours:,.0f}'}{SPACE}h"


def minutes_interval(interval: Interval | None) -> str:
    """Return the ends of an interval of human times; an end that is infinite is said to be none."""
    if interval is None:
        return UNKNOWN
    low, high = interval.low, interval.high
    if not isfinite(high):
        return f"{minutes(low)} or more, without an upper end" if isfinite(low) else "without ends"
    return f"{minutes(low)} to {minutes(high)}" if isfinite(low) else f"up to {minutes(high)}"


def tokens(value: int) -> str:
    """Return a budget of tokens: ``500 k``, ``2.5 M``."""
    for size, unit in _WITH_UNIT:
        if value >= size:
            return f"{value / size:.3g}{SPACE}{unit}" if value / size < 1000 else f"{value / size:,.0f}{SPACE}{unit}"
    return f"{value:,}"


def number(value: float | None) -> str:
    """Return any other number with three digits that count: ``18.2``, ``0.004``; very large and small ones as such."""
    if value is None or not isfinite(value):
        return UNKNOWN
    if abs(value) >= _MOST:
        return f"over {_MOST:,}" if value > 0 else f"under −{_MOST:,}"
    if 0 < abs(value) < _LEAST:
        return f"under {_LEAST}" if value > 0 else f"between −{_LEAST} and 0"
    return _signed(f"{float(f'{value:.3g}'):,.0f}" if abs(value) >= 1000 else f"{value:.3g}")


def registered(value: float) -> str:
    """Return a number as somebody wrote it, without a decimal point where it is whole."""
    return f"{int(value):,}" if isfinite(value) and value == int(value) else f"{value:g}"


def level(value: float) -> str:
    """Return a confidence as percent with the decimals that it needs: ``95 %``, ``98.33 %``."""
    return f"{_trimmed(f'{100 * value:.2f}')}{SPACE}%"


def on_day(text: str) -> str:
    """Return the day of a moment that is written as ISO 8601 has it: ``20 November 2026``; anything else as it is."""
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        return short(text, 40)
    return f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}"


def at_moment(text: str) -> str:
    """Return a moment with its time and zone: ``20 November 2026, 16:30 UTC``; anything else as it is."""
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        return short(text, 40)
    if len(text) <= len("2026-11-20"):
        return on_day(text)
    zone = "UTC" if moment.utcoffset() == dt.timedelta(0) else f"{moment:%z}"
    return f"{on_day(text)}, {moment:%H:%M} {zone}".rstrip()


def _trimmed(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text


def _signed(text: str) -> str:
    return text.replace("-", "−")
