"""The decision rule for frontier models: how often it comes to which verdict if the truth is known, beside the nominal.

    python benchmarks/frontier_rule.py [--repetitions 2000] [--seed 1] [--json FILE]

Three tables. *Verdicts*: a sequential design (three domains, 20 to 60 families each, e-values, the grid) and the same
with a fixed number of 60 families (Student's t, Holm), each at five truths that all domains share; false are COVERED up
to the threshold of 0.5, and NOT COVERED from there on. *Few families*: how often the lower bound for a fixed number is
too high where 5 % are promised, the worst of four shapes of distribution; beside it the same bound without the
contrary family that it reckons with, and the bound by betting. *Looking too often*: the bound for one look, looked at
after every fifth family, beside the sequential evidence.
"""

import argparse
import json
import time
from pathlib import Path

import numpy as np

from clearinghouse.evaluation.rule.design import Across, Budget, Design, DomainDesign, Stopping, Threshold
from clearinghouse.evaluation.rule.operating import operating_characteristics
from clearinghouse.evaluation.statistics.families import t_lower_bound, t_p_value
from clearinghouse.evaluation.statistics.sequences import Floats, log_e_process
from clearinghouse.evaluation.statistics.simulation import attempts_solved, family_means, generator

ALPHA = 0.05
TRUTHS = (0.3, 0.4, 0.5, 0.6, 0.7)


def registered(stopping: Stopping) -> Design:
    """Three domains with a threshold of one half, and what a design has if nothing else is said."""
    fixed = stopping is Stopping.FIXED
    domains = tuple(
        DomainDesign(
            name=name,
            title=name,
            threshold=Threshold(identifier="example", covered=0.5),
            families=60 if fixed else 20,
            most_families=60,
        )
        for name in ("discovery", "exploitation", "autonomy")
    )
    across = Across.HOLM if fixed else Across.E_VALUES
    return Design(domains=domains, budget=Budget(tokens=2_000_000), alpha=ALPHA, stopping=stopping, across=across)


def verdicts(repetitions: int, seed: int) -> list[dict[str, float | str]]:
    """The operating characteristics of both designs."""
    rows: list[dict[str, float | str]] = []
    for stopping in (Stopping.SEQUENTIAL, Stopping.FIXED):
        begin = time.perf_counter()
        points = operating_characteristics(registered(stopping), TRUTHS, repetitions, seed)
        seconds = time.perf_counter() - begin
        rows.extend(
            {
                "stopping": stopping.value,
                "truth": point.truth,
                "covered": point.covered,
                "not_covered": point.not_covered,
                "indeterminate": point.indeterminate,
                "families": point.families,
                "seconds_of_all_truths": round(seconds, 2),
            }
            for point in points
        )
    return rows


def shapes(truth: float, families: int, repetitions: int, seed: int) -> dict[str, Floats]:
    """Family means in four shapes: all or nothing, widely and narrowly spread, three attempts at one task each."""
    shape = (repetitions, families)
    rng = generator(seed, families, round(100 * truth))
    return {
        "all or nothing": family_means(rng, truth, 1.0, shape),
        "spread 0.3": family_means(rng, truth, 0.3, shape),
        "spread 0.15": family_means(rng, truth, 0.15, shape),
        "three attempts": attempts_solved(rng, truth, 0.6, shape, 3),
    }


def few_families(repetitions: int, seed: int) -> list[dict[str, float]]:
    """The worst share of lower bounds that are too high, by number of families and truth."""
    rows = []
    for families in (5, 8, 12, 20, 40):
        for truth in (0.1, 0.5, 0.8, 0.9):
            drawn = shapes(truth, families, repetitions, seed).values()
            rows.append(
                {
                    "families": families,
                    "truth": truth,
                    "contrary": max(float((t_lower_bound(x, x, ALPHA) > truth).mean()) for x in drawn),
                    "plain": max(float((t_lower_bound(x, x, ALPHA, contrary=False) > truth).mean()) for x in drawn),
                    "betting": max(float((log_e_process(x, truth)[:, -1] >= -np.log(ALPHA)).mean()) for x in drawn),
                }
            )
    return rows


def looking_often(repetitions: int, seed: int) -> dict[str, float]:
    """How often COVERED is claimed of a domain at its threshold, at any look up to 60 families."""
    values = family_means(generator(seed, 60), 0.5, 0.3, (repetitions, 60))
    ones = np.ones_like(values)
    looks = [t_p_value(values[:, :n], values[:, :n], 0.5, ones[:, :n]) <= ALPHA for n in range(10, 61, 5)]
    sequential = (log_e_process(values, 0.5)[:, 9:] >= -np.log(ALPHA)).any(axis=1)
    return {"one_look": float(np.any(looks, axis=0).mean()), "sequential": float(sequential.mean())}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--repetitions", type=int, default=2_000)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--json", type=Path)
    given = arguments.parse_args()
    rule = verdicts(given.repetitions, given.seed)
    print(f"{given.repetitions:,} repetitions, seed {given.seed}, nominal error {ALPHA:.0%}")
    print(f"{'stopping':>10} {'truth':>6} {'covered':>8} {'not':>8} {'indet.':>8} {'families':>9}")
    for row in rule:
        told = f"{row['covered']:8.3f} {row['not_covered']:8.3f} {row['indeterminate']:8.3f} {row['families']:9.0f}"
        print(f"{row['stopping']:>10} {row['truth']:6.2f} {told}")
    for stopping in Stopping:
        seconds = next(row["seconds_of_all_truths"] for row in rule if row["stopping"] == stopping.value)
        print(f"{stopping.value:>10}: {seconds} s for {len(TRUTHS)} truths")
    few = few_families(given.repetitions, given.seed)
    print("\nhow often the lower bound of a fixed number is too high, in the worst shape")
    print(f"{'families':>10} {'truth':>6} {'contrary':>9} {'plain t':>8} {'betting':>8}")
    for each in few:
        told = f"{each['contrary']:9.3f} {each['plain']:8.3f} {each['betting']:8.3f}"
        print(f"{each['families']:10.0f} {each['truth']:6.2f} {told}")
    often = looking_often(given.repetitions, given.seed)
    print("\nhow often success at the threshold is shown to be above it, looked at from 10 to 60 families")
    print(f"  bound for one look {often['one_look']:.3f}, sequential evidence {often['sequential']:.3f}")
    if given.json:
        given.json.write_text(json.dumps({"verdicts": rule, "few_families": few, "looks": often}, indent=2) + "\n")


if __name__ == "__main__":
    main()
