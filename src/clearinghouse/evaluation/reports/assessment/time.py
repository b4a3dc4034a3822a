"""Success against the time that tasks take a person."""

from collections import Counter
from collections.abc import Iterator

from clearinghouse.evaluation.assessment.facts import Assessment, Horizon
from clearinghouse.evaluation.reports.blocks import SENTENCE, Block, Figure, Paragraph, Said, Section, Table, Words
from clearinghouse.evaluation.reports.numbers import level, minutes, minutes_interval, number, percent, registered
from clearinghouse.evaluation.reports.plots.horizon import (
    BEYOND,
    MOST_POINTS,
    NOT_TIMED,
    can_draw,
    doubt_of,
    drawable,
    horizon,
    told,
)
from clearinghouse.evaluation.statistics.estimate import Interval
from clearinghouse.formats.text import plural

_TITLE = "Success against human time"
_WHAT = (
    "Each task stands at the time that it takes a qualified person. The curve is a logistic one over the logarithm of "
    "that time. A horizon is secondary: no verdict rests on it."
)
_UNFOLDED = 12
_SHOWN = {"": "yes", BEYOND: "no, it lies beyond them", NOT_TIMED: "not confirmed: nobody was timed"}


def human_time(facts: Assessment) -> Section:
    """Return the section on human time."""
    return Section("time", "Human time", tuple(_parts(facts)))


def _parts(facts: Assessment) -> Iterator[Block]:
    tasks = [point for each in facts.domains for point in each.points]
    found = facts.horizon
    if not can_draw(tasks, found):
        yield Paragraph("There is nothing to draw: no task of this assessment has a human time.")
    else:
        yield Paragraph(_WHAT)
        yield _figure(facts)
        yield from _left_out(len(tasks) - len(drawable(tasks)), len(tasks))
    if found is None:
        yield Paragraph("No horizon was computed.")
        return
    if found.p50 is not None or found.p80 is not None or found.slope is not None:
        yield _horizons(found)
    if found.reason:
        yield Paragraph(("About the horizon: ", Said(found.reason, SENTENCE)), quiet=True)


def _figure(facts: Assessment) -> Figure:
    tasks = [point for each in facts.domains for point in each.points]
    found = facts.horizon
    says = _described(len(drawable(tasks)), found)
    rows = tuple(_rows(facts))
    return Figure(
        "horizon",
        _TITLE,
        says,
        lambda frame: horizon(frame, tasks, found, _TITLE, says),
        Table(
            "Tasks by their human time",
            ("Human time", "Domain", "Mean success", "Tasks", "Attempts"),
            rows,
            folded=len(rows) > _UNFOLDED,
            size=f"{plural(len(drawable(tasks)), 'task')} in {plural(len(rows), 'row')}",
        ),
    )


def _rows(facts: Assessment) -> Iterator[tuple[Words, ...]]:
    titles = {each.name: each.title for each in facts.finding.domains}
    tasks: Counter[tuple[float, str, float]] = Counter()
    attempts: Counter[tuple[float, str, float]] = Counter()
    for each in facts.domains:
        for time, success, count in each.points[:MOST_POINTS]:
            place = time, titles.get(each.name) or each.name, success
            tasks[place] += 1
            attempts[place] += count
    for place in sorted(tasks):
        time, title, success = place
        yield minutes(time), Said(title), percent(success), registered(tasks[place]), registered(attempts[place])


def _left_out(count: int, of: int) -> Iterator[Block]:
    if count:
        yield Paragraph(
            f"{plural(count, 'task')} of {of:,} cannot be drawn: without a positive human time, or beyond the first "
            f"{MOST_POINTS:,}.",
            quiet=True,
        )


def _described(count: int, found: Horizon | None) -> str:
    tasks = f"{plural(count, 'task')}, each at its human time and mean success."
    if found is None:
        return f"{tasks} No curve was fitted."
    half = told(found.p50, found.p50_interval, doubt_of(found, found.censored50))
    most = told(found.p80, found.p80_interval, doubt_of(found, found.censored80))
    return f"{tasks} Half of the attempts succeed at: {half}. 80 % succeed at: {most}."


def _horizons(found: Horizon) -> Table:
    curve = "none" if found.slope is None else f"{number(found.slope)} for each doubling of the time"
    return Table(
        "Human time at which attempts succeed",
        ("Share that succeeds", "Human time", "Interval", "Within what the tasks show"),
        (
            _horizon("50 %", found.p50, found.p50_interval, doubt_of(found, found.censored50)),
            _horizon("80 %", found.p80, found.p80_interval, doubt_of(found, found.censored80)),
            ("Slope of the curve", curve, "", ""),
        ),
    )


def _horizon(share: str, value: float | None, interval: Interval | None, doubt: str) -> tuple[Words, ...]:
    if value is None:
        return share, "the data give none", "", ""
    sure = "" if interval is None else f"{minutes_interval(interval)} ({level(interval.level)})"
    return share, minutes(value), sure, _SHOWN[doubt]
