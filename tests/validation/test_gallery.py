"""The gallery: published flaws in old releases, fetched from their registries and run on both versions."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from clearinghouse.sandbox import UnavailableError
from clearinghouse.triage.validating import Bench
from clearinghouse.validation.errors import NotToBeHadError
from clearinghouse.validation.recipe import load
from clearinghouse.validation.shows import Output
from clearinghouse.validation.validate import Policy

GALLERY = sorted((Path(__file__).resolve().parents[2] / "examples" / "recipes").glob("*/recipe.toml"))
IN_CI = os.environ.get("CI") == "true"
KINDS = {path: type(load(path).recipe.shows) for path in GALLERY}
FIRST = {kind: path for path, kind in reversed(KINDS.items())}
RUN = sorted({*FIRST.values(), *[path for path, kind in KINDS.items() if kind is Output][::2]})
"""One of each kind, and half of those that are quick: what is left is run by benchmarks/validation.py."""


@pytest.fixture(scope="session")
def bench() -> Iterator[Bench]:
    try:
        made = Bench(policy=Policy(runs=2))
    except UnavailableError as error:
        if IN_CI:
            raise
        pytest.skip(f"No sandbox can be run here, so no recipe was: {error.what}")
    with made:
        yield made


@pytest.mark.parametrize("path", RUN, ids=lambda path: path.parent.name)
def test_affected_shows_and_fixed_does_not(path: Path, bench: Bench) -> None:
    recipe = load(path)
    try:
        with bench.session() as session:
            result = session.validate(recipe).result
    except NotToBeHadError as error:
        if IN_CI:
            raise
        pytest.skip(f"A registry cannot be reached: {error.what}")
    assert result.verdict == "fixed", (result.why, result.problems)
    shown = {name: [run.shown for run in result.runs if run.subject.startswith(name)] for name in ("affected", "fixed")}
    assert shown == {"affected": [True, True], "fixed": [False, False]}
    assert not any(run.shown for run in result.runs if run.subject.startswith("control"))
    assert len(result.signatures) == 1


def test_there_are_enough() -> None:
    assert len(GALLERY) >= 15
    assert len(RUN) >= 12
    assert {each.__name__ for each in FIRST} >= {
        "Output",
        "Exit",
        "Crashes",
        "Sanitizer",
        "FileEffect",
        "Growth",
        "Hang",
    }
