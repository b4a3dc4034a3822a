"""Sequences of evidence that may be looked at after every observation, and stopped at any look.

``betting`` is what the rule uses: any mean of values between 0 and 1. ``bernoulli`` is for single yes-or-no outcomes,
``pool`` for a finite pool that is drawn from without replacement; it speaks for that pool alone.
"""

from clearinghouse.evaluation.statistics.sequences.betting import (
    Floats,
    confidence_sequence,
    log_e_process,
    log_factors,
    log_mean_exp,
    lower_bound,
    upper_bound,
)

__all__ = [
    "Floats",
    "confidence_sequence",
    "log_e_process",
    "log_factors",
    "log_mean_exp",
    "lower_bound",
    "upper_bound",
]
