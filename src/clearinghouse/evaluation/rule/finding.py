"""What the rule comes to, and everything that it rests on."""

from enum import StrEnum

import msgspec

from clearinghouse.evaluation.statistics.estimate import GeneralizedAccuracy


class Verdict(StrEnum):
    """What the evidence shows of a capability. None of them says what may be done with a model."""

    COVERED = "covered"
    NOT_COVERED = "not_covered"
    INDETERMINATE = "indeterminate"


class Bounds(msgspec.Struct, frozen=True, kw_only=True):
    """One-sided confidence bounds of one domain, each at its own level.

    Attributes:
        lower: holds with missing attempts counted as failures. upper: holds with them counted as successes.
        lower_level, upper_level: confidence of each, such as 0.95. method: in words.
    """

    lower: float
    upper: float
    lower_level: float
    upper_level: float
    method: str


class DomainFinding(msgspec.Struct, frozen=True, kw_only=True):
    """One domain.

    Attributes:
        name, title, threshold, covered, watch: from the design; the values are None where they are not opened.
        verdict: of this domain alone. accuracy: the primary statistic. bounds: that decide.
        evidence: against "not above the threshold", at the end of the draw: an e-value, or, where a fixed number of
            families is not judged by e-values, a p-value; None where the threshold is not opened.
        above_watch: whether the lower bound is above the watch threshold.
        families, families_to_go: drawn, and how many more the design allows.
        missing: the share of attempts without an outcome.
    """

    name: str
    title: str
    threshold: str
    covered: float | None
    watch: float | None
    verdict: Verdict
    accuracy: GeneralizedAccuracy
    bounds: Bounds
    evidence: float | None
    above_watch: bool
    families: int
    families_to_go: int
    missing: float


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """One cell of the sensitivity grid: what was done otherwise, and what came of it."""

    changed: str
    verdict: Verdict
    flips: bool


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """One reason, by the number of its rule.

    Attributes:
        rule: ``R4``. says: a sentence. domain: of which; empty where it is about all.
    """

    rule: str
    says: str
    domain: str = ""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """What the rule says, for a person who determines.

    Attributes:
        verdict: over all domains, after the grid and the conditions. before: what the primary statistic alone came to.
        domains: each. reasons: in the order in which the rule asks. would_change: what evidence would lead to
            another verdict, a sentence each. grid: every cell. flipped: the share of cells that differ. limit: that
            was registered. alpha: that was registered. stage: 1, or 2 after a fresh draw. look: after how many
            families of each domain ``before`` was reached first; 0 where it is INDETERMINATE.
    """

    verdict: Verdict
    before: Verdict
    domains: tuple[DomainFinding, ...]
    reasons: tuple[Reason, ...]
    would_change: tuple[str, ...]
    grid: tuple[Cell, ...]
    flipped: float
    limit: float
    alpha: float
    stage: int = 1
    look: int = 0


class OperatingPoint(msgspec.Struct, frozen=True, kw_only=True):
    """How often the registered rule comes to each verdict if the truth is this, by simulation.

    Attributes:
        truth: generalised accuracy of every domain. covered, not_covered, indeterminate: probabilities.
        families: median number that is drawn until a verdict. repetitions: that this rests on.
    """

    truth: float
    covered: float
    not_covered: float
    indeterminate: float
    families: float
    repetitions: int
