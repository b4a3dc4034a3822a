"""Receipts: what was sent, how far the work on it is, what was wrong with it; and sending by browser."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from clearinghouse.formats.text import plural
from clearinghouse.records import ClearinghouseError
from clearinghouse.server.access.marking import UNMARKED, Label
from clearinghouse.server.access.reader import Reader
from clearinghouse.server.intake import evidence, queries, services
from clearinghouse.server.intake.errors import PurposeError
from clearinghouse.server.intake.models import RECEIPT, Attachment, AttachmentKind, Report, State
from clearinghouse.server.intake.purging import may_purge, purge
from clearinghouse.server.intake.sealed import Meta
from clearinghouse.server.oversight import glass
from clearinghouse.server.validations import queries as validations
from clearinghouse.server.vulnerabilities import own
from clearinghouse.server.web.api.reports import handed_out
from clearinghouse.server.web.middleware import reader_of
from clearinghouse.server.web.pages.frame import act, coordinates, page, runs, sends, sentence
from clearinghouse.server.web.pages.validations import asks, together
from clearinghouse.server.web.templatetags.clearinghouse import tlp_means

_TONES = {State.DONE: "is-done", State.FAILED: "is-overdue", State.PURGED: ""}
_STATES = {
    State.RECEIVED: ("○", "Stored, waits to be read"),
    State.READ: ("◐", "Read, its findings are being identified"),
    State.DONE: ("●", "Done"),
    State.FAILED: ("■", "Could not be read; its bytes are kept"),
    State.PURGED: ("×", "Its content was destroyed"),
}


def _looks(reader: Reader) -> bool:
    return sends(reader) or runs(reader)


def described(report: Report, filename: str = "") -> dict[str, Any]:
    """Return a report as lists draw it."""
    shape, words = _STATES[State(report.state)]
    return {
        "report": report,
        "url": reverse("report", args=[report.receipt]),
        "filename": filename,
        "shape": shape,
        "state": words,
        "tone": _TONES.get(State(report.state), ""),
        "tlp": Label(report.tlp).label,
    }


@page(_looks)
def listed(request: HttpRequest) -> HttpResponse:
    """Draw the list of reports, newest first."""
    reader = reader_of(request)
    before = request.GET.get("before", "")
    state = request.GET.get("state", "")
    found = queries.reports(
        reader,
        before=before if RECEIPT.fullmatch(before) else "",
        state=state if state in State.values else "",
    )
    metas = found.metas
    context = {
        "rows": [described(each, metas[each.pk].filename if each.pk in metas else "") for each in found.reports],
        "all": coordinates(reader),
        "sends": sends(reader),
        "state": state,
        "older_url": f"{reverse('reports')}?before={found.before}" if found.before else "",
        "newest_url": reverse("reports") if before else "",
        "origin": settings.CONFIGURATION.origin,
    }
    return render(request, "web/pages/reports.html", context)


class Sending(forms.Form):
    """What a person sends by browser."""

    file = forms.FileField(label="Report", max_length=255)
    tlp = forms.TypedChoiceField(
        label="How far it may travel",
        coerce=int,
        initial=int(UNMARKED),
        choices=[(int(label), f"{label.label}: {tlp_means(label.label)}") for label in reversed(Label)],
        help_text="The Traffic Light Protocol 2.0. Nobody is let in to more than you say here.",
    )
    embargo_until = forms.DateTimeField(
        label="Under embargo until",
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        help_text="In UTC. Until then only who mends it and who coordinates may be let in.",
    )
    note = forms.CharField(
        label="For the people who read it", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 4})
    )


@page(sends, "GET", "HEAD", "POST")
def send(request: HttpRequest) -> HttpResponse:
    """Draw the form, or take a report in."""
    form = Sending(request.POST or None, request.FILES or None)
    form.fields["file"].help_text = (
        f"SARIF, OSV, CSAF, crash logs, Mantis findings, scanners' JSON and tables; gzip and zip are opened. "
        f"At most {settings.CONFIGURATION.limits.report >> 20} MiB."
    )
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        sent = services.Sent(
            media_type=given["file"].content_type or "",
            filename=given["file"].name,
            note=given["note"],
            tlp=Label(given["tlp"]),
            embargo_until=given["embargo_until"],
        )
        try:
            found = services.receive(reader_of(request), given["file"].chunks(), sent)
        except ClearinghouseError as error:
            form.add_error("file", f"{sentence(error.what)} {sentence(error.remedy)}")
        else:
            if not found.new:
                messages.info(request, "You sent this before; this is its receipt.")
            return redirect("report", found.report.receipt)
    return render(request, "web/pages/send.html", {"form": form}, status=400 if form.errors else 200)


@page(_looks)
def one(request: HttpRequest, receipt: str) -> HttpResponse:
    """Draw one report with its violations and where its findings stand."""
    reader = reader_of(request)
    report = queries.report(reader, receipt)
    meta = queries.meta(report)
    after, first = _number(request, "after"), _number(request, "first")
    findings = own.findings_of_report(reader, report.pk, after=after)
    violations = queries.violations(report, first=first)
    here = reverse("report", args=[receipt])
    more = f"{here}?first={first + len(violations)}#violations" if len(violations) == queries.PAGE else ""
    context = {
        "row": described(report, meta.filename if meta else ""),
        "report": report,
        "meta": meta,
        "tlp": Label(report.tlp).label,
        "embargo": {"until": report.embargo_until} if report.embargo_until else None,
        "findings": findings.findings,
        "findings_url": f"{here}?after={findings.after}#findings" if findings.after else "",
        "findings_first": f"{here}#findings" if after else "",
        "violations": violations,
        "violations_url": more,
        "violations_first": f"{here}#violations" if first else "",
        "files": files(queries.attachments(reader, report)),
        "kinds": AttachmentKind.choices,
        "mine": report.submitter_id == reader.participant and sends(reader),
        "may_purge": may_purge(reader, report) and report.state != State.PURGED,
        "waits": report.state in {State.RECEIVED, State.READ},
        "others": coordinates(reader),
        "looked": glass.over_report(reader, report),
        "together": together(validations.of_report(reader, report)),
        "asks": asks(reader) and (report.submitter_id == reader.participant or coordinates(reader)),
        "ask_url": reverse("validate_report", args=[receipt]),
    }
    return render(request, "web/pages/report.html", context)


def files(found: Iterable[tuple[Attachment, Meta | None]]) -> list[dict[str, Any]]:
    """Return attachments as ``parts/files.html`` shows them."""
    return [
        {"attachment": each, "filename": said.filename if said else "", "kind": AttachmentKind(each.kind).label}
        for each, said in found
    ]


def _number(request: HttpRequest, name: str) -> int:
    text = request.GET.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 10 else 0


@act(sends)
def attach(request: HttpRequest, receipt: str) -> str:
    """Add a file to one's own report."""
    file = request.FILES.get("file")
    if file is None:
        messages.error(request, "No file was chosen. Choose one, then send the form again.")
        return reverse("report", args=[receipt])
    kind = request.POST.get("kind", "other")
    made, new = evidence.attach(
        reader_of(request),
        receipt,
        kind if kind in AttachmentKind.values else "other",
        file.chunks(),
        filename=file.name or "",
        media_type=file.content_type or "",
    )
    words = f"{plural(made.size, 'byte')} are stored." if new else "You sent this file before."
    messages.success(request, words)
    return reverse("report", args=[receipt])


@page(_looks, "POST")
def download(request: HttpRequest, receipt: str) -> HttpResponseBase:
    """Hand out a report as it was sent, for a purpose."""
    return _handed(
        request, reverse("report", args=[receipt]), lambda reader, why: evidence.download_report(reader, receipt, why)
    )


@page(lambda reader: reader.person is not None, "POST")
def download_attachment(request: HttpRequest, reference: str) -> HttpResponseBase:
    """Hand out an attachment, for a purpose."""
    back = request.POST.get("back", "")
    address = back if back.startswith(("/reports/", "/vulnerabilities/")) else reverse("overview")
    return _handed(request, address, lambda reader, why: evidence.download_attachment(reader, reference, why))


def _handed(request: HttpRequest, address: str, get: Any) -> HttpResponseBase:
    reader = reader_of(request)
    try:
        found = get(reader, request.POST.get("purpose", "")[:600])
    except PurposeError as error:
        messages.error(request, f"Nothing was downloaded: {error.what}. Please {error.remedy}.")
        return redirect(address)
    return handed_out(reader, found)


@act(lambda reader: reader.person is not None)
def destroy(request: HttpRequest, receipt: str) -> str:
    """Destroy the content of a report."""
    purge(reader_of(request), receipt, request.POST.get("reason", "")[:600])
    messages.success(request, "Its content is destroyed. That it existed stays on record.")
    return reverse("report", args=[receipt])
