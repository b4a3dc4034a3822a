"""Records packed in arrays, answers and lines."""

import json
from typing import Any

import pytest

from clearinghouse.formats.document import Document
from clearinghouse.formats.json_lines import Entry, is_json_lines, json_lines, numbered_lines
from clearinghouse.formats.json_records import entries, members
from clearinghouse.records import Problem


def _document(data: bytes) -> Document:
    return Document.from_bytes("memory", data)


def _values(data: bytes, envelope: str | None = None) -> list[Any]:
    return [
        item if isinstance(item, Problem) else (json.loads(bytes(item.raw)), item.pointer, item.line)
        for item in entries(_document(data), envelope)
    ]


def test_each_way_of_packing() -> None:
    assert _values(b' {"a": 1} ') == [({"a": 1}, "", None)]
    assert _values(b'\xef\xbb\xbf[{"a": 1}, {"a": 2}]') == [({"a": 1}, "/0", None), ({"a": 2}, "/1", None)]
    assert _values(b'{"v": [{"a": 1}], "next": "x"}', "v") == [({"a": 1}, "/v/0", None)]
    assert _values(b'{"a": 1}\r\n\n{"a": 2}\n') == [({"a": 1}, "", 1), ({"a": 2}, "", 3)]


@pytest.mark.parametrize("data", [b"{}", b'{"v": null}', b'{"other": [1]}'])
def test_an_answer_without_records_is_empty(data: bytes) -> None:
    assert _values(data, "v") == []


@pytest.mark.parametrize("data", [b'{"v": {}}', b"3", b'"text"'])
def test_an_answer_of_another_kind_is_a_problem(data: bytes) -> None:
    (problem,) = _values(data, "v")
    assert problem.code == "wrong_type"


def test_an_array_longer_than_one_chunk_keeps_its_numbers() -> None:
    data = json.dumps([{"n": n, "pad": "x" * 200} for n in range(20_000)]).encode()
    found = [item for item in members(_document(data), "") if isinstance(item, Entry)]
    assert len(found) == 20_000
    assert all(json.loads(bytes(entry.raw))["n"] == n for n, entry in enumerate(found) if n % 997 == 0)
    assert found[-1].pointer == "/19999"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b'{"a": 1}\n{"a": 2}', True),
        (b'\n{"a": 1}\n\n{"a": 2', True),
        (b'{"a": 1}\n', False),
        (b'{\n"a": 1}\n{"a": 2}', False),
        (b"[1]\n[2]", False),
        (b"", False),
    ],
)
def test_json_lines_are_told_from_a_pretty_document(data: bytes, expected: bool) -> None:
    assert is_json_lines(_document(data)) is expected


def test_a_line_over_the_limit_is_a_problem_and_the_next_is_read() -> None:
    data = b'{"a": 1}\n' + b"x" * 100 + b'\n{"a": 2}'
    first, problem, last = json_lines(_document(data), limit=20)
    assert isinstance(problem, Problem)
    assert (problem.code, problem.line) == ("line_too_long", 2)
    assert isinstance(first, Entry)
    assert isinstance(last, Entry)
    assert last.line == 3


def test_a_line_of_exactly_the_limit_is_read() -> None:
    assert list(numbered_lines(_document(b"x" * 20 + b"\n" + b"y" * 20), limit=20)) == [(1, b"x" * 20), (2, b"y" * 20)]
