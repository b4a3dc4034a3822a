"""Several claims at once."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from clearinghouse.evaluation.statistics.e_values import holm, log_mean, named

evidence = st.lists(st.floats(0, 200), min_size=1, max_size=5)


@given(evidence)
def test_a_claim_falls_where_every_set_that_it_belongs_to_falls(values):
    """Closed testing, by asking every set."""
    found = named(np.log(np.maximum(values, 1e-300)), 0.05)
    for at in range(len(values)):
        others = [each for place, each in enumerate(values) if place != at]
        sets = [rest for size in range(len(others) + 1) for rest in combinations(others, size)]
        margins = [(values[at] + sum(rest)) / (1 + len(rest)) - 20 for rest in sets]
        if min(abs(each) for each in margins) > 1e-6:
            assert found[at] == all(each > 0 for each in margins)


def test_the_mean_can_fall_without_any_claim_being_named():
    values = np.log([30.0, 30.0, 1e-9])
    assert log_mean(values) >= np.log(20) - 1e-9
    assert named(values, 0.05) == (False, False, False)


def test_overwhelming_evidence_is_no_overflow():
    assert named(np.array([5_000.0, -5_000.0]), 0.05) == (True, False)
    assert log_mean(np.array([5_000.0, -5_000.0])) == pytest.approx(5_000 - np.log(2))


@settings(max_examples=30)
@given(st.lists(st.floats(0, 0.2), min_size=1, max_size=8))
def test_holm_is_that_of_statsmodels(values):
    theirs = multipletests(values, alpha=0.05, method="holm")
    margins = [abs(each - 0.05 / share) for each in values for share in range(1, len(values) + 1)]
    if min(margins) > 1e-9:
        assert holm(np.array(values), 0.05) == tuple(theirs[0])
