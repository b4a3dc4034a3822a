"""Every part of the pages in every state, with invented data: what ``web/gallery.html`` is rendered with."""

import datetime as dt
from types import SimpleNamespace as Made
from typing import Any

from django import forms
from django.template import engines
from django.template.loader import render_to_string
from django.utils import timezone

from clearinghouse.server.web.charts import Point, bars, line
from clearinghouse.server.web.columns import Column, sortable
from clearinghouse.server.web.failures import failure
from clearinghouse.server.web.river import STAGES, Stage, river
from clearinghouse.sheet import counts, sections
from invented_sites import TODAY, hospital

ZONE = dt.timezone(dt.timedelta(hours=-5), "EST")
NOW = dt.datetime(2026, 11, 9, 14, 30, tzinfo=ZONE)
LABELS = ("TLP:CLEAR", "TLP:GREEN", "TLP:AMBER", "TLP:AMBER+STRICT", "TLP:RED")
LONG = "A name that somebody chose to be much longer than anybody would read on a telephone-" + "x" * 60


_WORKLIST = """{% extends "web/base.html" %}{% block title %}Worklist{% endblock %}
{% block heading %}What to do at St. Brigid Rural Hospital{% endblock %}
{% block intro %}<p>Monday 9 November 2026</p>{% endblock %}
{% block content %}{% include "web/parts/worklist.html" %}{% endblock %}"""


def in_(**distance: float) -> dt.datetime:
    return NOW + dt.timedelta(**distance)


class Sending(forms.Form):
    """A form with each kind of field, and something wrong."""

    title = forms.CharField(label="Title", help_text="In a few words, as one would say it on the telephone.")
    report = forms.FileField(label="Report", help_text="SARIF, OSV, CSAF, crash logs and others; at most 64 MiB.")
    marking = forms.ChoiceField(label="Marking", choices=[(each, each) for each in LABELS])
    terms = forms.CharField(label="Terms of the embargo", required=False, widget=forms.Textarea)
    seen = forms.BooleanField(label="A person has looked at each finding", required=False)


def frame(**more: Any) -> dict[str, Any]:
    """What every page has."""
    return {
        "site_name": "Northern Clearinghouse",
        "reader": Made(name="M. Okafor", organisation="Northern Clearinghouse", roles=["coordinator"]),
        "account_url": "#account",
        "sign_out_url": "#out",
        "search_url": "#search",
        "nav": [
            Made(title="Overview", url="#overview", current=False, count=None),
            Made(title="Queue", url="#queue", current=True, count=6157),
            Made(title="Reports", url="#reports", current=False, count=412),
            Made(title="Worklists", url="#worklists", current=False, count=None),
            Made(title="Participants", url="#participants", current=False, count=38),
            Made(title="Audit", url="#audit", current=False, count=None),
        ],
        "version": "0.1.0",
        "tlp": "TLP:AMBER+STRICT",
        "embargo": Made(until=in_(days=3, hours=2.5), words="three parties have agreed", url=""),
        "now": NOW,
        **more,
    }


def gallery(**more: Any) -> str:
    """Return the gallery as HTML."""
    with timezone.override(ZONE):
        return render_to_string("web/gallery.html", frame(**_parts(), **more))


def error(status: int, **more: Any) -> str:
    """Return an error page as HTML."""
    return render_to_string(
        "web/error.html", {"failure": failure(status), "site_name": "Northern Clearinghouse", **more}
    )


def worklist(**more: Any) -> str:
    """Return a page of one worklist as HTML, in the frame of the server."""
    plan = hospital()
    made = sections(plan.plan, plan.made_from, plan.as_of, plan.unknown)
    context = {"sections": made, "counts": counts(plan.plan, plan.as_of, plan.unknown), "main_class": "reading"}
    page = engines["django"].from_string(_WORKLIST)
    return page.render(frame(**context, **more))


def _parts() -> dict[str, Any]:
    plan = hospital()
    levels = [(29_439, "findings"), (6_157, "flaws"), (1_204, ""), (388, ""), (41, ""), (None, "")]
    form = Sending({"title": "", "marking": "TLP:RED", "terms": LONG, "seen": "on"}, auto_id="id_%s")
    return {
        "messages": [
            _Message("success", "The report was received. Its receipt is r-7f3k."),
            _Message("warning", "Two keys end within a week."),
            _Message("error", "The file is larger than 64 MiB."),
        ],
        "river": river(
            [
                Stage(name=name, count=count, url=f"#{name}" if count is not None else "", note=note)
                for name, (count, note) in zip(STAGES, levels, strict=True)
            ]
        ),
        "dry": river([Stage(name=name, count=0 if place < 2 else None) for place, name in enumerate(STAGES)]),
        "filters": [
            Made(kind="search", name="q", label="Words, identifier or component", value="fortios"),
            Made(kind="select", name="tier", label="Tier", value="3D", options=_options()),
            Made(kind="date", name="since", label="Received since", value="2026-11-01"),
            Made(kind="check", name="kev", label="Known to be used in attacks", value=True),
            Made(kind="hidden", name="sort", value="-due"),
        ],
        "found": "6,157 flaws, 50 of them overdue",
        "columns": sortable(_columns(), {"q": "fortios", "sort": "due"}, "due"),
        "rows": _rows(),
        "clocks": [
            Made(at=in_(days=-12), done=None, until=""),
            Made(at=in_(hours=5), done=None, until=""),
            Made(at=in_(days=3, hours=2.5), done=None, until=""),
            Made(at=dt.date(2026, 11, 9), done=None, until=""),
            Made(at=dt.date(2026, 11, 8), done=None, until=""),
            Made(at=dt.date(2027, 1, 8), done=None, until=""),
            Made(at=dt.date(2026, 11, 12), done=in_(days=-1), until=""),
            Made(at=None, done=None, until=""),
            Made(at=None, done=None, until="at the next planned upgrade"),
        ],
        "tiers": ["3DF", "3D", "14D", "60D", "FSU", "INCOMPLETE"],
        "chips": [
            Made(words="Known to be used in attacks", shape="■", tone="is-overdue"),
            Made(words="Reproduced", shape="✓", tone="is-done"),
            Made(words="Under embargo", shape="◆", tone="is-embargoed"),
            Made(words="Waiting for the vendor", shape="▲", tone="is-due"),
            Made(words="2 finders", shape="", tone=""),
        ],
        "labels": LABELS,
        "names": [
            Made(value="CVE-2026-99001", url="#cve"),
            Made(value="sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", url=""),
        ],
        "parties": [
            Made(
                name="Northwind Scanners", url="#n", organisation="", roles=["finder"], jurisdiction="Germany", note=""
            ),
            Made(name="J. Ortiz", url="", organisation="St. Brigid Rural Hospital", roles=[], jurisdiction="", note=""),
            Made(
                name=LONG, url="#l", organisation="", roles=["vendor", "developer"], jurisdiction="Japan", note="left"
            ),
        ],
        "markings": [
            Made(tlp=tlp, embargo=embargo, named=f"Marking {number}")
            for number, (tlp, embargo) in enumerate(
                [
                    *((label, None) for label in LABELS),
                    ("TLP:RED", Made(until=in_(hours=7), words="", url="")),
                    ("TLP:GREEN", Made(until=in_(days=-2), words="", url="")),
                    ("", Made(until=None, words="one party has not answered", url="")),
                ]
            )
        ],
        "facts": [
            Made(
                input="Publicly exposed",
                value="yes",
                source="equipment.csv",
                date=dt.date(2026, 11, 7),
                assumed=False,
                url="",
            ),
            Made(
                input="Known to be used in attacks (KEV)",
                value="yes",
                source="Known Exploited Vulnerabilities, edition 2026.11.08",
                date=dt.date(2026, 11, 8),
                assumed=False,
                url="#k",
            ),
            Made(input="Automatable", value="yes", source="the policy fail_closed", date=None, assumed=True, url=""),
            Made(
                input="Technical impact",
                value="total",
                source="CISA Coordinator",
                date=dt.date(2026, 11, 6),
                assumed=False,
                url="",
            ),
        ],
        "missing": ["whether it can be reached from the internet"],
        "links": [_link(), _link(score=0.985, by="M. Okafor", long=True), _link(score=0.61, suggested=True)],
        "charts": _charts(),
        "entries": [
            Made(
                at=in_(minutes=-4),
                what="Embargo terms agreed by the third party",
                who="Acme Networks",
                note="",
                url="",
                tone="is-embargoed",
            ),
            Made(
                at=in_(hours=-3),
                what="Fix reproduced as fixed",
                who="sandbox",
                note="12 of 12 runs",
                url="#r",
                tone="is-done",
            ),
            Made(at=in_(days=-2), what="Deadline passed", who="", note="BOD 26-04, row 1", url="", tone="is-overdue"),
            Made(
                at=dt.date(2026, 10, 30), what="Report received", who="Northwind Scanners", note=LONG, url="#x", tone=""
            ),
        ],
        "form": form,
        "sections": sections(plan.plan, plan.made_from, plan.as_of, plan.unknown),
        "counts": counts(plan.plan, TODAY, plan.unknown),
    }


class _Message:
    def __init__(self, level: str, text: str) -> None:
        self.level_tag, self.text = level, text

    def __str__(self) -> str:
        return self.text


def _options() -> list[Made]:
    return [Made(value=key, label=words) for key, words in (("", "all"), ("3D", "3 days"), ("14D", "14 days"))]


def _columns() -> list[Column]:
    return [
        Column(title="Flaw", key="title"),
        Column(title="Tier", key="tier"),
        Column(title="By when", key="due"),
        Column(title="Marking"),
        Column(title="Findings", key="findings", number=True, falling=True),
    ]


def _rows() -> list[Made]:
    def row(title: str, identifiers: str, tier: str, due: Any, tlp: str, findings: int, **more: Any) -> Made:
        facts = {"done": None, "kev": False} | more
        return Made(
            url="#f", title=title, identifiers=identifiers, tier=tier, due=due, tlp=tlp, findings=findings, **facts
        )

    return [
        row(
            "Login on the administration page can be bypassed",
            "CVE-2026-99001, GHSA-xxxx-2222-3333",
            "3DF",
            dt.date(2026, 11, 7),
            LABELS[3],
            1204,
            kev=True,
        ),
        row("Buffer overflow when a palette image is opened", "CVE-2026-99003", "3D", in_(days=2), LABELS[2], 17),
        row("Endless loop on a broken file", "no identifier yet", "14D", dt.date(2026, 11, 20), LABELS[1], 3),
        row(
            "Privileges through the installer",
            "CVE-2026-99009",
            "60D",
            dt.date(2027, 1, 5),
            LABELS[4],
            1,
            done=in_(days=-1),
        ),
        row(LONG, "no identifier yet", "INCOMPLETE", None, LABELS[0], 29439),
    ]


def _link(score: float = 0.999, by: str = "", long: bool = False, suggested: bool = False) -> Made:
    title = LONG if long else "Heap overflow in decode_palette"
    return Made(
        one=Made(title=title, url="#one", source="Northwind Scanners, 7 November 2026"),
        other=Made(title="Out-of-bounds write, PngDecode.c:412", url="#other", source="Akari Lab, 8 November 2026"),
        reason="crash stack",
        explanation="The three frames above the allocator are equal: decode_palette, decode, open_image.",
        score=score,
        at=in_(hours=-20),
        by=by,
        suggested=suggested,
    )


def _charts() -> list[Any]:
    weeks = [
        f"{day} {month}"
        for month, days in (("Sep", (7, 14, 21, 28)), ("Oct", (5, 12, 19, 26)), ("Nov", (2, 9)))
        for day in days
    ]
    received = (210, 340, 1210, 980, 4100, 6800, 5120, 3900, 4400, 2379)
    rates = (0.61, 0.58, None, 0.64, 0.7, 0.73, 0.71, 0.74, 0.79, 0.82)
    return [
        bars(
            "g-received",
            "Findings received, by week",
            [Point(label=a, value=b) for a, b in zip(weeks, received, strict=True)],
            unit="findings",
        ),
        line(
            "g-rate",
            "Share of flaws fixed by their date",
            [
                Point(label=a, value=b, low=b and b - 0.06, high=b and b + 0.05)
                for a, b in zip(weeks, rates, strict=True)
            ],
            unit="share",
            description="It rises from 0.61 to 0.82; in the week of 21 September nothing was due.",
        ),
        bars(
            "g-models",
            "Flaws found, of 40 planted",
            [Point(label=f"Run {each}", value=at, low=at - 4, high=at + 4) for each, at in ((1, 12), (2, 19), (3, 22))],
            unit="flaws",
        ),
        line("g-none", "Time from report to fix", [Point(label=each, value=None) for each in weeks[-3:]], unit="days"),
    ]
