"""Addresses that are told to people; no page needs to be loaded to tell them."""

from django.conf import settings

from clearinghouse.server.participants.models import Person

ACCOUNTS = "accounts/"
INVITATION = "invitation/{}/{}/"
"""Below :data:`ACCOUNTS`, for a person of some reference and a token: where they set their first password."""


def absolute(path: str) -> str:
    """Return the whole address of a path of this installation."""
    return f"{settings.CONFIGURATION.origin.rstrip('/')}{path}"


def invitation_link(person: Person, token: str) -> str:
    """Return the whole address of the link of an invitation."""
    return absolute(f"/{ACCOUNTS}{INVITATION.format(person.reference, token)}")
