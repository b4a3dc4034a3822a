"""The operating characteristic: how often the registered rule comes to each verdict, against the truth."""

from collections.abc import Callable, Sequence
from math import isfinite

from clearinghouse.evaluation.reports.plots.axes import Area, area, bottom_axis, height_of, share_axis
from clearinghouse.evaluation.reports.plots.frame import (
    Frame,
    Key,
    drawing,
    legend,
    line,
    path,
    rectangle,
    shape,
    threshold_key,
)
from clearinghouse.evaluation.reports.plots.scale import Scale, apart, percent_ticks
from clearinghouse.evaluation.rule.finding import OperatingPoint, Verdict
from clearinghouse.formats.markup import Markup, Node

MARKS = {Verdict.COVERED: "triangle", Verdict.NOT_COVERED: "square", Verdict.INDETERMINATE: "circle"}
_WORDS = {Verdict.COVERED: "covered", Verdict.NOT_COVERED: "not covered", Verdict.INDETERMINATE: "indeterminate"}
_MOST_BANDS = 3


def operating(
    frame: Frame, points: Sequence[OperatingPoint], thresholds: Sequence[float], delta: float, title: str, says: str
) -> Markup:
    """Return the plot; ``thresholds`` are the different ones of the domains, of which the first three are drawn."""
    shown = [each for each in thresholds if isfinite(each)][:_MOST_BANDS]
    keys, top = legend(
        frame, [*(Key(_sample(each), _WORDS[each]) for each in Verdict), *([threshold_key()] * bool(shown))]
    )
    within = area(frame, top)
    ordered = sorted((each for each in points if isfinite(each.truth)), key=lambda each: each.truth)
    scale = _scale(ordered, shown, delta, within)
    return drawing(
        frame,
        height_of(within),
        title,
        says,
        keys,
        [_band(within, scale, each, delta) for each in shown],
        share_axis(within, "probability of each verdict"),
        bottom_axis(within, scale, apart(scale, percent_ticks(scale, 10)), "true success in every domain"),
        [_line(within, scale, ordered, verdict) for verdict in Verdict],
    )


def _scale(points: Sequence[OperatingPoint], thresholds: Sequence[float], delta: float, within: Area) -> Scale:
    held = [each.truth for each in points] + [each + side for each in thresholds for side in (-delta, delta)]
    low, high = max(0.0, min(held, default=0.0)), min(1.0, max(held, default=1.0))
    if high - low < 0.2:
        low, high = max(0.0, low - 0.1), min(1.0, high + 0.1)
    return Scale(low, high, within.left + 10, within.right - 10)


def _band(within: Area, scale: Scale, threshold: float, delta: float) -> Node:
    at = scale.at(threshold)
    return [
        rectangle(scale.at(threshold - delta), within.top, scale.at(threshold + delta), within.bottom, "band"),
        line(at, within.top, at, within.bottom, "threshold"),
    ]


def _line(within: Area, scale: Scale, points: Sequence[OperatingPoint], verdict: Verdict) -> Node:
    places = [(scale.at(each.truth), within.shares.at(share(each, verdict))) for each in points]
    return [path(places, f"line {verdict}"), [shape(x, y, MARKS[verdict], f"mark {verdict}") for x, y in places]]


def share(point: OperatingPoint, verdict: Verdict) -> float:
    """Return the probability of one verdict."""
    return {
        Verdict.COVERED: point.covered,
        Verdict.NOT_COVERED: point.not_covered,
        Verdict.INDETERMINATE: point.indeterminate,
    }[verdict]


def _sample(verdict: Verdict) -> Callable[[float, float], Node]:
    return lambda x, y: [line(x - 14, y, x + 14, y, f"line {verdict}"), shape(x, y, MARKS[verdict], f"mark {verdict}")]
