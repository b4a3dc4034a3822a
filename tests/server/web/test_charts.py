import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearinghouse.server.web.charts import HEIGHT, Point, bars, line, told

number = st.none() | st.floats(-1e9, 1e9) | st.integers(-(10**9), 10**9)
points = st.lists(st.builds(Point, label=st.text(max_size=12), value=number, low=number, high=number), max_size=40)


def drawn(chart):
    return ElementTree.fromstring(chart.svg)


def parts(chart, kind):
    return [each.attrib for each in drawn(chart).iter() if each.get("class") == kind]


def labels(chart):
    return [each.text for each in drawn(chart).iter("text")]


WEEKS = [Point(label=f"week {each}", value=each * each) for each in range(1, 11)]


def test_it_has_a_title_a_description_and_a_table():
    chart = bars("received", "Findings & more", WEEKS, unit="findings")
    root = drawn(chart)
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == "received-title received-description"
    assert root.find("title").text == "Findings & more"
    assert root.find("desc").text == "From 1 findings (week 1) to 100 (week 10); last, week 10: 100."
    assert chart.heads == ("", "Findings")
    assert chart.rows[2] == ("week 3", "9")


def test_bars_begin_at_zero():
    chart = bars("a", "A", [Point(label="x", value=90), Point(label="y", value=100)], unit="flaws")
    assert labels(chart)[0] == "0"
    low, high = (float(each["height"]) for each in parts(chart, "bar"))
    assert low / high == pytest.approx(0.9, abs=0.01)


def test_a_line_that_is_high_and_flat_does_not_begin_at_zero():
    chart = line("a", "A", [Point(label="x", value=0.61), Point(label="y", value=0.72)], unit="share")
    assert labels(chart)[0] == "0.6"
    assert labels(line("b", "B", WEEKS, unit="days"))[0] == "0"


def test_what_is_not_measured_is_a_gap_and_not_zero():
    values = [1, 2, None, 4, 5]
    chart = line("a", "A", [Point(label=str(each), value=each) for each in values], unit="days")
    assert len(parts(chart, "path")) == 2
    assert len(parts(chart, "dot")) == 4
    assert chart.rows[2] == ("None", "not measured")


def test_intervals_are_drawn_and_told():
    uncertain = [Point(label="x", value=2, low=1, high=4), Point(label="y", value=3)]
    for chart, kind in (
        (bars("a", "A", uncertain, unit="flaws"), "span"),
        (line("b", "B", uncertain, unit="x"), "band"),
    ):
        assert len(parts(chart, kind)) == 1
        assert chart.heads[2:] == ("From", "To")
        assert chart.rows == (("x", "2", "1", "4"), ("y", "3", "", ""))


def test_labels_are_few_and_the_last_is_there():
    chart = bars("a", "A", WEEKS, unit="findings")
    shown = [each for each in labels(chart) if each.startswith("week")]
    assert len(shown) == 5
    assert shown[-1] == "week 10"


def test_nothing_measured_is_no_drawing():
    chart = line("a", "A", [Point(label="x", value=None)], unit="days")
    assert chart.svg == ""
    assert chart.description == "Nothing is measured yet."
    assert bars("b", "B", [], unit="days").svg == ""


@given(points)
def test_whatever_the_numbers_it_is_sound_and_inside_the_drawing(made):
    for chart in (bars("a", "<b>", made, unit="flaws"), line("b", "<b>", made, unit="flaws")):
        assert len(chart.rows) == len(made)
        if not chart.svg:
            continue
        assert " style=" not in chart.svg
        for each in drawn(chart).iter():
            for key in ("y", "y1", "y2", "cy"):
                assert -1 <= float(each.get(key, "0")) <= HEIGHT
            for key in ("x", "x1", "x2", "cx"):
                assert 0 <= float(each.get(key, "0").rstrip("%")) <= 100
            assert float(each.get("height", "0")) >= 0
            for pair in (each.get("points") or "").split():
                assert re.fullmatch(r"-?[\d.]+,-?[\d.]+", pair)


@pytest.mark.parametrize(
    ("value", "shown"), [(None, "not measured"), (0, "0"), (29_439, "29,439"), (0.6123, "0.612"), (1234.5, "1,234")]
)
def test_numbers_are_told(value, shown):
    assert told(value) == shown


def test_numbers_of_one_chart_stand_under_each_other():
    values = (0.61, 0.7, None, 0.125)
    chart = line("a", "A", [Point(label="x", value=each) for each in values], unit="share")
    assert [row[1] for row in chart.rows] == ["0.61", "0.70", "not measured", "0.12"]
