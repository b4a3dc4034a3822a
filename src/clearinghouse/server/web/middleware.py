"""What is true of every request and every response: headers, who asks, how often, from where, with which factor."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit

from allauth.account.adapter import get_adapter
from allauth.core.exceptions import ReauthenticationRequired
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from clearinghouse.records import ClearinghouseError
from clearinghouse.server.access.reader import NOBODY, Reader
from clearinghouse.server.configuration import Configuration
from clearinghouse.server.membership import sign_ins
from clearinghouse.server.membership.tokens import reader_of_token
from clearinghouse.server.participants.models import Role, today
from clearinghouse.server.web import answers
from clearinghouse.server.web.problems import is_api, unauthorised
from clearinghouse.server.web.session_store import REFERENCE
from clearinghouse.server.web.throttle import Throttle, who_asks

Answer = Callable[[HttpRequest], HttpResponse]

_NOT_USED = (
    "accelerometer",
    "autoplay",
    "camera",
    "display-capture",
    "encrypted-media",
    "fullscreen",
    "geolocation",
    "gyroscope",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "screen-wake-lock",
    "usb",
    "xr-spatial-tracking",
)
_PERMISSIONS = ", ".join(f"{feature}=()" for feature in _NOT_USED)
_FACTOR_PAGES = frozenset({"account_logout", "account_reauthenticate", "account_change_password"})
"""Where somebody may go who has to set up a second factor first; and everything whose name begins with ``mfa_``."""


def content_security_policy(oidc_issuer: str = "") -> str:
    """Return the policy of every page: nothing but our own files, no script or style inside a page, no frames.

    Args:
        oidc_issuer: a provider to which the form for signing in may lead on. Browsers hold that against the address
            that the form leads to in the end, so it has to be of the issuer's origin.
    """
    form_action = " ".join(filter(None, ("'self'", _origin(oidc_issuer))))
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'none'; "
        f"connect-src 'self'; form-action {form_action}; frame-ancestors 'none'; base-uri 'none'"
    )


class SecurityHeadersMiddleware:
    """Headers that narrow what a browser does with a response. The outermost, so that no response is without them."""

    def __init__(self, get_response: Answer) -> None:
        self._get_response = get_response
        self._headers = {
            "Content-Security-Policy": content_security_policy(_configuration().oidc_issuer),
            "Permissions-Policy": _PERMISSIONS,
            "Cross-Origin-Resource-Policy": "same-origin",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Referrer-Policy": "same-origin",
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
        }

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, with the headers."""
        response = self._get_response(request)
        for name, value in self._headers.items():
            response.headers[name] = value
        if response.status_code >= 400 or not request.path_info.startswith(settings.STATIC_URL):
            response.headers["Cache-Control"] = "no-store"
        return response


class CrossOriginMiddleware:
    """Pages of other sites do not use the API: they are refused before anything of the body is read."""

    def __init__(self, get_response: Answer) -> None:
        self._get_response = get_response
        self._ours = _origin(_configuration().origin)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, unless the request comes from another site."""
        origin = request.headers.get("Origin")
        if origin is not None and is_api(request) and origin.lower() not in {self._ours, _called(request)}:
            return answers.refusal(request, 403)
        return self._get_response(request)


class AddressMiddleware:
    """No address has the character NUL, and PostgreSQL takes no text with it: such a request is refused at once."""

    def __init__(self, get_response: Answer) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, unless the address is none."""
        if "\0" in request.path_info or "%00" in request.META.get("QUERY_STRING", ""):
            return answers.refusal(request, 400)
        return self._get_response(request)


class ErrorMiddleware:
    """An error that nobody dealt with becomes an answer that fits: see :mod:`.answers`.

    Whoever has to confirm that it is them is led to where they can, and begins anew after it: allauth would keep the
    whole request in the session, cookies and all.
    """

    def __init__(self, get_response: Answer) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer."""
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Return what is said of an error that has something to say."""
        if isinstance(exception, ReauthenticationRequired):
            methods = get_adapter(request).get_reauthentication_methods(request.user)
            where = methods[0]["url"] if methods else reverse("account_login")
            return HttpResponseRedirect(f"{where}?{urlencode({'next': request.get_full_path()})}")
        return answers.of_error(request, exception) if isinstance(exception, ClearinghouseError) else None


class ReaderMiddleware:
    """Sets ``request.reader``: who asks, or NOBODY.

    Under ``/v1/`` that is told by the key alone, so that no page can use somebody's session there; a key that is not
    good is refused at once. Everywhere else it is told by the session alone, and a session whose person was
    deactivated, whose participant was closed, or that was signed out elsewhere, ends here.
    """

    def __init__(self, get_response: Answer) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, with the reader set."""
        if is_api(request):
            header = request.headers.get("Authorization")
            reader = NOBODY if header is None else reader_of_token(header)
            if reader is None:
                # Whoever tries keys is counted like all who have not said who they are.
                return _throttled(request, NOBODY) or unauthorised()
            _set(request, reader)
        else:
            _set(request, *_of_session(request))
        return self._get_response(request)


class ThrottleMiddleware:
    """Answers 429 to who asks more often than the limits allow."""

    def __init__(self, get_response: Answer) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, unless it is one too many."""
        return _throttled(request, reader_of(request)) or self._get_response(request)


class SecondFactorMiddleware:
    """Administrators and people of a coordinator see nothing but the pages for it until they have a second factor."""

    def __init__(self, get_response: Answer) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer."""
        return self._get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Lead whoever has to set up a factor to where they can."""
        reader = reader_of(request)
        if reader.person is None or getattr(request, "has_factor", False) or not must_have_factor(reader):
            return None
        name = request.resolver_match.url_name if request.resolver_match else None
        if name and (name in _FACTOR_PAGES or name.startswith("mfa_")):
            return None
        return HttpResponseRedirect(reverse("mfa_index"))


def reader_of(request: HttpRequest) -> Reader:
    """Return who asks."""
    reader: Reader = getattr(request, "reader", NOBODY)
    return reader


def must_have_factor(reader: Reader) -> bool:
    """Whether somebody may not be here without a second factor."""
    return _configuration().require_mfa and (reader.administrator or Role.COORDINATOR in reader.roles)


def _of_session(request: HttpRequest) -> tuple[Reader, bool]:
    """Who has the session, and whether they have a second factor."""
    if not request.user.is_authenticated:
        if request.session.get("_auth_user_id"):
            request.session.flush()
        return NOBODY, False
    reference = request.session.get(REFERENCE, "")
    standing = sign_ins.standing(reference, request.user.pk)
    if standing is None:
        from django.contrib.auth import logout

        logout(request)
        return NOBODY, False
    if standing.seen_on != today():
        sign_ins.seen(reference)
    return standing.reader, standing.has_factor


def _set(request: HttpRequest, reader: Reader, has_factor: bool = False) -> None:
    request.reader = reader
    request.has_factor = has_factor


_throttle = Throttle()


def _throttled(request: HttpRequest, reader: Reader) -> HttpResponse | None:
    configuration = _configuration()
    limits = configuration.limits
    a_minute = limits.requests_a_minute if reader.is_known else limits.anonymous_a_minute
    wait = _throttle.wait(who_asks(request, reader, configuration.trusted_proxies), a_minute)
    return answers.refusal(request, 429, Retry_After=wait) if wait else None


def _configuration() -> Configuration:
    configuration: Configuration = settings.CONFIGURATION
    return configuration


def _called(request: HttpRequest) -> str:
    """Under which origin the server was called; only its own names are taken."""
    return f"{request.scheme}://{request.get_host().lower()}"


def _origin(address: str) -> str:
    """Scheme, host and port of an address, as browsers write it."""
    parts = urlsplit(address.lower())
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""
