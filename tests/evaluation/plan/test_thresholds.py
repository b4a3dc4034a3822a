"""Thresholds: committed to without being told, and opened to those who may know."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearinghouse.evaluation.plan.errors import ThresholdError
from clearinghouse.evaluation.plan.reading import look, parse
from clearinghouse.evaluation.plan.thresholds import Opening, commit_to
from clearinghouse.evaluation.plan.thresholds import opened as with_openings
from clearinghouse.evaluation.plan.thresholds import parse as read
from invented_plan import text_of_plan

IDENTIFIER = "example-threshold-1"
RATES = st.floats(min_value=1e-9, max_value=1, exclude_min=True, exclude_max=True)


def sealed(opening: Opening) -> str:
    return text_of_plan().replace("covered = 0.5\nwatch = 0.35", f'commitment = "{opening.commitment}"')


def test_a_plan_can_hold_a_commitment_and_whoever_has_the_opening_has_the_values() -> None:
    opening = commit_to(IDENTIFIER, 0.55, 0.4)
    text = sealed(opening)
    assert "0.55" not in text
    plan = parse(text.encode(), "plan.toml")
    assert plan.design.domains[0].threshold.covered is None
    [domain] = with_openings(plan.design, [opening]).domains
    assert (domain.threshold.covered, domain.threshold.watch) == (0.55, 0.4)
    assert with_openings(plan.design, []) == plan.design


@given(RATES, st.floats(min_value=0.01, max_value=0.99))
def test_values_come_back_exactly_and_equal_values_have_unequal_commitments(covered: float, part: float) -> None:
    watch = covered * part
    one, other = commit_to(IDENTIFIER, covered, watch), commit_to(IDENTIFIER, covered, watch)
    assert (float(one.covered), float(one.watch)) == (covered, watch)
    assert one.commitment != other.commitment
    assert read(one.to_bytes(), "opening") == one


def test_every_byte_of_an_opening_is_covered() -> None:
    whole = commit_to(IDENTIFIER, 0.5, None).to_bytes()
    for at in range(len(whole)):
        with pytest.raises(ThresholdError):
            read(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :], "opening")
    assert read(whole, "opening").watch == ""


def test_what_is_no_threshold_is_refused() -> None:
    for covered, watch in ((0.0, None), (1.0, None), (0.5, 0.5), (0.5, 0.0), (float("nan"), None), (1e-60, None)):
        with pytest.raises(ThresholdError):
            commit_to(IDENTIFIER, covered, watch)


def test_an_opening_of_another_plan_or_with_other_values_is_refused() -> None:
    opening = commit_to(IDENTIFIER, 0.55, 0.4)
    plan = parse(text_of_plan().encode(), "plan.toml")
    with pytest.raises(ThresholdError, match="no threshold"):
        with_openings(plan.design, [opening])
    both = text_of_plan().replace("covered = 0.5", f'commitment = "{opening.commitment}"\ncovered = 0.5')
    assert not look(both.encode())[1]
    with pytest.raises(ThresholdError, match="says"):
        with_openings(parse(both.encode(), "plan.toml").design, [opening])
    other = msgspec.structs.replace(commit_to("another", 0.55, 0.4), commitment=opening.commitment)
    with pytest.raises(ThresholdError):
        with_openings(parse(sealed(opening).encode(), "plan.toml").design, [other])
