"""What the sender of a finding says about it beyond the finding itself: reproduced, patched, reviewed, reachable.

Nothing here is a verdict. A verdict is what an execution under our own eyes showed; a claim is what somebody wrote
down. Claims travel with the finding and are shown as theirs. They join no findings, rank none and close none.
"""

from enum import StrEnum

import msgspec


class Outcome(StrEnum):
    """What an execution can show: the words that verdicts are written in, and that claims are translated into."""

    REPRODUCED = "reproduced"
    NOT_REPRODUCED = "not_reproduced"
    FLAKY = "flaky"
    INCONCLUSIVE = "inconclusive"
    FIXED = "fixed"


class SenderClaim(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One thing that the sender says of a finding and that somebody else would have to confirm; never our verdict.

    Attributes:
        subject: what the claim is about (``reproduction``, ``patch``, ``review``, ``attacker position``, ...).
        word: the sender's word for it, as written.
        claimed: the outcome that this word means, where it means exactly one; None for every other word. It says what
            the sender claims, and nothing about whether that is so.
        by: who says so.
        snapshot: what bytes the claim is about (commit, content hash), as written. None: not said, and then the claim
            holds for no other snapshot either.
        description: the sender's text on it, such as its reasons or the output of a run; to be read, never to be run.
    """

    subject: str
    word: str
    claimed: Outcome | None = None
    by: str = ""
    snapshot: str | None = None
    description: str = ""
