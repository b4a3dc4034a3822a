"""Where human times come from, and what each source is worth; whatever names a source takes it from here."""

from enum import StrEnum


class Source(StrEnum):
    """Where a human time comes from, the best first. The words are those of a registered band of tasks.

    Attributes:
        COMPLETION: experts were watched solving it. ESTIMATE: experts who saw the solution said how long it takes.
        FIRST_BLOOD: the first of many teams of a competition; the best of them, so a lower bound of what an expert
            takes. MODEL_ESTIMATE: a language model said it.
    """

    COMPLETION = "completion"
    ESTIMATE = "estimate"
    FIRST_BLOOD = "first_blood"
    MODEL_ESTIMATE = "model_estimate"


RANK = tuple(Source)
"""The best first."""
OBSERVED = frozenset({Source.COMPLETION, Source.FIRST_BLOOD})
"""At these somebody was seen to do the task; the others are what somebody thinks."""
OBSERVED_ELSEWHERE = frozenset({"baseline", "human", "measured"})
"""What tables of others call a time at which somebody was seen to do the task."""
