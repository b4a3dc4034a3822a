"""Tasks that were written out of a pool are known as such wherever they are taken, and what is shown of them counts."""

import shutil
from pathlib import Path

import msgspec
import pytest

from clearinghouse.evaluation.ledger.chain import Chain
from clearinghouse.evaluation.pools.errors import PoolError
from clearinghouse.evaluation.pools.exposure import LEDGER, wear
from clearinghouse.evaluation.pools.making import make
from clearinghouse.evaluation.pools.manifest import load
from clearinghouse.evaluation.pools.marker import Marker, count, marker_in
from clearinghouse.evaluation.pools.opening import opened, write_tasks
from clearinghouse.evaluation.tasks.errors import WithheldError
from clearinghouse.evaluation.tasks.folder import FROM_POOL
from clearinghouse.evaluation.tasks.task import load as load_task
from invented_pool import NOW, invented_task, kept, shares_of, wish

HOW = {"model": "m/1", "host": "Lab", "run": "ab" * 32, "who": "Ada", "purpose": "a look", "now": NOW}


@pytest.fixture
def pool(tmp_path: Path) -> Path:
    pool = kept(tmp_path)
    with opened(pool, shares_of(pool, "ada", "grace"), who="Ada", purpose="a look", now=NOW) as inside:
        write_tasks(inside.tasks[:2], tmp_path / "open", inside.manifest, pool)
    shutil.copytree(tmp_path / "open", tmp_path / "taken")
    return pool


def folders(pool: Path) -> list[Path]:
    return sorted((pool.parent / "taken").iterdir())


def test_what_was_copied_away_says_of_which_pool_it_is_and_is_the_same_task(pool: Path) -> None:
    for folder in folders(pool):
        task = load_task(folder)
        assert FROM_POOL not in task.files
        marker = marker_in(folder, task)
        header = load(pool).header
        assert (marker.pool, marker.version, marker.canary) == (header.name, 1, header.canary)
        assert (marker.root, marker.place) == (load(pool).root, str(pool))
        assert marker.revealed.record.sha256 == task.digest


def test_a_task_of_no_pool_has_no_marker(tmp_path: Path) -> None:
    assert marker_in(tmp_path, invented_task(1, "family")) is None


def test_a_marker_that_was_taken_away_or_changed_is_noticed(pool: Path) -> None:
    first, second = folders(pool)
    task = load_task(first)
    whole = (first / FROM_POOL).read_bytes()
    marker = msgspec.json.decode(whole, type=Marker)
    other = load(pool).leaves[-1]
    changed = msgspec.structs.replace(marker, revealed=msgspec.structs.replace(marker.revealed, commitment=other))
    for data, says in (
        ((second / FROM_POOL).read_bytes(), "of another task"),
        (changed.to_bytes(), "of another task"),
        (b"{}", "not as it was written"),
    ):
        (first / FROM_POOL).write_bytes(data)
        with pytest.raises(PoolError, match=says):
            marker_in(first, task)
    (first / FROM_POOL).unlink()
    with pytest.raises(PoolError, match="bears a canary"):
        marker_in(first, task)
    (second / "prompt.md").write_text("another prompt\n")
    with pytest.raises(PoolError, match="of another task"):
        marker_in(second, load_task(second))


def test_what_is_shown_outside_of_an_assessment_counts_in_the_pool_once_for_each_run(pool: Path) -> None:
    shown = [(marker_in(each, load_task(each)), load_task(each)) for each in folders(pool)]
    assert count(shown, **HOW) == ()
    assert count(shown, **HOW) == (), "a run that goes on"
    log = Chain(pool / LEDGER).read()
    assert [each.facts["purpose"] for each in log.entries] == ["a look"] * 2
    worn = wear(log, load(pool))
    assert sorted(each.exposures for each in worn.values()) == [0] * 10 + [1] * 2
    assert count(shown, **{**HOW, "run": "cd" * 32, "model": "m/2"}) == ()
    assert max(each.exposures for each in wear(Chain(pool / LEDGER).read(), load(pool)).values()) == 2
    strange = msgspec.structs.replace(
        shown[0][0], revealed=msgspec.structs.replace(shown[0][0].revealed, commitment="0" * 64)
    )
    with pytest.raises(PoolError, match="has no task"):
        count([(strange, shown[0][1])], **HOW)


def test_a_pool_that_is_not_there_any_more_is_told(pool: Path) -> None:
    shown = [(marker_in(each, load_task(each)), load_task(each)) for each in folders(pool)]
    pool.rename(pool.with_name("elsewhere"))
    assert [each.pool for each in count(shown, **HOW)] == ["pool-a"]
    other = kept(pool.parent / "other")
    moved = [(msgspec.structs.replace(marker, place=str(other), root="0" * 64), task) for marker, task in shown]
    assert len(count(moved, **HOW)) == 1, "another pool in its place is not it"


def test_a_task_under_embargo_comes_into_no_pool_without_its_consents() -> None:
    custody = '[custody]\nmarking = "TLP:AMBER"\noperators = ["Lab"]\n[origin]\nrecipe = "' + "ab" * 32 + '"'
    with pytest.raises(WithheldError, match="no signed consent is with it"):
        make([invented_task(1, "family", more=custody)], wish(), NOW)
