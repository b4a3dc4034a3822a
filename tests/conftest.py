"""What all tests share."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from invented_folder import Made

settings.register_profile("clearinghouse", deadline=None)  # tests do not assert on time
settings.load_profile("clearinghouse")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add what somebody with time may ask for."""
    parser.addoption("--long", action="store_true", help="mistreat installations for as long as half an hour")
    parser.addoption("--pictures", metavar="FOLDER", default="", help="keep pictures of every page in this folder")


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of outside data; without it the test is skipped and says so."""
    folder = os.environ.get("CLEARINGHOUSE_DATA")
    if not folder or not Path(folder).is_dir():
        pytest.skip("CLEARINGHOUSE_DATA names no folder: not compared with real files")
    return Path(folder)


@pytest.fixture(scope="session")
def whole_assessment(tmp_path_factory: pytest.TempPathFactory) -> "Made":
    """The folder of an assessment that is ready to be computed, as people make one; nobody changes it."""
    pytest.importorskip("inspect_ai")
    from boxed import needs_boxes  # noqa: PLC0415 - for the few tests that ask for it
    from clearinghouse.evaluation.running.bench import Bench  # noqa: PLC0415
    from invented_folder import prepared, ran  # noqa: PLC0415

    needs_boxes()
    made = prepared(tmp_path_factory.mktemp("assessment"))
    with Bench(runners=2) as bench:
        ran(made, bench)
    return made
