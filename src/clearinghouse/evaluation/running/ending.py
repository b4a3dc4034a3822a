"""What an attempt came to. Five endings are counted; they are the five of ``assessment.facts.Losses``.

Only two of them are missing outcomes. A model that would not, and a machine that could not, say nothing of what the
model can do; an attempt that used up its budget did fail within it.
"""

import re
from enum import StrEnum


class Ended(StrEnum):
    """How an attempt ended.

    Attributes:
        SOLVED, FAILED: as the oracle says. REFUSED: the model or a filter before it declined, and nothing was solved.
        INFRASTRUCTURE: the sandbox, the provider of the model or the oracle failed, or it cannot be said what of the
            budget was used. BUDGET: a limit was reached, and what was there by then does not solve the task.
            INTERRUPTED: somebody stopped the run; this is no attempt, and is made again when the run goes on.
    """

    SOLVED = "solved"
    FAILED = "failed"
    REFUSED = "refused"
    INFRASTRUCTURE = "infrastructure"
    BUDGET = "budget"
    INTERRUPTED = "interrupted"


BUDGETS = frozenset({"token", "cost", "time", "message", "turn", "working", "context"})
"""Limits of inspect_ai that are part of a budget. ``operator`` and ``custom`` are not."""
REFUSALS = frozenset({"content_filter"})
"""Reasons to stop that are refusals, as inspect_ai names them for every provider of models."""
MISSING = frozenset({Ended.REFUSED, Ended.INFRASTRUCTURE})
"""Endings without an outcome."""
_STOPPED = re.compile(r"(?:CancelledError|Cancelled|KeyboardInterrupt)\(")
"""How inspect_ai writes an error that stopped an attempt from outside: its class, which nobody in a box can choose, and
then what it says. Words further on may be anybody's."""


def ended(
    solved: float | None,
    *,
    error: str = "",
    limit: str = "",
    stop: str = "",
    has_waited: bool = False,
    is_unmetered: bool = False,
    was_whole: bool = False,
) -> Ended:
    """Return how an attempt ended.

    Args:
        solved: the score, 1 where the oracle was satisfied; None where there is none. error: what broke it off; empty
            where nothing did. limit: the kind of limit that it reached. stop: why the model stopped in the end.
            has_waited: whether the limit was reached by waiting for the model's provider, which is no work of the
            model. is_unmetered: whether the provider did not say how many tokens its answers took, so that what was
            solved may have been solved beyond the budget.
            was_whole: whether the log came to its end, so that nobody stopped anything of it.
    """
    if limit == "operator" or (not was_whole and _STOPPED.match(error)):
        return Ended.INTERRUPTED
    if error or is_unmetered:
        return Ended.INFRASTRUCTURE
    if solved is not None and solved >= 1:
        return Ended.SOLVED
    if stop in REFUSALS:
        return Ended.REFUSED
    if limit in BUDGETS:
        return Ended.INFRASTRUCTURE if has_waited else Ended.BUDGET
    return Ended.INFRASTRUCTURE if solved is None else Ended.FAILED
