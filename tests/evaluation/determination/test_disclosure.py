"""Copies with fields left out: every subset verifies, every change is noticed, nothing that is left out is told."""

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearinghouse.evaluation.determination.disclosure import (
    Copy,
    Entry,
    Fields,
    as_text,
    check_proof,
    checked,
    document,
    fields_of,
    pointer,
    prove,
    read_copy,
    redacted,
    revealed,
    same,
    seal,
    shown,
    values,
)
from clearinghouse.evaluation.determination.disclosure.copies import PAD
from clearinghouse.evaluation.determination.disclosure.tree import DEEPEST
from clearinghouse.evaluation.determination.errors import DisclosureError
from clearinghouse.trust.commitment import canonical, commit

replace = msgspec.structs.replace
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
scalars = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | texts | st.floats(allow_nan=False)
documents = st.dictionaries(
    texts,
    st.recursive(scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3)),
    max_size=5,
)
EXAMPLE = {"verdict": "covered", "domains": [{"name": "a", "value": 0.25}, {"name": "b", "value": 1}], "none": []}


@given(documents)
def test_the_whole_is_the_document(given_document):
    copy = seal(given_document)
    assert same(document(checked(copy, fields_of(copy))), given_document)
    assert read_copy(copy.to_bytes(), fields_of(copy)) == copy
    assert len(copy.entries) % PAD == 0


@given(documents, st.data())
def test_every_subset_verifies_against_the_same_root_and_tells_nothing_else(given_document, data):
    copy = seal(given_document)
    paths = list(values(copy))
    kept = set(data.draw(st.lists(st.sampled_from(paths), unique=True)) if paths else [])
    less = redacted(copy, kept.__contains__)
    assert fields_of(less) == fields_of(copy)
    read = read_copy(less.to_bytes(), fields_of(copy))
    assert values(read) == {path: value for path, value in values(copy).items() if path in kept}
    salts = {each.salt for each in copy.entries if each.path not in kept or each.is_decoy}
    assert not any(salt in less.to_bytes().decode() for salt in salts)
    assert revealed(less, copy.entries) == copy


@given(documents.filter(bool), st.data())
def test_every_change_of_what_is_shown_is_noticed(given_document, data):
    copy = seal(given_document)
    fields = fields_of(copy)
    at = data.draw(st.integers(0, len(copy.entries) - 1))
    was = copy.entries[at]
    other = data.draw(
        st.sampled_from(["value", "path", "salt", "commitment", "gone", "twice", "swapped", "covered"]), label="change"
    )
    entries = list(copy.entries)
    if other == "value":
        entries[at] = replace(was, value=data.draw(scalars.filter(lambda it: not _alike(it, was.value))))
    elif other == "path":
        entries[at] = replace(was, path=(*was.path, "more"))
    elif other == "salt":
        entries[at] = replace(was, salt=_flipped(was.salt, data))
    elif other == "commitment":
        entries[at] = replace(was, commitment=_flipped(was.commitment, data))
    elif other == "gone":
        del entries[at]
    elif other == "twice":
        entries.insert(at, was)
    elif other == "swapped":
        entries[at], entries[at - 1] = entries[at - 1], entries[at]
    else:
        entries[at] = replace(was, salt="")
    changed = Copy(entries=tuple(entries))
    if other == "covered" and was.is_decoy:
        return  # a decoy without its salt is a copy that leaves out one field more
    with pytest.raises(DisclosureError):
        checked(changed, fields)
    with pytest.raises(DisclosureError):
        read_copy(msgspec.json.encode(changed), fields)


@given(st.data())
def test_no_byte_of_a_copy_can_be_changed(data):
    written = bytearray(LESS.to_bytes())
    written[data.draw(st.integers(0, len(written) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(DisclosureError):
        read_copy(bytes(written), FIELDS)


WHOLE = seal(EXAMPLE)
FIELDS = fields_of(WHOLE)
LESS = redacted(WHOLE, lambda path: path[0] == "domains" and path[-1] == "name")


@given(documents.filter(bool), st.data())
def test_one_field_alone_is_proved_and_no_other_can_be(given_document, data):
    copy = seal(given_document)
    path = data.draw(st.sampled_from(list(values(copy))))
    proof = prove(copy, path)
    check_proof(proof, fields_of(copy))
    for wrong in (
        replace(proof, index=proof.index ^ 1),
        replace(proof, nodes=proof.nodes[1:]),
        replace(proof, nodes=("00" * 32, *proof.nodes[1:])),
        replace(proof, entry=replace(proof.entry, path=(*path, "x"))),
        replace(proof, index=10**6),
    ):
        with pytest.raises(DisclosureError):
            check_proof(wrong, fields_of(copy))
    with pytest.raises(DisclosureError, match="shows nothing"):
        prove(redacted(copy, lambda _: False), path)


def test_a_field_with_few_values_cannot_be_guessed():
    hidden = redacted(seal({"verdict": "covered"}), lambda _: False)
    guesses = [canonical({"path": ["verdict"], "value": each}) for each in ("covered", "not_covered", "indeterminate")]
    commitments = {each.commitment for each in hidden.entries}
    assert not commitments & {commit(bytes(32), each).hex() for each in guesses}
    assert seal({"verdict": "covered"}).entries != seal({"verdict": "covered"}).entries


def test_a_copy_does_not_tell_names_lengths_or_places_of_what_is_left_out():
    one = redacted(seal({"a": 1, "secret": [1, 2, 3]}), lambda path: path == ("a",))
    two = redacted(seal({"a": 1, "other": "x"}), lambda path: path == ("a",))
    assert len(one.entries) == len(two.entries) == PAD
    assert b"secret" not in one.to_bytes()
    assert [each.commitment for each in one.entries] == sorted(each.commitment for each in one.entries)


def test_what_is_shown_can_be_looked_at_as_a_document():
    assert shown(LESS) == {"domains": [{"name": "a"}, {"name": "b"}]}
    assert document(WHOLE) == {**EXAMPLE, "domains": [{"name": "a", "value": "0.25"}, {"name": "b", "value": 1}]}
    with pytest.raises(DisclosureError, match="left out"):
        document(LESS)
    assert pointer(("a/b", 1, "~")) == "/a~1b/1/~0"


def sealed_by_a_liar(*leaves):
    entries = []
    for at, (path, value) in enumerate(leaves):
        salt = bytes([at]) * 32
        made = commit(salt, canonical({"path": list(path), "value": value})).hex()
        entries.append(Entry(commitment=made, salt=salt.hex(), path=path, value=value))
    return Copy(entries=tuple(sorted(entries, key=lambda each: each.commitment)))


@pytest.mark.parametrize(
    "leaves",
    [
        [(("a",), 1), (("a",), 2)],
        [(("a",), 1), (("a", "b"), 2)],
        [(("a", "b"), 1), (("a", 0), 2)],
        [(("a",), {"b": 1})],
        [(("a",), [1])],
    ],
)
def test_two_leaves_that_cannot_be_in_one_document_are_refused(leaves):
    copy = sealed_by_a_liar(*leaves)
    with pytest.raises(DisclosureError, match="two fields"):
        checked(copy, fields_of(copy))


def test_a_list_with_a_gap_is_no_whole_document():
    copy = sealed_by_a_liar((("a", 0), 1), (("a", 2), 3))
    assert checked(copy, fields_of(copy))
    with pytest.raises(DisclosureError, match="gap"):
        document(copy)


def test_more_can_be_shown_only_of_the_same_document():
    other = seal(EXAMPLE)
    with pytest.raises(DisclosureError, match="not in this document"):
        revealed(LESS, other.entries)
    wrong = replace(WHOLE.entries[0], path=("x",), salt="00" * 32)
    with pytest.raises(DisclosureError, match="not what was signed"):
        revealed(LESS, [wrong])


def test_what_cannot_be_sealed_is_refused_in_a_sentence():
    deep: object = 1
    for _ in range(DEEPEST + 1):
        deep = [deep]
    for wrong, says in (({"a": deep}, "levels"), ({"a": 2**60}, "beyond"), ({"a": "\ud800"}, "surrogate")):
        with pytest.raises(DisclosureError, match=says):
            seal(wrong)
    with pytest.raises(DisclosureError, match="is no copy"):
        read_copy(json.dumps({"entries": []}).encode(), FIELDS)
    with pytest.raises(DisclosureError, match="schema"):
        checked(replace(WHOLE, schema="other"), FIELDS)
    with pytest.raises(DisclosureError, match="not those"):
        checked(WHOLE, Fields(root=FIELDS.root, leaves=FIELDS.leaves + 1))


def _alike(one, other):
    """Whether two values are one when they are sealed: JSON has no true that is 1."""
    return json.dumps(as_text(one)) == json.dumps(as_text(other))


def _flipped(digits, data):
    at = data.draw(st.integers(0, len(digits) - 1))
    return digits[:at] + ("0" if digits[at] != "0" else "1") + digits[at + 1 :]
