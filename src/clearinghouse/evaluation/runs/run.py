"""One attempt, and how its cells are read."""

import math
import re
from collections.abc import Callable
from enum import StrEnum
from typing import Any, NamedTuple

import msgspec

from clearinghouse.formats.text import printable_name, quoted

LONGEST_NAME = 400
"""Characters of a name; of a longer one the rest becomes a digest, so that two stay two."""
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
_LONGEST_NUMBER = 60


class Outcome(StrEnum):
    """How an attempt ended. Of the last two nobody knows what would have come out; ``budget`` is a failure."""

    SOLVED = "solved"
    FAILED = "failed"
    BUDGET = "budget"
    REFUSED = "refused"
    INFRASTRUCTURE = "infrastructure"


MISSING = frozenset({Outcome.REFUSED, Outcome.INFRASTRUCTURE})
_OUTCOMES = {each.value: each for each in Outcome} | {
    "success": Outcome.SOLVED,
    "pass": Outcome.SOLVED,
    "passed": Outcome.SOLVED,
    "fail": Outcome.FAILED,
    "failure": Outcome.FAILED,
    "limit": Outcome.BUDGET,
    "token_limit": Outcome.BUDGET,
    "time_limit": Outcome.BUDGET,
    "timeout": Outcome.BUDGET,
    "refusal": Outcome.REFUSED,
    "content_filter": Outcome.REFUSED,
    "infra": Outcome.INFRASTRUCTURE,
    "error": Outcome.INFRASTRUCTURE,
}


class Way(NamedTuple):
    """How an attempt was made; empty where a table does not say it. Attempts made in different ways are not one number.

    Attributes:
        part: of an assessment, as its table has it: by the draw, for development, of a reference. scaffold: that led
            it. budget: that it might use, such as a number of tokens.
    """

    part: str = ""
    scaffold: str = ""
    budget: str = ""


class Run(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One attempt.

    Attributes:
        task, family, model: names. score: from 0 to 1; not a number where the attempt has no outcome. minutes: of
            human time, above 0; not a number where it is not known. weight: 0 or more; not a number where none is
            given. epoch: names the attempt among those of the model at the task; empty where nothing does. outcome:
            how it ended. tokens: that it used; not a number where that is not known. source: of the human time, such as
            ``completion``. domain: of the task; empty where there is none. run: in which it was made. way: how.
    """

    task: str
    family: str
    model: str
    score: float
    minutes: float = math.nan
    weight: float = math.nan
    epoch: str = ""
    outcome: Outcome
    tokens: float = math.nan
    source: str = ""
    domain: str = ""
    run: str = ""
    way: Way = Way()


class BadCellError(ValueError):
    """A cell that cannot be read.

    Attributes:
        column: its column. says: what stands there, as the end of "human_minutes ...". expected: what should.
    """

    def __init__(self, column: str, says: str, expected: str) -> None:
        super().__init__(f"{column} {says}")
        self.column = column
        self.says = says
        self.expected = expected


def run_of(cell: Callable[[str], Any]) -> Run:
    """Return the attempt of one row.

    Args:
        cell: gives what stands in a column, by our name; None where nothing does.

    Raises:
        BadCellError: a cell cannot be read, or two of them contradict each other.
    """
    outcome = _outcome(cell("outcome"))
    score = _score(cell("score"), outcome)
    if outcome is None:
        outcome = Outcome.SOLVED if score == 1 else Outcome.FAILED
    minutes = number_of("human_minutes", cell("human_minutes"), "a number above 0, or nothing")
    if minutes <= 0:
        raise BadCellError("human_minutes", f"is {minutes:g}", "a number above 0, or nothing where it is not known")
    weight = number_of("weight", cell("weight"), "a number, 0 or more")
    if weight < 0:
        raise BadCellError("weight", f"is {weight:g}", "a number, 0 or more")
    return Run(
        task=name_of("task_id", cell("task_id")),
        family=name_of("task_family", cell("task_family")),
        model=name_of("model", cell("model")),
        score=score,
        minutes=minutes,
        weight=weight,
        epoch=text_of(cell("epoch")),
        outcome=outcome,
        tokens=number_of("tokens", cell("tokens"), "a number, 0 or more, or nothing"),
        source=text_of(cell("human_source")).lower(),
        domain=text_of(cell("domain")),
        run=text_of(cell("run")),
        way=Way(text_of(cell("part")), text_of(cell("scaffold")), text_of(_whole(cell("budget")))),
    )


def text_of(value: Any) -> str:
    """Return what stands in a cell as text; empty where nothing does."""
    return "" if value is None else printable_name(str(value).strip(), LONGEST_NAME)


def _whole(value: Any) -> Any:
    """Return a number without its fraction where that is 0, as some tables have 100000 as 100000.0."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def name_of(column: str, value: Any) -> str:
    """Return the name in a cell.

    Raises:
        BadCellError: there is none.
    """
    name = text_of(value)
    if not name:
        raise BadCellError(column, "is empty", "a name")
    return name


def number_of(column: str, value: Any, expected: str) -> float:
    """Return the number in a cell; not a number where nothing stands there.

    Raises:
        BadCellError: something else stands there.
    """
    if value is None or (isinstance(value, str) and (not value or value.isspace())):
        return math.nan
    if isinstance(value, str):
        text = value.strip()
        if len(text) > _LONGEST_NUMBER or not _NUMBER.fullmatch(text):
            raise BadCellError(column, f"is {quoted(text)}", expected)
        value = float(text)
    if isinstance(value, int) and abs(value) > 1 << 53:
        raise BadCellError(column, "is too large a number", expected)
    number = float(value)
    if not math.isfinite(number):
        raise BadCellError(column, f"is {number}", expected)
    return number


def _score(value: Any, outcome: Outcome | None) -> float:
    """Return the score, as its outcome lets it stand."""
    if outcome in MISSING:
        return math.nan
    if isinstance(value, str) and value.strip().lower() in ("true", "false"):
        value = value.strip().lower() == "true"
    expected = "a number from 0 (failed) to 1 (solved)"
    score = number_of("score", value, expected)
    if math.isnan(score) and outcome is not None:
        return 1.0 if outcome is Outcome.SOLVED else 0.0
    if math.isnan(score):
        raise BadCellError("score", "is empty", f"{expected}; or an outcome, refused or infrastructure, that says why")
    if not 0 <= score <= 1:
        raise BadCellError("score", f"is {score:g}", expected)
    if (outcome is Outcome.SOLVED and score == 0) or (outcome in (Outcome.FAILED, Outcome.BUDGET) and score == 1):
        raise BadCellError("score", f"is {score:g} where outcome is {outcome}", "a score and an outcome that agree")
    return score


def _outcome(value: Any) -> Outcome | None:
    text = text_of(value).lower().replace(" ", "_")
    if not text:
        return None
    if text not in _OUTCOMES:
        raise BadCellError("outcome", f"is {quoted(text)}", f"one of {', '.join(Outcome)}")
    return _OUTCOMES[text]
