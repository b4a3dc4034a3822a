"""What tasks tell of themselves comes through the pool to the rule: all human times, benchmark, dates, twins."""

from pathlib import Path

import pytest
from msgspec.structs import replace

import invented_folder
from clearinghouse.evaluation.assessment.drawn import DrawnTask, _task, drawn_domain
from clearinghouse.evaluation.assessment.errors import AssessmentError
from clearinghouse.evaluation.assessment.gathered import Gathered
from clearinghouse.evaluation.assessment.observed import observed
from clearinghouse.evaluation.plan.signing import check
from clearinghouse.evaluation.pools.manifest import TaskRecord
from clearinghouse.evaluation.statistics.sources import RANK
from clearinghouse.evaluation.tasks.practice import practice
from clearinghouse.evaluation.tasks.task import Task, from_files
from clearinghouse.sandbox import File

MORE = 'benchmark = "rehearsal"\npublic_since = 2024-05-01\ntwin_of = "public-one"\n'
COMMITTED_BEFORE = "5f8451f99be0e34081e94e638f019a85d2f7dc0cea9d691f9ea1f927ccf3d34c"
"""The commitment to the record below as it was made when tasks told no more."""
TIME = '\n[[human.other]]\nminutes = 7.5\nsource = "first_blood"\n'


def told(task: Task) -> Task:
    text = task.files["task.toml"].data.decode().replace("[origin]\n", f"[origin]\n{MORE}") + TIME
    return from_files({**task.files, "task.toml": File(text.encode())}, task.id)


@pytest.fixture
def found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Gathered:
    monkeypatch.setattr(invented_folder, "practice", lambda *a, **k: [told(each) for each in practice(*a, **k)])
    made = invented_folder.prepared(tmp_path)
    versions = check(made.folder, made.ring).versions
    domain = drawn_domain(made.folder, versions, invented_folder.DOMAIN, made.ring)
    return Gathered(
        folder=made.folder,
        signed=versions[0],
        domains={domain.name: domain},
        rows=(),
        references=(),
        logs={},
        tier="T1",
        scripted=True,
        unsigned=(),
        broken={},
    )


def test_it_is_committed_to_and_reaches_the_rule(found: Gathered) -> None:
    [domain] = found.domains.values()
    task = domain.stages[0][0].tasks[0]
    assert (task.benchmark, task.public_since, task.twin_of) == ("rehearsal", "2024-05-01", "public-one")
    assert task.times == {task.source: task.minutes, "first_blood": 7.5}
    assert task.canary in domain.manifest.header.canaries
    [given] = observed(found, 1)
    assert {each.benchmark for family in given.families for each in family.tasks} == {"rehearsal"}
    assert given.families[0].tasks[0].minutes == task.times


def test_the_registered_sources_pick_the_time_and_their_order_counts() -> None:
    task = DrawnTask(id="a", sha256="", minutes=60.0, source="estimate", times={"estimate": 60.0, "completion": 90.0})
    assert task.time(RANK) == (90.0, "completion")
    assert task.time(("estimate", "completion")) == (60.0, "estimate")
    assert task.time(("first_blood",)) == (60.0, "estimate")  # none of them is registered: as it is told first


def test_what_was_committed_to_before_there_were_these_fields_can_still_be_opened() -> None:
    record = TaskRecord(
        id="a", family="f", domain="d", minutes="60", source="estimate", sha256="0" * 64, canary="1" * 64
    )
    assert record.commitment(bytes(32)) == COMMITTED_BEFORE
    assert replace(record, benchmark="b").commitment(bytes(32)) != COMMITTED_BEFORE


def test_a_human_time_that_is_none_is_refused() -> None:
    record = TaskRecord(
        id="a", family="f", domain="d", minutes="nan", source="estimate", sha256="0" * 64, canary="1" * 64
    )
    with pytest.raises(AssessmentError, match="the human time 'nan' is no number"):
        _task(record, Path("a file"))
