"""Steps: how far attempts at ranges come."""

from collections.abc import Iterator

from clearinghouse.evaluation.assessment.facts import Assessment, RangeSteps
from clearinghouse.evaluation.reports.blocks import SENTENCE, Block, Paragraph, Said, Section, Table, Words
from clearinghouse.evaluation.reports.numbers import level, number, percent, percent_interval, registered
from clearinghouse.evaluation.statistics.ordered import Comparison


def steps(facts: Assessment) -> Iterator[Section]:
    """Yield the section on steps, if there are tasks that have some."""
    if facts.steps.tasks:
        yield Section("steps", "How far attempts came", tuple(_parts(facts)))


def _parts(facts: Assessment) -> Iterator[Block]:
    found = facts.steps
    rows = tuple(row for task in found.tasks for row in _rows(task))
    columns = ("Task", "Step", "Did it, and all before", "Share, with interval", "Estimated, if none were cut short")
    yield Table("Steps of each task", columns, rows)
    summary = tuple(
        (
            Said(each.task_id),
            registered(each.attempts),
            registered(each.cut_short),
            f"{number(each.expected_seen)} of {number(each.most)}",
            f"{number(each.expected)} of {number(each.most)}",
        )
        for each in found.tasks
    )
    columns = ("Task", "Attempts", "Cut short", "Mean of what was seen", "Estimated mean")
    yield Table("Progress by task, in the weights of its steps", columns, summary)
    if found.others:
        yield Table(
            "Other models at the same tasks: their odds to pass a step, as a multiple of this model's",
            ("Model", "Odds", "Interval", "p-value"),
            tuple(map(_other, found.others)),
        )
    elif found.without:
        yield Paragraph(("No other model stands beside it: ", Said(found.without, SENTENCE), "."))
    yield Paragraph(
        "This is secondary: nothing that is registered rests on it. A step counts where all before it were done. "
        "Intervals are about further attempts at the same task, and say nothing of other tasks. An attempt that its "
        "budget, a refusal or the infrastructure ended could have gone on; the estimate supposes that it would have "
        "gone on as the others did.",
        quiet=True,
    )


def _rows(task: RangeSteps) -> Iterator[tuple[Words, ...]]:
    for each in task.steps:
        yield (
            Said(task.task_id),
            Said(each.name),
            f"{each.seen:,} of {task.attempts:,}",
            f"{percent_interval(each.interval)} ({level(each.interval.level)})",
            percent(each.reached),
        )


def _other(found: Comparison) -> tuple[Words, ...]:
    ends = f"{number(found.interval.low)} to {number(found.interval.high)} ({level(found.interval.level)})"
    return (Said(found.model), number(found.odds_ratio), ends, number(found.p))
