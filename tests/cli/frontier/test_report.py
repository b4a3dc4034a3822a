"""``clearinghouse frontier report``: from a folder to documents, and what it refuses."""

import hashlib
import json

import msgspec
import pytest

from clearinghouse.cli import main
from clearinghouse.evaluation.determination.signing import signed
from clearinghouse.evaluation.reports.folder import ASSESSMENT, DETERMINATION, DETERMINATIONS, OPENINGS
from clearinghouse.evaluation.rule.finding import Verdict
from clearinghouse.trust.keys import load_private, make_key_pair
from invented_assessment import invented
from invented_determination import SECRET, made

KINDS = ("assessment", "determination", "letter", "summary")


@pytest.fixture
def folder(tmp_path):
    """An assessment with a signed determination, what it withholds, and the officer's public key."""
    for name in ("officer", "stranger"):
        make_key_pair(tmp_path / name)
    place = tmp_path / "assessed"
    about = put(place, invented(), "FD-2026-001")
    openings = msgspec.json.encode(about.openings)
    (place / DETERMINATIONS / f"FD-2026-001{OPENINGS}").write_bytes(openings)
    return place


def put(place, facts, number):
    (place / DETERMINATIONS).mkdir(parents=True, exist_ok=True)
    (place / ASSESSMENT).write_bytes(msgspec.json.encode(facts))
    officer = load_private(place.parent / "officer")
    about = made(assessment=facts, number=number, signer=officer)
    (place / DETERMINATIONS / f"{number}{DETERMINATION}").write_bytes(signed(about.record, [officer]).to_bytes())
    return about


def run(folder, *words, key="officer"):
    keys = ("--key", str(folder.parent / f"{key}.pub")) if key else ()
    return main.invoke(["frontier", "report", str(folder), *map(str, words), *keys])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("form", "begins"), [("html", "<!DOCTYPE html>"), ("text", ""), ("json", "{")])
def test_every_kind_in_every_form(folder, tmp_path, capfd, kind, form, begins):
    out = tmp_path / f"made.{form}"
    words = ("--kind", kind, "--format", form, "--as-of", "2026-12-01")
    assert run(folder, *words, "--out", out) == 0
    assert "made." in capfd.readouterr().out
    text = out.read_text(encoding="utf-8")
    assert text.startswith(begins)
    assert "Example Model 4" in text
    assert SECRET not in text
    assert run(folder, *words, "--out", out) == 0  # an earlier one is replaced
    assert run(folder, *words) == 0
    assert capfd.readouterr().out.endswith(text)


def test_the_record_for_a_court_shows_what_a_court_may_see(folder, capfd):
    assert run(folder, "--kind", "determination", "--format", "text", "--for", "court", "--as-of", "2026-12-01") == 0
    assert SECRET in capfd.readouterr().out.replace("\n    ", " ").replace("\n  ", " ")
    assert run(folder, "--kind", "summary", "--format", "text", "--for", "court", "--as-of", "2026-12-01") == 0
    assert SECRET not in capfd.readouterr().out.replace("\n    ", " ").replace("\n  ", " ")


def test_an_assessment_needs_no_key(folder, capfd):
    assert run(folder, "--format", "json", key="") == 0
    assert json.loads(capfd.readouterr().out)["kind"] == "assessment"


@pytest.mark.parametrize(
    ("words", "key", "said"),
    [
        (["--kind", "letter"], "", "needs the keys that are believed"),
        (["--kind", "letter"], "stranger", "error:"),
        (["--kind", "poem"], "officer", "--kind is"),
        (["--format", "pdf"], "officer", "--format is"),
        (["--kind", "letter", "--number", "../x"], "officer", "no number"),
        (["--kind", "letter", "--number", "FD-9"], "officer", "cannot be read"),
        (["--kind", "letter", "--as-of", "2020-01-01"], "officer", "was decided on"),
        (["--out", "/nowhere/at/all.html"], "officer", "does not exist"),
    ],
)
def test_what_is_refused(folder, capfd, words, key, said):
    assert run(folder, *words, key=key) == 2
    told = capfd.readouterr()
    assert said in told.err
    assert "try: " in told.err
    assert not told.out


def test_nothing_else_is_written_over(folder, tmp_path, capfd):
    other = tmp_path / "notes.txt"
    other.write_text("Mine.")
    assert run(folder, "--out", other) == 2
    assert "is no report" in capfd.readouterr().err
    assert other.read_text() == "Mine."
    link = tmp_path / "link.html"
    link.symlink_to(other)
    assert run(folder, "--out", link) == 2
    assert run(folder, "--out", tmp_path) == 2


def test_an_assessment_that_was_changed_after_the_determination_is_refused(folder, capfd):
    facts = msgspec.structs.replace(invented(), analysis_version="0.2.0")
    (folder / ASSESSMENT).write_bytes(msgspec.json.encode(facts))
    assert run(folder, "--kind", "summary") == 2
    assert "cites another assessment" in capfd.readouterr().err


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b'{"schema": "clearinghouse frontier assessment 2"}',
        b"\xff\xfe",
        b"[" * 100_000,
        msgspec.json.encode(msgspec.structs.replace(invented(), schema="another")),
        msgspec.json.encode(invented()).replace(b'"level":0.95', b'"level":7'),
        msgspec.json.encode(invented())[:-1] + b',"made":"twice"}',
    ],
    ids=["empty", "list", "bare", "no UTF-8", "deep", "schema", "level", "twice"],
)
def test_what_is_no_assessment_is_told_in_two_lines(folder, capfd, data):
    (folder / ASSESSMENT).write_bytes(data)
    assert run(folder, key="") == 2
    told = capfd.readouterr().err.splitlines()
    assert len(told) == 2
    assert told[0].startswith("error: ")


def test_several_determinations_need_a_number(folder, capfd):
    put(folder, invented(), "FD-2026-002")
    assert run(folder, "--kind", "letter") == 2
    assert "there are 2 determinations" in capfd.readouterr().err
    assert run(folder, "--kind", "letter", "--number", "FD-2026-002", "--as-of", "2026-12-01", "--format", "text") == 0
    assert "FD-2026-002" in capfd.readouterr().out


def test_a_folder_without_a_determination_says_what_to_do(folder, capfd):
    for path in (folder / DETERMINATIONS).iterdir():
        path.unlink()
    assert run(folder, "--kind", "letter") == 2
    assert "there is no determination" in capfd.readouterr().err


@pytest.mark.parametrize("verdict", Verdict)
def test_the_same_facts_give_the_same_bytes(tmp_path, capfd, verdict):
    facts = invented(verdict)
    (tmp_path / ASSESSMENT).write_bytes(msgspec.json.encode(facts))
    digests = []
    for _ in range(2):
        assert main.invoke(["frontier", "report", str(tmp_path)]) == 0
        digests.append(hashlib.sha256(capfd.readouterr().out.encode()).hexdigest())
    assert digests[0] == digests[1]
