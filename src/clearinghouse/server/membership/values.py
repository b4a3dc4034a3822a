"""What names, addresses and dates are taken."""

import datetime as dt
from collections.abc import Collection, Iterable

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone

from clearinghouse.formats.text import clean_line
from clearinghouse.server.membership.errors import InvalidValueError
from clearinghouse.server.participants.countries import COUNTRIES
from clearinghouse.server.participants.models import Kind, Role
from clearinghouse.server.participants.scopes import Scope

LONGEST_KEY = dt.timedelta(days=366)
"""A key that lives longer than this is not made."""

_SENDS = {Scope.REPORT_SUBMIT, Scope.REPORT_READ}
_READS = {Scope.VULNERABILITY_READ, Scope.OVERVIEW_READ}
POSSIBLE: dict[str, frozenset[Scope]] = {
    Role.FINDER: frozenset(_SENDS | _READS | {Scope.EVIDENCE_READ}),
    Role.RESEARCHER: frozenset(_SENDS | _READS | {Scope.EVIDENCE_READ}),
    Role.DEVELOPER: frozenset(_SENDS | _READS | {Scope.EVIDENCE_READ}),
    Role.VENDOR: frozenset(_SENDS | _READS | {Scope.EVIDENCE_READ}),
    Role.AGENCY: frozenset(_SENDS | _READS | {Scope.EVIDENCE_READ}),
    Role.DEPLOYER: frozenset(_SENDS | _READS | {Scope.INVENTORY_READ, Scope.INVENTORY_WRITE}),
    Role.COORDINATOR: frozenset(Scope),
    Role.OBSERVER: frozenset(_READS),
}
"""Which scopes a key of a participant with this role can have. What it then sees, :mod:`..access` decides."""


def line(field: str, text: str, longest: int) -> str:
    """Return a name as one line, without space around it.

    Raises:
        InvalidValueError: it is empty, too long, or holds characters that cannot be seen or turn the line round.
    """
    stripped = text.strip()
    if not stripped:
        raise InvalidValueError(field, f"the {field} is empty", f"give a {field}")
    if len(stripped) > longest:
        raise InvalidValueError(field, f"the {field} has {len(stripped)} characters", f"use at most {longest}")
    if not stripped.isprintable() or clean_line(stripped, longest) != stripped:
        what = f"the {field} holds control or direction characters, or several blanks in a row"
        raise InvalidValueError(field, what, "write it as it is to be read, on one line")
    return stripped


def address(text: str) -> str:
    """Return an e-mail address in lower case.

    Raises:
        InvalidValueError: it is none, or is not written in ASCII (look-alikes of other addresses are not taken).
    """
    email = text.strip().lower()
    try:
        validate_email(email)
    except ValidationError as error:
        raise InvalidValueError("email", "this is no e-mail address", "write it like name@example.org") from error
    if not email.isascii() or len(email) > 254:
        what = "the e-mail address is too long or has letters beyond ASCII"
        raise InvalidValueError("email", what, "use an address in plain letters, with its domain in punycode")
    return email


def country(code: str) -> str:
    """Return a country code as ISO 3166-1 has it, or raise :class:`.InvalidValueError`."""
    if code not in COUNTRIES:
        what = "the jurisdiction is not a country code of ISO 3166-1"
        raise InvalidValueError("jurisdiction", what, "use two capital letters such as US or DE")
    return code


def kind_of(value: str) -> Kind:
    """Return a kind of organisation, or raise :class:`.InvalidValueError`."""
    if value not in Kind.values:
        raise InvalidValueError("kind", "there is no such kind of organisation", f"use one of {', '.join(Kind.values)}")
    return Kind(value)


def roles_of(values: Iterable[str]) -> frozenset[Role]:
    """Return roles, at least one, or raise :class:`.InvalidValueError`."""
    wanted = set(values)
    if not wanted or not wanted <= set(Role.values):
        what = "there is no such role" if wanted else "the participant has no role"
        raise InvalidValueError("roles", what, f"use some of {', '.join(Role.values)}")
    return frozenset(map(Role, wanted))


def scopes_of(values: Iterable[str], roles: Collection[Role]) -> frozenset[Scope]:
    """Return the scopes of a key, at least one, all of them possible for a participant with ``roles``.

    Raises:
        InvalidValueError: there is none, or one is unknown or not possible.
    """
    wanted = set(values)
    possible: set[str] = set().union(*(POSSIBLE[role] for role in roles))
    if not wanted:
        raise InvalidValueError("scopes", "the key is good for nothing", f"choose among {', '.join(sorted(possible))}")
    if wrong := sorted(wanted - possible):
        known = set(wrong) <= set(map(str, Scope))
        what = "the roles of the participant do not allow this scope" if known else "there is no such scope"
        raise InvalidValueError("scopes", what, f"choose among {', '.join(sorted(possible))}")
    return frozenset(map(Scope, wanted))


def end_of_key(expires_at: dt.datetime) -> dt.datetime:
    """Return when a key expires.

    Raises:
        InvalidValueError: that has no time zone, has passed, or is more than :data:`LONGEST_KEY` away.
    """
    if timezone.is_naive(expires_at):
        raise InvalidValueError("expires_at", "the end of the key has no time zone", "give it with one, such as Z")
    left = expires_at - timezone.now()
    if not dt.timedelta() < left <= LONGEST_KEY:
        what = "the key would expire in the past" if left <= dt.timedelta() else "the key would live too long"
        raise InvalidValueError("expires_at", what, f"choose an end within {LONGEST_KEY.days} days")
    return expires_at
