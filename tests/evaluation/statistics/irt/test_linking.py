"""Pools on one scale: three methods that agree, anchors that drift, and points."""

import numpy as np
import pytest
from scipy import special

from clearinghouse.evaluation.statistics.grouped import UnfitDataError
from clearinghouse.evaluation.statistics.irt.calibrate import calibrate
from clearinghouse.evaluation.statistics.irt.items import Anchor
from clearinghouse.evaluation.statistics.irt.linking import Method, drifts, link
from clearinghouse.evaluation.statistics.irt.scale import POINTS_PER_LOGIT, Scale, odds_ratio, width

ABILITIES = np.linspace(-2, 3, 30)


def simulated(rng, difficulty):
    return (rng.random((30, len(difficulty))) < special.expit(ABILITIES[:, None] - difficulty)).astype(float)


@pytest.mark.parametrize("method", Method)
def test_each_method_finds_an_exact_line_again(method):
    slope = 1.0 if method is Method.MEAN_SHIFT else 1.4
    rng = np.random.default_rng(1)
    new = [
        Anchor(difficulty=b, discrimination=a) for b, a in zip(rng.normal(size=8), rng.uniform(0.5, 2, 8), strict=True)
    ]
    old = [Anchor(difficulty=slope * i.difficulty + 0.7, discrimination=i.discrimination / slope) for i in new]
    found = link(old, new, method)
    assert (found.slope, found.shift) == pytest.approx((slope, 0.7), abs=1e-5)
    assert found.old(1.0) == pytest.approx(slope + 0.7, abs=1e-5)


@pytest.mark.parametrize("method", Method)
def test_two_versions_of_a_pool_calibrated_apart_agree_with_those_calibrated_on_anchors(method):
    rng = np.random.default_rng(2)
    common, fresh = rng.normal(0, 1.2, 120), rng.normal(1.5, 1.2, 200)
    first = calibrate(simulated(rng, common))
    both = simulated(rng, np.concatenate([common, fresh]))
    held = calibrate(both, anchors={k: item.anchor() for k, item in enumerate(first.items)})
    apart = calibrate(both)
    found = link(first.items, apart.items[:120], method)
    linked = [found.old(ability.value) for ability in apart.abilities]
    assert linked == pytest.approx([ability.value for ability in held.abilities], abs=0.35)
    assert held.mean - np.mean([item.difficulty for item in first.items]) == pytest.approx(1.5, abs=0.35)


def test_an_anchor_that_became_easier_is_seen_and_others_are_not():
    rng = np.random.default_rng(3)
    difficulty = rng.normal(0, 1.2, 40)
    anchors = {k: Anchor(difficulty=b) for k, b in enumerate(difficulty)}
    now = difficulty.copy()
    now[7] -= 3
    table = simulated(rng, now)
    found = drifts(table, anchors, calibrate(table, anchors=anchors).abilities)
    assert [drift.item for drift in found if drift.moved] == [7]
    assert found[7].displacement < -1


def test_anchors_that_did_not_move_are_rarely_said_to_have_moved():
    rng = np.random.default_rng(4)
    wrong = 0
    for _ in range(60):
        difficulty = rng.normal(0, 1.2, 25)
        anchors = {k: Anchor(difficulty=b) for k, b in enumerate(difficulty)}
        table = simulated(rng, difficulty)
        wrong += any(drift.moved for drift in drifts(table, anchors, calibrate(table, anchors=anchors).abilities))
    assert wrong <= 8, "about one in twenty"


def test_what_cannot_be_linked_is_refused():
    same = [Anchor(difficulty=1.0), Anchor(difficulty=1.0)]
    with pytest.raises(UnfitDataError):
        link(same, same, Method.MEAN_SIGMA)
    with pytest.raises(UnfitDataError):
        link(same[:1], same[:1], Method.MEAN_SHIFT)
    with pytest.raises(UnfitDataError):
        drifts([[0, 1]], {}, ())


def test_two_hundred_points_are_three_times_the_odds():
    scale = Scale()
    assert pytest.approx(182.0478, abs=1e-4) == POINTS_PER_LOGIT
    assert odds_ratio(200) == pytest.approx(3)
    low, high = (special.expit(scale.logit(points)) for points in (900, 1100))
    assert (high / (1 - high)) / (low / (1 - low)) == pytest.approx(3)
    assert scale.points(scale.logit(1234)) == pytest.approx(1234)
    assert width(1) == POINTS_PER_LOGIT
