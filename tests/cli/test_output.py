"""Problems for people, failures for programs, and JSON piece by piece."""

import json
from pathlib import Path

import pytest

from clearinghouse.cli.output import failure, show_problems, write_members
from clearinghouse.formats.inputs import MissingPathError
from clearinghouse.priority import DateError
from clearinghouse.records import Level, Problem
from clearinghouse.triage import nothing_to_read


def problem(source: str, code: str = "unrecognised_format", **facts: object) -> Problem:
    return Problem(**{"source": source, "code": code, "message": "It cannot be read.", **facts})


def told(capsys: pytest.CaptureFixture[str], *problems: Problem) -> list[str]:
    show_problems(problems)
    captured = capsys.readouterr()
    assert captured.out == ""
    return captured.err.splitlines()


def test_a_problem_is_one_line_with_its_place(capsys):
    assert told(
        capsys,
        problem("a.json", pointer="/runs/0"),
        problem("b.csv", line=7, level=Level.NOTICE),
        problem("c.bin"),
    ) == [
        "error: a.json at /runs/0: It cannot be read.",
        "notice: b.csv line 7: It cannot be read.",
        "error: c.bin: It cannot be read.",
    ]


def test_what_a_message_names_is_not_named_before_it_again(capsys):
    assert told(
        capsys,
        problem("a.json", pointer="/runs/0", message="At /runs/0 stands a number."),
        problem("b.csv", line=7, message="Line 7 is empty."),
        problem("c.bin", message="c.bin cannot be read."),
    ) == [
        "error: a.json: At /runs/0 stands a number.",
        "error: b.csv: Line 7 is empty.",
        "error: c.bin cannot be read.",
    ]


def test_many_problems_are_summed_up_by_kind(capsys):
    many = [problem(f"{number}.bin") for number in range(392)]
    broken = [problem(f"{number}.json", "malformed_json") for number in range(8)]
    notice = problem("folder", "hidden", level=Level.NOTICE)
    lines = told(capsys, *many, *broken, notice)
    assert lines[:20] == [f"error: {number}.bin: It cannot be read." for number in range(20)]
    assert lines[20:] == [
        "... and 381 more (--format json lists all):",
        "    372 errors: unrecognised format (first: 20.bin)",
        "    8 errors: malformed JSON (first: 0.json)",
        "    1 notice: hidden (first: folder)",
    ]


def test_many_kinds_are_not_listed_without_end(capsys):
    lines = told(capsys, *(problem("a", f"kind_{number}") for number in range(40)))
    assert len(lines) == 20 + 1 + 8 + 1
    assert lines[-1] == "    and 12 other kinds"


def test_twenty_problems_need_no_summary(capsys):
    assert len(told(capsys, *(problem(f"{number}.bin") for number in range(20)))) == 20


@pytest.mark.parametrize(
    ("error", "source", "code"),
    [
        (MissingPathError("b c/d does not exist", "check the path"), "b c/d", "missing_path"),
        (nothing_to_read([Path("a"), Path("e")]), "a, e", "nothing_to_read"),
        (DateError("3 days after 9999-12-31 lie beyond the calendar", "check it"), "a, b c/d, e", "impossible_date"),
    ],
)
def test_a_failure_is_a_problem_that_names_the_path(error, source, code):
    made = failure(error, [Path("a"), Path("b c/d"), Path("e")])
    assert (made.source, made.code, made.level) == (source, code, Level.ERROR)
    assert (made.message, made.expected) == (f"{error.what}.", error.remedy)


@pytest.mark.parametrize("count", [0, 1, 2, 5000])
def test_lists_are_written_piece_by_piece(count, capsysbinary):
    items = [{"number": number, "text": "x" * 100} for number in range(count)]
    print("{", end="", flush=True)
    write_members({"first": iter(items), "second": []}, {"counts": {"first": count}})
    written = capsysbinary.readouterr().out
    assert json.loads(written) == {"first": items, "second": [], "counts": {"first": count}}
    assert written.endswith(b"}}\n")
    assert written.count(b'\n{"number":') == count
