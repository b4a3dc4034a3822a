"""Identity put together: findings in, groups, links and suggestions out, one report at a time."""

from collections.abc import Iterable, Sequence

import msgspec

from clearinghouse.identity.contradiction import Contradictions
from clearinghouse.identity.exact import FingerprintLayer, IdentifierLayer
from clearinghouse.identity.forest import Edge, Forest
from clearinghouse.identity.index import CandidateIndex, MemoryIndex
from clearinghouse.identity.layer import Layer
from clearinghouse.identity.linking import Linker
from clearinghouse.identity.location import LocationLayer, number_places
from clearinghouse.identity.profile import Profile, Profiler
from clearinghouse.identity.remedy import RemedyLayer
from clearinghouse.identity.stack import StackLayer
from clearinghouse.identity.text import TextLayer
from clearinghouse.records import ClearinghouseError, Finding, Link

_BATCH = 1024


class Identity(msgspec.Struct, kw_only=True):
    """What was found out about the findings of all reports.

    Attributes:
        groups: findings by ordinal; each in exactly one group, oldest first.
        links: why. suggestions: what a person should look at. full_buckets: keys that too many findings share.
    """

    groups: list[list[int]]
    links: list[Link]
    suggestions: list[Link]
    full_buckets: int


class UnknownLinkError(ClearinghouseError):
    """A link that was to be taken back does not exist."""


class Identifier:
    """Recognises the same flaw across reports.

    Linking is incremental: reports may come one by one or together, and looking at the result in between changes
    nothing. Their order decides only where one finding fits two groups that exclude each other (it joins the first);
    where places in code are compared, because an earlier finding is not asked again: a choice between two places is
    seen to be a guess, and stays a suggestion, only if both are known by then; and where a fix carries no time, because
    what came later then counts as later.

    Args:
        aliases: whether public identifiers may be looked at.
        index: where candidates are found; in memory unless one is given.
        layers: which layers take part, in the order in which they are asked.
    """

    def __init__(
        self, *, aliases: bool = True, index: CandidateIndex | None = None, layers: Sequence[Layer] | None = None
    ) -> None:
        self._profiler = Profiler(aliases=aliases)
        self._index = index if index is not None else MemoryIndex()
        self.profiles: list[Profile] = []
        self._linker = Linker(
            self.profiles, self._index, default_layers(aliases=aliases) if layers is None else list(layers)
        )

    def add(self, report: Iterable[Finding]) -> range:
        """Take in the findings of one report; return their ordinals.

        A report is taken whole, because which of several like places a finding is can only be said beside the others.
        """
        make = self._profiler.profile
        first = len(self.profiles)
        batch = [make(finding, ordinal) for ordinal, finding in enumerate(report, first)]
        number_places(batch)
        self.profiles.extend(batch)
        self._linker.forest.grow(len(batch))
        for start in range(0, len(batch), _BATCH):
            self._linker.link(batch[start : start + _BATCH])
        return range(first, len(self.profiles))

    def result(self) -> Identity:
        """Return groups, links and suggestions as they stand now."""
        forest, known = self._linker.settled()
        return Identity(
            groups=forest.groups(),
            links=[self._as_link(edge) for edge in forest.edges],
            suggestions=[self._as_link(edge) for edge in self._open_suggestions(forest, known)],
            full_buckets=self._index.full_buckets,
        )

    def unmerge(self, from_id: str, to_id: str) -> None:
        """Take back one link of :meth:`result`: a person holds its two findings for two flaws.

        One group becomes exactly two, and those two findings are not joined again, by a chain of other findings
        either. Findings that were told apart only because of the link stay apart; nothing is searched anew.

        Raises:
            UnknownLinkError: no link leads from the one to the other.
        """
        forest, _ = self._linker.settled()
        edge = next((e for e in forest.edges if self._ends(e) == (from_id, to_id)), None)
        if edge is None:
            raise UnknownLinkError(f"no link leads from {from_id} to {to_id}", "name both as the list of links does")
        for demoted in self._linker.demoted():
            self._linker.suggest(demoted)
        self._linker.spare = [e for e in self._linker.spare if e.key not in self._linker.shared_facts]
        forest.unmerge(edge)
        self._linker.forest = forest
        self._linker.provisional = {forest.root(e.later) for e in forest.edges if e.key}
        self._linker.contradictions = self._linker.contradictions_of(forest)
        self._linker.contradictions.divide(edge.later, edge.earlier)

    def _open_suggestions(self, forest: Forest, known: Contradictions) -> list[Edge]:
        """Suggestions between what are still two groups that may be one, the best of each pair of groups."""
        best: dict[tuple[int, int], Edge] = {}
        standing = [e for e in self._linker.suggestions.values() if e.key not in self._linker.shared_facts]
        for edge in (*standing, *self._linker.demoted()):
            one, other = sorted((forest.root(edge.later), forest.root(edge.earlier)))
            if one != other and ((one, other) not in best or edge.score > best[one, other].score):
                best[one, other] = edge
        return [edge for edge in best.values() if self._conceivable(edge, forest, known)]

    def _conceivable(self, edge: Edge, forest: Forest, known: Contradictions) -> bool:
        """Whether nothing that was learnt since forbids what a suggestion says."""
        one, other = forest.root(edge.later), forest.root(edge.earlier)
        a, b = self.profiles[edge.later], self.profiles[edge.earlier]
        refusal = known.between(one, other, a, b, edge.reason)
        return refusal is None or refusal.open

    def _ends(self, edge: Edge) -> tuple[str, str]:
        return self.profiles[edge.later].id, self.profiles[edge.earlier].id

    def _as_link(self, edge: Edge) -> Link:
        later, earlier = self._ends(edge)
        return Link(
            from_id=later,
            to_id=earlier,
            reason=edge.reason,
            score=edge.score,
            explanation=edge.explanation,
        )


def default_layers(*, aliases: bool = True) -> list[Layer]:
    """Return the layers in the order in which they are asked, the surest first."""
    layers: list[Layer] = [FingerprintLayer(), RemedyLayer(), LocationLayer(), StackLayer(), TextLayer()]
    return [IdentifierLayer(), *layers] if aliases else layers
