"""The verdict: what the runs of a recipe come to. The rule stands here, and as a table in docs/validation.md.

The first that applies:

1. the affected subject could not be prepared, or a run of it could not tell: ``inconclusive``
2. the control shows the flaw, or an idle run does: ``control_failed``
3. the control could not be run, or did not end as it should: ``inconclusive``, because then the reproducer's silence,
   or noise, may be that of a broken installation
4. no run of the affected subject shows the flaw: ``not_reproduced``
5. some do and some do not: ``flaky``, with the rate and its interval
6. all do, and some run of the fixed subject does: ``fix_incomplete``
7. all do, and there is no fixed subject, or it could not be judged: ``reproduced``
8. all do, and no run of the fixed subject does: ``fixed``

What could not be judged is an arm without runs, with one that could not tell, or with something that went wrong.
"""

import math
from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple


class Verdict(StrEnum):
    """What a validation showed."""

    REPRODUCED = "reproduced"
    NOT_REPRODUCED = "not_reproduced"
    FLAKY = "flaky"
    FIXED = "fixed"
    FIX_INCOMPLETE = "fix_incomplete"
    CONTROL_FAILED = "control_failed"
    INCONCLUSIVE = "inconclusive"


class Arm(NamedTuple):
    """What the runs of one arm showed: for each whether it did, None where it could not tell.

    Attributes:
        shown: in the order of the runs; empty where there were none. why: what went wrong, where something did.
    """

    shown: tuple[bool | None, ...] = ()
    why: str = ""


class Decided(NamedTuple):
    """A verdict with its reason in one sentence."""

    verdict: Verdict
    why: str


class Rate(NamedTuple):
    """How often something was shown: ``shown`` of ``runs``, and the 95 % interval of the probability."""

    shown: int
    runs: int
    low: float
    high: float


def rate(shown: Sequence[bool | None]) -> Rate:
    """Return how often the runs that could tell showed it, with the score interval of Wilson (JASA 22, 1927).

    Of no runs the interval is everything, from 0 to 1.
    """
    n = sum(each is not None for each in shown)
    k = sum(each is True for each in shown)
    if n == 0:
        return Rate(0, 0, 0.0, 1.0)
    z = 1.959963984540054
    centre = (k + z * z / 2) / (n + z * z)
    half = z * math.sqrt(k * (n - k) / n + z * z / 4) / (n + z * z)
    low = 0.0 if k == 0 else max(0.0, centre - half)
    return Rate(k, n, low, 1.0 if k == n else min(1.0, centre + half))


def decide(affected: Arm, fixed: Arm | None, control: Arm | None, idle: Arm) -> Decided:
    """Return the verdict of a recipe; see the rule above.

    Args:
        fixed: None where the recipe has no fixed subject. control: None where it has no control.
    """
    if affected.why or not affected.shown or None in affected.shown:
        return Decided(Verdict.INCONCLUSIVE, f"the affected subject: {affected.why or 'it was not run'}")
    if control and True in control.shown:
        return Decided(Verdict.CONTROL_FAILED, "the benign control shows the flaw too")
    if True in idle.shown:
        return Decided(Verdict.CONTROL_FAILED, "a run that does nothing shows the flaw too")
    if control and (control.why or None in control.shown or not control.shown):
        return Decided(Verdict.INCONCLUSIVE, f"the control: {control.why or 'it was not run'}")
    if idle.why or None in idle.shown:
        return Decided(Verdict.INCONCLUSIVE, f"the idle run: {idle.why}")
    count, runs = sum(each is True for each in affected.shown), len(affected.shown)
    if count == 0:
        return Decided(Verdict.NOT_REPRODUCED, f"none of {runs} runs of the affected subject shows the flaw")
    if count < runs:
        found = rate(affected.shown)
        interval = f"{found.low:.0%} to {found.high:.0%}"
        return Decided(Verdict.FLAKY, f"{count} of {runs} runs of the affected subject show the flaw ({interval})")
    return _fix(f"all {runs} runs of the affected subject show the flaw", fixed)


def _fix(shown: str, fixed: Arm | None) -> Decided:
    if fixed is None:
        return Decided(Verdict.REPRODUCED, f"{shown}; no fix was named")
    if True in fixed.shown:
        count = sum(each is True for each in fixed.shown)
        return Decided(Verdict.FIX_INCOMPLETE, f"{shown}, and so do {count} of {len(fixed.shown)} of the fixed one")
    if fixed.why or None in fixed.shown or not fixed.shown:
        return Decided(Verdict.REPRODUCED, f"{shown}; the fix could not be judged: {fixed.why or 'it was not run'}")
    return Decided(Verdict.FIXED, f"{shown}, and none of {len(fixed.shown)} of the fixed one")
