"""One bench and one run for many tests: a runner takes two seconds to check itself."""

import gc
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("inspect_ai")

from boxed import needs_boxes
from clearinghouse.evaluation.rule.design import Budget
from clearinghouse.evaluation.running.asked import asked
from clearinghouse.evaluation.running.bench import Bench
from clearinghouse.evaluation.running.run import run
from clearinghouse.trust.keys import KeyRing, load_private, make_key_pair
from sums import sum_tasks

LEFT_OPEN = "ignore:Unclosed <MemoryObject:ResourceWarning"
"""inspect_ai 0.3.285 leaves a queue of events in memory open at the end of each attempt; it costs nothing."""


def pytest_itemcollected(item: pytest.Item) -> None:
    item.add_marker(pytest.mark.filterwarnings(LEFT_OPEN))


@pytest.fixture(scope="package", autouse=True)
def _left_open() -> Iterator[None]:
    """Let what inspect_ai left open go before tests of others would be told of it."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


@pytest.fixture(scope="session")
def bench() -> Iterator[Bench]:
    needs_boxes()
    with Bench(runners=2) as made:
        yield made


@pytest.fixture(scope="session")
def ran(bench: Bench, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run that is signed: eight tasks of growing length, twice each, by a scripted agent."""
    at = tmp_path_factory.mktemp("ran")
    make_key_pair(at / "key")
    tasks = sum_tasks(at / "tasks", [2.0**each for each in range(8)])
    wanted = asked(tasks, "scripted/skill-16", Budget(tokens=100_000), epochs=2)
    run(tasks, wanted, at / "out", bench, signers=[load_private(at / "key")])
    return at / "out"


@pytest.fixture(scope="session")
def ring(ran: Path) -> KeyRing:
    return KeyRing.load(ran.parent / "key.pub")
