"""How time grows with size."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from clearinghouse.validation.growth import FLOOR, MUCH, Point, fit, judged

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


# Whether it is shown

any_points = st.lists(
    st.tuples(st.integers(1, 10**6), st.floats(0, 100), st.booleans()), max_size=8, unique_by=lambda each: each[0]
).map(lambda rows: [Point(*row) for row in sorted(rows)])
wanted = st.floats(1.2, 10)


@given(any_points, st.floats(0, 1), wanted)
def test_what_was_ended_never_refutes(points, benign, exponent):
    found = judged(points, benign, exponent)
    assert found.how
    if any(point.ended for point in points):
        assert found.shown is not False
    if found.shown:
        assert fit(points, benign).exponent >= exponent


@pytest.mark.parametrize(
    "points",
    [
        [Point(10, 20.0, ended=True)],
        [Point(10, 0.01, ended=True)],
        [Point(10, 0.01), Point(20, 0.01, ended=True)],
        [Point(10, 1.0), Point(20, 2.0), Point(40, 4.0), Point(80, 0.01, ended=True)],
        [Point(10, 1.0), Point(20, 2.0), Point(40, 4.0), Point(80, 7.0, ended=True)],
        [Point(10, 10.0), Point(20, 20.0, ended=True)],
    ],
    ids=["at once", "waiting at once", "waiting", "waiting after a line", "a line to its limit", "a low bound"],
)
def test_an_end_by_a_limit_leaves_it_open(points):
    found = judged(points, 0, 1.5)
    assert found.shown is None
    assert found.how.endswith(f"size {points[-1].size} was ended by its limit, so it may be more")


def test_a_bound_that_is_enough_shows():
    found = judged([Point(10, 0.01), Point(20, 0.01), Point(40, 20.0, ended=True)], 0, 1.5)
    assert found == (True, "exponent at least 8.64 between sizes 20 and 40")


def test_what_took_long_at_too_few_sizes_is_not_refuted():
    jumps = [Point(10, 0.01), Point(20, 0.01), Point(40, MUCH)]
    assert judged(jumps, 0, 1.5).shown is None
    quick = [*jumps[:2], Point(40, MUCH / 2)]
    assert judged(quick, 0, 1.5).shown is False, "a tenth of a second may be the machine's"


def test_a_line_is_refuted():
    found = judged(power(SIZES, 1), 0, 1.5)
    assert found == (False, "exponent 1.00 over sizes 1000 to 8000")
