"""Proof that somebody has the private half of a key: a challenge that they were given, signed with it.

A challenge says who asks, of whom, and until when, so that a signature that was meant for one installation and one
participant proves nothing to others. It is signed in a DSSE envelope of a type of its own: no verdict, and nothing else
that a key signs, is ever taken for an answer, and no answer for a verdict.
Source: RFC 4210, section 4.3, proof of possession; DSSE 1.0.2.
"""

import base64
import binascii
import datetime as dt
from typing import TYPE_CHECKING, Annotated, Self

import msgspec

from clearinghouse.records import ClearinghouseError
from clearinghouse.trust.commitment import canonical
from clearinghouse.trust.envelope import Envelope, sign_payload, verify_payload
from clearinghouse.trust.keys import KeyRing, PublicKey
from clearinghouse.trust.statement import NotStrictError, decode_strictly

if TYPE_CHECKING:
    from securesystemslib.signer import Signer

PAYLOAD_TYPE = "application/vnd.clearinghouse.key-possession.v1+json"
"""The type of a payload that is the challenge which is answered."""
LARGEST = 4_096
"""Most characters of a challenge."""
_PREFIX = "chc1_"
_Hex = Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{32,64}\Z")]
_Line = Annotated[str, msgspec.Meta(min_length=1, max_length=300, pattern=r"\A[ -~]+\Z")]


class ChallengeError(ClearinghouseError):
    """What should be a challenge is none."""


class Challenge(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be signed.

    Attributes:
        origin: the installation that asks, as the address of its pages. participant: the reference of whom it asks.
        expires: until when, in UTC. nonce: what no other challenge has. seal: by which who asks knows its own.

    Law: ``Challenge.from_text(challenge.to_text()) == challenge``.
    """

    origin: _Line
    participant: _Line
    expires: Annotated[dt.datetime, msgspec.Meta(tz=True)]
    nonce: _Hex
    seal: _Hex

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Return the challenge that is written in JSON.

        Raises:
            ChallengeError: it is none, or is written in another way than :meth:`to_bytes` does.
        """
        try:
            found = decode_strictly(data, msgspec.json.Decoder(cls), LARGEST)
        except NotStrictError as error:
            raise _none(str(error)) from None
        if found.to_bytes() != data:
            raise _none("it is not as it was given out")
        return found

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Return the challenge that people copy.

        Raises:
            ChallengeError: it is none.
        """
        word = "".join(text[: 2 * LARGEST].split())
        if not word.startswith(_PREFIX):
            raise _none(f"it does not begin with {_PREFIX}")
        try:
            coded = word.removeprefix(_PREFIX).encode("ascii")
            data = base64.b64decode(coded + b"=" * (-len(coded) % 4), altchars=b"-_", validate=True)
        except (UnicodeEncodeError, binascii.Error):
            raise _none("something of it is missing or was changed") from None
        return cls.from_bytes(data)

    def to_bytes(self) -> bytes:
        """Return it as canonical JSON: what is signed."""
        expires = self.expires.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        members = {"origin": self.origin, "participant": self.participant, "nonce": self.nonce, "seal": self.seal}
        return canonical(members | {"expires": expires})

    def to_text(self) -> str:
        """Return it as one word that people copy."""
        return _PREFIX + base64.urlsafe_b64encode(self.to_bytes()).rstrip(b"=").decode("ascii")


def answer(challenge: Challenge, signer: "Signer") -> Envelope:
    """Return the answer to a challenge.

    Raises:
        SignerError: the key does not sign.
    """
    return sign_payload(challenge.to_bytes(), PAYLOAD_TYPE, [signer])


def answered(envelope: bytes, key: PublicKey) -> Challenge:
    """Return the challenge that was answered with a key. Whether it is the right one is for who gave it out.

    Raises:
        EnvelopeError: it is no envelope of this type, or was not signed with this key. ChallengeError: what was signed
            is no challenge.
    """
    return Challenge.from_bytes(verify_payload(envelope, KeyRing([key]), PAYLOAD_TYPE))


def _none(why: str) -> ChallengeError:
    return ChallengeError(f"this is no challenge: {why}", "copy it whole from the page that shows it")
