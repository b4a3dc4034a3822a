"""Proof that somebody has the private half of a key."""

import datetime as dt

import msgspec
import pytest

from clearinghouse.trust.envelope import Envelope, EnvelopeError, PayloadTypeError, sign, verify
from clearinghouse.trust.keys import KeyRing, PublicKey, load_private, make_key_pair
from clearinghouse.trust.possession import PAYLOAD_TYPE, Challenge, ChallengeError, answer, answered
from clearinghouse.trust.statement import Statement

CHALLENGE = Challenge(
    origin="https://clearinghouse.example",
    participant="a1b2c3",
    expires=dt.datetime(2030, 1, 1, 12, 30, tzinfo=dt.UTC),
    nonce="0" * 32,
    seal="f" * 64,
)


@pytest.fixture
def pair(tmp_path):
    public = make_key_pair(tmp_path / "key")
    return load_private(tmp_path / "key"), public


def test_what_was_answered_is_read_back(pair):
    signer, public = pair
    envelope = answer(CHALLENGE, signer).to_bytes()
    assert answered(envelope, public) == CHALLENGE
    assert Envelope.from_bytes(envelope).payload_type == PAYLOAD_TYPE


def test_it_is_one_word_to_copy_and_survives_being_broken_into_lines():
    text = CHALLENGE.to_text()
    assert Challenge.from_text(text) == CHALLENGE
    assert Challenge.from_text(f"  {text[:40]}\n {text[40:]}\n") == CHALLENGE
    assert text.isascii()
    assert text.startswith("chc1_")


def test_another_key_answers_nothing(pair, tmp_path):
    other = make_key_pair(tmp_path / "other")
    with pytest.raises(EnvelopeError):
        answered(answer(CHALLENGE, pair[0]).to_bytes(), other)


def test_a_verdict_is_no_answer_and_an_answer_no_verdict(pair):
    signer, public = pair
    statement = Statement.of([("a", "0" * 64)], "urn:example:type", {})
    with pytest.raises(PayloadTypeError):
        answered(sign(statement, [signer]).to_bytes(), public)
    with pytest.raises(PayloadTypeError):
        verify(answer(CHALLENGE, signer), KeyRing([public]))


def test_an_answer_under_another_type_is_not_signed(pair):
    signer, public = pair
    envelope = answer(CHALLENGE, signer)
    for changed in (
        msgspec.structs.replace(envelope, payload_type="application/vnd.in-toto+json"),
        msgspec.structs.replace(envelope, payload=envelope.payload.replace(b"a1b2c3", b"a1b2c4")),
    ):
        with pytest.raises(EnvelopeError):
            answered(changed.to_bytes(), public)


@pytest.mark.parametrize(
    "text",
    ["", "chc1_", "chc1_%%", "chc2_abc", CHALLENGE.to_text()[:-4], "chc1_" + "A" * 100_000, "\ud800", "chc1_W10"],
)
def test_what_is_no_challenge(text):
    with pytest.raises(ChallengeError):
        Challenge.from_text(text)


@pytest.mark.parametrize(
    "changes",
    [{"origin": ""}, {"origin": "a\x1b[2J"}, {"nonce": "0"}, {"seal": "Z" * 64}, {"participant": "x" * 301}],
)
def test_fields_are_bounded_and_plain(changes):
    with pytest.raises(ChallengeError):
        Challenge.from_text(msgspec.structs.replace(CHALLENGE, **changes).to_text())


def test_a_public_key_can_be_one_of_another_kind(tmp_path):
    from securesystemslib.signer import CryptoSigner  # noqa: PLC0415

    signer = CryptoSigner.generate_ecdsa()
    assert answered(answer(CHALLENGE, signer).to_bytes(), PublicKey(signer.public_key)) == CHALLENGE
