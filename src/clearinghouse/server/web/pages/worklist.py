"""A deployer's worklist: what to do, by when, in plain words; and what a coordinator was let see of others'."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from clearinghouse.server.inventories import queries, services
from clearinghouse.server.inventories.models import Exposed, Mark
from clearinghouse.server.inventories.queries import WorklistView
from clearinghouse.server.web.middleware import reader_of
from clearinghouse.server.web.pages.frame import act, coordinates, deploys, page


@page(deploys)
def mine(request: HttpRequest) -> HttpResponse:
    """Draw one's own worklist."""
    reader = reader_of(request)
    found = queries.worklist(reader)
    return render(request, "web/pages/worklist.html", _context(found) | {"terms": queries.terms(reader)})


@page(coordinates)
def shared(request: HttpRequest, owner: str) -> HttpResponse:
    """Draw what follows from what another participant shares."""
    return render(request, "web/pages/worklist.html", _context(queries.worklist(reader_of(request), owner)))


@page(coordinates)
def listed(request: HttpRequest) -> HttpResponse:
    """Draw the worklists that deployers share with the coordinator."""
    return render(request, "web/pages/worklists.html", {"rows": queries.worklists(reader_of(request))})


def _context(found: WorklistView | None) -> dict[str, Any]:
    if found is None:
        return {"found": None}
    done = found.acknowledged
    actions = [
        {"action": action, "word": word, "number": number}
        for number, (action, word) in enumerate(zip(found.plan.actions, found.words, strict=True), 1)
        if number - 1 not in done
    ]
    said = [
        {"action": found.plan.actions[position], "said": each, "word": found.words[position]}
        for position, each in sorted(done.items())
    ]
    return {
        "found": found,
        "sections": found.sections(),
        "counts": found.counts(),
        "open": actions,
        "said": said,
        "exposed": Exposed.choices,
        "marks": Mark.choices,
    }


@act(deploys)
def acknowledge(request: HttpRequest, word: str) -> str:
    """Mark an action as done or not applicable."""
    services.acknowledge(reader_of(request), word, request.POST.get("mark", ""), request.POST.get("note", "")[:4000])
    messages.success(request, "Noted. It is taken back by itself if a newer inventory still lists the component.")
    return reverse("worklist")


@act(deploys)
def take_back(request: HttpRequest, word: str) -> str:
    """Take back what was said of an action."""
    services.take_back(reader_of(request), word)
    messages.success(request, "It stands in the list of what to do again.")
    return reverse("worklist")


@act(deploys)
def set_terms(request: HttpRequest) -> str:
    """Say what holds for everything that one has."""
    services.set_terms(
        reader_of(request), exposed=request.POST.get("exposed", ""), bound=bool(request.POST.get("bound"))
    )
    messages.success(request, "The worklist is worked out anew.")
    return reverse("worklist")
