"""A draw of families that neither side can steer, and that anybody can repeat.

Both sides agree on terms first: the assessor names the plan, the pool and a round of a public beacon that is still to
come; the developer names the SHA-256 of a nonce that it keeps. When the round is out, the developer reveals the nonce,
and the draw follows from both::

    seed  = SHA-256("clearinghouse draw 1" 00  stage (4 bytes, big-endian)  plan (32)  root (32)
                    SHA-256(beacon) (32)  nonce (32))
    order = the commitments to families, as 32 bytes each, sorted by HMAC-SHA-256(key = seed, message = commitment)

A draw of k families is the first k of the order; a sequential one goes on where it stopped. Plan and root are SHA-256
and Merkle root, ``stage`` is 1, and 2 and up for a fresh draw, which leaves out the families that were drawn before.

- The assessor cannot steer: it does not know the nonce when it commits, the beacon's round is named beforehand, so that
  it cannot choose among rounds, and the signature of the round is verified, so that it cannot make up what the beacon
  said. The commitments to families are fixed by the root.
- The developer cannot steer: it does not know the beacon when it commits, and does not know which family a commitment
  stands for.
- Whoever does not like the outcome could stop. A draw that was agreed on stands in the log; one that never was made is
  seen there. If the developer keeps the nonce back for longer than was agreed, the SHA-256 of it stands in its place,
  and the draw says so for ever.
"""

import datetime as dt
import hashlib
import hmac
from collections.abc import Sequence
from typing import Any

import msgspec

from clearinghouse.evaluation.ledger.times import moment, stamp
from clearinghouse.evaluation.pools.beacon import Beacon, Hex, Spoken, demand_spoken
from clearinghouse.evaluation.pools.errors import DrawError
from clearinghouse.evaluation.pools.manifest import Manifest
from clearinghouse.evaluation.pools.split import held_out
from clearinghouse.evaluation.pools.terms import SCHEMA, Moment, Terms, demand_timely, nonce_digest
from clearinghouse.trust.commitment import canonical
from clearinghouse.trust.statement import NotStrictError, Sha256, Statement, decode_strictly

TERMS_TYPE = "urn:clearinghouse:predicate:frontier-draw-terms:v1"
DRAW_TYPE = "urn:clearinghouse:predicate:frontier-draw:v1"
LARGEST = 8 << 20
"""Most bytes of the file of a draw."""
_SEED = b"clearinghouse draw 1\x00"


class Draw(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A draw that was made.

    Attributes:
        terms: as agreed. value: of the beacon, in hex. signature: of its round, and previous: of the round before, in
            hex; empty where it has none.
        nonce: that was revealed, in hex; where it was withheld, the digest of it. withheld: whether it was.
        made: when, in UTC. seed: in hex. order: commitments to all families that can be drawn, in the order of it.
    """

    terms: Terms
    value: Hex
    signature: Hex = ""
    previous: Hex = ""
    nonce: Sha256
    withheld: bool = False
    made: Moment
    seed: Sha256
    order: tuple[Sha256, ...]

    def to_bytes(self) -> bytes:
        """Return it as canonical JSON."""
        return canonical(msgspec.to_builtins(self)) + b"\n"

    @property
    def digest(self) -> str:
        """SHA-256 of its bytes, in hex."""
        return hashlib.sha256(self.to_bytes()).hexdigest()

    @property
    def spoken(self) -> Spoken:
        """What the beacon said."""
        value, signature, previous = map(bytes.fromhex, (self.value, self.signature, self.previous))
        return Spoken(value=value, signature=signature, previous=previous)

    def first(self, count: int) -> tuple[str, ...]:
        """Return the families that a draw of so many has, by their commitments.

        Raises:
            DrawError: there are not so many.
        """
        if not 0 <= count <= len(self.order):
            what = f"{count} families cannot be drawn of {len(self.order)}"
            raise DrawError(what, "draw fewer, or make the pool larger")
        return self.order[:count]


_TERMS = msgspec.json.Decoder(Terms)
_DRAW = msgspec.json.Decoder(Draw)


def seed_of(stage: int, plan: str, root: str, value: bytes, nonce: bytes) -> bytes:
    """Return the seed of a draw, 32 bytes; see this module for what it is made of."""
    parts = [stage.to_bytes(4, "big"), bytes.fromhex(plan), bytes.fromhex(root), hashlib.sha256(value).digest(), nonce]
    return hashlib.sha256(_SEED + b"".join(parts)).digest()


def order_of(seed: bytes, groups: Sequence[str]) -> tuple[str, ...]:
    """Return commitments to families in the order of a draw."""
    return tuple(sorted(groups, key=lambda each: hmac.digest(seed, bytes.fromhex(each), "sha256")))


def drawable(manifest: Manifest, used: Sequence[str] = ()) -> tuple[str, ...]:
    """Return the families that can be drawn: held out, and not drawn before."""
    gone = set(used)
    return tuple(each for each in held_out(manifest) if each not in gone)


def agree(
    manifest: Manifest,
    plan: str,
    nonce: str,
    beacon: Beacon,
    *,
    now: dt.datetime,
    reveal_days: int = 7,
    before: tuple[Draw, int] | None = None,
) -> Terms:
    """Return the terms of a draw, for both sides to sign.

    Args:
        manifest: of the pool. plan: SHA-256 of the plan's file. nonce: digest of the developer's. beacon: the round.
        now: with a zone. before: the draw before this one, and how many of its families were drawn.

    Raises:
        DrawError: the round is out already, the draw before was from another pool, or no family is left.
    """
    if before is not None and before[0].terms.root != manifest.root:
        raise DrawError("the draw before was from another pool", "draw freshly from the same version of the pool")
    stage, digest, used = _following(before)
    terms = Terms(
        stage=stage,
        plan=plan,
        root=manifest.root,
        nonce=nonce,
        beacon=beacon,
        agreed=stamp(now),
        reveal_days=reveal_days,
        before=digest,
        used=used,
    )
    demand_timely(terms)
    if not drawable(manifest, used):
        raise DrawError("no family is left that was not drawn", "make a new version of the pool")
    return read_terms(terms.to_bytes())


def make(
    terms: Terms,
    manifest: Manifest,
    spoken: Spoken,
    nonce: bytes | None,
    *,
    now: dt.datetime,
    before: tuple[Draw, int] | None = None,
) -> Draw:
    """Return the draw that follows from terms, the beacon and the nonce.

    Args:
        spoken: by the beacon at its round. nonce: that was revealed; None where it is withheld. before: the draw
            before, as for :func:`agree`.

    Raises:
        DrawError: the round is not out yet, the beacon did not say that, the nonce is not the one that was agreed on,
            or may still come.
    """
    made = stamp(now)
    used = bytes.fromhex(terms.nonce) if nonce is None else nonce
    seed = seed_of(terms.stage, terms.plan, terms.root, spoken.value, used)
    order = order_of(seed, drawable(manifest, terms.used))
    draw = Draw(
        terms=terms,
        value=spoken.value.hex(),
        signature=spoken.signature.hex(),
        previous=spoken.previous.hex(),
        nonce=used.hex(),
        withheld=nonce is None,
        made=made,
        seed=seed.hex(),
        order=order,
    )
    verify(draw, manifest, before)
    return draw


def verify(draw: Draw, manifest: Manifest, before: tuple[Draw, int] | None = None) -> None:
    """Check that a draw is the one that follows from what is public. Signatures are :mod:`.signing`'s.

    Args:
        before: the draw before this one and how many of its families were drawn, for a fresh draw.

    Raises:
        DrawError: it is not; the message says what does not fit.
    """
    terms = draw.terms
    if (terms.stage, terms.before, terms.used) != _following(before):
        raise _wrong("it does not follow on the draw before it, or that was not given")
    repeat(draw, manifest)


def repeat(draw: Draw, manifest: Manifest) -> None:
    """Check that a draw follows from its own terms, whichever draw was before it.

    Raises:
        DrawError: it does not.
    """
    terms = draw.terms
    if terms.root != manifest.root:
        raise _wrong("it was made from another pool")
    demand_timely(terms)
    if not terms.beacon.time <= moment(draw.made):
        raise _wrong(f"it was made before the round of the beacon, at {stamp(terms.beacon.time)}")
    demand_spoken(terms.beacon, draw.spoken)
    _revealed(draw)
    seed = seed_of(terms.stage, terms.plan, terms.root, bytes.fromhex(draw.value), bytes.fromhex(draw.nonce))
    if (draw.seed, draw.order) != (seed.hex(), order_of(seed, drawable(manifest, terms.used))):
        raise _wrong("its order is not the one that follows from plan, pool, beacon and nonce")


def read_terms(data: bytes) -> Terms:
    """Return terms as they stand in a file.

    Raises:
        DrawError: they are none.
    """
    read: Terms = _read(data, _TERMS)
    return read


def read_draw(data: bytes) -> Draw:
    """Return a draw as it stands in a file. It is not verified.

    Raises:
        DrawError: it is none.
    """
    read: Draw = _read(data, _DRAW)
    return read


def terms_statement(terms: Terms) -> Statement:
    """Return what both sides sign."""
    return Statement.of([("terms", terms.digest)], TERMS_TYPE, msgspec.to_builtins(terms))


def draw_statement(draw: Draw) -> Statement:
    """Return what is signed of a draw."""
    facts = {"stage": draw.terms.stage, "plan": draw.terms.plan, "root": draw.terms.root, "withheld": draw.withheld}
    return Statement.of([("draw", draw.digest), ("terms", draw.terms.digest)], DRAW_TYPE, facts)


def _following(before: tuple[Draw, int] | None) -> tuple[int, str, tuple[str, ...]]:
    """Return what the terms of a draw say of the one before it: their stage, its digest, and what is used up."""
    if before is None:
        return 1, "", ()
    former, count = before
    return former.terms.stage + 1, former.digest, tuple(sorted({*former.terms.used, *former.first(count)}))


def _revealed(draw: Draw) -> None:
    terms = draw.terms
    if not draw.withheld:
        if nonce_digest(bytes.fromhex(draw.nonce)) != terms.nonce:
            raise _wrong("the nonce is not the one whose digest was agreed on")
        return
    if draw.nonce != terms.nonce:
        raise _wrong("the nonce was withheld, and something else than its digest was taken")
    until = terms.beacon.time + dt.timedelta(days=terms.reveal_days)
    if moment(draw.made) < until:
        what = f"the developer has until {stamp(until)} to reveal the nonce"
        raise DrawError(what, "ask for it, or wait until then")


def _read(data: bytes, decoder: Any) -> Any:
    try:
        read = decode_strictly(data, decoder, LARGEST)
    except NotStrictError as error:
        raise DrawError(f"this is no draw, and no terms of one: {error}", "give the file as it was written") from None
    terms = read.terms if isinstance(read, Draw) else read
    if terms.schema != SCHEMA or read.to_bytes() != data or not _has_moments(read):
        raise DrawError("this is not as draws are written", "give the file as it was written")
    return read


def _has_moments(read: "Terms | Draw") -> bool:
    texts = (read.terms.agreed, read.made) if isinstance(read, Draw) else (read.agreed,)
    try:
        return all(moment(each) for each in texts)
    except ValueError:
        return False


def _wrong(why: str) -> DrawError:
    return DrawError(f"this draw is not right: {why}", "do not rely on it; ask both sides for what they signed")
