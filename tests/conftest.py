"""What all tests share."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

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
