"""Problems for people, failures for programs, and JSON piece by piece."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from clearinghouse.cli.output import (
    ATTENTION,
    BAD_INPUT,
    OK,
    NothingJudgedError,
    exit_code,
    failure,
    problem_lists,
    show_error,
    show_problems,
    write_items,
    write_members,
)
from clearinghouse.formats.apart.process import ReadingStoppedError
from clearinghouse.formats.guard import UnreadableError
from clearinghouse.formats.inputs import MissingPathError
from clearinghouse.formats.spool import NoInputError
from clearinghouse.priority import DateError
from clearinghouse.records import ClearinghouseError, Level, Problem
from clearinghouse.triage.intake import Intake, nothing_to_read


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


@pytest.mark.parametrize(
    ("source", "facts", "told_as"),
    [
        ("There", {"message": "There is nothing in it."}, "There: There is nothing in it."),
        ("b.csv", {"line": 1, "message": "Line 12 ends in a quote."}, "b.csv line 1: Line 12 ends in a quote."),
        ("b.csv", {"line": 7, "message": "The quote (line 7) is open."}, "b.csv line 7: The quote (line 7) is open."),
        ("a", {"pointer": "", "message": "Nothing is there."}, "a: Nothing is there."),
        ("a", {"pointer": "/runs/0", "line": 3, "message": "As in /runs/0."}, "a at /runs/0: As in /runs/0."),
    ],
)
def test_document_and_place_are_named_whatever_the_message_says(source, facts, told_as, capsys):
    assert told(capsys, problem(source, **facts)) == [f"error: {told_as}"]


def test_nobody_forges_a_second_line(capsys):
    show_error(ClearinghouseError("a\nerror: forged \x1b[31m\ud800", "this\ntry: that"))
    assert capsys.readouterr().err == "error: a error: forged [31m\ntry: this try: that\n"
    assert told(capsys, problem("e\nerror: forged", message="Bad.\nerror: worse")) == [
        "error: e error: forged: Bad. error: worse"
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
        (MissingPathError("b c/d does not exist", "check the path", source="b c/d"), "b c/d", "missing_path"),
        (nothing_to_read([Path("a"), Path("e"), Path("a")]), "a, e", "nothing_to_read"),
        (NoInputError("standard input is closed", "name a file"), "-", "nothing_to_read"),
        (UnreadableError("e!m", "it is encrypted", "unpack it yourself"), "e!m", "unreadable"),
        (DateError("3 days after 9999-12-31 lie beyond the calendar", "check it"), "a, b c/d, e", "impossible_date"),
    ],
)
def test_a_failure_is_a_problem_that_names_the_path(error, source, code):
    made = failure(error, [Path("a"), Path("b c/d"), Path("e")])
    assert (made.source, made.code, made.level) == (source, code, Level.ERROR)
    assert (made.message, made.expected) == (f"{error.what}.", error.remedy)


def test_the_codes_of_failures_stand_in_the_readme():
    readme = Path(__file__).parents[2].joinpath("README.md").read_text("utf-8")
    listed = re.findall(r"^\| `(\w+)` \|", readme.partition("| code |")[2].partition("\n\n")[0], re.MULTILINE)
    errors = [MissingPathError, type(nothing_to_read([])), NothingJudgedError, DateError, ReadingStoppedError]
    codes = [failure(kind("it is bad", "try it"), []).code for kind in errors]
    assert listed == [*codes, failure(KeyError("a"), []).code]


def test_a_failure_can_be_written_whatever_it_quotes():
    made = failure(ClearinghouseError("bad\udcff", "look at \udcff"), [Path("bad\udcff")])
    assert (made.source, made.message, made.expected) == ("bad\\xff", "bad.", "look at ")
    made = failure(nothing_to_read([Path("bad\udcff"), Path("e\nerror: f")]), [Path("bad\udcff"), Path("c")])
    assert made.source == "bad\\xff, e\\x0aerror: f"
    assert made.message == "nothing to read in bad\\xff, e\\x0aerror: f."


def test_what_the_system_refuses_is_about_its_own_file():
    made = failure(PermissionError(13, "Permission denied", "b/e\udcff"), [Path("a"), Path("b")])
    assert (made.source, made.message) == ("b/e\\xff", "b/e\\xff: Permission denied.")
    assert failure(OSError(28, "No space left on device"), [Path("a"), Path("b")]).source == "a, b"


def test_the_exit_code_follows_from_what_was_read():
    done = Intake()
    assert exit_code(done) == OK
    done.documents = 1
    done.problems.append(problem("a", level=Level.NOTICE))
    assert exit_code(done) == OK
    done.problems.append(problem("a"))
    assert exit_code(done) == ATTENTION
    done.documents = 0  # all that was found is bad
    assert exit_code(done) == BAD_INPUT
    done.documents, done.refused = 1, True
    assert exit_code(done) == BAD_INPUT


def test_problems_and_notices_are_two_lists():
    error, notice = problem("a"), problem("a", level=Level.NOTICE)
    assert problem_lists([notice, error, notice]) == {"problems": [error], "notices": [notice, notice]}


@pytest.mark.parametrize("count", [0, 1, 2, 5000])
def test_lists_are_written_piece_by_piece(count, capsysbinary):
    items = [{"number": number, "text": "x" * 100} for number in range(count)]
    print("{", end="", flush=True)
    write_members({"first": iter(items), "second": []}, {"counts": {"first": count}})
    written = capsysbinary.readouterr().out
    assert json.loads(written) == {"first": items, "second": [], "counts": {"first": count}}
    assert written.endswith(b"}}\n")
    assert written.count(b'\n{"number":') == count


@pytest.mark.parametrize("good", [0, 2, 6000])
@pytest.mark.parametrize("bad", [RuntimeError("a defect"), ClearinghouseError("it is gone", "look"), object()])
def test_an_item_that_fails_leaves_a_whole_document_and_is_raised(good, bad, capsysbinary):
    def items() -> Iterator[object]:
        for number in range(good):
            yield {"number": number, "text": "x" * 100}
        if isinstance(bad, Exception):
            raise bad
        yield {"half of it": 1, "bad": bad}

    print("{", end="", flush=True)
    lists = {"first": items(), "second": [1, 2], **problem_lists([problem("a")])}
    with pytest.raises(type(bad) if isinstance(bad, Exception) else TypeError):
        write_members(lists, {"counts": {}}, [Path("named")])
    made = json.loads(capsysbinary.readouterr().out)
    assert [len(made[name]) for name in lists] == [good, 2, 2, 0]
    assert made["counts"] == {}
    assert (made["problems"][0]["source"], made["problems"][1]["source"]) == ("a", "named")


def test_a_list_of_results_that_fails_keeps_what_stood_before(capsysbinary):
    def items() -> Iterator[int]:
        yield 1
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write_items(items())
    assert capsysbinary.readouterr().out == b"\n1"
