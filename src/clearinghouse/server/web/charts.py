"""Quiet charts as SVG that is made here: few colours, labels at the data, the numbers as a table beneath.

Places are percentages of the drawing and type is not scaled, so that a chart can be read at any width. Nothing needs a
``style`` attribute: colours are classes of the style sheet. Bars begin at zero; so does the axis of a line, unless all
of it would be a flat stripe at the top.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import Literal, TypeAlias

import msgspec
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from clearinghouse.formats.text import clean_line

HEIGHT = 208
"""Height of the drawing in CSS pixels, as the style sheet has it (13 rem)."""
_TOP, _BOTTOM = 22, 184
"""Where the largest and the smallest value stand, in pixels from the top; beneath is room for labels."""
_LEFT, _RIGHT = 14.0, 98.0
"""Where the data begins and ends, in percent; left of it is room for the axis."""
_MOST_LABELS = 5
_MOST_TOLD = 6
_LONGEST_LABEL = 80
_TICKS = 4


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """One number with its name.

    Attributes:
        label: what it is of, such as a day. value: the number; None is not measured, which is not zero.
        low, high: ends of its interval, where it is uncertain.
    """

    label: str
    value: float | None
    low: float | None = None
    high: float | None = None


class Chart(msgspec.Struct, frozen=True, kw_only=True):
    """A chart that a template can show (``web/parts/chart.html``).

    Attributes:
        name: makes the ids of its parts, once on a page. title, description: what it shows, and what one sees in it.
        svg: the drawing; empty where nothing is measured. heads, rows: the table beneath it. unit: of the numbers.
    """

    name: str
    title: str
    description: str
    unit: str
    svg: SafeString
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class _Scale(msgspec.Struct, frozen=True):
    low: float
    high: float
    ticks: tuple[float, ...]

    def y(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return round(_BOTTOM - share * (_BOTTOM - _TOP), 1)


def bars(name: str, title: str, points: Sequence[Point], *, unit: str, description: str = "") -> Chart:
    """Return a chart of bars.

    Args:
        name: a word of letters, digits and dashes, once on a page. title: what it shows. points: from left to right.
        unit: what is counted, in the plural. description: what one sees in it; else it is made of the numbers.
    """
    return _chart("bars", name, title, points, unit, description)


def line(name: str, title: str, points: Sequence[Point], *, unit: str, description: str = "") -> Chart:
    """Return a chart of a line; where a point is not measured the line has a gap.

    Args:
        name, title, points, unit, description: as for :func:`bars`.
    """
    return _chart("line", name, title, points, unit, description)


def told(value: float | None, digits: int | None = None) -> str:
    """Return a number as it is written, thousands apart.

    Args:
        value: None is not measured. digits: behind the point; None is as many as the number needs, at most three that
            count.
    """
    if value is None:
        return "not measured"
    if digits is not None:
        return f"{value:,.{digits}f}"
    if value == int(value):
        return f"{int(value):,}"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _chart(
    kind: Literal["bars", "line"], name: str, title: str, points: Sequence[Point], unit: str, description: str
) -> Chart:
    points = [msgspec.structs.replace(point, label=clean_line(point.label, _LONGEST_LABEL)) for point in points]
    digits = _digits(points)
    described = description or _described(points, unit, digits)
    uncertain = any(point.low is not None and point.high is not None for point in points)
    svg = SafeString("")
    if any(point.value is not None for point in points):
        svg = format_html(
            '<svg role="img" aria-labelledby="{0}-title {0}-description" focusable="false">'
            '<title id="{0}-title">{1}</title><desc id="{0}-description">{2}</desc>{3}</svg>',
            *(name, title, described, _drawing(points, _bars if kind == "bars" else _line)),
        )
    return Chart(
        name=name,
        title=title,
        description=described,
        unit=unit,
        svg=svg,
        heads=("", unit.capitalize(), *(("From", "To") if uncertain else ())),
        rows=tuple(_row(point, digits, uncertain=uncertain) for point in points),
    )


def _drawing(points: Sequence[Point], draw: "_Draw") -> SafeString:
    scale = _scale(points, from_zero=draw is _bars)
    places = _places(len(points), spread=draw is _bars)
    parts = (_grid(scale), draw(points, places, scale), _values(points, places, scale), _labels(points, places))
    return format_html_join("", "{}", ((each,) for part in parts for each in part))


def _row(point: Point, digits: int, *, uncertain: bool) -> tuple[str, ...]:
    row = (point.label, told(point.value, digits))
    if not uncertain:
        return row
    return (*row, *("" if end is None else told(end, digits) for end in (point.low, point.high)))


def _described(points: Sequence[Point], unit: str, digits: int) -> str:
    known = [(point.value, point.label) for point in points if point.value is not None]
    if not known:
        return "Nothing is measured yet."
    lowest, highest = min(known), max(known)
    last = f"; last, {known[-1][1]}: {told(known[-1][0], digits)}"
    if lowest[0] == highest[0]:
        return f"{told(lowest[0], digits)} {unit} throughout{last}."
    return f"From {told(lowest[0], digits)} {unit} ({lowest[1]}) to {told(highest[0], digits)} ({highest[1]}){last}."


def _numbers(points: Sequence[Point]) -> list[float]:
    return [each for point in points for each in (point.value, point.low, point.high) if each is not None]


def _digits(points: Sequence[Point]) -> int:
    """How many digits stand behind the point of every number of a chart, so that they stand under each other."""
    values = _numbers(points)
    if all(each == int(each) for each in values):
        return 0
    largest = max(map(abs, values))
    return min(6, max(0, 2 - math.floor(math.log10(largest)) - (largest < 1)))


def _scale(points: Sequence[Point], *, from_zero: bool) -> _Scale:
    values = _numbers(points)
    low, high = min(values), max(values)
    if from_zero or low < 0 or low < high / 2:
        low, high = min(low, 0), max(high, 0)
    if high <= low:
        high = low + 1
    step = _step((high - low) / _TICKS)
    first, last = math.floor(low / step), math.ceil(high / step)
    ticks = tuple(step * each for each in range(first, last + 1))
    return _Scale(low=ticks[0], high=ticks[-1], ticks=ticks)


def _step(rough: float) -> float:
    """The next round number: 1, 2 or 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(rough))
    return next(power * each for each in (1, 2, 5, 10) if power * each >= rough * 0.999)


def _places(count: int, *, spread: bool) -> list[float]:
    """Middles of the points, in percent."""
    width = _RIGHT - _LEFT
    if spread or count == 1:
        return [round(_LEFT + width * (each + 0.5) / count, 2) for each in range(count)]
    left, width = _LEFT + 3, width - 6
    return [round(left + width * each / (count - 1), 2) for each in range(count)]


def _grid(scale: _Scale) -> Iterator[SafeString]:
    for tick in scale.ticks:
        y = scale.y(tick)
        kind = "base" if tick == 0 else "grid"
        yield format_html(
            '<line class="{}" x1="{}%" x2="100%" y1="{}" y2="{}"/><text x="{}%" y="{}" text-anchor="end">{}</text>',
            *(kind, _LEFT, y, y, _LEFT - 1.5, y + 4, told(round(tick, 9))),
        )


def _bars(points: Sequence[Point], places: Sequence[float], scale: _Scale) -> Iterator[SafeString]:
    width = round(0.6 * (_RIGHT - _LEFT) / len(points), 2)
    zero = scale.y(0)
    for point, x in zip(points, places, strict=True):
        if point.value is not None:
            y = scale.y(point.value)
            yield format_html(
                '<rect class="bar" x="{}%" y="{}" width="{}%" height="{}"/>',
                *(round(x - width / 2, 2), min(y, zero), width, round(abs(zero - y), 1)),
            )
        if point.low is not None and point.high is not None:
            yield format_html(
                '<line class="span" x1="{0}%" x2="{0}%" y1="{1}" y2="{2}"/>', x, scale.y(point.high), scale.y(point.low)
            )


def _line(points: Sequence[Point], places: Sequence[float], scale: _Scale) -> Iterator[SafeString]:
    """The line and the band of its interval, in a drawing that is stretched to the width, and a dot at each point."""
    yield format_html(
        '<svg viewBox="0 0 100 {0}" width="100%" height="{0}" preserveAspectRatio="none">{1}{2}</svg>',
        HEIGHT,
        format_html_join("", '<polygon class="band" points="{}"/>', _bands(points, places, scale)),
        format_html_join("", '<polyline class="path" points="{}"/>', _paths(points, places, scale)),
    )
    for point, x in zip(points, places, strict=True):
        if point.value is not None:
            yield format_html('<circle class="dot" cx="{}%" cy="{}" r="3"/>', x, scale.y(point.value))


def _paths(points: Sequence[Point], places: Sequence[float], scale: _Scale) -> Iterator[tuple[str]]:
    for known, run in groupby(zip(points, places, strict=True), lambda pair: pair[0].value is not None):
        if known:
            yield (" ".join(f"{x},{scale.y(point.value or 0)}" for point, x in run),)


def _bands(points: Sequence[Point], places: Sequence[float], scale: _Scale) -> Iterator[tuple[str]]:
    """Around each run of points that have an interval; a single one is half a percent wide."""
    for known, run in groupby(zip(points, places, strict=True), lambda pair: None not in (pair[0].low, pair[0].high)):
        if known:
            ends = [(x, scale.y(point.high or 0), scale.y(point.low or 0)) for point, x in run]
            if len(ends) == 1:
                ends = [(ends[0][0] - 0.25, *ends[0][1:]), (ends[0][0] + 0.25, *ends[0][1:])]
            upper = [f"{x},{high}" for x, high, _ in ends]
            lower = [f"{x},{low}" for x, _, low in reversed(ends)]
            yield (" ".join(upper + lower),)


def _values(points: Sequence[Point], places: Sequence[float], scale: _Scale) -> Iterator[SafeString]:
    """Numbers at the data: all of a few, else the largest and the last."""
    digits = _digits(points)
    known = [number for number, point in enumerate(points) if point.value is not None]
    if len(known) > _MOST_TOLD:
        last, largest = known[-1], max(known, key=lambda number: points[number].value or 0)
        known = [last] if last - largest <= len(points) // _MOST_LABELS else [largest, last]
    for number in known:
        point = points[number]
        top = max(each for each in (point.value, point.high) if each is not None)
        yield format_html(
            '<text class="told" x="{}%" y="{}" text-anchor="middle">{}</text>',
            *(places[number], round(scale.y(top) - 8, 1), told(point.value, digits)),
        )


def _labels(points: Sequence[Point], places: Sequence[float]) -> Iterator[SafeString]:
    """Names beneath the data, so few that they do not meet, the last one always."""
    every = math.ceil(len(points) / _MOST_LABELS)
    for number, point in enumerate(points):
        if (len(points) - 1 - number) % every == 0:
            yield format_html(
                '<text x="{}%" y="{}" text-anchor="middle">{}</text>', places[number], HEIGHT - 6, point.label
            )


_Draw: TypeAlias = Callable[[Sequence[Point], Sequence[float], _Scale], Iterator[SafeString]]
