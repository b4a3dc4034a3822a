"""What all pages share: who may open them, how forms answer, where the parts of the installation are."""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any
from urllib.parse import urlencode

import msgspec
from django.contrib import messages
from django.core.exceptions import SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from clearinghouse.records import ClearinghouseError
from clearinghouse.server.access.reader import Reader
from clearinghouse.server.intake.services import SENDERS
from clearinghouse.server.participants.models import Role
from clearinghouse.server.web.middleware import reader_of
from clearinghouse.server.web.problems import status_of

View = Callable[..., HttpResponse]
May = Callable[[Reader], bool]


def anyone(reader: Reader) -> bool:
    """Everybody who is signed in."""
    return reader.person is not None


def has(*roles: Role) -> May:
    """People of a participant with one of these roles."""
    wanted = frozenset(roles)
    return lambda reader: reader.person is not None and not wanted.isdisjoint(reader.roles)


def sends(reader: Reader) -> bool:
    """People of a participant that may send reports."""
    return reader.person is not None and not SENDERS.isdisjoint(reader.roles)


coordinates = has(Role.COORDINATOR)
watches_queue = has(Role.COORDINATOR, Role.VENDOR, Role.AGENCY)
deploys = has(Role.DEPLOYER)


def runs(reader: Reader) -> bool:
    """Administrators, and a coordinator's people."""
    return reader.administrator or coordinates(reader)


def administers(reader: Reader) -> bool:
    """Administrators of the installation."""
    return reader.person is not None and reader.administrator


def has_overview(reader: Reader) -> bool:
    """Everybody but people of who only keeps systems: what they come for is their worklist."""
    return anyone(reader) and (reader.roles != {Role.DEPLOYER} or runs(reader))


def page(may: May, *methods: str) -> Callable[[View], View]:
    """Make a view a page: who is not signed in is led to where they can, for whom it is not, there is nothing there.

    Args:
        may: whether it is for somebody. methods: of HTTP; GET and HEAD if none is given.
    """

    def decorate(view: View) -> View:
        @require_http_methods(list(methods or ("GET", "HEAD")))
        @wraps(view)
        def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            reader = reader_of(request)
            if reader.person is None:
                if request.method in {"GET", "HEAD"}:
                    return redirect(f"{reverse('account_login')}?{urlencode({'next': request.get_full_path()})}")
                return redirect("account_login")
            if not may(reader):
                raise Http404
            if any("\0" in each for name in request.POST for each in request.POST.getlist(name)):
                raise SuspiciousOperation("a form with the character NUL")
            return view(request, *args, **kwargs)

        return answer

    return decorate


def act(may: May) -> Callable[[View], View]:
    """Make a view the act behind a form: POST only. What goes wrong is told on the page that it leads back to.

    The view returns the address to go on to, and may add a message. An error with a sentence for people leads to
    ``back``, the address that the form names, if it is one of ours.
    """

    def decorate(view: Callable[..., str]) -> View:
        @wraps(view)
        def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            try:
                return HttpResponseRedirect(view(request, *args, **kwargs))
            except ClearinghouseError as error:
                if status_of(error) in {404, 500, 503}:
                    raise
                messages.error(request, f"{sentence(error.what)} {sentence(error.remedy)}")
                return HttpResponseRedirect(back(request))

        return page(may, "POST")(answer)

    return decorate


def sentence(text: str) -> str:
    """Return a clause as a sentence."""
    return f"{text[:1].upper()}{text[1:]}."


def back(request: HttpRequest, otherwise: str = "/") -> str:
    """Return the page that a form stands on, as the form names it: an address of ours, or ``otherwise``."""
    named = request.POST.get("back", "")
    return named if named.startswith("/") and not named.startswith(("//", "/\\")) else otherwise


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of the main navigation."""

    title: str
    url: str
    current: bool = False
    count: int | None = None


_NAVIGATION: Sequence[tuple[str, str, May]] = (
    ("Overview", "overview", has_overview),
    ("Queue", "queue", watches_queue),
    ("Worklist", "worklist", deploys),
    ("Inventories", "inventories", deploys),
    ("Worklists", "worklists", coordinates),
    ("Reports", "reports", lambda reader: sends(reader) or runs(reader)),
    ("Validations", "validations", lambda reader: sends(reader) or coordinates(reader)),
    ("Participants", "participants", runs),
    ("Organisation", "organisation", anyone),
    ("Jobs", "jobs", runs),
    ("Audit", "audit", runs),
    ("Break-glass", "glass", runs),
)


def navigation(request: HttpRequest, reader: Reader) -> list[Item]:
    """Return the parts of the installation that are for somebody, and which of them is open."""
    here = request.resolver_match.url_name if request.resolver_match else ""
    path = request.path
    found = []
    for title, name, may in _NAVIGATION:
        if may(reader):
            url = reverse(name)
            inside = url != "/" and path.startswith(url)
            found.append(Item(title=title, url=url, current=here == name or inside))
    return found
