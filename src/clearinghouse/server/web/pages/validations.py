"""Validations: what waits and runs, what each showed, who signed it, and asking for one."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from clearinghouse.sandbox import Tier
from clearinghouse.sandbox.isolation import WORDS
from clearinghouse.server.access.marking import Label
from clearinghouse.server.access.reader import Reader
from clearinghouse.server.participants.models import Role
from clearinghouse.server.validations import evidence, queries, second, services
from clearinghouse.server.validations.agreement import Agreement, Standing
from clearinghouse.server.validations.checklist import Answer
from clearinghouse.server.validations.errors import AskedWrongError
from clearinghouse.server.validations.models import LIVE, State
from clearinghouse.server.validations.opinions import Belief, Read
from clearinghouse.server.web.api.reports import handed_out
from clearinghouse.server.web.middleware import reader_of
from clearinghouse.server.web.pages.frame import act, anyone, page, sends
from clearinghouse.validation.attestation import Said
from clearinghouse.validation.verdict import Verdict

_STATES = {
    State.QUEUED: ("○", "Waits for a runner", ""),
    State.RUNNING: ("◐", "Runs", ""),
    State.DONE: ("●", "Done", "is-done"),
    State.REFUSED: ("■", "Not run: it needs better isolation", "is-overdue"),
    State.FAILED: ("■", "Did not come to its end", "is-overdue"),
    State.CANCELLED: ("×", "Cancelled", ""),
    State.PURGED: ("×", "Its content was destroyed", ""),
}
_VERDICTS = {
    Verdict.REPRODUCED: ("●", "Reproduced", "is-due"),
    Verdict.FIXED: ("●", "Reproduced, and the fix stops it", "is-done"),
    Verdict.FIX_INCOMPLETE: ("◐", "Reproduced, and the fix does not stop it", "is-overdue"),
    Verdict.FLAKY: ("◐", "Shown in some runs", "is-due"),
    Verdict.NOT_REPRODUCED: ("○", "Not reproduced", ""),
    Verdict.CONTROL_FAILED: ("×", "Benign use shows it too", ""),
    Verdict.INCONCLUSIVE: ("?", "It could not be told", ""),
}
_NOT_BELIEVED = {
    Belief.TAMPERED: ("■", "Changed where it is kept: not to be believed", "is-overdue"),
    Belief.REVOKED: ("×", "Its key was revoked", ""),
    Belief.DESTROYED: ("×", "Its content was destroyed", ""),
}
_ANSWERS = {
    Answer.YES: ("●", "Yes", "is-done"),
    Answer.NO: ("×", "No", "is-overdue"),
    Answer.PARTLY: ("◐", "Partly", "is-due"),
    Answer.UNKNOWN: ("?", "Not known", ""),
    Answer.WAITS: ("○", "Waits", ""),
}
_TOGETHER = {
    Standing.NONE: ("○", "Nobody has confirmed it yet", ""),
    Standing.ONE: ("◐", "Confirmed by fewer than the policy wants", "is-due"),
    Standing.QUORUM: ("●", "Confirmed by as many as the policy wants", "is-done"),
    Standing.DENIED: ("×", "Not seen by anybody who tried", ""),
    Standing.DISAGREEMENT: ("■", "They disagree", "is-overdue"),
}


@page(anyone)
def listed(request: HttpRequest) -> HttpResponse:
    """Draw the list of validations, newest first."""
    reader = reader_of(request)
    before, state = request.GET.get("before", ""), request.GET.get("state", "")
    plain = before if before.isascii() and before.isalnum() and len(before) == _REFERENCE else ""
    known = state if state in State.values else ""
    found = queries.validations(reader, before=plain, state=known)
    context = {
        "rows": [described(each) for each in found.views],
        "state": known,
        "states": [(value.value, words) for value, (_, words, _) in _STATES.items()],
        "older_url": f"{reverse('validations')}?before={found.before}&state={known}" if found.before else "",
        "newest_url": reverse("validations") if plain else "",
        "asks": asks(reader),
    }
    return render(request, "web/pages/validations.html", context)


_REFERENCE = 12


def asks(reader: Reader) -> bool:
    """Whether somebody may ask for validations on pages."""
    return sends(reader) and services.may_ask(reader)


def described(view: queries.View) -> dict[str, Any]:
    """Return a validation as lists draw it."""
    shape, words, tone = _STATES[State(view.row.state)]
    return {
        "view": view,
        "row": view.row,
        "url": reverse("validation", args=[view.row.reference]),
        "title": view.about.title if view.about else "",
        "state": {"shape": shape, "words": words, "tone": tone},
        "verdict": told(view.read) if view.read else None,
        "live": view.row.state in LIVE,
    }


def told(read: Read) -> dict[str, Any]:
    """Return a signed verdict as lists draw it: what it says, or why that is not believed."""
    shape, words, tone = _VERDICTS[read.verdict] if read.verdict else _NOT_BELIEVED[read.standing]
    return {
        "read": read,
        "by": read.by,
        "chip": {"shape": shape, "words": words, "tone": tone},
        "why": read.said.why if read.said else read.why,
        "keyid": read.keyid[:16],
        "tier": _tier(read.said) if read.said else "",
        "url": reverse("validation", args=[read.row.validation.reference]) if read.row.validation else "",
    }


def _tier(said: Said) -> str:
    """The tier that a validator names, if there is such a tier: what it says otherwise is any text."""
    named = said.isolation.get("tier")
    return next((each.value for each in Tier if each.value == named), "")


def together(found: queries.Together) -> dict[str, Any]:
    """Return what validations say of a flaw or report as ``parts/validations.html`` draws it."""
    return {
        "rows": [described(each) for each in found.views],
        "verdicts": [told(each) for each in found.verdicts],
        "agreed": _agreed(found.agreed),
        "items": [
            {"item": each, "chip": dict(zip(("shape", "words", "tone"), _ANSWERS[each.answer], strict=True))}
            for each in found.items
        ],
    }


def _agreed(agreed: Agreement) -> dict[str, Any]:
    chip = dict(zip(("shape", "words", "tone"), _TOGETHER[agreed.standing], strict=True))
    finder = _VERDICTS[agreed.finder][1] if agreed.finder else ""
    return {"agreement": agreed, "chip": chip, "finder": finder}


@page(anyone)
def one(request: HttpRequest, reference: str) -> HttpResponse:
    """Draw one validation: how far it is, or what it showed."""
    reader = reader_of(request)
    view = queries.validation(reader, reference)
    report = view.row.recipe.report
    own = report.submitter_id == reader.participant or Role.COORDINATOR in reader.roles
    said = view.read.said if view.read else None
    newest = view.read.statement.predicate.get("newest") if view.read and view.read.statement else None
    pieces = evidence.pieces(reader, view.row, view.about, view.made, view.files)
    context = described(view) | {
        "said": said,
        "runs": said.runs[:_MOST_RUNS] if said else [],
        "held": said.isolation.get("limits", {}) if said else {},
        "newest": newest if isinstance(newest, dict) else None,
        "tier_words": WORDS[Tier(view.row.tier)] if view.row.tier else "",
        "least_words": WORDS[Tier(view.row.least)],
        "pieces": pieces,
        "empty": [piece.name for piece in pieces if not piece.size],
        "report_url": reverse("report", args=[report.receipt]) if own else "",
        "tlp": Label(report.tlp).label,
        "embargo": {"until": report.embargo_until} if report.embargo_until else None,
        "may_again": asks(reader) and view.about is not None and view.row.state not in LIVE,
        "may_cancel": asks(reader) and services.may_cancel(reader, view.row) and view.row.state in LIVE,
        "may_sign": asks(reader) and view.about is not None,
        "has_statement": bool(view.read and view.read.envelope and not view.tampered),
    }
    return render(request, "web/pages/validation.html", context)


_MOST_RUNS = 100


@act(sends)
def again(request: HttpRequest, reference: str) -> str:
    """Have it run once more."""
    made, new = services.again(reader_of(request), reference)
    messages.success(request, "It waits to be run again." if new else "It is on its way already; this is it.")
    return reverse("validation", args=[made.reference])


@act(sends)
def cancel(request: HttpRequest, reference: str) -> str:
    """Cancel it."""
    found = services.cancel(reader_of(request), reference)
    stopped = found.state == State.CANCELLED
    messages.success(request, "It is cancelled." if stopped else "It is asked to stop, and does within seconds.")
    return reverse("validation", args=[found.reference])


@act(sends)
def request_for_report(request: HttpRequest, receipt: str) -> str:
    """Have a reproducer run that belongs to a report."""
    made, _ = services.request_for_report(reader_of(request), receipt, _file(request))
    return _asked(request, made.reference, made.state)


@act(sends)
def request_for_flaw(request: HttpRequest, reference: str) -> str:
    """Have a reproducer run that is about a flaw."""
    made, _ = services.request_for_flaw(reader_of(request), reference, _file(request))
    return _asked(request, made.reference, made.state)


def _asked(request: HttpRequest, reference: str, state: str) -> str:
    if state == State.REFUSED:
        messages.warning(request, "It was not run: it needs better isolation than this installation has.")
    return reverse("validation", args=[reference])


def _file(request: HttpRequest) -> Any:
    file = request.FILES.get("file")
    if file is None:
        raise AskedWrongError("no file was chosen", "choose one, then send the form again")
    return file.chunks()


@act(sends)
def submit(request: HttpRequest, reference: str) -> str:
    """Give in a second, signed verdict."""
    made, new = second.submit(reader_of(request), reference, _file(request))
    words = f"The signature holds. It says: {_VERDICTS[Verdict(made.verdict)][1].lower()}."
    messages.success(request, words if new else "You gave this verdict in before.")
    return reverse("validation", args=[reference])


@page(anyone)
def statement(request: HttpRequest, reference: str) -> HttpResponse:
    """Hand out the signed verdict, for whoever wants to verify it."""
    data = queries.envelope(reader_of(request), reference)
    response = HttpResponse(data, content_type="application/octet-stream")
    response.headers["Content-Disposition"] = f'attachment; filename="{reference}.intoto.json"'
    return response


@page(anyone, "POST")
def download(request: HttpRequest, reference: str, number: int) -> HttpResponseBase:
    """Hand out something that a validation rests on, for a purpose."""
    try:
        found = evidence.download(reader_of(request), reference, number, request.POST.get("purpose", "")[:600])
    except AskedWrongError as error:
        messages.error(request, f"Nothing was downloaded: {error.what}. Please {error.remedy}.")
        return redirect("validation", reference)
    return handed_out(reader_of(request), found)


@page(anyone)
def keys(request: HttpRequest) -> HttpResponse:
    """Hand out the public keys by which this installation signs, as PEM."""
    text = b"".join(pem for _, pem in queries.own_keys())
    response = HttpResponse(text, content_type="application/x-pem-file")
    response.headers["Content-Disposition"] = 'attachment; filename="verdicts.pub"'
    return response
