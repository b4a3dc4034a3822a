"""Commitments to records, and the one form that a record has as bytes."""

import hashlib
import hmac
import json
from enum import IntEnum, StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearinghouse.trust.commitment import (
    LARGEST,
    CommitmentError,
    NotCanonicalError,
    canonical,
    commit,
    new_salt,
    opens,
)

salts = st.binary(min_size=32, max_size=32)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-LARGEST, LARGEST) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)


def shuffled(value):
    """The same value with the members of every object the other way round, and tuples for lists."""
    if isinstance(value, dict):
        return {name: shuffled(item) for name, item in reversed(value.items())}
    if isinstance(value, list):
        return tuple(shuffled(item) for item in value)
    return value


class Colour(StrEnum):
    RED = "red"


class Number(IntEnum):
    ONE = 1


@given(values)
def test_canonical_json_reads_back_and_has_one_form(value):
    data = canonical(value)
    assert json.loads(data) == value
    assert canonical(shuffled(value)) == canonical(json.loads(data)) == data


@given(values, values)
def test_two_values_have_two_forms(one, other):
    # JSON tells True from 1, Python does not.
    assert (canonical(one) == canonical(other)) is (
        repr(json.loads(canonical(one))) == repr(json.loads(canonical(other)))
    )


def test_the_order_of_names_and_the_escapes_are_those_of_rfc_8785():
    # RFC 8785, 3.2.3 (order by UTF-16, by which the emoji stands before the ligature) and 3.2.2.2 (escapes).
    names = {"\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\U0001f600": 5, "\x80": 6, "\u00f6": 7}
    assert list(json.loads(canonical(names))) == ["\r", "1", "\x80", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]
    assert canonical('\u20ac$\x0f\nA\'B"\\\\"/\x7f') == '"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/\x7f"'.encode()
    assert canonical({"b": [True, None, -1], "a": {}}) == b'{"a":{},"b":[true,null,-1]}'


def test_enumerations_are_what_they_stand_for():
    assert canonical({"colour": Colour.RED, Colour.RED: Number.ONE}) == b'{"colour":"red","red":1}'


def nested(levels):
    value = 1
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (0.5, "float"),
        (float("nan"), "float"),
        ({"a": [1, 2.0]}, "/a/1: float"),
        (LARGEST + 1, "beyond"),
        (-LARGEST - 1, "beyond"),
        (b"bytes", "bytes"),
        ({1: 2}, "a name is no text"),
        ({"a": {2}}, "/a: set"),
        ("\ud800", "surrogate"),
        ({"\udfff": 1}, "surrogate"),
        (nested(17), "levels"),
        (object(), "object"),
    ],
)
def test_what_has_no_canonical_form_is_refused(value, why):
    with pytest.raises(NotCanonicalError, match=why):
        canonical(value)


def test_a_value_that_contains_itself_is_refused():
    value = []
    value.append(value)
    with pytest.raises(NotCanonicalError, match="levels"):
        canonical(value)


@given(salts, salts, st.binary(max_size=80), st.binary(max_size=80))
def test_a_commitment_is_opened_by_its_salt_and_record_only(salt, other_salt, record, other):
    made = commit(salt, record)
    assert len(made) == 32
    assert opens(made, salt, record)
    assert opens(made, salt, other) is (other == record)
    assert opens(made, other_salt, record) is (other_salt == salt)


def test_a_commitment_is_hmac_sha256_under_the_salt():
    salt = bytes(range(32))
    expected = hmac.new(salt, b"clearinghouse commitment 1\x00{}", hashlib.sha256).hexdigest()
    assert commit(salt, canonical({})).hex() == expected


def test_equal_records_have_unlike_commitments():
    assert commit(new_salt(), b"{}") != commit(new_salt(), b"{}")


@pytest.mark.parametrize("length", [0, 16, 31, 33, 64])
def test_a_salt_has_one_length(length):
    with pytest.raises(CommitmentError):
        commit(bytes(length), b"")
    assert not opens(bytes(32), bytes(length), b"")
