"""The fields of a ``plan.toml``, with their types and bounds. Of the design, the rule has its own
(:mod:`clearinghouse.evaluation.rule.design`).
"""

import datetime as dt
from enum import StrEnum
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from clearinghouse.evaluation.rule.design import Design
from clearinghouse.sandbox import Tier

SCHEMA = "clearinghouse frontier plan 2"
VOLUNTARY = (
    "This is voluntary: it says what the evidence shows of one state of a model, and it has no bearing on whether, "
    "when or to whom anybody develops, publishes, releases or distributes a model."
)
"""The sentence that every plan carries. Its substance is section 3(c) of Executive Order 14409."""
MOST_DAYS = 183
"""After how many days a determination ends at the latest."""

# Patterns end with \Z: before a line feed at the end of a text, $ is satisfied too.
_Line = Annotated[str, Meta(min_length=1, max_length=500, pattern=r"\A[^\x00-\x1f\x7f]*\Z")]
_LineOrNone = Annotated[str, Meta(max_length=500, pattern=r"\A[^\x00-\x1f\x7f]*\Z")]
_Prose = Annotated[str, Meta(min_length=1, max_length=10_000)]
_Name = Annotated[str, Meta(pattern=r"\A[a-z0-9][a-z0-9_-]{0,63}\Z")]
_Digest = Annotated[str, Meta(pattern=r"\A[0-9a-f]{64}\Z")]
_Count = Annotated[int, Meta(ge=1, le=1_000_000)]


class ModelState(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be assessed: one state of a model.

    Attributes:
        name: as its developer calls it. developer: who. identity: a digest of weights, or the fingerprint of an
            endpoint; empty where it is not known yet. safeguards: that it has. access: how it is reached. cutoff: the
            last day of what it was trained on, as its developer says; None where that is not said.
    """

    name: _Line
    developer: _Line
    identity: _LineOrNone = ""
    safeguards: Literal["deployed", "reduced", "none"] = "deployed"
    access: _LineOrNone = ""
    cutoff: dt.date | None = None


class Role(StrEnum):
    """What a key is for.

    Attributes:
        ASSESSOR: signs the plan, terms and draws, and the head of the log over the assessment. DEVELOPER: of the model;
            signs terms. OPERATOR: signs runs, and which judges were checked. OFFICER: signs determinations.
    """

    ASSESSOR = "assessor"
    DEVELOPER = "developer"
    OPERATOR = "operator"
    OFFICER = "officer"


class KeyOf(msgspec.Struct, frozen=True, kw_only=True):
    """A key, and what it is for. Nothing that another key signed stands in its place.

    Attributes:
        role: see there. name: of the person who holds it. id: of the public key, as `validate key make` prints it:
            SHA-256 over the canonical form of its kind, scheme and public part, in hex.
    """

    role: Role
    name: _Line
    id: _Digest


class Prices(msgspec.Struct, frozen=True, kw_only=True):
    """What a model costs, in US dollars for a million tokens: of input, of output, and of input that is cached.

    Without a price of its own, cached input is taken as input.
    """

    input: float
    output: float
    cached: float | None = None

    @property
    def numbers(self) -> tuple[float, ...]:
        """Them in this order; two where there is no third."""
        return (self.input, self.output) if self.cached is None else (self.input, self.output, self.cached)


class Reference(msgspec.Struct, frozen=True, kw_only=True):
    """Another model, which the pattern of outcomes is held against.

    Attributes:
        name: by which runs name it, as inspect_ai does. identity: as of the model: a digest of weights, or the
            fingerprint of an endpoint. prices: of it, where the budget limits costs.
    """

    name: _Line
    identity: _Line
    prices: Prices | None = None


class PoolRef(msgspec.Struct, frozen=True, kw_only=True):
    """The pool of one domain, as its manifest has it.

    Attributes:
        domain: of the design. name, version: of the pool. root: its Merkle root. tasks: how many it has.
        families: how many of them are held out, and so can be drawn. is_open: whether its tasks are public.
    """

    domain: _Name
    name: _Name
    version: _Count
    root: _Digest
    tasks: _Count
    families: _Count
    is_open: bool = False


class Drawing(msgspec.Struct, frozen=True, kw_only=True):
    """How families are drawn (:mod:`clearinghouse.evaluation.pools.draw`).

    Attributes:
        beacon: of drand, by the name under which :mod:`clearinghouse.evaluation.pools.beacon` knows it; ``rehearsal``
            is none, for scripted agents and trials: what it says, nobody can verify.
        reveal_days: after the beacon's round within which the developer reveals its nonce; afterwards the nonce's
            digest stands in its place, and the draw says so.
    """

    beacon: Literal["quicknet", "default", "rehearsal"] = "quicknet"
    reveal_days: Annotated[int, Meta(ge=1, le=90)] = 7


class Supersedes(msgspec.Struct, frozen=True, kw_only=True):
    """The version before: SHA-256 of its file, and why there is another one."""

    sha256: _Digest
    reason: _Prose


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """A plan.

    Attributes:
        schema: always :data:`SCHEMA`. name: of the plan. version: from 1. voluntary: always :data:`VOLUNTARY`.
        supersedes: the version before; None at the first. keys: who signs what. model: what is assessed. references:
            other models, which its outcomes are held against. prices: of the model, where the budget limits costs.
        primary: the one statistic that decides, in words. design: numbers and choices by which the rule decides.
        pools: one for each domain. drawing: how families are drawn. scaffolds: that may be used. tier: of isolation, at
            least. analysis: SHA-256 of the code that computes (:mod:`.analysis`).
        expires_days: after which a determination ends.
        retest: what makes a new assessment due earlier, a sentence each. development: whether this is a trial on open
            pools, which supports no determination.
    """

    schema: Literal["clearinghouse frontier plan 2"]
    name: _Name
    version: _Count
    voluntary: str
    supersedes: Supersedes | None = None
    keys: Annotated[tuple[KeyOf, ...], Meta(max_length=64)] = ()
    model: ModelState
    references: Annotated[tuple[Reference, ...], Meta(max_length=256)] = ()
    prices: Prices | None = None
    primary: _Prose
    design: Design
    pools: Annotated[tuple[PoolRef, ...], Meta(min_length=1, max_length=64)]
    drawing: Drawing = Drawing()
    scaffolds: Annotated[tuple[_Line, ...], Meta(min_length=1, max_length=64)]
    tier: Tier = Tier.T1
    analysis: _Digest
    expires_days: Annotated[int, Meta(ge=1, le=MOST_DAYS)] = MOST_DAYS
    retest: Annotated[tuple[_Line, ...], Meta(min_length=1, max_length=64)]
    development: bool = False

    def ids(self, *roles: Role) -> frozenset[str]:
        """Return the ids of the keys of some roles; none where a trial names none."""
        return frozenset(each.id for each in self.keys if each.role in roles)

    def id_of(self, role: Role) -> str:
        """Return the id of the key of a role that one has, the assessor or the developer; empty where none is named."""
        return next(iter(sorted(self.ids(role))), "")

    def holder(self, keyid: str, role: Role) -> str:
        """Return who holds a key of a role; empty where the plan does not say."""
        return next((each.name for each in self.keys if (each.id, each.role) == (keyid, role)), "")

    @property
    def own_names(self) -> frozenset[str]:
        """Names by which runs can name the model that is assessed."""
        return frozenset({self.model.name, self.model.access} - {""})

    @property
    def reference_names(self) -> frozenset[str]:
        """Names by which runs name the references."""
        return frozenset(each.name for each in self.references)

    def prices_of(self, model: str) -> Prices | None:
        """Return what a model costs, by the name that runs have; None where the plan does not say."""
        if model in self.own_names:
            return self.prices
        return next((each.prices for each in self.references if each.name == model), None)
