"""``clearinghouse version``: orders and single advisories, one by one and in batches."""

import io
import json
import sys
from pathlib import Path

import pytest

from clearinghouse.cli import main

ADVISORY = {
    "id": "DEMO-1",
    "modified": "2026-01-01T00:00:00Z",
    "affected": [
        {
            "package": {"ecosystem": "PyPI", "name": "Demo.Lib"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "1.0"}, {"fixed": "2.0"}]}],
        },
        {
            "package": {"ecosystem": "Go", "name": "example.org/demo"},
            "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "1.6.0"}]}],
        },
    ],
}


@pytest.fixture
def advisory(tmp_path: Path) -> Path:
    file = tmp_path / "demo.json"
    file.write_text(json.dumps(ADVISORY))
    return file


def said(capsys: pytest.CaptureFixture[str], *given: str, code: int = 0) -> str:
    assert main.invoke(["version", *given]) == code
    return capsys.readouterr().out


@pytest.mark.parametrize(
    ("ecosystem", "a", "b", "result"),
    [
        ("PyPI", "1.0", "1.0.0", "0"),
        ("PyPI", "1.0rc1", "1.0", "-1"),
        ("Debian:12", "1:1.0", "2.0", "1"),
        ("deb", "1.0~beta1", "1.0", "-1"),
        ("npm", "1.0.0", "garbage", "-1"),
        ("redhat", "1.0-1.el8", "1.0-1.el9", "-1"),
        ("Rubygems", "1.a", "1", "-1"),
        ("Elsewhere", "1", "2", "unknown"),
    ],
)
def test_compare(capsys, ecosystem, a, b, result):
    assert said(capsys, "compare", ecosystem, a, b).strip() == result


def test_a_version_may_look_like_an_option(capsys):
    assert said(capsys, "compare", "Alpine", "--", "-1", "1").strip() in {"-1", "1"}


def test_compare_in_a_batch(capsys, monkeypatch):
    lines = [
        {"ecosystem": "npm", "a": "1.2.3", "b": "1.10.0"},
        {"ecosystem": "Elsewhere", "a": "1", "b": "2"},
        {"ecosystem": "npm", "a": "1.2.3"},
    ]
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO("\n".join(map(json.dumps, lines)).encode())))
    first, second, third = map(json.loads, said(capsys, "compare", "--batch", "-", code=1).splitlines())
    assert (first, second) == ({"result": -1}, {"result": None})
    assert third["error"]["line"] == 3
    assert "b" in third["error"]["what"]


def test_affected_says_why_and_what_is_fixed(capsys, advisory):
    out = said(capsys, "affected", str(advisory), "PyPI", "demo_lib", "1.5")
    assert out.splitlines() == [
        "affected",
        "1.5 is in the range from 1.0 to before 2.0 of DEMO-1.",
        "Fixed in 2.0.",
    ]


@pytest.mark.parametrize(
    ("ecosystem", "name", "version", "affected"),
    [
        ("PyPI", "demo-lib", "1.5", True),
        ("pypi", "demo-lib", "1.5", True),
        ("PyPI", "demo-lib", "2.0", False),
        ("PyPI", "other", "1.5", False),
        ("PyPI", "demo-lib", "not a version", None),
        ("PyPI", "demo-lib", "", None),
        ("Go", "example.org/demo", "v1.5.0", True),
        ("Go", "example.org/demo", "1.6.0", False),
        ("Elsewhere", "demo-lib", "1.5", None),
    ],
)
def test_affected_in_json(capsys, advisory, ecosystem, name, version, affected):
    out = said(capsys, "affected", str(advisory), ecosystem, name, version, "--format", "json")
    answer = json.loads(out)
    assert set(answer) == {"affected", "why", "fixed"}
    assert answer["affected"] is affected
    assert answer["why"]


def test_affected_in_a_batch_by_file_and_by_object(capsys, advisory, tmp_path):
    asked = {"ecosystem": "PyPI", "name": "demo-lib", "version": "1.5"}
    withdrawn = ADVISORY | {"withdrawn": "2026-02-02T00:00:00Z"}
    lines = [
        asked | {"advisory": str(advisory)},
        asked | {"advisory": ADVISORY},
        asked | {"advisory": withdrawn},
        asked | {"advisory": {"id": "nothing"}},
        asked | {"advisory": str(tmp_path / "missing")},
    ]
    batch = tmp_path / "batch"
    batch.write_text("\n".join(map(json.dumps, lines)))
    answers = [json.loads(line) for line in said(capsys, "affected", "--batch", str(batch), code=1).splitlines()]
    assert [answer.get("affected") for answer in answers] == [True, True, False, None, None]
    assert "was withdrawn on 2026-02-02" in answers[2]["why"]
    assert "is no advisory" in answers[3]["error"]["what"]
    assert "does not exist" in answers[4]["error"]["what"]


def test_bad_usage(capsys, tmp_path):
    said(capsys, "compare", "npm", "1.0.0", code=2)
    said(capsys, "affected", str(tmp_path / "missing"), "npm", "demo", "1", code=2)
    note = tmp_path / "note.txt"
    note.write_text("nothing of the kind")
    assert main.invoke(["version", "affected", str(note), "npm", "demo", "1"]) == 2
    assert "is no advisory" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        ("compare", "npm"),
        ("compare", "npm", "1.0.0", "2.0.0"),
        ("affected", "advisory.json"),
        ("affected", "advisory.json", "npm", "demo", "1.0.0"),
    ],
)
def test_a_batch_takes_no_arguments_beside_it(capsys, tmp_path, arguments):
    batch = tmp_path / "batch.jsonl"
    batch.write_text('{"ecosystem": "npm", "a": "1", "b": "2"}\n')
    assert main.invoke(["version", *arguments, "--batch", str(batch)]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    remedy = "name the batch alone, or ask one question without it"
    assert told.err == f"error: --batch and '{arguments[1]}' do not go together\ntry: {remedy}\n"


def test_a_folder_is_no_advisory(capsys, tmp_path):
    assert main.invoke(["version", "affected", str(tmp_path), "PyPI", "demo", "1.0"]) == 2
    assert "is a folder" in capsys.readouterr().err
