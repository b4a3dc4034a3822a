"""The command: what it prints, what it keeps, what it refuses, and with which exit code."""

import io
import json
import os
import re
import tarfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from clearinghouse.cli.main import command_line
from clearinghouse.cli.main import invoke as run
from clearinghouse.sandbox import UnavailableError
from clearinghouse.sandbox.client import Client

invoke = CliRunner().invoke
app = command_line("validate")

RECIPE = """
format = 1
title = "size evaluates what it is given"
[affected]
archive = "subject-1.0.tar.gz"
[fixed]
archive = "subject-1.1.tar.gz"
[install]
by = "none"
[reproducer]
files = ["reproduce.py"]
command = ["python3", "reproduce.py"]
[control]
command = ["python3", "reproduce.py", "benign"]
[shows]
by = "output"
contains = "FLAW SHOWN"
"""
REPRODUCE = """
import sys
sys.path.insert(0, "/subject/source")
import subject
try:
    subject.size("1" if "benign" in sys.argv else "print('FLAW SHOWN')")
except ValueError:
    print("refused")
"""


@pytest.fixture(scope="session", autouse=True)
def sandbox() -> None:
    try:
        with Client() as client:
            client.isolation()
    except UnavailableError as error:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(f"No sandbox can be run here: {error.what}")


def archive(path: Path, body: str) -> None:
    data = f"def size(text):\n    return {body}\n".encode()
    with tarfile.open(path, "w:gz") as out:
        entry = tarfile.TarInfo(f"{path.name.removesuffix('.tar.gz')}/subject.py")
        entry.size, entry.mode = len(data), 0o644
        out.addfile(entry, io.BytesIO(data))


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    folder = tmp_path / "recipe"
    folder.mkdir()
    (folder / "recipe.toml").write_text(RECIPE)
    (folder / "reproduce.py").write_text(REPRODUCE)
    archive(folder / "subject-1.0.tar.gz", "eval(text)")
    archive(folder / "subject-1.1.tar.gz", "int(text)")
    return folder


def test_text(recipe: Path) -> None:
    result = invoke(app, ["validate", str(recipe), "--runs", "2"])
    assert result.exit_code == 0, result.output
    assert "fixed: all 2 runs of the affected subject show the flaw, and none of 2 of the fixed one" in " ".join(
        result.stdout.split()
    )
    assert "isolation T1, bubblewrap" in result.stdout


def test_json(recipe: Path) -> None:
    result = invoke(app, ["validate", str(recipe), "--runs", "2", "--format", "json"])
    found = json.loads(result.stdout)
    assert found["verdict"] == "fixed"
    assert {"recipe", "verdict", "isolation", "runs", "control", "evidence", "problems"} <= set(found)
    assert {"subject", "shown", "signature", "seconds", "exit"} <= set(found["runs"][0])
    assert found["isolation"]["tier"] == "T1"
    assert [run["shown"] for run in found["runs"] if run["subject"] == "affected"] == [True, True]


def test_another_verdict_needs_attention(recipe: Path) -> None:
    (recipe / "recipe.toml").write_text(RECIPE.replace("FLAW SHOWN", "nothing of the kind"))
    result = invoke(app, ["validate", str(recipe), "--runs", "1"])
    assert result.exit_code == 1
    assert "not_reproduced" in result.stdout


def test_signed_and_verified_and_tampered_with(
    recipe: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key, kept = tmp_path / "signing.key", tmp_path / "kept"
    assert invoke(app, ["validate", "key", str(key)]).exit_code == 0
    done = invoke(app, ["validate", str(recipe), "--runs", "1", "--attest", str(key), "--keep", str(kept)])
    assert done.exit_code == 0, done.output
    statement = next(kept.glob("*/verdict.intoto.json"))
    verify = ["validate", "verify", str(statement), "--key", f"{key}.pub"]
    said = invoke(app, [*verify, "--recipe", str(recipe), "--format", "json"])
    assert said.exit_code == 0, said.output
    assert json.loads(said.stdout)["verdict"] == "fixed"

    (recipe / "reproduce.py").write_text(REPRODUCE + "\n")
    assert run([*verify, "--recipe", str(recipe)]) == 2
    assert "is about another recipe" in capsys.readouterr().err

    blob = next(each for each in (statement.parent / "sha256").iterdir() if each.stat().st_size)
    was = blob.read_bytes()
    blob.write_bytes(was + b"!")
    assert run(verify) == 2
    assert "was changed" in capsys.readouterr().err
    blob.write_bytes(was)

    envelope = json.loads(statement.read_text())
    payload = envelope["payload"]
    envelope["payload"] = payload[:40] + ("A" if payload[40] != "A" else "B") + payload[41:]
    statement.write_text(json.dumps(envelope))
    assert run(verify) == 2
    assert "was changed" in capsys.readouterr().err

    statement.write_text(json.dumps(envelope)[:-1] + f', "z": {"1" * 5000}}}')
    assert run(verify) == 2
    assert "was changed" in capsys.readouterr().err

    other = tmp_path / "other.key"
    invoke(app, ["validate", "key", str(other)])
    statement.write_text(json.dumps(envelope | {"payload": payload}))
    assert run(["validate", "verify", str(statement), "--key", f"{other}.pub"]) == 2


def test_minimise(recipe: Path, tmp_path: Path) -> None:
    (recipe / "recipe.toml").write_text(
        RECIPE.replace('files = ["reproduce.py"]', 'files = ["reproduce.py"]\ninput = "words.txt"')
    )
    (recipe / "reproduce.py").write_text("import sys\nif 'needle' in sys.stdin.read(): print('FLAW SHOWN')\n")
    (recipe / "words.txt").write_text("".join(f"hay {n}\n" for n in range(20)) + "a needle here\n")
    to = tmp_path / "least.txt"
    result = invoke(app, ["validate", "minimise", str(recipe), "--to", str(to), "--format", "json"])
    assert result.exit_code == 0, result.output
    assert to.read_bytes() == b"needle"
    assert run(["validate", "minimise", str(recipe), "--to", str(to)]) == 2


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["missing"], "cannot be read"),
        (["."], "there is no recipe"),
        (["{recipe}", "--format", "xml"], "--format is 'xml'"),
        (["{recipe}", "--tier", "T2"], "this needs isolation tier T2"),
        (["{recipe}", "--attest", "missing.key"], "missing.key"),
        (["verify", "missing", "--key", "missing"], "missing"),
        (["minimise", "{recipe}", "--file", "other"], "is no file of the reproducer"),
        (["bisect", "{recipe}"], "is no package of a registry"),
        (["{recipe}", "--runner", "false"], "no runner answers: `false` ended with 1"),
        (["{recipe}", "--runner", "echo 'x"], "cannot be divided into words"),
        (["{recipe}", "--keep", "{recipe}/recipe.toml/x"], "cannot be written"),
    ],
)
def test_refusals(
    arguments: list[str],
    says: str,
    recipe: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    monkeypatch.chdir(empty)
    assert run(["validate", *(each.replace("{recipe}", str(recipe)) for each in arguments)]) == 2
    error = capsys.readouterr().err
    assert says in error
    assert error.startswith("error: ")
    assert "\ntry: " in error


def test_the_sandbox_is_shown() -> None:
    sandbox = command_line("sandbox")
    shown = invoke(sandbox, ["sandbox", "check"])
    assert shown.exit_code == 0, shown.output
    assert "no network" in shown.stdout
    found = json.loads(invoke(sandbox, ["sandbox", "check", "--format", "json"]).stdout)
    assert found["tier"] == "T1"
    assert all(each["holds"] for each in found["held"])


def test_convert(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    finding = {
        "id": "1",
        "title": "size evaluates",
        "repro_file_path": "repro.py",
        "run_command": "python3 repro.py",
        "repro_output": "FLAW SHOWN",
    }
    (tmp_path / "finding.json").write_text(json.dumps(finding))
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "repro.py").write_text("print('FLAW SHOWN')\n")
    to = tmp_path / "out"
    asked = ["validate", "convert", str(tmp_path / "finding.json"), "--files", str(tmp_path / "files"), "--to", str(to)]
    less = invoke(app, [*asked, "--format", "json"])
    assert less.exit_code == 1
    assert {each["part"] for each in json.loads(less.stdout)["missing"]} == {"affected", "shows"}
    assert not to.exists()
    whole = [*asked, "--affected", "pkg:pypi/example@1.0", "--contains", "FLAW SHOWN"]
    assert invoke(app, whole).exit_code == 0
    assert sorted(each.name for each in to.iterdir()) == ["recipe.toml", "repro.py"]
    assert run(whole) == 2
    assert "is there already" in capsys.readouterr().err
    (tmp_path / "finding.json").write_text("[[")
    assert run([*whole[:-1], "x", "--to", str(tmp_path / "other")]) == 2
    assert "is no finding of Mantis" in capsys.readouterr().err


def test_what_cannot_be_fetched_now_is_no_verdict(
    recipe: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CLEARINGHOUSE_REGISTRIES", str(tmp_path / "cache"))
    named = RECIPE.replace('archive = "subject-1.0.tar.gz"', 'purl = "pkg:pypi/example@1.0"')
    (recipe / "recipe.toml").write_text(named.replace('by = "none"\n', ""))
    assert run(["validate", str(recipe), "--offline"]) == 2
    told = capsys.readouterr()
    assert told.err.startswith("error: ")
    assert "inconclusive" not in told.out


def test_minimise_keeps_a_program_that_knows_the_flaw_from_its_absence(
    recipe: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["validate", "minimise", str(recipe)]) == 2
    assert "name one with --file: reproduce.py" in capsys.readouterr().err
    to = tmp_path / "least.py"
    minimise = ["validate", "minimise", str(recipe), "--file", "reproduce.py"]
    result = invoke(app, [*minimise, "--most", "40", "--to", str(to)])
    assert result.exit_code in {0, 1}, result.output
    assert len(to.read_bytes()) < len(REPRODUCE)
    (recipe / "reproduce.py").write_bytes(to.read_bytes())
    again = invoke(app, ["validate", str(recipe), "--runs", "1", "--format", "json"])
    assert again.exit_code == 0, (again.output, to.read_text())
    assert json.loads(again.stdout)["verdict"] == "fixed"

    (recipe / "recipe.toml").write_text(re.sub(r"\[control\]\n.*\n", "", RECIPE))
    assert run(minimise) == 2
    assert "without a control nothing would be left but its marker" in capsys.readouterr().err
