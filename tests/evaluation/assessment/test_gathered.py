"""What an assessment is computed from: nothing that was changed, chosen or does not belong there is taken."""

import shutil
from collections.abc import Callable

import msgspec
import pytest
from msgspec.structs import replace

from clearinghouse.evaluation.assessment import gathered
from clearinghouse.evaluation.assessment.computed import compute
from clearinghouse.evaluation.assessment.document import from_bytes, to_bytes
from clearinghouse.evaluation.assessment.drawn import demand_planned
from clearinghouse.evaluation.assessment.errors import AssessmentError
from clearinghouse.evaluation.assessment.gathered import gather
from clearinghouse.evaluation.assessment.ladder import elicited
from clearinghouse.evaluation.assessment.observed import decisive, observed
from clearinghouse.evaluation.assessment.rows import read_table, table_bytes
from clearinghouse.evaluation.assessment.running import expose, note_ended, under
from clearinghouse.evaluation.assessment.screens import screened
from clearinghouse.evaluation.ledger.chain import Chain
from clearinghouse.evaluation.pools import ceremony
from clearinghouse.evaluation.pools.exposure import EXPOSED, LEDGER
from clearinghouse.evaluation.rule.design import Budget
from clearinghouse.evaluation.rule.finding import Verdict
from clearinghouse.evaluation.running.asked import asked
from clearinghouse.evaluation.running.bench import Bench
from clearinghouse.evaluation.running.ending import Ended
from clearinghouse.evaluation.running.errors import SealError
from clearinghouse.evaluation.running.logs import Log, of_run
from clearinghouse.evaluation.running.run import run
from clearinghouse.evaluation.running.sealing.begun import note, read
from clearinghouse.evaluation.running.sealing.statement import write
from clearinghouse.evaluation.running.sealing.verify import Verified, verified
from clearinghouse.records import ClearinghouseError
from clearinghouse.trust.commitment import canonical
from clearinghouse.trust.keys import KeyRing
from invented_folder import AGENT, DOMAIN, LARGE, LATER, SMALL, Made
from invented_plan import signing

Copied = Callable[[], Made]


def test_every_attempt_is_a_row_and_the_table_gives_the_same_rows_back(whole: Made) -> None:
    found = gather(whole.folder, whole.ring)
    assert sorted({(row.run, row.budget) for row in found.rows}) == [
        ("first", LARGE),
        ("ladder-large", LARGE),
        ("ladder-small", SMALL),
    ]
    assert len(found.rows) == 18
    assert found.scripted
    assert found.references == ()
    assert read_table(table_bytes(found.rows), "a table") == found.rows


def test_what_is_computed_is_the_same_again_and_survives_its_file(whole: Made) -> None:
    one, other = (compute(gather(whole.folder, whole.ring), now=LATER, repetitions=100) for _ in range(2))
    assert one == other
    assert from_bytes(to_bytes(one), "a file") == one
    assert to_bytes(one) == to_bytes(other)
    assert one.scripted
    assert not one.development
    assert one.losses.attempts == 6
    assert [rung.tokens for rung in one.elicitation.rungs] == [SMALL, LARGE]
    assert one.finding.domains[0].families == 6
    assert {each.kind: each.is_open for each in one.flags} == {
        "contamination": False,
        "draw": False,
        "sandbagging": True,
        "verifier": False,
    }
    assert one.finding.verdict in {Verdict.COVERED, Verdict.INDETERMINATE}


def test_a_draw_that_nobody_can_verify_counts_for_scripted_agents_and_trials_only(whole: Made) -> None:
    found = gather(whole.folder, whole.ring)
    [flag] = [each for each in compute(found, now=LATER, repetitions=100).flags if each.kind == "draw"]
    assert not flag.is_open
    assert "nobody can verify" in flag.says
    model = replace(found, scripted=False)
    with pytest.raises(AssessmentError, match="rehearsal"):
        compute(model, now=LATER, repetitions=100)
    trial = replace(model, signed=replace(found.signed, plan=replace(found.plan, development=True)))
    told = compute(trial, now=LATER, repetitions=100)
    assert [each.is_open for each in told.flags if each.kind == "draw"] == [True]
    assert told.finding.verdict is Verdict.INDETERMINATE


def test_a_draw_is_made_as_its_plan_says(whole: Made) -> None:
    found = gather(whole.folder, whole.ring)
    assert found.domains[DOMAIN].unverified
    draw = ceremony.draw_in(whole.folder, DOMAIN, 1)
    demand_planned(draw, found.plan)
    for change in ({"beacon": "quicknet"}, {"reveal_days": 30}):
        other = replace(found.plan, drawing=replace(found.plan.drawing, **change))
        with pytest.raises(AssessmentError, match="its plan"):
            demand_planned(draw, other)


def test_no_byte_of_what_it_rests_on_can_be_changed(copied: Copied) -> None:
    made = copied()
    gather(made.folder, made.ring)
    names = [
        path
        for path in sorted(made.folder.rglob("*"))
        if path.is_file()
        and not path.name.startswith(".")
        and path.name not in {"verifier.json", LEDGER}
        and not path.name.startswith("exposure")
    ]
    assert len(names) > 20
    for path in names:
        data = path.read_bytes()
        for at in (0, len(data) // 2, len(data) - 2):
            path.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
            with pytest.raises(ClearinghouseError):
                gather(made.folder, made.ring)
        path.write_bytes(data)
    gather(made.folder, made.ring)


def test_a_file_that_is_missing_is_told(copied: Copied) -> None:
    made = copied()
    for name in ("plan.dsse.json", f"pools/{DOMAIN}.pool.json", f"revealed/{DOMAIN}-1.revealed.json", "runs/first"):
        path = made.folder / name
        aside = path.with_name(f".{path.name}.aside")
        path.rename(aside)
        if name.startswith("runs"):
            shutil.move(aside, made.folder.parent / "aside")
            found = gather(made.folder, made.ring)  # a run that was never made: its tasks are there, without attempts
            assert compute(found, now=LATER, repetitions=100).finding.verdict is Verdict.INDETERMINATE
            continue
        with pytest.raises(ClearinghouseError):
            gather(made.folder, made.ring)
        aside.rename(path)


def test_somebody_else_s_keys_show_nothing(whole: Made) -> None:
    with pytest.raises(ClearinghouseError):
        gather(whole.folder, KeyRing())


def test_a_run_that_is_there_twice_is_refused(copied: Copied) -> None:
    made = copied()
    shutil.copytree(made.folder / "runs/first", made.folder / "runs/second")
    with pytest.raises(AssessmentError, match="and again in second"):
        gather(made.folder, made.ring)


def test_a_run_of_another_plan_is_refused(copied: Copied, whole: Made) -> None:
    made = copied()
    shutil.rmtree(made.folder / "runs")
    with pytest.raises(AssessmentError, match="has no runs"):
        gather(made.folder, made.ring)


def test_a_run_that_is_not_there_any_more_is_a_flag(copied: Copied) -> None:
    made = copied()
    shutil.rmtree(made.folder / "runs/ladder-small")
    found = gather(made.folder, made.ring)
    assert found.vanished == (f"ladder-small ({AGENT})",)
    flags = compute(found, now=LATER, repetitions=100).flags
    assert any(
        each.kind == "sealing" and each.is_open and "not here as they were: ladder-small" in each.says for each in flags
    )


def test_a_folder_without_a_run_is_refused(copied: Copied) -> None:
    made = copied()
    (made.folder / "runs/empty").mkdir()
    with pytest.raises(ClearinghouseError):
        gather(made.folder, made.ring)


@pytest.mark.parametrize(
    ("budget", "epochs", "retries", "says"),
    [
        (Budget(tokens=LARGE, messages=1), 1, 1, "another budget"),
        (Budget(tokens=LARGE, seconds=1.0), 1, 1, "another budget"),
        (Budget(tokens=2 * LARGE), 1, 1, "above the registered one"),
        (Budget(tokens=LARGE), 2, 1, "1 attempts at each task"),
        (Budget(tokens=LARGE), 1, 5, "made again more than"),
    ],
)
def test_a_run_that_had_something_else_than_the_plan_says_is_refused(
    copied: Copied, bench: Bench, budget: Budget, epochs: int, retries: int, says: str
) -> None:
    made = copied()
    signer, _ = signing(made.folder.parent, "operator")
    sha256 = under(made.folder).sha256
    shutil.rmtree(made.folder / "runs")
    wanted = asked(made.drawn[:1], AGENT, budget, epochs=epochs, retries=retries, plan=sha256)
    run(made.drawn[:1], wanted, made.folder / "runs/other", bench, signers=[signer])
    with pytest.raises(AssessmentError, match=says):
        gather(made.folder, made.ring)


def test_attempts_with_another_scaffold_decide_nothing(whole: Made) -> None:
    found = gather(whole.folder, whole.ring)
    other = tuple(replace(row, scaffold="react", outcome=Ended.SOLVED) for row in found.rows)
    mixed = replace(found, rows=(*found.rows, *other))
    assert decisive(mixed) == decisive(found)
    assert observed(mixed, 1) == observed(found, 1)


def test_what_was_lost_on_any_rung_keeps_elicitation_from_being_saturated(whole: Made) -> None:
    found = gather(whole.folder, whole.ring)
    for budget in (SMALL, LARGE):
        lost = tuple(
            replace(row, outcome=Ended.INFRASTRUCTURE) if row.budget == budget and row.run != "first" else row
            for row in found.rows
        )
        assert not elicited(replace(found, rows=lost), "plain", weaker_than_public=False).saturated


def test_a_screen_needs_enough_other_models_at_enough_of_the_tasks(whole: Made) -> None:
    rows = decisive(gather(whole.folder, whole.ring))
    others = [
        replace(row, model=f"scripted/other-{number}", outcome=Ended.SOLVED if (number + at) % 2 else Ended.FAILED)
        for number in range(5)
        for at, row in enumerate(rows)
    ]
    mixed = [replace(row, outcome=Ended.SOLVED if at % 3 else Ended.FAILED) for at, row in enumerate(rows)]
    assert screened(mixed, others).done
    assert not screened(mixed, others[: 4 * len(rows)]).done
    assert not screened(mixed, [row for row in others if row.task_id in {mixed[0].task_id, mixed[1].task_id}]).done
    assert not screened(mixed, [replace(row, budget=1) for row in others]).done
    assert not screened([replace(row, outcome=Ended.FAILED) for row in rows], others).done
    assert not screened([replace(row, model="a/model") for row in mixed], others).done


def test_a_judge_that_nobody_tried_is_a_flag(copied: Copied) -> None:
    made = copied()
    found = gather(made.folder, made.ring)
    path = made.folder / "verifier.json"
    whole = msgspec.json.decode(path.read_bytes())
    for each in whole["tasks"]:
        each["tried"] = 0
    path.write_bytes(canonical(whole) + b"\n")
    with pytest.raises(AssessmentError, match="not what the log says"):
        gather(made.folder, made.ring)
    flags = compute(found, now=LATER, repetitions=100).flags
    assert [each.is_open for each in flags if each.kind == "verifier"] == [True]
    whole["tasks"][0]["tried"] = -1
    path.write_bytes(canonical(whole) + b"\n")
    with pytest.raises(AssessmentError):
        compute(found, now=LATER, repetitions=100)


def test_an_attempt_that_began_and_was_never_sealed_is_a_flag(copied: Copied) -> None:
    made = copied()
    folder = made.folder / "runs/first"
    seen = verified(folder)
    note(folder, seen.asked.digest, made.drawn[0].id, 1)
    with pytest.raises(SealError, match="is not the one that the statement was made over"):
        gather(made.folder, made.ring)
    signer, _ = signing(made.folder.parent, "operator")
    again = msgspec.structs.replace(
        seen.said, begun=seen.said.begun + 1, begun_root=read(folder, seen.asked.digest).root
    )
    write(folder, again, [signer])
    with pytest.raises(AssessmentError, match="is not as the log says that it ended"):
        gather(made.folder, made.ring)
    note_ended(made.folder, "first", seen.asked.digest, signer, who="Olga", now=LATER)
    found = gather(made.folder, made.ring)
    assert found.broken == {"first": 1}
    flags = [each for each in compute(found, now=LATER, repetitions=100).flags if each.kind == "sealing"]
    assert [(each.is_open, "1 in first" in each.says) for each in flags] == [(True, True)]


def test_attempts_that_the_machine_lost_are_counted_and_a_flag(copied: Copied, monkeypatch: pytest.MonkeyPatch) -> None:
    made = copied()

    def lost(run: Verified) -> tuple[Log, ...]:
        logs = of_run(run)
        if run.folder.name != "first":
            return logs
        (log,) = logs
        again = [replace(each, retries=1) for each in log.attempts[:2]]
        return (replace(log, attempts=(*again, *log.attempts[2:])),)

    monkeypatch.setattr(gathered, "of_run", lost)
    found = gather(made.folder, made.ring)
    assert (found.lost, found.broken) == ({"first": 2}, {"first": -2}), "they are not counted as broken off as well"
    flags = [each for each in compute(found, now=LATER, repetitions=100).flags if each.kind == "sealing"]
    assert any(each.is_open and "lost by the machine, and made again: 2 in first" in each.says for each in flags)


def test_a_plan_that_is_not_committed_settles_nothing(copied: Copied) -> None:
    made = copied()
    assert under(made.folder).model == AGENT
    with pytest.raises(AssessmentError, match="no budget of 7 tokens"):
        under(made.folder, tokens=7)
    with pytest.raises(AssessmentError, match="no scaffold react"):
        under(made.folder, scaffold="react")
    plan = made.folder / "plan.toml"
    plan.write_text(plan.read_text() + "\n# changed\n")
    with pytest.raises(AssessmentError, match="is not committed"):
        under(made.folder)


def test_what_is_shown_is_written_down_once_a_run_and_nothing_else_is_shown(copied: Copied) -> None:
    made = copied()
    before = len(Chain(made.folder / LEDGER).read().find(EXPOSED))
    expose(made.folder, made.drawn, model=AGENT, host="here", run="first", who="Olga", now=LATER)
    assert len(Chain(made.folder / LEDGER).read().find(EXPOSED)) == before == 18
    expose(made.folder, made.drawn, model=AGENT, host="there", run="first", who="Olga", now=LATER)
    assert len(Chain(made.folder / LEDGER).read().find(EXPOSED)) == before + 6
    (made.folder / f"revealed/{DOMAIN}-1.revealed.json").unlink()
    with pytest.raises(AssessmentError, match="was not opened for this assessment"):
        expose(made.folder, made.drawn, model=AGENT, host="here", run="other", who="Olga", now=LATER)
