"""The first page: what needs whom now, and the river as numbers."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from clearinghouse.server.access.reader import Reader
from clearinghouse.server.intake import queries as intake
from clearinghouse.server.jobs.queries import dead_letters
from clearinghouse.server.oversight import glass
from clearinghouse.server.oversight.queries import Overview, overview
from clearinghouse.server.vulnerabilities.queries import Filters, queue
from clearinghouse.server.web.charts import Point, bars
from clearinghouse.server.web.middleware import reader_of
from clearinghouse.server.web.pages.frame import anyone, has_overview, page, runs, sends, watches_queue
from clearinghouse.server.web.river import STAGES, Stage, river

_FIRST = 5


@page(anyone)
def show(request: HttpRequest) -> HttpResponse:
    """Draw the overview."""
    reader = reader_of(request)
    if not has_overview(reader):
        return redirect("worklist")
    found = overview(reader)
    sees_queue = watches_queue(reader)
    context = {
        "overview": found,
        # what was shared with one is no part of what one sent
        "river": river(_stages(found, sees_queue=sees_queue, sends=sends(reader)), shares=found.whole),
        "tiers": [(tier, count) for tier, count in found.by_tier.items()] if sees_queue else [],
        "first": queue(reader, Filters(), _FIRST).rows if sees_queue else [],
        "charts": _charts(found),
        "sees_queue": sees_queue,
        "sends": sends(reader),
        "running": _running(reader) if runs(reader) else None,
        "recent": intake.reports(reader, mine=True, size=_FIRST) if sends(reader) else None,
    }
    return render(request, "web/pages/overview.html", context)


def _running(reader: Reader) -> dict[str, int]:
    """What waits for who runs the installation."""
    waiting = [each for each in glass.requests(reader).waiting if glass.may_agree(reader, each)]
    return {"failed": dead_letters(reader).count(), "glass": len(waiting)}


def _stages(found: Overview, *, sees_queue: bool, sends: bool) -> list[Stage]:
    queue_url = reverse("queue") if sees_queue else ""
    reports_url = reverse("reports") if sends or sees_queue else ""
    known = [Stage(name="Received", count=found.received, url=reports_url, note="findings")]
    if found.whole or sees_queue:
        known.append(Stage(name="Unique", count=found.unique, url=queue_url, note="open flaws"))
        shown = reverse("validations")
        known.append(Stage(name="Validated", count=found.validated, url=shown, note="shown to be real"))
    else:  # senders are told nothing that hangs on what others sent
        known += [Stage(name=name, unknown="not told") for name in ("Unique", "Validated")]
    return known + [Stage(name=name) for name in STAGES[len(known) :]]


def _charts(found: Overview) -> list[object]:
    if not any(day.findings for day in found.days):
        return []
    received = [Point(label=f"{day.day:%-d %b}", value=day.findings) for day in found.days]
    charts = [bars("received", "Findings received a day, last 30 days (UTC)", received, unit="findings")]
    if found.whole:
        new = [Point(label=f"{day.day:%-d %b}", value=day.vulnerabilities) for day in found.days]
        charts.append(bars("new", "Of these, flaws that were not known before", new, unit="flaws"))
    return list(charts)
