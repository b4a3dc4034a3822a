"""Who takes part: the list, one participant, a new one, and the end of one."""

from typing import Any
from urllib.parse import urlencode

from allauth.account.decorators import reauthentication_required
from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from clearinghouse.records import ClearinghouseError
from clearinghouse.server.access.reader import Reader
from clearinghouse.server.membership import queries, services
from clearinghouse.server.membership.errors import InvalidValueError, NotAllowedError
from clearinghouse.server.oversight.shares import shared_with
from clearinghouse.server.participants.choices import Kind
from clearinghouse.server.participants.models import Participant, Role
from clearinghouse.server.web.middleware import reader_of
from clearinghouse.server.web.pages import people
from clearinghouse.server.web.pages.frame import administers, coordinates, page, runs, sentence

_ROLES = {
    Role.FINDER: "finds flaws and sends reports",
    Role.VENDOR: "makes or maintains what has the flaws",
    Role.DEPLOYER: "runs systems and sends inventories",
    Role.COORDINATOR: "runs the clearinghouse and sees every report",
    Role.DEVELOPER: "develops AI models",
    Role.RESEARCHER: "studies flaws and sends reports",
    Role.AGENCY: "is a public authority",
    Role.OBSERVER: "sees the numbers of the whole, and no report",
}


@page(runs)
def listed(request: HttpRequest) -> HttpResponse:
    """Draw the list of participants."""
    reader = reader_of(request)
    asked = {"role": request.GET.get("role", ""), "closed": request.GET.get("closed", "")}
    role = asked["role"] if asked["role"] in Role.values else ""
    after = request.GET.get("after", "")[:16]
    found = queries.listed(reader, role=role, closed=bool(asked["closed"]), after=after)
    kept = {name: value for name, value in asked.items() if value}
    context = {
        "rows": [_row(each) for each in found.participants],
        "closed": bool(asked["closed"]),
        "fields": [
            {
                "kind": "select",
                "name": "role",
                "label": "Role",
                "value": role,
                "options": [{"value": "", "label": "Any"}]
                + [{"value": each.value, "label": each.label} for each in Role],
            },
            {
                "kind": "select",
                "name": "closed",
                "label": "Condition",
                "value": asked["closed"],
                "options": [{"value": "", "label": "Take part"}, {"value": "1", "label": "Have left"}],
            },
        ],
        "filtered": bool(kept),
        "clear_url": reverse("participants") if kept else "",
        "first_url": f"?{urlencode(kept)}" if after else "",
        "next_url": f"?{urlencode(kept | {'after': found.after})}" if found.after else "",
        "administers": administers(reader),
    }
    return render(request, "web/pages/participants.html", context)


def _row(each: Any) -> dict[str, Any]:
    return {
        "participant": each,
        "url": reverse("participant", args=[each.reference]),
        "kind": Kind(each.kind).label,
        "roles": roles_of(each),
    }


def roles_of(participant: Participant) -> str:
    """Return the roles of a participant in words."""
    return ", ".join(sorted(Role(each.role).label.lower() for each in participant.roles.all()))


class Joining(forms.Form):
    """What is asked of a new participant."""

    name = forms.CharField(label="Name", max_length=120)
    kind = forms.ChoiceField(label="Kind", choices=[("", "Choose"), *Kind.choices])
    jurisdiction = forms.CharField(
        label="Jurisdiction",
        min_length=2,
        max_length=2,
        help_text="The country whose law it falls under, as two letters such as US or DE (ISO 3166-1).",
        widget=forms.TextInput(attrs={"autocapitalize": "characters", "size": 4}),
    )
    roles = forms.MultipleChoiceField(
        label="Roles",
        choices=[(each.value, f"{each.label}: {_ROLES[each]}") for each in Role],
        widget=forms.CheckboxSelectMultiple,
    )

    def clean_jurisdiction(self) -> str:
        """Take small letters for large ones."""
        return str(self.cleaned_data["jurisdiction"]).upper()


@page(administers, "GET", "HEAD", "POST")
def new(request: HttpRequest) -> HttpResponse:
    """Draw the form for a new participant, or make it."""
    form = Joining(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.create_participant(reader_of(request), **form.cleaned_data)
        except ClearinghouseError as error:
            told(form, error)
        else:
            messages.success(request, f"{made.name} takes part now. Invite the first person of it.")
            return redirect("participant", made.reference)
    return render(request, "web/pages/participant_new.html", {"form": form}, status=400 if form.errors else 200)


def told(form: forms.Form, error: ClearinghouseError) -> None:
    """Say beside the field that it is about, or else above the form, what is wrong."""
    field = error.field if isinstance(error, InvalidValueError) and error.field in form.fields else None
    form.add_error(field, f"{sentence(error.what)} {sentence(error.remedy)}")


@page(runs)
def one(request: HttpRequest, reference: str) -> HttpResponse:
    """Draw one participant."""
    reader = reader_of(request)
    found = queries.participant(reader, reference)
    count, shares = shared_with(reader, found)
    context = people.described(reader, found) | {
        "may_close": administers(reader) and found.closed_at is None,
        "sees_shares": coordinates(reader),
        "shared": count,
        "shares": [{"share": each, "url": reverse("vulnerability", args=[each.vulnerability])} for each in shares],
        "roles": roles_of(found),
    }
    return render(request, "web/pages/participant.html", context)


class Closing(forms.Form):
    """What is asked before a participant is closed."""

    reason = forms.CharField(label="Why", min_length=10, max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
    name = forms.CharField(label="Type the name of the organisation, to be sure", max_length=120)

    def __init__(self, participant: Participant, *args: Any) -> None:
        super().__init__(*args)
        self._name = participant.name

    def clean_name(self) -> str:
        """See that it is the name."""
        if self.cleaned_data["name"].strip() != self._name:
            raise forms.ValidationError("This is not its name. Type it as it stands above.")
        return self._name

    def clean_reason(self) -> str:
        """Return it as one line."""
        return " ".join(str(self.cleaned_data["reason"]).split())


@page(administers, "GET", "HEAD", "POST")
@reauthentication_required
def close(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask why a participant is to be closed, or close it."""
    reader = reader_of(request)
    found = _open(reader, reference)
    form = Closing(found, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            services.close_participant(reader, found, form.cleaned_data["reason"])
        except ClearinghouseError as error:
            told(form, error)
        else:
            messages.success(request, f"{found.name} has left. Nobody of it can do anything any more.")
            return redirect("participant", reference)
    context = {"form": form, "participant": found}
    return render(request, "web/pages/participant_close.html", context, status=400 if form.errors else 200)


def _open(reader: Reader, reference: str) -> Participant:
    found = queries.participant(reader, reference)
    if found.closed_at is not None:
        raise NotAllowedError
    return found
