"""Log-normal times with right censoring: an accelerated failure time model by maximum likelihood.

log T = x beta + sigma e with standard normal e. It is fitted in beta / sigma and 1 / sigma, in which the likelihood is
concave, so that Newton's method finds the one maximum (Olsen, Econometrica 46, 1978).
"""

from math import exp, log
from typing import Any

import msgspec
import numpy as np
from scipy import linalg, special

from clearinghouse.evaluation.errors import EvaluationError
from clearinghouse.evaluation.statistics.estimate import Interval
from clearinghouse.evaluation.statistics.grouped import Floats, UnfitDataError, numbers
from clearinghouse.evaluation.statistics.survival import checked

_ROUNDS = 100
_NEAR = 1e-9


class NotEstimableError(EvaluationError):
    """The data have no maximum of the likelihood: too few events, or events without any spread."""


class LogNormal(msgspec.Struct, frozen=True, kw_only=True):
    """A log-normal fit.

    Attributes:
        coefficients: of the logarithm of the time, the intercept first. errors: standard. sigma, sigma_error: of the
            spread of logarithms. log_likelihood: at the maximum, of times (not of their logarithms). watched, censored:
            how many. covariance: of the coefficients.
    """

    coefficients: tuple[float, ...]
    errors: tuple[float, ...]
    sigma: float
    sigma_error: float
    log_likelihood: float
    watched: int
    censored: int
    covariance: tuple[tuple[float, ...], ...]

    def median(self, covariates: Any = (), *, level: float = 0.95) -> tuple[float, Interval]:
        """Return the median time at covariates, and its interval, symmetric for the logarithm."""
        at = np.concatenate([[1.0], np.atleast_1d(np.asarray(covariates, dtype=np.float64))])
        if len(at) != len(self.coefficients):
            raise UnfitDataError(f"{len(at) - 1} covariates", f"give {len(self.coefficients) - 1}")
        middle = float(at @ np.array(self.coefficients))
        reach = float(special.ndtri((1 + level) / 2) * np.sqrt(at @ np.array(self.covariance) @ at))
        method = "log-normal with right censoring, normal for the logarithm"
        return exp(middle), Interval(low=exp(middle - reach), high=exp(middle + reach), level=level, method=method)


def fit(times: Any, seen: Any, covariates: Any = None) -> LogNormal:
    """Fit log-normal times.

    Args:
        times: until the event, or until it was no longer watched; above 0. seen: whether the event was seen.
        covariates: times by covariates, without an intercept; marks of tasks, for example.

    Raises:
        UnfitDataError: times are not above 0, or marks or covariates are not as many. NotEstimableError: there is no
            maximum.
    """
    time, event = checked(times, seen)
    design = np.ones((len(time), 1))
    if covariates is not None:
        more = numbers(covariates, "covariates")
        if more.ndim != 2 or len(more) != len(time):
            raise UnfitDataError("covariates do not suit the times", "give one row of covariates for each time")
        design = np.hstack([design, more])
    if event.sum() <= design.shape[1] or np.linalg.matrix_rank(design[event]) < design.shape[1]:
        raise NotEstimableError(
            f"{event.sum()} events are too few for {design.shape[1]} coefficients and a spread",
            "give more completed attempts, or fewer covariates",
        )
    y = np.log(time)
    at, curvature = _maximum(design, y, event)
    sigma = 1 / at[-1]
    beta = at[:-1] * sigma
    # from (beta / sigma, 1 / sigma) to (beta, sigma)
    change = np.zeros((len(at), len(at)))
    change[:-1, :-1] = np.eye(len(beta)) * sigma
    change[:-1, -1] = -at[:-1] * sigma**2
    change[-1, -1] = -(sigma**2)
    covariance = change @ linalg.inv(curvature) @ change.T
    return LogNormal(
        coefficients=tuple(map(float, beta)),
        errors=tuple(map(float, np.sqrt(np.diag(covariance)[:-1]))),
        sigma=float(sigma),
        sigma_error=float(np.sqrt(covariance[-1, -1])),
        log_likelihood=_parts(design, y, event, at)[0] - float((y[event] + log(2 * np.pi) / 2).sum()),
        watched=len(time),
        censored=int(len(time) - event.sum()),
        covariance=tuple(tuple(map(float, row[:-1])) for row in covariance[:-1]),
    )


def _maximum(design: Floats, y: Floats, event: Any) -> tuple[Floats, Floats]:
    """Return beta / sigma and 1 / sigma at the maximum, and the curvature there."""
    start, *_ = np.linalg.lstsq(design, y, rcond=None)
    spread = max(float(np.std(y - design @ start)), 0.1)
    at = np.concatenate([start / spread, [1 / spread]])
    value, gradient, curvature = _parts(design, y, event, at)
    for _ in range(_ROUNDS):
        step = linalg.solve(curvature, gradient, assume_a="pos")
        share = 1.0
        while share > 1e-8:
            new = at + share * step
            if new[-1] > 0 and (parts := _parts(design, y, event, new))[0] >= value - 1e-10 * (1 + abs(value)):
                break
            share /= 2
        else:
            break
        at, (value, gradient, curvature) = new, parts
        if at[-1] > 1e6:
            break
        if np.abs(step).max() < _NEAR * (1 + np.abs(at).max()):
            return at, curvature
    raise NotEstimableError("the times have no log-normal spread", "give completed attempts whose times differ")


def _parts(design: Floats, y: Floats, event: Any, at: Floats) -> tuple[float, Floats, Floats]:
    """Return the log-likelihood without its constants, its gradient, and its curvature with the sign turned."""
    z = y * at[-1] - design @ at[:-1]
    towards = np.hstack([-design, y[:, None]])
    count = float(event.sum())
    tail = special.log_ndtr(-z)
    hazard = np.exp(-(z**2) / 2 - np.log(2 * np.pi) / 2 - tail)
    value = count * np.log(at[-1]) - (z[event] ** 2).sum() / 2 + tail[~event].sum()
    gradient = -(towards.T @ np.where(event, z, hazard))
    gradient[-1] += count / at[-1]
    weight = np.where(event, 1.0, np.maximum(hazard * (hazard - z), 0.0))
    curvature = (towards * weight[:, None]).T @ towards
    curvature[-1, -1] += count / at[-1] ** 2
    return float(value), gradient, curvature
