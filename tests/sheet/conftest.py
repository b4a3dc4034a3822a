"""What tests of the sheet share: invented sites, the parts of plans."""

import gc
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pytest

import invented_sites
from invented_sites import TODAY, Site, component, flaw, on, planned
from outline import Outline


@pytest.fixture(autouse=True)
def collecting() -> Iterator[None]:
    """The verbs that read floods switch the garbage collector off; a test run goes on after them."""
    yield
    gc.enable()


@pytest.fixture(scope="session")
def hospital() -> Site:
    return invented_sites.hospital()


@pytest.fixture(scope="session")
def bank() -> Site:
    return invented_sites.bank()


@pytest.fixture(scope="session")
def water() -> Site:
    return invented_sites.water()


@pytest.fixture(scope="session")
def build() -> SimpleNamespace:
    """The parts of plans, for tests that make their own."""
    return SimpleNamespace(flaw=flaw, on=on, component=component, planned=planned, Site=Site, TODAY=TODAY)


@pytest.fixture(scope="session")
def outline() -> Callable[[str], Outline]:
    return Outline
