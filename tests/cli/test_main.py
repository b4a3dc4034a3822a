"""Exit codes, errors of two lines, and output that nobody reads to its end."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from clearinghouse.cli import INTERRUPTED, TERMINATED, identify, main, triage
from clearinghouse.formats.contract import Report
from clearinghouse.records import ClearinghouseError
from clearinghouse.triage import deployer

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
        (["match", ".", "--about"], "error: option '--about' requires an argument", "try: clearinghouse match --help"),
        (["feeds", "sync", "--accept"], "error: option '--accept' requires", "try: clearinghouse feeds sync --help"),
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
    assert codes == ["0", "1", "2", str(main.DEFECT), str(INTERRUPTED), str(TERMINATED)]


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


@pytest.mark.parametrize(
    ("error", "code", "what"),
    [
        (lambda: OSError(5, "Input/output error"), 2, "Input/output error, while {path} was read"),
        (MemoryError, 2, "there was not enough memory, while {path} was read"),
        (lambda: ClearinghouseError("it stopped", "again"), 2, "it stopped, while {path} was read"),
        (lambda: ClearinghouseError("it is gone", "again", source="x"), 2, "it is gone"),
        (lambda: ValueError("no"), 70, "internal error: ValueError at test_main.py:{line}, while {path} was read: no"),
    ],
    ids=["system", "memory", "ours", "ours, named", "defect"],
)
@pytest.mark.parametrize("form", ["table", "json"])
@pytest.mark.parametrize("arguments", [["identify"], ["triage"], ["match", "--advisories", "{path}"]], ids=" ".join)
def test_what_ends_reading_midway_names_the_document(arguments, form, error, code, what, monkeypatch, tmp_path, capsys):
    def records() -> Iterator[object]:
        yield from ()
        raise error()

    def read(paths: list[Path], **_: object) -> list[Report]:
        return [Report(str(paths[0]), "csv", records(), False)]

    line = records.__code__.co_firstlineno + 2
    path = flood(tmp_path, 1)
    monkeypatch.delenv(main.DEBUG, raising=False)
    for module, name in ((identify, "read_apart"), (triage, "read_apart"), (deployer, "read_inventories")):
        monkeypatch.setattr(module, name, read)
    verb, *others = (each.format(path=path) for each in arguments)
    assert main.invoke([verb, str(path), *others, "--format", form]) == code
    captured = capsys.readouterr()
    expected = what.format(path=path, line=line)
    if form == "table" or not expected.startswith("it "):
        assert captured.err.splitlines()[0] == f"error: {expected}"
    if form == "json":
        (problem,) = json.loads(captured.out)["problems"]
        assert (problem["message"], problem["source"]) == (
            f"{expected}.",
            "x" if expected == "it is gone" else str(path),
        )


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
    assert failed(capsys, "triage", str(tmp_path)) == (130, ["Interrupted."])


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
    assert (done.returncode, done.stdout, done.stderr) == (130, b"", b"Interrupted.\n")


_STOPPED_INSIDE = """\
import os, signal, sys
from clearinghouse.cli import run
from clearinghouse.triage import deployer
inside = deployer.published
def slow(paths, notice, **named):
    def pause(source, count):
        if count == 0 and not told:
            told.append(1)
            os.kill(os.getpid(), signal.{signal})
            {again}
    told = []
    return inside(paths, pause, **named)
deployer.published = slow
run()
"""


@pytest.mark.parametrize(
    ("signal", "again", "code", "said"),
    [
        ("SIGINT", "", 130, "Interrupted."),
        ("SIGINT", "os.kill(os.getpid(), signal.SIGINT)", 130, "Interrupted."),
        ("SIGTERM", "", 143, "Terminated."),
    ],
)
def test_what_is_stopped_while_it_reads_says_so_and_leaves_nothing_behind(signal, again, code, said, tmp_path):
    (tmp_path / "list.txt").write_text("demo==1.0\n")
    advisories = tmp_path / "advisories"
    advisories.mkdir()
    for number in range(40):
        (advisories / f"{number}.json").write_text(
            json.dumps({"id": f"A-{number}", "modified": "2026-01-01T00:00:00Z", "schema_version": "1.0.0"})
        )
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    program = _STOPPED_INSIDE.format(signal=signal, again=again or "pass")
    arguments = ["match", str(tmp_path / "list.txt"), "--advisories", str(advisories), "--format", "json"]
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=False,
        env={**os.environ, "TMPDIR": str(scratch), "XDG_CACHE_HOME": str(tmp_path / "cache"),
             "CLEARINGHOUSE_PROCESSES": "2"},
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr.splitlines()) == (code, "", [said])
    assert list(scratch.iterdir()) == []
    assert list((tmp_path / "cache").rglob("*.advisories*")) == []


def test_a_signal_that_is_to_be_ignored_is_ignored(tmp_path):
    program = (
        "import os, signal\n"
        "signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
        "from clearinghouse.cli import main, run\n"
        "begin = main.run\n"
        "main.run = lambda: (os.kill(os.getpid(), signal.SIGINT), begin())\n"
        "run()\n"
    )
    done = subprocess.run([sys.executable, "-c", program, "--version"], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


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
@pytest.mark.parametrize("arguments", [["identify", "--format", "json"], ["identify"], ["triage", "--format", "csv"]])
def test_a_full_disk_is_said(arguments, tmp_path):
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-c", START, *arguments, str(flood(tmp_path, 3000))],
            stdout=full, stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        "error: standard output cannot be written to: No space left on device",
        "try: make room where it goes, or send it somewhere else",
    ]


def test_a_disk_that_is_full_elsewhere_is_not_taken_for_standard_output(monkeypatch, tmp_path, capsys):
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(triage, "gather", full)
    assert main.invoke(["triage", str(tmp_path)]) == 2
    assert capsys.readouterr().err.splitlines()[0] == "error: No space left on device"
