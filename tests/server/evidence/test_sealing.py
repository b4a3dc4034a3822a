"""What is sealed opens as it was, where it belongs, and nowhere else."""

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearinghouse.server.evidence.sealing import OVERHEAD, Sealer
from clearinghouse.server.evidence.vault import SealBrokenError

SEALER = Sealer(bytes(range(32)), b"place")


@given(st.binary(max_size=4096), st.binary(max_size=64))
def test_what_is_sealed_opens_as_it_was(data: bytes, context: bytes) -> None:
    sealed = SEALER.seal(data, context)
    assert SEALER.open(sealed, context) == data
    assert SEALER.open(memoryview(sealed), context) == data
    assert len(sealed) == len(data) + OVERHEAD


@given(st.binary(max_size=200), st.integers(min_value=0), st.integers(1, 255))
def test_no_byte_can_be_changed(data: bytes, position: int, difference: int) -> None:
    sealed = bytearray(SEALER.seal(data, b"context"))
    sealed[position % len(sealed)] ^= difference
    with pytest.raises(SealBrokenError):
        SEALER.open(bytes(sealed), b"context")


def test_every_byte_and_every_length_counts() -> None:
    sealed = SEALER.seal(b"something to keep", b"context")
    for position in range(len(sealed)):
        changed = sealed[:position] + bytes([sealed[position] ^ 1]) + sealed[position + 1 :]
        for wrong in (changed, sealed[:position], sealed[position + 1 :]):
            with pytest.raises(SealBrokenError):
                SEALER.open(wrong, b"context")
    with pytest.raises(SealBrokenError):
        SEALER.open(sealed + b"\0", b"context")


@given(st.binary(max_size=64), st.binary(max_size=64))
def test_another_context_opens_nothing(one: bytes, other: bytes) -> None:
    if one != other:
        with pytest.raises(SealBrokenError):
            SEALER.open(SEALER.seal(b"data", one), other)


def test_another_place_or_key_opens_nothing() -> None:
    sealed = SEALER.seal(b"data", b"context")
    for other in (Sealer(bytes(range(32)), b"elsewhere"), Sealer(bytes(32), b"place")):
        with pytest.raises(SealBrokenError):
            other.open(sealed, b"context")


def test_equal_data_look_different_each_time() -> None:
    assert len({SEALER.seal(b"same", b"same") for _ in range(1000)}) == 1000


def test_a_sealer_cannot_be_stored() -> None:
    with pytest.raises(TypeError):
        pickle.dumps(SEALER)
    assert "place" not in repr(SEALER)
