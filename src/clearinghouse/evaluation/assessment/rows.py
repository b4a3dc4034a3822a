"""Every attempt of an assessment as a row of a table: enough for an outsider to compute everything again.

The table is written from sealed logs, and a check compares the two. Who is not given the logs, because they show tasks,
is given the table.
"""

import csv
import io
from collections.abc import Iterable
from math import isfinite

import msgspec

from clearinghouse.evaluation.assessment.errors import AssessmentError
from clearinghouse.evaluation.running.ending import MISSING, Ended

LARGEST = 256 << 20
MOST_ROWS = 1_000_000
_LONGEST = 8_000
"""Of one field: 64 steps, each with its weight."""


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt.

    Attributes:
        task_id, task_family: the handles that the pool gave the task and its family. domain: of the task.
        human_minutes, human_source: of it. model: by its provider's name. scaffold: that led it. budget: tokens that it
            might use. run: name of the folder of the run. epoch: which attempt of that run at the task, from 1.
        outcome: how it ended. score: 1 or 0; empty without an outcome. tokens: that it used. steps: that were done,
            with a space between. all_steps: of the task in their order, each with ``=`` and its weight; empty where it
            is not scored by steps. refused_in_words: whether it is counted as unsolved and ended with a refusal by a
            list of phrases, which may err. part: of the assessment, which says whether it decides; see
            :mod:`~clearinghouse.evaluation.assessment.parts`.
    """

    task_id: str
    task_family: str
    domain: str
    model: str
    scaffold: str
    budget: int
    run: str
    epoch: int
    outcome: Ended
    human_minutes: float
    human_source: str
    tokens: int
    steps: str = ""
    all_steps: str = ""
    refused_in_words: bool = False
    part: str = ""

    @property
    def solved(self) -> bool | None:
        """Whether it was solved; None where there is no outcome."""
        return None if self.outcome in MISSING else self.outcome is Ended.SOLVED

    @property
    def score(self) -> float:
        """1 where it was solved, 0 where not, not a number where there is no outcome."""
        return float("nan") if self.solved is None else float(self.solved)


COLUMNS = (*Row.__struct_fields__[:9], "score", *Row.__struct_fields__[9:])
"""In the order in which they are written; ``score`` follows from ``outcome`` and is there for whoever reads a table."""


def table_bytes(rows: Iterable[Row]) -> bytes:
    """Return rows as CSV (RFC 4180) in UTF-8, sorted, so that equal rows give equal bytes."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in in_order(rows):
        values = {name: getattr(row, name) for name in Row.__struct_fields__}
        values |= {"human_minutes": repr(row.human_minutes), "outcome": row.outcome.value}
        values["refused_in_words"] = int(row.refused_in_words)
        values["score"] = "" if row.solved is None else int(row.solved)
        writer.writerow([values[name] for name in COLUMNS])
    return out.getvalue().encode()


def in_order(rows: Iterable[Row]) -> list[Row]:
    """Return rows in the order in which they are written, and in which everything is computed from them."""
    return sorted(rows, key=lambda each: (each.model, each.domain, each.run, each.task_id, each.epoch))


def read_table(data: bytes, source: str) -> tuple[Row, ...]:
    """Return the rows of a table that :func:`table_bytes` wrote.

    Raises:
        AssessmentError: it is none; the message names the line.
    """
    if len(data) > LARGEST:
        raise _wrong(source, 1, f"it has more than {LARGEST:,} bytes")
    try:
        lines = csv.reader(io.StringIO(data.decode(), newline=""), strict=True)
        if tuple(next(lines, ())) != COLUMNS:
            raise _wrong(source, 1, "its columns are not those of a table of attempts")
        rows = tuple(_row(line, source, number) for number, line in enumerate(lines, 2))
    except (UnicodeDecodeError, csv.Error) as error:
        raise _wrong(source, 1, str(error)) from None
    if table_bytes(rows) != data:
        raise _wrong(source, 1, "it is not in the one order and form in which such tables are written")
    return rows


def _row(line: list[str], source: str, number: int) -> Row:
    if len(line) != len(COLUMNS) or number > MOST_ROWS or any(len(each) > _LONGEST for each in line):
        raise _wrong(source, number, "it has too few or too many fields, or one that is too long")
    told = dict(zip(COLUMNS, line, strict=True))
    told.pop("score")
    try:
        row = msgspec.convert(told, Row, strict=False)
    except msgspec.ValidationError as error:
        raise _wrong(source, number, str(error).replace("`", "")) from None
    if not (isfinite(row.human_minutes) and row.human_minutes > 0 and row.epoch > 0):
        raise _wrong(source, number, "its minutes and epoch are above zero")
    return row


def _wrong(source: str, line: int, why: str) -> AssessmentError:
    what = f"{source}, line {line}: {why}"
    return AssessmentError(what, "make it again with `clearinghouse frontier assess`", source=source)
