"""What wears out: exposures are counted, tasks retire, and the next version links to the one before."""

import datetime as dt
from pathlib import Path

import msgspec
import pytest

from clearinghouse.evaluation.ledger.chain import Chain
from clearinghouse.evaluation.pools.errors import PoolError
from clearinghouse.evaluation.pools.exposure import LEDGER, expose, record_of, retire, wear
from clearinghouse.evaluation.pools.making import keep
from clearinghouse.evaluation.pools.manifest import load
from clearinghouse.evaluation.pools.opening import Opened, opened
from clearinghouse.evaluation.pools.rotation import rotate
from clearinghouse.evaluation.pools.sealed import PoolTask
from clearinghouse.evaluation.tasks.errors import WithheldError
from clearinghouse.evaluation.tasks.task import Task
from invented_pool import NOW, invented_task, kept, shares_of, wish

HOW = {"who": "Ada", "now": NOW}


def inside_of(pool: Path) -> Opened:
    with opened(pool, shares_of(pool, "ada", "grace"), purpose="a run", **HOW) as inside:
        found = Opened.__new__(Opened)
        found.manifest, found.tasks, found.families = inside.manifest, inside.tasks, inside.families
    return found


def by_leaf(tasks: list[PoolTask]) -> dict[str, Task]:
    return {each.leaf: each.task for each in tasks}


def shown(pool: Path, tasks: list[PoolTask], model: str) -> None:
    expose(pool / LEDGER, by_leaf(tasks), model=model, host="own", run="r1", **HOW)


def test_exposures_are_counted_once_for_each_model_and_host(tmp_path: Path) -> None:
    pool = kept(tmp_path)
    tasks = list(inside_of(pool).tasks)
    for model in ("m1", "m1", "m2"):
        shown(pool, tasks[:2], model)
    found = wear(Chain(pool / LEDGER).read(), load(pool))
    assert (found[tasks[0].leaf].exposures, found[tasks[0].leaf].attempts) == (2, 3)
    assert found[tasks[5].leaf].exposures == 0
    assert not found[tasks[0].leaf].retired
    shown(pool, tasks[:1], "m3")
    found = wear(Chain(pool / LEDGER).read(), load(pool))
    assert "3 models" in found[tasks[0].leaf].retired


def test_what_assessments_showed_counts_as_well(tmp_path: Path) -> None:
    pool = kept(tmp_path)
    tasks = list(inside_of(pool).tasks)
    shown(pool, tasks[:1], "m1")
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        expose(tmp_path / name / LEDGER, by_leaf(tasks[:1]), model=name, host="own", run="r1", **HOW)
    others = [Chain(tmp_path / name / LEDGER).read() for name in ("one", "other")]
    found = wear(Chain(pool / LEDGER).read(), load(pool), others)[tasks[0].leaf]
    assert (found.exposures, "3 models" in found.retired) == (3, True)


def test_a_task_is_retired_by_hand_for_a_reason(tmp_path: Path) -> None:
    pool = kept(tmp_path)
    leaf = load(pool).leaves[0]
    retire(pool / LEDGER, load(pool), leaf, reason="it was in a talk", **HOW)
    assert wear(Chain(pool / LEDGER).read(), load(pool))[leaf].retired == "it was in a talk"
    with pytest.raises(PoolError, match="not said why"):
        retire(pool / LEDGER, load(pool), leaf, reason=" ", **HOW)
    with pytest.raises(PoolError, match="no task"):
        retire(pool / LEDGER, load(pool), "00" * 32, reason="it was in a talk", **HOW)


def test_the_next_version_drops_what_is_worn_keeps_anchors_and_counts_on(tmp_path: Path) -> None:
    pool = kept(tmp_path)
    inside = inside_of(pool)
    tasks = list(inside.tasks)
    shown(pool, tasks[:2], "m1")
    shown(pool, tasks[:2], "m2")
    retire(pool / LEDGER, load(pool), tasks[5].leaf, reason="it was in a talk", **HOW)
    worn = wear(Chain(pool / LEDGER).read(), load(pool))
    new = [invented_task(100, "family-new")]
    made = rotate(inside, worn, new, wish(), NOW)
    header = made.manifest.header
    assert (header.version, header.previous) == (2, load(pool).root)
    assert header.tasks == 12
    assert len(header.anchors) == 11
    assert header.recipient != load(pool).header.recipient
    assert tasks[5].leaf not in {each.before for each in header.anchors}
    assert not {each.now for each in header.anchors} & set(load(pool).leaves)
    assert not set(header.canaries) & set(load(pool).header.canaries)
    keep(made, tmp_path / "second", **HOW)
    second = inside_of(tmp_path / "second")
    now_of = {each.before: each.now for each in header.anchors}
    assert record_of(tasks[5]).id not in {each.task.id for each in second.tasks}
    shown(tmp_path / "second", list(second.tasks), "m3")
    found = wear(Chain(tmp_path / "second" / LEDGER).read(), made.manifest)
    assert found[now_of[tasks[0].leaf]].exposures == 3
    assert found[now_of[tasks[0].leaf]].retired
    assert found[now_of[tasks[7].leaf]].exposures == 1


def test_versions_of_another_pool_or_without_a_link_are_refused(tmp_path: Path) -> None:
    pool = kept(tmp_path)
    inside = inside_of(pool)
    worn = wear(Chain(pool / LEDGER).read(), load(pool))
    with pytest.raises(PoolError, match="same name"):
        rotate(inside, worn, [], msgspec.structs.replace(wish(), name="other"), NOW)
    for leaf in load(pool).leaves:
        retire(pool / LEDGER, load(pool), leaf, reason="old", **HOW)
    worn = wear(Chain(pool / LEDGER).read(), load(pool))
    with pytest.raises(PoolError, match="link"):
        rotate(inside, worn, [invented_task(100, "family-new")], wish(), NOW)


def test_a_task_under_embargo_is_shown_only_where_was_consented(tmp_path: Path) -> None:
    more = '[custody]\nmarking = "TLP:AMBER"\noperators = ["Lab One"]\nuntil = 2026-12-01\n'
    task = invented_task(1, "family", more=more)
    public = inside_of(kept(tmp_path)).tasks[0]
    secret = {"00" * 32: task}
    ledger = tmp_path / LEDGER
    expose(ledger, secret, model="m", host="Lab One", run="r", **HOW)
    with pytest.raises(WithheldError, match="not among those who may host it"):
        expose(ledger, by_leaf([public]) | secret, model="m", host="Lab Two", run="r", **HOW)
    with pytest.raises(WithheldError, match="ended"):
        expose(ledger, secret, model="m", host="Lab One", run="r", who="Ada", now=NOW + dt.timedelta(days=9))
    assert len(Chain(ledger).read().entries) == 1
