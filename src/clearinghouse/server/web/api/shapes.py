"""What the API answers with, as its document describes it."""

import datetime as dt
from typing import Any, Literal

from pydantic import BaseModel, Field


class Shape(BaseModel):
    """What all have in common: made by field names. Ninja's own base looks each field up anew, at 25 times the cost."""


class ViolationShape(Shape):
    """One thing that is wrong with a request."""

    code: str
    field: str
    reason: str


class ProblemShape(Shape):
    """RFC 9457, media type ``application/problem+json``."""

    type: str
    title: str
    status: int
    detail: str = ""
    errors: list[ViolationShape] = Field(default_factory=list)


class MarkingShape(Shape):
    """How far something may travel."""

    tlp: str
    embargo_until: dt.datetime | None = None


class ReceiptShape(Shape):
    """What is answered to a report: it is stored, and this is its name."""

    receipt: str
    status: Literal["queued", "processing", "done", "failed", "purged"]
    at: dt.datetime = Field(description="when the status last changed")
    received_at: dt.datetime
    size: int = Field(description="bytes as sent")
    digest: str | None = Field(description="SHA-256 of the bytes as sent, `sha256:` and hex; null once purged")
    marking: MarkingShape
    message: str


class ReadProblemShape(Shape):
    """One thing that is wrong with what was sent: where it is, what was expected."""

    code: str
    message: str
    level: Literal["error", "notice"]
    pointer: str | None = None
    line: int | None = None
    expected: str | None = None
    source: str


class ReportShape(ReceiptShape):
    """A report and how far the work on it is."""

    format: str
    findings: int = Field(description="findings that could be read")
    identified: int = Field(description="of these, how many are identified and ranked")
    problems: int = Field(description="violations, all of them at the address `violations`")
    filename: str = ""
    media_type: str = ""
    attachments: list[str] = Field(default_factory=list)
    violations: list[ReadProblemShape] = Field(default_factory=list, description="the first of them")


class ReportsShape(Shape):
    """Some of one's reports, newest first."""

    reports: list[ReceiptShape]
    before: str | None = Field(description="give it back as `before` for the following page; null at the end")


class ViolationsShape(Shape):
    """Some violations of a report."""

    violations: list[ReadProblemShape]
    first: int | None = Field(description="give it back as `first` for the following page; null at the end")


class OwnFindingShape(Shape):
    """One of one's own findings, ranked by one's own reports alone."""

    number: int
    title: str
    component: str
    place: str
    rule: str
    identifiers: list[str]
    weaknesses: list[str]
    state: str
    tier: str
    due: dt.date | None
    same: list[int] = Field(description="other findings of this report that are the same flaw")


class OwnFindingsShape(Shape):
    """Some findings of a report."""

    findings: list[OwnFindingShape]
    after: int | None = Field(description="give it back as `after` for the following page; null at the end")


class AttachmentShape(Shape):
    """A file that belongs to a report."""

    reference: str
    kind: str
    size: int
    received_at: dt.datetime
    filename: str = ""


class PurposeShape(Shape):
    """What a download is for; it is recorded."""

    purpose: str = Field(min_length=10, max_length=500)


class RowShape(Shape):
    """One vulnerability in a list."""

    reference: str
    title: str
    component: str
    place: str
    identifiers: list[str]
    tier: str
    due: dt.date | None
    findings: int
    finders: int
    first_seen: dt.datetime
    last_seen: dt.datetime
    marking: MarkingShape


class QueueShape(Shape):
    """Some vulnerabilities in the order of work."""

    vulnerabilities: list[RowShape]
    after: str | None = Field(description="give it back as `after` for the following page; null at the end")
    cut: bool = Field(description="more findings have these words than were looked at")


class LinkShape(Shape):
    """Why two findings are the same flaw, by their numbers."""

    later: int
    earlier: int
    reason: str
    score: float
    explanation: str
    by: str = ""


class MemberShape(Shape):
    """One finding of a vulnerability, as it was read."""

    number: int
    finder: str
    received_at: dt.datetime
    marking: MarkingShape
    finding: dict[str, Any] | None = Field(description="null where its report was purged")


class DetailShape(RowShape):
    """One vulnerability."""

    weaknesses: list[str]
    members: list[MemberShape]
    page: int
    pages: int
    links: list[LinkShape]
    attachments: list[AttachmentShape] = Field(
        description="files of its reports that the key may download; the first 200"
    )
    explanation: list[str] = Field(description="why this deadline and this place in the order")
    inputs: list[dict[str, Any]] = Field(description="the same as data: input, value, source, date, rule")


class DayShape(Shape):
    """What came on one day (UTC)."""

    day: dt.date
    reports: int
    findings: int
    vulnerabilities: int


class OverviewShape(Shape):
    """The river as numbers, as far as the reader may see it; of vulnerabilities those that they are let in to."""

    as_of: dt.date
    scope: Literal["all", "own"]
    reports: int
    received: int
    unique: int
    validated: int | None = Field(
        description="those of the flaws that a verdict says were shown; null for a key that may not read validations"
    )
    ranked: int
    due: int
    overdue: int
    days: list[DayShape]


class MeShape(Shape):
    """Who the key acts for."""

    participant: str
    roles: list[str]
    scopes: list[str]


ERRORS = dict.fromkeys((400, 401, 403, 404, 429, 503), ProblemShape)
"""What every operation may be answered with."""
