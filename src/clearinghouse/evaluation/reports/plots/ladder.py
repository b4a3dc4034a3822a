"""The budget ladder: success on the development split at each budget, with intervals."""

from collections.abc import Sequence

from clearinghouse.evaluation.assessment.facts import Rung
from clearinghouse.evaluation.reports.numbers import percent, tokens
from clearinghouse.evaluation.reports.plots.axes import Area, area, bottom_axis, height_of, share_axis
from clearinghouse.evaluation.reports.plots.frame import Frame, Key, drawing, legend, line, path, shape, text, width_of
from clearinghouse.evaluation.reports.plots.scale import Scale, Tick, apart
from clearinghouse.formats.markup import Markup, Node

_CAP = 6


def ladder(frame: Frame, rungs: Sequence[Rung], title: str, says: str) -> Markup:
    """Return the plot; budgets stand at equal distances, whatever they are."""
    keys, top = legend(frame, [Key(_sample, "success and its interval")])
    within = area(frame, top)
    room = (within.right - within.left) / max(1, len(rungs)) / 2
    scale = Scale(0.0, float(max(1, len(rungs) - 1)), within.left + room, within.right - room)
    if len(rungs) == 1:
        scale = Scale(0.0, 0.0, within.left, within.right)
    ticks = apart(scale, [Tick(float(place), tokens(each.tokens)) for place, each in enumerate(rungs)])
    middles = [(scale.at(place), within.shares.at(each.value)) for place, each in enumerate(rungs)]
    return drawing(
        frame,
        height_of(within),
        title,
        says,
        keys,
        share_axis(within, "mean success on the development split"),
        bottom_axis(within, scale, ticks, "tokens of one attempt"),
        path(middles, "joined"),
        [_rung(within, scale.at(place), each, 2 * room) for place, each in enumerate(rungs)],
    )


def _rung(within: Area, x: float, rung: Rung, room: float) -> Node:
    low, high, y = (within.shares.at(each) for each in (rung.interval.low, rung.interval.high, rung.value))
    label = percent(rung.value)
    beside = text(x + 10, y - 8, label, "halo") if width_of(label) + 12 < room else None
    return [
        line(x, low, x, high, "interval"),
        [line(x - _CAP, end, x + _CAP, end, "interval") for end in (low, high)],
        shape(x, y, "circle", "estimate", 5),
        beside,
    ]


def _sample(x: float, y: float) -> Node:
    return [line(x, y - 9, x, y + 9, "interval"), shape(x, y, "circle", "estimate", 5)]
