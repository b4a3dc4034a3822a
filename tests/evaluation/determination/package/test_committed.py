"""Packages where the threshold is under a commitment: what each copy says without what opens it, and with it."""

import base64
import hashlib
import json
import re
import shutil
import zipfile
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from clearinghouse.cli import main
from clearinghouse.evaluation.assessment import document
from clearinghouse.evaluation.determination.disclosure import as_text, seal
from clearinghouse.evaluation.determination.package import building, less, names
from clearinghouse.evaluation.determination.package.verify import Verified, verified
from clearinghouse.evaluation.determination.record import Audience
from clearinghouse.evaluation.plan.thresholds import Opening, commit_to
from clearinghouse.trust.commitment import commit, new_salt
from clearinghouse.trust.keys import PublicKey
from invented_appeal import FIRST, THRESHOLD, Appeal, always

GIVE = "Not recomputed: the threshold is committed; give --opening."
NO_TABLE = "Not recomputed: the threshold is committed, and the table of attempts is not in this copy."
SAYS = {
    Audience.PUBLIC: (NO_TABLE, NO_TABLE),
    Audience.DEVELOPER: (GIVE, "Computed again from the table of attempts, every number that is shown is the same."),
    Audience.OVERSEER: (GIVE, "Computed again from the table of attempts, every number is the same."),
    Audience.COURT: (GIVE, "Computed again from the table of attempts, every number is the same."),
}


@pytest.fixture(scope="module")
def committed(tmp_path_factory: pytest.TempPathFactory) -> Appeal:
    """A folder with a determination under a committed threshold; nobody changes it."""
    made = Appeal(tmp_path_factory.mktemp("committed"), hidden=True)
    made.draw(1, FIRST)
    made.run(1, always)
    made.assess()
    made.determine()
    return made


def told(found: Verified, name: str) -> tuple[str, str]:
    [check] = [each for each in found.checks if each.name == name]
    return check.result.value, check.says


def looked(made: Appeal, path: Path, *openings: Opening | None) -> Verified:
    return verified(path, made.ring, made.now, openings=[each for each in openings if each is not None])


@pytest.mark.parametrize("audience", Audience)
def test_it_is_computed_again_with_what_opens_the_threshold_and_not_without(
    committed: Appeal, audience: Audience
) -> None:
    path = committed.packed(audience)
    without, given = looked(committed, path), looked(committed, path, committed.opening)
    assert without.holds
    assert given.holds
    for name in ("recomputed", "rule"):
        assert told(without, name) == ("absent", SAYS[audience][0])
        assert told(given, name)[0] == ("absent" if audience is Audience.PUBLIC else "holds")
    assert told(given, "recomputed")[1] == SAYS[audience][1]
    data = path.read_bytes()
    assert committed.opening is not None
    assert committed.opening.salt.encode() not in data
    assert (names.ASSESSMENT.encode() in data) == (audience in {Audience.OVERSEER, Audience.COURT})


@pytest.mark.parametrize("audience", [Audience.DEVELOPER, Audience.COURT])
def test_what_opens_another_threshold_opens_nothing(committed: Appeal, audience: Audience) -> None:
    found = looked(committed, committed.packed(audience), commit_to("example-threshold-1", THRESHOLD, 0.35))
    assert told(found, "recomputed") == (
        "fails",
        "The design has no threshold 'example-threshold-1' with this commitment.",
    )


@pytest.mark.parametrize(
    ("change", "fails"),
    [
        (lambda told: told["finding"].update(verdict="indeterminate"), {"recomputed", "rule"}),
        (lambda told: told["losses"].update(solved=told["losses"]["solved"] - 1), {"recomputed"}),
        (lambda told: told["finding"].update(flipped="0.25"), {"recomputed", "rule"}),
    ],
)
def test_fields_that_tell_the_developer_something_else_are_noticed(
    committed: Appeal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: object, fails: set[str]
) -> None:
    """An office that seals other fields than the assessment has, and signs the list over them."""
    made = committed.copy(tmp_path / "home")
    built = as_text(msgspec.json.decode((made.folder / names.ASSESSMENT).read_bytes()))
    assert callable(change)
    change(built)
    (made.folder / names.FIELDS).write_bytes(seal(built).to_bytes())
    monkeypatch.setattr(building, "same", lambda *_: True)
    found = looked(made, made.packed(Audience.DEVELOPER), made.opening)
    assert {each.name for each in found.checks if each.result.value == "fails"} == fails


def test_what_is_not_shown_to_the_developer_is_what_the_threshold_follows_from(committed: Appeal) -> None:
    found = document.from_bytes((committed.folder / names.ASSESSMENT).read_bytes(), "")
    copy = less.fields_for(seal(msgspec.json.decode(document.to_bytes(found))), Audience.DEVELOPER)
    assert copy is not None
    assert str(THRESHOLD) not in {each.value for each in copy.entries if each.path[-1:] == ("covered",)}
    assert found.blinding.encode() not in copy.to_bytes()


def test_everybody_reads_no_rate_of_an_assessment_whose_threshold_is_committed(committed: Appeal) -> None:
    """A rate together with a verdict would tell about the threshold; so would how many cells of the grid differ."""
    built = msgspec.json.decode((committed.folder / names.ASSESSMENT).read_bytes())
    copy = less.fields_for(seal(built), Audience.PUBLIC)
    assert copy is not None
    shown = {".".join(map(str, each.path)) for each in copy.entries if each.is_shown}
    assert {each for each in shown if each.startswith("losses")} == {
        "losses.attempts",
        "losses.refused",
        "losses.infrastructure",
    }
    assert {each for each in shown if each.startswith("finding")} == {
        "finding.verdict",
        "finding.before",
        "finding.stage",
        "finding.alpha",
        "finding.limit",
        *(f"finding.domains.0.{each}" for each in ("name", "title", "threshold", "verdict")),
    }
    assert not [each for each in copy.entries if each.is_shown and set(each.salt) <= {"0"}]
    assert {len(each.salt) for each in copy.entries if each.is_shown} == {64}
    assert len({each.salt for each in copy.entries if each.is_shown}) == len(shown)


def test_withheld_words_cannot_be_found_out_by_trying(committed: Appeal) -> None:
    """Each commitment has a salt of 256 bits of its own, which goes to those alone who may read the words."""
    path = committed.folder / names.DETERMINATIONS / f"FD-1{names.OPENINGS}"
    [opening] = less.read_openings(path.read_bytes())
    assert len(bytes.fromhex(opening.salt)) == 32
    words = opening.words.encode()
    assert opening.commitment not in {hashlib.sha256(each).hexdigest() for each in (words, words + b"\n")}
    assert opening.commitment == commit(bytes.fromhex(opening.salt), words).hex()
    again = [replace(opening, salt=new_salt().hex()) for _ in range(3)]
    assert len({commit(bytes.fromhex(each.salt), words) for each in again}) == len(again)
    for audience in Audience:
        data = content(committed.packed(audience))
        allowed = audience is Audience.COURT
        assert (opening.salt.encode() in data) == (words in data) == allowed


def test_nothing_in_the_public_copy_is_called_what_the_pool_calls_it(
    committed: Appeal, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Tasks and families have handles; who holds shares stands where roles are told, and nowhere else."""
    for made in (committed, _open(tmp_path_factory.mktemp("open"))):
        data = content(made.packed(Audience.PUBLIC))
        tasks = [each.task for some in made.shown.values() for each in some]
        called = {name for each in tasks for name in (each.id, each.family, each.title)}
        assert len(called) > FIRST
        assert not [each for each in called if each.encode() in data]
        with zipfile.ZipFile(made.packed(Audience.PUBLIC)) as archive:
            naming = {each for each in archive.namelist() if b"edsger" in told_in(archive.read(each))}
            assert naming == {"pools/vulnerability_discovery.pool.json"}
            folders = {each.partition("/")[0] if "/" in each else each for each in archive.namelist()}
    assert b"\nt-" in data or b",t-" in data or b'"t-' in data
    assert folders - {"draw-vulnerability_discovery-1.json", "draw-vulnerability_discovery-1.dsse.json"} == {
        "assessment.fields.json",
        "assessment.json",
        "determinations",
        "keys.json",
        "log.head.json",
        "log.heads.jsonl",
        "log.jsonl",
        "manifest.dsse.json",
        "package.json",
        "plan.dsse.json",
        "plan.toml",
        "plans",
        "pools",
        "revealed",
        "runs.csv",
        "terms-vulnerability_discovery-1.dsse.json",
        "terms-vulnerability_discovery-1.json",
        "verifier.dsse.json",
        "verifier.json",
    }


def _open(home: Path) -> Appeal:
    made = Appeal(home)
    made.draw(1, FIRST)
    made.run(1, always)
    made.assess()
    made.determine()
    return made


def content(path: Path) -> bytes:
    """Return all files of an archive, one after the other."""
    with zipfile.ZipFile(path) as archive:
        return b"\n".join(told_in(archive.read(each)) for each in archive.namelist())


def told_in(data: bytes) -> bytes:
    """Return what a file tells, with what envelopes in it hold."""
    payloads = re.findall(rb'"payload": *"([A-Za-z0-9+/=]+)"', data)
    return b"\n".join((data, *map(base64.b64decode, payloads)))


def test_the_command_takes_what_opens_a_threshold(
    committed: Appeal, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    keys = tmp_path / "public"
    keys.mkdir()
    for each in committed.home.glob("*.pub"):
        shutil.copy(each, keys)
        PublicKey.load(each)
    opening = tmp_path / "threshold.json"
    assert committed.opening is not None
    opening.write_bytes(committed.opening.to_bytes())
    path = committed.packed(Audience.DEVELOPER)
    words = ["frontier", "verify", str(path), "--key", str(keys), "--format", "json", "--as-of", "2026-11-24"]
    for more, result in (([], "absent"), (["--opening", str(opening)], "holds")):
        assert main.invoke([*words, *more]) == 0
        checks = {each["name"]: each for each in json.loads(capfd.readouterr().out)["checks"]}
        assert checks["recomputed"]["result"] == result
    opening.write_bytes(b"{}")
    assert main.invoke([*words, "--opening", str(opening)]) == 2
    [problem] = json.loads(capfd.readouterr().out)["problems"]
    assert "is no opening" in problem["message"]
