"""Less and less of an input, as long as it shows."""

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from clearinghouse.validation.minimise import MOST, NotJsonError, NotShownError, Way, minimise
from clearinghouse.validation.minimise.numbers import simpler
from clearinghouse.validation.minimise.tree import DEEPEST, LARGEST, Node, put, read, walk, without, write

PLENTY = 10**6

documents = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
    max_leaves=12,
)


def pickily(salt: int, data: bytes) -> Callable[[bytes], bool]:
    """A predicate that is not monotone, but shows with ``data``."""
    return lambda candidate: candidate == data or (sum(candidate) * 31 + len(candidate) + salt) % 3 == 0


def is_in(needle: Sequence[Any], hay: Sequence[Any]) -> bool:
    """Whether all of the needle stands in the hay, in its order."""
    rest = iter(hay)
    return all(any(each == other for other in rest) for each in needle)


# By bytes and by lines


@given(st.binary(max_size=40), st.integers(0, 99))
def test_a_complete_result_shows_and_loses_no_byte(data: bytes, salt: int) -> None:
    same = pickily(salt, data)
    found = minimise(data, same, by=Way.BYTES, most=PLENTY)
    assert found.complete
    assert found.ways == (Way.BYTES,)
    assert same(found.data)
    assert not any(same(found.data[:at] + found.data[at + 1 :]) for at in range(len(found.data)))


@given(st.lists(st.sampled_from([b"a\n", b"b\r\n", b"c\n", b"d"]), max_size=12), st.integers(0, 99))
def test_a_complete_result_shows_and_loses_no_line(lines: list[bytes], salt: int) -> None:
    data = b"".join(lines)
    same = pickily(salt, data)
    found = minimise(data, same, by=Way.LINES, most=PLENTY)
    assert found.complete
    assert same(found.data)
    left = found.data.splitlines(keepends=True)
    assert not any(same(b"".join(left[:at] + left[at + 1 :])) for at in range(len(left)))


@given(st.binary(max_size=60), st.data())
def test_where_certain_bytes_are_needed_these_are_left(data: bytes, drawn: st.DataObject) -> None:
    needle = bytes(each for each in data if drawn.draw(st.booleans()))
    found = minimise(data, lambda candidate: is_in(needle, candidate), by=Way.BYTES, most=PLENTY)
    assert found.data == needle


@given(st.sets(st.integers(0, 99), max_size=6))
def test_where_certain_lines_are_needed_these_are_left(needed: set[int]) -> None:
    data = b"".join(b"line %d\n" % number for number in range(100))
    needle = [b"line %d\n" % number for number in sorted(needed)]
    found = minimise(data, lambda each: is_in(needle, each.splitlines(keepends=True)), by=Way.LINES)
    assert found.complete
    assert found.data == b"".join(needle)


def test_few_of_many_lines_are_found_in_few_runs() -> None:
    data = b"".join(b"%d\n" % number for number in range(4096))
    found = minimise(data, lambda each: {b"7", b"3001"} <= set(each.split()), by=Way.LINES)
    assert found.data == b"7\n3001\n"
    assert found.tests < 80


def test_nothing_is_left_where_nothing_is_needed() -> None:
    found = minimise(b"x" * 10_000, lambda _: True)
    assert (found.data, found.tests, found.complete) == (b"", 2, True)


# The way


@pytest.mark.parametrize(
    ("data", "way"),
    [
        (b'{"a": 1}', Way.JSON),
        (b" [1, 2]\n", Way.JSON),
        (b"12", Way.BYTES),
        (b"{a}\n{b}\n", Way.LINES),
        (b"one\ntwo\n", Way.LINES),
        (b"one", Way.BYTES),
        (b"one\0\ntwo\n", Way.BYTES),
        (b"\xff\n\xfe\n", Way.BYTES),
    ],
)
def test_the_way_follows_from_the_input(data: bytes, way: Way) -> None:
    assert minimise(data, lambda candidate: candidate == data or not candidate.strip(), most=2).ways == (way,)


def test_lines_are_followed_by_bytes_where_that_is_cheap() -> None:
    data = b"keep\nthe long needle line\nother\n" * 4
    found = minimise(data, lambda candidate: b"needle" in candidate)
    assert (found.data, found.ways, found.complete) == (b"needle", (Way.LINES, Way.BYTES), True)
    assert minimise(data, lambda candidate: b"needle" in candidate, by=Way.LINES).data == b"the long needle line\n"
    long = b"x" * 3000 + b"needle\n"
    found = minimise(long + b"other\n", lambda candidate: b"x" * 3000 + b"needle" in candidate)
    assert (found.data, found.ways) == (long, (Way.LINES,))


def test_json_that_needs_its_white_space_is_taken_by_other_units() -> None:
    data = b'{"a":\n [1,\n  2]}\n'
    found = minimise(data, lambda candidate: b"\n  2" in candidate, by=Way.JSON)
    assert (found.data, found.ways) == (b" [1,\n  2]}\n", (Way.LINES,))


def test_what_is_no_json_is_not_taken_as_json() -> None:
    with pytest.raises(NotJsonError, match="byte 1"):
        minimise(b"[x", lambda _: True, by=Way.JSON)


# Counting


def test_an_input_that_does_not_show_is_refused() -> None:
    with pytest.raises(NotShownError) as refused:
        minimise(b"abc", lambda _: False)
    assert refused.value.remedy


@given(st.binary(max_size=40), st.integers(0, 99), st.integers(1, 60))
def test_no_more_is_run_than_allowed_each_once_and_the_result_was_seen(data: bytes, salt: int, most: int) -> None:
    run: list[bytes] = []
    same = pickily(salt, data)
    found = minimise(data, lambda each: run.append(each) or same(each), by=Way.BYTES, most=most)
    assert found.tests == len(run) == len(set(run)) <= most
    assert found.data in run
    assert same(found.data)
    assert found.complete or found.tests == most


def test_progress_is_told_after_each_run() -> None:
    told: list[tuple[int, int]] = []
    found = minimise(b"abcdefgh", lambda each: b"d" in each, progress=lambda tests, size: told.append((tests, size)))
    assert [tests for tests, _ in told] == list(range(1, found.tests + 1))
    assert [size for _, size in told] == sorted((size for _, size in told), reverse=True)
    assert told[-1][1] == len(found.data) == 1


def test_limits_that_allow_nothing_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        minimise(b"", lambda _: True, most=0)


# JSON


def steps(root: Node) -> Iterator[Node]:
    """All single steps, made in another way than the search makes them."""
    for node in walk(root):
        if node is not root:
            yield without(root, frozenset({id(node)}))
        for child in node.children:
            yield put(root, node, replace(child, name=node.name))
        for at in range(len(node.parts) if node.kind == '"' else 0):
            yield put(root, node, replace(node, parts=node.parts[:at] + node.parts[at + 1 :]))
        for at in range(len(node.name or ())):
            yield put(root, node, replace(node, name=(node.name or ())[:at] + (node.name or ())[at + 1 :]))
        for text in simpler(node.parts[0]) if node.kind == "0" else ():
            yield put(root, node, replace(node, parts=(text,)))


@given(documents, st.integers(0, 99))
def test_of_json_no_single_step_can_be_made(document: Any, salt: int) -> None:
    data = json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode()
    same = pickily(salt, data)
    found = minimise(data, same, by=Way.JSON, most=PLENTY)
    assert found.complete
    assert found.ways == (Way.JSON,)
    assert same(found.data)
    assert len(found.data) <= len(data)
    json.loads(found.data)
    assert not any(same(write(step)) for step in steps(read(found.data)))


@given(documents, st.integers(0, 99))
def test_by_itself_the_result_is_minimal_in_all_units_that_are_named(document: Any, salt: int) -> None:
    data = json.dumps({"document": document}, indent=1).encode()
    same = pickily(salt, data)
    found = minimise(data, same, most=PLENTY)
    assert found.complete
    assert same(found.data)
    if Way.BYTES in found.ways:
        assert not any(same(found.data[:at] + found.data[at + 1 :]) for at in range(len(found.data)))
    if Way.JSON in found.ways:
        assert not any(same(write(step)) for step in steps(read(found.data)))
    if Way.LINES in found.ways:
        left = found.data.splitlines(keepends=True)
        assert not any(same(b"".join(left[:at] + left[at + 1 :])) for at in range(len(left)))


def depth(value: Any) -> int:
    return 1 + max(map(depth, value), default=0) if isinstance(value, list) else 0


def as_json(candidate: bytes) -> Any:
    return json.loads(candidate, object_pairs_hook=lambda pairs: {"members": pairs})


def test_a_value_is_lifted_out_of_what_it_is_in() -> None:
    data = json.dumps({"head": {"a": [1, 2, {"b": {"boom": "xxxx!xxxx"}}]}, "other": [1] * 50}).encode()
    found = minimise(data, lambda each: "!" in str(json.loads(each)), by=Way.JSON)
    assert found.data == b'"!"'


def test_depth_is_kept_where_depth_is_the_flaw() -> None:
    found = minimise(b'[[["a",[[[[1]]]]]],2]', lambda each: depth(json.loads(each)) >= 4, by=Way.JSON)
    assert found.data == b"[[[[]]]]"


def test_names_get_shorter_too() -> None:
    data = b'{"a long name":{"__proto__":{"polluted":true}}}'
    found = minimise(data, lambda each: b'"__proto__":{"' in each, by=Way.JSON)
    assert found.data == b'{"__proto__":{"":true}}'


def test_members_of_one_name_stay_two() -> None:
    def twice(candidate: bytes) -> bool:
        value = as_json(candidate)
        names = [name for name, _ in value["members"]] if isinstance(value, dict) else []
        return len(names) != len(set(names))

    found = minimise(b'{"a": 1, "b": 2, "a": 3, "c": {"d": 4}}', twice, by=Way.JSON)
    assert found.data == b'{"a":0,"a":0}'  # to shorten one name alone makes them two


@given(st.integers(-(10**17), 10**17), st.integers(0, 10**17))
def test_the_first_number_that_shows_is_found_in_halving_steps(number: int, least: int) -> None:
    if abs(number) < least:
        number, least = least, abs(number)
    found = minimise(b'{"size":%d}' % number, lambda each: has_number(each, least), by=Way.JSON)
    assert found.data == b"%d" % least
    assert found.tests < 200


def has_number(candidate: bytes, least: int) -> bool:
    return any(node.kind == "0" and abs(int(node.parts[0])) >= least for node in walk(read(candidate)))


numbers = st.from_regex(r"\A-?(0|[1-9][0-9]{0,25})(\.[0-9]{1,9})?([eE][+-]?[0-9]{1,4})?\Z").map(str.encode)


@given(numbers)
def test_simpler_numbers_are_numbers_no_longer_and_lead_to_naught(number: bytes) -> None:
    for text in simpler(number):
        assert write(read(text)) == text != number
        assert (len(text), text) < (len(number), number)
    assert (simpler(number) == []) == (number == b"0")


# Reading and writing JSON


@given(documents)
def test_json_is_written_as_it_was_read(document: Any) -> None:
    text = json.dumps(document, separators=(",", ":")).encode()
    assert write(read(text)) == text
    assert write(read(json.dumps(document, indent=3).encode())) == text


@given(st.text(alphabet='{}[]",:\\ue1.0-+tfn \n', max_size=16).map(str.encode))
def test_what_is_read_as_json_is_json_and_all_of_it(data: bytes) -> None:
    try:
        written = write(read(data))
    except NotJsonError:
        with pytest.raises(ValueError):
            strictly(data)
        return
    assert strictly(written) == strictly(data)


def strictly(data: bytes) -> Any:
    return json.loads(data, parse_constant=lambda word: int("not a number: " + word))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[1,]",
        b"[1 2]",
        b'{"a"}',
        b'{"a":1,}',
        b"{1:2}",
        b"[01]",
        b"[+1]",
        b"['a']",
        b'["\\x"]',
        b'["\n"]',
        b"[1]]",
        b"nul",
        b'["\xff"]',
        b"\xef\xbb\xbf[]",
        b"[" * (DEEPEST + 2) + b"]" * (DEEPEST + 2),
        b"[" * 10**6,
        b"[" + b"0," * 100_000 + b"0]",
        b"0" * (LARGEST + 1),
    ],
)
def test_what_is_no_json_or_too_much_is_refused(data: bytes) -> None:
    with pytest.raises(NotJsonError):
        read(data)
    assert minimise(data, lambda candidate: candidate == data, most=3).data == data


def test_numbers_and_escapes_stay_as_they_are_written() -> None:
    data = rb'{"\u0041\n":[1e400,-0,1.0,"\ud800\"",' + "é".encode() + b"]}"
    data = data.replace("é".encode(), '"é"'.encode())
    assert write(read(data)) == data


def test_the_default_is_bounded() -> None:
    data = bytes(range(256)) * 40
    found = minimise(data, lambda candidate: candidate == data)
    assert (found.data, found.tests, found.complete) == (data, MOST, False)
