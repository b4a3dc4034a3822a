"""The check of draws: an outsider repeats them and verifies the round that they rest on, without a network."""

import shutil
from pathlib import Path

import msgspec
import pytest

from clearinghouse.evaluation.assessment import folder as places
from clearinghouse.evaluation.determination.package.checks.check import Case, Checked, Result, run
from clearinghouse.evaluation.determination.package.checks.evidence import CHECKS
from clearinghouse.evaluation.determination.package.opened import opened
from clearinghouse.evaluation.pools import ceremony
from invented_folder import DOMAIN, LATER, Made, prepared
from real_rounds import QUICKNET


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return prepared(tmp_path_factory.mktemp("published"), published=657_413)


def checked(folder: Path, made: Made) -> Checked:
    with opened(folder) as package:
        [found] = run(Case(package, made.ring, LATER), [each for each in CHECKS if each.name == "draws"])
        return found


@pytest.mark.parametrize("less", [False, True])
def test_draws_by_a_round_that_was_published_hold(made: Made, tmp_path: Path, less: bool) -> None:
    folder = tmp_path / "a"
    shutil.copytree(made.folder, folder)
    if less:
        shutil.rmtree(folder / places.REVEALED)
    found = checked(folder, made)
    assert found.result is Result.HOLDS
    assert "signed" in found.says
    path = ceremony.draw_path(folder, DOMAIN, 1)
    draw = ceremony.draw_in(folder, DOMAIN, 1)
    other = msgspec.structs.replace(draw, signature=QUICKNET[123])
    path.write_bytes(other.to_bytes())
    assert checked(folder, made).result is Result.FAILS


@pytest.mark.parametrize("less", [False, True])
def test_a_draw_by_another_beacon_than_the_plan_names_does_not_hold(tmp_path: Path, less: bool) -> None:
    made = prepared(tmp_path, planned="default")
    if less:
        shutil.rmtree(made.folder / places.REVEALED)
    found = checked(made.folder, made)
    assert found.result is Result.FAILS
    assert "its plan names default" in found.says


@pytest.mark.parametrize("less", [False, True])
def test_of_a_rehearsal_nobody_can_tell(tmp_path: Path, less: bool) -> None:
    made = prepared(tmp_path)
    if less:
        shutil.rmtree(made.folder / places.REVEALED)
    found = checked(made.folder, made)
    assert found.result is Result.ABSENT
    assert "nobody can verify" in found.says
