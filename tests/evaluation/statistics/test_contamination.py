"""Screens for tasks that were seen: what they see, how often they are wrong, and that they never acquit."""

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st
from scipy import special
from statsmodels.stats.contingency_tables import mcnemar

from clearinghouse.evaluation.statistics.contamination.canaries import (
    Completion,
    Tier,
    canary_probe,
    score_completion,
)
from clearinghouse.evaluation.statistics.contamination.cutoff import cutoff_difference
from clearinghouse.evaluation.statistics.contamination.seen import Seen
from clearinghouse.evaluation.statistics.contamination.twins import twin_test
from clearinghouse.evaluation.statistics.grouped import UnfitDataError

SECRET = "3f2a9c0d-41be-4a77-9e0c-5d1f"


def test_a_screen_has_two_answers_and_neither_acquits():
    assert set(Seen) == {"flag", "nothing seen"}


def tasks(rng, families=24, each=8, known=0.0):
    codes = np.repeat(np.arange(families), each)
    old = np.arange(len(codes)) % 2 == 0
    hard = rng.normal(0, 1.5, len(codes)) - 0.5 * old
    chance = special.expit(0.5 - hard + rng.normal(0, 0.7, families)[codes])
    return (rng.random(len(codes)) < np.where(old, chance + (1 - chance) * known, chance)), old, hard, codes


def test_the_advantage_of_old_tasks_is_that_of_a_clustered_regression():
    rng = np.random.default_rng(1)
    solved, old, hard, codes = tasks(rng, known=0.3)
    centred = hard - hard.mean()
    design = np.column_stack([np.ones(len(old)), old, centred, centred**2])
    fit = sm.OLS(solved.astype(float), design).fit(
        cov_type="cluster", cov_kwds={"groups": codes, "use_correction": False}
    )
    found = cutoff_difference(solved, old, hard, codes)
    assert found.advantage == pytest.approx(fit.params[1])
    assert found.error == pytest.approx(fit.bse[1] * np.sqrt(24 / 23))
    assert (found.before, found.after, found.families) == (96, 96, 24)


def test_no_advantage_is_rarely_flagged_and_a_large_one_mostly():
    rng = np.random.default_rng(2)
    wrong = [cutoff_difference(*tasks(rng)).seen is Seen.FLAG for _ in range(300)]
    right = [cutoff_difference(*tasks(rng, known=0.6)).seen is Seen.FLAG for _ in range(50)]
    assert np.mean(wrong) < 0.09
    assert np.mean(right) > 0.9


def test_what_makes_old_tasks_easier_for_everybody_is_no_advantage_of_one():
    rng = np.random.default_rng(3)
    solved, old, hard, codes = tasks(rng, known=0.6)
    assert cutoff_difference(solved, old, hard, codes).seen is Seen.FLAG
    references = np.clip(special.expit(0.5 - hard) * 0.4 + 0.6 * old, 0, 1)
    assert cutoff_difference(solved, old, hard, codes, references=references).advantage < 0.15


pairs = st.lists(st.tuples(st.integers(0, 1), st.integers(0, 1)), min_size=1, max_size=25)


@given(pairs)
def test_the_twin_test_is_half_of_mcnemars_where_it_is_about_the_published_task(outcomes):
    first, second = np.array(outcomes).T
    found = twin_test(first, second)
    if found.only_published > found.only_twin:
        cells = [[0, found.only_published], [found.only_twin, 0]]
        assert found.p == pytest.approx(mcnemar(cells, exact=True).pvalue / 2)
    else:
        assert found.seen is Seen.NOTHING


@given(st.integers(0, 12))
def test_fewer_pairs_than_it_names_cannot_be_flagged(alone):
    found = twin_test([1] * alone + [1], [0] * alone + [1])
    assert (found.seen is Seen.FLAG) == (alone >= found.least)
    assert found.least == 5


@pytest.mark.parametrize(
    ("written", "exact", "characters"),
    [
        (SECRET, True, 24),
        ('  "3F2A 9C0D 41BE 4A77 9E0C 5D1F" and so on', True, 24),
        ("3f2a9c0d-41be-0000", False, 12),
        ("is it 3f2a9c0d-41be-4a77-9e0c-5d1f?", False, 0),
        ("", False, 0),
        ("3f2a", False, 4),
    ],
)
def test_a_completion_counts_from_its_first_character(written, exact, characters):
    found = score_completion(Tier.DOC, SECRET, written)
    assert (found.exact, found.characters, found.bits) == (exact, characters, 96.0)


def completed(tier, exact, asked, bits=96.0):
    return [Completion(tier=tier, exact=k < exact, characters=0, bits=bits) for k in range(asked)]


def test_one_exact_completion_of_a_long_canary_is_conclusive_and_of_a_short_one_is_not():
    held = completed(Tier.HOLDBACK, 0, 20)
    assert canary_probe(held + completed(Tier.DOC, 1, 20)).seen is Seen.FLAG
    assert canary_probe(held + completed(Tier.DOC, 1, 20, bits=8)).seen is Seen.NOTHING


def test_each_tier_shown_is_compared_with_the_holdback_by_fishers_exact_test():
    found = canary_probe(
        completed(Tier.HOLDBACK, 0, 20) + completed(Tier.REQUEST, 6, 20, bits=8) + completed(Tier.DOC, 2, 20, bits=8)
    )
    assert [tier.seen for tier in found.tiers] == [Seen.FLAG, Seen.NOTHING]
    assert found.tiers[0].p == pytest.approx(38760 / 3838380), "C(20,6) / C(40,6)"
    assert "request" in found.says


def test_a_completed_canary_that_was_shown_nowhere_is_a_flag_of_its_own():
    found = canary_probe(completed(Tier.HOLDBACK, 1, 20) + completed(Tier.DOC, 0, 20))
    assert not found.sound
    assert found.seen is Seen.FLAG


def test_no_text_of_a_probe_acquits():
    found = canary_probe(completed(Tier.HOLDBACK, 0, 5) + completed(Tier.DOC, 0, 5))
    assert found.says.startswith("nothing seen")
    assert found.tiers[0].p == 1


@pytest.mark.parametrize(
    "call",
    [
        lambda: cutoff_difference([1, 0], [1, 1], [0, 0]),
        lambda: cutoff_difference([1, 0], [1, 0], [0, 0]),
        lambda: cutoff_difference([1, 0], [1, 0, 1], [0, 0]),
        lambda: twin_test([1, 0.5], [0, 0]),
        lambda: twin_test([1, 1], [0]),
        lambda: score_completion(Tier.DOC, "--", "x"),
        lambda: score_completion(Tier.DOC, "abc", "x", alphabet=1),
        lambda: canary_probe(completed(Tier.DOC, 0, 5)),
        lambda: canary_probe(completed(Tier.HOLDBACK, 0, 5)),
    ],
)
def test_what_cannot_be_screened_is_refused(call):
    with pytest.raises(UnfitDataError):
        call()
