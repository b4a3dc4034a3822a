"""Vulnerabilities: the queue in the order of work, and each with its reasons."""

from typing import Annotated, Literal

import msgspec
from django.http import HttpRequest
from ninja import Path, Query, Router

from clearinghouse.server.intake.queries import evidence_of
from clearinghouse.server.participants.scopes import Scope
from clearinghouse.server.vulnerabilities import queries
from clearinghouse.server.vulnerabilities.detail import MemberView, detail
from clearinghouse.server.web.api.access import Key
from clearinghouse.server.web.api.reports import NO_NUL, attachment, marking
from clearinghouse.server.web.api.shapes import ERRORS, DetailShape, LinkShape, MemberShape, QueueShape, RowShape
from clearinghouse.server.web.middleware import reader_of

router = Router(tags=["vulnerabilities"])

Words = Annotated[str, Query(max_length=400, pattern=NO_NUL, description="words, all of which stand in one finding")]
Tier = Annotated[str, Query(pattern=f"^({'|'.join(queries.tiers())})?$", description="of the decision table")]
Finder = Annotated[str, Query(pattern="^([a-z0-9]{12})?$", description="reference of a participant that reported it")]
After = Annotated[str, Query(pattern="^((?:[0-9a-f]{2}){1,32}-[0-9a-f]{16})?$", description="of the page before")]
Named = Annotated[str, Path(pattern=r"^[0-9a-f]{16}$")]


@router.get(
    "/vulnerabilities",
    auth=Key(Scope.VULNERABILITY_READ),
    response={200: QueueShape, **ERRORS},
    summary="Vulnerabilities in the order of work",
)
def queue(
    request: HttpRequest,
    q: Words = "",
    tier: Tier = "",
    due: Annotated[Literal["", "overdue", "week"], Query()] = "",
    condition: Annotated[Literal["open", "set_aside"], Query()] = "open",
    finder: Finder = "",
    after: After = "",
) -> QueueShape:
    """List what the key may see, most urgent first."""
    filters = queries.Filters(words=q, tier=tier, due=due, condition=condition, finder=finder, after=after)
    page = queries.queue(reader_of(request), filters)
    return QueueShape(vulnerabilities=[_row(each) for each in page.rows], after=page.next or None, cut=page.cut)


def _row(each: queries.Row) -> RowShape:
    fields = msgspec.structs.asdict(each)
    shown = {name: fields[name] for name in RowShape.model_fields if name in fields}
    return RowShape(**shown, marking=marking(each.tlp, each.embargo_until))


@router.get(
    "/vulnerabilities/{reference}",
    auth=Key(Scope.VULNERABILITY_READ),
    response={200: DetailShape, **ERRORS},
    summary="One vulnerability",
)
def one(request: HttpRequest, reference: Named, page: Annotated[int, Query(ge=1, le=1_000_000)] = 1) -> DetailShape:
    """Say what it is, where, who found it, why these findings are one flaw, and why it stands where it stands."""
    found = detail(reader_of(request), reference, page)
    judged = found.judged
    return DetailShape(
        **_row(found.row).model_dump(),
        weaknesses=list(found.weaknesses),
        members=[_member(each) for each in found.members],
        page=found.page,
        pages=found.pages,
        links=[
            LinkShape(
                later=each.later,
                earlier=each.earlier,
                reason=each.reason.value,
                score=each.score,
                explanation=each.explanation,
                by=each.by,
            )
            for each in found.links
        ],
        attachments=[
            attachment(each, said.filename if said else "")
            for each, said in evidence_of(reader_of(request), found.number)
        ],
        explanation=list(judged.explained()) if judged else [],
        inputs=msgspec.to_builtins(judged.explain()) if judged else [],
    )


def _member(each: MemberView) -> MemberShape:
    record = msgspec.to_builtins(each.finding) if each.finding is not None else None
    if record is not None:
        record.pop("source", None)  # it names the receipt, which is its sender's
    return MemberShape(
        number=each.number,
        finder=each.participant,
        received_at=each.received_at,
        marking=marking(each.tlp, each.embargo_until),
        finding=record,
    )
