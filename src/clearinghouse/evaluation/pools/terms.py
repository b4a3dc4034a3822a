"""What both sides of a draw agree on before the beacon speaks. What follows from it is in :mod:`.draw`."""

import hashlib
import secrets
from typing import Annotated

import msgspec

from clearinghouse.evaluation.ledger.times import moment, stamp
from clearinghouse.evaluation.pools.beacon import Beacon, demand_known
from clearinghouse.evaluation.pools.errors import DrawError
from clearinghouse.trust.commitment import canonical
from clearinghouse.trust.statement import Sha256

SCHEMA = "clearinghouse draw 2"
NONCE_BYTES = 32
_NONCE = b"clearinghouse nonce 1\x00"

Moment = Annotated[str, msgspec.Meta(pattern=r"\A\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\Z")]


class Terms(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What both sides agree on before the beacon speaks.

    Attributes:
        schema: always :data:`SCHEMA`. stage: 1, or 2 and up for a fresh draw. plan: SHA-256 of the plan's file.
        root: of the pool. nonce: what :func:`nonce_digest` makes of the developer's nonce. beacon: which round of
            which beacon. agreed: when, in UTC. reveal_days: after the round within which the nonce is to be revealed.
        before: SHA-256 of the draw before this one; empty at the first. used: families that it had drawn, sorted.
    """

    schema: str = SCHEMA
    stage: Annotated[int, msgspec.Meta(ge=1, le=100)] = 1
    plan: Sha256
    root: Sha256
    nonce: Sha256
    beacon: Beacon
    agreed: Moment
    reveal_days: Annotated[int, msgspec.Meta(ge=1, le=90)] = 7
    before: Annotated[str, msgspec.Meta(pattern=r"\A([0-9a-f]{64})?\Z")] = ""
    used: tuple[Sha256, ...] = ()

    def to_bytes(self) -> bytes:
        """Return them as canonical JSON."""
        return canonical(msgspec.to_builtins(self)) + b"\n"

    @property
    def digest(self) -> str:
        """SHA-256 of their bytes, in hex."""
        return hashlib.sha256(self.to_bytes()).hexdigest()


def new_nonce() -> bytes:
    """Return a fresh nonce, which the developer keeps until the beacon has spoken."""
    return secrets.token_bytes(NONCE_BYTES)


def nonce_digest(nonce: bytes) -> str:
    """Return what the developer names of its nonce beforehand: SHA-256("clearinghouse nonce 1" 00 nonce), in hex."""
    return hashlib.sha256(_NONCE + nonce).hexdigest()


def demand_timely(terms: Terms) -> None:
    """Refuse terms of a round that was out when they were agreed on.

    Raises:
        DrawError: it was, or the beacon is not what it calls itself.
    """
    demand_known(terms.beacon)
    if not moment(terms.agreed) < terms.beacon.time:
        what = f"round {terms.beacon.round} of the beacon was out at {stamp(terms.beacon.time)}"
        raise DrawError(f"{what}, and the terms are of {terms.agreed}", "name a round that is still to come")
