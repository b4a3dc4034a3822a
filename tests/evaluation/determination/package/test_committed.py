"""Packages where the threshold is under a commitment: what each copy says without what opens it, and with it."""

import json
import shutil
from pathlib import Path

import msgspec
import pytest

from clearinghouse.cli import main
from clearinghouse.evaluation.assessment import document
from clearinghouse.evaluation.determination.disclosure import as_text, seal
from clearinghouse.evaluation.determination.package import building, less, names
from clearinghouse.evaluation.determination.package.verify import Verified, verified
from clearinghouse.evaluation.determination.record import Audience
from clearinghouse.evaluation.plan.thresholds import Opening, commit_to
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
    assert "is no opening" in capfd.readouterr().err
