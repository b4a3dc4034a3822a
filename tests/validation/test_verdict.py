"""The rule of verdicts, told once more as a table and compared with every small case."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearinghouse.validation.verdict import Arm, Verdict, decide, rate

ANSWERS = (True, False, None)
ARMS = [
    Arm(shown, why) for count in range(3) for shown in product(ANSWERS, repeat=count) for why in ("", "something broke")
]


def told(arm):
    """Whether an arm was run and every run of it could tell."""
    return bool(arm.shown) and None not in arm.shown and not arm.why


def expected(affected, fixed, control, idle):
    """The rule of the docstring, a line each."""
    table = (
        (not told(affected), Verdict.INCONCLUSIVE),
        (True in idle.shown or (control is not None and True in control.shown), Verdict.CONTROL_FAILED),
        (control is not None and not told(control), Verdict.INCONCLUSIVE),
        (None in idle.shown or bool(idle.why), Verdict.INCONCLUSIVE),
        (True not in affected.shown, Verdict.NOT_REPRODUCED),
        (False in affected.shown, Verdict.FLAKY),
        (fixed is not None and True in fixed.shown, Verdict.FIX_INCOMPLETE),
        (fixed is None or not told(fixed), Verdict.REPRODUCED),
        (True, Verdict.FIXED),
    )
    return next(verdict for applies, verdict in table if applies)


@pytest.mark.parametrize("affected", ARMS)
def test_the_rule_of_every_small_case(affected):
    few = [None, *(arm for arm in ARMS if len(arm.shown) < 2 or arm.shown in {(True, False), (False, None)})]
    idles = [Arm(), Arm((False,)), Arm((True,)), Arm((None,), "gone"), Arm((False,), "odd")]
    for fixed, control, idle in product(few, few, idles):
        found = decide(affected, fixed, control, idle)
        assert found.verdict is expected(affected, fixed, control, idle), (fixed, control, idle)
        assert found.why


SHOWN, NOT = Arm((True,) * 3), Arm((False,) * 3)
FINE = Arm((False,))


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
            (SHOWN, Arm((True, False, None), "limit"), FINE, FINE),
            Verdict.FIX_INCOMPLETE,
            "all 3 runs of the affected subject show the flaw, and so do 1 of 3 of the fixed one",
        ),
        (
            (SHOWN, NOT, FINE, FINE),
            Verdict.FIXED,
            "all 3 runs of the affected subject show the flaw, and none of 3 of the fixed one",
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
    assert decide(Arm(mixed), NOT, FINE, FINE) == decide(Arm(tuple(shown)), NOT, FINE, FINE)
