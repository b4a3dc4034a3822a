import re
from math import inf, isfinite, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearinghouse.evaluation.reports.numbers import (
    at_moment,
    exact_percent,
    level,
    minutes,
    minutes_interval,
    number,
    on_day,
    percent,
    points,
    registered,
    tokens,
)
from clearinghouse.evaluation.statistics.estimate import Interval


def plain(text):
    return text.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0.0, "0 %"),
        (0.0004, "under 0.1 %"),
        (0.0005, "0.1 %"),
        (0.5, "50 %"),
        (0.6236, "62.4 %"),
        (0.9994, "99.9 %"),
        (0.9996, "over 99.9 %"),
        (1.0, "100 %"),
        (nan, "not known"),
        (None, "not known"),
    ],
)
def test_shares(value, said):
    assert plain(percent(value)) == said


@given(st.floats(0, 1))
def test_nothing_is_said_to_be_all_or_nothing_that_is_not(value):
    said = plain(percent(value))
    assert (said == "100 %") == (value == 1)
    assert (said == "0 %") == (value == 0)
    if re.fullmatch(r"[\d.]+ %", said):
        assert float(said[:-2]) / 100 == pytest.approx(value, abs=0.000501)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0.0, "0 s"),
        (1 / 60, "1 s"),
        (0.35, "21 s"),
        (1.0, "1 min"),
        (6.328, "6.3 min"),
        (51.0, "51 min"),
        (60.0, "1 h"),
        (75.0, "75 min"),
        (186.0, "3.1 h"),
        (960.0, "16 h"),
        (1e9, "over 9,999 h"),
        (-1.0, "not known"),
        (inf, "not known"),
        (None, "not known"),
    ],
)
def test_human_times(value, said):
    assert plain(minutes(value)) == said


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (15.0, 240.0, "15 min to 4 h"),
        (15.0, inf, "15 min or more, without an upper end"),
        (-inf, 240.0, "up to 4 h"),
        (-inf, inf, "without ends"),
    ],
)
def test_intervals_of_human_times(low, high, said):
    assert plain(minutes_interval(Interval(low=low, high=high, level=0.9, method=""))) == said


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (exact_percent(0.525), "52.5 %"),
        (exact_percent(0.1), "10 %"),
        (points(0.042), "+4.2 points"),
        (points(-0.1), "−10 points"),
        (points(None), "not known"),
        (tokens(500_000), "500 k"),
        (tokens(2_500_000), "2.5 M"),
        (tokens(0), "0"),
        (tokens(3_000_000_000_000), "3,000 G"),
        (number(18.234), "18.2"),
        (number(134_290.0), "134,000"),
        (number(5e9), "over 1,000,000"),
        (number(1e-9), "under 0.0001"),
        (number(-0.7), "−0.7"),
        (number(nan), "not known"),
        (registered(60.0), "60"),
        (registered(0.3), "0.3"),
        (level(0.95), "95 %"),
        (level(1 - 0.05 / 3), "98.33 %"),
        (on_day("2026-11-20T16:30:00Z"), "20 November 2026"),
        (at_moment("2026-11-20T16:30:00Z"), "20 November 2026, 16:30 UTC"),
        (at_moment("2026-11-20T16:30:00+02:00"), "20 November 2026, 16:30 +0200"),
        (at_moment("2026-11-20"), "20 November 2026"),
        (on_day("<b>soon</b>"), "<b>soon</b>"),
    ],
)
def test_other_numbers_and_days(made, said):
    assert plain(made) == said


@given(st.floats() | st.none())
def test_every_number_has_words(value):
    for says in (percent, exact_percent, points, minutes, number):
        assert "nan" not in says(value).replace("not known", "")
        assert "inf" not in says(value)
    if value is not None and isfinite(value):
        assert registered(value)
