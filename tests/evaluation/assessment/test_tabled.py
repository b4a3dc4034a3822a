"""Who is given the table and not the logs computes the same, and takes no row that does not belong there."""

from collections.abc import Callable, Sequence

import pytest
from msgspec.structs import replace

from clearinghouse.evaluation.assessment import folder as places
from clearinghouse.evaluation.assessment.computed import compute
from clearinghouse.evaluation.assessment.errors import AssessmentError
from clearinghouse.evaluation.assessment.facts import Flag
from clearinghouse.evaluation.assessment.gathered import SEALING, gather
from clearinghouse.evaluation.assessment.rows import Row, table_bytes
from clearinghouse.evaluation.assessment.tabled import gather_table
from invented_folder import LATER, Made

Copied = Callable[[], Made]


def test_the_table_gives_what_the_logs_give(copied: Copied) -> None:
    made = copied()
    found = gather(made.folder, made.ring)
    told = compute(found, now=LATER, repetitions=50)
    (made.folder / places.TABLE).write_bytes(table_bytes((*found.rows, *found.references)))
    for path in made.folder.rglob("*.eval"):
        path.unlink()
    assert compute(gather_table(made.folder, made.ring, told), now=LATER, repetitions=50) == told
    flag = Flag(kind=SEALING, says="Nobody signed these runs: first.", is_open=True)
    flagged = replace(told, flags=(*told.flags, flag))
    again = compute(gather_table(made.folder, made.ring, flagged), now=LATER, repetitions=50)
    assert flag in again.flags


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda rows: [replace(rows[0], human_minutes=1.5), *rows[1:]], "another human time"),
        (lambda rows: [replace(rows[0], task_family="another"), *rows[1:]], "was not drawn"),
        (lambda rows: [replace(rows[0], budget=10**9), *rows[1:]], "not made as the plan says"),
        (lambda rows: [*rows, replace(rows[0], run="another")], "was run twice"),
        (lambda rows: [*rows, rows[0]], "stands there twice"),
        (lambda rows: [replace(rows[0], part="drawn-2"), *rows[1:]], "is not of the part drawn-2"),
    ],
)
def test_a_row_that_does_not_belong_there_is_refused(
    copied: Copied, change: Callable[[Sequence[Row]], list[Row]], says: str
) -> None:
    made = copied()
    found = gather(made.folder, made.ring)
    told = compute(found, now=LATER, repetitions=1)
    (made.folder / places.TABLE).write_bytes(table_bytes(change(found.rows)))
    with pytest.raises(AssessmentError, match=says):
        gather_table(made.folder, made.ring, told)
