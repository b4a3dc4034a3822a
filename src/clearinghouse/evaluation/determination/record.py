"""What a determination holds. Everything in it may be read by anybody who has it.

What is withheld stands in it as a salted commitment with the ground for withholding it; the words themselves are kept
apart (:class:`Opening`) and can be shown later to those whom the record names. So no document that is made from a
record can give away what was withheld.

Numbers with a fraction are text, because a record is signed as canonical JSON.
"""

from enum import StrEnum
from typing import Annotated, TypeAlias

import msgspec

from clearinghouse.evaluation.assessment.facts import PlanRef
from clearinghouse.evaluation.determination.words import VOLUNTARY
from clearinghouse.evaluation.rule.finding import Verdict
from clearinghouse.trust.statement import Sha256

SCHEMA = "clearinghouse frontier determination 1"
MOST_DAYS = 183
"""Calendar days after which every determination has lapsed (rule R9)."""
MOST_ITEMS = 1_000
"""The longest list in a record."""

Line = Annotated[str, msgspec.Meta(max_length=500)]
"""A name or title."""
Number = Annotated[str, msgspec.Meta(pattern=r"\A[A-Za-z0-9][A-Za-z0-9._-]{0,79}\Z")]
"""What a determination is cited by, and its files are named by."""
Words = Annotated[str, msgspec.Meta(max_length=20_000)]
"""Some sentences."""


class Conclusion(StrEnum):
    """What the officer concludes. None of them says what may be done with a model."""

    COVERED = "covered"
    NOT_COVERED = "not_covered"
    INDETERMINATE = "indeterminate"


class Audience(StrEnum):
    """To whom something may be shown. They are sets of readers, not ranks: each thing names all of its own.

    Attributes:
        PUBLIC: everybody. DEVELOPER: of the model. OVERSEER: who watches over the office, such as an inspector general
            or the Government Accountability Office. COURT: a court, in camera.
    """

    PUBLIC = "public"
    DEVELOPER = "developer"
    OVERSEER = "overseer"
    COURT = "court"


class Withheld(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Words that are not shown here.

    Attributes:
        commitment: to the words (:func:`clearinghouse.trust.commitment.commit`). ground: why, in words that may be
            shown. audiences: who may be shown them.
    """

    commitment: Sha256
    ground: Line
    audiences: tuple[Audience, ...] = ()


class Opening(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What opens a commitment of a record. It is kept apart from it. ``salt``: 64 hexadecimal digits."""

    commitment: Sha256
    salt: Sha256
    words: Words


Passage: TypeAlias = Words | Withheld
"""Words, or what stands for them."""


class Person(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody who acts.

    Attributes:
        name, office, organisation: as they are to be read. key: the id of the key with which this person signs.
    """

    name: Line
    office: Line
    organisation: Line = ""
    key: Line = ""


class AssessmentRef(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which assessment.

    Attributes:
        sha256: of its file. made: when, in UTC. analysis: digest of the code. development, scripted: see
            :class:`~clearinghouse.evaluation.assessment.facts.Assessment`.
    """

    sha256: Sha256
    made: Line
    analysis: Line
    development: bool = False
    scripted: bool = False


class ModelState(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which state of which model, with what it was given: a change of any of these is material (rule R9).

    Attributes:
        name, developer, identity, safeguards, access: of the model. scaffold: that it worked in. tokens, messages:
            of one attempt. cost: in US dollars, empty where it was not limited. seconds: of work.
    """

    name: Line
    developer: Line
    identity: Line
    safeguards: Line
    scaffold: Line
    tokens: int
    messages: int
    seconds: Line
    cost: Line = ""
    access: Line = ""


class ThresholdRef(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which criterion of one domain. ``covered`` and ``watch`` are empty where only a commitment is known."""

    domain: Line
    identifier: Line
    commitment: Line = ""
    covered: Line = ""
    watch: Line = ""


class FindingRef(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the rule found.

    Attributes:
        verdict, before, stage: of the finding. domains: the verdict of each by its name. above_watch: names of domains
            above their watch threshold.
    """

    verdict: Verdict
    before: Verdict
    stage: int
    domains: dict[str, Verdict]
    above_watch: tuple[Line, ...] = ()


class Consulted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody who was asked. ``at``: when, in UTC. ``opinion``: what they said."""

    name: Line
    role: Line
    at: Line
    opinion: Passage


class Interest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What somebody declared of their interests; that they have none is a declaration too."""

    name: Line
    says: Words


class Roles(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who did what, all of them different people, and none of them the officer.

    Attributes:
        requester: who asked for the assessment. operator: who ran it. analyst: who computed and wrote it.
        custodians: who hold shares of the pools' keys.
    """

    requester: Line
    operator: Line
    analyst: Line
    custodians: tuple[Line, ...]


class Evidence(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing that is cited: its name (its path in the package, where it is in one) and the SHA-256 of its bytes."""

    name: Line
    sha256: Sha256


class Dissent(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody who does not agree, and what they say."""

    name: Line
    says: Passage


class Change(StrEnum):
    """What makes a re-test due. The first four are material: with them a determination lapses (rule R9).

    Attributes:
        IDENTITY, SAFEGUARDS, SCAFFOLD, BUDGET: of what was assessed, another one. WATCH: the watch threshold is
            passed. DATE: a day has come.
    """

    IDENTITY = "identity"
    SAFEGUARDS = "safeguards"
    SCAFFOLD = "scaffold"
    BUDGET = "budget"
    WATCH = "watch"
    DATE = "date"


MATERIAL = frozenset({Change.IDENTITY, Change.SAFEGUARDS, Change.SCAFFOLD, Change.BUDGET})


class Trigger(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What will make a re-test due. ``at``: the moment in UTC, of a date only."""

    change: Change
    says: Words
    at: Line = ""


class Review(StrEnum):
    """What a reconsideration looks at again (rule R10)."""

    ARITHMETIC = "arithmetic"
    FRESH_DRAW = "fresh_draw"
    OWN_SCAFFOLD = "own_scaffold"
    OTHER_PANEL = "other_panel"


class Outcome(StrEnum):
    """What a reconsideration came to."""

    UPHELD = "upheld"
    CHANGED = "changed"
    INDETERMINATE = "indeterminate"


class Reconsidered(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which determination this one reconsiders.

    Attributes:
        number, sha256: of it and of its statement. review: what was looked at. outcome: what it came to.
    """

    number: Number
    sha256: Sha256
    review: Review
    outcome: Outcome


class Determination(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One determination, in the form in which it is signed.

    Attributes:
        number: by which it is cited. assessment, plan, model, thresholds, finding: what it is about.
        conclusion: the officer's. differing: where it is another than the finding's, what the officer says to that;
            empty where it is not. decided_by: the officer. roles: the others. consulted, interests, evidence: see
            there. reasons: that may be read. withheld: those that may not. dissent: who does not agree.
        decided, expires: when, in UTC; at most 183 days apart. triggers: of a re-test. supersedes: number of an
            earlier one of the same model that this one takes the place of; empty where there is none. reconsiders:
            where this one answers a reconsideration. days_to_ask: calendar days within which the developer may ask for
            one; from the plan. voluntary: always :data:`~clearinghouse.evaluation.determination.words.VOLUNTARY`.
    """

    number: Number
    assessment: AssessmentRef
    plan: PlanRef
    model: ModelState
    thresholds: Annotated[tuple[ThresholdRef, ...], msgspec.Meta(max_length=MOST_ITEMS)]
    finding: FindingRef
    conclusion: Conclusion
    decided_by: Person
    roles: Roles
    consulted: Annotated[tuple[Consulted, ...], msgspec.Meta(max_length=MOST_ITEMS)]
    interests: Annotated[tuple[Interest, ...], msgspec.Meta(max_length=MOST_ITEMS)]
    evidence: Annotated[tuple[Evidence, ...], msgspec.Meta(max_length=MOST_ITEMS)]
    reasons: Annotated[tuple[Words, ...], msgspec.Meta(max_length=MOST_ITEMS)]
    decided: Line
    expires: Line
    triggers: tuple[Trigger, ...]
    days_to_ask: int
    differing: Words = ""
    withheld: Annotated[tuple[Withheld, ...], msgspec.Meta(max_length=MOST_ITEMS)] = ()
    dissent: Annotated[tuple[Dissent, ...], msgspec.Meta(max_length=MOST_ITEMS)] = ()
    supersedes: Line = ""
    reconsiders: Reconsidered | None = None
    voluntary: str = VOLUNTARY
    schema: str = SCHEMA

    @property
    def differs(self) -> bool:
        """Whether the officer concludes something else than the rule found."""
        return self.conclusion.value != self.finding.verdict.value

    @property
    def sentence(self) -> str:
        """The conclusion in one sentence, with the finding where that is another."""
        said = _SAYS[self.conclusion].format(model=self.model.name)
        if not self.differs:
            return f"{said} This agrees with the finding of the registered rule."
        found = self.finding.verdict.value.replace("_", " ")
        return f"{said} The registered rule found otherwise: {found}. The officer states why."


_SAYS = {
    Conclusion.COVERED: "The officer concludes that {model} in the state assessed has the capability described.",
    Conclusion.NOT_COVERED: "The officer concludes that {model} in the state assessed lacks the capability described.",
    Conclusion.INDETERMINATE: "The officer concludes that the evidence does not decide about {model}.",
}
