"""The queue: vulnerabilities in the order of work."""

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse

from clearinghouse.server.access.marking import Label
from clearinghouse.server.vulnerabilities.errors import AskedWrongError
from clearinghouse.server.vulnerabilities.queries import Filters, Page, Row, queue, tiers
from clearinghouse.server.web.middleware import reader_of
from clearinghouse.server.web.pages.frame import page, watches_queue
from clearinghouse.server.web.templatetags.clearinghouse import short_commit, tier_of

_ASKED = ("q", "tier", "due", "condition", "finder")


@page(watches_queue)
def show(request: HttpRequest) -> HttpResponse:
    """Draw one page of the queue."""
    asked = {name: request.GET.get(name, "")[:400] for name in (*_ASKED, "after")}
    filters = Filters(
        words=asked["q"],
        tier=asked["tier"],
        due=asked["due"],
        condition=asked["condition"] or "open",
        finder=asked["finder"],
        after=asked["after"],
    )
    wrong = ""
    try:
        found = queue(reader_of(request), filters)
    except AskedWrongError as error:
        wrong, found = f"{error.what}; {error.remedy}", Page(rows=[])
    filtered = any(asked[name] for name in _ASKED)
    context = {
        "rows": [shown(each) for each in found.rows],
        "fields": _fields(asked),
        "clear_url": reverse("queue") if filtered else "",
        "found": _words(found, wrong),
        "filtered": filtered,
        "first_url": _url(asked, "") if asked["after"] else "",
        "next_url": _url(asked, found.next) if found.next else "",
        "search": asked["q"],
    }
    return render(request, "web/pages/queue.html", context, status=400 if wrong else 200)


def _url(asked: dict[str, str], after: str) -> str:
    query = QueryDict(mutable=True)
    for name in _ASKED:
        if asked[name]:
            query[name] = asked[name]
    if after:
        query["after"] = after
    return f"{reverse('queue')}?{query.urlencode()}" if query else reverse("queue")


def _words(found: Page, wrong: str) -> str:
    if wrong:
        return wrong
    if found.cut:
        return "More findings have these words than are looked at; the newest thousand are ranked here. Add a word."
    return ""


def _fields(asked: dict[str, str]) -> list[dict[str, Any]]:
    tier_options = [{"value": "", "label": "Any"}] + [{"value": key, "label": tier_of(key).words} for key in tiers()]
    return [
        {"kind": "search", "name": "q", "label": "Words, identifier, path or component", "value": asked["q"]},
        {"kind": "select", "name": "tier", "label": "Tier", "value": asked["tier"], "options": tier_options},
        {
            "kind": "select",
            "name": "due",
            "label": "By when",
            "value": asked["due"],
            "options": [
                {"value": "", "label": "Any"},
                {"value": "overdue", "label": "Overdue"},
                {"value": "week", "label": "In the next 7 days"},
            ],
        },
        {
            "kind": "select",
            "name": "condition",
            "label": "Condition",
            "value": asked["condition"] or "open",
            "options": [{"value": "open", "label": "Open"}, {"value": "set_aside", "label": "Set aside"}],
        },
        {"kind": "hidden", "name": "finder", "value": asked["finder"]},
    ]


def shown(row: Row) -> dict[str, Any]:
    """Return a row as lists draw it."""
    return {
        "row": row,
        "url": reverse("vulnerability", args=[row.reference]),
        "tlp": Label(row.tlp).label,
        "identifiers": ", ".join(row.identifiers[:3]),
        "where": " · ".join(part for part in (short_commit(row.component), row.place) if part),
    }
