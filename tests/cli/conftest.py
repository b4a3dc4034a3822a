"""What the tests of the command line share."""

import gc
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def collecting() -> Iterator[None]:
    """The verbs that read floods switch the garbage collector off; a test run goes on after them."""
    yield
    gc.enable()
