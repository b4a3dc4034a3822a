"""Ability by domain: the estimate and its interval, the bounds that decide, and the threshold with its guard band."""

from collections.abc import Sequence

import msgspec

from clearinghouse.evaluation.reports.numbers import percent
from clearinghouse.evaluation.reports.plots.frame import (
    LINE,
    Frame,
    Key,
    bracket,
    drawing,
    fitted,
    legend,
    line,
    rectangle,
    shape,
    text,
    threshold_key,
)
from clearinghouse.evaluation.reports.plots.scale import Scale, apart, percent_ticks
from clearinghouse.formats.markup import Markup, Node

_ROW, _STRIP = 76, 30
_SIDE = 22


class Ability(msgspec.Struct, frozen=True, kw_only=True):
    """One domain as it is drawn; shares are between 0 and 1.

    Attributes:
        title: for people. outcome: mark and word of its verdict. value, low, high: the estimate and its interval.
        lower, upper: the bounds that decide. covered, watch: thresholds, None where they are not shown.
    """

    title: str
    outcome: str
    value: float
    low: float
    high: float
    lower: float
    upper: float
    covered: float | None
    watch: float | None


def ability(frame: Frame, domains: Sequence[Ability], delta: float, title: str, says: str) -> Markup:
    """Return the plot of all domains, one beneath the other."""
    keys, top = legend(frame, _keys(domains))
    scale = Scale(0.0, 1.0, _SIDE, frame.width - _SIDE)
    bottom = top + _ROW * len(domains) + 8
    ends = [top + _ROW * (place + 1) for place in range(len(domains))]
    grid: list[Node] = [
        [
            [line(x, end - _STRIP - 8, x, end + 4, "grid") for end in ends],  # not through the words above the strip
            text(x, bottom + 17, tick.label, "quiet", "middle"),
        ]
        for tick in apart(scale, percent_ticks(scale, 10 if frame.is_wide else 25))
        for x in [scale.at(tick.value)]
    ]
    rows = [_row(frame, scale, top + _ROW * place, each, delta) for place, each in enumerate(domains)]
    foot = text(frame.width / 2, bottom + 36, "success within the registered budget", "quiet", "middle")
    return drawing(frame, bottom + 42, title, says, keys, grid, rows, foot)


def _row(frame: Frame, scale: Scale, top: float, each: Ability, delta: float) -> Node:
    middle = top + _ROW - _STRIP / 2 - 4
    edges = middle - _STRIP / 2, middle + _STRIP / 2
    said = f"{each.outcome}, {percent(each.value)} ({percent(each.low)} to {percent(each.high)})"
    return [
        text(0, top + 18, fitted(each.title, frame.width - 4, 14), "name halo"),
        text(0, top + 18 + LINE * 0.85, said, "halo"),
        _threshold(scale, edges, each, delta),
        line(scale.at(each.low), middle, scale.at(each.high), middle, "interval"),
        bracket(scale.at(each.lower), middle, 1, "bound"),
        bracket(scale.at(each.upper), middle, -1, "bound"),
        shape(scale.at(each.value), middle, "circle", "estimate", 5.5),
    ]


def _threshold(scale: Scale, edges: tuple[float, float], each: Ability, delta: float) -> list[Node]:
    made: list[Node] = []
    if each.covered is not None:
        left, right, at = scale.at(each.covered - delta), scale.at(each.covered + delta), scale.at(each.covered)
        made += [rectangle(left, edges[0], right, edges[1], "band"), line(at, edges[0], at, edges[1], "threshold")]
    if each.watch is not None:
        made.append(line(scale.at(each.watch), edges[0], scale.at(each.watch), edges[1], "watch"))
    return made


def _keys(domains: Sequence[Ability]) -> list[Key]:
    keys = [
        Key(lambda x, y: [line(x - 12, y, x + 12, y, "interval"), shape(x, y, "circle", "estimate", 5)],
            "success and its interval"),
        Key(lambda x, y: [bracket(x - 9, y, 1, "bound"), bracket(x + 9, y, -1, "bound")], "bounds that decide"),
    ]  # fmt: skip
    if any(each.covered is not None for each in domains):
        keys.append(threshold_key())
    if any(each.watch is not None for each in domains):
        keys.append(Key(lambda x, y: line(x, y - 8, x, y + 8, "watch"), "watch level"))
    return keys


def described(domains: Sequence[Ability]) -> str:
    """Return in words what is seen, for whoever does not see it; of many domains the first four."""
    told = [
        f"{each.title}: {percent(each.value)}, bounds {percent(each.lower)} and {percent(each.upper)}, "
        + ("threshold not shown" if each.covered is None else f"threshold {percent(each.covered)}")
        for each in domains[:4]
    ]
    more = f" The table beneath has all {len(domains)}." if len(domains) > 4 else ""
    return f"{'; '.join(told)}.{more}"
