"""Linking a batch of findings with those that are known: candidates by key, judged by layers, joined or suggested.

What is known may be all in memory (:class:`~clearinghouse.identity.engine.Identifier`) or the part of a database that a
batch needs, which :meth:`Linker.recall` brings.
"""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from clearinghouse.identity.contradiction import Contradictions
from clearinghouse.identity.forest import Edge, Forest
from clearinghouse.identity.index import CandidateIndex, Earlier, Full
from clearinghouse.identity.layer import Layer, Proposal, SoleLayer
from clearinghouse.identity.profile import Profile
from clearinghouse.records import Reason

_Step = tuple[Layer, int, int, Sequence[str]]
"""A layer, where its keys begin and end in the batch, and the sole facts that they stand for, if they do."""


class Plan(msgspec.Struct, frozen=True):
    """What a batch is looked up under: it follows from its findings alone, so it may be made before anything is locked.

    Attributes:
        keys: of all findings of the batch, one after the other. ends: where those of each finding end.
        steps: of each finding, what its keys are asked about.
    """

    keys: list[int]
    ends: list[int]
    steps: list[list[_Step]]


def plan(batch: Sequence[Profile], layers: Sequence[Layer]) -> Plan:
    """Return what a batch is looked up under; its fingerprints are in there now, and its profiles no longer have them.

    Args:
        layers: which layers take part, in the order in which they are asked.
    """
    made = Plan([], [], [])
    rule_layers = [layer for layer in layers if not layer.prose_only]
    sole_layers = [layer for layer in layers if isinstance(layer, SoleLayer)]
    for profile in batch:
        # what a tool's rule found has no words and no fix of its own, only its place
        asked, sole = (rule_layers, ()) if profile.rule else (layers, sole_layers)
        made.steps.append(_steps(profile, asked, sole, made.keys))
        made.ends.append(len(made.keys))
        profile.fingerprints = ()
    return made


def _steps(profile: Profile, layers: Sequence[Layer], sole: Sequence[SoleLayer], keys: list[int]) -> list[_Step]:
    """Append the keys of each layer that has something to say; return which of them are whose."""
    steps: list[_Step] = []
    for layer in layers:
        if layer in sole:
            facts = layer.sole_facts(profile)  # type: ignore[attr-defined]
            if facts:
                steps.append((layer, len(keys), len(keys) + len(facts), [fact for _, fact in facts]))
                keys.extend([key for key, _ in facts])
        found = layer.keys(profile)
        if found:
            steps.append((layer, len(keys), len(keys) + len(found), ()))
            keys.extend(found)
    return steps


class Linker:
    """Links batches with what is known.

    Args:
        profiles: by ordinal; those of a batch stand in it before the batch is linked.
        index: where candidates are found. layers: which layers take part, in the order in which they are asked.

    Attributes:
        forest: the groups. contradictions: what forbids a merge.
        suggestions: what a person should look at, by the ordinals of both findings, the later first.
        shared_facts: sole keys that turned out to belong to several flaws.
        provisional: roots of groups held together by a sole key.
        spare: links inside and to such groups, needed if the sole key falls.
    """

    def __init__(
        self, profiles: Mapping[int, Profile] | Sequence[Profile], index: CandidateIndex, layers: Sequence[Layer]
    ) -> None:
        self._profiles = profiles
        self._index = index
        self._layers = layers
        self.forest = Forest()
        self.contradictions = Contradictions()
        self.suggestions: dict[tuple[int, int], Edge] = {}
        self.shared_facts: set[int] = set()
        self.provisional: set[int] = set()
        self.spare: list[Edge] = []

    def recall(self, keys: Sequence[int], earlier: Iterable[Earlier]) -> None:
        """Bring what is known of the findings that share a key with a batch; in memory everything is there."""

    def link(self, batch: Sequence[Profile], planned: Plan | None = None) -> None:
        """Link one batch with what is known and within itself, with a single exchange with the index.

        Args:
            planned: what :func:`plan` made of the batch, if that was done before.
        """
        planned = planned or plan(batch, self._layers)
        keys = planned.keys
        owners: list[int] = []
        for profile, end in zip(batch, planned.ends, strict=True):
            owners.extend([profile.ordinal] * (end - len(owners)))
        earlier = self._index.exchange(keys, owners)
        self.recall(keys, earlier)
        for profile, steps in zip(batch, planned.steps, strict=True):
            for layer, start, end, facts in steps:
                if facts:
                    self._judge_sole(profile, layer, facts, keys[start:end], earlier[start:end])
                elif candidates := self._candidates(profile, earlier[start:end]):
                    self._judge(profile, layer, layer.propose(profile, candidates))

    def _candidates(self, profile: Profile, earlier: Sequence[Earlier]) -> list[Profile]:
        """Return who shares a key, each once; of the own group only where a link of it may be taken back."""
        ordinals: dict[int, None] = {}
        own = profile.ordinal
        for members in earlier:
            if members is None:
                continue
            if members.__class__ is int:
                ordinals[members] = None
            else:
                for member in members:  # type: ignore[union-attr]
                    if member < own:
                        ordinals[member] = None
        if not ordinals:
            return []
        root = self.forest.root
        group = root(own)
        if group in self.provisional:
            return [self._profiles[ordinal] for ordinal in ordinals if ordinal != own]
        return [self._profiles[ordinal] for ordinal in ordinals if root(ordinal) != group]

    def _judge_sole(
        self, profile: Profile, layer: Layer, facts: Sequence[str], keys: Sequence[int], earlier: Sequence[Earlier]
    ) -> None:
        """Judge by facts that should be one flaw's only, and notice when they are not."""
        assert isinstance(layer, SoleLayer)  # noqa: S101 - only such layers have facts
        for fact, key, members in zip(facts, keys, earlier, strict=True):
            if members is None or key in self.shared_facts:
                continue
            ordinals = (members,) if isinstance(members, int) else members
            candidates = [self._profiles[o] for o in ordinals if o < profile.ordinal]
            # this one makes it too many
            shared = layer.most is not None and (isinstance(members, Full) or len(candidates) >= layer.most)
            if shared or any(layer.refutes(profile, candidate) for candidate in candidates):
                self.shared_facts.add(key)
                continue
            proposals = [p for c in candidates if (p := layer.propose_sole(profile, c, fact)) is not None]
            self._judge(profile, layer, proposals, key)

    def _judge(self, profile: Profile, layer: Layer, proposals: Sequence[Proposal], key: int = 0) -> None:
        """Turn proposals into links and suggestions, as far as nothing contradicts them."""
        root = self.forest.root
        for proposal in proposals:
            candidate = proposal.candidate
            one, other = root(profile.ordinal), root(candidate.ordinal)
            edge = Edge(profile.ordinal, candidate.ordinal, layer.reason, proposal.score, proposal.explanation, key)
            if one == other:
                if proposal.merges and one in self.provisional and profile is not candidate:
                    self.spare.append(edge)
                continue
            refusal = self.contradictions.between(one, other, profile, candidate, layer.reason)
            if refusal is not None:
                if proposal.merges and not self.provisional.isdisjoint((one, other)):
                    self.spare.append(edge)  # what refuses it may fall
                if refusal.open:
                    self.suggest(msgspec.structs.replace(edge, explanation=f"{edge.explanation} But {refusal.why}."))
            elif proposal.merges:
                self._merge(edge, one, other, profile, candidate)
            else:
                self.suggest(edge)

    def _merge(self, edge: Edge, one: int, other: int, a: Profile, b: Profile) -> None:
        self.forest.join(edge)
        root = self.forest.root(one)
        self.contradictions.joined(one, other, a, b, root)
        if edge.key or one in self.provisional or other in self.provisional:
            self.provisional.difference_update((one, other))
            self.provisional.add(root)

    def suggest(self, edge: Edge) -> None:
        """Note that a person should look at what an edge says."""
        self.suggestions.setdefault((edge.later, edge.earlier), edge)

    def settled(self) -> tuple[Forest, Contradictions]:
        """Return the groups, and what contradicts, without the links whose fact turned out to be several flaws'."""
        if not any(edge.key in self.shared_facts for edge in self.forest.edges if edge.key):
            return self.forest, self.contradictions
        settled = self.forest.divided()
        for edge in self.forest.edges:
            if edge.key not in self.shared_facts:
                settled.join(edge)
        known = self.contradictions_of(settled)
        for edge in self.spare:
            one, other = settled.root(edge.later), settled.root(edge.earlier)
            a, b = self._profiles[edge.later], self._profiles[edge.earlier]
            if edge.key in self.shared_facts or one == other or known.between(one, other, a, b, edge.reason):
                continue
            settled.join(edge)
            known.joined(one, other, a, b, settled.root(one))
        return settled, known

    def contradictions_of(self, forest: Forest) -> Contradictions:
        """Return what is known of the groups of a forest; what people divided is kept."""
        return self.contradictions.regroup([self._profiles[o] for o in group] for group in forest.groups())

    def demoted(self) -> list[Edge]:
        """Links of equal words that turned out to be several flaws': still worth a person's look."""
        fallen = [e for e in self.forest.edges if e.key in self.shared_facts and e.reason is Reason.TEXT]
        return [msgspec.structs.replace(edge, score=0.5, key=0) for edge in fallen]
