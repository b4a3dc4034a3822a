"""The rule of verdicts, as laws that hold whatever else is so; none of them copies the order in which it is asked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearinghouse.validation.verdict import Arm, Verdict, decide, rate, unjudged

ANSWERS = (True, False, None)
WORDS = st.sampled_from(["", "something broke"])
ARMS = st.builds(Arm, st.lists(st.sampled_from(ANSWERS), max_size=4).map(tuple), WORDS, WORDS)
SOUND = st.builds(Arm, st.lists(st.just(False), min_size=1, max_size=2).map(tuple), st.just(""), WORDS)
"""Controls and idle runs that are as they should be."""
SHOWING = st.lists(st.just(True), min_size=1, max_size=4).map(lambda shown: Arm(tuple(shown)))
MAYBE = st.none() | ARMS | SOUND
CASES = st.tuples(ARMS | SHOWING, MAYBE | SHOWING, MAYBE, ARMS | SOUND, MAYBE)
ABOUT_THE_FIX = {Verdict.FIXED, Verdict.FIX_INCOMPLETE}
CONFIRMS = {*ABOUT_THE_FIX, Verdict.REPRODUCED}


def works(control):
    """Whether a control, or an idle run, was run, did not show the flaw and ended as it should."""
    return bool(control.shown) and not control.why and set(control.shown) == {False}


def seen(arm):
    """Whether an arm was run and every run of it could tell."""
    return bool(arm.shown) and None not in arm.shown and not arm.why


@given(CASES)
def test_every_case_has_a_verdict_and_a_reason(case):
    found = decide(*case)
    assert found.verdict in set(Verdict)
    assert found.why


@given(CASES)
def test_what_confirms_was_seen_in_every_run_of_the_affected_subject(case):
    affected, _, _, _, _ = case
    if decide(*case).verdict in CONFIRMS:
        assert seen(affected)
        assert set(affected.shown) == {True}


@given(CASES)
def test_flaky_is_what_was_seen_and_was_not_seen(case):
    if decide(*case).verdict is Verdict.FLAKY:
        assert set(case[0].shown) == {True, False}


@given(CASES)
def test_not_reproduced_is_what_ran_to_its_end_and_did_not_show(case):
    affected, _, control, _, _ = case
    if decide(*case).verdict is Verdict.NOT_REPRODUCED:
        assert seen(affected)
        assert set(affected.shown) == {False}
        assert control is not None or not affected.odd, "without a control, exit code 0 alone says that it worked"


@given(CASES)
def test_no_verdict_but_that_it_failed_or_is_open_comes_of_a_control_that_does_not_work(case):
    _, _, control, idle, _ = case
    if True in idle.shown or idle.why or None in idle.shown or (control is not None and not works(control)):
        assert decide(*case).verdict in {Verdict.INCONCLUSIVE, Verdict.CONTROL_FAILED}


@given(CASES)
def test_a_control_failed_is_one_that_shows_the_flaw(case):
    affected, _, control, idle, _ = case
    if decide(*case).verdict is Verdict.CONTROL_FAILED:
        assert True in idle.shown or (control is not None and True in control.shown)
        assert seen(affected)


@given(CASES)
def test_a_fix_is_judged_only_where_the_control_works_on_it(case):
    """Whatever else, a failed control on the fixed subject never gives fixed or fix_incomplete."""
    _, fixed, control, _, again = case
    if control is not None and (again is None or not works(again)):
        assert decide(*case).verdict not in ABOUT_THE_FIX
    if fixed is None:
        assert decide(*case).verdict not in ABOUT_THE_FIX


@given(SHOWING, ARMS, SOUND, SOUND, ARMS)
def test_that_law_where_nothing_else_is_in_its_way(affected, fixed, control, idle, again):
    found = decide(affected, fixed, control, idle, again)
    if works(again) and True in fixed.shown:
        assert found.verdict is Verdict.FIX_INCOMPLETE
    elif works(again) and seen(fixed):
        assert found.verdict is Verdict.FIXED
    else:
        assert found.verdict is Verdict.REPRODUCED
        assert found.why.endswith(f"; the fix could not be judged: {unjudged(fixed, control, again)}")


@given(CASES)
def test_fixed_is_what_ran_to_its_end_and_did_not_show(case):
    _, fixed, control, _, _ = case
    if decide(*case).verdict is Verdict.FIXED:
        assert seen(fixed)
        assert set(fixed.shown) == {False}
        assert control is not None or not fixed.odd, "without a control, exit code 0 alone says that it worked"


@given(CASES)
def test_a_fix_that_is_incomplete_was_seen_to_be(case):
    if decide(*case).verdict is Verdict.FIX_INCOMPLETE:
        assert True in case[1].shown


@given(SHOWING, SOUND, ARMS)
def test_how_runs_end_counts_only_without_a_control(affected, idle, fixed):
    told, odd = fixed._replace(odd=""), fixed._replace(odd="it ended with exit code 1")
    sound = Arm((False,))
    assert decide(affected, told, sound, idle, sound) == decide(affected, odd, sound, idle, sound)
    without = decide(affected, odd, None, idle)
    assert without.verdict is not Verdict.FIXED
    if decide(affected, told, None, idle).verdict is Verdict.FIX_INCOMPLETE:
        assert without.verdict is Verdict.FIX_INCOMPLETE, "what was seen was seen"


SHOWN, NOT = Arm((True,) * 3), Arm((False,) * 3)
FINE = Arm((False,))


ODD = "it ended with exit code 1 (ImportError: x)"


@pytest.mark.parametrize(
    ("arms", "verdict", "why"),
    [
        (
            (Arm(why="make: exit code 2"), None, None, Arm()),
            Verdict.INCONCLUSIVE,
            "the affected subject: make: exit code 2",
        ),
        ((Arm(), None, None, Arm()), Verdict.INCONCLUSIVE, "the affected subject: it was not run"),
        ((SHOWN, NOT, Arm((True,)), FINE), Verdict.CONTROL_FAILED, "the benign control shows the flaw too"),
        ((SHOWN, NOT, FINE, Arm((True,))), Verdict.CONTROL_FAILED, "a run that does nothing shows the flaw too"),
        ((NOT, NOT, Arm((False,), "exit code 1"), FINE), Verdict.INCONCLUSIVE, "the control: exit code 1"),
        ((NOT, NOT, FINE, FINE), Verdict.NOT_REPRODUCED, "none of 3 runs of the affected subject shows the flaw"),
        (
            (Arm((True, False) * 2), NOT, FINE, FINE),
            Verdict.FLAKY,
            "2 of 4 runs of the affected subject show the flaw (15% to 85%)",
        ),
        (
            (SHOWN, None, FINE, FINE),
            Verdict.REPRODUCED,
            "all 3 runs of the affected subject show the flaw; no fix was named",
        ),
        (
            (SHOWN, Arm(why="no wheel"), FINE, FINE),
            Verdict.REPRODUCED,
            "all 3 runs of the affected subject show the flaw; the fix could not be judged: no wheel",
        ),
        (
            (SHOWN, Arm((True, False, None), "limit"), FINE, FINE, FINE),
            Verdict.FIX_INCOMPLETE,
            "all 3 runs of the affected subject show the flaw, and so do 1 of 3 of the fixed one",
        ),
        (
            (SHOWN, NOT, FINE, FINE, FINE),
            Verdict.FIXED,
            "all 3 runs of the affected subject show the flaw, and none of 3 of the fixed one",
        ),
        (
            (SHOWN, SHOWN, FINE, FINE, Arm((True,))),
            Verdict.REPRODUCED,
            "all 3 runs of the affected subject show the flaw; "
            "the fix could not be judged: the control on it: it shows the flaw too",
        ),
        (
            (SHOWN, SHOWN, FINE, FINE, Arm((False,), "exit code 1")),
            Verdict.REPRODUCED,
            "all 3 runs of the affected subject show the flaw; "
            "the fix could not be judged: the control on it: exit code 1",
        ),
        (
            (SHOWN, Arm(NOT.shown, odd=ODD), None, FINE),
            Verdict.REPRODUCED,
            f"all 3 runs of the affected subject show the flaw; the fix could not be judged: {ODD}, "
            "and no control says whether the program works there",
        ),
        (
            (Arm(NOT.shown, odd=ODD), None, None, FINE),
            Verdict.INCONCLUSIVE,
            f"the affected subject: {ODD}, and no control says whether the program works there",
        ),
    ],
)
def test_a_verdict_has_its_reason(arms, verdict, why):
    assert decide(*arms) == (verdict, why)


def wilson(shown, runs):
    """The bounds of Wilson's interval as the roots of (p - x)^2 n = z^2 x (1 - x), found by halving."""
    z = 1.959963984540054

    def inside(x):
        return (shown / runs - x) ** 2 * runs <= z * z * x * (1 - x)

    def edge(out, within):
        for _ in range(100):
            middle = (out + within) / 2
            out, within = (out, middle) if inside(middle) else (middle, within)
        return within

    centre = (shown + z * z / 2) / (runs + z * z)
    return edge(0.0, centre), edge(1.0, centre)


@given(st.lists(st.sampled_from(ANSWERS), min_size=1, max_size=100))
def test_the_interval_is_that_of_wilson(shown):
    found = rate(shown)
    assert found.runs == sum(each is not None for each in shown)
    assert found.shown == shown.count(True)
    assert 0 <= found.low <= found.high <= 1
    if found.runs:
        assert found.low <= found.shown / found.runs <= found.high
        low, high = wilson(found.shown, found.runs)
        assert found.low == pytest.approx(low, abs=1e-9)
        assert found.high == pytest.approx(high, abs=1e-9)


def test_of_no_runs_nothing_is_known():
    assert rate([]) == rate([None]) == (0, 0, 0.0, 1.0)


@given(st.lists(st.booleans(), min_size=1, max_size=50))
def test_the_interval_is_the_same_the_other_way_round(shown):
    one, other = rate(shown), rate([not each for each in shown])
    assert (one.low, one.high) == pytest.approx((1 - other.high, 1 - other.low))


@given(st.lists(st.booleans(), min_size=1, max_size=12), st.permutations(range(12)))
def test_the_order_of_runs_decides_nothing(shown, order):
    mixed = tuple(shown[at] for at in order if at < len(shown))
    assert decide(Arm(mixed), NOT, FINE, FINE, FINE) == decide(Arm(tuple(shown)), NOT, FINE, FINE, FINE)
