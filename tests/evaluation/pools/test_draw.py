"""Draws: they follow from what both sides fixed and nobody knew, and anybody can repeat them."""

import datetime as dt
import hashlib
import hmac
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearinghouse.evaluation.ledger.times import stamp
from clearinghouse.evaluation.pools.beacon import Beacon, Spoken, mainnet, quicknet, rehearsal, round_after
from clearinghouse.evaluation.pools.draw import (
    Draw,
    agree,
    draw_statement,
    drawable,
    make,
    order_of,
    read_draw,
    read_terms,
    seed_of,
    terms_statement,
    verify,
)
from clearinghouse.evaluation.pools.errors import DrawError
from clearinghouse.evaluation.pools.manifest import Manifest
from clearinghouse.evaluation.pools.signing import Sides, check_draw, check_terms, signed
from clearinghouse.evaluation.pools.split import development
from clearinghouse.evaluation.pools.terms import Terms, new_nonce, nonce_digest
from clearinghouse.trust.envelope import EnvelopeError
from clearinghouse.trust.keys import KeyRing, PublicKey, load_private, make_key_pair
from invented_pool import made
from real_rounds import default_said, quicknet_said

PLAN = "5a" * 32
NONCE = b"\x07" * 32
ROUND = mainnet(2_634_945)
NOW = ROUND.time - dt.timedelta(minutes=30)
LATER = ROUND.time + dt.timedelta(minutes=30)
SAID = default_said(2_634_945)
HASHES = st.binary(min_size=32, max_size=32)


def pool() -> Manifest:
    return made().manifest


def terms(nonce: bytes = NONCE) -> Terms:
    return agree(pool(), PLAN, nonce_digest(nonce), ROUND, now=NOW)


def drawn() -> Draw:
    return make(terms(), pool(), SAID, NONCE, now=LATER)


def by_an_outsider(plan: str, root: str, value: bytes, nonce: bytes, groups: list[str], stage: int) -> list[str]:
    """The draw as somebody writes it who has only read how it is described."""
    text = b"clearinghouse draw 1\0" + stage.to_bytes(4, "big")
    text += bytes.fromhex(plan) + bytes.fromhex(root) + hashlib.sha256(value).digest() + nonce
    seed = hashlib.sha256(text).digest()
    marks = {hmac.new(seed, bytes.fromhex(each), hashlib.sha256).hexdigest(): each for each in groups}
    return [marks[mark] for mark in sorted(marks)]


def test_an_outsider_repeats_a_draw() -> None:
    draw = drawn()
    verify(draw, pool())
    held = [each for each in pool().groups if each not in development(pool())]
    assert list(draw.order) == by_an_outsider(PLAN, pool().root, SAID.value, NONCE, held, 1)
    assert draw.first(2) == draw.order[:2]
    assert draw.first(3)[:2] == draw.first(2)  # drawing on extends what was drawn
    with pytest.raises(DrawError):
        draw.first(5)


@given(st.lists(HASHES, unique=True, max_size=30), HASHES)
def test_a_draw_is_a_permutation_that_does_not_depend_on_the_order_it_is_given(
    groups: list[bytes], seed: bytes
) -> None:
    names = [each.hex() for each in groups]
    assert sorted(order_of(seed, names)) == sorted(names)
    assert order_of(seed, names) == order_of(seed, names[::-1])


@given(st.integers(1, 99), HASHES, HASHES, HASHES, HASHES, st.integers(0, 4), st.integers(0, 255))
def test_whatever_changes_the_seed_is_another(
    stage: int, plan: bytes, root: bytes, value: bytes, nonce: bytes, which: int, bit: int
) -> None:
    parts = [stage, plan, root, value, nonce]
    changed = list(parts)
    if which == 0:
        changed[0] = stage + 1
    else:
        changed[which] = (int.from_bytes(parts[which], "big") ^ 1 << bit).to_bytes(32, "big")
    seeds = {seed_of(a, b.hex(), c.hex(), d, e) for a, b, c, d, e in (parts, changed)}
    assert len(seeds) == 2


def test_every_family_comes_first_about_as_often() -> None:
    groups = drawable(pool())
    firsts = [order_of(hashlib.sha256(b"%d" % at).digest(), groups)[0] for at in range(2_000)]
    for each in groups:
        assert abs(firsts.count(each) - 500) < 90  # more than four standard deviations


@pytest.mark.parametrize(
    "change",
    [
        {"value": hashlib.sha256(b"another").hexdigest()},
        {"value": hashlib.sha256(b"another").hexdigest(), "signature": "", "previous": ""},
        {"value": default_said(72_785).value.hex(), "signature": default_said(72_785).signature.hex()},
        {"signature": "", "previous": ""},
        {"previous": ""},
        {"previous": default_said(72_785).previous.hex()},
        {"nonce": "08" * 32},
        {"seed": "00" * 32},
        {"order": drawn().order[::-1]},
        {"order": drawn().order[1:]},
        {"withheld": True},
        {"signature": SAID.signature[1:].hex()},
        {"made": stamp(NOW + dt.timedelta(minutes=15))},
        {"terms": msgspec.structs.replace(terms(), plan="00" * 32)},
        {"terms": msgspec.structs.replace(terms(), root="00" * 32)},
        {"terms": msgspec.structs.replace(terms(), stage=2)},
        {"terms": msgspec.structs.replace(terms(), used=drawn().order[:1])},
        {"terms": msgspec.structs.replace(terms(), agreed=stamp(LATER))},
        {"terms": msgspec.structs.replace(terms(), beacon=msgspec.structs.replace(ROUND, genesis=0))},
    ],
)
def test_a_draw_of_which_anything_was_changed_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(DrawError):
        verify(msgspec.structs.replace(drawn(), **change), pool())


def test_a_round_that_was_out_when_terms_were_agreed_on_is_refused() -> None:
    for late in (round_after("default", NOW - dt.timedelta(hours=1)), mainnet(5), rehearsal(5)):
        with pytest.raises(DrawError, match="was out at"):
            agree(pool(), PLAN, nonce_digest(NONCE), late, now=NOW)


def test_a_beacon_with_rounds_at_other_times_is_not_the_known_one() -> None:
    for change in ({"genesis": ROUND.genesis + 30}, {"chain": "00" * 32}, {"name": "drand quicknet"}, {"period": 60}):
        other = msgspec.structs.replace(ROUND, **change)
        with pytest.raises(DrawError, match="no rounds at such times"):
            agree(pool(), PLAN, nonce_digest(NONCE), other, now=NOW)


def test_a_draw_before_its_round_is_refused() -> None:
    with pytest.raises(DrawError, match="before the round"):
        make(terms(), pool(), SAID, NONCE, now=NOW + dt.timedelta(minutes=29))


def test_whoever_makes_a_draw_cannot_choose_what_the_beacon_said() -> None:
    chosen = [Spoken(value=hashlib.sha256(b"%d" % at).digest()) for at in range(3)]
    chosen += [msgspec.structs.replace(SAID, value=each.value) for each in chosen]
    for each in (*chosen, default_said(72_785), quicknet_said(123)):
        with pytest.raises(DrawError):
            make(terms(), pool(), each, NONCE, now=LATER)
    exercise = agree(pool(), PLAN, nonce_digest(NONCE), rehearsal(int(ROUND.time.timestamp())), now=NOW)
    draw = make(exercise, pool(), chosen[0], NONCE, now=LATER)
    assert not draw.terms.beacon.is_verifiable
    with pytest.raises(DrawError, match="no signature"):
        make(exercise, pool(), SAID, NONCE, now=LATER)


def test_a_nonce_that_was_not_agreed_on_is_refused() -> None:
    with pytest.raises(DrawError, match="nonce"):
        make(terms(), pool(), SAID, new_nonce(), now=LATER)


def test_a_nonce_that_is_withheld_is_replaced_after_its_days_and_the_draw_says_so() -> None:
    with pytest.raises(DrawError, match="has until"):
        make(terms(), pool(), SAID, None, now=LATER)
    draw = make(terms(), pool(), SAID, None, now=LATER + dt.timedelta(days=7))
    assert draw.withheld
    assert draw.seed != drawn().seed
    verify(draw, pool())


def test_a_fresh_draw_leaves_out_what_was_drawn_and_follows_on_the_first() -> None:
    first = drawn()
    before = (first, 2)
    later, said = quicknet(657_413), quicknet_said(657_413)
    nonce = b"\x09" * 32
    again = agree(pool(), PLAN, nonce_digest(nonce), later, now=LATER, before=before)
    fresh = make(again, pool(), said, nonce, now=later.time, before=before)
    assert sorted([*fresh.order, *first.first(2)]) == sorted(drawable(pool()))
    assert list(fresh.order) == by_an_outsider(PLAN, pool().root, said.value, nonce, list(first.order[2:]), 2)
    verify(fresh, pool(), before)
    for wrong in (None, (first, 1), (first, 3)):
        with pytest.raises(DrawError, match="follow on"):
            verify(fresh, pool(), wrong)
    third = agree(pool(), PLAN, nonce_digest(nonce), quicknet(later.round + 2_000), now=LATER, before=(fresh, 1))
    assert third.used == tuple(sorted([*first.first(2), *fresh.first(1)]))
    with pytest.raises(DrawError, match="no family is left"):
        agree(pool(), PLAN, nonce_digest(nonce), later, now=LATER, before=(first, 4))


def test_terms_and_draws_are_read_as_they_were_written() -> None:
    draw = drawn()
    assert read_draw(draw.to_bytes()) == draw
    assert read_terms(terms().to_bytes()) == terms()
    for statement in (terms_statement(terms()), draw_statement(draw)):
        assert statement.from_bytes(statement.to_bytes()).to_bytes() == statement.to_bytes()


def test_rounds_are_out_when_drand_says() -> None:
    assert mainnet(1).time == dt.datetime(2020, 7, 22, 15, 17, 30, tzinfo=dt.UTC)
    assert quicknet(27_946_612).time == dt.datetime(2026, 4, 20, tzinfo=dt.UTC)
    with pytest.raises(DrawError, match="no beacon"):
        round_after("dice", NOW)
    with pytest.raises(DrawError, match="calendars"):
        _ = Beacon(name="slow", chain="slow", genesis=0, period=10**7, round=2**40).time
    with pytest.raises(DrawError, match="as draws are written"):
        read_terms(terms().to_bytes().replace(f"{NOW:%Y-%m-%dT}".encode(), f"{NOW:%Y-13-%dT}".encode()))


@given(st.integers(0, 10**9))
def test_the_next_round_is_the_first_one_after_a_moment(seconds: int) -> None:
    when = dt.datetime(2023, 9, 1, tzinfo=dt.UTC) + dt.timedelta(seconds=seconds)
    found = round_after("quicknet", when)
    assert when < found.time <= when + dt.timedelta(seconds=3)


def test_both_sides_sign_the_terms_and_every_byte_of_a_draw_is_covered(tmp_path: Path) -> None:
    signers = []
    for name in ("assessor", "developer", "stranger"):
        make_key_pair(tmp_path / name)
        signers.append(load_private(tmp_path / name))
    ring = KeyRing(PublicKey(each.public_key) for each in signers[:2])
    one = signed(terms_statement(terms()), signers[0])
    both = signed(terms_statement(terms()), signers[1], one)
    sides = Sides(*(each.public_key.keyid for each in signers[:2]))
    check_terms(both, ring, terms().digest, sides)
    for wrong in (one, signed(terms_statement(terms()), signers[2], one)):
        with pytest.raises(EnvelopeError):
            check_terms(wrong, ring, terms().digest, Sides())
    with pytest.raises(DrawError, match="signed"):
        check_terms(both, ring, drawn().digest, sides)
    with pytest.raises(DrawError, match="signed"):
        check_draw(both, ring, terms().digest, sides)
    with pytest.raises(DrawError, match="another"):
        signed(draw_statement(drawn()), signers[1], one)
    whole = drawn().to_bytes()
    envelope = signed(draw_statement(drawn()), signers[0])
    for at in range(len(whole)):
        with pytest.raises(DrawError):
            verify_signed(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :], envelope, ring)
    verify_signed(whole, envelope, ring)


def verify_signed(data: bytes, envelope: bytes, ring: KeyRing) -> None:
    draw = read_draw(data)
    check_draw(envelope, ring, draw.digest, Sides())
    verify(draw, pool())
