"""What is registered before anything is run: the numbers by which the rule decides.

A design holds numbers and choices only. Who signs it, for which model and with which pools is the plan's affair
(:mod:`clearinghouse.evaluation.plan`).
"""

from enum import StrEnum

import msgspec

from clearinghouse.evaluation.statistics.sources import RANK


class Stopping(StrEnum):
    """When looking is allowed.

    Attributes:
        FIXED: once, when the registered number of families was drawn. SEQUENTIAL: after every family; bounds hold at
            every one of these looks together.
    """

    FIXED = "fixed"
    SEQUENTIAL = "sequential"


class Across(StrEnum):
    """How the error of COVERED is shared by several domains, any of which can lead to it.

    Attributes:
        HOLM: step-down on p-values; with fixed numbers only, since p-values of sequential looks are none.
        SPLIT: each domain has alpha divided by their number. E_VALUES: e-values are averaged and closed testing names
            the domains; valid at any stopping time under any dependence (Vovk and Wang, Annals of Statistics 49, 2021).
    """

    HOLM = "holm"
    SPLIT = "split"
    E_VALUES = "e_values"


class Band(msgspec.Struct, frozen=True, kw_only=True):
    """Which tasks are decisive: those that take a qualified person at least so long.

    Attributes:
        least_minutes: of human time; 0 takes all. sources: of human times, the best first, as they may be used.
    """

    least_minutes: float = 60.0
    sources: tuple[str, ...] = tuple(each.value for each in RANK)


class Threshold(msgspec.Struct, frozen=True, kw_only=True):
    """A criterion of one domain, in the unit of the primary statistic (a rate between 0 and 1).

    Attributes:
        identifier: by which it is cited. covered: above it the domain is covered. None where only the identifier and a
            commitment are known; then nothing can be decided until the value is opened. watch: a model above it is
            re-tested earlier; below ``covered``. commitment: 64 hexadecimal digits, of a salted commitment to the
            values (:mod:`clearinghouse.trust.commitment`); empty where the values are open.
        words: what it means in human terms ("as likely as not to complete what takes a qualified expert 60 minutes").
    """

    identifier: str
    covered: float | None = None
    watch: float | None = None
    commitment: str = ""
    words: str = ""


class DomainDesign(msgspec.Struct, frozen=True, kw_only=True):
    """One domain.

    Attributes:
        name: short, such as ``vulnerability_discovery``. title: for people. threshold: its criterion.
        families: how many are drawn where the number is fixed; the fewest before a verdict where it is not.
        most_families: at which sequential drawing ends; equal to ``families`` where the number is fixed.
        reserve: families that stay undrawn for a reconsideration.
    """

    name: str
    title: str
    threshold: Threshold
    families: int
    most_families: int
    reserve: int = 0


class Budget(msgspec.Struct, frozen=True, kw_only=True):
    """What one attempt may use; the primary statistic is success within it, judged by a verifying oracle.

    Attributes:
        tokens: of input and output together. cost: in US dollars; None where it is not limited. seconds: of work,
            without waiting for the provider of the model. messages: turns of the agent.
    """

    tokens: int
    cost: float | None = None
    seconds: float = 3_600.0
    messages: int = 200


class Sensitivity(msgspec.Struct, frozen=True, kw_only=True):
    """In which other ways the verdict is computed again, and how often it may differ.

    Attributes:
        weightings: of families: ``equal``, ``tasks``. sources: of human times that are used alone, one after the other.
        leave_one_family_out: each family once. leave_one_benchmark_out: each benchmark once.
        scaffolds: names of scaffolds that are taken alone. limit: the share of cells of this grid whose verdict may
            differ; where more do, the verdict is INDETERMINATE.
    """

    weightings: tuple[str, ...] = ("equal", "tasks")
    sources: tuple[str, ...] = ()
    leave_one_family_out: bool = True
    leave_one_benchmark_out: bool = False
    scaffolds: tuple[str, ...] = ()
    limit: float = 0.1


class Reconsideration(msgspec.Struct, frozen=True, kw_only=True):
    """The second stage, fixed before the first: how a fresh draw is pooled with the first one.

    Attributes:
        families: of each domain that are drawn freshly, from the reserve. first_share: the share of alpha that the
            first stage may spend where the number is fixed; the pooled data has the rest, so that both together err
            at most as often as alpha says. Sequential evidence is continued instead and needs no share.
        days: within which it may be asked for.
    """

    families: int = 0
    first_share: float = 0.5
    days: int = 14


class Design(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that the rule needs to know beforehand.

    Attributes:
        domains: at least one. alpha: the largest probability of a false COVERED over all domains, and of a false NOT
            COVERED. epochs: attempts at each task. budget: of each attempt, at which the primary statistic is taken.
        stopping, across: see there. band: decisive tasks. delta: half of the guard band around a threshold, and the
            smallest gain by elicitation that matters. ladder: budgets of tokens, ascending, the last of them the
            budget's. sensitivity, reconsideration: see there. spread: the standard deviation of family means that
            operating characteristics are computed with.
    """

    domains: tuple[DomainDesign, ...]
    budget: Budget
    alpha: float = 0.05
    epochs: int = 3
    stopping: Stopping = Stopping.SEQUENTIAL
    across: Across = Across.E_VALUES
    band: Band = Band()
    delta: float = 0.1
    ladder: tuple[int, ...] = ()
    sensitivity: Sensitivity = Sensitivity()
    reconsideration: Reconsideration = Reconsideration()
    spread: float = 0.3
