"""Public beacons: random values that nobody knows before their time, and everybody knows after it.

drand (https://docs.drand.love) publishes one at fixed intervals: round r of a chain is out at
``genesis + (r - 1) * period``. Its value is the SHA-256 of a threshold signature, which is checked here; the signature
itself is over a pairing-friendly curve and is checked with a client of drand by whoever needs to be sure.
Any other beacon with rounds at fixed times can be described in the same way.
"""

import datetime as dt
import hashlib
import hmac
from typing import Annotated

import msgspec

from clearinghouse.evaluation.pools.errors import DrawError

FEWEST_BYTES = 16
"""Of how many bytes the value of a beacon is at least."""
_LATER = dt.timedelta(days=366)
"""What a calendar must have left behind a round, for the days of a nonce."""
_ROOM = int(_LATER.total_seconds())

_Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200, pattern=r"\A[^\x00-\x1f\x7f]*\Z")]


class Beacon(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One round of one beacon.

    Attributes:
        name: such as ``drand quicknet``. chain: what tells it from others; of drand, the chain's hash.
        genesis: when round 1 was out, in seconds since 1970, UTC. period: seconds between rounds. round: which one.
        hashed: whether the value is the SHA-256 of the round's signature, as drand's is.
    """

    name: _Name
    chain: _Name
    genesis: Annotated[int, msgspec.Meta(ge=0, le=2**36)]
    period: Annotated[int, msgspec.Meta(ge=1, le=10**7)]
    round: Annotated[int, msgspec.Meta(ge=1, le=2**40)]
    hashed: bool = True

    @property
    def time(self) -> dt.datetime:
        """When its round is out.

        Raises:
            DrawError: that is beyond all calendars.
        """
        try:
            return dt.datetime.fromtimestamp(self.genesis + (self.round - 1) * self.period + _ROOM, dt.UTC) - _LATER
        except (OverflowError, ValueError, OSError):
            what = f"round {self.round} of {self.name} is beyond all calendars"
            raise DrawError(what, "name a round of the next days") from None


def quicknet(number: int) -> Beacon:
    """Return a round of drand's quicknet, which has one every three seconds."""
    chain = "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971"
    return Beacon(name="drand quicknet", chain=chain, genesis=1_692_803_367, period=3, round=number)


def mainnet(number: int) -> Beacon:
    """Return a round of drand's first chain, which has one every thirty seconds."""
    chain = "8990e7a9aaed2ffed73dbd7092123d6f289930540d7651336225dc172e51b2ce"
    return Beacon(name="drand default", chain=chain, genesis=1_595_431_050, period=30, round=number)


KNOWN = {"quicknet": quicknet, "default": mainnet}
"""Beacons by the names under which a command line takes them."""


def round_after(name: str, when: dt.datetime) -> Beacon:
    """Return the first round of a known beacon that is out after a moment.

    Raises:
        DrawError: the beacon is not known.
    """
    if name not in KNOWN:
        raise DrawError(f"there is no beacon {name[:40]!a}", f"name one of {', '.join(KNOWN)}")
    first = KNOWN[name](1)
    gone = int(when.timestamp()) - first.genesis
    return KNOWN[name](max(1, gone // first.period + 2))


def is_value(beacon: Beacon, value: bytes, signature: bytes = b"") -> bool:
    """Whether bytes can be the value of a round: long enough, and what its signature gives where that is there."""
    if beacon.hashed and signature:
        return hmac.compare_digest(hashlib.sha256(signature).digest(), value)
    return len(value) >= FEWEST_BYTES and (not beacon.hashed or len(value) == hashlib.sha256().digest_size)


def demand_known(beacon: Beacon) -> None:
    """Refuse what calls itself a chain of drand and has its rounds at other times.

    Raises:
        DrawError: it does.
    """
    for known in KNOWN.values():
        same = known(beacon.round)
        if beacon.chain == same.chain and beacon != same:
            raise DrawError(f"{beacon.name} has no rounds at such times", f"describe it as {same.name} is")
