"""How far attempts at ranges come."""

import pytest

from clearinghouse.evaluation.assessment.progress import progress
from clearinghouse.evaluation.assessment.rows import Row, read_table, table_bytes
from clearinghouse.evaluation.running.ending import Ended

ALL = "enter=1.0 cross=2.0 read=1.0"


def row(done: str, *, task: str = "two-hosts", outcome: Ended = Ended.FAILED, model: str = "m", epoch: int = 1) -> Row:
    return Row(
        task_id=task,
        task_family=f"family of {task}",
        domain="network",
        model=model,
        scaffold="plain",
        budget=1,
        run=f"run of {model}",
        epoch=epoch,
        outcome=outcome,
        human_minutes=60.0,
        human_source="estimate",
        tokens=1,
        steps=done,
        all_steps=ALL,
    )


def test_a_step_counts_where_all_before_it_were_done_and_what_was_cut_short_could_have_gone_on() -> None:
    rows = [
        row("enter cross read", outcome=Ended.SOLVED),
        row("enter", epoch=2),
        row("cross read", epoch=3),  # without the first step: nothing
        row("enter", epoch=4, outcome=Ended.BUDGET),
    ]
    [found] = progress(rows, ()).tasks
    assert [(each.name, each.seen) for each in found.steps] == [("enter", 3), ("cross", 1), ("read", 1)]
    # Kaplan and Meier by hand: 3 of 4 enter; of the two that went on to their end one crosses; it reads
    assert [each.reached for each in found.steps] == pytest.approx([0.75, 0.375, 0.375])
    assert (found.attempts, found.cut_short, found.most) == (4, 1, 4.0)
    assert found.expected == pytest.approx(0.75 + 2 * 0.375 + 0.375)
    assert found.expected_seen == pytest.approx(0.75 + 2 * 0.25 + 0.25)
    # the exact binomial interval of 3 of 4
    assert (found.steps[0].interval.low, found.steps[0].interval.high) == pytest.approx((0.1941, 0.9937), abs=1e-4)


def test_other_models_are_compared_with_over_several_families_and_else_it_is_said_why_not() -> None:
    own = [row("enter cross read" if at else "enter", task=f"t{at % 4}", epoch=at) for at in range(8)]
    assert progress(own, ()).without == "no other model was tried at these tasks"
    others = [row("enter" if at % 3 else "enter cross", task=f"t{at % 4}", epoch=at, model="weak") for at in range(8)]
    found = progress(own, others)
    assert found.without == ""
    [weak] = found.others
    assert weak.model == "weak"
    assert weak.odds_ratio < 1
    assert "one family" in progress(own[:1], others[:1]).without
    assert progress([], others).without == ""


def test_steps_and_refusals_in_words_survive_the_table() -> None:
    long = " ".join(f"{'step-' * 11}{at}=1.0" for at in range(64))
    rows = (
        row("enter", epoch=1),
        Row(**{name: getattr(row("", epoch=2), name) for name in Row.__struct_fields__} | {"refused_in_words": True}),
        Row(**{name: getattr(row("", epoch=3), name) for name in Row.__struct_fields__} | {"all_steps": long}),
    )
    assert read_table(table_bytes(rows), "a table") == rows
