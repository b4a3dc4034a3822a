"""A fresh draw, pooled with the first one."""

import pytest

from clearinghouse.evaluation.rule.decide import decide
from clearinghouse.evaluation.rule.errors import LookError, ObservationError
from clearinghouse.evaluation.rule.finding import Verdict
from clearinghouse.evaluation.rule.reconsider import reconsider
from drawn_families import SOUND, design, domain, domain_design, fixed, with_reserve

SEQUENTIAL = design(domain_design(families=10, most=40, reserve=10), reconsideration=with_reserve(10))
FIXED = fixed(domain_design(families=20, most=20, reserve=10), reconsideration=with_reserve(10))


def again(registered, first, fresh):
    return reconsider(registered, [domain(first)], [domain(fresh, prefix="g")], SOUND)


def test_a_fresh_draw_can_take_a_verdict_back_and_give_one():
    first = "1111111111"
    assert decide(SEQUENTIAL, [domain(first)], SOUND).verdict is Verdict.COVERED
    found = again(SEQUENTIAL, first, "0" * 10)
    assert (found.verdict, found.stage) == (Verdict.INDETERMINATE, 2)
    assert found.reasons[-1].rule == "R10"
    assert again(SEQUENTIAL, "1101101101", "1" * 10).verdict is Verdict.COVERED


def test_what_is_told_would_change_a_verdict_does():
    first = "11111011111101"
    told = next(each for each in decide(SEQUENTIAL, [domain(first)], SOUND).would_change if "fresh draw" in each)
    edge = float(told.rsplit(" ", 1)[1].rstrip("."))
    below = "1" * int(10 * edge) + "0" * (10 - int(10 * edge))
    assert again(SEQUENTIAL, first, below).verdict is Verdict.INDETERMINATE
    assert again(SEQUENTIAL, first, "1" * 10).verdict is Verdict.COVERED


def test_each_stage_of_a_fixed_number_has_its_share_of_alpha():
    first = decide(FIXED, [domain("1" * 20)], SOUND)
    assert first.domains[0].bounds.lower_level == pytest.approx(0.975)
    second = again(FIXED, "1" * 20, "1" * 10)
    assert second.domains[0].bounds.lower_level == pytest.approx(0.975)
    assert second.domains[0].families == 30
    assert second.verdict is Verdict.COVERED


@pytest.mark.parametrize("count", [9, 11])
def test_the_fresh_draw_is_as_large_as_was_registered(count):
    with pytest.raises(LookError, match=f"has {count} families"):
        again(SEQUENTIAL, "1" * 10, "1" * count)


def test_a_family_is_not_drawn_again():
    with pytest.raises(ObservationError, match="is there twice"):
        reconsider(SEQUENTIAL, [domain("1" * 10)], [domain("1" * 10)], SOUND)


def test_without_one_registered_there_is_none():
    with pytest.raises(LookError, match="registers no reconsideration"):
        again(design(), "1" * 10, "1" * 10)
