"""From what was observed to one row of numbers for each family."""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from clearinghouse.evaluation.rule.design import Band, Design
from clearinghouse.evaluation.rule.errors import ObservationError
from clearinghouse.evaluation.rule.observations import ObservedDomain, ObservedTask
from clearinghouse.evaluation.statistics.sequences import Floats


class Selection(NamedTuple):
    """What is taken of the observations. Empty takes all.

    Attributes:
        source: of human times, alone. without: a benchmark that is left out. scaffold: whose attempts are taken alone.
    """

    source: str = ""
    without: str = ""
    scaffold: str = ""


EVERYTHING = Selection()


class FamilyRow(NamedTuple):
    """One family.

    Attributes:
        low, high: its mean over decisive tasks with what is missing as failure, and as success; a failure that was
            refused in words is a success in the latter. known: the mean of what is not missing; None where everything
            is. tasks, attempts, missing: how many it rests on. refused: of the failures, in words.
    """

    name: str
    low: float
    high: float
    known: float | None
    tasks: int
    attempts: int
    missing: int
    refused: int = 0


class _Counts(NamedTuple):
    """Attempts at one task: solved, without an outcome, failed with a refusal in words, and all."""

    solved: int
    missing: int
    refused: int
    every: int


class Sample(NamedTuple):
    """One domain as numbers: variants of it along the first axis, families in drawn order along the last.

    Attributes:
        low, high: as in :class:`FamilyRow`. weights: between 0 and 1; 0 leaves a family out.
    """

    low: Floats
    high: Floats
    weights: Floats


def in_order(design: Design, observations: Iterable[ObservedDomain]) -> tuple[ObservedDomain, ...]:
    """The observed domains in the order of the design; one that is missing has no families.

    Raises:
        ObservationError: something is no observation of a domain; there is none at all; a domain is strange or there
            twice; a family is there twice; a task has more attempts with one scaffold than epochs are registered.
    """
    given = tuple(observations)
    for each in given:
        if not isinstance(each, ObservedDomain):
            raise ObservationError(
                f"The rule was given a {type(each).__name__}, which is no outcome of drawn families.",
                "Give it what was observed; an accuracy of a pool or of a benchmark decides nothing.",
            )
    by_name = {each.name: each for each in given}
    names = [each.name for each in design.domains]
    if not given or len(by_name) != len(given) or not set(by_name) <= set(names):
        raise ObservationError(
            f"Observed were {', '.join(sorted(each.name for each in given)) or 'no domains'}, "
            f"registered are {', '.join(sorted(names))}.",
            "Give registered domains, each once.",
        )
    for each in given:
        _check(each, design.epochs)
    return tuple(by_name.get(name) or ObservedDomain(name=name, families=()) for name in names)


def _check(domain: ObservedDomain, epochs: int) -> None:
    names = Counter(each.name for each in domain.families)
    twice = [name for name, count in names.items() if count > 1]
    if twice:
        raise ObservationError(f"Family {twice[0]} of {domain.name} is there twice.", "Give each drawn family once.")
    for family in domain.families:
        for task in family.tasks:
            by_scaffold = Counter(each.scaffold for each in task.attempts)
            if by_scaffold and max(by_scaffold.values()) > epochs:
                raise ObservationError(
                    f"Task {task.name} of {domain.name} has {max(by_scaffold.values())} attempts with one scaffold, "
                    f"registered are {epochs}.",
                    "Give the first registered ones; attempts beyond them may have been made for their outcome.",
                )


def tabulate(domain: ObservedDomain, design: Design, selection: Selection = EVERYTHING) -> tuple[FamilyRow, ...]:
    """One row for each family that has a decisive task, in drawn order.

    Which tasks are decisive follows from human times alone, never from an outcome, so families that have none can be
    passed over without a bias.
    """
    rows = []
    for family in domain.families:
        decisive = [task for task in family.tasks if _is_decisive(task, design.band, selection)]
        counts = [count for task in decisive if (count := _counts(task, design.epochs, selection.scaffold))]
        if counts:
            rows.append(_row(family.name, counts))
    return tuple(rows)


def _is_decisive(task: ObservedTask, band: Band, selection: Selection) -> bool:
    if selection.without and task.benchmark == selection.without:
        return False
    sources = (selection.source,) if selection.source else band.sources
    best = next((task.minutes[source] for source in sources if source in task.minutes), None)
    if best is None:
        return band.least_minutes <= 0 and not selection.source
    return best >= band.least_minutes


def _counts(task: ObservedTask, epochs: int, scaffold: str) -> _Counts | None:
    """Count attempts; None where nothing was tried with this scaffold."""
    tried = [each for each in task.attempts if not scaffold or each.scaffold == scaffold]
    if scaffold and not tried:
        return None
    expected = len(tried) if scaffold else max(epochs, len(tried))
    outcomes = [each.solved for each in tried]
    failed, solved = outcomes.count(False), outcomes.count(True)
    refused = sum(each.solved is False and each.refused_in_words for each in tried)
    return _Counts(solved, expected - failed - solved, refused, expected)


def _row(name: str, counts: list[_Counts]) -> FamilyRow:
    known = [each.solved / (each.every - each.missing) for each in counts if each.every > each.missing]
    return FamilyRow(
        name=name,
        low=sum(each.solved / each.every for each in counts) / len(counts),
        high=sum((each.solved + each.missing + each.refused) / each.every for each in counts) / len(counts),
        known=sum(known) / len(known) if known else None,
        tasks=len(counts),
        attempts=sum(each.every for each in counts),
        missing=sum(each.missing for each in counts),
        refused=sum(each.refused for each in counts),
    )


def sample(rows: tuple[FamilyRow, ...]) -> Sample:
    """One variant, all families of equal weight."""
    low = np.array([[row.low for row in rows]])
    return Sample(low, np.array([[row.high for row in rows]]), np.ones_like(low))


def by_tasks(rows: tuple[FamilyRow, ...], largest: int) -> Sample:
    """One variant in which a family weighs as much as it has tasks, in units of the largest family of the pool."""
    tasks = np.array([[float(row.tasks) for row in rows]])
    most = max([float(largest), *tasks.ravel()], default=1.0)
    return sample(rows)._replace(weights=tasks / most)


def without_each(samples: tuple[Sample, ...]) -> tuple[Sample, ...]:
    """Variants of all domains: for each family of each domain one without it. The order of the others stays."""
    sizes = [each.low.shape[-1] for each in samples]
    starts = np.cumsum([0, *sizes])
    return tuple(_without(each, int(start), int(starts[-1])) for each, start in zip(samples, starts, strict=False))


def _without(given: Sample, start: int, variants: int) -> Sample:
    size = given.low.shape[-1]
    weights = np.repeat(given.weights, variants, axis=0)
    weights[np.arange(start, start + size), np.arange(size)] = 0.0
    return Sample(np.repeat(given.low, variants, axis=0), np.repeat(given.high, variants, axis=0), weights)
