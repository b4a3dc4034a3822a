"""Identity put together: findings in, groups, links and suggestions out, one report at a time."""

from collections.abc import Iterable, Sequence

import msgspec

from clearinghouse.identity.contradiction import Contradictions
from clearinghouse.identity.exact import FingerprintLayer, IdentifierLayer
from clearinghouse.identity.forest import Edge, Forest
from clearinghouse.identity.index import CandidateIndex, Earlier, Full, MemoryIndex
from clearinghouse.identity.layer import Layer, Proposal, SoleLayer
from clearinghouse.identity.location import LocationLayer, number_places
from clearinghouse.identity.profile import Profile, Profiler
from clearinghouse.identity.remedy import RemedyLayer
from clearinghouse.identity.stack import StackLayer
from clearinghouse.identity.text import TextLayer
from clearinghouse.records import ClearinghouseError, Finding, Link, Reason

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
        self._layers = list(layers) if layers is not None else default_layers(aliases=aliases)
        self._rule_layers = [layer for layer in self._layers if not layer.prose_only]
        self._sole_layers = [layer for layer in self._layers if isinstance(layer, SoleLayer)]
        self._forest = Forest()
        self._contradictions = Contradictions()
        self.profiles: list[Profile] = []
        self._suggestions: dict[tuple[int, int], Edge] = {}
        self._shared_facts: set[int] = set()  # sole keys that turned out to belong to several flaws
        self._provisional: set[int] = set()  # roots of groups held together by a sole key
        self._spare: list[Edge] = []  # links inside and to such groups, needed if the sole key falls

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
        forest, known = self._settled()
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
        forest, _ = self._settled()
        edge = next((e for e in forest.edges if self._ends(e) == (from_id, to_id)), None)
        if edge is None:
            raise UnknownLinkError(f"no link leads from {from_id} to {to_id}", "name both as the list of links does")
        for demoted in self._demoted():
            self._suggest(demoted)
        self._spare = [e for e in self._spare if e.key not in self._shared_facts]
        forest.unmerge(edge)
        self._forest = forest
        self._provisional = {forest.root(e.later) for e in forest.edges if e.key}
        self._contradictions = self._contradictions_of(forest)
        self._contradictions.divide(edge.later, edge.earlier)

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
            if not profile.rule and layer in self._sole_layers:
                facts = layer.sole_facts(profile)
                if facts:
                    plan.append((layer, len(keys), len(keys) + len(facts), [fact for _, fact in facts]))
                    keys.extend([key for key, _ in facts])
            found = layer.keys(profile)
            if found:
                plan.append((layer, len(keys), len(keys) + len(found), ()))
                keys.extend(found)
        owners.extend([profile.ordinal] * (len(keys) - len(owners)))
        profile.fingerprints = ()  # they are keys in the index now, and nothing else is asked of them
        return plan

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
            ordinals = (members,) if isinstance(members, int) else members
            candidates = [self.profiles[o] for o in ordinals if o < profile.ordinal]
            # this one makes it too many
            shared = layer.most is not None and (isinstance(members, Full) or len(candidates) >= layer.most)
            if shared or any(layer.refutes(profile, candidate) for candidate in candidates):
                self._shared_facts.add(key)
                continue
            proposals = [p for c in candidates if (p := layer.propose_sole(profile, c, fact)) is not None]
            self._judge(profile, layer, proposals, key)

    def _judge(self, profile: Profile, layer: Layer, proposals: Sequence[Proposal], key: int = 0) -> None:
        """Turn proposals into links and suggestions, as far as nothing contradicts them."""
        root = self._forest.root
        for proposal in proposals:
            candidate = proposal.candidate
            one, other = root(profile.ordinal), root(candidate.ordinal)
            edge = Edge(profile.ordinal, candidate.ordinal, layer.reason, proposal.score, proposal.explanation, key)
            if one == other:
                if proposal.merges and one in self._provisional and profile is not candidate:
                    self._spare.append(edge)
                continue
            refusal = self._contradictions.between(one, other, profile, candidate, layer.reason)
            if refusal is not None:
                if proposal.merges and not self._provisional.isdisjoint((one, other)):
                    self._spare.append(edge)  # what refuses it may fall
                if refusal.open:
                    self._suggest(msgspec.structs.replace(edge, explanation=f"{edge.explanation} But {refusal.why}."))
            elif proposal.merges:
                self._merge(edge, one, other, profile, candidate)
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

    def _settled(self) -> tuple[Forest, Contradictions]:
        """Return the groups, and what contradicts, without the links whose fact turned out to be several flaws'."""
        if not any(edge.key in self._shared_facts for edge in self._forest.edges if edge.key):
            return self._forest, self._contradictions
        settled = Forest()
        settled.grow(len(self._forest))
        for edge in self._forest.edges:
            if edge.key not in self._shared_facts:
                settled.join(edge)
        known = self._contradictions_of(settled)
        for edge in self._spare:
            one, other = settled.root(edge.later), settled.root(edge.earlier)
            a, b = self.profiles[edge.later], self.profiles[edge.earlier]
            if edge.key in self._shared_facts or one == other or known.between(one, other, a, b, edge.reason):
                continue
            settled.join(edge)
            known.joined(one, other, a, b, settled.root(one))
        return settled, known

    def _contradictions_of(self, forest: Forest) -> Contradictions:
        return self._contradictions.regroup([self.profiles[o] for o in group] for group in forest.groups())

    def _demoted(self) -> list[Edge]:
        """Links of equal words that turned out to be several flaws': still worth a person's look."""
        fallen = [e for e in self._forest.edges if e.key in self._shared_facts and e.reason is Reason.TEXT]
        return [msgspec.structs.replace(edge, score=0.5, key=0) for edge in fallen]

    def _open_suggestions(self, forest: Forest, known: Contradictions) -> list[Edge]:
        """Suggestions between what are still two groups that may be one, the best of each pair of groups."""
        best: dict[tuple[int, int], Edge] = {}
        standing = [e for e in self._suggestions.values() if e.key not in self._shared_facts]
        for edge in (*standing, *self._demoted()):
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
