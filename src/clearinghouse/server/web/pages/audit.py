"""The log: who did what when, and the proof that an entry is in it."""

import datetime as dt
import re
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.dateparse import parse_date, parse_datetime

from clearinghouse.server.access.reader import Reader
from clearinghouse.server.audit import queries
from clearinghouse.server.audit.acts import Act
from clearinghouse.server.audit.leaves import facts_of
from clearinghouse.server.audit.models import ActorKind, Entry
from clearinghouse.server.web.middleware import reader_of
from clearinghouse.server.web.moments import moment
from clearinghouse.server.web.pages.frame import coordinates, page, runs
from clearinghouse.server.web.pages.proof import proof_text

_SHOWN = 50
_ASKED = ("act", "kind", "object", "who", "day")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]{8,15}(Z|[+-]\d\d:\d\d)")
_KINDS = ("report", "vulnerability", "participant", "person", "key", "job", "inventory", "grant")


@page(runs)
def show(request: HttpRequest) -> HttpResponse:
    """Draw one page of the log."""
    reader = reader_of(request)
    asked = {name: request.GET.get(name, "").strip()[:80] for name in _ASKED}
    before = request.GET.get("before", "")
    rows = queries.entries(
        reader,
        kind=asked["kind"],
        object_id=asked["object"],
        act=asked["act"],
        before=int(before) if before.isdecimal() and len(before) < 19 else None,
        limit=_SHOWN + 1,
        who=asked["who"],
        day=_day(asked["day"]),
    )
    more, rows = len(rows) > _SHOWN, rows[:_SHOWN]
    kept = {name: value for name, value in asked.items() if value}
    ends = queries.ends(reader)
    names = queries.names_in(rows)
    context = {
        "rows": [_shown(reader, each, names) for each in rows],
        "fields": _fields(asked),
        "filtered": bool(kept),
        "clear_url": reverse("audit") if kept else "",
        "newest_url": f"?{urlencode(kept)}" if before and kept else reverse("audit") if before else "",
        "older_url": f"?{urlencode(kept | {'before': rows[-1].seq})}" if more else "",
        "ends": ends,
        "root": ends.root.hex() if ends else "",
        "kept_root": bytes(ends.kept.root).hex() if ends and ends.kept else "",
    }
    return render(request, "web/pages/audit.html", context)


def _day(text: str) -> dt.date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


def _fields(asked: dict[str, str]) -> list[dict[str, Any]]:
    acts = [{"value": "", "label": "Anything"}] + [
        {"value": each.value, "label": each.sentence.rstrip(".")} for each in Act
    ]
    kinds = [{"value": "", "label": "Anything"}] + [
        {"value": each, "label": each.replace("_", " ").capitalize()} for each in _KINDS
    ]
    return [
        {"kind": "select", "name": "act", "label": "What happened", "value": asked["act"], "options": acts},
        {"kind": "select", "name": "kind", "label": "With", "value": asked["kind"], "options": kinds},
        {"kind": "text", "name": "object", "label": "Number or reference", "value": asked["object"]},
        {"kind": "text", "name": "who", "label": "Who", "value": asked["who"]},
        {"kind": "date", "name": "day", "label": "Day (UTC)", "value": asked["day"]},
    ]


def _shown(reader: Reader, entry: Entry, names: queries.Names) -> dict[str, Any]:
    facts = facts_of(entry.body) if entry.body is not None else {}
    return {
        "entry": entry,
        "sentence": entry.sentence,
        "who": _who(entry, names),
        "facts": [
            (name.replace("_", " ").capitalize(), _value(value))
            for name, value in facts.items()
            if value not in ("", None, [])
        ],
        "url": _url(reader, entry, facts),
        "proof_url": reverse("audit_proof", args=[entry.seq]),
    }


def _who(entry: Entry, names: queries.Names) -> str:
    if entry.actor == ActorKind.SYSTEM:
        return "The installation"
    of = names.participants.get(entry.participant, "an organisation that is not known any more")
    if entry.actor == ActorKind.PERSON:
        return f"{names.people.get(entry.person, 'Somebody')}, {of}"
    if entry.actor == ActorKind.SERVICE:
        return f"Key {names.services.get(entry.service, 'that is not known any more')}, {of}"
    return of if entry.actor == ActorKind.PARTICIPANT else ""


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(_value(each) for each in value)
    if isinstance(value, dict):
        return ", ".join(f"{name}: {_value(each)}" for name, each in value.items())
    return "" if value is None else _moment(str(value))


def _moment(text: str) -> str:
    """A moment in words, anything else as it is."""
    try:
        at = parse_datetime(text) if _MOMENT.fullmatch(text) else None
    except ValueError:
        at = None
    return text if at is None else moment(at).absolute


def _url(reader: Reader, entry: Entry, facts: dict[str, Any]) -> str:
    """The page of what an entry is about, for who may open it."""
    if not coordinates(reader) or not entry.object_id:
        return ""
    if entry.kind == "vulnerability" and not entry.object_id.isdecimal():
        return reverse("vulnerability", args=[entry.object_id])
    if entry.kind == "report" and isinstance(facts.get("receipt"), str):
        return reverse("report", args=[facts["receipt"]])
    return ""


@page(runs)
def proof(request: HttpRequest, seq: int) -> HttpResponse:
    """Hand out the proof that an entry is in the log, with a program that checks it."""
    found = queries.proof(reader_of(request), seq)
    return HttpResponse(proof_text(found), content_type="text/plain; charset=utf-8")
