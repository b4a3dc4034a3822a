"""What fits a terminal, in characters that it can show."""

import os
import subprocess
import sys

import pytest
from rich.cells import cell_len

from clearinghouse.cli.layout import ASCII_FORMS, fit, fit_end, line, say, show_table, wrap

START = "from clearinghouse.cli.main import run; run()"
ROWS = [("exposed", "unknown", "", "Publicly exposed"), ("start", "2026-08-17", "KEV", "the earlier of two days " * 3)]


@pytest.mark.parametrize("width", [0, 1, 2, 5, 8])
@pytest.mark.parametrize("text", ["", "abc", "abcdefghijkl", "名前名前名前", "a名b前c", "tab\tand\nline"])
def test_a_cell_has_exactly_its_width(text, width):
    assert cell_len(fit(text, width)) == cell_len(fit_end(text, width)) == width


def test_what_is_cut_is_marked_at_the_side_that_was_cut():
    assert fit("abcdefgh", 5) == "abcd…"
    assert fit_end("abcdefgh", 5) == "…efgh"
    assert line(("ab", "cdefgh"), (4, 4)) == "ab    cde…"


def test_a_sentence_is_broken_between_words_and_goes_on_further_in():
    assert wrap("  one two three four", 12, 2, 4) == ["  one two", "    three", "    four"]
    assert wrap("  short", 12, 2, 4) == ["  short"]
    assert wrap("one two-three four", 12, 0, 0) == ["one", "two-three", "four"]


@pytest.mark.parametrize("columns", [1, 40, 60, 80, 120])
def test_everything_fits(columns, monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", str(columns))
    say("A sentence of some length that has to be broken somewhere, for it is longer than a line. " * 2)
    show_table("Why", ("input", "value", "source", "rule"), ROWS)
    told = capsys.readouterr().out.splitlines()
    assert max(map(cell_len, told)) <= max(columns, 40)
    assert all(each == each.rstrip() for each in told)


def test_a_table_that_would_be_too_narrow_is_written_row_beneath_row(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "40")
    show_table("Why", ("input", "value", "source", "rule"), ROWS)
    told = capsys.readouterr().out.splitlines()
    assert told[:5] == ["Why", "", "exposed", "  value: unknown", "  rule: Publicly exposed"]
    assert told[5:9] == ["", "start", "  value: 2026-08-17", "  source: KEV"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [("a…", "a..."), ("──", "--"), ("a · b ×2", "a - b x2"), ("Größe “x” – 名", 'Gr??e "x" - ?'), ("plain", "plain")],
)
def test_what_ascii_cannot_write_gets_its_nearest_form(text, shown):
    assert text.encode("ascii", ASCII_FORMS).decode() == shown


def test_only_what_the_encoding_lacks_is_replaced():
    assert "Größe ×2 …".encode("latin-1", ASCII_FORMS).decode("latin-1") == "Größe ×2 ..."


@pytest.mark.parametrize("columns", ["40", "60", "80", "100"])
def test_a_terminal_of_ascii_gets_no_question_marks_and_nothing_too_long(columns):
    done = subprocess.run(
        [sys.executable, "-c", START, "demo"], capture_output=True, check=True,
        env=os.environ | {"PYTHONIOENCODING": "ascii", "COLUMNS": columns},
    )  # fmt: skip
    told = done.stdout.decode("ascii")
    assert "?" not in told
    ours = told.partition("Try it on your own files")[0]  # commands and addresses are never broken
    assert max(map(len, ours.splitlines())) <= int(columns)


def test_characters_of_a_report_that_a_terminal_lacks_are_question_marks(tmp_path):
    path = tmp_path / "one.csv"
    path.write_text("title,cve,package,tool\nGrößenfehler in 名前,CVE-2026-10000,web,Alpha\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", START, "triage", str(path)],
        capture_output=True, env=os.environ | {"PYTHONIOENCODING": "ascii"}, check=False,
    )  # fmt: skip
    assert done.returncode == 0
    assert b"Gr??enfehler in ??" in done.stdout
