"""Break-glass: an administrator looks at something that is closed to them, because a second person agreed."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from clearinghouse.server.access.models import BreakGlass, ObjectKind
from clearinghouse.server.access.reader import Reader
from clearinghouse.server.oversight import glass
from clearinghouse.server.web.middleware import reader_of
from clearinghouse.server.web.pages.frame import act, page, runs

_PAGES = {ObjectKind.REPORT: "report", ObjectKind.VULNERABILITY: "vulnerability"}
_WORDS = {ObjectKind.REPORT: "report", ObjectKind.VULNERABILITY: "flaw"}


@page(runs)
def show(request: HttpRequest) -> HttpResponse:
    """Draw the form, and what waits, runs and is over."""
    reader = reader_of(request)
    found = glass.requests(reader)
    context = {
        "may_request": glass.may_request(reader),
        "kinds": [{"value": each.value, "label": f"A {_WORDS[each]}"} for each in ObjectKind],
        "longest": BreakGlass.LONGEST,
        "shortest": glass.SHORTEST_REASON,
        "days": glass.WAITS.days,
        "waiting": [_shown(reader, each) for each in found.waiting],
        "running": [_shown(reader, each) for each in found.running],
        "over": [_shown(reader, each) for each in found.over],
    }
    return render(request, "web/pages/glass.html", context)


def _shown(reader: Reader, asked: BreakGlass) -> dict[str, Any]:
    mine = asked.requested_by_id == reader.person and asked.approved_by_id is not None
    return {
        "asked": asked,
        "kind": _WORDS[ObjectKind(asked.kind)],
        "url": reverse(_PAGES[ObjectKind(asked.kind)], args=[asked.reference]) if mine else "",
        "may_agree": glass.may_agree(reader, asked),
        "may_end": glass.may_end(reader, asked),
        "outcome": _outcome(asked),
    }


def _outcome(asked: BreakGlass) -> str:
    if asked.approved_by_id is None:
        return "Refused or withdrawn" if asked.ended_by_id else "Nobody agreed in time"
    return "Ended before its time" if asked.ended_by_id else "Ended by itself"


@act(runs)
def ask(request: HttpRequest) -> str:
    """Ask for looking at one object."""
    given = request.POST
    hours = given.get("hours", "")
    glass.request(
        reader_of(request),
        given.get("kind", ""),
        given.get("reference", "")[:64],
        given.get("reason", "")[:600],
        int(hours) if hours.isdecimal() and len(hours) < 4 else 0,
    )
    messages.success(request, "A second person has to agree now. Whether there is such an object is told only then.")
    return reverse("glass")


@act(runs)
def approve(request: HttpRequest, asked: int) -> str:
    """Agree to a request of somebody else."""
    agreed = glass.approve(reader_of(request), asked)
    messages.success(request, f"{agreed.requested_by.name} may look at it for {agreed.hours} h from now.")
    return reverse("glass")


@act(runs)
def end(request: HttpRequest, asked: int) -> str:
    """End it, or say no."""
    glass.end(reader_of(request), asked)
    messages.success(request, "This has ended.")
    return reverse("glass")
