"""Assessment of a table of runs: seconds from the command to the answer, and the share of the bootstrap in it.

    python benchmarks/frontier_assess.py [--models 16] [--tasks 631] [--draws 1000] [--json FILE]

The table is made: tasks in families of unequal size, human times from seconds to days, models of graded ability. It is
read and measured by `clearinghouse frontier assess` as a process of its own, imports included. Beside it, in the same
run, the peer: the same curves of some of the draws, one after the other, with scipy's BFGS.
"""

import argparse
import json
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from scipy.optimize import minimize

from clearinghouse.evaluation.statistics.bootstrap import task_counts
from clearinghouse.evaluation.statistics.horizon.fit import fit

RIDGE = 1e-5
LIMIT = 5.0
"""Seconds that 10,000 runs with 1,000 draws of each model may take."""


def made(models: int, tasks: int, seed: int) -> tuple[str, np.ndarray, np.ndarray, np.ndarray]:
    """Return a table as CSV, and the families, log2 minutes and scores (models by tasks) behind it."""
    rng = np.random.default_rng(seed)
    family = np.sort(rng.choice(40, size=tasks, p=rng.dirichlet(np.ones(40))))
    family = np.unique(family, return_inverse=True)[1]
    x = rng.uniform(-4, 11, tasks)
    ability = np.linspace(-1, 9, models)
    scores = rng.random((models, tasks)) < 1 / (1 + np.exp(0.7 * (x[None] - ability[:, None])))
    lines = ["task_id,task_family,model,score,human_minutes"]
    for model in range(models):
        for task, (group, place, score) in enumerate(zip(family, x, scores[model], strict=True)):
            lines += [f"t{task:05},f{group:02},m{model:02},{int(score)},{2**place:.6g}"]
    return "\n".join(lines) + "\n", family, x, scores.astype(float)


def whole(table: Path, draws: int) -> float:
    """Seconds of the command, in a process of its own."""
    command = [sys.executable, "-m", "clearinghouse", "frontier", "assess", str(table), "--draws", str(draws)]
    begin = time.perf_counter()
    subprocess.run([*command, "--format", "json"], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begin


def curves(family: np.ndarray, x: np.ndarray, scores: np.ndarray, draws: int, peers: int) -> dict[str, float]:
    """Milliseconds of a curve of one draw: all at once here, and one after the other with the peer."""
    counts = task_counts(family, draws).astype(float)
    weight = counts / counts.sum(axis=1, keepdims=True)
    begin = time.perf_counter()
    ours = fit(x, weight, weight * scores, RIDGE)
    ours_seconds = time.perf_counter() - begin
    furthest = 0.0
    begin = time.perf_counter()
    for row in range(peers):

        def loss(at: np.ndarray, row: int = row) -> float:
            z = at[0] + at[1] * x
            return float((weight[row] * (np.logaddexp(0, z) - scores * z)).sum() + RIDGE / 2 * at[1] ** 2)

        found = minimize(loss, [0.0, 0.0], method="BFGS").x
        furthest = max(furthest, abs(found[1] - ours.slope[row]))
    peer_seconds = time.perf_counter() - begin
    return {
        "milliseconds_per_curve": ours_seconds / draws * 1e3,
        "peer_milliseconds_per_curve": peer_seconds / peers * 1e3,
        "times_the_peer": (peer_seconds / peers) / (ours_seconds / draws),
        "furthest_slope_from_peer": furthest,
        "largest_gradient": float(ours.gradient.max()),
    }


def run(models: int, tasks: int, draws: int, seed: int, repeats: int) -> dict[str, float]:
    text, family, x, scores = made(models, tasks, seed)
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder, "runs.csv")
        table.write_text(text)
        seconds = [whole(table, draws) for _ in range(repeats)]
        bare = [whole(table, 0) for _ in range(repeats)]
    middle = statistics.median(seconds)
    return {
        "runs": models * tasks,
        "models": models,
        "draws": draws,
        "seconds": middle,
        "seconds_without_draws": statistics.median(bare),
        "limit_seconds": LIMIT,
        "share_of_the_limit": middle / LIMIT,
        **curves(family, x, scores[models // 2], draws, min(50, draws)),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--models", type=int, default=16)
    parser.add_argument("--tasks", type=int, default=631)
    parser.add_argument("--draws", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    options = parser.parse_args()
    results = run(options.models, options.tasks, options.draws, options.seed, options.repeats)
    for name, value in results.items():
        print(f"{name.replace('_', ' '):32}{value:>14,.4g}" if value < 1000 else f"{name:32}{value:>14,.0f}")
    print(f"Python {platform.python_version()}, numpy {np.__version__}, {platform.machine()}")
    if options.json:
        facts = {"python": platform.python_version(), "numpy": np.__version__, "machine": platform.machine()}
        options.json.write_text(json.dumps(facts | {"results": results}, indent=2) + "\n")


if __name__ == "__main__":
    main()
