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


def test_what_stands_there_instead_of_records_is_said() -> None:
    (problem,) = _values(b'{"v": {}}', "v")
    assert (problem.pointer, problem.message) == ("/v", "A list was expected; an object stands there.")


@pytest.mark.parametrize(
    "data", [b'{"a": "\xe9"}', b'[{"a": "\xe9"}]', b'{"v": [{"a": "\xe9"}]}', b'{"a": "\xe9"}\n{"a": "\xe9"}\n']
)
def test_records_are_in_utf_8_whatever_the_document_is_in(data: bytes) -> None:
    document = _document(data)
    found = list(entries(document, "v" if data.startswith(b'{"v"') else None))
    assert [json.loads(entry.raw) for entry in found if isinstance(entry, Entry)] == [{"a": "é"}] * len(found)
    (notice,) = document.notices()
    assert notice.message.startswith(f"{len(found)} byte")


def test_a_document_that_breaks_off_says_where_in_words() -> None:
    *_, problem = _values(b'[{"a": 1}, {"a"')
    assert (problem.code, problem.pointer) == ("malformed_json", "")
    assert problem.message.startswith("It is not one whole JSON document: ")
    assert "near byte" in problem.message


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


@pytest.mark.parametrize("bad", ["[1]", "garbage", "}", '"text"'])
@pytest.mark.parametrize("at", [1, 2])
def test_one_bad_line_costs_only_itself(bad, at):
    lines = [b'{"id":%d}' % n for n in range(4)]
    lines.insert(at, bad.encode())
    document = Document.from_bytes("x", b"\n".join(lines))
    assert [bytes(entry.raw) for entry in entries(document)] == lines


def test_an_array_where_an_object_is_due_is_a_problem():
    document = Document.from_bytes("x", b'[{"id":1}]')
    (problem,) = members(document, "vulns")
    assert (problem.code, problem.pointer, problem.expected) == ("wrong_type", "", "object")
