"""What became of a feed that was brought up to date."""

from collections.abc import Callable
from enum import StrEnum

import msgspec

from clearinghouse.feeds.known import Feed
from clearinghouse.feeds.version import Version

Notice = Callable[[str, int, int | None], None]
"""Called with a feed's name, how far it is, and how far it will go if that is known."""


class Result(StrEnum):
    """What became of a feed."""

    ADOPTED = "adopted"
    ACCEPTED = "accepted"
    """What had waited was adopted, as asked."""
    UNCHANGED = "unchanged"
    PENDING = "pending"
    FAILED = "failed"


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one feed.

    Attributes:
        feed: which. result: what. why: it is pending or failed, or what was wrong all the same. remedy: against that.
        before, after: the version that held, and that which holds now.
        removed: how many entries are not in force any more.
    """

    feed: Feed
    result: Result
    why: str | None = None
    remedy: str | None = None
    before: Version | None = None
    after: Version | None = None
    removed: int = 0
