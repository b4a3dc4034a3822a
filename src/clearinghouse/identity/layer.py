"""What a layer of identity is: keys to find candidates by, and a judgement of each candidate."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol, runtime_checkable

from clearinghouse.identity.profile import Profile
from clearinghouse.records import Reason


class Proposal(NamedTuple):
    """What a layer says of one candidate.

    Attributes:
        candidate: the older finding.
        score: calibrated confidence, 0 to 1.
        explanation: what agreed, in one sentence a person can check.
        merges: sure enough to merge by itself; otherwise a suggestion for a person.
    """

    candidate: Profile
    score: float
    explanation: str
    merges: bool


class Layer(Protocol):
    """One way to recognise the same flaw.

    Attributes:
        reason: what its links say. prose_only: it has nothing to say about what a tool's rule found.
    """

    reason: Reason
    prose_only: bool

    def keys(self, profile: Profile) -> Sequence[int]:
        """Return the 64-bit keys under which ``profile`` is stored and looked up; none if the layer is silent."""
        ...

    def propose(self, profile: Profile, candidates: Sequence[Profile]) -> Sequence[Proposal]:
        """Judge findings that share a key with ``profile``; the most convincing first."""
        ...


@runtime_checkable
class SoleLayer(Layer, Protocol):
    """A layer that also knows facts which belong to one flaw only (the words of a description, a fixing commit).

    Such a fact is believed while nobody has used it for two flaws and not too many have it. When that happens, what
    was merged on it is taken back.

    Attributes:
        most: findings above which a fact is no longer taken for one flaw's; None if any number may share it.
    """

    most: int | None

    def sole_facts(self, profile: Profile) -> Sequence[tuple[int, str]]:
        """Return those facts, each as its key and as text."""
        ...

    def propose_sole(self, profile: Profile, candidate: Profile, fact: str) -> Proposal | None:
        """Judge one finding that shares such a fact."""
        ...

    def refutes(self, profile: Profile, candidate: Profile) -> bool:
        """Whether these two findings share such a fact and are two flaws, so that the fact is not one flaw's."""
        ...
