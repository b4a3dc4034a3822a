"""Bytes by which a database orders as the law of the order of work does."""

import struct

from hypothesis import given
from hypothesis import strategies as st

from clearinghouse.priority.ranking import rank_bytes, tier_bytes

numbers = st.one_of(st.floats(allow_nan=False), st.floats(-10, 1), st.sampled_from([0.0, -0.0, 1.0, -9.8]))
keys = st.tuples(
    st.integers(0, 9),
    st.integers(1, 3_652_060),
    st.integers(0, 2),
    numbers,
    numbers,
    st.integers(-(2**32) + 1, 0),
)


@given(one=keys, other=keys)
def test_bytes_are_ordered_as_keys_are(one, other):
    a, b = rank_bytes(one), rank_bytes(other)
    assert (a < b, a == b) == (one < other, one == other)


@given(key=keys, other=keys)
def test_a_tier_is_one_stretch(key, other):
    assert rank_bytes(key).startswith(tier_bytes(key[0]))
    assert len(rank_bytes(key)) == struct.calcsize(">BIBQQI")
    assert (rank_bytes(other) >= tier_bytes(key[0])) == (other[0] >= key[0])
