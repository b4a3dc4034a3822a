"""Runs: every attempt is made once, judged by the oracle, sealed, and made again only where it was not."""

import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from clearinghouse.evaluation.rule.design import Budget
from clearinghouse.evaluation.running import run as run_module
from clearinghouse.evaluation.running.asked import asked
from clearinghouse.evaluation.running.attempt import Attempt
from clearinghouse.evaluation.running.bench import Bench
from clearinghouse.evaluation.running.custody import require_shown
from clearinghouse.evaluation.running.ending import Ended
from clearinghouse.evaluation.running.errors import LogError, RunError, SealError
from clearinghouse.evaluation.running.logs import of_run, read_log
from clearinghouse.evaluation.running.quiet import WORKING
from clearinghouse.evaluation.running.run import Ran, run
from clearinghouse.evaluation.running.scripted.skill import agent, chance, draw
from clearinghouse.evaluation.running.sealing import begun, hook
from clearinghouse.evaluation.running.sealing.verify import verified
from clearinghouse.evaluation.running.table import table
from clearinghouse.evaluation.runs.run import Outcome
from clearinghouse.evaluation.tasks.errors import WithheldError
from clearinghouse.evaluation.tasks.task import Task
from clearinghouse.sandbox import Tier
from sums import sum_task, sum_tasks

BUDGET = Budget(tokens=100_000, seconds=60.0, messages=20)


def attempts_of(folder: Path) -> list[Attempt]:
    return [each for log in of_run(verified(folder)) for each in log.attempts]


def made(tasks: list[Task], model: str, folder: Path, bench: Bench, budget: Budget = BUDGET, **more) -> list[Attempt]:
    run(tasks, asked(tasks, model, budget, **more), folder, bench)
    return attempts_of(folder)


def test_the_attempts_are_those_that_the_ability_says(ran: Path) -> None:
    found = attempts_of(ran)
    who = agent("skill-16")
    digests = {each.id: each.sha256 for each in verified(ran).asked.tasks}
    assert len({(each.task_id, each.epoch) for each in found}) == len(found) == 16
    for each in found:
        solves = draw(digests[each.task_id], each.epoch, 0) < chance(who, each.human_minutes)
        assert each.ended is (Ended.SOLVED if solves else Ended.FAILED)
        assert each.score == float(solves)
        assert each.tokens > 1_000
        assert (each.model, each.scaffold, each.human_source) == ("scripted/skill-16", "plain", "estimate")
        assert (each.sealed, each.domain) == (True, "triage")
    assert {each.score for each in found} == {0.0, 1.0}


def test_a_log_says_by_itself_what_it_is(ran: Path) -> None:
    log = read_log(next(ran.glob("*.eval")))
    assert (log.scripted, log.sealed, log.status, len(log.attempts)) == (True, False, "success", 16)


def test_the_attempts_are_a_table_of_runs(ran: Path) -> None:
    read = table(of_run(verified(ran)), "a run")
    assert not read.problems
    assert (len(read.table), read.table.models) == (16, ("scripted/skill-16",))
    assert read.table.families == ("sums-0", "sums-1")
    assert set(read.table.outcome) <= {Outcome.SOLVED, Outcome.FAILED}


@pytest.mark.parametrize(
    ("model", "endings"),
    [
        ("scripted/refuser", {Ended.REFUSED}),
        ("scripted/cheater", {Ended.FAILED}),
        ("scripted/flaky", {Ended.INFRASTRUCTURE, Ended.SOLVED}),
    ],
)
def test_agents_that_behave(
    model: str, endings: set[Ended], bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ends = hook.Sealing.ended
    monkeypatch.setattr(hook.Sealing, "ended", lambda *given: ends(*given[:4]))  # beginnings are noted as they begin
    found = made(sum_tasks(tmp_path / "tasks", [0.01] * 8), model, tmp_path / "out", bench)
    assert {each.ended for each in found} == endings
    assert all(each.is_missing == (each.score is None) for each in found)
    assert all(each.retries == (each.ended is Ended.INFRASTRUCTURE) for each in found), "they were made once more"
    began = begun.attempts_in(begun.read(tmp_path / "out", verified(tmp_path / "out").said.run))
    assert began == {(each.task_id, "1"): 1 + each.retries for each in found}, "and began as often"


def test_an_attempt_that_was_made_more_often_than_it_began_is_refused(bench: Bench, tmp_path: Path) -> None:
    """As were it sealed by who lets lost attempts be made again and does not write it down."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(begun, "note", _once_only(begun.note))
        with pytest.raises(LogError, match="more often than it began"):
            made(sum_tasks(tmp_path / "tasks", [0.01] * 8), "scripted/flaky", tmp_path / "out", bench)


def _once_only(note: Callable[..., None]) -> Callable[..., None]:
    seen = set()

    def noted(folder: Path, run: str, task: str, epoch: int) -> None:
        if (task, epoch) not in seen:
            note(folder, run, task, epoch)
        seen.add((task, epoch))

    return noted


def test_a_budget_that_is_used_up_is_a_failure_that_is_counted_apart(bench: Bench, tmp_path: Path) -> None:
    tasks = sum_tasks(tmp_path / "tasks", [0.01] * 2)
    found = made(tasks, "scripted/expert", tmp_path / "out", bench, Budget(tokens=700, seconds=60.0, messages=20))
    assert [(each.ended, each.score) for each in found] == [(Ended.BUDGET, 0.0)] * 2


def test_costs_are_counted_and_limited_where_prices_are_given(bench: Bench, tmp_path: Path) -> None:
    tasks = sum_tasks(tmp_path / "tasks", [0.01])
    (free,) = made(tasks, "scripted/expert", tmp_path / "free", bench)
    (paid,) = made(tasks, "scripted/expert", tmp_path / "paid", bench, prices=(1.0, 1.0))
    little = Budget(tokens=100_000, cost=0.0005, seconds=60.0)
    (poor,) = made(tasks, "scripted/expert", tmp_path / "poor", bench, little, prices=(1.0, 1.0))
    assert (free.cost, free.ended) == (None, Ended.SOLVED)
    assert paid.cost == pytest.approx(paid.tokens / 1e6)
    assert (poor.ended, poor.score) == (Ended.BUDGET, 0.0)


def test_an_attempt_that_runs_out_of_time_is_judged_by_what_is_there(bench: Bench, tmp_path: Path) -> None:
    tasks = [
        sum_task(tmp_path / "tasks", "waits", 0.01, before="sleep 60; "),
        sum_task(tmp_path / "tasks", "writes", 0.01, before="echo 6 > answer.txt; sleep 60; "),
    ]
    budget = Budget(tokens=100_000, seconds=2.0, messages=20)
    found = sorted(made(tasks, "scripted/expert", tmp_path / "out", bench, budget), key=lambda each: each.task_id)
    assert [(each.ended, each.score) for each in found] == [(Ended.BUDGET, 0.0), (Ended.SOLVED, 1.0)]


def test_an_oracle_that_fails_says_nothing_of_the_agent(bench: Bench, tmp_path: Path) -> None:
    tasks = [
        sum_task(tmp_path / "tasks", "broken", check="exit 3\n"),
        sum_task(
            tmp_path / "tasks",
            "steps",
            0.01,
            check='echo \'{"steps": ["one"]}\' > steps.json\n',
            more="[[steps]]\nname = 'one'",
        ),
    ]
    broken, steps = sorted(made(tasks, "scripted/expert", tmp_path / "out", bench), key=lambda each: each.task_id)
    assert (broken.ended, broken.score) == (Ended.INFRASTRUCTURE, None)
    assert (steps.ended, steps.steps) == (Ended.SOLVED, ("one",))


def test_another_scaffold_and_its_own_tools(bench: Bench, tmp_path: Path) -> None:
    found = made(sum_tasks(tmp_path / "tasks", [0.01]), "scripted/expert", tmp_path / "out", bench, scaffold="react")
    assert [(each.ended, each.scaffold) for each in found] == [(Ended.SOLVED, "react")]
    with pytest.raises(RunError, match="knows no agent"):
        made(sum_tasks(tmp_path / "more", [1]), "scripted/expert", tmp_path / "other", bench, scaffold="nobody")


def test_the_same_asked_again_makes_nothing_twice(bench: Bench, tmp_path: Path) -> None:
    tasks = sum_tasks(tmp_path / "tasks", [0.01] * 2)
    wanted = asked(tasks, "scripted/expert", BUDGET)
    first: Ran = run(tasks, wanted, tmp_path / "out", bench)
    before = sorted((each.name, each.stat().st_mtime_ns) for each in (tmp_path / "out").glob("*.eval"))
    again: Ran = run(tasks, wanted, tmp_path / "out", bench)
    assert (first.made, again.made, again.is_complete) == (2, 0, True)
    assert sorted((each.name, each.stat().st_mtime_ns) for each in (tmp_path / "out").glob("*.eval")) == before
    with pytest.raises(RunError, match="something else: epochs"):
        run(tasks, msgspec.structs.replace(wanted, epochs=2), tmp_path / "out", bench)


@pytest.mark.parametrize(("first", "then"), [(Tier.T1, Tier.T2), (Tier.T2, Tier.T1)])
def test_a_run_is_isolated_as_its_worst_session_was(first: Tier, then: Tier, bench: Bench, tmp_path: Path) -> None:
    tasks = sum_tasks(tmp_path / "tasks", [0.01] * 2)
    wanted = asked(tasks, "scripted/expert", BUDGET)
    whole, parts = bench.isolation(), run_module._parts
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run_module, "MOST_IN_LOG", 1)
        for tier, most in ((first, 1), (then, 2)):
            reached = msgspec.structs.replace(whole, tier=tier, provider=f"one of {tier}", limits={"memory": tier})
            patch.setattr(Bench, "isolation", lambda _, reached=reached: reached)
            patch.setattr(run_module, "_parts", lambda *given, most=most: list(parts(*given))[:most])
            run(tasks, wanted, tmp_path / "out", bench)
    said = verified(tmp_path / "out").said
    assert (said.complete, said.tier_reached, said.kernel) == (True, "T1", whole.kernel)
    assert said.provider == f"one of {first} or one of {then}"
    assert said.limits == {"memory": f"{first} or {then}"}


def test_a_folder_with_something_else_is_left_alone(bench: Bench, tmp_path: Path) -> None:
    tasks = sum_tasks(tmp_path / "tasks", [1])
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "letter").write_text("to a friend")
    with pytest.raises(RunError, match="not empty"):
        run(tasks, asked(tasks, "scripted/expert", BUDGET), tmp_path / "out", bench)
    assert [each.name for each in (tmp_path / "out").iterdir()] == ["letter"]


def test_a_model_that_cannot_be_had_is_told(bench: Bench, tmp_path: Path) -> None:
    tasks = sum_tasks(tmp_path / "tasks", [1])
    with pytest.raises(RunError, match="cannot be run"):
        run(tasks, asked(tasks, "nowhere/model", BUDGET), tmp_path / "out", bench)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"epochs": 0}, "attempts at each task"),
        ({"model": "expert"}, "names no model"),
        ({"budget": Budget(tokens=0)}, "a budget of nothing"),
        ({"budget": Budget(tokens=1, cost=1.0)}, "without prices"),
    ],
)
def test_what_cannot_be_asked(change: dict[str, object], says: str, tmp_path: Path) -> None:
    given = {"model": "scripted/expert", "budget": BUDGET, **change}
    with pytest.raises(RunError, match=says):
        asked(sum_tasks(tmp_path, [1]), given.pop("model"), given.pop("budget"), **given)


def test_one_task_stands_once(tmp_path: Path) -> None:
    task = sum_task(tmp_path, "one")
    with pytest.raises(RunError, match="stands twice"):
        asked([task, task], "scripted/expert", BUDGET)
    with pytest.raises(RunError, match="no task"):
        asked([], "scripted/expert", BUDGET)


def test_a_task_under_embargo_is_shown_only_to_who_was_read_in(tmp_path: Path) -> None:
    custody = "[custody]\nmarking = 'TLP:RED'\noperators = ['A Lab']\nuntil = 2026-12-01"
    task = sum_task(tmp_path, "secret", more=custody)
    day = task.custody.until
    require_shown([task], "scripted/expert", "")
    require_shown([task], "lab/model", "A Lab", day)
    with pytest.raises(WithheldError, match="another lab is not among those"):
        require_shown([task], "lab/model", "another lab", day)
    with pytest.raises(WithheldError, match="not named is not among those"):
        require_shown([task], "lab/model", "", day)
    with pytest.raises(WithheldError, match="ended"):
        require_shown([task], "lab/model", "A Lab", day.replace(year=2027))


_PROGRAM = "from clearinghouse.cli import run; run()"


def started(folder: Path, tasks: Path, home: Path) -> subprocess.Popen[bytes]:
    arguments = ["frontier", "run", "--tasks", str(tasks), "--model", "scripted/expert", "--out", str(folder)]
    arguments += ["--max-samples", "2", "--runners", "1", "--epochs", "2"]
    return subprocess.Popen(
        [sys.executable, "-c", _PROGRAM, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "HOME": str(home), "TMPDIR": str(home.parent / "tmp"), "INSPECT_LOG_LEVEL": "debug"},
        cwd=home,
    )


def until_sealed(folder: Path, process: subprocess.Popen[bytes]) -> None:
    """Wait until two lines of seals are written: the beginning and an attempt."""
    while process.poll() is None:
        if any(each.read_bytes().count(b"\n") >= 2 for each in folder.glob("*.seals")):
            return
        time.sleep(0.02)
    pytest.fail(f"it ended before it was stopped: {process.communicate()}")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGKILL, -signal.SIGKILL)])
def test_what_is_stopped_goes_on_where_it_was(number: int, code: int, tmp_path: Path, bench: Bench) -> None:
    tasks = sum_tasks(tmp_path / "tasks", [0.01] * 3, before="sleep 0.6; ")
    folder, home = tmp_path / "out", tmp_path / "home"
    home.mkdir()
    (tmp_path / "tmp").mkdir()
    (home / ".env").write_text("INSPECT_EVAL_LOG_FILE_PATTERN=elsewhere\nSOME_KEY=read\n")
    process = started(folder, tmp_path / "tasks", home)
    until_sealed(folder, process)
    process.send_signal(number)
    out, error = process.communicate()
    assert process.returncode == code, (out, error)
    left = folder / WORKING
    assert left.exists() == (number == signal.SIGKILL)
    assert not left.exists() or stat.S_IMODE(left.stat().st_mode) == 0o700
    assert not [each.name for each in (tmp_path / "tmp").rglob("*") if each.is_file()], "nothing outside of its folder"
    assert sorted(each.name for each in home.iterdir()) == [".env"], "nothing is left in the folders of the user"
    sealed = sum(path.read_bytes().count(b'"kind":"sample"') for path in folder.glob("*.seals"))
    stopped = 0
    if number == signal.SIGINT:
        (log,) = of_run(verified(folder))
        stopped = log.interrupted
        assert (log.status, len(log.attempts) + stopped) == ("cancelled", sealed)
        assert not verified(folder).said.complete
        assert b"stopped; the same command goes on" in out
    else:
        with pytest.raises(SealError, match="no statement"):
            verified(folder)
    logs = [(each.name, each.read_bytes()) for each in folder.glob("*.eval")]
    wanted = asked(tasks, "scripted/expert", Budget(tokens=2_000_000), epochs=2)
    done = run(tasks, wanted, folder, bench)
    assert done.is_complete
    assert not left.exists(), "nothing of what was killed stays"
    assert done.made == 6 - (sealed - stopped), "what was sealed is not made again, what was stopped is"
    assert all((folder / name).read_bytes() == data for name, data in logs), "what was there is not touched"
    found = sorted((each.task_id, each.epoch) for each in attempts_of(folder))
    assert found == [(f"sum-{task}", epoch) for task in range(3) for epoch in (1, 2)]
    assert {each.ended for each in attempts_of(folder)} == {Ended.SOLVED}


def test_attempts_that_somebody_stopped_are_made_again(bench: Bench, tmp_path: Path) -> None:
    """The log of an attempt in the middle of which the run was stopped is sealed, and counts for nothing."""
    tasks = sum_tasks(tmp_path / "tasks", [0.01] * 2)
    wanted = asked(tasks, "scripted/expert", BUDGET)
    run(tasks, wanted, tmp_path / "out", bench)
    (attempt, *_) = attempts_of(tmp_path / "out")
    before = run_module.attempts_in
    stopped = msgspec.structs.replace(attempt, ended=Ended.INTERRUPTED)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run_module, "attempts_in", lambda *a, **k: [stopped, *list(before(*a, **k))[1:]])
        assert len(run_module.begun(tmp_path / "out", wanted)) == 1


def test_the_tier_that_is_demanded_is_reached_or_nothing_runs(tmp_path: Path) -> None:
    tasks = sum_tasks(tmp_path / "tasks", [1])
    with Bench(least=Tier.T2) as far, pytest.raises(Exception, match="needs isolation tier T2"):
        run(tasks, asked(tasks, "scripted/expert", BUDGET, tier=Tier.T2), tmp_path / "out", far)
    assert not (tmp_path / "out").exists()
