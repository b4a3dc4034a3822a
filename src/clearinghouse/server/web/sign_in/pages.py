"""The pages of signing in that are ours: taking up an invitation, and where one is signed in."""

import logging
from collections.abc import Callable

from allauth.account.adapter import get_adapter
from allauth.socialaccount.providers.openid_connect import views as openid_connect
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods
from requests import RequestException

from clearinghouse.server.membership import sign_ins
from clearinghouse.server.membership.errors import InvitationError
from clearinghouse.server.membership.invitations import INVITED
from clearinghouse.server.membership.services import accept_invitation, invited
from clearinghouse.server.participants.models import Person
from clearinghouse.server.web.middleware import reader_of
from clearinghouse.server.web.session_store import REFERENCE
from clearinghouse.server.web.sign_in.forms import FirstPasswordForm
from clearinghouse.server.web.sign_in.links import invitation_link

_log = logging.getLogger("clearinghouse.sign_in")


def send_invitation(request: HttpRequest, person: Person, token: str) -> None:
    """Send somebody their link."""
    context = {"person": person, "link": invitation_link(person, token), "days": INVITED.days}
    get_adapter(request).send_mail("web/sign_in/email/invitation", person.email, context)


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, reference: str, token: str) -> HttpResponse:
    """Ask for the first password of whoever has the link. Looking at the page does not use it up."""
    try:
        person = invited(reference, token)
        form = FirstPasswordForm(person, request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            accept_invitation(reference, token, form.cleaned_data["new_password1"])
            messages.success(request, "Your password is set. Sign in with it.")
            return HttpResponseRedirect(reverse("account_login"))
    except InvitationError as error:
        return render(request, "web/sign_in/invitation_over.html", {"error": error}, status=404)
    return render(request, "web/sign_in/invitation.html", {"form": form, "person": person})


@login_required
@require_http_methods(["GET", "POST"])
def browsers(request: HttpRequest) -> HttpResponse:
    """Show where one is signed in; sign out one of them, or all."""
    reader = reader_of(request)
    if request.method == "GET":
        context = {"sign_ins": sign_ins.sign_ins(reader), "current": request.session.get(REFERENCE)}
        return render(request, "web/sign_in/browsers.html", context)
    reference = request.POST.get("reference", "")
    if not reference:
        sign_ins.end_all(reader)
    elif reference != request.session.get(REFERENCE):
        sign_ins.end(reader, reference)
        messages.success(request, "That browser is signed out.")
        return HttpResponseRedirect(reverse("browsers"))
    logout(request)
    return HttpResponseRedirect(reverse("account_login"))


def to_provider(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Lead to the provider, by POST; GET asks first."""
    return _asked(openid_connect.login, request, provider_id)


def from_provider(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Take up what the provider says."""
    return _asked(openid_connect.callback, request, provider_id)


def _asked(view: Callable[[HttpRequest, str], HttpResponse], request: HttpRequest, provider_id: str) -> HttpResponse:
    try:
        return view(request, provider_id)
    except RequestException as error:
        _log.error("the provider for signing in does not answer: %s", type(error).__name__)
        return render(request, "socialaccount/authentication_error.html", status=503)
