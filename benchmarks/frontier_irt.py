"""Item response: how fast abilities and difficulties are fitted, and how near they come to a known truth.

    python benchmarks/frontier_irt.py [--models 16] [--tasks 631] [--rounds 5] [--skip-glm] [--json FILE]

Outcomes of models at tasks are drawn from abilities and difficulties that are known, 8 % of them missing, spread as
widely as those of published runs of 16 models. Ours: marginal maximum likelihood with one and with two parameters.
Peers in the same run: joint maximum likelihood, every difficulty a parameter, by scipy's L-BFGS with the same weak
penalty; and statsmodels' logistic regression with a dummy variable for each model and task, of the tasks that some
solved and some did not, since it has no penalty. Printed: median seconds of the rounds, the slope of fitted on true
abilities (1 is right; above, they are stretched), their root mean square error in logits once both are centred, and how
often ours cover the truth at 95 % over new draws.
"""

import argparse
import json
import statistics
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
from scipy import optimize, special

from clearinghouse.evaluation.statistics.irt.calibrate import calibrate
from clearinghouse.evaluation.statistics.irt.marginal import ABILITY_PRIOR

SPREAD = 3.0
MISSING = 0.08


def simulated(rng: np.random.Generator, abilities: np.ndarray, tasks: int) -> np.ndarray:
    """Return outcomes of models (rows) at tasks (columns) of difficulties that are drawn, NaN where missing."""
    chance = special.expit(abilities[:, None] - rng.normal(0, SPREAD, tasks))
    solved = (rng.random(chance.shape) < chance).astype(float)
    holes = rng.random(chance.shape) < MISSING
    holes[:2] = False  # every task was tried
    return np.where(holes, np.nan, solved)


def marginal(table: np.ndarray, *, two: bool) -> np.ndarray:
    """Return abilities by our fit."""
    return np.array([each.value for each in calibrate(table, two_parameters=two).abilities])


def joint(table: np.ndarray) -> np.ndarray:
    """Return abilities where every difficulty is a parameter, penalised as weakly as our abilities are."""
    models, tasks = table.shape
    tried = ~np.isnan(table)
    solved = np.nan_to_num(table)

    def minus(at: np.ndarray) -> tuple[float, np.ndarray]:
        eta = at[:models, None] - at[models:]
        rest = np.where(tried, special.expit(eta) - solved, 0.0)
        value = np.where(tried, np.logaddexp(0, eta) - solved * eta, 0.0).sum() + at @ at / (2 * ABILITY_PRIOR**2)
        return value, np.concatenate([rest.sum(axis=1), -rest.sum(axis=0)]) + at / ABILITY_PRIOR**2

    options = {"maxiter": 5_000, "maxfun": 10_000, "gtol": 1e-4}
    return optimize.minimize(minus, np.zeros(models + tasks), jac=True, method="L-BFGS-B", options=options).x[:models]


def dummies(table: np.ndarray) -> np.ndarray:
    """Return abilities by statsmodels' logistic regression with dummy variables, of tasks that tell models apart."""
    import statsmodels.api as sm  # noqa: PLC0415

    mixed = table[:, (np.nanmin(table, axis=0) == 0) & (np.nanmax(table, axis=0) == 1)]
    models, tasks = mixed.shape
    row, column = np.nonzero(~np.isnan(mixed))
    design = np.zeros((len(row), models + tasks - 1))
    design[np.arange(len(row)), row] = 1
    later = column > 0
    design[np.flatnonzero(later), models + column[later] - 1] = -1
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fit = sm.GLM(mixed[row, column], design, family=sm.families.Binomial()).fit(maxiter=30)
    return fit.params[:models]


def told(fitter: Callable[[np.ndarray], np.ndarray], table: np.ndarray, truth: np.ndarray, rounds: int) -> dict:
    """Return how long a fit takes, and how near it comes."""
    seconds = []
    for _ in range(rounds):
        begin = time.perf_counter()
        found = fitter(table)
        seconds.append(time.perf_counter() - begin)
    apart = (found - found.mean()) - (truth - truth.mean())
    return {
        "seconds": round(statistics.median(seconds), 4),
        "slope": round(float(np.polyfit(truth, found, 1)[0]), 4),
        "rmse": round(float(np.sqrt((apart**2).mean())), 4),
    }


def coverage(truth: np.ndarray, tasks: int, draws: int) -> float:
    """Return how often the interval of a difference of two models at 95 % covers it."""
    inside = []
    for seed in range(draws):
        found = calibrate(simulated(np.random.default_rng(1_000 + seed), truth, tasks), families=np.arange(tasks))
        for k in range(len(truth) - 1):
            value, error = found.difference(k + 1, k)
            inside.append(abs(value - (truth[k + 1] - truth[k])) < 1.96 * error)
    return round(float(np.mean(inside)), 4)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", type=int, default=16)
    parser.add_argument("--tasks", type=int, default=631)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--draws", type=int, default=50)
    parser.add_argument("--skip-glm", action="store_true", help="statsmodels takes long")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    truth = np.linspace(-SPREAD, SPREAD, options.models)
    table = simulated(np.random.default_rng(6), truth, options.tasks)
    rows = {
        "marginal, one parameter (ours)": told(lambda t: marginal(t, two=False), table, truth, options.rounds),
        "marginal, two parameters (ours)": told(lambda t: marginal(t, two=True), table, truth, options.rounds),
        "joint, penalised, scipy L-BFGS": told(joint, table, truth, options.rounds),
    }
    if not options.skip_glm:
        rows["joint, dummies, statsmodels GLM"] = told(dummies, table, truth, 1)
    ours = rows["marginal, one parameter (ours)"]["seconds"]
    print(f"{options.models} models x {options.tasks} tasks")
    print(f"{'':34}{'seconds':>9}{'times ours':>12}{'slope':>8}{'rmse':>8}")
    for name, row in rows.items():
        row["times_ours"] = round(row["seconds"] / ours, 1)
        print(f"{name:34}{row['seconds']:9.3f}{row['times_ours']:12.1f}{row['slope']:8.3f}{row['rmse']:8.3f}")
    covered = coverage(truth, options.tasks, options.draws)
    print(f"differences of neighbouring models covered at 95 %: {covered:.1%} over {options.draws} draws")
    if options.json:
        found = {"models": options.models, "tasks": options.tasks, "fits": rows, "covered": covered}
        options.json.write_text(json.dumps(found, indent=2) + "\n")


if __name__ == "__main__":
    main()
