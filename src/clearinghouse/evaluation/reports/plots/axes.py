"""The axes that several plots share."""

from collections.abc import Sequence

import msgspec

from clearinghouse.evaluation.reports.plots.frame import LINE, Frame, line, text
from clearinghouse.evaluation.reports.plots.scale import Scale, Tick, percent_ticks
from clearinghouse.formats.markup import Node

LEFT, RIGHT, BELOW, MARGIN = 52, 26, 46, 12


class Area(msgspec.Struct, frozen=True):
    """Where data is drawn: its sides, and the scale of shares upwards."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def shares(self) -> Scale:
        """From 0 to 1, with room for whole marks below and above."""
        return Scale(0.0, 1.0, self.bottom - MARGIN, self.top + MARGIN)


def area(frame: Frame, top: float) -> Area:
    """Return the area below a legend that ends at ``top``."""
    height = 280 if frame.is_wide else 240
    return Area(LEFT, top + LINE, frame.width - RIGHT, top + LINE + height)


def height_of(within: Area) -> float:
    """Return how high a drawing is whose area this is, with the words below it."""
    return within.bottom + BELOW


def share_axis(within: Area, says: str) -> list[Node]:
    """Return the axis upwards, from 0 to 100 %, with a line at each tick, and what it counts above it."""
    made: list[Node] = [text(0, within.top - 6, says, "quiet")]
    for tick in percent_ticks(within.shares, 25):
        y = within.shares.at(tick.value)
        made += [
            line(within.left, y, within.right, y, "grid"),
            text(within.left - 8, y + 4.5, tick.label, "quiet", "end"),
        ]
    return made


def bottom_axis(within: Area, scale: Scale, ticks: Sequence[Tick], says: str) -> list[Node]:
    """Return the axis to the right, with its ticks and what it counts below it."""
    made: list[Node] = [line(within.left, within.bottom, within.right, within.bottom, "axis")]
    for tick in ticks:
        x = scale.at(tick.value)
        made += [line(x, within.bottom, x, within.bottom + 5, "axis")]
        made += [text(x, within.bottom + 20, tick.label, "quiet", "middle")] if tick.label else []
    made.append(text((within.left + within.right) / 2, within.bottom + 39, says, "quiet", "middle"))
    return made
