"""Contamination is screened where it can be, said where it cannot, and pushes to one side only."""

import datetime as dt
from collections.abc import Callable

import pytest
from msgspec.structs import replace

from clearinghouse.evaluation.assessment.canaries import searched
from clearinghouse.evaluation.assessment.computed import RAISING, compute
from clearinghouse.evaluation.assessment.contamination import KIND, contaminated, flags_of
from clearinghouse.evaluation.assessment.drawn import DrawnDomain, DrawnFamily, DrawnTask
from clearinghouse.evaluation.assessment.facts import CanaryHit, CanarySearch, Contamination
from clearinghouse.evaluation.assessment.gathered import Gathered, gather, run_in
from clearinghouse.evaluation.assessment.rows import Row
from clearinghouse.evaluation.pools import canary
from clearinghouse.evaluation.rule.conditions import Conditions, OpenFlag, doubts, obstacles
from clearinghouse.evaluation.running.ending import Ended
from clearinghouse.evaluation.running.searched import members
from clearinghouse.evaluation.statistics.contamination.seen import Seen
from clearinghouse.evaluation.statistics.sources import RANK
from invented_folder import DOMAIN, LARGE, LATER, Made

NONE = CanarySearch(attempts=30, canaries=31, hits=(), found=0, unknown=0)


@pytest.fixture
def found(whole: Made) -> Gathered:
    return gather(whole.folder, whole.ring)


def changed(domain: DrawnDomain, change: Callable[[DrawnTask], DrawnTask]) -> DrawnDomain:
    def family(given: DrawnFamily) -> DrawnFamily:
        return replace(given, tasks=tuple(map(change, given.tasks)))

    return replace(
        domain,
        development=tuple(map(family, domain.development)),
        stages=tuple(tuple(map(family, each)) for each in domain.stages),
    )


def test_logs_hold_the_canaries_of_their_own_prompts_and_these_are_no_hits(whole: Made, found: Gathered) -> None:
    header = found.domains[DOMAIN].manifest.header
    known = {header.canary, *header.canaries}
    there = canary.search([whole.folder / "runs"], known, members)
    assert {each.digest for each in there.found if each.is_known} == known  # every task of it was tried
    assert not there.skipped
    assert found.canaries == CanarySearch(attempts=18, canaries=len(known), hits=(), found=0, unknown=0)


def test_a_canary_of_another_task_is_a_hit_that_names_both(whole: Made, found: Gathered) -> None:
    one, other = (task for family in found.domains[DOMAIN].stages[0][:2] for task in family.tasks)
    swapped = {one.id: other.canary, other.id: one.canary}
    domain = changed(found.domains[DOMAIN], lambda task: replace(task, canary=swapped.get(task.id, task.canary)))
    search = searched([run_in(whole.folder / "runs/first", whole.ring)], {DOMAIN: domain})
    assert search.attempts == 6
    assert {(each.task_id, each.of, each.run, each.epoch) for each in search.hits} == {
        (one.id, other.id, "first", 1),
        (other.id, one.id, "first", 1),
    }
    made = compute(replace(found, canaries=search), now=LATER, repetitions=50)
    [flag] = [each for each in made.flags if each.kind == KIND and each.is_open]
    assert one.id in flag.says
    assert "not shown" in flag.says
    assert made.contamination.canaries == search


def test_a_canary_that_no_pool_here_has_is_counted_and_is_no_hit(whole: Made, found: Gathered) -> None:
    domain = found.domains[DOMAIN]
    manifest = domain.manifest
    header = replace(manifest.header, canaries=(), canary="0" * 64)
    bare = changed(replace(domain, manifest=replace(manifest, header=header)), lambda task: replace(task, canary=""))
    search = searched([run_in(whole.folder / "runs/first", whole.ring)], {DOMAIN: bare})
    assert (search.found, search.unknown) == (0, 12)


def test_what_was_not_screened_is_said_and_stands_in_the_way_of_nothing(found: Gathered) -> None:
    made = compute(found, now=LATER, repetitions=50)
    said = [each for each in made.flags if each.kind == KIND]
    assert [each.is_open for each in said] == [False, False]
    assert "excludes nothing" in said[0].says
    assert "model.cutoff" in said[1].says
    assert "against COVERED, and takes nothing from NOT COVERED" in said[1].says
    assert len(made.contamination.unscreened) == 2
    without = compute(replace(found, canaries=None), now=LATER, repetitions=50)
    assert "the logs were not searched" in without.contamination.unscreened[0]
    assert without.finding == made.finding


def test_what_was_seen_stands_against_covered_as_well_as_against_not_covered() -> None:
    """It can only have raised the score; rule R4 wants no open question of integrity for the other side either."""
    hit = CanaryHit(task_id="a", run="first", epoch=1, of="b")
    search = replace(NONE, hits=(hit,), found=1)
    seen = flags_of(contamination(search))
    assert [each.is_open for each in seen] == [True]
    open_ = tuple(OpenFlag(kind=each.kind, says=each.says, can_raise=each.kind in RAISING) for each in seen)
    conditions = Conditions(saturated=True, sandbagging_not_excluded=False, flags=open_)
    assert doubts(conditions) == open_
    assert len(obstacles(conditions, 0.1)) == 1
    quiet = flags_of(contamination(NONE))
    assert not any(each.is_open for each in quiet)


def contamination(search: CanarySearch) -> Contamination:
    return Contamination(canaries=search, cutoff=None, twins=None, unscreened=())


def row(task: str, family: str, *, solved: bool, minutes: float = 60.0, epoch: int = 1) -> Row:
    return Row(
        task_id=task,
        task_family=family,
        domain=DOMAIN,
        model="m",
        scaffold="plain",
        budget=LARGE,
        run="first",
        epoch=epoch,
        outcome=Ended.SOLVED if solved else Ended.FAILED,
        human_minutes=minutes,
        human_source=RANK[0],
        tokens=1,
    )


def with_tasks(found: Gathered, tasks: list[tuple[str, DrawnTask]], cutoff: dt.date | None) -> Gathered:
    families: dict[str, list[DrawnTask]] = {}
    for family, task in tasks:
        families.setdefault(family, []).append(task)
    stage = tuple(DrawnFamily(name=name, tasks=tuple(some)) for name, some in families.items())
    domain = replace(found.domains[DOMAIN], stages=(stage,), development=())
    signed = replace(found.signed, plan=replace(found.plan, model=replace(found.plan.model, cutoff=cutoff)))
    return replace(found, domains={DOMAIN: domain}, signed=signed)


def task(name: str, **more: str) -> DrawnTask:
    return DrawnTask(id=name, sha256="0" * 64, minutes=60.0, source=RANK[0], **more)


def test_tasks_from_before_the_end_of_the_data_are_compared_with_newer_ones(found: Gathered) -> None:
    tasks, rows = [], []
    for family in range(12):
        for at in range(4):
            old = at % 2 == 0
            name = f"t{family}-{at}"
            tasks.append((f"f{family}", task(name, public_since="2024-05-01" if old else "2026-06-01")))
            rows.append(row(name, f"f{family}", solved=old or family == 0, minutes=60 * (1 + at // 2)))
    made = contaminated(with_tasks(found, tasks, dt.date(2025, 12, 31)), rows)
    assert made.cutoff is not None
    assert (made.cutoff.before, made.cutoff.after, made.cutoff.seen) == (24, 24, Seen.FLAG)
    assert made.cutoff.advantage == pytest.approx(11 / 12, abs=0.01)
    assert any("solved more often" in each.says and each.is_open for each in flags_of(made))
    # the same tasks, all of them older than the data: nothing to compare with, and that is said
    all_old = contaminated(with_tasks(found, tasks, dt.date(2027, 1, 1)), rows)
    assert all_old.cutoff is None
    assert any("one side of the cutoff" in each for each in all_old.unscreened)


def test_public_tasks_are_compared_with_their_twins_one_pair_a_family(found: Gathered) -> None:
    tasks, rows = [], []
    for family in range(6):
        for at, public in enumerate(("a", "b")):
            tasks += [
                (f"f{family}", task(f"{public}{family}")),
                (f"f{family}", task(f"{public}{family}-new", twin_of=f"{public}{family}")),
            ]
            rows += [
                row(f"{public}{family}", f"f{family}", solved=True),
                row(f"{public}{family}-new", f"f{family}", solved=at == 1),
            ]
    made = contaminated(with_tasks(found, tasks, None), rows)
    assert made.twins is not None
    assert (made.twins.pairs, made.twins.only_published, made.twins.seen) == (6, 6, Seen.FLAG)
    assert made.twins.p == pytest.approx(0.5**6)
    assert any("new twins" in each.says and each.is_open for each in flags_of(made))
