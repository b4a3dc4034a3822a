"""The floors of the house: who may import whom."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def test_the_contracts_between_the_floors_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    linter = pytest.importorskip("importlinter.cli", reason="import-linter is not installed: floors are not checked")
    monkeypatch.chdir(ROOT)
    assert linter.lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True) == 0
