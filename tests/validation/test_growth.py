"""How time grows with size."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from clearinghouse.validation.growth import FLOOR, Point, fit

SIZES = (1000, 2000, 4000, 8000)
exponents = st.floats(0.2, 6)
several = st.lists(st.integers(1, 10**6), min_size=3, max_size=8, unique=True).map(sorted)
seconds = st.floats(FLOOR * 2, 1000)


def power(sizes, exponent, at=1.0, benign=0.0):
    return [Point(size, at * (size / sizes[0]) ** exponent + benign) for size in sizes]


@given(several, exponents, seconds, st.floats(0, 10))
def test_exact_powers_are_found(sizes, exponent, at, benign):
    assume(at * (sizes[-1] / sizes[0]) ** exponent < 1e9)
    found = fit(power(sizes, exponent, at, benign), benign).exponent
    assert found == pytest.approx(exponent, rel=1e-4, abs=1e-4)


@given(
    st.lists(st.tuples(st.integers(1, 10**6), seconds), min_size=3, max_size=8, unique_by=lambda each: each[0]),
    st.integers(2, 10**6),
)
def test_the_unit_of_sizes_changes_nothing(pairs, factor):
    points = [Point(*pair) for pair in sorted(pairs)]
    larger = [Point(point.size * factor, point.seconds) for point in points]
    assert fit(larger, 0).exponent == pytest.approx(fit(points, 0).exponent, rel=1e-6, abs=1e-6)


@given(
    st.lists(st.tuples(st.integers(1, 10**6), seconds), min_size=3, max_size=8, unique_by=lambda each: each[0]),
    st.floats(1, 1000),
)
def test_a_slower_machine_changes_nothing(pairs, factor):
    """As long as all points reach the floor, which a slower machine only helps them to."""
    benign = 0.01
    points = [Point(*pair) for pair in sorted(pairs)]
    slower = [Point(point.size, point.seconds * factor) for point in points]
    assert fit(slower, benign * factor).exponent == pytest.approx(fit(points, benign).exponent, rel=1e-6, abs=1e-6)


@given(exponents.filter(lambda each: each > 1), st.lists(st.floats(0.9, 1.1), min_size=4, max_size=4))
def test_noise_of_a_tenth_moves_it_by_less_than_a_fifth(exponent, noise):
    points = [Point(point.size, point.seconds * by) for point, by in zip(power(SIZES, exponent), noise, strict=True)]
    assert fit(points, 0).exponent == pytest.approx(exponent, abs=0.2)


@given(st.integers(1, 4), st.floats(1.3, 4))
def test_an_ended_point_only_lowers_it(count, exponent):
    whole = power(SIZES, exponent)
    cut = [*whole[:-1], Point(SIZES[-1], whole[-1].seconds / (1 + count), ended=True)]
    assert fit(cut, 0).exponent <= fit(whole, 0).exponent


def test_an_ended_point_after_quick_ones_gives_a_bound():
    points = [Point(10, 0.01), Point(20, 0.01), Point(40, 20.0, ended=True)]
    found = fit(points, 0.01)
    assert found.exponent == pytest.approx(8.64, abs=0.01)
    assert found.how == "exponent at least 8.64 between sizes 20 and 40"


def test_a_first_point_that_was_ended_says_nothing():
    assert fit([Point(10, 30.0, ended=True)], 0).exponent is None


def test_a_point_that_was_ended_without_using_time_says_nothing():
    assert fit([Point(10, 0.01), Point(20, 0.01, ended=True)], 0.01).exponent is None


@pytest.mark.parametrize(
    "points", [[], [Point(1, 9.0)], [Point(1, 1.0), Point(2, 9.0)], [Point(n, 0.04) for n in range(1, 9)]]
)
def test_too_few_points_that_say_something(points):
    found = fit(points, 0)
    assert found.exponent is None
    assert found.how.startswith("no time to measure: at most ")


def test_what_a_benign_use_takes_does_not_count():
    startup = [Point(size, 0.5 + 0.0001 * size) for size in SIZES]
    assert fit(startup, 0.5).exponent == pytest.approx(1)
    assert fit(startup, 0).exponent < 1


def test_points_below_the_floor_are_left_out():
    points = [Point(1, 0.001), Point(10, 0.06), Point(100, 6.0), Point(1000, 600.0)]
    assert fit(points, 0) == fit(points[1:], 0)
    assert fit(points, 0).how == "exponent 2.00 over sizes 10 to 1000"
