"""Keys that sign verdicts for an organisation: registering one, with proof that one has it, and ending it."""

from typing import Any

from allauth.account.decorators import reauthentication_required
from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from clearinghouse.records import ClearinghouseError
from clearinghouse.server.access.reader import Reader
from clearinghouse.server.validations import possession, signing
from clearinghouse.server.web.middleware import reader_of
from clearinghouse.server.web.pages.frame import act, back, page
from clearinghouse.server.web.pages.participants import told


def stewards(reader: Reader) -> bool:
    """Stewards of an organisation."""
    return reader.person is not None and reader.steward


class Registering(forms.Form):
    """What is asked of a key that is to sign for an organisation."""

    name = forms.CharField(label="Name", max_length=80, help_text="Such as the machine that signs.")
    pem = forms.CharField(
        label="Public key",
        max_length=signing.LARGEST_PEM,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        help_text="The file that ends in .pub, as PEM.",
    )
    proof = forms.CharField(
        label="Proof",
        max_length=possession.LARGEST,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        help_text="All that the command above printed.",
    )


@page(stewards, "GET", "HEAD", "POST")
@reauthentication_required
def register(request: HttpRequest) -> HttpResponse:
    """Draw the form with a challenge to answer; or let the signatures of a key count for one's own organisation."""
    reader = reader_of(request)
    form = Registering(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        given: dict[str, Any] = form.cleaned_data
        pem, proof = (_bytes(given[name]) for name in ("pem", "proof"))
        try:
            made = signing.register(reader, given["name"], pem, proof)
        except ClearinghouseError as error:
            told(form, error)
        else:
            messages.success(request, f"Verdicts that {made.name} signs count for your organisation from now on.")
            return redirect("organisation")
    context = {
        "form": form,
        "challenge": possession.challenge(reader).to_text(),
        "minutes": int(possession.LASTS.total_seconds() // 60),
    }
    return render(request, "web/pages/signing_new.html", context, status=400 if form.errors else 200)


def _bytes(text: str) -> bytes:
    """What was pasted, with ends of lines as they were before a browser sent it."""
    return (text.replace("\r\n", "\n").strip() + "\n").encode("utf-8", "replace")


@act(stewards)
def revoke(request: HttpRequest, key: str) -> str:
    """Let the signatures of a key count no more."""
    found = signing.revoke(reader_of(request), key)
    messages.success(request, f"What {found.name} signed counts no more.")
    return back(request, reverse("organisation"))
