"""Which released versions show a flaw, and whether that is what an advisory says."""

from clearinghouse.validation.bisect.claims import Agreement, Compared, compare
from clearinghouse.validation.bisect.narrowing import Edge, Narrowed, NarrowingError, Run, Shown, narrow

__all__ = [
    "Agreement",
    "Compared",
    "Edge",
    "Narrowed",
    "NarrowingError",
    "Run",
    "Shown",
    "compare",
    "narrow",
]
