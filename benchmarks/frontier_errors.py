"""How often the bounds of the rule err at the worst truth that can be found, beside what they promise.

    python benchmarks/frontier_errors.py [--quick] [--seed 1] [--json FILE]

A truth is sought for each number of families, not taken: the one at which a bound errs most. Three searches.

*Two values*: families are worth one of two values; the chance that the bound is above the mean is an exact binomial
sum. *Three values*: likewise an exact multinomial sum, up to 12 families. Both are climbed from a grid of starts.
*Mixtures*: two beta distributions, or a beta and a single value, by simulation; the worst ten of many are drawn again,
and the worst of these once more and oftener, so that what is told is no winner's curse.

Bounds are that of a fixed number of families (Gaffke), Student's t with and without a contrary family, which it
replaces, and betting at the end; for the sequential design betting at every look, whose chance is exact for families
that succeed or fail altogether. The bound of a gain by elicitation is searched over families of one to five tasks of
unequal size.
"""

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import minimize
from scipy.stats import binom, multinomial

from clearinghouse.evaluation.statistics import gaffke
from clearinghouse.evaluation.statistics.families import t_p_value
from clearinghouse.evaluation.statistics.sequences import Floats, log_e_process
from clearinghouse.evaluation.statistics.simulation import family_means, generator

ALPHA = 0.05
FAMILIES = (5, 8, 12, 20, 30, 40, 60)
MOST_OF_THREE = 12
"""Families of which three values are summed exactly."""
Rejects = Callable[[Floats, float], Any]
"""Whether a bound from each row of family means is above a mean."""
Drawn = Callable[[np.random.Generator], Floats]
"""Draws family means of one truth."""


def by_gaffke(values: Floats, mean: float) -> Any:
    return gaffke.p_value(values, mean) <= ALPHA


def by_contrary(values: Floats, mean: float) -> Any:
    return t_p_value(np.append(values, np.zeros((len(values), 1)), axis=1), mean) <= ALPHA


def by_t(values: Floats, mean: float) -> Any:
    return t_p_value(values, mean) <= ALPHA


def by_betting(values: Floats, mean: float) -> Any:
    return log_e_process(values, mean)[:, -1] >= -np.log(ALPHA)


BOUNDS: dict[str, Rejects] = {"gaffke": by_gaffke, "contrary": by_contrary, "plain_t": by_t, "betting": by_betting}


def two_values(rejects: Rejects, families: int, low: float, high: float, share: float) -> float:
    """The exact chance of an error where each family is worth ``high`` with a chance of ``share``, and else ``low``."""
    mean = share * high + (1 - share) * low
    if not (0 <= low < high <= 1 and 0 < share < 1 and 0 < mean < 1):
        return 0.0
    counts = np.arange(families + 1)
    values = np.where(np.arange(families) < counts[:, None], high, low)
    return float(binom.pmf(counts, families, share) @ rejects(values, mean))


def worst_of_two(rejects: Rejects, families: int, shares: int) -> tuple[float, tuple[float, ...]]:
    """The largest error over a grid of truths, climbed on from the best ones."""
    tried = [
        (two_values(rejects, families, low, high, share), (low, high, share))
        for low, high in (
            (0.0, 1.0),
            (0.0, 0.9),
            (0.1, 1.0),
            (0.3, 1.0),
            (0.5, 1.0),
            (0.0, 0.5),
            (0.7, 1.0),
            (0.4, 0.6),
        )
        for share in np.arange(1, shares) / shares
    ]
    return climbed(lambda at: two_values(rejects, families, *at), tried, 4)


def three_values(rejects: Rejects, families: int, middle: float, one: float, other: float) -> float:
    """The exact chance of an error with values 0, ``middle`` and 1; ``one`` and ``other`` split the chances."""
    if not (0 < middle < 1 and 0 < one < 1 and 0 < other < 1):
        return 0.0
    shares = np.array([1 - one, one * (1 - other), one * other])
    counts = np.array([(families - b - c, b, c) for b in range(families + 1) for c in range(families + 1 - b)])
    places = np.arange(families)
    values = np.where(places < counts[:, :1], 0.0, np.where(places < counts[:, :2].sum(axis=1)[:, None], middle, 1.0))
    return float(multinomial.pmf(counts, families, shares) @ rejects(values, float(shares @ [0.0, middle, 1.0])))


def worst_of_three(rejects: Rejects, families: int) -> tuple[float, tuple[float, ...]]:
    """The largest error over three values."""
    ticks = (0.1, 0.3, 0.5, 0.7, 0.9, 0.97)
    tried = [
        (three_values(rejects, families, *at), at) for at in ((a, b, c) for a in ticks for b in ticks for c in ticks)
    ]
    return climbed(lambda at: three_values(rejects, families, *at), tried, 3)


def climbed(
    error: Callable[[Any], float], tried: list[tuple[float, tuple[float, ...]]], starts: int
) -> tuple[float, tuple[float, ...]]:
    """The best of what was tried, after climbing from the best few. Errors jump, so that no gradient is used."""
    best = sorted(tried, reverse=True)[:starts]
    for _, start in best[:]:
        found = minimize(lambda at: -error(at), start, method="Nelder-Mead", options={"maxfev": 150, "xatol": 1e-6})
        best.append((-float(found.fun), tuple(float(each) for each in found.x)))
    return max(best)


def mixture(rng: np.random.Generator, shape: tuple[int, int]) -> tuple[Drawn, float]:
    """A truth: a beta distribution mixed with another one, or with a single value; and its mean."""
    means, spreads = rng.beta(0.7, 0.7, 2), rng.choice([0.05, 0.15, 0.3, 1.0], 2)
    share, point = rng.random(), rng.choice([-1.0, 0.0, 0.5, 1.0], p=[0.55, 0.15, 0.1, 0.2])
    means = np.clip(means, 0.02, 0.98)
    if point >= 0:
        means[1] = point

    def drawn(source: np.random.Generator) -> Floats:
        first = family_means(source, means[0], spreads[0], shape)
        second = np.full(shape, point) if point >= 0 else family_means(source, means[1], spreads[1], shape)
        return np.where(source.random(shape) < share, first, second)

    return drawn, float(share * means[0] + (1 - share) * means[1])


def worst_mixture(rejects: Rejects, families: int, truths: int, repetitions: int, seed: int) -> float:
    """The largest error of many mixtures."""
    rng = generator(seed, families)
    made = [mixture(rng, (repetitions, families)) for _ in range(truths)]

    def error(truth: tuple[Drawn, float], source: np.random.Generator) -> float:
        drawn, mean = truth
        return float(np.mean(rejects(drawn(source), mean)))

    return worst_again([each for each in made if 0.01 < each[1] < 0.99], error, (seed, families))


def worst_again(truths: list[Any], error: Callable[[Any, np.random.Generator], float], seed: tuple[int, ...]) -> float:
    """The error at the worst truth: ten are drawn again, ten times as often, and the worst of them a hundred times."""
    tried = [(0.0, at) for at in range(len(truths))]
    for part, (kept, times) in enumerate(((len(truths), 1), (10, 10), (1, 100))):
        best = sorted(tried, reverse=True)[:kept]
        tried = [
            (float(np.mean([error(truths[at], generator(*seed, at, part, time)) for time in range(times)])), at)
            for _, at in best
        ]
    return tried[0][0]


def crossing(most: int, first: int, rate: float) -> float:
    """The exact chance that betting is ever enough against a true claim, at any look from ``first`` to ``most``.

    Families succeed or fail altogether with the claimed rate, so evidence depends on how many succeeded: the number
    of successes is followed, and what crossed is put aside.
    """
    chances, crossed = np.array([1.0]), 0.0
    for look in range(1, most + 1):
        chances = np.append(chances * (1 - rate), 0.0) + np.append(0.0, chances * rate)
        if look >= first:
            counts = np.arange(look + 1)
            values = (np.arange(look) < counts[:, None]).astype(float)
            enough = by_betting(values, rate)
            crossed += float(chances[enough].sum())
            chances = np.where(enough, 0.0, chances)
    return crossed


def gains_missed(families: int, truths: int, repetitions: int, seed: int) -> float:
    """The largest error of the bound of a gain: families of one to five tasks, gains and losses, whole or by task."""
    rng = generator(seed, families, 7)
    chances, losses = (0.02, 0.05, 0.1, 0.2, 0.4), (0.0, 0.0, 0.05)
    made = [(rng.choice(chances), rng.choice(losses), rng.random(), rng.choice([1, 5])) for _ in range(truths)]

    def error(shape: Any, source: np.random.Generator) -> float:
        return _gain_error(families, repetitions, *shape, source)

    return worst_again(made, error, (seed, families, 7))


def _gain_error(
    families: int, repetitions: int, chance: float, loss: float, whole: float, most: int, rng: np.random.Generator
) -> float:
    """How often the bound is below the mean gain. ``whole``: the share of families that gain or lose as one."""
    sizes = rng.integers(1, most + 1, (repetitions, families, 1))
    together = rng.random((repetitions, families, 1)) < whole
    drawn = np.where(together, rng.random((repetitions, families, 1)), rng.random((repetitions, families, most)))
    gains = np.where(drawn < chance, 1.0, np.where(drawn > 1 - loss, -1.0, 0.0))
    means = np.where(np.arange(most) < sizes, gains, 0.0).sum(axis=-1) / sizes[..., 0]
    return float((gaffke.p_value((1 - means) / 2, (1 - chance + loss) / 2) <= ALPHA).mean())


def sought(quick: bool, seed: int) -> list[dict[str, Any]]:
    """The worst truths of every bound, by number of families."""
    rows = []
    shares, truths, repetitions = (30, 40, 500) if quick else (120, 400, 2_000)
    for families in FAMILIES:
        row: dict[str, Any] = {"families": families}
        for name, rejects in BOUNDS.items():
            two, at = worst_of_two(rejects, families, shares)
            three = worst_of_three(rejects, families)[0] if families <= MOST_OF_THREE else None
            mixed = worst_mixture(rejects, families, truths, repetitions, seed)
            row[name] = {"two": two, "at": at, "three": three, "mixed": mixed}
        row["gain"] = gains_missed(families, truths, repetitions, seed)
        row["every_look"] = max(crossing(families, 1, rate) for rate in np.arange(1, shares) / shares)
        rows.append(row)
        _tell(row)
    return rows


def _tell(row: dict[str, Any]) -> None:
    cells = []
    for name in BOUNDS:
        found = row[name]
        three = "     -" if found["three"] is None else f"{found['three']:.4f}"
        cells.append(f"{found['two']:.4f} {three} {found['mixed']:.4f}")
    print(f"{row['families']:>8}  {'   '.join(cells)}   {row['gain']:.4f}  {row['every_look']:.4f}", flush=True)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--quick", action="store_true", help="fewer truths, for a look")
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--json", type=Path)
    given = arguments.parse_args()
    begin = time.perf_counter()
    print(
        f"error at the worst truth found, {ALPHA:.0%} promised, seed {given.seed}; two values, three values, mixtures"
    )
    print(f"{'families':>8}  {'   '.join(f'{name:^20}' for name in BOUNDS)}   {'gain':^6}  {'looks':^6}")
    rows = sought(given.quick, given.seed)
    print(f"{time.perf_counter() - begin:.0f} s")
    if given.json:
        given.json.write_text(json.dumps({"alpha": ALPHA, "worst": rows}, indent=1) + "\n")


if __name__ == "__main__":
    main()
