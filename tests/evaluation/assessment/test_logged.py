"""The log of an assessment cannot be written anew, and a run that began is missed when it is not there."""

import shutil
from collections.abc import Callable

import pytest

from clearinghouse.evaluation.assessment.computed import compute
from clearinghouse.evaluation.assessment.errors import AssessmentError
from clearinghouse.evaluation.assessment.gathered import gather
from clearinghouse.evaluation.assessment.logged import ASSESSED, demand_heads
from clearinghouse.evaluation.assessment.running import note_began, under
from clearinghouse.evaluation.ledger.chain import Chain
from clearinghouse.evaluation.ledger.heads import keep_head
from clearinghouse.evaluation.plan.signing import LOG
from clearinghouse.evaluation.rule.finding import Verdict
from clearinghouse.evaluation.running.asked import asked
from clearinghouse.evaluation.running.bench import Bench
from clearinghouse.evaluation.running.run import run
from clearinghouse.records import ClearinghouseError
from invented_folder import AGENT, LARGE, LATER, REFERENCE, SMALL, Made, made_run
from invented_plan import signing

Copied = Callable[[], Made]
LOGS = (LOG, "log.head.json", "log.heads.jsonl")


def written_anew(made: Made, leave_out: str, *signers: str) -> None:
    """Write the log again without some entries, as whoever has the folder can, and sign its head with some keys."""
    entries = Chain(made.folder / LOG).read().entries
    for each in LOGS:
        (made.folder / each).unlink()
    log = Chain(made.folder / LOG)
    for each in entries:
        if each.what != leave_out:
            log.append(each.what, each.digest, who=each.who, now=LATER, facts=each.facts)
    for name in signers:
        keep_head(log, signing(made.folder.parent, name)[0])


@pytest.mark.parametrize(
    "signers",
    [(), ("assessor",), ("operator",), ("assessor", "operator"), ("assessor", "developer"), ("developer", "operator")],
)
def test_who_writes_the_log_anew_needs_the_keys_of_all_who_acted(copied: Copied, signers: tuple[str, ...]) -> None:
    made = copied()
    written_anew(made, "nothing", *signers)
    with pytest.raises(ClearinghouseError, match="is signed by"):
        gather(made.folder, made.ring)


def test_a_log_is_refused_that_does_not_begin_with_every_head(copied: Copied) -> None:
    made = copied()
    heads = (made.folder / LOGS[2]).read_bytes()
    written_anew(made, "nothing", "assessor", "developer", "operator")
    assert gather(made.folder, made.ring), "with all their keys it can be done: heads that were given away show it"
    (made.folder / LOGS[2]).write_bytes(heads)
    with pytest.raises(ClearinghouseError, match="does not begin with"):
        gather(made.folder, made.ring)


def test_a_log_that_was_cut_off_is_refused(copied: Copied) -> None:
    made = copied()
    entries = Chain(made.folder / LOG).read().entries
    for each in LOGS[:2]:
        (made.folder / each).unlink()
    for each in entries[:-2]:
        Chain(made.folder / LOG).append(each.what, each.digest, who=each.who, now=LATER, facts=each.facts)
    with pytest.raises(ClearinghouseError, match="does not begin with"):
        gather(made.folder, made.ring)


def test_the_head_over_an_assessment_is_the_assessor_s(copied: Copied) -> None:
    made = copied()
    plan = gather(made.folder, made.ring).plan
    log = Chain(made.folder / LOG)
    log.append(ASSESSED, "ab" * 32, who="Ann", now=LATER)
    keep_head(log, signing(made.folder.parent, "operator")[0])
    assert demand_heads(made.folder, plan, made.ring)
    with pytest.raises(AssessmentError, match="by the assessor over entry"):
        demand_heads(made.folder, plan, made.ring, assessed=True)
    keep_head(log, signing(made.folder.parent, "assessor")[0])
    assert demand_heads(made.folder, plan, made.ring, assessed=True)


def test_a_run_that_was_thrown_away_with_all_that_it_left_is_a_flag(copied: Copied) -> None:
    """With its folder, and with the ledger of what was shown: the log still has that it began."""
    made = copied()
    shutil.rmtree(made.folder / "runs/ladder-small")
    for path in made.folder.glob("exposure*"):
        path.unlink()
    found = gather(made.folder, made.ring)
    assert found.vanished == (f"ladder-small ({AGENT})",)
    flags = compute(found, now=LATER, repetitions=100).flags
    assert [each.is_open for each in flags if each.kind == "sealing"] == [True]


def test_a_run_that_was_begun_anew_in_the_place_of_another_is_a_flag(copied: Copied, bench: Bench) -> None:
    made = copied()
    shutil.rmtree(made.folder / "runs/ladder-small")
    settled = under(made.folder, tokens=SMALL)
    wanted = asked(made.trial, AGENT, settled.budget, scaffold=settled.scaffold, plan=settled.sha256)
    made_run(made, "ladder-small", made.trial, wanted, bench, signing(made.folder.parent, "operator")[0])
    found = gather(made.folder, made.ring)
    assert found.vanished == (f"ladder-small ({AGENT})",)
    assert compute(found, now=LATER, repetitions=100).finding.verdict is Verdict.INDETERMINATE


def test_going_on_with_a_run_throws_nothing_away(copied: Copied, bench: Bench) -> None:
    made = copied()
    settled = under(made.folder, tokens=SMALL)
    wanted = asked(made.trial, AGENT, settled.budget, scaffold=settled.scaffold, plan=settled.sha256)
    signer, _ = signing(made.folder.parent, "operator")
    made_run(made, "ladder-small", made.trial, wanted, bench, signer)
    assert gather(made.folder, made.ring).vanished == ()
    other = asked(made.trial, AGENT, settled.budget, scaffold=settled.scaffold, plan=settled.sha256, seed=7)
    with pytest.raises(AssessmentError, match="asked for something else"):
        note_began(made.folder, "ladder-small", other, signer, who="Olga", now=LATER)
    assert gather(made.folder, made.ring).vanished == ()


def test_a_run_that_the_log_does_not_know_is_refused(copied: Copied, bench: Bench) -> None:
    made = copied()
    settled = under(made.folder, tokens=LARGE)
    shutil.rmtree(made.folder / "runs/first")
    wanted = asked(made.drawn, AGENT, settled.budget, scaffold=settled.scaffold, plan=settled.sha256, seed=9)
    signer, _ = signing(made.folder.parent, "operator")
    run(made.drawn, wanted, made.folder / "runs/better", bench, signers=[signer])
    with pytest.raises(AssessmentError, match="the log does not say that it began"):
        gather(made.folder, made.ring)


def test_references_are_the_models_that_the_plan_registers(copied: Copied, bench: Bench) -> None:
    made = copied()
    settled = under(made.folder, model=REFERENCE)
    wanted = asked(made.drawn[:1], settled.model, settled.budget, scaffold="plain", plan=settled.sha256)
    made_run(made, "reference", made.drawn[:1], wanted, bench, signing(made.folder.parent, "operator")[0])
    found = gather(made.folder, made.ring)
    assert {row.model for row in found.references} == {REFERENCE}
    assert {row.model for row in found.rows} == {AGENT}


def test_models_that_the_plan_does_not_name_are_not_run_under_it(copied: Copied, bench: Bench) -> None:
    made = copied()
    with pytest.raises(AssessmentError, match="names no model scripted/skill-60"):
        under(made.folder, model="scripted/skill-60")
    settled = under(made.folder)
    wanted = asked(made.drawn[:1], "scripted/skill-60", settled.budget, scaffold="plain", plan=settled.sha256)
    signer, _ = signing(made.folder.parent, "operator")
    made_run(made, "alias", made.drawn[:1], wanted, bench, signer)
    with pytest.raises(AssessmentError, match="the plan names no such model"):
        gather(made.folder, made.ring)
