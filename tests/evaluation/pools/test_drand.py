"""Rounds of drand: real ones hold, whatever else is said of them does not."""

import hashlib
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from py_arkworks_bls12381 import G1Point, G2Point, Scalar

from clearinghouse.evaluation.ledger.errors import LedgerError
from clearinghouse.evaluation.pools import beacon as beacons
from clearinghouse.evaluation.pools import drand
from clearinghouse.evaluation.pools.beacon import Spoken, demand_spoken, load_round, mainnet, quicknet, read_round
from clearinghouse.evaluation.pools.errors import DrawError
from real_rounds import DEFAULT, QUICKNET, default_said, quicknet_said

ORDER = 0x73EDA753299D7D483339D80809A1D80553BDA402FFFE5BFEFFFFFFFF00000001
PRIME = 0x1A0111EA397FE69A4B1BA7B6434BACD764774B84F38512BF6730D2A0F6B0F6241EABFFFEB153FFFFB9FEFFFFFFFFAAAB


def refused(
    network: drand.Network, number: int, signature: bytes, previous: bytes = b"", match: str = "not the signature"
) -> None:
    with pytest.raises(DrawError, match=match):
        drand.verify(network, number, signature, previous)


def signed(tag: bytes, group: Any, message: bytes, secret: int) -> bytes:
    """Sign as a node would that had the whole key."""
    return bytes((group.hash_to_curve(message, tag) * Scalar(secret)).to_compressed_bytes())


def test_keys_are_those_by_which_drand_knows_its_networks() -> None:
    assert drand.QUICKNET.hash == "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971"
    assert drand.DEFAULT.hash == "8990e7a9aaed2ffed73dbd7092123d6f289930540d7651336225dc172e51b2ce"


def test_messages_are_hashed_to_the_curve_as_rfc_9380_has_it() -> None:
    """Appendices J.9.1 and J.10.1, the message ``abc``."""
    one = G1Point.hash_to_curve(b"abc", b"QUUX-V01-CS02-with-BLS12381G1_XMD:SHA-256_SSWU_RO_").to_xy_bytes_be().hex()
    assert one == (
        "03567bc5ef9c690c2ab2ecdf6a96ef1c139cc0b2f284dca0a9a7943388a49a3aee664ba5379a7655d3c68900be2f6903"
        "0b9c15f3fe6e5cf4211f346271d7b01c8f3b28be689c8429c85b67af215533311f0b8dfaaa154fa6b88176c229f2885d"
    )
    two = G2Point.hash_to_curve(b"abc", b"QUUX-V01-CS02-with-BLS12381G2_XMD:SHA-256_SSWU_RO_").to_xy_bytes_be().hex()
    assert two == (
        "02c2d18e033b960562aae3cab37a27ce00d80ccd5ba4b7fe0e7a210245129dbec7780ccc7954725f4168aff2787776e6"
        "139cddbccdc5e91b9623efd38c49f81a6f83f175e80b06fc374de9eb4b41dfe4ca3a230ed250fbe3a2acf73a41177fd8"
        "1787327b68159716a37440985269cf584bcb1e621d3a7202be6ea05c4cfe244aeb197642555a0645fb87bf7466b2ba48"
        "00aa65dae3c8d732d10ecd2c50f8a1baf3001578f71c694e03866e9f3d49ac1e1ce70dd94a733534f106d4cec0eddd16"
    )


@pytest.mark.parametrize("number", QUICKNET)
def test_rounds_that_quicknet_published_hold(number: int) -> None:
    demand_spoken(quicknet(number), quicknet_said(number))


@pytest.mark.parametrize("number", DEFAULT)
def test_rounds_that_the_first_network_published_hold(number: int) -> None:
    demand_spoken(mainnet(number), default_said(number))


@pytest.mark.parametrize(
    ("number", "signature", "value"),
    [
        (1, DEFAULT[1][0], "101297f1ca7dc44ef6088d94ad5fb7ba03455dc33d53ddb412bbc4564ed986ec"),
        (657_413, QUICKNET[657_413], "fc1873a13f3545aeade8401532ef5519920652eee6b0d2b19ca12643b87b3587"),
    ],
)
def test_values_are_those_that_were_published(number: int, signature: str, value: str) -> None:
    assert drand.value_of(bytes.fromhex(signature)).hex() == value, number


def test_the_signature_of_another_round_is_refused() -> None:
    refused(drand.QUICKNET, 124, quicknet_said(123).signature, match="did not sign")
    refused(drand.QUICKNET, 123, quicknet_said(657_413).signature, match="did not sign")
    said, other = default_said(72_785), default_said(2_634_945)
    refused(drand.DEFAULT, 72_786, said.signature, said.previous, match="did not sign")
    refused(drand.DEFAULT, 72_785, other.signature, said.previous, match="did not sign")
    refused(drand.DEFAULT, 72_785, said.signature, other.previous, match="did not sign")
    refused(drand.DEFAULT, 72_785, said.signature, match="round before")
    refused(drand.QUICKNET, 123, quicknet_said(123).signature, b"\0" * 48, match="sign none before")


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 48 * 8 - 1))
def test_a_signature_of_which_a_bit_is_flipped_is_refused(bit: int) -> None:
    whole = bytearray(quicknet_said(123).signature)
    whole[bit // 8] ^= 1 << bit % 8
    refused(drand.QUICKNET, 123, bytes(whole))


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 96 * 8 - 1), st.booleans())
def test_of_a_chained_round_no_bit_can_be_flipped_in_either_signature(bit: int, before: bool) -> None:
    said = default_said(72_785)
    parts = [bytearray(said.signature), bytearray(said.previous)]
    parts[before][bit // 8] ^= 1 << bit % 8
    refused(drand.DEFAULT, 72_785, bytes(parts[0]), bytes(parts[1]))


@pytest.mark.parametrize("length", [0, 1, 47, 49, 96, 200])
def test_a_signature_of_another_length_is_refused(length: int) -> None:
    refused(drand.QUICKNET, 123, (quicknet_said(123).signature * 5)[:length], match="bytes")


def test_the_identity_is_no_signature_in_whichever_way_it_is_written() -> None:
    for first in (0xC0, 0xE0, 0x40):
        for last in (0, 1):
            refused(drand.QUICKNET, 123, bytes([first, *[0] * 46, last]), match="no point")
            refused(drand.DEFAULT, 1, bytes([first, *[0] * 94, last]), default_said(1).previous, match="no point")
    refused(drand.QUICKNET, 123, b"\xff" * 48, match="no point")


def test_points_outside_of_the_group_or_the_curve_are_refused() -> None:
    on_curve = 0
    for x in range(1, 60):
        data = (0x80 << 376 | x).to_bytes(48, "big")
        try:
            point = G1Point.from_compressed_bytes_unchecked(data)
        except ValueError:
            pass  # no point of the curve has this x
        else:
            on_curve += not point.is_in_subgroup()
        refused(drand.QUICKNET, 123, data, match="no point")
        refused(drand.DEFAULT, 1, data + b"\0" * 47 + b"\x02", default_said(1).previous, match="no point")
    assert 20 < on_curve < 40  # about half have one, and hardly any is in the group


def test_a_point_is_written_in_one_way_only() -> None:
    x = next(
        each for each in range(4, 99) if pow((each**3 + 4) % PRIME, (PRIME - 1) // 2, PRIME) == 1
    )  # of a point of the curve
    refused(drand.QUICKNET, 123, (0x80 << 376 | PRIME + x).to_bytes(48, "big"), match="no point")
    for flags in (0x00, 0x20, 0x40, 0x60, 0xC0, 0xE0):
        whole = quicknet_said(123).signature
        refused(drand.QUICKNET, 123, bytes([flags | whole[0] & 0x1F]) + whole[1:])


def test_a_key_of_another_network_and_another_tag_sign_nothing() -> None:
    message = hashlib.sha256((123).to_bytes(8, "big")).digest()
    secret = 0x5EED
    key = (G2Point() * Scalar(secret)).to_compressed_bytes()
    ours = msgspec.structs.replace(drand.QUICKNET, key=key.hex())
    good = signed(drand.TAG_G1, G1Point, message, secret)
    drand.verify(ours, 123, good)
    refused(drand.QUICKNET, 123, good, match="did not sign")
    refused(ours, 123, quicknet_said(123).signature, match="did not sign")
    refused(ours, 123, signed(drand.TAG_G2, G1Point, message, secret), match="did not sign")
    refused(ours, 123, signed(drand.TAG_G1, G1Point, message[::-1], secret), match="did not sign")
    refused(ours, 123, signed(drand.TAG_G1, G1Point, message, ORDER - secret), match="did not sign")
    assert ours.hash not in drand.NETWORKS


def test_the_value_is_what_the_signature_gives_and_never_stands_alone() -> None:
    said = quicknet_said(123)
    for value in (b"\7" * 32, said.value[:-1], said.value + b"\0", b""):
        with pytest.raises(DrawError, match="not the SHA-256"):
            demand_spoken(quicknet(123), msgspec.structs.replace(said, value=value))
    with pytest.raises(DrawError, match="without its signature"):
        demand_spoken(quicknet(123), Spoken(value=said.value))


def test_of_a_rehearsal_only_the_form_is_looked_at() -> None:
    exercise = beacons.rehearsal(1_790_000_000)
    assert not exercise.is_verifiable
    assert quicknet(1).is_verifiable
    assert mainnet(1).is_verifiable
    demand_spoken(exercise, Spoken(value=b"\7" * 16))
    for wrong in (Spoken(value=b"\7" * 15), quicknet_said(123)):
        with pytest.raises(DrawError, match="rehearsal"):
            demand_spoken(exercise, wrong)


ROUND = {
    "round": 123,
    "randomness": quicknet_said(123).value.hex(),
    "signature": QUICKNET[123],
}


def test_a_round_is_read_as_nodes_give_it(tmp_path: Path) -> None:
    assert read_round(json.dumps(ROUND).encode(), quicknet(123)) == quicknet_said(123)
    signature, previous = DEFAULT[1]
    chained = {"round": 1, "signature": signature, "previous_signature": previous}  # as version 2 has it
    assert read_round(json.dumps(chained).encode(), mainnet(1)) == default_said(1)
    path = tmp_path / "round.json"
    path.write_text(json.dumps(ROUND))
    assert load_round(path, quicknet(123)) == quicknet_said(123)
    (tmp_path / "link").symlink_to(path)
    for wrong in (tmp_path, tmp_path / "link", tmp_path / "none"):
        with pytest.raises(LedgerError):
            load_round(wrong, quicknet(123))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"round": 124}, "name round 123"),
        ({"round": "123"}, "no round as"),
        ({"round": 123.5}, "no round as"),
        ({"round": True}, "no round as"),
        ({"round": 2**63}, "no round as"),
        ({"randomness": "00" * 32}, "does not follow"),
        ({"randomness": "xyz"}, "no round as"),
        ({"signature": QUICKNET[123][1:]}, "no round as"),
        ({"signature": 5}, "no round as"),
        ({"previous_signature": None}, "no round as"),
        ({"more": 1}, "no round as"),
    ],
)
def test_a_round_of_another_form_is_refused(change: dict[str, object], says: str) -> None:
    with pytest.raises(DrawError, match=says):
        read_round(json.dumps(ROUND | change).encode(), quicknet(123))


@pytest.mark.parametrize("data", [b"", b"[]", b"null", b'{"round":123', b"\xff", b" " * 20_000, b"[" * 9_000])
def test_what_is_no_round_is_refused(data: bytes) -> None:
    with pytest.raises(DrawError, match="no round as"):
        read_round(data, quicknet(123))
    twice = json.dumps(ROUND).encode().replace(b"{", b'{"round": 123, ', 1)
    with pytest.raises(DrawError, match="no round as"):
        read_round(twice, quicknet(123))
