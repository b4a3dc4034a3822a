"""Statements: what they are as bytes, and what is refused. The oracle is in-toto's own library."""

import json
from contextlib import suppress

import pytest
from google.protobuf import json_format
from hypothesis import given
from hypothesis import strategies as st
from in_toto_attestation.v1 import statement_pb2
from in_toto_attestation.v1.resource_descriptor import ResourceDescriptor
from in_toto_attestation.v1.statement import Statement as Oracle

from clearinghouse.trust.commitment import LARGEST
from clearinghouse.trust.statement import (
    DEEPEST_PREDICATE,
    LARGEST_STATEMENT,
    LONGEST_NAME,
    MOST_SUBJECTS,
    STATEMENT_TYPE,
    Digest,
    Statement,
    StatementError,
    Subject,
)

SHA256 = "0123456789abcdef" * 4
TYPE = "https://example.org/verdict/v1"

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-LARGEST, LARGEST) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)
digests = st.binary(min_size=32, max_size=32).map(bytes.hex)
subjects = st.lists(st.tuples(texts, digests), min_size=1, max_size=4)
types = st.sampled_from([TYPE, "urn:example:a", "https://example.org/%C3%A4?a=b#c", "git+https://example.org/x@1"])
statements = st.builds(Statement.of, subjects, types, st.dictionaries(texts, values, max_size=4))


def written(**changes):
    """A statement as bytes, with other members; None takes one away."""
    members = {
        "_type": STATEMENT_TYPE,
        "subject": [{"name": "a", "digest": {"sha256": SHA256}}],
        "predicateType": TYPE,
        "predicate": {"kind": "reproduced"},
    }
    return json.dumps({name: value for name, value in (members | changes).items() if value is not None}).encode()


def reversed_members(value):
    if isinstance(value, dict):
        return {name: reversed_members(item) for name, item in reversed(value.items())}
    return [reversed_members(item) for item in value] if isinstance(value, list) else value


@given(statements)
def test_what_is_written_reads_back_and_has_one_form(statement):
    data = statement.to_bytes()
    assert Statement.from_bytes(data) == statement
    assert Statement.from_bytes(json.dumps(json.loads(data), indent=1).encode()).to_bytes() == data
    again = Statement.of(
        [(each.name, each.digest.sha256) for each in statement.subject],
        statement.predicate_type,
        reversed_members(statement.predicate),
    )
    assert again.to_bytes() == data


@given(statements.filter(lambda each: each.predicate))
def test_the_oracle_reads_what_is_written(statement):
    read = json_format.Parse(statement.to_bytes(), statement_pb2.Statement())
    Oracle.copy_from_pb(read).validate()
    assert read.type == STATEMENT_TYPE
    assert read.predicate_type == statement.predicate_type
    assert [(each.name, dict(each.digest)) for each in read.subject] == [
        (each.name, {"sha256": each.digest.sha256}) for each in statement.subject
    ]
    assert json_format.MessageToDict(read.predicate) == statement.predicate


@given(subjects, types, st.dictionaries(texts, values, min_size=1, max_size=4))
def test_what_the_oracle_writes_is_read(named, predicate_type, predicate):
    descriptors = [
        ResourceDescriptor(
            name=name, uri="pkg:pypi/a@1", digest={"sha256": sha256, "sha1": "0" * 40}, annotations={"a": 1}
        ).pb
        for name, sha256 in named
    ]
    oracle = Oracle(descriptors, predicate_type, predicate)
    oracle.validate()
    read = Statement.from_bytes(json_format.MessageToJson(oracle.pb).encode())
    assert read == Statement.of(named, predicate_type, predicate)


def test_the_bytes_are_pinned():
    statement = Statement.of([("", SHA256), ("ä", SHA256)], TYPE, {"b": [1, {"c": None}], "a": True})
    assert statement.to_bytes().decode() == (
        '{"_type":"https://in-toto.io/Statement/v1","predicate":{"a":true,"b":[1,{"c":null}]},'
        '"predicateType":"https://example.org/verdict/v1","subject":['
        f'{{"digest":{{"sha256":"{SHA256}"}}}},{{"digest":{{"sha256":"{SHA256}"}},"name":"ä"}}]}}'
    )


def test_what_is_optional_may_be_missing():
    read = Statement.from_bytes(written(subject=[{"digest": {"sha256": SHA256}}], predicate=None))
    assert read == Statement(subject=(Subject(Digest(SHA256)),), predicate_type=TYPE)
    assert (read.subject[0].name, read.predicate, read.type) == ("", {}, STATEMENT_TYPE)


def test_members_that_are_not_known_are_passed_over():
    subject = {"digest": {"sha256": SHA256, "gitCommit": "x", "later": "y"}, "uri": "pkg:pypi/a@1", "org.later": [{}]}
    assert Statement.from_bytes(written(subject=[subject], later={"a": [1]})) == Statement.of(
        [("", SHA256)], TYPE, {"kind": "reproduced"}
    )


REFUSED = {
    "no type": {"_type": None},
    "an older type": {"_type": "https://in-toto.io/Statement/v0.1"},
    "no subject": {"subject": None},
    "an empty subject": {"subject": []},
    "too many subjects": {"subject": [{"digest": {"sha256": SHA256}}] * (MOST_SUBJECTS + 1)},
    "a subject that is no list": {"subject": {"digest": {"sha256": SHA256}}},
    "a subject without digest": {"subject": [{"name": "a"}]},
    "another digest only": {"subject": [{"digest": {"sha1": "0" * 40}}]},
    "capitals": {"subject": [{"digest": {"sha256": SHA256.upper()}}]},
    "a digit too few": {"subject": [{"digest": {"sha256": SHA256[1:]}}]},
    "a digit too many": {"subject": [{"digest": {"sha256": f"{SHA256}0"}}]},
    "a line end": {"subject": [{"digest": {"sha256": f"{SHA256}\n"}}]},
    "digits of another script": {"subject": [{"digest": {"sha256": SHA256[1:] + "\u0664"}}]},
    "a name that is null": {"subject": [{"name": None, "digest": {"sha256": SHA256}}]},
    "a name that is a number": {"subject": [{"name": 1, "digest": {"sha256": SHA256}}]},
    "a long name": {"subject": [{"name": "a" * (LONGEST_NAME + 1), "digest": {"sha256": SHA256}}]},
    "no predicate type": {"predicateType": None},
    "a predicate type that is no URI": {"predicateType": "verdict"},
    "a URI with a space": {"predicateType": "https://example.org/a b"},
    "a URI with a line end": {"predicateType": f"{TYPE}\n"},
    "a scheme in capitals": {"predicateType": "HTTPS://example.org/a"},
    "an authority in capitals": {"predicateType": "https://Example.org/a"},
    "a long URI": {"predicateType": f"{TYPE}{'a' * 1024}"},
    "a predicate that is a list": {"predicate": [1]},
    "a predicate that is a text": {"predicate": "a"},
}


@pytest.mark.parametrize("changes", REFUSED.values(), ids=REFUSED)
def test_what_is_no_statement_is_refused(changes):
    with pytest.raises(StatementError, match=r"^this is no in-toto Statement v1: ") as refused:
        Statement.from_bytes(written(**changes))
    assert "regex" not in refused.value.what
    assert refused.value.remedy


def test_the_error_says_where():
    with pytest.raises(StatementError, match=r"expected str of the right form at subject\[1\]\.digest\.sha256$"):
        Statement.from_bytes(written(subject=[{"digest": {"sha256": SHA256}}, {"digest": {"sha256": "0"}}]))


def inside(text):
    """A statement in whose predicate some JSON stands."""
    return written(predicate={"a": "HERE"}).replace(b'"HERE"', text)


ODD = {
    "a name twice": inside(b'{"b": 1, "b": 1}'),
    "a name twice, once with an escape": inside(b'{"b": 1, "\\u0062": 2}'),
    "a name twice at the top": written()[:-1] + b', "predicateType": "https://example.org/other"}',
    "a name twice where nobody looks": written(later="HERE").replace(b'"HERE"', b'[{"b": 1, "b": 2}]'),
    "half of a pair": inside(b'"\\ud800"'),
    "the other half": inside(b'"\\udc00 "'),
    "half of a pair as a name": inside(b'{"\\ud800": 1}'),
    "half of a pair where nobody looks": written(later="HERE").replace(b'"HERE"', b'"\\ud800"'),
    "half of a pair as bytes": inside(b'"\xed\xa0\x80"'),
    "bytes that are no UTF-8": inside(b'"\xff"'),
    "UTF-16": written().decode().encode("utf-16"),
    "a byte order mark": b"\xef\xbb\xbf" + written(),
    "NaN": inside(b"NaN"),
    "a number out of range": inside(b"1e999"),
    "very many digits": inside(b"1" * 5000),
    "very many digits after a zero": inside(b"0" * 5000),
    "a zero byte": inside(b'"\x00"'),
    "a comma too many": inside(b"[1,]"),
    "a second value": written() + written(),
    "half of it": written()[:-10],
    "nothing": b"",
    "null": b"null",
    "a list": b"[]",
    "deep lists": inside(b"[" * 100_000 + b"]" * 100_000),
    "deep objects": inside(b'{"a":' * 100_000 + b"1" + b"}" * 100_000),
    "deep where nobody looks": written(later="HERE").replace(b'"HERE"', b"[" * 100_000 + b"]" * 100_000),
}


@pytest.mark.parametrize("data", ODD.values(), ids=ODD)
def test_what_is_ambiguous_or_boundless_is_refused(data):
    with pytest.raises(StatementError, match=r"^this is no in-toto Statement v1: .{8,}$"):
        Statement.from_bytes(data)


def test_100_mb_are_not_even_looked_at():
    with pytest.raises(StatementError, match="it has 100,000,000 bytes, of which 2,097,152 are read"):
        Statement.from_bytes(b"[" * 100_000_000)


def test_the_limits_themselves_are_read():
    deep = inside(b"[" * (DEEPEST_PREDICATE - 1) + b"]" * (DEEPEST_PREDICATE - 1))
    assert Statement.from_bytes(deep).predicate["a"]
    with pytest.raises(StatementError, match="more than 64 levels"):
        Statement.from_bytes(inside(b"[" * DEEPEST_PREDICATE + b"]" * DEEPEST_PREDICATE))
    most = [{"digest": {"sha256": SHA256}}] * MOST_SUBJECTS
    assert len(Statement.from_bytes(written(subject=most)).subject) == MOST_SUBJECTS
    longest = written() + b" " * (LARGEST_STATEMENT - len(written()))
    assert Statement.from_bytes(longest) == Statement.from_bytes(written())
    with pytest.raises(StatementError, match="bytes, of which"):
        Statement.from_bytes(longest + b" ")


@given(statements, st.data())
def test_a_changed_byte_gives_a_statement_or_a_sentence(statement, data):
    changed = bytearray(statement.to_bytes())
    changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
    with suppress(StatementError):
        assert Statement.from_bytes(bytes(changed)).subject


@given(st.binary(max_size=64))
def test_no_bytes_fail_in_another_way(data):
    with pytest.raises(StatementError):
        Statement.from_bytes(data)


UNWRITABLE = {
    "no subject": Statement.of([], TYPE, {}),
    "no digest": Statement.of([("a", "")], TYPE, {}),
    "no URI": Statement.of([("a", SHA256)], "verdict", {}),
    "another type": Statement(
        subject=(Subject(Digest(SHA256)),), predicate_type=TYPE, type="https://in-toto.io/Statement/v0.1"
    ),
    "a fraction": Statement.of([("a", SHA256)], TYPE, {"score": 9.8}),
    "a number beyond what every reader reads": Statement.of([("a", SHA256)], TYPE, {"n": 2**53}),
    "half of a pair": Statement.of([("a", SHA256)], TYPE, {"a": "\ud800"}),
    "half of a pair as a name": Statement.of([("\ud800", SHA256)], TYPE, {}),
    "a name that is no text": Statement.of([("a", SHA256)], TYPE, {1: 2}),
    "too large": Statement.of([("a", SHA256)], TYPE, {"a": "x" * LARGEST_STATEMENT}),
}


@pytest.mark.parametrize("statement", UNWRITABLE.values(), ids=UNWRITABLE)
def test_nothing_is_written_that_would_not_be_read(statement):
    with pytest.raises(StatementError):
        statement.to_bytes()


def test_the_error_of_writing_says_where():
    with pytest.raises(StatementError, match="cannot be written as canonical JSON: /predicate/scores/1: float"):
        Statement.of([("a", SHA256)], TYPE, {"scores": [1, 9.8]}).to_bytes()


def test_statements_share_no_predicate():
    one, other = (Statement(subject=(Subject(Digest(SHA256)),), predicate_type=TYPE) for _ in range(2))
    one.predicate["a"] = 1
    assert other.predicate == {}
