"""What names, addresses, countries and kinds are taken.

Nothing here needs a database, so it can be asked before there is one.
"""

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from clearinghouse.formats.text import clean_line
from clearinghouse.server.membership.errors import InvalidValueError
from clearinghouse.server.participants.choices import Kind
from clearinghouse.server.participants.countries import COUNTRIES

LONGEST_NAME = 120


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
