"""Exit codes, errors of two lines, and output that nobody reads to its end."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from clearinghouse.cli import identify, main, triage

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
        (["triage"], "error: missing argument 'PATH', or --inventory", "try: clearinghouse triage --help"),
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
        (["triage", "{csv}", "--exposed", "maybe"], "error: --exposed is 'maybe'", "try: one of yes, no, unknown"),
        (["triage", "{csv}", "--policy", "hope"], "error: --policy is 'hope'", "try: one of fail_closed, "),
        (["triage", "{csv}", "--clock", "cuckoo"], "error: --clock is 'cuckoo'", "try: one of literal, row_change"),
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


@pytest.mark.parametrize("verb", ["triage", "identify", "crash"])
def test_an_empty_path_is_not_the_current_folder(verb, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    flood(tmp_path, 1)
    code, lines = failed(capsys, verb, "")
    assert (code, lines[0]) == (2, "error: a path is empty")
    assert lines[1].startswith("try: name a file or folder; . is the current folder")


@pytest.mark.parametrize(
    "arguments", [["triage", ".", "--kev", ""], ["demo", "--keep", ""], ["deadline", "--batch", ""]], ids=" ".join
)
def test_nor_is_an_empty_option(arguments, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert failed(capsys, *arguments)[0] == 2
    assert not list(tmp_path.iterdir())


def test_without_a_verb_the_verbs_are_listed(capsys):
    code, lines = failed(capsys)
    assert code == 2
    assert all(any(verb in told for told in lines) for verb in ("triage", "identify", "crash", "deadline", "demo"))


@pytest.mark.parametrize("verb", ["", "triage", "identify", "crash", "deadline", "demo"])
def test_help_is_no_error(verb, capsys):
    assert main.invoke([verb, "--help"] if verb else ["--help"]) == 0
    assert "Usage: clearinghouse" in capsys.readouterr().out


def test_the_help_lists_all_exit_codes(capsys):
    assert main.invoke(["--help"]) == 0
    told = capsys.readouterr().out
    codes = re.findall(r"^ +(\d+)  \w", told.partition("Exit codes")[2], re.MULTILINE)
    assert codes == ["0", "1", "2", str(main.DEFECT), str(main.INTERRUPTED)]


@pytest.mark.parametrize("verb", ["triage", "identify", "crash"])
def test_the_help_of_what_reads_paths_mentions_standard_input(verb, capsys):
    assert main.invoke([verb, "--help"]) == 0
    assert "- is standard input" in " ".join(capsys.readouterr().out.split())


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


@pytest.mark.parametrize(
    ("error", "code", "exit_code"),
    [(KeyError("a \x1b[31mdefect\nof two lines \udcff"), "internal_error", 70), (OSError(5, "Bad"), "unreadable", 2)],
    ids=str,
)
@pytest.mark.parametrize(("verb", "reader"), [("triage", "gather"), ("identify", "read_apart"), ("demo", "gather")])
def test_beside_json_a_defect_is_a_problem_in_the_document_too(
    verb, reader, error, code, exit_code, monkeypatch, tmp_path, capsys
):
    def broken(*_: object, **__: object) -> None:
        raise error

    monkeypatch.delenv(main.DEBUG, raising=False)
    monkeypatch.setattr(identify if verb == "identify" else triage, reader, broken)
    paths = [] if verb == "demo" else [str(tmp_path)]
    assert main.invoke([verb, *paths, "--format", "json"]) == exit_code
    captured = capsys.readouterr()
    (problem,) = json.loads(captured.out)["problems"]
    assert problem["code"] == code
    assert [line.partition(":")[0] for line in captured.err.splitlines()] == ["error", "try"]
    assert captured.err.startswith(f"error: {problem['message'][:-1]}\ntry: {problem['expected']}")


@pytest.mark.parametrize("name", [b"bad\xff", b"e\nerror: forged"], ids=str)
@pytest.mark.parametrize("verb", ["triage", "identify", "crash"])
def test_an_empty_folder_of_any_name_is_told_in_two_lines_and_whole_documents(verb, name, tmp_path):
    folder = os.fsencode(tmp_path) + b"/" + name
    os.mkdir(folder)
    for form in ("table", "json"):
        arguments = [verb, folder, "--format", form]
        done = subprocess.run([sys.executable, "-c", START, *arguments], capture_output=True, check=False)
        assert done.returncode == 2
        lines = [line.partition(b":")[0] for line in done.stderr.splitlines()]
        assert lines == ([] if form == "json" and verb != "crash" else [b"error", b"try"])
        if form == "json":
            written = json.loads(done.stdout)
            assert (
                written == []
                if verb == "crash"
                else [each["code"] for each in written["problems"]] == ["nothing_to_read"]
            )


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


@pytest.mark.parametrize("module", ["typer", "clearinghouse.identity"])
def test_so_is_one_while_modules_are_loaded(module):
    program = (
        "import sys\n"
        "class Interrupting:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        f"        if name == {module!r}:\n"
        "            raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Interrupting())\n"
        "from clearinghouse.cli import run\n"
        "run()\n"
    )
    done = subprocess.run([sys.executable, "-c", program, "--version"], capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, b"", b"")


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
def test_a_reader_that_goes_away_is_told_by_the_exit_code_alone(arguments, tmp_path):
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
    assert process.wait() == 141


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this system has no /dev/full")
def test_a_full_disk_is_said(tmp_path):
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-c", START, "identify", "--format", "json", str(flood(tmp_path, 3000))],
            stdout=full, stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.splitlines()[0].startswith("error: No space left")
