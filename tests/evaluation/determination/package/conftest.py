"""Folders with a determination, and packages of them."""

from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("inspect_ai")

from clearinghouse.evaluation.determination.package.archive import unpack
from clearinghouse.evaluation.determination.record import Audience
from invented_folder import Made
from invented_package import Evidenced, evidenced, packed

LEFT_OPEN = "ignore:Unclosed <MemoryObject:ResourceWarning"
"""See tests/evaluation/assessment/conftest.py."""


def pytest_itemcollected(item: pytest.Item) -> None:
    item.add_marker(pytest.mark.filterwarnings(LEFT_OPEN))


@pytest.fixture(scope="session")
def evidence(whole_assessment: Made, tmp_path_factory: pytest.TempPathFactory) -> Evidenced:
    """A folder with a determination; nobody changes it but by making the list."""
    return evidenced(whole_assessment, tmp_path_factory.mktemp("evidence"))


@pytest.fixture(scope="session")
def hiding(whole_assessment: Made, tmp_path_factory: pytest.TempPathFactory) -> Evidenced:
    """The same with a threshold under a commitment."""
    return evidenced(whole_assessment, tmp_path_factory.mktemp("hiding"), hidden=True)


@pytest.fixture(scope="session")
def archives(evidence: Evidenced, tmp_path_factory: pytest.TempPathFactory) -> dict[Audience, Path]:
    """An archive for each audience."""
    home = tmp_path_factory.mktemp("archives")
    return {each: packed(evidence, home / f"{each.value}.zip", each) for each in Audience}


@pytest.fixture
def unpacked(archives: dict[Audience, Path], tmp_path: Path) -> Callable[[Audience], Path]:
    """Return the files of an archive, which may be changed."""

    def files(audience: Audience) -> Path:
        folder = tmp_path / audience.value
        folder.mkdir()
        unpack(archives[audience], folder)
        return folder

    return files
