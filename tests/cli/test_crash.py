"""The command: what it prints, where, and with which exit code."""

import json
import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from clearinghouse.cli import crash
from clearinghouse.cli.main import command_line
from clearinghouse.records import Crash

LOG = (
    "==9==ERROR: AddressSanitizer: heap-buffer-overflow on address {address} at pc 0x1 bp 0x2 sp 0x3\n"
    "WRITE of size 4 at {address} thread T0\n"
    "    #0 0x1 in png_read_row /src/png/read.c:41:9\n"
    "    #1 0x2 in png_read /src/png/read.c:80\n"
)
run = CliRunner().invoke
app = command_line("crash")


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    folder = tmp_path / "logs"
    (folder / "deep").mkdir(parents=True)
    (folder / "a.log").write_text(LOG.format(address="0x602000000010"))
    (folder / "deep" / "b.log").write_text(LOG.format(address="0x603000000040"))
    return folder


def test_json(logs: Path) -> None:
    result = run(app, ["crash", "--format", "json", str(logs)])
    assert result.exit_code == 0
    first, second = json.loads(result.stdout)
    assert first == {
        "path": str(logs / "a.log"),
        "tool": "AddressSanitizer",
        "type": "Heap-buffer-overflow",
        "access": "WRITE",
        "size": 4,
        "address": "0x602000000010",
        "state": ["png_read_row", "png_read"],
        "frames": [
            {"function": "png_read_row", "file": "/src/png/read.c", "line": 41},
            {"function": "png_read", "file": "/src/png/read.c", "line": 80},
        ],
        "security": True,
        "signature": second["signature"],
    }
    assert len(first["signature"]) == 16


def test_table_counts_groups(logs: Path) -> None:
    result = run(app, ["crash", str(logs)])
    assert result.exit_code == 0
    assert "×2" in result.stdout
    assert "2 crashes, 1 group of equal type and state." in result.stdout
    one = run(app, ["crash", str(logs / "a.log")]).stdout
    assert "1 crash, 1 group of equal type and state." in one
    assert one.splitlines()[-1].startswith("Next: ")


def test_a_file_in_a_directory_that_shows_no_crash_is_exit_1(logs: Path) -> None:
    (logs / "notes.txt").write_text("all is well\n")
    result = run(app, ["crash", "--format", "json", str(logs)])
    assert result.exit_code == 1
    assert len(json.loads(result.stdout)) == 2
    assert "error: " in result.stderr
    assert "notes.txt" in result.stderr
    assert "try: " in result.stderr


@pytest.mark.parametrize("name", ["missing.log", "notes.txt"])
def test_a_named_file_that_gives_no_crash_is_exit_2_and_the_good_ones_are_printed(logs: Path, name: str) -> None:
    (logs.parent / "notes.txt").write_text("all is well\n")
    result = run(app, ["crash", "--format", "json", str(logs / "a.log"), str(logs.parent / name)])
    assert result.exit_code == 2
    assert len(json.loads(result.stdout)) == 1
    assert [line.partition(":")[0] for line in result.stderr.splitlines()] == ["error", "try"]


def test_nothing_readable_is_exit_2(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    result = run(app, ["crash", str(tmp_path / "empty")])
    assert result.exit_code == 2
    assert result.stderr.startswith(f"error: nothing to read in {tmp_path / 'empty'}\ntry: ")


def test_a_casr_report_is_read_too(tmp_path: Path) -> None:
    report = {
        "CrashSeverity": {"Type": "EXPLOITABLE", "ShortDescription": "SourceAv"},
        "Stacktrace": ["#0  0x01 in codec_next (c=0x0) at codec.c:9"],
    }
    path = tmp_path / "a.casrep"
    path.write_text(json.dumps(report))
    (entry,) = json.loads(run(app, ["crash", "--format", "json", str(path)]).stdout)
    assert (entry["tool"], entry["state"]) == ("gdb", ["codec_next"])


def test_the_target_and_what_counts_as_security_can_be_told(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_text("==5== ERROR: libFuzzer: timeout after 25 seconds\n")
    (entry,) = json.loads(run(app, ["crash", "--format", "json", "--target", "png_fuzzer", str(path)]).stdout)
    assert entry["state"] == ["png_fuzzer"]
    path.write_text("a.c:1: f: Assertion `x' failed.\n")
    (entry,) = json.loads(run(app, ["crash", "--format", "json", "--asserts-are-not", str(path)]).stdout)
    assert entry["security"] is False


def test_json_is_one_list_however_many_there_are(logs: Path, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("all is well\n")
    for paths, count in (([tmp_path / "notes.txt"], 0), ([logs / "a.log"], 1), ([logs], 2)):
        text = run(app, ["crash", "--format", "json", *map(str, paths)]).stdout
        entries = json.loads(text)
        assert len(entries) == count
        assert text == (json.dumps(entries, indent=2, ensure_ascii=False) + "\n")


def test_folders_are_walked_as_everywhere(logs: Path) -> None:
    (logs / ".git").mkdir()
    (logs / ".git" / "c.log").write_text(LOG.format(address="0x604000000040"))
    result = run(app, ["crash", "--format", "json", str(logs), str(logs / "a.log"), str(logs)])
    assert result.exit_code == 0
    assert [entry["path"] for entry in json.loads(result.stdout)] == [str(logs / "a.log"), str(logs / "deep" / "b.log")]
    assert "1 hidden file or folder was passed over" in result.stderr


@pytest.mark.parametrize("name", ["missing.log", "empty", "notes.txt"])
def test_json_is_a_list_even_if_nothing_could_be_read(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "notes.txt").write_text("all is well\n")
    result = run(app, ["crash", "--format", "json", str(tmp_path / name)])
    assert (result.exit_code, result.stdout) == (2, "[]\n")
    assert [line.partition(":")[0] for line in result.stderr.splitlines()] == ["error", "try"]
    assert name in result.stderr


def test_standard_input_archives_and_other_names_of_one_file_are_read_as_everywhere(logs: Path) -> None:
    log = LOG.format(address="0x602000000010")
    (entry,) = json.loads(run(app, ["crash", "--format", "json", "-"], input=log).stdout)
    assert (entry["path"], entry["type"]) == ("-", "Heap-buffer-overflow")
    with zipfile.ZipFile(logs / "logs.zip", "w") as archive:
        archive.writestr("c.log", log)
    (logs / "z.log").hardlink_to(logs / "a.log")
    result = run(app, ["crash", "--format", "json", str(logs)])
    assert result.exit_code == 0
    names = [entry["path"].removeprefix(f"{logs}/") for entry in json.loads(result.stdout)]
    assert names == ["a.log", "logs.zip!c.log", "deep/b.log"]
    assert "same file as" in result.stderr


def test_many_unreadable_files_are_summed_up(logs: Path) -> None:
    for number in range(400):
        (logs / f"{number}.txt").write_text("all is well\n")
    result = run(app, ["crash", str(logs)])
    assert result.exit_code == 1
    lines = result.stderr.splitlines()
    assert len(lines) == 20 + 2 + 1
    assert lines[20:22] == ["... and 380 more:", lines[21]]
    assert lines[21].startswith("    380 errors: no crash (first: ")


def test_control_characters_do_not_reach_the_terminal(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_text("[1:1:FATAL:a.cc(3)] Check failed: \x1b[31mok\x1b[0m.\n")
    assert "\x1b" not in run(app, ["crash", str(path)]).stdout


def broken(*_: object, **__: object) -> None:
    raise IndexError("a defect of ours")


def test_a_defect_costs_one_log_and_not_the_others(logs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    casr = {"CrashSeverity": {"Type": "EXPLOITABLE"}, "Stacktrace": ["#0  0x01 in codec_next (c=0x0) at codec.c:9"]}
    (logs / "c.casrep").write_text(json.dumps(casr))
    monkeypatch.setattr(crash, "parse", broken)
    result = run(app, ["crash", "--format", "json", str(logs)])
    assert result.exit_code == 1
    assert [entry["path"] for entry in json.loads(result.stdout)] == [str(logs / "c.casrep")]
    errors = [line for line in result.stderr.splitlines() if line.startswith("error: ")]
    assert len(errors) == 2
    assert all(" failed (IndexError at test_crash.py:" in line for line in errors)
    monkeypatch.undo()
    monkeypatch.setattr("clearinghouse.formats.casr.parse", broken)
    result = run(app, ["crash", "--format", "json", str(logs)])
    assert (result.exit_code, len(json.loads(result.stdout))) == (1, 2)
    assert run(app, ["crash", "--format", "json", str(logs / "c.casrep")]).exit_code == 2


def test_the_list_is_closed_whatever_happens(logs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    entry, made = crash.entry, []

    def second_fails(path: str, found: Crash) -> crash.Entry:
        made.append(path)
        return entry(path, found) if len(made) == 1 else broken()

    for function, count in ((second_fails, 1), (broken, 0)):
        monkeypatch.setattr(crash, "entry", function)
        result = run(app, ["crash", "--format", "json", str(logs)])
        assert isinstance(result.exception, IndexError)
        assert len(json.loads(result.stdout)) == count


@pytest.mark.parametrize("name", ["a.casrep", "a.log"])
def test_what_was_no_utf8_is_told_of_every_kind_of_log(name: str, tmp_path: Path) -> None:
    casr = {"CrashSeverity": {"Type": "caf\xe9"}, "Stacktrace": ["#0  0x01 in codec_next (c=0x0) at codec.c:9"]}
    text = json.dumps(casr, ensure_ascii=False) if name == "a.casrep" else LOG.format(address="0x60") + "caf\xe9\n"
    path = tmp_path / name
    path.write_bytes(text.encode("latin-1"))
    result = run(app, ["crash", "--format", "json", str(path)])
    assert (result.exit_code, len(json.loads(result.stdout))) == (0, 1)
    if name == "a.casrep":
        assert result.stderr == f"notice: {path}: 1 byte that is not UTF-8 was read as Windows-1252.\n"
