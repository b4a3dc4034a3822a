"""Envelopes: signed, checked, and all the ways to be wrong. The oracles are DSSE's vector and securesystemslib."""

import base64
import hashlib
import json
from contextlib import suppress

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from hypothesis import given
from hypothesis import strategies as st
from securesystemslib import dsse
from securesystemslib.signer import CryptoSigner, Signer, SSlibKey
from securesystemslib.signer import Signature as LibrarySignature

from clearinghouse.records import ClearinghouseError
from clearinghouse.trust.envelope import (
    LARGEST_ENVELOPE,
    MOST_SIGNATURES,
    MOST_TRIALS,
    PAYLOAD_TYPE,
    Envelope,
    EnvelopeError,
    NotAnEnvelopeError,
    PayloadTypeError,
    Signature,
    TamperedError,
    ThresholdError,
    UnknownKeyError,
    pae,
    sign,
    verify,
)
from clearinghouse.trust.keys import KeyRing, PublicKey, SignerError
from clearinghouse.trust.statement import LARGEST_STATEMENT, Statement, StatementError

ANNA, BERT, CARA = (CryptoSigner.generate_ed25519() for _ in range(3))
STRANGER = CryptoSigner.generate_ed25519()
STATEMENT = Statement.of([("report", "ab" * 32)], "https://example.org/verdict/v1", {"verdict": "reproduced"})

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


def ring(*signers):
    return KeyRing(PublicKey(each.public_key) for each in signers)


def ids(*signers):
    return tuple(each.public_key.keyid for each in signers)


def with_sig(envelope, at, sig):
    signatures = list(envelope.signatures)
    signatures[at] = Signature(sig, signatures[at].keyid)
    return Envelope(envelope.payload, envelope.payload_type, tuple(signatures))


def nameless(envelope):
    return Envelope(envelope.payload, envelope.payload_type, tuple(Signature(each.sig) for each in envelope.signatures))


def members(envelope):
    return json.loads(envelope.to_bytes())


def flipped(data, bit):
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


SIGNED = sign(STATEMENT, [ANNA])

# DSSE, protocol.md, "Test Vectors".
VECTOR_TYPE, VECTOR_BODY = "http://example.com/HelloWorld", b"hello world"
VECTOR_SIG = "A3JqsQGtVsJ2O2xqrI5IcnXip5GToJ3F+FnZ+O88SjtR6rDAajabZKciJTfUiHqJPcIAriEGAHTVeCUjW2JIZA=="
VECTOR_KEY = ec.EllipticCurvePublicNumbers(
    46950820868899156662930047687818585632848591499744589407958293238635476079160,
    5640078356564379163099075877009565129882514886557779369047442380624545832820,
    ec.SECP256R1(),
).public_key()


def vector_in_der():
    raw = base64.b64decode(VECTOR_SIG)
    return encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))


def test_the_official_vector_of_what_is_signed():
    signed = pae(VECTOR_TYPE, VECTOR_BODY)
    assert signed == b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    VECTOR_KEY.verify(vector_in_der(), signed, ec.ECDSA(hashes.SHA256()))


def test_the_official_vector_is_an_envelope_of_something_else():
    vector = {
        "payload": "aGVsbG8gd29ybGQ=",
        "payloadType": VECTOR_TYPE,
        "signatures": [{"sig": VECTOR_SIG}],
    }
    read = Envelope.from_bytes(json.dumps(vector).encode())
    assert (read.payload, read.payload_type, read.signatures[0].keyid) == (VECTOR_BODY, VECTOR_TYPE, "")
    key = PublicKey(SSlibKey.from_crypto(VECTOR_KEY))
    with pytest.raises(UnknownKeyError, match="some of which name no key"):  # r and s as they are, where DER is usual
        verify(read, KeyRing([key]))
    with pytest.raises(PayloadTypeError, match="HelloWorld"):
        verify(with_sig(read, 0, vector_in_der()), KeyRing([key]))


@given(texts, st.binary(max_size=16), texts, st.binary(max_size=16))
def test_two_payloads_have_two_encodings(one_type, one, other_type, other):
    assert (pae(one_type, one) == pae(other_type, other)) is ((one_type, one) == (other_type, other))


@given(st.text("1 9", max_size=4), st.binary(max_size=6).map(lambda data: bytes(b"1 9"[each % 3] for each in data)))
def test_an_encoding_that_looks_like_lengths_has_one_meaning(payload_type, payload):
    # The lengths lead back to the one pair, whatever digits and spaces it holds.
    named, _, rest = pae(payload_type, payload).removeprefix(b"DSSEv1 ").partition(b" ")
    assert rest[: int(named)].decode() == payload_type
    length, _, body = rest[int(named) + 1 :].partition(b" ")
    assert (int(length), body) == (len(payload), payload)


@given(texts, st.binary(max_size=32))
def test_what_is_signed_is_what_the_oracle_signs(payload_type, payload):
    assert pae(payload_type, payload) == dsse.Envelope(payload, payload_type, {}).pae()


def test_what_is_signed_is_read_again():
    seen = verify(SIGNED.to_bytes(), ring(ANNA, BERT))
    assert seen.statement == STATEMENT
    assert seen.keyids == ids(ANNA)
    assert verify(SIGNED, ring(ANNA)) == seen
    assert Envelope.from_bytes(SIGNED.to_bytes()) == SIGNED
    assert SIGNED.payload == STATEMENT.to_bytes()
    assert list(members(SIGNED)) == ["payload", "payloadType", "signatures"]


def test_the_same_is_signed_as_the_same_bytes():
    assert sign(STATEMENT, [ANNA, BERT]).to_bytes() == sign(STATEMENT, [ANNA, BERT]).to_bytes()


envelopes = st.builds(
    Envelope,
    st.binary(max_size=32),
    texts,
    st.lists(st.builds(Signature, st.binary(max_size=80), texts), max_size=3).map(tuple),
)


@given(envelopes)
def test_what_is_written_reads_back(envelope):
    assert Envelope.from_bytes(envelope.to_bytes()) == envelope


@given(envelopes)
def test_either_base64_is_read(envelope):
    url_safe = members(envelope)
    url_safe["payload"] = base64.urlsafe_b64encode(envelope.payload).decode()
    for one, each in zip(url_safe["signatures"], envelope.signatures, strict=True):
        one["sig"] = base64.urlsafe_b64encode(each.sig).decode()
    assert Envelope.from_bytes(json.dumps(url_safe).encode()) == envelope


def test_the_oracle_accepts_what_is_signed():
    theirs = dsse.Envelope.from_dict(members(sign(STATEMENT, [ANNA, BERT])))
    assert set(theirs.verify([ANNA.public_key, BERT.public_key], 2)) == set(ids(ANNA, BERT))


def test_what_the_oracle_signs_is_accepted():
    theirs = dsse.Envelope(STATEMENT.to_bytes(), PAYLOAD_TYPE, {})
    for signer in (ANNA, BERT):
        theirs.sign(signer)
    seen = verify(json.dumps(theirs.to_dict()).encode(), ring(ANNA, BERT, CARA), threshold=2)
    assert (seen.statement, seen.keyids) == (STATEMENT, ids(ANNA, BERT))


KINDS = {
    "ed25519": CryptoSigner.generate_ed25519,
    "p-256": lambda: CryptoSigner.generate_ecdsa(scheme="ecdsa-sha2-nistp256"),
    "p-384": lambda: CryptoSigner.generate_ecdsa(scheme="ecdsa-sha2-nistp384"),
    "p-521": lambda: CryptoSigner.generate_ecdsa(scheme="ecdsa-sha2-nistp521"),
    "rsa": lambda: CryptoSigner.generate_rsa(size=2048),
}


@pytest.mark.parametrize("make", KINDS.values(), ids=KINDS)
def test_every_known_kind_of_key_signs(make):
    signer = make()
    envelope = sign(STATEMENT, [signer])
    assert verify(envelope, ring(signer)).keyids == ids(signer)
    with pytest.raises(TamperedError):
        verify(Envelope(envelope.payload + b" ", PAYLOAD_TYPE, envelope.signatures), ring(signer))


@given(st.integers(0, len(SIGNED.payload) * 8 - 1))
def test_any_changed_bit_of_the_payload_is_tampering(bit):
    changed = Envelope(flipped(SIGNED.payload, bit), SIGNED.payload_type, SIGNED.signatures)
    with pytest.raises(TamperedError):
        verify(changed, ring(ANNA))
    with pytest.raises(TamperedError):
        verify(changed.to_bytes(), ring(ANNA, BERT))


@given(st.integers(0, 64 * 8 - 1))
def test_any_changed_bit_of_the_signature_is_tampering(bit):
    with pytest.raises(TamperedError):
        verify(with_sig(SIGNED, 0, flipped(SIGNED.signatures[0].sig, bit)), ring(ANNA))


@given(st.binary(max_size=80).filter(lambda sig: sig != SIGNED.signatures[0].sig))
def test_any_other_signature_is_tampering(sig):
    with pytest.raises(TamperedError):
        verify(with_sig(SIGNED, 0, sig), ring(ANNA))


@given(texts.filter(lambda text: text != PAYLOAD_TYPE))
def test_another_type_of_the_payload_is_tampering(payload_type):
    with pytest.raises(TamperedError):
        verify(Envelope(SIGNED.payload, payload_type, SIGNED.signatures), ring(ANNA))


@given(st.integers(0, len(SIGNED.to_bytes()) - 1), st.integers(0, 255))
def test_a_changed_byte_of_an_envelope_changes_nothing_or_is_refused(at, byte):
    changed = bytearray(SIGNED.to_bytes())
    changed[at] = byte
    with suppress(EnvelopeError):
        assert verify(bytes(changed), ring(ANNA)) == verify(SIGNED, ring(ANNA))


@given(st.data())
def test_no_other_character_stands_for_the_same_bytes(data):
    # Bits that base64 leaves over are where other readers take two texts for one.
    written = members(SIGNED)
    name, text = data.draw(st.sampled_from([("payload", written["payload"]), ("sig", written["signatures"][0]["sig"])]))
    at = data.draw(st.integers(0, len(text) - 1))
    other = text[:at] + data.draw(st.sampled_from("ABCDEFwxyz0189+/-_= \n")) + text[at + 1 :]
    (written if name == "payload" else written["signatures"][0])[name] = other
    if other != text:
        with pytest.raises((TamperedError, NotAnEnvelopeError)):
            verify(json.dumps(written).encode(), ring(ANNA))


def test_a_strangers_signature_is_no_tampering():
    with pytest.raises(UnknownKeyError, match=ids(STRANGER)[0]):
        verify(sign(STATEMENT, [STRANGER]), ring(ANNA, BERT))
    with pytest.raises(UnknownKeyError, match="and 1 more"):
        verify(sign(STATEMENT, [STRANGER, CARA]), ring(ANNA, BERT))
    with pytest.raises(UnknownKeyError):
        verify(SIGNED, KeyRing())


def test_a_strangers_signature_under_a_known_id_is_tampering():
    forged = Envelope(
        SIGNED.payload, PAYLOAD_TYPE, (Signature(sign(STATEMENT, [STRANGER]).signatures[0].sig, *ids(ANNA)),)
    )
    with pytest.raises(TamperedError, match=ids(ANNA)[0]):
        verify(forged, ring(ANNA))


def test_the_id_is_a_hint_only():
    # Who is named by an id is not who signed: the key that made the signature is what counts, and is what is reported.
    renamed = Envelope(SIGNED.payload, PAYLOAD_TYPE, (Signature(SIGNED.signatures[0].sig, "elsewhere"),))
    with pytest.raises(UnknownKeyError, match="elsewhere"):
        verify(renamed, ring(ANNA))
    assert verify(nameless(SIGNED), ring(BERT, ANNA)).keyids == ids(ANNA)


def test_without_an_id_a_change_cannot_be_told_from_another_key():
    changed = Envelope(SIGNED.payload + b" ", PAYLOAD_TYPE, nameless(SIGNED).signatures)
    with pytest.raises(UnknownKeyError, match="or something was changed"):
        verify(changed, ring(ANNA))


def test_no_signature_is_no_known_key():
    with pytest.raises(UnknownKeyError, match="has no signature"):
        verify(Envelope(SIGNED.payload, PAYLOAD_TYPE, ()), ring(ANNA))


def test_an_empty_id_is_none():
    written = members(SIGNED)
    written["signatures"][0]["keyid"] = ""
    read = Envelope.from_bytes(json.dumps(written).encode())
    assert read == nameless(SIGNED)
    assert "keyid" not in members(read)["signatures"][0]


def test_keys_are_counted():
    three = sign(STATEMENT, [ANNA, BERT, STRANGER])
    known = ring(ANNA, BERT, CARA)
    assert verify(three, known, threshold=1).keyids == ids(ANNA, BERT)
    assert verify(three, known, threshold=2).keyids == ids(ANNA, BERT)
    with pytest.raises(ThresholdError, match="3 known keys must have signed, and 2 did"):
        verify(three, known, threshold=3)


@given(st.lists(st.sampled_from([ANNA, BERT, CARA, STRANGER]), max_size=6), st.integers(1, 4), st.booleans())
def test_a_threshold_counts_different_known_keys(signers, threshold, hidden):
    envelope = Envelope(STATEMENT.to_bytes(), PAYLOAD_TYPE, ())
    if signers:
        envelope = nameless(sign(STATEMENT, signers)) if hidden else sign(STATEMENT, signers)
    known = set(ids(*signers)) & set(ids(ANNA, BERT, CARA))
    if len(known) >= threshold:
        assert set(verify(envelope, ring(ANNA, BERT, CARA), threshold).keyids) == known
    else:
        with pytest.raises(ThresholdError if known else UnknownKeyError):
            verify(envelope, ring(ANNA, BERT, CARA), threshold)


def test_two_signatures_of_one_key_count_once():
    twice = sign(STATEMENT, [ANNA, ANNA])
    assert len(twice.signatures) == 2
    assert verify(twice, ring(ANNA, BERT)).keyids == ids(ANNA)
    with pytest.raises(ThresholdError):
        verify(twice, ring(ANNA, BERT), threshold=2)


def test_different_signatures_of_one_key_count_once():
    # ECDSA takes a fresh number for each.
    signer = CryptoSigner.generate_ecdsa()
    twice = sign(STATEMENT, [signer, signer])
    assert twice.signatures[0].sig != twice.signatures[1].sig
    with pytest.raises(ThresholdError):
        verify(twice, ring(signer, ANNA), threshold=2)


def test_one_key_under_two_ids_counts_once():
    other = SSlibKey("anna, again", "ed25519", "ed25519", {"public": ANNA.public_key.keyval["public"].upper()})
    sig = SIGNED.signatures[0].sig
    twice = Envelope(SIGNED.payload, PAYLOAD_TYPE, (Signature(sig, *ids(ANNA)), Signature(sig, "anna, again")))
    known = KeyRing([PublicKey(ANNA.public_key), PublicKey(other)])
    assert len(known) == 2
    assert verify(twice, known).keyids == ids(ANNA)
    with pytest.raises(ThresholdError):
        verify(twice, known, threshold=2)


def test_a_wrong_signature_does_not_spoil_a_right_one():
    two = sign(STATEMENT, [ANNA, BERT])
    spoiled = with_sig(two, 0, b"x" * 64)
    assert verify(spoiled, ring(ANNA, BERT)).keyids == ids(BERT)
    with pytest.raises(TamperedError, match=ids(ANNA)[0]):
        verify(spoiled, ring(ANNA, BERT), threshold=2)
    again = Envelope(two.payload, PAYLOAD_TYPE, (Signature(b"x", *ids(ANNA)), *two.signatures))
    assert verify(again, ring(ANNA, BERT), threshold=2).keyids == ids(ANNA, BERT)
    with pytest.raises(ThresholdError):
        verify(again, ring(ANNA), threshold=2)


@pytest.mark.parametrize("threshold", [0, -1])
def test_a_threshold_of_nothing_is_a_mistake(threshold):
    with pytest.raises(ValueError, match="at least 1"):
        verify(SIGNED, ring(ANNA), threshold)


def signed_as(payload_type, payload, signer=ANNA):
    made = signer.sign(pae(payload_type, payload))
    return Envelope(payload, payload_type, (Signature(bytes.fromhex(made.signature), made.keyid),))


def test_a_statement_may_name_its_predicate_in_the_type():
    named = signed_as("application/vnd.in-toto.test-result+json", STATEMENT.to_bytes())
    assert verify(named, ring(ANNA)).statement == STATEMENT


@pytest.mark.parametrize(
    "payload_type",
    ["", "application/json", "application/vnd.in-toto+cbor", f"{PAYLOAD_TYPE}\n", "Application/vnd.in-toto+json"],
)
def test_something_else_that_is_signed_is_no_statement(payload_type):
    with pytest.raises(PayloadTypeError, match="no in-toto statement"):
        verify(signed_as(payload_type, STATEMENT.to_bytes()), ring(ANNA))


@pytest.mark.parametrize(
    "payload",
    [b"", b"{}", b"\xff", STATEMENT.to_bytes() + b"x", b"[" * LARGEST_STATEMENT],
    ids=["nothing", "an object", "no UTF-8", "more", "deep"],
)
def test_a_signed_payload_that_is_no_statement_is_refused(payload):
    with pytest.raises(StatementError):
        verify(signed_as(PAYLOAD_TYPE, payload), ring(ANNA))


def test_the_largest_statement_fits():
    predicate = {"a": "x" * (LARGEST_STATEMENT - 400)}
    largest = Statement.of([("a", "ab" * 32)], "https://example.org/a", predicate)
    data = sign(largest, [ANNA] * MOST_SIGNATURES).to_bytes()
    assert verify(data, ring(ANNA)).statement == largest


def other(**changes):
    written = members(SIGNED) | changes
    return json.dumps({name: value for name, value in written.items() if value is not None}).encode()


PAYLOAD, SIG = members(SIGNED)["payload"], members(SIGNED)["signatures"][0]["sig"]

NONE = {
    "nothing": b"",
    "null": b"null",
    "a list": b"[]",
    "no payload": other(payload=None),
    "no type": other(payloadType=None),
    "no signatures": other(signatures=None),
    "signatures that are an object": other(signatures={"sig": SIG}),
    "a signature without sig": other(signatures=[{"keyid": "a"}]),
    "an id that is null": other(signatures=[{"keyid": None, "sig": SIG}]),
    "an id that is a number": other(signatures=[{"keyid": 1, "sig": SIG}]),
    "a payload that is no text": other(payload=1),
    "a payload without its padding": other(payload="aGk"),
    "a payload with bits left over": other(payload="aGl="),
    "a payload in lines": other(payload=f"{PAYLOAD[:4]}\n{PAYLOAD[4:]}"),
    "a payload with a space": other(payload=f"{PAYLOAD} "),
    "a payload in two alphabets": other(payload="-/-/"),
    "a payload in hexadecimal": other(payload="abc"),
    "a payload that is no ASCII": other(payload="äöüß"),
    "a long type": other(payloadType="a" * 257),
    "a long id": other(signatures=[{"keyid": "a" * 1025, "sig": SIG}]),
    "a long signature": other(signatures=[{"sig": "AAAA" * 2049}]),
    "too many signatures": other(signatures=[{"sig": SIG}] * (MOST_SIGNATURES + 1)),
    "a payload twice": SIGNED.to_bytes()[:-1] + b',"payload":"e30="}',
    "an id twice": SIGNED.to_bytes().replace(b'"keyid":', b'"keyid":"a","keyid":'),
    "half of a pair": SIGNED.to_bytes().replace(b'"keyid":"', b'"keyid":"\\ud800'),
    "half of a pair in the type": SIGNED.to_bytes().replace(b'"application', b'"\\udfffapplication'),
    "bytes that are no UTF-8": SIGNED.to_bytes().replace(b'"keyid":"', b'"keyid":"\xff'),
    "deep JSON": other(later="HERE").replace(b'"HERE"', b"[" * 100_000 + b"]" * 100_000),
    "a deep payload": other(payload="HERE").replace(b'"HERE"', b"[" * 100_000 + b"]" * 100_000),
    "many digits in an id": other(signatures=[{"keyid": "HERE", "sig": SIG}]).replace(b'"HERE"', b"1" * 5000),
    "many digits that are no number": other(later="HERE").replace(b'"HERE"', b"0" * 5000),
    "half of it": SIGNED.to_bytes()[:-10],
    "two of them": SIGNED.to_bytes() * 2,
    "a payload without an envelope": STATEMENT.to_bytes(),
}


@pytest.mark.parametrize("number", [b"1" * 5000, b"-" + b"9" * 100_000, b"0." + b"1" * 5000, b"1e" + b"9" * 5000])
def test_numbers_of_any_length_where_nobody_looks_are_passed_over(number):
    data = other(later="HERE").replace(b'"HERE"', number)
    assert Envelope.from_bytes(data) == SIGNED
    assert verify(data, ring(ANNA)).statement == STATEMENT


anything = st.recursive(
    st.from_regex(r"-?[0-9]{1,3}(\.[0-9]{1,3})?([eE][+-]?[0-9]{1,4})?", fullmatch=True)
    | st.integers(4290, 4310).map("1".__mul__)
    | st.text(max_size=4).map(json.dumps)
    | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda each: f"[{','.join(each)}]")
        | st.dictionaries(st.sampled_from(['"a"', '"b"', '"\\u0061"']), inner, max_size=3).map(
            lambda each: "{" + ",".join(f"{name}:{value}" for name, value in each.items()) + "}"
        )
    ),
    max_leaves=4,
)


@given(anything)
def test_whatever_else_stands_in_it_nothing_else_is_raised(text):
    data = other(later="HERE").replace(b'"HERE"', text.encode("utf-8", "surrogatepass"))
    with suppress(NotAnEnvelopeError):
        assert Envelope.from_bytes(data) == SIGNED


@pytest.mark.parametrize("data", NONE.values(), ids=NONE)
def test_what_is_no_envelope_is_refused(data):
    with pytest.raises(NotAnEnvelopeError, match=r"^this is no DSSE envelope: .{8,}$") as refused:
        verify(data, ring(ANNA))
    assert refused.value.what.isprintable()
    assert "jSON" not in refused.value.what


def test_members_that_are_not_known_are_passed_over():
    signature = members(SIGNED)["signatures"][0] | {"cert": "x", "extension": {"a": [1]}}
    assert Envelope.from_bytes(other(signatures=[signature], later=[{"a": 1}])) == SIGNED


def test_100_mb_are_not_even_looked_at():
    with pytest.raises(NotAnEnvelopeError, match=f"it has 100,000,000 bytes, of which {LARGEST_ENVELOPE:,} are read"):
        verify(b'{"payload":"' + b"A" * 99_999_988, ring(ANNA))


@given(st.binary(max_size=64))
def test_no_bytes_fail_in_another_way(data):
    with pytest.raises(NotAnEnvelopeError):
        verify(data, ring(ANNA))


def test_trying_all_keys_has_an_end():
    key = ANNA.public_key
    many = KeyRing(PublicKey(SSlibKey(f"{at}", key.keytype, key.scheme, key.keyval)) for at in range(MOST_TRIALS))
    assert verify(nameless(SIGNED), many).keyids == ("0",)
    two = sign(STATEMENT, [ANNA, BERT])
    with pytest.raises(UnknownKeyError, match="too many to try"):
        verify(nameless(two), many)
    assert verify(
        Envelope(two.payload, PAYLOAD_TYPE, (*two.signatures[:1], Signature(two.signatures[1].sig))), ring(ANNA)
    )


def test_untrusted_ids_are_shown_as_one_line():
    hostile = Envelope(SIGNED.payload, PAYLOAD_TYPE, (Signature(b"", "\x1b[31m\n" + "a" * 1000),))
    with pytest.raises(UnknownKeyError) as refused:
        verify(hostile, ring(ANNA))
    assert refused.value.what.isprintable()
    assert "jSON" not in refused.value.what
    assert len(refused.value.what) < 200


class Service(Signer):
    """A key service that answers what it is told to."""

    def __init__(self, public_key, answer):
        self._public_key = public_key
        self._answer = answer

    @classmethod
    def from_priv_key_uri(cls, priv_key_uri, public_key, secrets_handler=None):
        raise NotImplementedError

    @property
    def public_key(self):
        return self._public_key

    def sign(self, payload):
        return self._answer(payload)


def unreachable(payload):
    raise ConnectionError("no route\nto host")


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (unreachable, "did not sign: no route to host$"),
        (BERT.sign, "does not fit its public key"),
        (lambda payload: ANNA.sign(payload + b"x"), "does not fit its public key"),
        (lambda payload: LibrarySignature("another id", ANNA.sign(payload).signature), "does not fit its public key"),
        (lambda payload: LibrarySignature(*ids(ANNA), "no hex"), "did not sign"),
        (lambda payload: None, "did not sign"),
    ],
)
def test_a_signer_that_does_not_do_its_work_is_noticed(answer, said):
    with pytest.raises(SignerError, match=said):
        sign(STATEMENT, [ANNA, Service(ANNA.public_key, answer)])


@pytest.mark.parametrize("count", [0, MOST_SIGNATURES + 1])
def test_nobody_or_too_many_cannot_sign(count):
    with pytest.raises(SignerError):
        sign(STATEMENT, [ANNA] * count)


def test_a_statement_that_cannot_be_written_is_not_signed():
    with pytest.raises(StatementError):
        sign(Statement.of([], "https://example.org/a", {}), [ANNA])


def test_every_refusal_says_what_to_do():
    for kind in (NotAnEnvelopeError, PayloadTypeError, TamperedError, ThresholdError, UnknownKeyError):
        assert issubclass(kind, EnvelopeError)
    with pytest.raises(ClearinghouseError) as refused:
        verify(SIGNED, ring(BERT))
    assert refused.value.remedy


def test_the_id_of_a_key_is_the_digest_of_its_canonical_form():
    public = serialization.load_pem_public_key(
        ANNA._private_key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    ).public_bytes_raw()
    form = f'{{"keytype":"ed25519","keyval":{{"public":"{public.hex()}"}},"scheme":"ed25519"}}'
    assert ids(ANNA) == (hashlib.sha256(form.encode()).hexdigest(),)
