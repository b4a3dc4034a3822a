"""The time horizon: for how long a qualified person works on tasks that a model does with a certain probability.

Source: Kwa et al., *Measuring AI Ability to Complete Long Tasks* (arXiv 2503.14499). What the data do not show is a
value with a reason, never a number.
"""

from clearinghouse.evaluation.statistics.horizon.estimate import (
    Beyond,
    Quantile,
    Timed,
    TimeHorizon,
    time_horizon,
)
from clearinghouse.evaluation.statistics.horizon.weights import TaskWeights, attempt_weights

__all__ = ["Beyond", "Quantile", "TaskWeights", "TimeHorizon", "Timed", "attempt_weights", "time_horizon"]
