"""Whether what is told keeps to the bounds that advisories state: four questions that need no judge.

    CLEARINGHOUSE_DATA=... python benchmarks/product_bounds.py [--rows 3000] [--seed 1] [--wrong]

The labelled set (``product_quality.py``) says how often a class is right, on pairs that somebody judged. Here the
records answer for themselves, so that any number of them can be asked, and fresh ones with each seed:

* ``fixed``: a product at the version before which a record says that it is affected (``lessThan``) does not surely have
  that flaw.
* ``first``: a product at the version with which an affected range begins is told of it, in whatever class.
* ``plan``: of the items of the labelled set, a flaw that one surely has and of which the advisory names a later fixed
  version is cleared by some upgrade, or left to a person: nobody is told to keep apart, or to replace, what can be
  updated.
* ``clears``: the version to which such a plan says that a product is updated does not surely have a flaw that the plan
  says is cleared. Where an advisory leaves that open, it has to name a fix of that line that is not later.

What does not keep to its bounds is listed with ``--wrong``. Some of it is the record's: a range that ends before it
begins, or two ranges of one product of which one ends where the other goes on.
"""

import argparse
import csv
import datetime as dt
import gc
import json
import os
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.product_draw import item_of, statements
from benchmarks.product_quality import LABELS
from clearinghouse.packages.products import NameIndex, ProductIndex, match_item
from clearinghouse.packages.products.versions import alike, compare, read_version
from clearinghouse.priority import Signals
from clearinghouse.priority.plan import Do, Plan
from clearinghouse.records import Exposure, Inventory
from clearinghouse.triage.deployer import Deployer
from clearinghouse.triage.intake import Intake
from clearinghouse.triage.prepared import published
from clearinghouse.triage.stock import Stock
from clearinghouse.triage.worklist import Terms, worklist

_NO_FIRST = {"", "0", "*", "-", "n/a", "unspecified"}
RECORDS = "cve5/vulnrichment_dev.jsonl"
ADVISORIES = (RECORDS, "csaf-cisa", "kev-epss/kev_2026-01-29.json")


class Planned(NamedTuple):
    """A plan, what it was made from, and vendor, name, model and version of its items, by how they are written."""

    plan: Plan
    index: NameIndex
    items: dict[str, tuple[str, str, str, str]]


class Bound(NamedTuple):
    """A range of one product, as its CNA states it: affected from ``low`` on, before ``end``."""

    cve: str
    vendor: str
    product: str
    low: str
    end: str


def bounds(data: Path) -> Iterator[Bound]:
    """Yield every range of versions that a CVE record ends with ``lessThan``; commits are none."""
    with (data / RECORDS).open(encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            for affected in record["containers"]["cna"].get("affected", ()):
                for each in affected.get("versions", ()) if affected.get("vendor") and affected.get("product") else ():
                    end = each.get("lessThan")
                    if end and end != "*" and each.get("status") == "affected" and each.get("versionType") != "git":
                        names = affected["vendor"], affected["product"]
                        yield Bound(record["cveMetadata"]["cveId"], *names, each.get("version", ""), end)


def told(bound: Bound, version: str, index: ProductIndex) -> Exposure | None:
    """What the record of a bound says of its product at a version, the surest of it."""
    exposures, _ = match_item(item_of(bound.vendor, bound.product, "", version), index, most_open=None)
    own = [each for each in exposures if each.advisory == bound.cve]
    return min(own, key=lambda each: each.match.rank, default=None)


def ask_bounds(drawn: list[Bound], index: ProductIndex) -> tuple[Counter[tuple[str, str]], list[str]]:
    """Count by question and class what is told; list what does not keep to its bounds."""
    counts: Counter[tuple[str, str]] = Counter()
    wrong = []
    for bound in drawn:
        fixed = told(bound, bound.end, index)
        counts["fixed", fixed.match.value if fixed else "none"] += 1
        if fixed and fixed.match.is_sure:
            wrong.append(f"fixed: {' | '.join(bound)} | {fixed.why}")
        if bound.low.strip().lower() not in _NO_FIRST and bound.low != bound.end:
            first = told(bound, bound.low, index)
            counts["first", first.match.value if first else "none"] += 1
            if first is None:
                wrong.append(f"first: {' | '.join(bound)}")
    return counts, wrong


def plan_of_labels(data: Path, cache: Path) -> Planned:
    """The plan of all items of the labelled set, as one inventory."""
    with LABELS.open(encoding="utf-8") as lines:
        rows = csv.DictReader(lines, delimiter="\t")
        items = {(row["vendor"], row["name"], row["model"], row["version"]) for row in rows}
    stock = Stock()
    stock.put(Inventory(source="labels", format="made"), (item_of(*each) for each in sorted(items)))
    known = published([data / name for name in ADVISORIES], lambda source, count: None, cache=cache)
    signals = Signals(None)
    deployer = Deployer(stock, known, Intake(signals), signals)
    plan = worklist(deployer, signals, Terms(as_of=dt.date(2026, 2, 1)))
    return Planned(plan, known.index.products, {item_of(*each).written: each for each in items})


def ask_plan(plan: Plan) -> tuple[Counter[str], list[str]]:
    """Count the actions; list the flaws that are left although their advisory names a later version as fixed."""
    wrong = []
    for action in plan.actions:
        if action.do not in (Do.ISOLATE, Do.MITIGATE):
            continue
        for flaw in action.leaves:
            named = [fix for each in flaw.exposures if each.match.is_sure for fix in each.fixed]
            if named:
                wrong.append(f"plan: {action.subject.written} | {flaw.id} | {', '.join(named[:4])}")
    return Counter(action.do.value for action in plan.actions), wrong


def ask_targets(planned: Planned) -> tuple[Counter[str], list[str]]:
    """Count how flaws stand that an update is said to clear, at its version; list those that are there."""
    counts: Counter[str] = Counter()
    wrong = []
    for action in planned.plan.actions:
        if action.do is not Do.UPGRADE or action.to is None:
            continue
        vendor, name, model, _ = planned.items[action.subject.written]
        exposures, _ = match_item(item_of(vendor, name, model, action.to), planned.index, most_open=None)
        there = {(each.advisory, each.aliases): each for each in exposures}
        for flaw in action.clears:
            for each in flaw.exposures if flaw.sure else ():
                at = there.get((each.advisory, each.aliases)) if each.match.is_sure else None
                counts["gone" if at is None else at.match.value] += 1
                if at and (at.match.is_sure or not is_fixed(each, action.to)):
                    wrong.append(f"clears: {action.subject.written} -> {action.to} | {flaw.id} | {at.match.value}")
    return counts, wrong


def is_fixed(exposure: Exposure, version: str) -> bool:
    """Whether an advisory names a fix that is not later than a version and begins like it."""
    read = read_version(version)
    fixes = [fix for text in exposure.fixed if (fix := read_version(text))]
    return read is not None and any(compare(fix, read) in (-1, 0) and alike(fix, read) for fix in fixes)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--rows", type=int, default=3000)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--wrong", action="store_true", help="list what does not keep to its bounds")
    given = arguments.parse_args()
    if not os.environ.get("CLEARINGHOUSE_DATA"):
        print("skipped: CLEARINGHOUSE_DATA names no folder of outside data")
        return
    data = Path(os.environ["CLEARINGHOUSE_DATA"])
    gc.disable()
    every = sorted(set(bounds(data)))
    drawn = random.Random(given.seed).sample(every, min(given.rows, len(every)))
    counts, wrong = ask_bounds(drawn, ProductIndex(statements(data)))
    print(f"{len(drawn):,} of {len(every):,} bounds of CVE records, seed {given.seed}")
    for question in ("fixed", "first"):
        classes = ", ".join(f"{name} {count:,}" for (asked, name), count in counts.most_common() if asked == question)
        print(f"  {question:6} {sum(each.startswith(question) for each in wrong):4} wrong of: {classes}")
    with tempfile.TemporaryDirectory(prefix="bounds-") as cache:
        planned = plan_of_labels(data, Path(cache, "made"))
        actions, left = ask_plan(planned.plan)
        targets, kept = ask_targets(planned)
    for question, answers, amiss in (("plan", actions, left), ("clears", targets, kept)):
        told_of = ", ".join(f"{name} {count:,}" for name, count in answers.most_common())
        print(f"  {question:6} {len(amiss):4} wrong of: {told_of}")
    for line in (*wrong, *left, *kept) if given.wrong else ():
        print(f"    {line}")


if __name__ == "__main__":
    main()
