"""One's account: who one is here, how one signs in, where one is signed in, and how pages look."""

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from clearinghouse.server.membership import sign_ins
from clearinghouse.server.web.middleware import reader_of
from clearinghouse.server.web.pages.frame import anyone, page
from clearinghouse.server.web.session_store import REFERENCE

THEME = "theme"
"""The cookie that holds how pages look; without it they look as the screen does."""
THEMES = {"": "As the screen", "light": "Light", "dark": "Dark"}
_YEAR = 365 * 24 * 3600


@page(anyone)
def show(request: HttpRequest) -> HttpResponse:
    """Draw the account."""
    reader = reader_of(request)
    factors = list(Authenticator.objects.filter(user=reader.person).values_list("type", flat=True))
    context = {
        "person": request.user,
        "passkeys": factors.count(Authenticator.Type.WEBAUTHN),
        "codes": Authenticator.Type.TOTP in factors,
        "recovery": Authenticator.Type.RECOVERY_CODES in factors,
        "sign_ins": sign_ins.sign_ins(reader),
        "current": request.session.get(REFERENCE),
        "themes": list(THEMES.items()),
        "chosen": theme_of(request),
    }
    return render(request, "web/pages/account.html", context)


def theme_of(request: HttpRequest) -> str:
    """Return how somebody wants pages to look: ``light``, ``dark``, or nothing: as the screen."""
    chosen = request.COOKIES.get(THEME, "")
    return chosen if chosen in THEMES else ""


@page(anyone, "POST")
def theme(request: HttpRequest) -> HttpResponse:
    """Remember how pages are to look, in this browser."""
    chosen = request.POST.get("theme", "")
    answer = HttpResponseRedirect(reverse("account"))
    if chosen in THEMES and chosen:
        secure = settings.SESSION_COOKIE_SECURE
        answer.set_cookie(THEME, chosen, max_age=_YEAR, secure=secure, httponly=True, samesite="Lax")
    else:
        answer.delete_cookie(THEME, samesite="Lax")
    messages.success(request, f"Pages look like this now: {THEMES.get(chosen, THEMES['']).lower()}.")
    return answer
