"""When two findings are the same flaw.

Six layers each propose links with a reason, a score and an explanation; contradictions forbid merges whatever a
layer says; groups are a spanning forest of links, so that every merge can be undone.
"""

from clearinghouse.identity.engine import Identifier, Identity, UnknownLinkError

__all__ = ["Identifier", "Identity", "UnknownLinkError"]
