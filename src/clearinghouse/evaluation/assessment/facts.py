"""The facts of an assessment. Reports, letters and determinations are all made from them, and from nothing else."""

import msgspec

from clearinghouse.evaluation.rule.design import Design
from clearinghouse.evaluation.rule.finding import Finding, OperatingPoint
from clearinghouse.evaluation.statistics.contamination.cutoff import Cutoff
from clearinghouse.evaluation.statistics.contamination.twins import Twins
from clearinghouse.evaluation.statistics.estimate import BenchmarkAccuracy, Interval
from clearinghouse.evaluation.statistics.ordered import Comparison

SCHEMA = "clearinghouse frontier assessment 2"


class Model(msgspec.Struct, frozen=True, kw_only=True):
    """What was assessed: not a name but one state of it.

    Attributes:
        name: as its developer calls it. developer: who. identity: a digest of weights, or the fingerprint of an
            endpoint, or why there is none. safeguards: ``deployed``, ``reduced``, ``none``. access: how it was reached.
            cutoff: the last day of what it was trained on, as ISO 8601 has it; empty where that is not said.
        answered: as which models the provider answered in drawn tasks, as it says; more than one is a flag.
    """

    name: str
    developer: str
    identity: str = ""
    safeguards: str = "deployed"
    access: str = ""
    cutoff: str = ""
    answered: tuple[str, ...] = ()


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
        attempts: all. solved, failed, refused, infrastructure, budget: they add up to it. refused_in_words: of
            ``failed`` and ``budget``, those that ended with a refusal by a list of phrases, which may err.
    """

    attempts: int
    solved: int
    failed: int
    refused: int
    infrastructure: int
    budget: int
    refused_in_words: int = 0


ROLES = "roles"
"""The kind of the flag that says that one person had two roles, as the plan admits it. It is never open: a limit."""


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
        refused_in_words: attempts that count as failures and ended with a refusal by a list of phrases, which may err.
        bounds_in_words: as ``bounds_missing``, with those among the missing.
    """

    name: str
    benchmark: BenchmarkAccuracy
    pass_at_k: dict[int, float] = {}
    pass_hat_k: dict[int, float] = {}
    points: tuple[tuple[float, float, int], ...] = ()
    bounds_missing: tuple[float, float] = (0.0, 1.0)
    refused_in_words: int = 0
    bounds_in_words: tuple[float, float] = (0.0, 1.0)


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


class CanaryHit(msgspec.Struct, frozen=True, kw_only=True):
    """A canary where it should not be.

    Attributes:
        task_id, run, epoch: of the attempt in whose log it stands. of: the task that has it, or in words what does.
    """

    task_id: str
    run: str
    epoch: int
    of: str


class CanarySearch(msgspec.Struct, frozen=True, kw_only=True):
    """What a search for canaries came to.

    Attributes:
        attempts: whose logs were searched. canaries: that were searched for. hits: the first of those that are not of
            the attempt's own task. found: how many there are. unknown: canaries of no pool of this assessment.
    """

    attempts: int
    canaries: int
    hits: tuple[CanaryHit, ...]
    found: int
    unknown: int


class Contamination(msgspec.Struct, frozen=True, kw_only=True):
    """What screens for contamination came to; None where one could not be done.

    Attributes:
        canaries: of the pools, in the logs. cutoff: tasks that were public before the model's data ended beside newer
            ones. twins: public tasks beside their twins. unscreened: what was not done, and why, each as the end of
            "contamination was not screened".
    """

    canaries: CanarySearch | None
    cutoff: Cutoff | None
    twins: Twins | None
    unscreened: tuple[str, ...]


class StepReached(msgspec.Struct, frozen=True, kw_only=True):
    """One step of a task.

    Attributes:
        name, weight: of it. seen: attempts that did it and all before it. interval: of their share. reached: the
            share that is estimated if attempts that were cut short had gone on as the others; None where nothing says.
    """

    name: str
    weight: float
    seen: int
    interval: Interval
    reached: float | None


class RangeSteps(msgspec.Struct, frozen=True, kw_only=True):
    """How far attempts at one task come.

    Attributes:
        task_id, domain: of it. attempts: at it. cut_short: that could have gone on. steps: in order. expected: mean sum
            of weights of steps done, estimated. expected_seen: as it was seen. most: the sum of all weights.
    """

    task_id: str
    domain: str
    attempts: int
    cut_short: int
    steps: tuple[StepReached, ...]
    expected: float
    expected_seen: float
    most: float


class Steps(msgspec.Struct, frozen=True, kw_only=True):
    """How far attempts come at tasks that are scored by steps; secondary, and nothing rests on it.

    Attributes:
        tasks: each. others: other models beside this one, by the odds to pass a step. without: why there are none.
    """

    tasks: tuple[RangeSteps, ...] = ()
    others: tuple[Comparison, ...] = ()
    without: str = ""


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
            threshold could try values until the digest of this file is the one that is cited. contamination: what
            screens for it came to. steps: how far attempts come at tasks that have some.
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
    contamination: Contamination = Contamination(canaries=None, cutoff=None, twins=None, unscreened=())
    steps: Steps = Steps()
    schema: str = SCHEMA

    @property
    def answered(self) -> tuple[str, ...]:
        """As which models the provider answered in drawn tasks."""
        return self.model.answered
