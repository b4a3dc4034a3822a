"""Intervals of product versions, and whether a version lies in one: yes, no, or why it cannot be said."""

from enum import Enum

import msgspec

from clearinghouse.packages.products.versions import (
    Version,
    begins_with,
    compare,
    compare_with_series,
    is_coarse,
    is_shorter,
    read_version,
)


class Stretch(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """An interval of versions, as its source writes its ends.

    Attributes:
        low: the first version in it; empty where it begins before every version. above: ``low`` itself is not in it.
        high: its end; empty where it has none. closed: ``high`` itself is in it.
        until: words in place of an end that are no version (``publication``): it ends, and it is not said where.
    """

    low: str = ""
    high: str = ""
    closed: bool = False
    above: bool = False
    until: str = ""

    @property
    def is_everything(self) -> bool:
        """Whether every version there can be lies in it."""
        return not self.low and not self.high and not self.until

    @property
    def is_series(self) -> bool:
        """Whether it is every version that begins so: ``12.4.*``."""
        read = read_version(self.low) if self.low == self.high and self.closed else None
        return read is not None and read.wild

    def __str__(self) -> str:
        if self.low and self.low == self.high and self.closed:
            return self.low
        start = f"{'above' if self.above else 'from'} {self.low}" if self.low else ""
        end = f"{'up to' if self.closed else 'before'} {self.high}" if self.high else ""
        if self.until:
            end = f"until {self.until}"
        return " ".join(filter(None, (start, end))) or "all versions"


class Inside(Enum):
    """Whether a version lies in a stretch. Everything but the first two is a reason why it cannot be said."""

    NO = 0
    YES = 1
    NO_VERSION = 2
    """No version is known of the item."""
    COARSE = 3
    """The item's version is too short: 7.2 beside an end of 7.2.5."""
    BOUND_COARSE = 4
    """The end is too short: 10.5.3 beside "10.5 and earlier"."""
    SCHEME = 5
    """The two are on different schemes, or on one that is not understood."""
    UNTIL = 6
    """The stretch ends, and its source does not say where."""
    UNSAID = 7
    """The source does not know, or says two things."""

    @property
    def is_open(self) -> bool:
        """Whether a person would have to look."""
        return self.value > 1


def where(version: Version | None, stretch: Stretch) -> Inside:
    """Say whether a version lies in a stretch; a stretch of all versions holds what has none, too."""
    if stretch.is_everything:
        return Inside.YES
    if version is None:
        return Inside.NO_VERSION
    low = _above_low(version, stretch) if stretch.low else Inside.YES
    if low is Inside.NO:
        return low
    if stretch.until:
        return Inside.UNTIL
    high = _below_high(version, stretch) if stretch.high else Inside.YES
    if high is Inside.NO or low is Inside.YES:
        return high
    return low


def _above_low(version: Version, stretch: Stretch) -> Inside:
    low = read_version(stretch.low)
    if low is None:
        return Inside.SCHEME
    order = compare_with_series(version, low) if low.wild else compare(version, low)
    if order is None:
        return Inside.SCHEME
    if order < 0:
        return Inside.COARSE if is_coarse(version, low) else Inside.NO
    if order == 0 and stretch.above and not low.wild:
        return Inside.NO
    return Inside.YES


def _below_high(version: Version, stretch: Stretch) -> Inside:
    high = read_version(stretch.high)
    if high is None:
        return Inside.SCHEME
    if high.wild:
        order = compare_with_series(version, high)
        return Inside.SCHEME if order is None else Inside.YES if order <= 0 else Inside.NO
    order = compare(version, high)
    if order is None:
        return Inside.SCHEME
    if order < 0:
        return Inside.COARSE if is_coarse(version, high) else Inside.YES
    if not stretch.closed:
        return Inside.NO
    if order == 0:
        return Inside.COARSE if is_shorter(version, high) else Inside.YES
    return _beyond(version, high)


def _beyond(version: Version, high: Version) -> Inside:
    """A version above a last affected one: still in it if it is a build of it; who can tell, if it goes on from it."""
    if not begins_with(version, high) or len(version.parts) <= len(high.parts):
        return Inside.NO
    rest = version.parts[len(high.parts) :]
    if rest[0][0] == "build":
        return Inside.YES
    return Inside.BOUND_COARSE if len(high.parts) < 3 or not rest[0][0] else Inside.NO
