"""What the frame of every page shows, see ``web/base.html``."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from clearinghouse import __version__
from clearinghouse.server.participants.models import Person, Role
from clearinghouse.server.web.middleware import must_have_factor, reader_of
from clearinghouse.server.web.pages.account import theme_of
from clearinghouse.server.web.pages.frame import navigation, watches_queue

DEMO = "Every organisation, person and flaw here is made up."


def frame(request: HttpRequest) -> dict[str, Any]:
    """Return the name of the installation, who is signed in, and where they sign in and out."""
    configuration = settings.CONFIGURATION
    known: dict[str, Any] = {
        "site_name": configuration.name,
        "version": __version__,
        "theme": theme_of(request),
        "sign_in_url": reverse("account_login"),
        "oidc_name": configuration.oidc_name if configuration.oidc_issuer else "",
    }
    reader = reader_of(request)
    person = getattr(request, "user", None)
    if reader.person is None or not isinstance(person, Person):
        return known
    return known | {
        "reader": {
            "name": person.name,
            "organisation": person.participant.name,
            "roles": [Role(role).label for role in sorted(reader.roles)],
        },
        "needs_factor": must_have_factor(reader) and not getattr(request, "has_factor", False),
        "account_url": reverse("account"),
        "nav": navigation(request, reader),
        "search_url": reverse("queue") if watches_queue(reader) else "",
        "demo": DEMO if configuration.demo else "",
        "sign_out_url": reverse("account_logout"),
    }
