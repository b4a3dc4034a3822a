import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearinghouse.formats.sample import SAMPLE_SIZE, Sample, _json_shape, _shape_of


def sample(text: str | bytes, *, complete: bool = True) -> Sample:
    return Sample(text.encode() if isinstance(text, str) else text, complete=complete)


LOG = '{"version": "2", "runs": [{"tool": {"driver": {"name": "x", "version": "1"}}, "results": [{"a": 1}]}], "x": "y"}'


def test_key_paths():
    assert sample(LOG).keys == {
        *("version", "x", "runs", "runs[]", "runs[].tool", "runs[].tool.driver", "runs[].results", "runs[].results[]"),
    }
    assert sample('[{"id": 1}, {"name": [2]}]').keys == {"[]", "[].id", "[].name", "[].name[]"}
    assert sample(LOG).has("version", "runs[]")
    assert not sample(LOG).has("version", "nothing")


def test_keys_of_yaml_are_those_at_the_margin():
    assert sample("id: X\naffected:\n  - package: y\n- no: z\nmodified: 2021\n").keys == {"id", "affected", "modified"}


def test_only_the_first_json_line_counts():
    lines = sample('{"a": 1}\n{"b": 2}\n')
    assert lines.is_json
    assert lines.is_json_lines
    assert lines.keys == {"a"}
    assert not sample('{"a":\n {"b": 2}}').is_json_lines


def test_values_are_told_from_each_other_by_their_place():
    sorted_log = json.dumps(json.loads(LOG), sort_keys=True)
    assert sample(sorted_log).value_of("version") == "1"  # the first, wherever it stands
    for text in (LOG, sorted_log):
        assert sample(text).value_at("version") == "2"
        assert sample(text).value_at("runs") is None
    assert sample('{"a": 1, "b": ["x", "y"], "c": "z').value_at("a") is None
    assert sample('{"a": 1, "b": ["x", "y"], "c": "z').value_at("b[]") == "x"
    assert sample("a: b").value_at("a") is None
    assert sample("a: 'b'").value_of("a") == "b"


@pytest.mark.parametrize(
    ("text", "is_json"), [("{", True), (" \n[", True), ("\ufeff{}", True), ("", False), ("x{", False), ('"x"', False)]
)
def test_is_json(text, is_json):
    assert sample(text).is_json is is_json


def test_undecodable_bytes_become_replacement_characters():
    assert sample(b"a\xffb").text == "a\ufffdb"
    assert sample(b"a\xffb\nc").lines == ["a\ufffdb", "c"]


def plain(value):
    """Key paths to depth 4, from the value itself."""
    if isinstance(value, dict):
        for key, member in value.items():
            yield key
            yield from (f"{key}{'' if path.startswith('[]') else '.'}{path}" for path in plain(member))
    elif isinstance(value, list):
        yield "[]"
        for member in value:
            yield from (f"[]{'' if path.startswith('[]') else '.'}{path}" for path in plain(member))


KEYS = st.text("abc", min_size=1, max_size=2)
VALUES = st.recursive(
    st.none() | st.integers() | st.text('a"\\:,{}[]', max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(KEYS, VALUES, max_size=3) | st.lists(VALUES, max_size=3), st.sampled_from([None, 1]))
def test_key_paths_are_those_of_the_value(value, indent):
    text = json.dumps(value, indent=indent)
    found = sample(text).keys
    wanted = set(plain(value))
    assert {path for path in found if depth(path) <= 4} == {path for path in wanted if depth(path) <= 4}
    for path in wanted:
        sample(text).value_at(path)
    for cut in range(len(text)):
        seen = sample(text[:cut], complete=False)
        assert {path for path in seen.keys if depth(path) <= 4} <= found


NUMBERS = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
SCALARS = st.none() | st.booleans() | NUMBERS | st.text(max_size=5)
ANY_JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=12,
)


def nested(value, keys):
    for key in keys:
        value = [value] if key is None else {key: value}
    return value


DEEP = st.builds(nested, ANY_JSON, st.lists(st.none() | st.text("a.", max_size=1), min_size=1, max_size=7))


@given(ANY_JSON.filter(lambda value: isinstance(value, dict | list)) | DEEP, st.sampled_from([None, 1]), st.booleans())
def test_a_whole_document_and_its_bytes_have_one_shape(value, indent, ascii_only):
    """A complete head is decoded, a cut one is tokenised: what is recognised must not depend on which."""
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only).encode()
    assert _shape_of(json.loads(text)) == _json_shape(text)


def depth(path: str) -> int:
    return path.replace("[]", ".x").strip(".").count(".") + 1


@given(st.binary(max_size=80) | st.text('{}[]",:\\ a\n', max_size=80).map(str.encode), st.booleans())
def test_any_bytes(data, complete):
    head = Sample(data, complete=complete)
    assert head.keys is not None
    assert head.is_json in (True, False)
    assert head.is_json_lines in (True, False)
    head.value_of("a")
    head.value_at("a")
    assert "\r" not in "".join(head.lines)


@pytest.mark.parametrize(
    "piece", ["[", "{", '{"a":', '"', '\\"', '"a":', '"a": ', '{"a":{"a":[', "[{", ",", "a:\n", '{"a":"\\', "a: '"]
)
@pytest.mark.parametrize("head", ["", "{", '{"', "["])
def test_hostile_heads(head, piece):
    """None of them costs the square of its size, which is what keeps detection from being a burden."""
    text = (head + piece * SAMPLE_SIZE)[:SAMPLE_SIZE]
    seen = sample(text, complete=False)
    assert len(seen.keys) <= len(text)
    seen.value_of("a")
    seen.value_at("a")
