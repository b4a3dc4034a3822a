"""Abilities in points, for people: so many more points are so many times the odds.

Two hundred points are three times the odds of success, on any task: 200 / ln 3 = 182.05 points for each logit. The
convention is that of published scores of CAISI. The origin is a choice, and stands beside every number in points.
"""

from math import exp, log

import msgspec

POINTS_PER_LOGIT = 200 / log(3)
ODDS_PER_200 = 3.0


class Scale(msgspec.Struct, frozen=True, kw_only=True):
    """How logits become points.

    Attributes:
        origin: the logit that has ``at_origin`` points. at_origin: points. says: what the origin is, in words.
    """

    origin: float = 0.0
    at_origin: float = 1000.0
    says: str = "1000 points solve half of the tasks of mean difficulty of the pool that was calibrated first"

    def points(self, logit: float) -> float:
        """Return an ability or difficulty in points."""
        return self.at_origin + POINTS_PER_LOGIT * (logit - self.origin)

    def logit(self, points: float) -> float:
        """Return points as an ability in logits."""
        return self.origin + (points - self.at_origin) / POINTS_PER_LOGIT


def width(logits: float) -> float:
    """Return a difference or a standard error in points."""
    return logits * POINTS_PER_LOGIT


def odds_ratio(points: float) -> float:
    """Return how many times the odds of success a difference in points is."""
    return exp(points / POINTS_PER_LOGIT)
