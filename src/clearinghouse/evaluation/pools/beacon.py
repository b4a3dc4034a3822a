"""Public beacons: random values that nobody knows before their time, and everybody can verify after it.

drand (https://docs.drand.love) publishes one at fixed intervals: round r of a network is out at
``genesis + (r - 1) * period``. Its value is the SHA-256 of a threshold signature, which :mod:`.drand` verifies, so that
whoever makes a draw cannot choose it. The beacon ``rehearsal`` is none: its value is what whoever draws says. It is
there for exercises without a network, and whatever rests on it says so.
"""

import datetime as dt
import hmac
from pathlib import Path
from typing import Annotated

import msgspec

from clearinghouse.evaluation.ledger import files
from clearinghouse.evaluation.pools import drand
from clearinghouse.evaluation.pools.errors import DrawError
from clearinghouse.trust.statement import NotStrictError, decode_strictly

FEWEST_BYTES = 16
"""Of how many bytes the value of a rehearsal is at least."""
LARGEST = 16 << 10
"""Most bytes of a round as drand's nodes give it."""
REHEARSAL = "rehearsal"
_LATER = dt.timedelta(days=366)
"""What a calendar must have left behind a round, for the days of a nonce."""
_ROOM = int(_LATER.total_seconds())

_Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200, pattern=r"\A[^\x00-\x1f\x7f]*\Z")]
_Number = Annotated[int, msgspec.Meta(ge=1, le=2**40)]
Hex = Annotated[str, msgspec.Meta(pattern=r"\A([0-9a-f]{2})*\Z", max_length=512)]
"""Bytes as hexadecimal digits in lower case."""


class Beacon(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One round of one beacon.

    Attributes:
        name: such as ``drand quicknet``. chain: what tells it from others; of drand, the hash of the network.
        genesis: when round 1 was out, in seconds since 1970, UTC. period: seconds between rounds. round: which one.
    """

    name: _Name
    chain: _Name
    genesis: Annotated[int, msgspec.Meta(ge=0, le=2**36)]
    period: Annotated[int, msgspec.Meta(ge=1, le=10**7)]
    round: _Number

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

    @property
    def is_verifiable(self) -> bool:
        """Whether its rounds are signed under a key that is known here."""
        return self.chain in drand.NETWORKS


class Spoken(msgspec.Struct, frozen=True, kw_only=True):
    """What a beacon said at a round: the value; the signature that it follows from, and the one before, if any."""

    value: bytes
    signature: bytes = b""
    previous: bytes = b""


class _Round(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A round as drand's nodes give it over HTTP (``/public/ROUND``)."""

    round: _Number
    signature: Hex
    randomness: Hex = ""
    previous_signature: Hex = ""


_ROUND = msgspec.json.Decoder(_Round)


def quicknet(number: int) -> Beacon:
    """Return a round of drand's quicknet, which has one every three seconds."""
    return _of(drand.QUICKNET, number)


def mainnet(number: int) -> Beacon:
    """Return a round of drand's first network, which has one every thirty seconds."""
    return _of(drand.DEFAULT, number)


def rehearsal(number: int) -> Beacon:
    """Return a second since 1970 as a round for an exercise; what is said at it, nobody can verify."""
    return Beacon(name=REHEARSAL, chain=REHEARSAL, genesis=0, period=1, round=number)


KNOWN = {"quicknet": quicknet, "default": mainnet, REHEARSAL: rehearsal}
"""Beacons by the names under which a plan takes them."""


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


def by_signature(signature: bytes, previous: bytes = b"") -> Spoken:
    """Return what a round says by its signature. It is not verified: :func:`demand_spoken`."""
    return Spoken(value=drand.value_of(signature), signature=signature, previous=previous)


def read_round(data: bytes, beacon: Beacon) -> Spoken:
    """Return what a round says, as drand's nodes give it over HTTP. It is not verified: :func:`demand_spoken`.

    Args:
        beacon: the round that it must be.

    Raises:
        DrawError: it is none, is another round, or its value does not follow from its signature.
    """
    try:
        read = decode_strictly(data, _ROUND, LARGEST)
    except NotStrictError as error:
        what = f"this is no round as drand's nodes give it: {error}"
        raise DrawError(what, "save what /public/ROUND of a node gives, as it is") from None
    if read.round != beacon.round:
        what = f"this is round {read.round}, and the terms name round {beacon.round}"
        raise DrawError(what, "get the round that the terms name")
    spoken = by_signature(bytes.fromhex(read.signature), bytes.fromhex(read.previous_signature))
    if read.randomness and not hmac.compare_digest(bytes.fromhex(read.randomness), spoken.value):
        raise DrawError("the value of this round does not follow from its signature", "get it from another node")
    return spoken


def load_round(path: Path, beacon: Beacon) -> Spoken:
    """Return what the file of a round says; see :func:`read_round`.

    Raises:
        LedgerError: it cannot be read. DrawError: it is not that round.
    """
    return read_round(files.read(path, LARGEST), beacon)


def demand_spoken(beacon: Beacon, spoken: Spoken) -> None:
    """Refuse what a beacon did not say at its round. Of a rehearsal, only the form can be looked at.

    Raises:
        DrawError: the signature is not that of the round, or the value does not follow from it. MissingExtraError.
    """
    network = drand.NETWORKS.get(beacon.chain)
    if network is None:
        if len(spoken.value) < FEWEST_BYTES or spoken.signature or spoken.previous:
            what = f"a rehearsal has a value of {FEWEST_BYTES} bytes or more, and no signature"
            raise DrawError(what, "give such a value, or agree on a beacon that can be verified")
        return
    if not spoken.signature:
        what = f"the value of round {beacon.round} of {beacon.name} stands there without its signature"
        raise DrawError(what, "give the signature: a bare value could be anybody's choice")
    drand.verify(network, beacon.round, spoken.signature, spoken.previous)
    if not hmac.compare_digest(drand.value_of(spoken.signature), spoken.value):
        raise DrawError("the value of the beacon is not the SHA-256 of its signature", "take the one that is")


def demand_known(beacon: Beacon) -> None:
    """Refuse a beacon that is none of those that are known here, or has its rounds at other times.

    Raises:
        DrawError: it is.
    """
    if not any(beacon == known(beacon.round) for known in KNOWN.values()):
        what = f"{beacon.name} is no beacon that is known here, or has no rounds at such times"
        raise DrawError(what, f"agree on one of {', '.join(KNOWN)}, as it is")


def _of(network: drand.Network, number: int) -> Beacon:
    return Beacon(name=network.title, chain=network.hash, genesis=network.genesis, period=network.period, round=number)
