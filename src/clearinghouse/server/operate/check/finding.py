"""What a check finds."""

import msgspec


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is not as it should be.

    Attributes:
        part: what was looked at. code: what sort of thing it is, for programs. what, remedy: for people.
        mended: it was put right. notice: nothing is lost by it.
    """

    part: str
    code: str
    what: str
    remedy: str
    mended: bool = False
    notice: bool = False

    @property
    def counts(self) -> bool:
        """Whether somebody has to do something."""
        return not self.mended and not self.notice
