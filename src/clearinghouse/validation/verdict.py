"""The verdict: what the runs of a recipe come to. The rule stands here, and as a table in docs/validation.md.

The first that applies:

1. the affected subject could not be prepared, or a run of it could not tell: ``inconclusive``
2. the control on the affected subject shows the flaw, or an idle run does: ``control_failed``
3. that control could not be run, or did not end as it should: ``inconclusive``, because then the reproducer's silence,
   or noise, may be that of a broken installation
4. no run of the affected subject shows the flaw; there is no control, and one of them did not end with exit code 0:
   ``inconclusive``, because nothing tells that the reproducer works
5. no run of the affected subject shows the flaw: ``not_reproduced``
6. some do and some do not: ``flaky``, with the rate and its interval
7. all do, and there is no fixed subject, or it could not be judged: ``reproduced``
8. all do, and some run of the fixed subject does: ``fix_incomplete``
9. all do, and no run of the fixed subject does: ``fixed``

An arm without runs, with one that could not tell, or with something that went wrong could not be judged. The fixed
subject could not be judged:

* where the control on it shows the flaw, could not be run, or did not end as it should, whatever the runs show: what is
  broken there neither has the flaw nor is free of it;
* else, where none of its runs shows the flaw, and it could not be prepared, or a run could not tell, or there is no
  control and one of them did not end with exit code 0. A run that shows the flaw says so also where another was ended.

Exit code 0 is the one end that tells by itself that a program did what it was to do. Any other may be that of a module
that is missing, even where the affected subject ends so as well: uncaught errors have one exit code.
"""

import math
from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

_NOBODY_SAYS = "no control says whether the program works there"


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
        odd: how a run that did not show the flaw ended, where one ended otherwise than with exit code 0.
    """

    shown: tuple[bool | None, ...] = ()
    why: str = ""
    odd: str = ""

    @property
    def untold(self) -> str:
        """Why it could not be judged; empty where it was."""
        return (self.why or "it was not run") if self.why or not self.shown or None in self.shown else ""


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


def decide(affected: Arm, fixed: Arm | None, control: Arm | None, idle: Arm, again: Arm | None = None) -> Decided:
    """Return the verdict of a recipe; see the rule above.

    Args:
        fixed: None where the recipe has no fixed subject. control: on the affected subject; None where the recipe has
            none. again: the control on the fixed subject; None where it was not run.
    """
    if affected.untold:
        return Decided(Verdict.INCONCLUSIVE, f"the affected subject: {affected.untold}")
    if control and True in control.shown:
        return Decided(Verdict.CONTROL_FAILED, "the benign control shows the flaw too")
    if True in idle.shown:
        return Decided(Verdict.CONTROL_FAILED, "a run that does nothing shows the flaw too")
    if control and control.untold:
        return Decided(Verdict.INCONCLUSIVE, f"the control: {control.untold}")
    if idle.why or None in idle.shown:
        return Decided(Verdict.INCONCLUSIVE, f"the idle run: {idle.why}")
    count, runs = sum(each is True for each in affected.shown), len(affected.shown)
    if count == 0 and affected.odd and control is None:
        return Decided(Verdict.INCONCLUSIVE, f"the affected subject: {affected.odd}, and {_NOBODY_SAYS}")
    if count == 0:
        return Decided(Verdict.NOT_REPRODUCED, f"none of {runs} runs of the affected subject shows the flaw")
    if count < runs:
        found = rate(affected.shown)
        interval = f"{found.low:.0%} to {found.high:.0%}"
        return Decided(Verdict.FLAKY, f"{count} of {runs} runs of the affected subject show the flaw ({interval})")
    return _fix(f"all {runs} runs of the affected subject show the flaw", fixed, control, again)


def unjudged(fixed: Arm, control: Arm | None, again: Arm | None) -> str:
    """Return why the fixed subject cannot be judged; an empty text where it can.

    Args:
        control, again: as :func:`decide` has them.
    """
    if control is not None and fixed.shown and (why := _failed(again or Arm())):
        return f"the control on it: {why}"
    if True in fixed.shown:
        return ""
    if not fixed.untold and fixed.odd and control is None:
        return f"{fixed.odd}, and {_NOBODY_SAYS}"
    return fixed.untold


def _failed(control: Arm) -> str:
    """Why a control says that a subject does not work; empty where it says that it does."""
    return "it shows the flaw too" if True in control.shown else control.untold


def _fix(shown: str, fixed: Arm | None, control: Arm | None, again: Arm | None) -> Decided:
    if fixed is None:
        return Decided(Verdict.REPRODUCED, f"{shown}; no fix was named")
    if why := unjudged(fixed, control, again):
        return Decided(Verdict.REPRODUCED, f"{shown}; the fix could not be judged: {why}")
    if True in fixed.shown:
        count = sum(each is True for each in fixed.shown)
        return Decided(Verdict.FIX_INCOMPLETE, f"{shown}, and so do {count} of {len(fixed.shown)} of the fixed one")
    return Decided(Verdict.FIXED, f"{shown}, and none of {len(fixed.shown)} of the fixed one")
