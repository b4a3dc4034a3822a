import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearinghouse.formats.decode import (
    MAX_PROBLEMS_PER_RECORD,
    Decoder,
    describe,
    describe_raw,
    escape,
    replace_lone_surrogates,
    unescape,
    violations,
)
from clearinghouse.formats.sarif.schema import Result, Run
from clearinghouse.records import Problem


class Place(msgspec.Struct, rename="camel"):
    start_line: int | None = None
    names: list[str] | None = None


class Record(msgspec.Struct, rename="camel"):
    record_id: str
    score: float
    deep: bool = False
    places: list[Place] | None = None
    by_name: dict[str, Place] = {}
    counts: dict[str, int | None] = {}
    either: str | list[str] | None = None
    grid: list[list[int]] = []
    pair: tuple[int, ...] = ()
    bag: dict[str, Any] = {}


DECODER = Decoder(Record, "record")
GOOD = {"recordId": "x", "score": 1}


def problems(value: Any) -> list[tuple[str | None, str | None]]:
    decoded = DECODER.decode(msgspec.json.encode(value), source="s", pointer="/r/0")
    assert isinstance(decoded, tuple)
    assert all(isinstance(problem, Problem) and problem.source == "s" for problem in decoded)
    return [((problem.pointer or "").removeprefix("/r/0"), problem.expected) for problem in decoded]


def test_a_good_record():
    assert DECODER.decode(b'{"recordId": "x", "score": 1, "unknown": [1]}', source="s") == Record("x", 1.0)


@pytest.mark.parametrize(
    ("wrong", "found"),
    [
        ({"places": 1}, [("/places", "array or null")]),
        ({"places": [{"startLine": "1"}, 2]}, [("/places/0/startLine", "integer or null"), ("/places/1", "object")]),
        ({"places": [{"names": ["a", None, 3]}]}, [("/places/0/names/1", "string"), ("/places/0/names/2", "string")]),
        ({"byName": {"a/b~c": {"startLine": []}}}, [("/byName/a~1b~0c/startLine", "integer or null")]),
        ({"byName": []}, [("/byName", "object")]),
        ({"counts": {"": "1", "x": None}}, [("/counts/", "integer or null")]),
        ({"either": 1}, [("/either", "string or array or null")]),
        ({"either": ["a", 1]}, [("/either/1", "string")]),
        ({"grid": [[1], [2, "3"], 4]}, [("/grid/1/1", "integer"), ("/grid/2", "array")]),
        ({"pair": [1, True]}, [("/pair/1", "integer")]),
        ({"pair": {}}, [("/pair", "array")]),
        ({"deep": 1}, [("/deep", "boolean")]),
        ({"deep": None}, [("/deep", "boolean")]),
        ({"score": True}, [("/score", "number")]),
        ({"score": "1"}, [("/score", "number")]),
        ({"bag": {"a": [1, "2"]}, "recordId": 3}, [("/recordId", "string")]),
    ],
)
def test_every_violation_is_told_with_its_place(wrong, found):
    assert problems(GOOD | wrong) == found


def test_what_is_missing():
    assert problems({}) == [("/recordId", "string"), ("/score", "number")]
    assert problems([]) == [("", "object")]
    assert problems(None) == [("", "object")]
    missing, wrong = DECODER.decode(b'{"score": null}', source="s")
    assert (missing.code, wrong.code) == ("missing_field", "wrong_type")
    assert missing.message == "A text was expected; it is missing."
    assert wrong.message == "A number was expected; null stands there."


def test_violations_are_told_up_to_a_limit():
    assert len(problems(GOOD | {"pair": ["x"] * 1000})) == MAX_PROBLEMS_PER_RECORD


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b'{"recordId": "\xff"}',
        b"[" * 100_000,
        b'{"recordId": "\x00"}',
        b"\x00",
        b"nul",
        b"1" * 5000,
        b'"\\u12"',
    ],
)
def test_what_is_no_json(raw):
    (problem,) = DECODER.decode(raw, source="s", pointer="/x")
    assert (problem.code, problem.pointer) == ("malformed_json", "/x")


def test_a_constraint_that_the_walk_does_not_know():
    class Strict(msgspec.Struct, forbid_unknown_fields=True):
        a: int = 0

    (problem,) = Decoder(Strict, "thing").decode(b'{"b": 1}', source="s", pointer="/x")
    assert problem.code == "wrong_value"
    assert problem.message == "This thing cannot be taken: object contains unknown field `b`."


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"places": 1}, "A list or null was expected; the number 1 stands there."),
        ({"places": [{"startLine": "1"}]}, 'A whole number or null was expected; the text "1" stands there.'),
        ({"either": {}}, "A text, a list or null was expected; an object stands there."),
        ({"deep": []}, "True or false was expected; a list stands there."),
        ({"byName": "a\x1b[2J\u202eb"}, 'An object was expected; the text "a[2Jb" stands there.'),
    ],
)
def test_a_message_is_one_sentence_and_leaves_the_place_to_the_pointer(wrong, message):
    (problem,) = DECODER.decode(msgspec.json.encode(GOOD | wrong), source="s", pointer="/r/0")
    assert problem.message == message


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"{", "This record is no well-formed JSON: it breaks off."),
        (b"{]", "This record is no well-formed JSON: object keys must be strings, near byte 1."),
        (b'{"recordId": "\xff"}', "This record is no JSON in UTF-8: it has bytes that are no characters."),
        (b"[" * 100_000, "This record is nested too deeply."),
    ],
)
def test_what_is_no_json_is_told_in_words(raw, message):
    (problem,) = DECODER.decode(raw, source="s", pointer="/x")
    assert problem.message == message


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"{}", "an object"),
        (b"[", "a list"),
        (b'"x"', "a text"),
        (b"-1", "a number"),
        (b"true", "true"),
        (b"null", "null"),
    ],
)
def test_what_a_value_is_by_its_first_character(raw, words):
    assert describe_raw(raw) == describe_raw(msgspec.Raw(raw)) == words


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from([*Record.__struct_encode_fields__, "startLine", "names", "~/", ""]), inner)
    ),
    max_leaves=20,
)


@settings(max_examples=300, deadline=None)
@given(JSON | st.dictionaries(st.sampled_from(Record.__struct_encode_fields__), JSON))
def test_violations_are_told_exactly_where_the_decoder_refuses(value):
    found = list(violations(msgspec.inspect.type_info(Record), value, "/r"))
    raw = json.dumps(value).encode()
    decoded = DECODER.decode(raw, source="s", pointer="/r")
    assert isinstance(decoded, Record) == (not found)
    assert isinstance(DECODER.convert(value, source="s"), Record) == (not found)
    for pointer, expected, got in found:
        assert expected
        assert got == ("nothing" if got == "nothing" else describe(resolve(value, pointer.split("/")[2:])))
    if isinstance(decoded, tuple):
        assert [problem.pointer for problem in decoded] == [where for where, _, _ in found][:MAX_PROBLEMS_PER_RECORD]


@settings(max_examples=150, deadline=None)
@given(JSON, st.sampled_from([Result, Run]))
def test_any_value_as_any_type(value, kind):
    raw = json.dumps(value).encode()
    decoded = Decoder(kind).decode(raw, source="s")
    assert isinstance(decoded, kind) or all(isinstance(problem, Problem) for problem in decoded)


@given(
    st.recursive(
        st.none() | st.dates() | st.datetimes() | st.binary() | st.floats() | st.integers().map(lambda n: n**99),
        lambda inner: st.lists(inner) | st.dictionaries(st.integers() | st.text() | st.none() | st.dates(), inner),
    )
)
def test_any_plain_value(value):
    """What YAML or another decoder may give is refused with a reason too."""
    for wrong in (value, {"recordId": value, "score": value, "places": value, "bag": value, "byName": value}):
        decoded = DECODER.convert(wrong, source="s")
        assert isinstance(decoded, Record) or msgspec.json.encode(decoded)


def resolve(value: Any, tokens: list[str]) -> Any:
    for token in tokens:
        value = value[int(token)] if isinstance(value, list) else value[unescape(token)]
    return value


@given(st.text("~/01a"))
def test_escaping_can_be_undone(key):
    assert "/" not in escape(key)
    assert unescape(escape(key)) == key


def test_numbers_too_long_to_write():
    assert describe(10**5000) == "a whole number of 16,610 bits"
    assert describe(7) == "the number 7"
    assert describe("x" * 50) == f'the text "{"x" * 39}…"'


@pytest.mark.parametrize(
    ("raw", "mended"),
    [
        (r'"a\ud83d"', '"a\ufffd"'),
        (r'"\ude00\ud83d\n"', '"\ufffd\ufffd\\n"'),
        (r'"\ud83d\ud83d\ude00"', '"\ufffd😀"'),
        (r'"\\ud83d"', None),
        (r'"\ud83d\ude00 \u00e9"', None),
        (r'"\uD83D\\ude00"', '"\ufffd\\\\ude00"'),
        ('"plain"', None),
    ],
)
def test_half_a_character(raw, mended):
    found = replace_lone_surrogates(raw.encode())
    if mended is None:
        assert found is None
    else:
        assert found is not None
        assert json.loads(found) == json.loads(mended)
        record = DECODER.decode(b'{"score": 1, "recordId": %s}' % raw.encode(), source="s")
        assert isinstance(record, Record)
        assert record.record_id == json.loads(mended)


@given(st.text(st.characters(codec=None)))
def test_text_with_any_half_characters_is_read(text):
    record = DECODER.decode(json.dumps({"recordId": text, "score": 1}).encode(), source="s")
    assert isinstance(record, Record)
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    assert record.record_id.replace("\ufffd", "") == whole.replace("\ufffd", "")
