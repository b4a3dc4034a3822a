"""Scripted agents have the ability that their name says, and draw the same again."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearinghouse.evaluation.running.errors import RunError
from clearinghouse.evaluation.running.scripted.skill import Agent, agent, chance, draw, is_lost

MINUTES = st.floats(0.1, 10_000)


@given(MINUTES)
def test_half_of_the_tasks_of_its_time_are_solved(minutes: float) -> None:
    assert chance(Agent("", "plain", minutes), minutes) == pytest.approx(0.5)


@given(MINUTES, st.floats(1.01, 100))
def test_longer_tasks_are_solved_less_often_and_by_a_sandbagger_more_often(minutes: float, more: float) -> None:
    able = agent("skill-60")
    assert chance(able, minutes * more) < chance(able, minutes)
    bagger = agent("sandbagger")
    assert chance(bagger, minutes * more) > chance(bagger, minutes)


def test_the_slope_is_in_logits_for_each_doubling() -> None:
    def logit(p: float) -> float:
        return math.log(p / (1 - p))

    who = agent("skill-120-0.7")
    assert logit(chance(who, 60)) - logit(chance(who, 120)) == pytest.approx(0.7)


def test_trying_harder_helps_one_of_them_alone() -> None:
    assert chance(agent("hard-trier"), 240, 800_000) == pytest.approx(0.5), "four times the tokens, twice the horizon"
    assert chance(agent("hard-trier"), 120, 200_000) == pytest.approx(0.5)
    assert chance(agent("expert"), 240, 800_000) == chance(agent("expert"), 240, 2_000)


def test_draws_are_uniform_and_depend_on_all_that_they_should() -> None:
    drawn = [draw(f"{task:064x}", epoch, 7) for task in range(400) for epoch in (1, 2, 3)]
    assert len(set(drawn)) == len(drawn)
    assert sum(drawn) / len(drawn) == pytest.approx(0.5, abs=0.03)
    assert all(0 <= each < 1 for each in drawn)
    assert draw("a", 1, 7) == draw("a", 1, 7) != draw("a", 1, 8)
    assert draw("a", 1, 7, "lost") != draw("a", 1, 7)


def test_the_known_behaviours() -> None:
    assert chance(agent("refuser"), 1) == chance(agent("cheater"), 1) == 0
    lost = sum(is_lost(agent("flaky"), str(each), 1, 0) for each in range(900))
    assert 240 < lost < 360
    assert not any(is_lost(agent("expert"), str(each), 1, 0) for each in range(100))
    assert chance(agent("scripted/novice"), 10) < chance(agent("journeyman"), 10) < chance(agent("expert"), 10)


@pytest.mark.parametrize("name", ["", "nobody", "skill-", "skill-0", "skill-10-0", "skill-1e3", "skill--5"])
def test_others_are_told(name: str) -> None:
    with pytest.raises(RunError, match="no scripted agent"):
        agent(name)
