"""People of a participant: who they are, inviting, and what changes them."""

from typing import Any

from allauth.account.decorators import reauthentication_required
from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from clearinghouse.records import ClearinghouseError
from clearinghouse.server.access.reader import Reader
from clearinghouse.server.membership import queries, services
from clearinghouse.server.membership.errors import NotAllowedError
from clearinghouse.server.participants.choices import Kind
from clearinghouse.server.participants.models import Participant, Person, ServiceIdentity
from clearinghouse.server.participants.scopes import Scope
from clearinghouse.server.web.middleware import reader_of
from clearinghouse.server.web.pages.frame import page, sentence
from clearinghouse.server.web.sign_in.pages import send_invitation

SCOPES = {
    Scope.REPORT_SUBMIT: "Send reports and their attachments.",
    Scope.REPORT_READ: "See your reports, their receipts and where their findings stand.",
    Scope.VULNERABILITY_READ: "See the flaws that your organisation may see.",
    Scope.INVENTORY_WRITE: "Send, replace and remove inventories.",
    Scope.INVENTORY_READ: "See your inventories and your worklist.",
    Scope.EVIDENCE_READ: "Download raw reports and reproducers, each time with a purpose that is recorded.",
    Scope.VALIDATION_REQUEST: "Ask that reproducers are run, and give in signed verdicts.",
    Scope.VALIDATION_READ: "See validations of what your organisation may see.",
    Scope.OVERVIEW_READ: "See the numbers of the overview.",
}
"""What each scope lets a key do, in a sentence."""


def manages(reader: Reader) -> bool:
    """Stewards of an organisation, and administrators."""
    return reader.person is not None and (reader.steward or reader.administrator)


def manages_here(reader: Reader, participant: Participant) -> bool:
    """Whether somebody invites and changes people of this participant."""
    mine = reader.steward and reader.participant == participant.pk
    return reader.person is not None and participant.closed_at is None and (mine or reader.administrator)


def described(reader: Reader, participant: Participant) -> dict[str, Any]:
    """Return what the pages of a participant, one's own or another, say of it, its people and its keys."""
    return {
        "participant": participant,
        "kind": Kind(participant.kind).label,
        "people": [_person(reader, each) for each in queries.people(reader, participant)],
        "manages": manages_here(reader, participant),
        "keys": [_key(each) for each in queries.keys(reader, participant)],
        "sees_keys": manages(reader) and (reader.administrator or reader.participant == participant.pk),
    }


def _person(reader: Reader, person: Person) -> dict[str, Any]:
    changes = manages_here(reader, person.participant) and person.pk != reader.person
    return {
        "person": person,
        "state": state_of(person),
        "url": reverse("person", args=[person.reference]) if changes else "",
        "me": person.pk == reader.person,
    }


def state_of(person: Person) -> dict[str, str]:
    """Return how somebody's account stands, as a chip shows it."""
    if not person.is_active:
        return {"words": "Deactivated", "shape": "×", "tone": ""}
    if person.last_login is None and not person.has_usable_password():
        return {"words": "Invited", "shape": "○", "tone": "is-due"}
    return {"words": "Active", "shape": "●", "tone": "is-done"}


def _key(service: ServiceIdentity) -> dict[str, Any]:
    if service.revoked_at:
        state = {"words": "Revoked", "shape": "×", "tone": ""}
    elif service.expires_at <= timezone.now():
        state = {"words": "Expired", "shape": "■", "tone": ""}
    else:
        state = {"words": "Good", "shape": "●", "tone": "is-done"}
    return {"key": service, "state": state, "good": state["words"] == "Good", "scopes": sorted(service.scopes)}


class Inviting(forms.Form):
    """What is asked of somebody who is invited."""

    name = forms.CharField(label="Name", max_length=120)
    email = forms.EmailField(label="E-mail address", help_text="They sign in with it, and get the link there.")
    steward = forms.BooleanField(
        label="Steward: invites others of the organisation, makes and revokes its keys", required=False
    )
    administrator = forms.BooleanField(
        label="Administrator: runs the installation; this shows them no report", required=False
    )


@page(manages, "GET", "HEAD", "POST")
@reauthentication_required
def invite(request: HttpRequest, reference: str) -> HttpResponse:
    """Draw the form that invites somebody, or invite them."""
    reader = reader_of(request)
    participant = queries.participant(reader, reference)
    if not manages_here(reader, participant):
        raise NotAllowedError
    form = Inviting(request.POST if request.method == "POST" else None)
    if not reader.administrator:
        del form.fields["administrator"]
    if request.method == "POST" and form.is_valid():
        try:
            person, token = services.invite(reader, participant, **form.cleaned_data)
        except ClearinghouseError as error:
            field = getattr(error, "field", None)
            form.add_error(field if field in form.fields else None, f"{sentence(error.what)} {sentence(error.remedy)}")
        else:
            send_invitation(request, person, token)
            messages.success(request, f"{person.name} is invited. {_sent(person)}")
            return redirect(home_of(reader, participant))
    context = {"form": form, "participant": participant, "back": home_of(reader, participant)}
    return render(request, "web/pages/invite.html", context, status=400 if form.errors else 200)


def _sent(person: Person) -> str:
    if settings.CONFIGURATION.email_host:
        return f"The link was sent to {person.email}; it works once, for seven days."
    return "No mail server is set up: the link waits in the outbox of the installation, for who runs it to pass on."


def home_of(reader: Reader, participant: Participant) -> str:
    """Return the page of a participant as somebody reaches it: their own organisation, or one among all."""
    if participant.pk == reader.participant:
        return reverse("organisation")
    return reverse("participant", args=[participant.reference])


@page(manages, "GET", "HEAD", "POST")
@reauthentication_required
def one(request: HttpRequest, reference: str) -> HttpResponse:
    """Draw what can be changed of a person, or change it."""
    reader = reader_of(request)
    person = queries.person(reader, reference)
    if not manages_here(reader, person.participant) or person.pk == reader.person:
        raise NotAllowedError
    wrong = ""
    if request.method == "POST":
        try:
            messages.success(request, _change(request, person, request.POST.get("act", "")))
            return redirect(home_of(reader, person.participant))
        except NotAllowedError:
            raise
        except ClearinghouseError as error:
            wrong = f"{sentence(error.what)} {sentence(error.remedy)}"
    context = {
        "person": person,
        "state": state_of(person),
        "wrong": wrong,
        "back": home_of(reader, person.participant),
        "may": person.is_active and (reader.administrator or not person.administrator),
    }
    return render(request, "web/pages/person.html", context, status=400 if wrong else 200)


def _change(request: HttpRequest, person: Person, act: str) -> str:
    reader = reader_of(request)
    if act == "invite":
        send_invitation(request, person, services.invite_again(reader, person))
        return f"{person.name} is invited again; the former link works no more. {_sent(person)}"
    if act == "deactivate":
        services.deactivate(reader, person)
        return f"{person.name} cannot sign in any more, and is signed out everywhere."
    if act in {"steward", "member"}:
        services.set_steward(reader, person, act == "steward")
        return f"{person.name} is {'a steward now' if act == 'steward' else 'no steward any more'}."
    raise NotAllowedError
