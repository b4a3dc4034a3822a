"""Two tables of runs on one scale, by the tasks that both have: models of a new pool beside those of an old one.

The old table gives the difficulties. In the new one the common tasks are held at them (anchors), and abilities follow
on the old scale. That supposes that the anchors are as hard as they were: one that leaked has become easier, and would
make every new model look better. So each anchor is compared with what it was, and the link is made by other ways, which
should agree.
"""

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from clearinghouse.evaluation.errors import EvaluationError
from clearinghouse.evaluation.runs.errors import TableError
from clearinghouse.evaluation.runs.table import RunTable
from clearinghouse.evaluation.statistics.grouped import clustered
from clearinghouse.evaluation.statistics.irt.calibrate import Calibration, calibrate
from clearinghouse.evaluation.statistics.irt.items import Ability, Extreme
from clearinghouse.evaluation.statistics.irt.linking import Drift, Link, Method, drifts, link
from clearinghouse.evaluation.statistics.irt.scale import Scale, width

LEAST = 5
"""Common tasks below which no link is made; a few hundred attempts at twenty or more give one that is worth much."""
_Floats = NDArray[np.float64]


class Placed(msgspec.Struct, frozen=True, kw_only=True):
    """A model on the scale of the old table.

    Attributes:
        model: its name. points: 1000 solve half of the tasks of mean difficulty of the old table; 200 more are three
            times the odds. error: standard, in points, without that of the link. bound: ``all`` or ``none`` where every
            or no attempt succeeded. attempts: it rests on.
    """

    model: str
    points: float
    error: float
    bound: str
    attempts: int


class Anchored(msgspec.Struct, frozen=True, kw_only=True):
    """A common task: how many points harder it seems now than it was, the error of that, and whether it moved."""

    task: str
    harder: float
    error: float
    moved: bool


class Linked(msgspec.Struct, frozen=True, kw_only=True):
    """Two tables on one scale.

    Attributes:
        old, new: models of each, on the old scale. anchors: common tasks. link_error: standard error, in points, that
            all new models share, because other common tasks would have given another link; infinite where the anchors
            are of one family; None where the new table cannot be calibrated by itself. methods: by how many points
            each other way to link lies from the one that is used, for an ability that is the mean of the new ones.
            without: why there are none.
    """

    old: tuple[Placed, ...]
    new: tuple[Placed, ...]
    anchors: tuple[Anchored, ...]
    link_error: float | None
    methods: dict[str, float]
    without: str


class _Outcomes(msgspec.Struct, frozen=True):
    """Models by tasks: mean outcomes, not a number where there is none, and of how many attempts."""

    models: tuple[str, ...]
    tasks: tuple[str, ...]
    families: tuple[str, ...]
    mean: _Floats
    tried: _Floats

    def only(self, places: Sequence[int]) -> "_Outcomes":
        kept = list(places)
        families = tuple(self.families[each] for each in kept)
        tasks = tuple(self.tasks[each] for each in kept)
        return _known(_Outcomes(self.models, tasks, families, self.mean[:, kept], self.tried[:, kept]))


def linked(old: RunTable, new: RunTable) -> Linked:
    """Put the models of two tables on the scale of the old one.

    Raises:
        TableError: they have too few tasks in common. UnfitDataError, NotFoundError: one cannot be calibrated.
    """
    before, after = _outcomes(old), _outcomes(new)
    common = [each for each in after.tasks if each in set(before.tasks)]
    if len(common) < LEAST:
        what = f"{old.source} and {new.source} have {len(common)} tasks in common by their ids, with outcomes in both"
        raise TableError(what, f"link tables that share {LEAST} or more", source=new.source)
    first = _calibrated(before)
    items = dict(zip(before.tasks, first.items, strict=True))
    if len(after.models) == 1:  # one model alone shows no difficulties: only the anchors tell of it
        after = after.only([after.tasks.index(each) for each in common])
    places = {after.tasks.index(each): items[each].anchor() for each in common if each in after.tasks}
    second = calibrate(after.mean, attempts=after.tried, families=after.families, anchors=places)
    scale = Scale(origin=float(np.mean([each.difficulty for each in first.items])))
    moves = drifts(after.mean, places, second.abilities)
    error, methods, without = _checks(after, first, before, second)
    return Linked(
        old=_placed(before.models, first.abilities, scale),
        new=_placed(after.models, second.abilities, scale),
        anchors=tuple(_anchored(after.tasks[each.item], each) for each in moves),
        link_error=error,
        methods=methods,
        without=without,
    )


def _outcomes(table: RunTable) -> _Outcomes:
    shape = len(table.models), len(table.tasks)
    known = np.isfinite(table.score)
    at = table.model[known], table.task[known]
    solved, tried = np.zeros(shape), np.zeros(shape)
    np.add.at(solved, at, table.score[known])
    np.add.at(tried, at, 1.0)
    mean = np.divide(solved, tried, out=np.full(shape, np.nan), where=tried > 0)
    families = tuple(table.families[each] for each in table.family)
    return _known(_Outcomes(table.models, table.tasks, families, mean, tried))


def _known(found: _Outcomes) -> _Outcomes:
    """Return what is left without models and tasks that have no outcome at all."""
    rows = np.flatnonzero(found.tried.sum(axis=1) > 0)
    columns = np.flatnonzero(found.tried.sum(axis=0) > 0)
    return _Outcomes(
        tuple(found.models[each] for each in rows),
        tuple(found.tasks[each] for each in columns),
        tuple(found.families[each] for each in columns),
        found.mean[np.ix_(rows, columns)],
        found.tried[np.ix_(rows, columns)],
    )


def _calibrated(found: _Outcomes) -> Calibration:
    return calibrate(found.mean, attempts=found.tried, families=found.families)


def _checks(
    after: _Outcomes, first: Calibration, before: _Outcomes, second: Calibration
) -> tuple[float | None, dict[str, float], str]:
    """Return the error of the link, and how far other ways to link lie from it, or why there are none."""
    try:
        apart = _calibrated(after)
        pairs = [
            (first.items[before.tasks.index(name)], item, family)
            for name, item, family in zip(after.tasks, apart.items, after.families, strict=True)
            if name in set(before.tasks)
        ]
        one, other = [each[0] for each in pairs], [each[1] for each in pairs]
        links = [link(one, other, method) for method in Method]
    except EvaluationError as error:
        return None, {}, error.what
    shifts = clustered([a.difficulty - b.difficulty for a, b, _ in pairs], [family for *_, family in pairs])
    return width(shifts.error), {each.method.value: _away(each, apart, second) for each in links}, ""


def _away(found: Link, apart: Calibration, second: Calibration) -> float:
    linked_ = np.mean([found.old(each.value) for each in apart.abilities])
    return width(float(linked_ - np.mean([each.value for each in second.abilities])))


def _placed(models: Sequence[str], abilities: Sequence[Ability], scale: Scale) -> tuple[Placed, ...]:
    return tuple(
        Placed(
            model=name,
            points=scale.points(each.value),
            error=width(each.error),
            bound="" if each.extreme is Extreme.NO else each.extreme.value,
            attempts=each.attempts,
        )
        for name, each in zip(models, abilities, strict=True)
    )


def _anchored(task: str, found: Drift) -> Anchored:
    return Anchored(task=task, harder=width(found.displacement), error=width(found.error), moved=found.moved)
