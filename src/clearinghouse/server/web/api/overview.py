"""Who a key acts for, and the river as numbers."""

from django.http import HttpRequest
from ninja import Router

from clearinghouse.server.oversight import queries
from clearinghouse.server.participants.models import Participant
from clearinghouse.server.participants.scopes import Scope
from clearinghouse.server.web.api.access import Key
from clearinghouse.server.web.api.shapes import ERRORS, DayShape, MeShape, OverviewShape
from clearinghouse.server.web.middleware import reader_of

router = Router(tags=["overview"])


@router.get("/me", auth=Key(), response={200: MeShape, **ERRORS}, summary="Who this key acts for")
def me(request: HttpRequest) -> MeShape:
    """Say for which participant the key acts, and what it is good for."""
    reader = reader_of(request)
    return MeShape(
        participant=Participant.objects.get(pk=reader.participant).name,
        roles=sorted(reader.roles),
        scopes=sorted(reader.scopes or ()),
    )


@router.get(
    "/overview",
    auth=Key(Scope.OVERVIEW_READ),
    response={200: OverviewShape, **ERRORS},
    summary="The river as numbers",
)
def overview(request: HttpRequest) -> OverviewShape:
    """Numbers of the whole installation, or of what is one's own."""
    found = queries.overview(reader_of(request))
    return OverviewShape(
        as_of=found.as_of,
        scope="all" if found.whole else "own",
        reports=found.reports,
        received=found.received,
        unique=found.unique,
        validated=found.validated,
        ranked=found.ranked,
        due=found.due,
        overdue=found.overdue,
        days=[
            DayShape(day=day.day, reports=day.reports, findings=day.findings, vulnerabilities=day.vulnerabilities)
            for day in found.days
        ],
    )
