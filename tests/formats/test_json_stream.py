"""The walk hands out what a whole-document decode sees, at every chunk size, and breaks off in one way only."""

import io
import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearinghouse.formats import json_buffer, json_stream
from clearinghouse.formats.document import UnreadableError
from clearinghouse.formats.json_stream import BrokenJsonError, walk

ENTER = frozenset({"", "runs", "runs[]"})
ARRAYS = frozenset({"runs[].results"})
CHUNKS = st.sampled_from([1, 2, 3, 5, 16, 64, 1 << 20])
KEYS = st.sampled_from(["runs", "results", "tool", "", "runs[]", "runs[].results", "a.b", "é\u2028", '"\\']) | st.text(
    max_size=4
)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=6),
    st.sampled_from(['},{"a":1', "]", "\\", '"', "\u2028", "😀", "\x00\x1f\x7f"]),
)


class Members(list):
    """An object as its (key, value) pairs, so that a key may occur twice."""


VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.lists(st.tuples(KEYS, inner), max_size=4).map(Members),
    max_leaves=12,
)
RESULTS = st.lists(st.tuples(st.just("a"), VALUES).map(lambda pair: Members([pair])) | VALUES, max_size=12)
RUNS = st.lists(st.lists(st.tuples(KEYS, VALUES) | st.tuples(st.just("results"), RESULTS), max_size=3).map(Members))
DOCUMENTS = st.lists(st.tuples(KEYS, VALUES) | st.tuples(st.just("runs"), RUNS), max_size=4).map(Members) | VALUES


@st.composite
def written(draw: st.DrawFn, values: st.SearchStrategy[Any] = DOCUMENTS) -> tuple[Any, bytes]:
    """A value and one way to write it: white space anywhere, escapes or not."""
    value = draw(values)
    space = draw(st.sampled_from(["", " ", "\n  ", "\r\n\t", " \n" * 9]))
    ascii_only = draw(st.booleans())
    return value, f"{space}{write(value, space, ascii_only)}{space}".encode()


def write(value: Any, space: str, ascii_only: bool) -> str:
    if isinstance(value, Members):
        pairs = [
            f"{json.dumps(k, ensure_ascii=ascii_only)}{space}:{space}{write(v, space, ascii_only)}" for k, v in value
        ]
        return "{" + space + f"{space},{space}".join(pairs) + space + "}"
    if isinstance(value, list):
        return "[" + space + f"{space},{space}".join(write(v, space, ascii_only) for v in value) + space + "]"
    return json.dumps(value, ensure_ascii=ascii_only)


def expected(value: Any, path: tuple[Any, ...] = (), pattern: str = "") -> list[tuple[tuple[Any, ...], int, Any]]:
    """What the walk should hand out, worked out from the value itself."""
    if pattern in ARRAYS and isinstance(value, list) and not isinstance(value, Members):
        return [(path, position, member) for position, member in enumerate(value)]
    if pattern not in ENTER or not isinstance(value, list):
        return [(path, -1, value)]
    found = []
    pairs = value if isinstance(value, Members) else enumerate(value)
    for key, member in pairs:
        if isinstance(value, Members):
            plain = key and "." not in key and "[" not in key
            inner = (f"{pattern}.{key}" if pattern else key) if plain else "nowhere"
        else:
            inner = f"{pattern}[]"
        found += expected(member, (*path, key), inner)
    return found


def handed_out(
    data: bytes, chunk: int = 1 << 20
) -> tuple[list[tuple[tuple[Any, ...], int, bytes]], BrokenJsonError | None]:
    """Everything the walk gives, and the error that ended it."""
    found = []
    try:
        for piece in walk(io.BytesIO(data), ENTER, ARRAYS, chunk=chunk):
            for offset, raw in enumerate(piece.raws):
                found.append((piece.path, piece.first + offset if piece.first >= 0 else -1, bytes(raw)))
    except BrokenJsonError as error:
        return found, error
    return found, None


def loaded(found: list[tuple[tuple[Any, ...], int, bytes]]) -> list[tuple[tuple[Any, ...], int, Any]]:
    return [(path, position, json.loads(raw, object_pairs_hook=Members)) for path, position, raw in found]


@settings(max_examples=150, deadline=None)
@given(written(), CHUNKS)
def test_the_walk_sees_what_a_decoder_sees(document, chunk):
    value, data = document
    found, error = handed_out(data, chunk)
    assert error is None
    assert loaded(found) == expected(value)


@settings(max_examples=60, deadline=None)
@given(written(), CHUNKS, st.data())
def test_a_document_cut_anywhere(document, chunk, data_of_test):
    value, data = document
    whole = expected(value)
    for cut in data_of_test.draw(st.sets(st.integers(0, len(data)), max_size=20)):
        found, error = handed_out(data[:cut], chunk)
        if error is None:  # nothing but white space was cut off, or a number or word in the middle
            assert not data[cut:].strip() or not isinstance(value, list)
            continue
        if found and not found[-1][2].endswith((b'"', b"}", b"]")):
            found.pop()  # a number that the cut may have shortened
        assert loaded(found) == whole[: len(found)]


@pytest.mark.parametrize("chunk", [1, 7, 1 << 20])
def test_a_document_cut_everywhere(chunk):
    results = [{"a": 'é\\"'}, [], {"a": [{"b": "},{"}]}, "x", {"a": None}]
    value = {"version": "2.1.0", "runs": [{"tool": {"name": "t"}, "results": results}, {"results": []}], "x": [1]}
    data = json.dumps(value, ensure_ascii=False, indent=1).encode()
    for cut in range(len(data)):
        found, error = handed_out(data[:cut], chunk)
        assert error
        members = [json.loads(raw) for path, _, raw in found if path == ("runs", 0, "results")]
        assert members == results[: len(members)]
        assert len(members) == 5 or b'"x": [' not in data[:cut]


@settings(max_examples=150, deadline=None)
@given(written(), st.data())
def test_a_damaged_document(document, data):
    content = bytearray(document[1])
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(content)))
        content[place : place + data.draw(st.integers(0, 2))] = data.draw(
            st.sampled_from([b"", b'"', b"\\", b"{", b"}", b"[", b"]", b",", b":", b"\x00", b"\xff", b"\xe2\x80", b"1"])
        )
    found, error = handed_out(bytes(content), data.draw(CHUNKS))
    try:
        msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError):
        in_keys_alone = decodes(content.decode(errors="replace").encode())  # where other encodings cost nothing
        assert error or in_keys_alone or not all(decodes(raw) for _, _, raw in found)
    else:
        assert error is None
        value = json.loads(content, object_pairs_hook=Members)
        assert loaded(found) == expected(value)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=60) | st.text(alphabet='{}[]",:\\ a1\n', max_size=60).map(str.encode), CHUNKS)
def test_any_bytes(data, chunk):
    error = handed_out(data, chunk)[1]
    assert error is None or 0 <= error.offset <= len(data)


def decodes(raw: bytes) -> bool:
    try:
        msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return False
    return True


def run(results: str) -> bytes:
    return f'{{"runs":[{{"results":[{results}]}}]}}'.encode()


@pytest.mark.parametrize(
    "data", [b"", b"  \n", b"\xef\xbb\xbf", b"{", b'{"a"', b'{"a":', b'{"a":1', b'{"a":1,', b"}", b",", b":"]
)
def test_what_is_no_document(data):
    assert handed_out(data)[1]


@pytest.mark.parametrize("rest", [b"{}", b"x", b"]", b'"', b"\x00", b"\xff"])
def test_something_after_the_end(rest):
    found, error = handed_out(b'{"a": 1}' + rest)
    assert found == [(("a",), -1, b"1")]
    assert "follows the end" in str(error)


def test_byte_order_mark():
    assert handed_out(b'\xef\xbb\xbf{"a": 1}') == ([(("a",), -1, b"1")], None)


def test_keys_that_look_like_paths_lead_nowhere():
    document = {"runs[].results": [1, 2], "runs[]": {"results": [3]}, "": {"": [4]}, "runs.results": [5]}
    found, error = handed_out(json.dumps(document).encode())
    assert error is None
    assert [(path, position) for path, position, _ in found] == [((key,), -1) for key in document]


def test_a_key_twice_is_handed_out_twice():
    found, error = handed_out(b'{"runs":[{"results":[{"a":1}],"results":[{"a":2}]}],"runs":[{"results":[{"a":3}]}]}')
    assert error is None
    assert [raw for _, _, raw in found] == [b'{"a":1}', b'{"a":2}', b'{"a":3}']


def test_a_member_that_is_no_json_is_handed_out_alone():
    members = [json.dumps({"a": n}) for n in range(50)]
    for bad in ['{"a" 1}', '{"a":[}]', "nul", '{"a":"\x01"}', '{"a":01}', "\x00", '"\\u12"']:
        found, error = handed_out(run(", ".join([*members[:25], bad, *members[25:]])))
        assert error is None
        assert [position for _, position, _ in found] == list(range(51))
        assert [position for _, position, raw in found if not decodes(raw)] == [25]


def test_bytes_that_are_no_utf_8_stay_in_their_member():
    found, error = handed_out(run('{"a":1},{"a":"@"},{"a":3}').replace(b"@", b"\xff\xfe"))
    assert error is None
    assert [decodes(raw) for _, _, raw in found] == [True, False, True]


@pytest.mark.parametrize("key", [b"\xe9", b"\\ud83d", b"\xc3", b"a\xff\\udc00b"])
def test_a_key_that_is_not_utf_8_is_only_none_that_is_looked_for(key):
    content = b'{"%s": {"%s": 1}, "runs": [{"%s": 2, "results": [{"a":1}]}]}' % (key, key, key)
    found, error = handed_out(content)
    assert error is None
    assert [raw for path, position, raw in found if position == 0] == [b'{"a":1}']


def test_depth():
    deep = "[" * 500 + "]" * 500
    found, error = handed_out(run(f'{{"a":1}},{{"a":{deep}}},{{"a":3}}'), 64)
    assert error is None
    assert len(found) == 3
    assert handed_out(b"[" * 100_000)[1]
    assert handed_out(b'{"a":' * 100_000)[1]
    assert "deeper than" in str(handed_out(run("[" * 100_000 + "]" * 100_000))[1])
    assert handed_out(b'{"runs":' * 100_000)[1]
    assert handed_out(b'{"":' * 100_000)[1]


def test_values_longer_than_a_chunk():
    long = {"a": "x" * 5000, "b": [1, [2, {"c": '"]}' * 400}]]}
    document = {"tool": long, "runs": [{"results": [{"a": 1}, long, {"a": 2}, long]}]}
    for chunk in (1, 7, 100, 4096):
        found, error = handed_out(json.dumps(document).encode(), chunk)
        assert error is None
        assert [json.loads(raw) for _, _, raw in found] == [long, {"a": 1}, long, {"a": 2}, long]


@pytest.mark.parametrize(
    "member", ['"%s"' % ("x" * 5000), "[%s]" % ("1," * 2500 + "1"), '{"a":"%s"}' % ("x" * 5000), "1" * 5000]
)
@pytest.mark.parametrize("chunk", [16, 1 << 20])
def test_a_value_over_the_limit_ends_the_walk(monkeypatch, member, chunk):
    monkeypatch.setattr(json_buffer, "MAX_VALUE", 5000)
    found, error = handed_out(run(f"{{}},{{}},{'1' * 4990},{member}1,{{}}".replace(f"{member}1", member)), chunk)
    longest = max(len(raw) for _, _, raw in found)
    assert longest <= 5000
    assert (len(found) == 5) == (len(member) <= 5000)
    assert ("larger than" in str(error)) == (len(member) > 5000)


def test_small_values_in_a_large_one_are_passed_over_together(monkeypatch):
    steps = []
    expression = json_buffer._BRACKET

    class Counted:
        def match(self, *args: Any) -> Any:
            steps.append(1)
            return expression.match(*args)

    monkeypatch.setattr(json_buffer, "_BRACKET", Counted())
    for small in ("{}", '{"a":[{"b":"}"}]}', "[[[[]]]]"):
        steps.clear()
        long = f'{{"rules":[{",".join([small] * 5000)}]}}'
        found, error = handed_out(f'{{"tool":{long},"runs":[]}}'.encode(), 4096)
        assert (error, found[0][2]) == (None, long.encode())
        assert len(steps) < 100


class Endless(io.RawIOBase):
    """A member without an end: what it gives is counted, not held."""

    def __init__(self, size: int, filler: bytes) -> None:
        self.left = size
        self.filler = filler
        self.given = 0

    def read(self, size: int = -1) -> bytes:
        size = min(size, self.left)
        self.left -= size
        head = b'{"runs":[{"results":[{"a":1},"' if not self.given else b""
        self.given += size
        return (head + self.filler * (size // len(self.filler) + 1))[:size]


def test_a_member_of_200_megabytes_is_not_read_whole():
    stream = Endless(200 << 20, b"x")
    with pytest.raises(BrokenJsonError, match="larger than 64 MiB"):
        list(walk(stream, ENTER, ARRAYS))
    assert stream.given < 160 << 20


@pytest.mark.parametrize("filler", [b'\\"', b"\\\\", b'",[],"', b'"[{'])
def test_what_a_member_holds_does_not_have_it_read_further(monkeypatch, filler):
    monkeypatch.setattr(json_buffer, "MAX_VALUE", 2 << 20)
    stream = Endless(20 << 20, filler)
    with pytest.raises(BrokenJsonError):
        list(walk(stream, ENTER, ARRAYS))
    assert stream.given < 8 << 20


class Counting:
    """Counts the bytes that guesses cost, and those that are searched for a place to guess."""

    def __init__(self) -> None:
        self.decode_list = msgspec.json.Decoder(list[msgspec.Raw]).decode
        self.bytes = 0
        self.searched = 0

    def decode(self, data: bytes) -> list[msgspec.Raw]:
        self.bytes += len(data)
        return self.decode_list(data)

    def find_last(self, data: bytes, separator: bytes, start: int, end: int) -> int:
        place = data.rfind(separator, start, end)
        self.searched += end - max(place, start)
        return place


@pytest.mark.parametrize(
    "member",
    [
        json.dumps({"a": [{"a": 1}] * 12}),  # what stands between members also stands within them
        json.dumps({"a": {"a": [{"a": 1}] * 40}}),
        '{"a" 1}',  # no list that holds it decodes
    ],
)
def test_wrong_guesses_cost_a_multiple_of_the_size(monkeypatch, member):
    counting = Counting()
    monkeypatch.setattr(json_stream, "_RAW_LIST", counting)
    monkeypatch.setattr(json_stream, "_FREE_WASTE", 1 << 20)
    data = run(", ".join([member] * (400_000 // len(member))))
    found, error = handed_out(data, 1 << 16)
    assert error is None
    assert len(found) == 400_000 // len(member)
    assert counting.bytes < (1 << 20) + 8 * len(data) + 40 * (1 << 16)


@pytest.mark.parametrize("head", ['{"b":1},{"b":1}', '{"b":1},' * 9 + '{"b":1}'])
@pytest.mark.parametrize("member", ["1", "{}", '{"c":1}', '[{"b":1},1]'])
def test_a_separator_that_occurs_no_more_is_not_searched_for_each_member(monkeypatch, head, member):
    counting = Counting()
    monkeypatch.setattr(json_stream, "_RAW_LIST", counting)
    monkeypatch.setattr(json_stream, "_find_last", counting.find_last)
    monkeypatch.setattr(json_stream, "_FREE_WASTE", 1 << 20)
    data = run(head + f",{member}" * 20_000)
    found, error = handed_out(data, 1 << 16)
    assert error is None
    assert len(found) == 20_000 + head.count("b")
    assert counting.searched + counting.bytes < (1 << 20) + 12 * len(data) + 40 * (1 << 16)


def test_guesses_are_nearly_always_right_for_ordinary_documents(monkeypatch):
    counting = Counting()
    monkeypatch.setattr(json_stream, "_RAW_LIST", counting)
    result = {"ruleId": "r", "locations": [{"a": 1}, {"a": 2}], "message": {"text": '},{"ruleId" and so on'}}
    for indent in (None, 2):
        counting.bytes = 0
        data = json.dumps({"runs": [{"results": [result] * 5000}]}, indent=indent).encode()
        found, error = handed_out(data, 1 << 16)
        assert (len(found), error) == (5000, None)
        assert counting.bytes < 1.2 * len(data)


@pytest.mark.parametrize(
    "data",
    [
        run('"' + '\\"' * 2_000_000),
        run('{"a":"' + '\\"' * 2_000_000),
        run('"' * 2_000_001),
        run('{"a":1},' * 100_000 + '"' + "},{" * 500_000),
        run("[" * 900 + "[]," * 500_000),
        run("[" + '"[",' * 500_000),
        run(" " * 4_000_000 + "{}," * 3),
        run('{"b":1},{"b":1}' + ",1" * 500_000),
        b" " * 4_000_000,
        b'{"' + b'a":1,"' * 40_000,
        b'{"runs":[' + b"{}," * 40_000,
    ],
)
def test_hostile_documents_of_megabytes(data):
    """Each would take hours if the time grew with the square of the size."""
    handed_out(data)
    handed_out(data, 1 << 12)


class Breaking(io.RawIOBase):
    """A packed stream that turns out to be broken after some bytes."""

    def __init__(self, data: bytes) -> None:
        self.left = io.BytesIO(data)

    def read1(self, size: int) -> bytes:
        if part := self.left.read(min(size, 10)):
            return part
        raise UnreadableError("d", "it is broken", "send it again")

    read = read1  # type: ignore[assignment]


def test_what_came_before_a_broken_stream_is_handed_out():
    pieces = walk(Breaking(run(",".join(['{"a":1}'] * 50))[:-40]), ENTER, ARRAYS)
    found = []
    with pytest.raises(UnreadableError):
        found.extend(len(piece.raws) for piece in pieces)
    assert sum(found) == 45
