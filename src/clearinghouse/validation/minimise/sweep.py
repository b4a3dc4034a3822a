"""Leaving out units: delta debugging.

Source: A. Zeller and R. Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", IEEE Transactions on Software
Engineering 28(2), 2002, section 3 (https://doi.org/10.1109/32.988498): the algorithm ddmin. Of its steps only "reduce
to complement" is here, because at two parts the complements are the parts; and after a part was left out it goes on
behind it instead of at the beginning. Neither changes what the last round, of parts of one unit, proves.

The law: of what is returned no single unit can be left out. Where the flaw needs certain units and shows whenever they
are all there, exactly these are returned.
"""

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from clearinghouse.validation.minimise.oracle import Oracle

Units = TypeVar("Units", bytes, tuple[Any, ...])
"""What is taken apart: a text of bytes, or a tuple of anything else."""


def reduced(units: Units, make: Callable[[Units], bytes], oracle: Oracle) -> Units:
    """Return the units that remain of ``units``, which make something that shows, in their order.

    Args:
        units: to leave out from. make: gives the candidate that some of them make. oracle: asked of each candidate.

    Raises:
        SpentError: no more may be run; ``oracle.best`` is what was found so far.
    """
    if not units:
        return units
    if oracle.first([make(units[:0])]) is not None:
        return units[:0]
    size = max(len(units) // 2, 1)
    while True:
        kept = _swept(units, size, make, oracle)
        if size == 1 and len(kept) == len(units):
            return kept
        units, size = kept, max(size // 2, 1)


def _swept(units: Units, size: int, make: Callable[[Units], bytes], oracle: Oracle) -> Units:
    """Go through the units once and leave out each part of ``size`` units that can be."""
    at = 0
    while at < len(units):
        found = oracle.first(_complements(units, at, size, make))
        if found is None:
            break
        at += found * size
        units = units[:at] + units[at + size :]
    return units


def _complements(units: Units, at: int, size: int, make: Callable[[Units], bytes]) -> Iterator[bytes]:
    for start in range(at, len(units), size):
        yield make(units[:start] + units[start + size :])
