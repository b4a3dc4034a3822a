"""What the index over names finds."""

from typing import NamedTuple


class Hit(NamedTuple):
    """A name that was found.

    Attributes:
        number: of the name. branch: the version to which it is restricted, if it ends with one.
        sure: it is certainly this product. models: order numbers that restrict it.
    """

    number: int
    branch: str
    sure: bool
    models: tuple[str, ...]


class Relative(NamedTuple):
    """A name of the same family: it says more than was asked, or less.

    Attributes:
        number: of the name. narrower: it names one model of what was asked, and not a family to which that belongs.
        branch: the version with which the name ends, if it ends with one.
    """

    number: int
    narrower: bool
    branch: str = ""
