"""One folder of an assessment for many tests."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

pytest.importorskip("inspect_ai")

from boxed import needs_boxes
from clearinghouse.evaluation.running.bench import Bench
from invented_folder import Made

LEFT_OPEN = "ignore:Unclosed <MemoryObject:ResourceWarning"
"""inspect_ai 0.3.285 leaves a queue of events in memory open at the end of each attempt; it costs nothing."""


def pytest_itemcollected(item: pytest.Item) -> None:
    item.add_marker(pytest.mark.filterwarnings(LEFT_OPEN))


@pytest.fixture(scope="session")
def bench() -> Iterator[Bench]:
    needs_boxes()
    with Bench(runners=1) as made:
        yield made


@pytest.fixture
def whole(whole_assessment: Made) -> Made:
    """The folder of an assessment that is ready to be computed; nobody changes it."""
    return whole_assessment


@pytest.fixture
def copied(whole: Made, tmp_path: Path) -> Callable[[], Made]:
    """Return copies of it, which may be changed."""
    count = 0

    def copy() -> Made:
        nonlocal count
        count += 1
        home = tmp_path / str(count)
        shutil.copytree(whole.folder.parent, home)
        return whole._replace(folder=home / "assessment")

    return copy
