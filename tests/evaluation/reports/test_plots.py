"""Drawings: whole, inside their frame, without labels that touch, whatever the numbers are."""

import re
from itertools import pairwise
from math import inf, log2

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearinghouse.evaluation.assessment.facts import Horizon, Rung
from clearinghouse.evaluation.reports.plots.ability import Ability, ability
from clearinghouse.evaluation.reports.plots.frame import NARROW, WIDE, Frame, width_of
from clearinghouse.evaluation.reports.plots.horizon import BEYOND, can_draw, gathered, horizon, logistic, told
from clearinghouse.evaluation.reports.plots.ladder import ladder
from clearinghouse.evaluation.reports.plots.operating import operating
from clearinghouse.evaluation.reports.plots.scale import Scale, Tick, apart, time_scale, time_ticks
from clearinghouse.evaluation.rule.finding import OperatingPoint
from clearinghouse.evaluation.statistics.estimate import Interval

FRAMES = [Frame(WIDE, "x-wide"), Frame(NARROW, "x-narrow")]
SHARES = st.floats(0, 1)
TIMES = st.floats(1e-3, 1e6)


def interval(low, high):
    return Interval(low=min(low, high), high=max(low, high), level=0.95, method="invented")


def seen(outline, markup):
    """What is in a drawing, after looking that it is whole and that nothing stands outside of it."""
    found = outline(markup.html)
    (tag, attributes, _), *_ = found.elements
    assert (tag, attributes["role"]) == ("svg", "img")
    ids = {each["id"] for _, each, _ in found.elements if "id" in each}
    assert {attributes["aria-labelledby"], attributes["aria-describedby"]} <= ids
    assert all(found.all("title") + found.all("desc"))
    width, height = map(float, attributes["viewbox"].split()[2:])
    for _, each, _ in found.elements:
        for name, most in (("x", width), ("x1", width), ("x2", width), ("cx", width), ("y", height), ("cy", height)):
            if name in each:
                assert -1 <= float(each[name]) <= most + 1
        for x, y in re.findall(r"(-?[\d.]+) (-?[\d.]+)", each.get("d") or ""):
            assert -10 <= float(x) <= width + 10
            assert -10 <= float(y) <= height + 10
    assert not re.search(r"nan|inf|e[+-]\d", " ".join(each.get("d") or "" for _, each, _ in found.elements))
    return found


def marks(found, kind):
    return [each for _, each, _ in found.elements if each.get("class") == kind]


def domain(**changes):
    facts = {"title": "Discovery", "outcome": "▲ Covered", "value": 0.6, "low": 0.5, "high": 0.7, "lower": 0.45,
             "upper": 0.72, "covered": 0.5, "watch": 0.35}  # fmt: skip
    return Ability(**(facts | changes))


@pytest.mark.parametrize("frame", FRAMES, ids=["wide", "narrow"])
@pytest.mark.parametrize("count", [1, 3, 12])
def test_ability_has_a_row_for_each_domain(outline, frame, count):
    drawn = [domain(title=f"Domain {at} " + "with a long name " * at) for at in range(count)]
    found = seen(outline, ability(frame, drawn, 0.1, "Title", "Says"))
    assert len(marks(found, "estimate")) == count + 1  # and the one in the legend
    assert len(marks(found, "band")) == count + 1
    assert len(marks(found, "name halo")) == count
    assert all(width_of(each, 14) <= frame.width for each in found.all("text", class_="name halo"))


@pytest.mark.parametrize("frame", FRAMES, ids=["wide", "narrow"])
def test_a_threshold_that_is_not_known_is_not_drawn(outline, frame):
    found = seen(outline, ability(frame, [domain(covered=None, watch=None)], 0.1, "Title", "Says"))
    assert not marks(found, "band")
    assert not marks(found, "threshold")
    assert "threshold" not in " ".join(found.all("text"))


@settings(max_examples=30)
@given(value=SHARES, low=SHARES, high=SHARES, covered=SHARES, delta=SHARES)
def test_ability_stays_in_its_frame(outline, value, low, high, covered, delta):
    drawn = domain(value=value, low=low, high=high, lower=low, upper=high, covered=covered, watch=0.0)
    for frame in FRAMES:
        seen(outline, ability(frame, [drawn], delta, "Title", "Says"))


@settings(max_examples=60)
@given(
    tasks=st.lists(st.tuples(TIMES, SHARES, st.integers(0, 1000)), max_size=12),
    ends=st.tuples(TIMES, TIMES, TIMES, TIMES),
    curve=st.tuples(st.floats(-1e4, 1e4), st.floats(-1e3, 1e3)),
    censored=st.booleans(),
)
def test_human_time_stays_in_its_frame(outline, tasks, ends, curve, censored):
    found = Horizon(
        intercept=curve[0],
        slope=curve[1],
        p50=ends[0],
        p50_interval=interval(ends[0], ends[1]),
        p80=ends[2],
        p80_interval=interval(ends[2], inf if censored else ends[3]),
        censored50=censored,
    )
    for frame in FRAMES:
        seen(outline, horizon(frame, tasks, found, "Title", "Says"))


@pytest.mark.parametrize("frame", FRAMES, ids=["wide", "narrow"])
@pytest.mark.parametrize("tasks", [[(60.0, 1.0, 3)], [(60.0, 0.0, 3)], [(1.0, 0.5, 1), (960.0, 0.0, 9)]])
def test_human_time_without_a_curve(outline, frame, tasks):
    found = seen(outline, horizon(frame, tasks, None, "Title", "Says"))
    assert len(marks(found, "task")) == len(tasks) + 2
    assert not marks(found, "curve")


def test_what_cannot_be_placed_is_not_drawn():
    assert not can_draw([], None)
    assert not can_draw([(0.0, 0.5, 1), (-1.0, 0.5, 1), (inf, 0.5, 1), (60.0, 1.5, 1)], None)
    assert can_draw([(60.0, 0.5, 1)], None)


def test_a_censored_horizon_has_an_arrow_and_a_hollow_mark(outline):
    tasks = [(60.0, 1.0, 3), (240.0, 0.5, 3)]
    plain = Horizon(intercept=7.0, slope=-0.7, p50=200.0, p50_interval=interval(100, 300), p80=None, p80_interval=None)
    beyond = Horizon(
        intercept=7.0,
        slope=-0.7,
        p50=200.0,
        p50_interval=interval(100, 300),
        p80=None,
        p80_interval=None,
        censored50=True,
    )
    before, after = (seen(outline, horizon(FRAMES[0], tasks, each, "T", "S")) for each in (plain, beyond))
    assert (len(marks(before, "arrow")), len(marks(before, "hollow"))) == (0, 0)
    assert (len(marks(after, "arrow")), len(marks(after, "hollow"))) == (1, 2)
    assert "beyond what these" in " ".join(after.all("text"))
    assert told(200.0, None, BEYOND).endswith("beyond what these tasks can show")


def test_a_horizon_that_nobody_s_time_confirms_is_hollow_and_goes_no_further(outline):
    tasks = [(60.0, 1.0, 3), (240.0, 0.5, 3)]
    found = Horizon(
        intercept=7.0,
        slope=-0.7,
        p50=200.0,
        p50_interval=interval(100, 300),
        p80=None,
        p80_interval=None,
        untimed=True,
    )
    shown = seen(outline, horizon(FRAMES[0], tasks, found, "T", "S"))
    assert (len(marks(shown, "arrow")), len(marks(shown, "hollow"))) == (0, 2)
    assert "not confirmed: no person was timed" in " ".join(shown.all("text"))


def test_tasks_at_one_place_are_one_mark_with_all_their_attempts():
    tasks = [(60.0, 1.0, 3), (60.0, 1.0, 2), (60.0, 0.0, 9)]
    assert gathered(tasks) == [(60.0, 0.0, 9), (60.0, 1.0, 5)]


@given(st.floats(-1e300, 1e300))
def test_the_curve_has_a_value_everywhere(value):
    assert 0 <= logistic(value) <= 1
    assert logistic(-value) == pytest.approx(1 - logistic(value))


@pytest.mark.parametrize("frame", FRAMES, ids=["wide", "narrow"])
@pytest.mark.parametrize("count", [1, 2, 4, 12, 40])
def test_the_ladder(outline, frame, count):
    rungs = [Rung(tokens=10**at if at < 12 else at, value=at % 2 * 1.0, interval=interval(0, 1)) for at in range(count)]
    found = seen(outline, ladder(frame, rungs, "Title", "Says"))
    assert len(marks(found, "estimate")) == count + 1


@pytest.mark.parametrize("frame", FRAMES, ids=["wide", "narrow"])
@pytest.mark.parametrize(
    ("truths", "thresholds"),
    [([0.5], [0.5]), ([0.0, 1.0], [0.0, 1.0]), ([0.3, 0.4, 0.5], []), ([0.1, 0.9], [0.2, 0.4, 0.6, 0.8])],
)
def test_the_operating_characteristic(outline, frame, truths, thresholds):
    points = [
        OperatingPoint(truth=each, covered=each, not_covered=1 - each, indeterminate=0.0, families=9, repetitions=100)
        for each in reversed(truths)
    ]
    found = seen(outline, operating(frame, points, thresholds, 0.1, "Title", "Says"))
    for verdict in ("covered", "not_covered", "indeterminate"):
        assert len(marks(found, f"mark {verdict}")) == len(truths) + 1
    assert len(marks(found, "band")) == min(3, len(thresholds)) + bool(thresholds)


@settings(max_examples=60)
@given(st.lists(TIMES, min_size=1, max_size=5))
def test_labels_of_times_do_not_touch(times):
    for width in (WIDE, NARROW):
        scale = time_scale(times, 52, width - 16)
        assert all(scale.holds(log2(each)) for each in times)
        ticks = time_ticks(scale)
        assert ticks[-1].label
        shown = [each for each in ticks if each.label]
        for one, other in pairwise(shown):
            left, right = scale.at(one.value), scale.at(other.value)
            assert right - left >= (width_of(one.label) + width_of(other.label)) / 2


def test_labels_that_would_touch_are_left_out_and_the_last_stays():
    scale = Scale(0.0, 10.0, 0.0, 100.0)
    shown = apart(scale, [Tick(float(at), f"label {at}") for at in range(11)])
    assert [each.label for each in shown if each.label] == ["label 0", "label 10"]
    assert len(shown) == 11
    assert apart(scale, []) == []


def test_times_have_the_labels_that_people_use():
    labels = [each.label for each in time_ticks(time_scale([0.02, 4_000.0], 0, 2_000))]
    said = [each.replace("\N{NO-BREAK SPACE}", " ") for each in labels]
    assert said == ["1 s", "4 s", "15 s", "1 min", "4 min", "15 min", "1 h", "4 h", "16 h", "64 h"]
