"""Groups as a spanning forest of links, so that every merge has one reason and can be undone.

Law: with the same links in the same order the groups are the same, and deleting a link that was accepted
divides exactly one group into exactly two.
"""

from collections.abc import Iterable
from typing import Self

import msgspec

from clearinghouse.records import Reason


class Edge(msgspec.Struct, frozen=True, gc=False):
    """A link between findings by ordinal: the later one first. ``key`` is the sole fact that it rests on, or 0."""

    later: int
    earlier: int
    reason: Reason
    score: float
    explanation: str
    key: int = 0


class Forest:
    """Disjoint sets over the ordinals 0, 1, 2, ..., with the edges that joined them."""

    def __init__(self) -> None:
        self._parent: list[int] | dict[int, int] = []
        self.edges: list[Edge] = []

    def __len__(self) -> int:
        return len(self._parent)

    def grow(self, count: int) -> None:
        """Add ``count`` findings, each in a group of its own."""
        assert isinstance(self._parent, list)  # noqa: S101 - a grove is planted, and does not grow
        self._parent.extend(range(len(self._parent), len(self._parent) + count))

    def root(self, ordinal: int) -> int:
        """Return the representative of the group of ``ordinal``: always its oldest member."""
        parent = self._parent
        root = ordinal
        while parent[root] != root:
            root = parent[root]
        while parent[ordinal] != root:
            parent[ordinal], ordinal = root, parent[ordinal]
        return root

    def join(self, edge: Edge) -> bool:
        """Join two groups by ``edge``; False if they are one group already, and then nothing changes."""
        a, b = self.root(edge.later), self.root(edge.earlier)
        if a == b:
            return False
        older, younger = min(a, b), max(a, b)
        self._parent[younger] = older
        self.edges.append(edge)
        return True

    def divided(self) -> Self:
        """Return a forest over the same ordinals in which each is in a group of its own."""
        made = type(self)()
        made._parent = self._alone()
        return made

    def unmerge(self, edge: Edge) -> None:
        """Delete ``edge`` and rebuild the groups from those that remain; every edge of its group has to be here.

        Raises:
            ValueError: the edge is not in the forest.
        """
        self.edges.remove(edge)
        self._parent = self._alone()
        remaining, self.edges = self.edges, []
        for kept in remaining:
            self.join(kept)

    def groups(self) -> list[list[int]]:
        """Return every group as ascending ordinals, ordered by its oldest member."""
        younger: dict[int, list[int]] = {}
        for ordinal, parent in self._parents():
            if parent != ordinal:
                younger.setdefault(self.root(ordinal), []).append(ordinal)
        return [[ordinal, *younger.get(ordinal, ())] for ordinal, parent in self._parents() if parent == ordinal]

    def _parents(self) -> Iterable[tuple[int, int]]:
        """Each ordinal, ascending, with what stands above it."""
        return enumerate(self._parent)

    def _alone(self) -> list[int] | dict[int, int]:
        return list(range(len(self._parent)))


class Grove(Forest):
    """A part of a larger forest: groups over some ordinals only, as they are known so far."""

    def __init__(self) -> None:
        super().__init__()
        self._parent: dict[int, int] = {}

    def plant(self, ordinal: int, root: int) -> None:
        """Take in a finding that is in the group of ``root``, which is its oldest member."""
        self._parent[ordinal] = root
        self._parent.setdefault(root, root)

    def _parents(self) -> Iterable[tuple[int, int]]:
        return sorted(self._parent.items())

    def _alone(self) -> dict[int, int]:
        return {ordinal: ordinal for ordinal in self._parent}
