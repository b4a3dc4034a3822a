"""The facts of an assessment. Reports, letters and determinations are all made from them, and from nothing else."""

import msgspec

from clearinghouse.evaluation.rule.design import Design
from clearinghouse.evaluation.rule.finding import Finding, OperatingPoint
from clearinghouse.evaluation.statistics.estimate import BenchmarkAccuracy, Interval

SCHEMA = "clearinghouse frontier assessment 2"


class Model(msgspec.Struct, frozen=True, kw_only=True):
    """What was assessed: not a name but one state of it.

    Attributes:
        name: as its developer calls it. developer: who. identity: a digest of weights, or the fingerprint of an
            endpoint. safeguards: ``deployed``, ``reduced``, ``none``. access: how it was reached.
    """

    name: str
    developer: str
    identity: str = ""
    safeguards: str = "deployed"
    access: str = ""


class PlanRef(msgspec.Struct, frozen=True, kw_only=True):
    """Which plan: its name, version and SHA-256, and when it was signed, in UTC."""

    name: str
    version: int
    sha256: str
    signed: str


class Rung(msgspec.Struct, frozen=True, kw_only=True):
    """One budget of the elicitation ladder: success on the development split.

    Attributes:
        tokens: the budget. value: mean success. interval: two-sided. gain: over the rung before; None at the first.
        gain_upper: the one-sided upper bound of that gain. attempts: it rests on.
    """

    tokens: int
    value: float
    interval: Interval
    gain: float | None = None
    gain_upper: float | None = None
    attempts: int = 0


class Elicitation(msgspec.Struct, frozen=True, kw_only=True):
    """How hard it was tried.

    Attributes:
        rungs: ascending. saturated: whether the upper bound of the last gain is below delta. delta: as registered.
        scaffold: that was used. weaker_than_public: whether a stronger scaffold is known publicly.
    """

    rungs: tuple[Rung, ...]
    saturated: bool
    delta: float
    scaffold: str = ""
    weaker_than_public: bool = False


class Losses(msgspec.Struct, frozen=True, kw_only=True):
    """Attempts by how they ended. ``refused`` and ``infrastructure`` have no outcome; ``budget`` is a failure.

    Attributes:
        attempts: all. solved, failed, refused, infrastructure, budget: they add up to it.
    """

    attempts: int
    solved: int
    failed: int
    refused: int
    infrastructure: int
    budget: int


class Flag(msgspec.Struct, frozen=True, kw_only=True):
    """Something that lessens what the evidence can support.

    Attributes:
        kind: ``contamination``, ``sandbagging``, ``verifier``, ``sealing``, ``exposure`` and others.
        says: a sentence. is_open: whether it stands in the way of NOT COVERED (rule R5).
    """

    kind: str
    says: str
    is_open: bool = True


class DomainResult(msgspec.Struct, frozen=True, kw_only=True):
    """What stands beside the primary statistic of one domain.

    Attributes:
        name: of the domain. benchmark: success on these tasks. pass_at_k: by k, one of k attempts succeeds.
        pass_hat_k: by k, all of k succeed. points: (human minutes, mean success, attempts) of each task.
        bounds_missing: mean success if every missing outcome were a failure, and if it were a success.
    """

    name: str
    benchmark: BenchmarkAccuracy
    pass_at_k: dict[int, float] = {}
    pass_hat_k: dict[int, float] = {}
    points: tuple[tuple[float, float, int], ...] = ()
    bounds_missing: tuple[float, float] = (0.0, 1.0)


class Horizon(msgspec.Struct, frozen=True, kw_only=True):
    """The human time of tasks that succeed with a certain probability, in minutes.

    Attributes:
        intercept, slope: of the logistic curve over log2 of minutes. p50, p80: with intervals; None where the data do
            not give any. censored50, censored80: whether it lies beyond what tasks can show. untimed: whether no person
            was timed at any of the tasks, so that nothing confirms it. reason: why none, censored or not confirmed.
    """

    intercept: float | None
    slope: float | None
    p50: float | None
    p50_interval: Interval | None
    p80: float | None
    p80_interval: Interval | None
    censored50: bool = False
    censored80: bool = False
    untimed: bool = False
    reason: str = ""


class Ability(msgspec.Struct, frozen=True, kw_only=True):
    """One model on the scale on which 200 points are three times the odds of success, on any task.

    Attributes:
        model: its name. points: 1000 solve half of the tasks of mean difficulty. error: standard, in points. bound:
            ``all`` or ``none`` where every or no attempt succeeded, so that the points are kept finite by a penalty.
    """

    model: str
    points: float
    error: float
    bound: str = ""


class Assessment(msgspec.Struct, frozen=True, kw_only=True):
    """One assessment.

    Attributes:
        plan, model, design: what was registered. finding: what the rule says. domains: what stands beside it.
        made: when, in UTC. analysis: digest of the code that computed it, and its version. tier_demanded,
        tier_reached: of isolation. pools: roots by name of domain. logs: SHA-256 of each log by its name.
        development: whether all this rests on a pool that is open, so that it can support no determination.
        scripted: whether what ran was a scripted agent and no model. abilities: of this model and of those that it was
            held against, on one scale; none where there were none. blinding: 64 hexadecimal digits that follow from
            what opens thresholds under commitments; empty where none was opened. Without them whoever knows all but a
            threshold could try values until the digest of this file is the one that is cited.
    """

    plan: PlanRef
    model: Model
    design: Design
    finding: Finding
    domains: tuple[DomainResult, ...]
    horizon: Horizon | None
    elicitation: Elicitation
    losses: Losses
    flags: tuple[Flag, ...]
    operating: tuple[OperatingPoint, ...]
    made: str
    analysis: str
    analysis_version: str
    tier_demanded: str
    tier_reached: str
    pools: dict[str, str]
    logs: dict[str, str]
    development: bool = False
    scripted: bool = False
    abilities: tuple[Ability, ...] = ()
    blinding: str = ""
    schema: str = SCHEMA
