"""What verbs say where nothing could be done: one JSON document where JSON was asked for, and sentences that help."""

import json
from pathlib import Path

import pytest

from clearinghouse.cli import main
from clearinghouse.trust.keys import make_key_pair

pytest.importorskip("numpy")
ROOT = Path(__file__).resolve().parents[3]


def told(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    code = main.invoke(["frontier", *map(str, arguments)])
    return code, *capsys.readouterr()


@pytest.mark.parametrize(
    "words",
    [
        "run --tasks NONE --model scripted/skill-60 --out NONE/o --key NONE/k",
        "verify NONE --key NONE",
        "package NONE --out x.zip --key NONE --who A",
        "plan check NONE",
        "pool status NONE",
        "determine status NONE --key NONE",
        "determine check NONE",
        "report NONE",
        "assess . --key NONE --sign NONE --who A",
        "assess NONE",
        "flag raise NONE --kind strange --says so --who A --key NONE",
    ],
)
def test_every_verb_writes_a_document_where_nothing_could_be_done(words, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    arguments = words.replace("NONE", str(tmp_path / "none")).split()
    code, out, err = told(capsys, *arguments, "--format", "json")
    assert (code, err) == (2, "")
    [problem] = json.loads(out)["problems"]
    assert problem["message"]
    assert problem["expected"]
    again, _, said = told(capsys, *arguments, "--format=table" if words != "report NONE" else "--format=text")
    assert again == 2
    assert said.startswith("error: ")


def test_wrong_options_are_two_lines_whatever_is_asked_for(tmp_path, capsys):
    code, out, err = told(capsys, "assess", tmp_path, "--format", "json")
    assert (code, out) == (2, "")
    assert err.startswith("error: --key is missing")


@pytest.mark.parametrize("verb", ["report", "package", "determine new"])
def test_what_needs_an_assessment_says_how_it_is_made(verb, tmp_path, capsys):
    more = ("--out", tmp_path / "x.zip", "--key", _key(tmp_path), "--who", "A") if verb == "package" else ()
    folder = tmp_path / "a"
    folder.mkdir()
    code, _, err = told(capsys, *verb.split(), folder, *more)
    assert code == 2
    assert err == (
        f"error: {folder} has no assessment.json: it was not assessed yet\n"
        "try: make it with `clearinghouse frontier assess`\n"
    )


def _key(folder: Path) -> Path:

    make_key_pair(folder / "key")
    return folder / "key"


def test_a_package_takes_nobody_s_place(tmp_path, capsys):
    there = tmp_path / "there.zip"
    there.write_text("mine")
    options = ("--key", _key(tmp_path), "--who", "A")
    code, _, err = told(capsys, "package", tmp_path, "--out", there, *options)
    assert (code, there.read_text()) == (2, "mine")
    assert "is there already" in err
    code, _, err = told(capsys, "package", tmp_path, "--out", tmp_path / "none" / "x.zip", *options)
    assert code == 2
    assert err.splitlines()[0] == f"error: --out {tmp_path / 'none' / 'x.zip'} is in a folder that does not exist"


@pytest.mark.parametrize("field", ["root", "analysis"])
def test_digits_that_are_no_digest_are_said_so(field, tmp_path, capsys):
    told(capsys, "plan", "new", "--into", tmp_path / "a")
    path = tmp_path / "a" / "plan.toml"
    lines = [f'{field} = "abc"' if each.startswith(f"{field} = ") else each for each in path.read_text().splitlines()]
    path.write_text("\n".join(lines))
    code, out, _ = told(capsys, "plan", "check", tmp_path / "a", "--format", "json")
    assert code == 2
    assert any("64 hexadecimal digits" in str(each) for each in json.loads(out)["faults"])


def test_public_tasks_in_a_sealed_pool_are_told(tmp_path, capsys):
    pytest.importorskip("pyrage")
    custodians = []
    for name in ("ada", "bo"):
        told(capsys, "pool", "identity", tmp_path / f"{name}.age")
        custodians += ["--custodian", f"{name}={tmp_path / f'{name}.age'}"]
    pack = ROOT / "examples" / "frontier" / "pack"
    options = ("--name", "p", "--domain", "remediation", "--threshold", 2, *custodians, "--who", "A")
    code, out, err = told(capsys, "pool", "make", pack, *options, "--into", tmp_path / "one")
    assert code == 0
    assert "are marked TLP:CLEAR, as public tasks are" in err
    code, out, err = told(capsys, "pool", "make", pack, *options, "--into", tmp_path / "two", "--format", "json")
    assert (code, err) == (0, "")
    assert [each["code"] for each in json.loads(out)["notices"]] == ["public_tasks"]
    assert told(capsys, "pool", "make", pack, *options, "--open", "--into", tmp_path / "three")[2] == ""
