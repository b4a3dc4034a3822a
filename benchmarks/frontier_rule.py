"""The decision rule for frontier models: how often it comes to which verdict if the truth is known, beside the nominal.

    python benchmarks/frontier_rule.py [--repetitions 2000] [--seed 1] [--json FILE]

*Verdicts*: a sequential design (three domains, 20 to 60 families each, e-values, the grid) and the same with a fixed
number of 60 families (Gaffke's bound, Holm), each at five truths that all domains share; false are COVERED up to the
threshold of 0.5, and NOT COVERED from there on. *Looking too often*: the bound for one look, looked at after every
fifth family, beside the sequential evidence. *Seconds*: of the characteristics that are told with a plan, by its size,
and the most memory. What errors are at the worst truth is sought by ``frontier_errors.py``.
"""

import argparse
import json
import resource
import time
from pathlib import Path

import numpy as np

from clearinghouse.evaluation.rule.design import Across, Budget, Design, DomainDesign, Stopping, Threshold
from clearinghouse.evaluation.rule.operating import operating_characteristics
from clearinghouse.evaluation.statistics import gaffke
from clearinghouse.evaluation.statistics.sequences import log_e_process
from clearinghouse.evaluation.statistics.simulation import family_means, generator

ALPHA = 0.05
TRUTHS = (0.3, 0.4, 0.5, 0.6, 0.7)


def registered(stopping: Stopping, most: int = 60) -> Design:
    """Three domains with a threshold of one half, and what a design has if nothing else is said."""
    fixed = stopping is Stopping.FIXED
    domains = tuple(
        DomainDesign(
            name=name,
            title=name,
            threshold=Threshold(identifier="example", covered=0.5),
            families=most if fixed else 20,
            most_families=most,
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


def looking_often(repetitions: int, seed: int) -> dict[str, float]:
    """How often COVERED is claimed of a domain at its threshold, at any look up to 60 families."""
    values = family_means(generator(seed, 60), 0.5, 0.3, (repetitions, 60))
    looks = [gaffke.p_value(values[:, :n], 0.5) <= ALPHA for n in range(10, 61, 5)]
    sequential = (log_e_process(values, 0.5)[:, 9:] >= -np.log(ALPHA)).any(axis=1)
    return {"one_look": float(np.any(looks, axis=0).mean()), "sequential": float(sequential.mean())}


def durations(repetitions: int) -> list[dict[str, float | str]]:
    """How long the characteristics of a plan take, by its stopping and its families."""
    rows: list[dict[str, float | str]] = []
    for stopping, most in ((Stopping.SEQUENTIAL, 60), (Stopping.SEQUENTIAL, 120), (Stopping.FIXED, 60)):
        begin = time.perf_counter()
        operating_characteristics(registered(stopping, most), repetitions=repetitions)
        seconds = round(time.perf_counter() - begin, 1)
        rows.append({"stopping": stopping.value, "families": most, "seconds": seconds})
    return rows


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
    often = looking_often(given.repetitions, given.seed)
    print("\nhow often success at the threshold is shown to be above it, looked at from 10 to 60 families")
    print(f"  bound for one look {often['one_look']:.3f}, sequential evidence {often['sequential']:.3f}")
    seconds_of_plans = durations(given.repetitions)
    print("\nseconds for the characteristics of a plan at its guard band")
    for each in seconds_of_plans:
        print(f"{each['stopping']:>10}, 3 x {each['families']:.0f} families: {each['seconds']} s")
    print(f"at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB of memory")
    if given.json:
        told = {"verdicts": rule, "looks": often, "seconds": seconds_of_plans}
        given.json.write_text(json.dumps(told, indent=2) + "\n")


if __name__ == "__main__":
    main()
