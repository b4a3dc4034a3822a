"""The table of runs, in columns, and how attempts become one: what contradicts an earlier row is left out and told."""

from collections import Counter
from collections.abc import Iterable
from math import isnan

import msgspec
import numpy as np

from clearinghouse.evaluation.runs.errors import TableError
from clearinghouse.evaluation.runs.run import Outcome, Run, Way
from clearinghouse.evaluation.statistics.arrays import Floats, Ints, Truths
from clearinghouse.evaluation.statistics.attempts import Attempts
from clearinghouse.evaluation.statistics.sources import OBSERVED, OBSERVED_ELSEWHERE
from clearinghouse.formats.text import plural, quoted
from clearinghouse.records import Level, Problem

MOST_ROWS = 2_000_000
MOST_PROBLEMS = 1_000
"""Problems of rows that are told each by itself; the rest are counted."""
_Key = tuple[str, str, str, str, Way]
"""What names an attempt: model, task, epoch, run, and how it was made."""
SEEN = frozenset(each.value for each in OBSERVED) | OBSERVED_ELSEWHERE
"""Sources of human times that are not guesses: somebody was seen to do the task."""


class RunTable(msgspec.Struct, frozen=True, kw_only=True):
    """Attempts in columns.

    Attributes:
        source: the document. models: in the order of their first attempt. tasks, families: in the order of their names.
        family: of each task. model, task: of each attempt. score, minutes, weight, tokens: of each attempt; not a
            number where there is none. seen: whether the human time of an attempt's task was seen, see :data:`SEEN`; so
            are all where no source is given. outcome: of each attempt. domain: of each task.
        ways: in which attempts were made; way: of each attempt. runs: by their names; run: of each attempt.
    """

    source: str
    models: tuple[str, ...]
    tasks: tuple[str, ...]
    families: tuple[str, ...]
    family: Ints
    model: Ints
    task: Ints
    score: Floats
    minutes: Floats
    weight: Floats
    tokens: Floats
    seen: Truths
    outcome: tuple[Outcome, ...]
    domain: tuple[str, ...]
    ways: tuple[Way, ...]
    way: Ints
    runs: tuple[str, ...]
    run: Ints

    def __len__(self) -> int:
        return len(self.score)

    @property
    def is_weighted(self) -> bool:
        """Whether weights are given."""
        return bool(np.isfinite(self.weight).any())

    def rows_of(self, model: str) -> Ints:
        """Return the positions of a model's attempts."""
        return np.flatnonzero(self.model == self.models.index(model))

    def attempts(self, rows: Ints) -> Attempts:
        """Return some attempts, which are of one model."""
        task = self.task[rows]
        kept, place = np.unique(task, return_inverse=True)
        return Attempts(place, np.unique(self.family[kept], return_inverse=True)[1], self.score[rows])

    def outcomes(self, rows: Ints) -> dict[Outcome, int]:
        """Return how many of some attempts ended how."""
        counts = Counter(self.outcome[row] for row in rows)
        return {each: counts[each] for each in Outcome}


class Read(msgspec.Struct, frozen=True):
    """A table, and what was wrong with rows that are not in it."""

    table: RunTable
    problems: tuple[Problem, ...]


class Problems:
    """Problems of rows: so many, and the number of the others."""

    def __init__(self, source: str) -> None:
        self.source = source
        self._told: list[Problem] = []
        self._more = 0

    def add(self, problem: Problem) -> None:
        """Add one."""
        if len(self._told) < MOST_PROBLEMS:
            self._told.append(problem)
        else:
            self._more += 1

    def row(self, line: int, code: str, message: str, expected: str) -> None:
        """Add that of a row that is left out."""
        said = f"{message}; the row is left out."
        self.add(Problem(source=self.source, code=code, message=said, line=line, expected=expected))

    def notice(self, code: str, message: str, expected: str | None = None) -> None:
        """Add what cost nothing."""
        self._told.append(
            Problem(source=self.source, code=code, message=message, expected=expected, level=Level.NOTICE)
        )

    def all(self) -> tuple[Problem, ...]:
        """Return all of them."""
        if not self._more:
            return tuple(self._told)
        said = f"{plural(self._more, 'more row')} were left out."
        return (*self._told, Problem(source=self.source, code="more_bad_rows", message=said))


def table_of(source: str, runs: Iterable[tuple[int, Run]], problems: Problems | None = None) -> Read:
    """Return the table of attempts, each with its line.

    A task under a second family, and an attempt that is there twice (by its epoch), are left out and told. Attempts of
    one model at one task without an epoch count as several attempts. Of another run, or made in another way, it is
    another attempt.

    Args:
        problems: to which others are added, if some are known already.

    Raises:
        TableError: there is no row left, or there are too many.
    """
    problems = problems or Problems(source)
    kept = _consistent(runs, problems)
    if not kept:
        wrong = next((each for each in problems.all() if each.level is Level.ERROR), None)
        if wrong is None:
            raise TableError(f"{source} has no rows", "put one attempt a row below its header", source=source)
        what = f"{source}: no run in it can be used: line {wrong.line}: {wrong.message.rstrip('.')}"
        raise TableError(what, wrong.expected or "look at its rows", source=source)
    _tell(kept, problems)
    return Read(_columns(source, kept), problems.all())


def _consistent(runs: Iterable[tuple[int, Run]], problems: Problems) -> list[Run]:
    """Return the attempts that contradict none before, and are not there already."""
    kept: list[Run] = []
    families: dict[str, str] = {}
    scores: dict[_Key, float] = {}
    again = 0
    for line, run in runs:
        if len(kept) == MOST_ROWS:
            what = f"{problems.source}: more than {MOST_ROWS:,} rows"
            raise TableError(what, "divide it by model", source=problems.source)
        family = families.setdefault(run.task, run.family)
        if family != run.family:
            said = f"Task {quoted(run.task)} is in family {quoted(run.family)} here and in {quoted(family)} before"
            problems.row(line, "two_families", said, "one family for each task")
            continue
        key = (run.model, run.task, run.epoch, run.run, run.way)
        if not run.epoch or key not in scores:
            scores[key] = run.score
            kept.append(run)
        elif _same(scores[key], run.score):
            again += 1
        else:
            said = f"Epoch {quoted(run.epoch)} of task {quoted(run.task)} has another score before"
            problems.row(line, "two_scores", said, "one row for each attempt")
    if again:
        said = f"{plural(again, 'row is', 'rows are')} there twice, by model, task, epoch, run and way; one counts."
        problems.notice("repeated_rows", said, "one row for each attempt")
    return kept


def _same(one: float, other: float) -> bool:
    return one == other or (isnan(one) and isnan(other))


def _tell(kept: list[Run], problems: Problems) -> None:
    """Tell what is worth knowing of attempts that are kept."""
    nameless = Counter((run.model, run.task, run.run, run.way) for run in kept if not run.epoch)
    more = sum(count - 1 for count in nameless.values())
    if more:
        said = f"{plural(more, 'row repeats', 'rows repeat')} a model and a task, and no epoch tells them apart; "
        problems.notice("further_attempts", f"{said}each counts as a further attempt.", "a column epoch")
    together: dict[tuple[str, str, Way], set[str]] = {}
    for run in kept:
        together.setdefault((run.model, run.task, run.way), set()).add(run.run)
    runs = max(map(len, together.values()))
    if runs > 1:
        said = f"Up to {runs} runs of a model at one task count together."
        problems.notice("several_runs", said, "--run NAME to take one")
    times: dict[str, float] = {}
    differ = {run.task for run in kept if run.minutes > 0 and times.setdefault(run.task, run.minutes) != run.minutes}
    if differ:
        said = f"{plural(len(differ), 'task has', 'tasks have')} several human times; each row keeps its own."
        problems.notice("several_times", said, "one human time for each task")


def _columns(source: str, kept: list[Run]) -> RunTable:
    tasks = {run.task: run for run in kept}
    names = sorted(tasks)
    families = sorted({run.family for run in kept})
    models = {name: place for place, name in enumerate(dict.fromkeys(run.model for run in kept))}
    place = {name: number for number, name in enumerate(names)}
    number = {name: number for number, name in enumerate(families)}
    named = any(run.source for run in kept)
    ways = {way: at for at, way in enumerate(dict.fromkeys(run.way for run in kept))}
    runs = {name: at for at, name in enumerate(dict.fromkeys(run.run for run in kept))}
    return RunTable(
        source=source,
        models=tuple(models),
        tasks=tuple(names),
        families=tuple(families),
        family=np.array([number[tasks[name].family] for name in names], dtype=np.int64),
        model=np.array([models[run.model] for run in kept], dtype=np.int64),
        task=np.array([place[run.task] for run in kept], dtype=np.int64),
        score=np.array([run.score for run in kept]),
        minutes=np.array([run.minutes for run in kept]),
        weight=np.array([run.weight for run in kept]),
        tokens=np.array([run.tokens for run in kept]),
        seen=np.array([not named or run.source in SEEN for run in kept]),
        outcome=tuple(run.outcome for run in kept),
        domain=tuple(tasks[name].domain for name in names),
        ways=tuple(ways),
        way=np.array([ways[run.way] for run in kept], dtype=np.int64),
        runs=tuple(runs),
        run=np.array([runs[run.run] for run in kept], dtype=np.int64),
    )
