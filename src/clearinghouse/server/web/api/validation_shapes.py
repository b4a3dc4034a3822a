"""What operations about validations answer, as JSON has it."""

import datetime as dt
from typing import Literal

from pydantic import Field

from clearinghouse.server.web.api.shapes import Shape


class EvidenceShape(Shape):
    """Something that a validation rests on and that the key may download."""

    number: int
    name: str
    size: int
    given: bool = Field(description="a file of the recipe, not something that the runs wrote")
    cut: bool = Field(description="more was written than is kept; size and digest are of what is kept")


class VerdictShape(Shape):
    """A signed verdict, verified when this was answered."""

    reference: str
    by: str = Field(
        description="who signed it: empty is this installation, and `another organisation` a participant that is named"
        " only to coordinators and to its own keys"
    )
    standing: Literal["verified", "tampered", "revoked", "destroyed"]
    why: str = Field(description="of a verdict that is believed its reason, else what is wrong with it")
    verdict: str | None = Field(description="null where it is not believed")
    keyid: str = Field(description="of the key that signed it; empty where who signed it is not named")
    at: dt.datetime


class ValidationShape(Shape):
    """One execution of a reproducer."""

    reference: str
    receipt: str | None = Field(description="of the report that it belongs to; null where that is somebody else's")
    state: Literal["queued", "running", "done", "refused", "failed", "cancelled", "purged"]
    at: dt.datetime = Field(description="when the state last changed")
    requested_at: dt.datetime
    title: str | None = Field(description="of the recipe; null once purged")
    affected: str = ""
    fixed: str = ""
    recipe: str | None = Field(description="SHA-256 of the recipe and its files, by which verdicts name it")
    least: str = Field(description="the tier of isolation that it needs")
    because: list[str] = Field(default_factory=list)
    tier: str = Field(description="the tier that it had; empty before it ran")
    refused: str = ""
    progress: str = ""
    attempts: int = 0
    tampered: bool = Field(description="something of it was changed where it is kept")
    verdict: VerdictShape | None = None
    evidence: list[EvidenceShape] = Field(default_factory=list)


class ValidationsShape(Shape):
    """Some validations, newest first."""

    validations: list[ValidationShape]
    before: str | None = Field(description="give it back as `before` for the following page; null at the end")


class AgreementShape(Shape):
    """What signed verdicts come to together; who found the flaw is not counted."""

    standing: Literal["none", "some", "quorum", "denied", "disagreement"]
    quorum: int
    confirm: int
    deny: int
    undecided: int
    finder: str | None = Field(description="what the finder's own signed verdict says")


class CheckShape(Shape):
    """One point of the checklist."""

    point: Literal[
        "recipe",
        "tested_version",
        "reproducer_runs",
        "benign_control",
        "not_fixed_in_newest",
        "fix_stops_it",
        "confirmed_by_others",
    ]
    answer: Literal["yes", "no", "partly", "unknown", "waits"]
    why: str


class SameRemedyShape(Shape):
    """One fix stops a reproducer of this flaw and one of another: perhaps they are one, which a person decides."""

    other: str = Field(description="reference of the other flaw")
    reason: Literal["remedy"] = "remedy"
    kind: Literal["patch", "release"] = Field(description="a release holds many changes, so it says far less")
    verdicts: list[str] = Field(description="references of the verdicts, of this flaw and of the other")
    stopped: int = Field(description="flaws whose reproducers it stops, as far as the key may see")
    score: float | None = Field(description="null where the parts of the patch say more")
    parts: Literal["shared", "apart", "unknown"] | None = Field(
        description="whether one hunk stops both, or they can be fixed apart; null where nobody looked"
    )
    explanation: str


class TogetherShape(Shape):
    """Everything that validations say of one flaw or report, as far as the key may see."""

    checklist: list[CheckShape]
    agreement: AgreementShape
    verdicts: list[VerdictShape]
    validations: list[ValidationShape]
    perhaps_the_same: list[SameRemedyShape] = Field(
        default_factory=list, description="of a flaw: others of which the same fix stops a reproducer"
    )


class VerdictKeyShape(Shape):
    """A public key by which this installation signs, or signed."""

    keyid: str
    sha256: str
    pem: str
    since: dt.datetime


class VerdictKeysShape(Shape):
    """The public keys of this installation."""

    keys: list[VerdictKeyShape]


class SigningKeyShape(Shape):
    """A public key whose signatures on verdicts count for the participant of the key that asks."""

    reference: str
    name: str
    keyid: str
    sha256: str
    proved: bool
    since: dt.datetime


class SigningKeysShape(Shape):
    """The keys by which the participant signs verdicts. They are registered and revoked by a steward, on a page."""

    keys: list[SigningKeyShape]
