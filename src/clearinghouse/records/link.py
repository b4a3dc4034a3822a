"""Why two findings are said to be the same flaw."""

from enum import StrEnum

import msgspec


class Reason(StrEnum):
    """The layer of identity that proposed a link."""

    IDENTIFIER = "identifier"
    FINGERPRINT = "fingerprint"
    LOCATION = "location"
    STACK = "stack"
    TEXT = "text"
    REMEDY = "remedy"
    PERSON = "person"
    """No layer: somebody said so."""


class Link(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One statement that two findings are the same flaw.

    Links that merge form a spanning forest over findings: a vulnerability is a tree, and deleting one
    link (an *unmerge*) divides exactly one vulnerability into exactly two. A suggestion has the same
    shape but never joins anything; a person decides.

    Attributes:
        from_id: the finding that came later.
        to_id: the finding that was there before.
        reason: the layer that proposed it.
        score: the layer's confidence in pairs of this kind, 0 to 1, not a similarity. From 0.98 on it merges, as
            measured on labelled corpora (``docs/benchmarks.md``); below, it orders suggestions.
        explanation: what agreed, in one sentence a person can check.
    """

    from_id: str = msgspec.field(name="from")
    to_id: str = msgspec.field(name="to")
    reason: Reason
    score: float
    explanation: str
