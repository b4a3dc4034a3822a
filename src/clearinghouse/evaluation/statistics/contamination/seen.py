"""What every one of these screens can say, and what is checked of their lists of tasks."""

from enum import StrEnum

from clearinghouse.evaluation.statistics.grouped import Floats, UnfitDataError


class Seen(StrEnum):
    """What a screen says. That a pool was never seen is not among it."""

    FLAG = "flag"
    NOTHING = "nothing seen"


def same(values: Floats, like: Floats) -> Floats:
    """Return a list of tasks that is as long as another.

    Raises:
        UnfitDataError: it is not.
    """
    if values.shape != like.shape or values.ndim != 1:
        raise UnfitDataError("lists of tasks are not of one length", "give one value for each task in each list")
    return values
