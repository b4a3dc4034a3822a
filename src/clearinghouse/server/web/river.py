"""The river as numbers: how many of what was received came how far."""

from collections.abc import Sequence

import msgspec

STAGES = ("Received", "Unique", "Validated", "In case", "Fixed", "Deployed")
"""The stages in their order, as they are called."""
WIDTH = 1000
"""Width of the strip in its own units."""


class Stage(msgspec.Struct, frozen=True, kw_only=True):
    """One stage.

    Attributes:
        name: one of :data:`STAGES`. count: how many reached it; None is not known.
        unknown: what stands there if it is not. url: what it counts, as a list. note: what it says beside the number,
            such as what is counted.
    """

    name: str
    count: int | None = None
    unknown: str = "not measured yet"
    url: str = ""
    note: str = ""


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A stage as it is drawn: its share of the first as a width in the units of the strip, and its opacity.

    Attributes:
        stage: what is drawn. width: 0 to :data:`WIDTH`. opacity: each stage lies on the one before and is darker.
        share: of what was received, in words; empty where that says nothing.
    """

    stage: Stage
    width: int
    opacity: str
    share: str = ""


def river(stages: Sequence[Stage], *, shares: bool = True) -> list[Part]:
    """Return the stages as they are drawn, all on the scale of the first that has anything.

    Args:
        shares: whether each stage is a part of what was received, so that its share of that says something.

    A stage that has anything is seen: it is at least a thousandth wide. One with more than the first (two flaws in one
    finding) is as wide as the first; the numbers beneath tell.
    """
    whole = next((stage.count for stage in stages if stage.count), 0)
    received = stages[0].count if stages and shares else None
    step = 1 / max(len(stages), 1)
    return [
        Part(
            stage=stage,
            width=_width(stage.count, whole),
            opacity=f"{step * place:.2f}",
            share=_share(stage.count, received) if place > 1 else "",
        )
        for place, stage in enumerate(stages, 1)
    ]


def _width(count: int | None, whole: int) -> int:
    if not count or not whole:
        return 0
    return min(WIDTH, max(1, round(WIDTH * count / whole)))


def _share(count: int | None, whole: int | None) -> str:
    """As many digits as tell something: ``21 %``, ``0.4 %``, ``less than 0.1 %``."""
    if count is None or not whole or count > whole:
        return ""
    percent = 100 * count / whole
    if count and percent < 0.1:
        return "less than 0.1 %"
    return f"{percent:.1f} %" if 0 < percent < 1 else f"{percent:.0f} %"
