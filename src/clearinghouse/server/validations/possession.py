"""Challenges that a steward answers with the private half of a key, before its signatures count.

A challenge is bound to this installation, the participant, the person who asked, and half an hour. None is kept: a
keyed hash shows that it was given out here, and the nonce stands at the key that it proved, where it can stand once.
"""

import datetime as dt
import hmac
import secrets

from django.conf import settings
from django.utils import timezone

from clearinghouse.records import ClearinghouseError
from clearinghouse.server.access.reader import Reader
from clearinghouse.server.evidence import vault
from clearinghouse.server.participants.models import Participant
from clearinghouse.server.validations.errors import AskedWrongError, NotForThemError
from clearinghouse.trust.keys import PublicKey
from clearinghouse.trust.possession import Challenge, answered

LASTS = dt.timedelta(minutes=30)
LARGEST = 16_384
"""Most bytes of an answer."""
_NONCE = 16
_REMEDY = "take the challenge that the page shows now, answer it with `clearinghouse validate key prove`, and paste all"


def require_steward(reader: Reader) -> None:
    """See that somebody says which keys sign for their organisation.

    Raises:
        NotForThemError: they do not.
    """
    if reader.person is None or not reader.steward:
        raise NotForThemError("only a steward says which keys sign for an organisation", "ask a steward of yours")


def challenge(reader: Reader) -> Challenge:
    """Return something for a steward to sign with a key of their organisation.

    Raises:
        NotForThemError: they are none. VaultClosedError: there is no master key.
    """
    require_steward(reader)
    nonce = secrets.token_hex(_NONCE)
    expires = (timezone.now() + LASTS).replace(microsecond=0)
    return _sealed(reader, nonce, expires)


def require_proof(reader: Reader, proof: bytes, public: PublicKey) -> Challenge:
    """Return the challenge that a steward answered with a key.

    Raises:
        NotForThemError: they are none. AskedWrongError: it was answered with another key or not at all, is not one
            that was given to them here, or is over.
    """
    require_steward(reader)
    if len(proof) > LARGEST:
        raise AskedWrongError(f"the proof has more than {LARGEST:,} bytes", _REMEDY)
    try:
        found = answered(proof, public)
    except ClearinghouseError as error:
        raise AskedWrongError(f"possession of this key is not proved: {error.what}", _REMEDY) from error
    own = _sealed(reader, found.nonce, found.expires)
    if not hmac.compare_digest(own.to_bytes(), found.to_bytes()):
        raise AskedWrongError("the challenge that was answered was not given to you here", _REMEDY)
    if found.expires <= timezone.now():
        raise AskedWrongError("the challenge that was answered is over", _REMEDY)
    return found


def _sealed(reader: Reader, nonce: str, expires: dt.datetime) -> Challenge:
    """The challenge of somebody with a nonce and an end, as only this installation can make it."""
    participant = Participant.objects.values_list("reference", flat=True).get(pk=reader.participant)
    origin: str = settings.CONFIGURATION.origin
    bound = (origin, participant, str(reader.person), nonce, expires.astimezone(dt.UTC).isoformat())
    seal = vault.keyed("challenge of a signing key", *(each.encode() for each in bound)).hex()
    return Challenge(origin=origin, participant=participant, expires=expires, nonce=nonce, seal=seal)
