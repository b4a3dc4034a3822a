"""What is needed by what: for lockfiles that say of no package whether it is needed at run time."""

from collections.abc import Callable, Hashable, Iterable
from typing import TypeVar

N = TypeVar("N", bound=Hashable)


def reachable(roots: Iterable[N], next_of: Callable[[N], Iterable[N]]) -> set[N]:
    """Return the roots and all that is reached from them; each node is asked once for what comes next."""
    found = set(roots)
    waiting = list(found)
    while waiting:
        for node in next_of(waiting.pop()):
            if node not in found:
                found.add(node)
                waiting.append(node)
    return found
