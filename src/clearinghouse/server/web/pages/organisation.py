"""One's own organisation: who it is, its people, its keys."""

import datetime as dt
from typing import Any

from allauth.account.decorators import reauthentication_required
from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from clearinghouse.records import ClearinghouseError
from clearinghouse.server.access.reader import Reader
from clearinghouse.server.membership import queries, services
from clearinghouse.server.membership.errors import NotAllowedError
from clearinghouse.server.membership.values import LONGEST_KEY, POSSIBLE
from clearinghouse.server.participants.models import Participant
from clearinghouse.server.participants.scopes import Scope
from clearinghouse.server.validations.queries import own_signing_keys
from clearinghouse.server.web.middleware import reader_of
from clearinghouse.server.web.pages.frame import act, anyone, back, page
from clearinghouse.server.web.pages.participants import roles_of, told
from clearinghouse.server.web.pages.people import SCOPES, described, manages
from clearinghouse.server.web.pages.signing import stewards

_DAYS = 90


def own(reader: Reader) -> Participant:
    """Return a reader's own participant."""
    found = queries.participants(reader).filter(pk=reader.participant).first()
    if found is None:
        raise NotAllowedError
    return found


@page(anyone)
def show(request: HttpRequest) -> HttpResponse:
    """Draw one's own organisation."""
    reader = reader_of(request)
    participant = own(reader)
    context = described(reader, participant) | {
        "roles": roles_of(participant),
        "makes_keys": manages(reader),
        "mine": True,
        "signing_keys": own_signing_keys(reader),
        "registers": stewards(reader),
    }
    return render(request, "web/pages/organisation.html", context)


class Making(forms.Form):
    """What is asked of a new key."""

    name = forms.CharField(label="Name", max_length=80, help_text="Such as the program that uses it.")
    scopes = forms.MultipleChoiceField(label="What it may do", widget=forms.CheckboxSelectMultiple)
    days = forms.IntegerField(
        label="Days until it ends",
        min_value=1,
        max_value=LONGEST_KEY.days,
        initial=_DAYS,
        help_text=f"1 to {LONGEST_KEY.days}. A key that ends by itself is one that nobody has to remember.",
    )

    def __init__(self, participant: Participant, *args: Any) -> None:
        super().__init__(*args)
        possible = frozenset[Scope]().union(*(POSSIBLE[each.role] for each in participant.roles.all()))
        self.fields["scopes"].choices = [(each.value, SCOPES[each]) for each in Scope if each in possible]


@page(manages, "GET", "HEAD", "POST")
@reauthentication_required
def new_key(request: HttpRequest) -> HttpResponse:
    """Draw the form for a key; or make one and show it, this one time."""
    reader = reader_of(request)
    participant = own(reader)
    form = Making(participant, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        ends = timezone.now() + dt.timedelta(days=given["days"]) - dt.timedelta(minutes=1)
        try:
            key, token = services.create_key(reader, participant, given["name"], given["scopes"], ends)
        except ClearinghouseError as error:
            told(form, error)
        else:
            context = {"key": key, "token": token, "origin": settings.CONFIGURATION.origin}
            context |= {"sends": Scope.REPORT_SUBMIT in given["scopes"]}
            return render(request, "web/pages/key_made.html", context)
    return render(request, "web/pages/key_new.html", {"form": form}, status=400 if form.errors else 200)


@act(manages)
def revoke_key(request: HttpRequest, key: str) -> str:
    """End a key at once."""
    reader = reader_of(request)
    found = queries.key(reader, key)
    services.revoke_key(reader, found)
    messages.success(request, f"The key {found.name} works no more.")
    return back(request, reverse("organisation"))
