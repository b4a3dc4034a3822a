"""Identity put together: findings in, groups, links and suggestions out, one report at a time."""

from collections.abc import Iterable, Sequence

import msgspec

from clearinghouse.identity.contradiction import Contradictions, told_apart
from clearinghouse.identity.exact import FingerprintLayer, IdentifierLayer
from clearinghouse.identity.forest import Edge, Forest
from clearinghouse.identity.index import CandidateIndex, Earlier, Full, MemoryIndex
from clearinghouse.identity.layer import Layer, Proposal, SoleLayer
from clearinghouse.identity.location import LocationLayer, number_places
from clearinghouse.identity.profile import Profile, Profiler
from clearinghouse.identity.remedy import RemedyLayer
from clearinghouse.identity.stack import StackLayer
from clearinghouse.identity.text import TextLayer
from clearinghouse.records import Finding, Link, Reason

_BATCH = 1024
_Step = tuple[Layer, int, int, Sequence[str]]
"""A layer, where its keys begin and end in the batch, and the sole facts that they stand for, if they do."""


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


class Identifier:
    """Recognises the same flaw across reports.

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
        self._layers = list(layers) if layers is not None else default_layers(aliases=aliases)
        self._rule_layers = [layer for layer in self._layers if not layer.prose_only]
        self._forest = Forest()
        self._contradictions = Contradictions()
        self.profiles: list[Profile] = []
        self._suggestions: dict[tuple[int, int], Edge] = {}
        self._shared_facts: set[int] = set()  # sole keys that turned out to belong to several flaws
        self._provisional: set[int] = set()  # roots of groups held together by a sole key
        self._spare: list[Edge] = []  # links inside such groups, needed if the sole key falls

    def add(self, report: Iterable[Finding]) -> range:
        """Take in the findings of one report; return their ordinals.

        A report is taken whole, because which of several like places a finding is can only be said beside the others.
        """
        make = self._profiler.profile
        first = len(self.profiles)
        batch = [make(finding, ordinal) for ordinal, finding in enumerate(report, first)]
        number_places(batch)
        self.profiles.extend(batch)
        self._forest.grow(len(batch))
        for start in range(0, len(batch), _BATCH):
            self._link(batch[start : start + _BATCH])
        return range(first, len(self.profiles))

    def result(self) -> Identity:
        """Return groups, links and suggestions as they stand now."""
        forest = self._settled()
        return Identity(
            groups=forest.groups(),
            links=[self._as_link(edge) for edge in forest.edges],
            suggestions=[self._as_link(edge) for edge in self._open_suggestions(forest)],
            full_buckets=self._index.full_buckets,
        )

    def _link(self, batch: Sequence[Profile]) -> None:
        """Link one batch with what is indexed and within itself, with a single exchange with the index."""
        keys: list[int] = []
        owners: list[int] = []
        plans = [self._plan(profile, keys, owners) for profile in batch]
        earlier = self._index.exchange(keys, owners)
        for profile, plan in zip(batch, plans, strict=True):
            for layer, start, end, facts in plan:
                if facts:
                    self._judge_sole(profile, layer, facts, keys[start:end], earlier[start:end])
                elif candidates := self._candidates(profile, earlier[start:end]):
                    self._judge(profile, layer, layer.propose(profile, candidates))

    def _plan(self, profile: Profile, keys: list[int], owners: list[int]) -> list[_Step]:
        """Append the keys of each layer that has something to say; return which of them are whose."""
        plan: list[_Step] = []
        # what a tool's rule found has no words and no fix of its own, only its place
        for layer in self._rule_layers if profile.rule else self._layers:
            if not profile.rule and isinstance(layer, TextLayer | RemedyLayer):
                facts = layer.sole_facts(profile)
                if facts:
                    plan.append((layer, len(keys), len(keys) + len(facts), [fact for _, fact in facts]))
                    keys.extend([key for key, _ in facts])
            found = layer.keys(profile)
            if found:
                plan.append((layer, len(keys), len(keys) + len(found), ()))
                keys.extend(found)
        owners.extend([profile.ordinal] * (len(keys) - len(owners)))
        return plan

    def _candidates(self, profile: Profile, earlier: Sequence[Earlier]) -> list[Profile]:
        """Return who shares a key, each once; of the own group only where a link of it may be taken back."""
        ordinals: dict[int, None] = {}
        own = profile.ordinal
        for members in earlier:
            if members is None:
                continue
            if members.__class__ is int:
                ordinals[members] = None  # type: ignore[index]
            else:
                for member in members:  # type: ignore[union-attr]
                    if member < own:
                        ordinals[member] = None
        if not ordinals:
            return []
        root = self._forest.root
        group = root(own)
        if group in self._provisional:
            return [self.profiles[ordinal] for ordinal in ordinals if ordinal != own]
        return [self.profiles[ordinal] for ordinal in ordinals if root(ordinal) != group]

    def _judge_sole(
        self, profile: Profile, layer: Layer, facts: Sequence[str], keys: Sequence[int], earlier: Sequence[Earlier]
    ) -> None:
        """Judge by facts that should be one flaw's only, and notice when they are not."""
        assert isinstance(layer, SoleLayer)  # noqa: S101 - only such layers have facts
        for fact, key, members in zip(facts, keys, earlier, strict=True):
            if members is None or key in self._shared_facts:
                continue
            if isinstance(members, Full) or (not isinstance(members, int) and len(members) > layer.most):
                self._shared_facts.add(key)
                continue
            ordinals = (members,) if isinstance(members, int) else members
            candidates = [self.profiles[o] for o in ordinals if o < profile.ordinal]
            if any(told_apart(profile, candidate) for candidate in candidates):
                self._shared_facts.add(key)
                continue
            proposals = [p for c in candidates if (p := layer.propose_sole(profile, c, fact)) is not None]
            self._judge(profile, layer, proposals, key)

    def _judge(self, profile: Profile, layer: Layer, proposals: Sequence[Proposal], key: int = 0) -> None:
        """Turn proposals into links and suggestions, as far as nothing contradicts them."""
        for proposal in proposals:
            one, other = self._forest.root(profile.ordinal), self._forest.root(proposal.candidate.ordinal)
            edge = Edge(
                profile.ordinal, proposal.candidate.ordinal, layer.reason, proposal.score, proposal.explanation, key
            )
            if one == other:
                if proposal.merges and one in self._provisional and profile is not proposal.candidate:
                    self._spare.append(edge)
                continue
            refusal = self._contradictions.between(one, other, profile, proposal.candidate, layer.reason)
            if refusal is not None:
                if refusal.open:
                    self._suggest(msgspec.structs.replace(edge, explanation=f"{edge.explanation} But {refusal.why}."))
            elif proposal.merges:
                self._merge(edge, one, other, profile, proposal.candidate)
            else:
                self._suggest(edge)

    def _merge(self, edge: Edge, one: int, other: int, a: Profile, b: Profile) -> None:
        self._forest.join(edge)
        root = self._forest.root(one)
        self._contradictions.joined(one, other, a, b, root)
        if edge.key or one in self._provisional or other in self._provisional:
            self._provisional.difference_update((one, other))
            self._provisional.add(root)

    def _suggest(self, edge: Edge) -> None:
        self._suggestions.setdefault((edge.later, edge.earlier), edge)

    def _settled(self) -> Forest:
        """Return the forest without the links whose fact turned out to be shared by several flaws."""
        if not any(edge.key in self._shared_facts for edge in self._forest.edges if edge.key):
            return self._forest
        settled = Forest()
        settled.grow(len(self._forest))
        for edge in (*self._forest.edges, *self._spare):
            if edge.key not in self._shared_facts:
                settled.join(edge)
        return settled

    def _open_suggestions(self, forest: Forest) -> list[Edge]:
        """Suggestions between what are still two groups, the best of each pair of groups; demoted links among them."""
        best: dict[tuple[int, int], Edge] = {}
        demoted = [e for e in self._forest.edges if e.key in self._shared_facts and e.reason is Reason.TEXT]
        standing = [e for e in self._suggestions.values() if e.key not in self._shared_facts]
        for edge in (*standing, *(msgspec.structs.replace(e, score=0.5) for e in demoted)):
            one, other = sorted((forest.root(edge.later), forest.root(edge.earlier)))
            if one != other and ((one, other) not in best or edge.score > best[one, other].score):
                best[one, other] = edge
        return list(best.values())

    def _as_link(self, edge: Edge) -> Link:
        return Link(
            from_id=self.profiles[edge.later].id,
            to_id=self.profiles[edge.earlier].id,
            reason=edge.reason,
            score=edge.score,
            explanation=edge.explanation,
        )


def default_layers(*, aliases: bool = True) -> list[Layer]:
    """Return the layers in the order in which they are asked, the surest first."""
    layers: list[Layer] = [FingerprintLayer(), RemedyLayer(), LocationLayer(), StackLayer(), TextLayer()]
    return [IdentifierLayer(), *layers] if aliases else layers
