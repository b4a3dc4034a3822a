"""Refusals in words are failures, and NOT COVERED has to hold also if they have no outcome."""

from msgspec.structs import replace

from clearinghouse.evaluation.assessment.computed import compute
from clearinghouse.evaluation.assessment.gathered import Gathered, gather
from clearinghouse.evaluation.assessment.observed import observed
from clearinghouse.evaluation.rule.finding import Verdict
from clearinghouse.evaluation.running.ending import Ended
from invented_folder import LATER, Made


def failed(found: Gathered, refused: int) -> Gathered:
    """Return attempts that all failed, the first so many of them refused in words; the threshold is a high one."""
    drawn = sorted({row.task_id for row in found.rows if row.run == "first"})
    rows = [
        replace(row, outcome=Ended.FAILED, refused_in_words=row.run == "first" and row.task_id in drawn[:refused])
        for row in found.rows
    ]
    design = found.plan.design
    domains = tuple(replace(each, threshold=replace(each.threshold, covered=0.9)) for each in design.domains)
    plan = replace(found.plan, design=replace(design, domains=domains))
    return replace(found, rows=tuple(rows), signed=replace(found.signed, plan=plan))


def test_who_refused_all_is_not_shown_to_be_unable(whole: Made) -> None:
    found = gather(whole.folder, whole.ring)
    none = compute(failed(found, 0), now=LATER, repetitions=50)
    assert none.finding.before is Verdict.NOT_COVERED
    every = compute(failed(found, 6), now=LATER, repetitions=50)
    assert every.finding.before is Verdict.INDETERMINATE
    assert every.losses.refused_in_words == every.domains[0].refused_in_words == 6
    assert every.domains[0].bounds_missing == (0.0, 0.0)
    assert every.domains[0].bounds_in_words == (0.0, 1.0)


def test_the_rule_is_given_which_they_are(whole: Made) -> None:
    found = failed(gather(whole.folder, whole.ring), 2)
    attempts = [each for family in observed(found, 1)[0].families for task in family.tasks for each in task.attempts]
    assert (
        sorted((each.solved, each.refused_in_words) for each in attempts) == [(False, False)] * 4 + [(False, True)] * 2
    )
