"""Exit codes, errors of two lines, and output that nobody reads to its end."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from rich.cells import cell_len

from clearinghouse.cli import main, triage
from clearinghouse.cli.output import fit, fit_end, line, wrap

START = "from clearinghouse.cli.main import run; run()"


def failed(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, list[str]]:
    code = main.invoke(arguments)
    captured = capsys.readouterr()
    assert captured.out == ""
    return code, captured.err.splitlines()


def flood(folder: Path, count: int) -> Path:
    path = folder / "flood.csv"
    rows = "\n".join(f"Flaw number {n},CVE-2026-{n + 10000},web,Alpha" for n in range(count))
    path.write_text(f"title,cve,package,tool\n{rows}\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("arguments", "what", "remedy"),
    [
        (["triage"], "error: missing argument 'paths'", "try: clearinghouse triage --help"),
        (["identify", ".", "--nonsense"], "error: no such option: --nonsense", "try: clearinghouse identify --help"),
        (["nonsense"], "error: no such command 'nonsense'", "try: clearinghouse --help"),
        (["triage", "."], None, None),
        (["triage", "/does/not/exist"], "error: /does/not/exist does not exist", "try: check the path"),
        (["triage", "README.md", "--as-of", "2026-02-30"], "error: --as-of is '2026-02-30'", "try: a day written like"),
        (["triage", "README.md", "--identified", "soon"], "error: --identified is 'soon'", "try: a day written like"),
        (
            ["triage", "README.md", "--format", "xml"],
            "error: invalid value for '--format'",
            "try: clearinghouse triage",
        ),
        (["triage", "{csv}", "--exposed", "maybe"], "error: ", "try: one of yes, no, unknown"),
        (["triage", "{csv}", "--policy", "hope"], "error: There is no missing-data policy 'hope'", "try: one of"),
        (["triage", "{csv}", "--clock", "cuckoo"], "error: There is no clock", "try: one of"),
        (["triage", "{csv}", "--kev", "/does/not/exist"], "error: /does/not/exist does not exist", "try: "),
    ],
)
def test_what_a_person_can_put_right_is_two_lines_and_exit_code_2(
    arguments, what, remedy, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    report = flood(tmp_path, 1) if "{csv}" in arguments else ""
    code, lines = failed(capsys, *[str(report) if each == "{csv}" else each for each in arguments])
    assert code == 2
    assert len(lines) == 2
    assert lines[0].startswith(what or "error: nothing to read in .")
    assert lines[1].startswith(remedy or "try: name files")


def test_without_a_verb_the_verbs_are_listed(capsys):
    code, lines = failed(capsys)
    assert code == 2
    assert all(any(verb in told for told in lines) for verb in ("triage", "identify", "crash", "deadline", "demo"))


@pytest.mark.parametrize("verb", ["", "triage", "identify", "crash", "deadline", "demo"])
def test_help_is_no_error(verb, capsys):
    assert main.invoke([verb, "--help"] if verb else ["--help"]) == 0
    assert "Usage: clearinghouse" in capsys.readouterr().out


def broken(*_: object, **__: object) -> None:
    raise KeyError("a \x1b[31mdefect\nof two lines")


def test_a_defect_is_one_line_and_exit_code_70(monkeypatch, tmp_path, capsys):
    monkeypatch.delenv(main.DEBUG, raising=False)
    monkeypatch.setattr(triage, "gather", broken)
    code, lines = failed(capsys, "triage", str(tmp_path))
    assert code == 70
    assert len(lines) == 2
    assert lines[0].startswith("error: internal error: KeyError at test_main.py:")
    assert "\x1b" not in lines[0]
    assert lines[1].startswith("try: CLEARINGHOUSE_DEBUG=1")


def test_the_traceback_of_a_defect_is_there_for_the_asking(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv(main.DEBUG, "1")
    monkeypatch.setattr(triage, "gather", broken)
    code, lines = failed(capsys, "triage", str(tmp_path))
    assert code == 70
    assert lines[0] == "Traceback (most recent call last):"


def test_an_interruption_is_quiet(monkeypatch, tmp_path, capsys):
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(triage, "gather", interrupted)
    assert failed(capsys, "triage", str(tmp_path)) == (130, [])


@pytest.mark.parametrize(
    "arguments",
    [
        ["triage", "--format", "json"],
        ["triage", "--format", "csv"],
        ["triage", "--format", "sarif"],
        ["identify", "--format", "json"],
    ],
    ids=" ".join,
)
def test_a_reader_that_goes_away_is_no_failure(arguments, tmp_path):
    path = flood(tmp_path, 3000)
    process = subprocess.Popen(
        [sys.executable, "-c", START, *arguments, str(path)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stdout.read(10)
    process.stdout.close()
    assert process.stderr is not None
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait() == 0


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this system has no /dev/full")
def test_a_full_disk_is_said(tmp_path):
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-c", START, "identify", "--format", "json", str(flood(tmp_path, 3000))],
            stdout=full, stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.splitlines()[0].startswith("error: No space left")


def test_a_terminal_that_knows_few_characters_gets_question_marks(tmp_path):
    path = tmp_path / "one.csv"
    path.write_text("title,cve,package,tool\nGrößenfehler in 名前,CVE-2026-10000,web,Alpha\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", START, "triage", str(path)],
        capture_output=True, env=os.environ | {"PYTHONIOENCODING": "ascii"}, check=False,
    )  # fmt: skip
    assert done.returncode == 0
    assert b"Gr??enfehler in ??" in done.stdout


# cells


@pytest.mark.parametrize("width", [1, 2, 5, 8])
@pytest.mark.parametrize("text", ["", "abc", "abcdefghijkl", "名前名前名前", "a名b前c", "tab\tand\nline"])
def test_a_cell_has_exactly_its_width(text, width):
    assert cell_len(fit(text, width)) == cell_len(fit_end(text, width)) == width


def test_what_is_cut_is_marked_at_the_side_that_was_cut():
    assert fit("abcdefgh", 5) == "abcd…"
    assert fit_end("abcdefgh", 5) == "…efgh"
    assert line(("ab", "cdefgh"), (4, 4)) == "ab    cde…"
    assert wrap("  one two three four", 12, 2) == ["  one two", "    three", "    four"]
