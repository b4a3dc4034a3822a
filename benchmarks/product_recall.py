"""How many advisories are told to who lists products in their own words.

    CLEARINGHOUSE_DATA=... python benchmarks/product_recall.py [--set NAME] [--missed] [--json FILE]
    CLEARINGHOUSE_DATA=... python benchmarks/product_recall.py --draw second

``product_quality.py`` measures how often a match is right, on pairs that the matcher or a shared word brought together:
what it never finds is not among them. Here the draw begins at the advisories: KEV entries, CSAF advisories of
industrial control systems (``ics``) and of medical devices, and CVE records, no more than two of a vendor (five of
Microsoft, Siemens and Cisco). Of each that a small hospital, bank, water utility, school or office may meet (no plugins
of web sites, no libraries, no student projects) one to three items were written as a spreadsheet of such a place would
have them: vendors abbreviated, bought or missing, marketing names, models, remarks, versions with words around them.
``benchmarks/data/product_recall.tsv`` has them, with the class that a careful person would give, or ``none`` for a near
name of which the advisory does not speak. They were written from the advisories, before the matcher saw them.

What each set gave when it was first measured; its misses were then mended by general rules, so that it tells no more:

======  ====  =============================  =============  ===============  =============================
set     rows  told in any class              as sure        near names told  the matcher before this set
======  ====  =============================  =============  ===============  =============================
first    268  0.366 (98; 0.310 to 0.425)     0.284          2 of 63          the same
second    93  0.742 (69; 0.645 to 0.820)     0.462          0 of 21          0.366 (34), as sure 0.280
third     72  0.611 (44; 0.496 to 0.715)     0.486          2 of 14          0.319 (23), as sure 0.278
======  ====  =============================  =============  ===============  =============================

The last column is the matcher as the first set found it. Of the first set's 170 misses 135 were names that were not
found at all, 22 items of which only other advisories were told, 7 that were cut off (:data:`MOST_OPEN` of
:mod:`clearinghouse.packages.products.match`), and 6 not judged or judged clean. On fresh data (second and third) 113 of
165 were told, 0.685 (0.610 to 0.751), where the matcher before told 57.

"As sure" counts what was told in the class of the truth or a surer one: most near names are told as a question.
"""

import argparse
import csv
import gc
import json
import os
import random
import statistics
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.product_draw import item_of, statements
from benchmarks.product_quality import SURENESS, given, wilson
from clearinghouse.packages.products import ProductIndex, Statement, match_item
from clearinghouse.packages.products.names import fold
from clearinghouse.records import Exposure, Unjudged

ITEMS = Path(__file__).parent / "data/product_recall.tsv"
SOURCES = ("kev", "ics", "medical", "cve")
_MANY = frozenset({"microsoft", "siemens", "cisco"})


class Draw(NamedTuple):
    """One draw of advisories: its seed, and how many of each source."""

    seed: int
    kev: int
    ics: int
    medical: int
    cve: int


DRAWS = {
    "first": Draw(24691, 38, 50, 26, 75),
    "second": Draw(58013, 14, 18, 10, 40),
    "third": Draw(40277, 8, 13, 8, 34),
}


def source_of(statement: Statement) -> str:
    """From where an advisory is: one of :data:`SOURCES`."""
    if statement.origin != "csaf":
        return statement.origin
    return "medical" if statement.advisory.startswith("ICSMA") else "ics"


def draw(found: list[Statement], name: str, known: frozenset[str]) -> list[tuple[str, str, list[Statement]]]:
    """Advisories of a draw: source, identifier and what they say. ``known``: those of earlier sets."""
    plan = DRAWS[name]
    chance = random.Random(plan.seed)
    advisories: dict[tuple[str, str], list[Statement]] = defaultdict(list)
    for each in found:
        if not each.stated_by and not each.package:
            advisories[source_of(each), each.advisory].append(each)
    records = Counter(fold(said[0].vendor) for (source, _), said in advisories.items() if source == "cve")
    makers = {fold(each.vendor) for each in found if each.origin != "cve"}
    drawn = []
    for source in SOURCES:
        names = sorted(name for where, name in advisories if where == source and name not in known)
        chance.shuffle(names)
        vendors: Counter[str] = Counter()
        for advisory in names:
            vendor = fold(advisories[source, advisory][0].vendor)
            common = source != "cve" or vendor in makers or records[vendor] >= 8
            if common and vendors[vendor] < (5 if vendor in _MANY else 2):
                vendors[vendor] += 1
                drawn.append((source, advisory, advisories[source, advisory]))
            if vendors.total() == getattr(plan, source):
                break
    return drawn


def print_draw(found: list[Statement], name: str, rows: list[dict[str, str]]) -> None:
    """Print what a draw's advisories say, for whoever writes items."""
    earlier = list(DRAWS)[: list(DRAWS).index(name)]
    known = frozenset(row["advisory"] for row in rows if row["set"] in earlier)
    for source, advisory, said in draw(found, name, known):
        print(f"{source} {advisory} | {said[0].vendor} | {said[0].title[:120]}")
        for each in said[:5]:
            ends = [f"{stretch.low or '0'}..{stretch.high or '*'}" for stretch in each.stretches[:4]]
            print("   ", each.product[:100], "::", *ends, *each.listed[:5], *each.models[:2])


def why_missed(exposures: list[Exposure], unjudged: list[Unjudged]) -> str:
    """In what way an advisory was not told."""
    codes = {each.code for each in unjudged}
    if "too_many" in codes:
        return "cut off"
    if exposures:
        return "others told"
    return "name unknown" if codes <= {"not_covered", "no_name"} and codes else "not judged or clean"


def measure(rows: list[dict[str, str]], index: ProductIndex) -> tuple[dict[str, Any], list[dict[str, str]]]:
    """Match every row; return the figures, and the rows that were missed or told wrongly."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    reasons: Counter[str] = Counter()
    numbers, seconds, wrong = [], [], []
    for row in rows:
        item = item_of(row["vendor"], row["name"], row["model"], row["version"])
        start = time.process_time()
        exposures, unjudged = match_item(item, index)
        seconds.append(time.process_time() - start)
        numbers.append(len(exposures))
        got = given(exposures, row["advisory"], "")
        source = "none" if row["class"] == "none" else row["source"]
        told = got != "none"
        counts[source].update({"rows": 1, "told": told, "as_sure": told and SURENESS[got] <= SURENESS[row["class"]]})
        counts[source].update({"too_sure": SURENESS[got] < SURENESS[row["class"]]})
        if told == (row["class"] == "none"):
            why = "told" if told else why_missed(exposures, unjudged)
            reasons.update([why] if not told else [])
            wrong.append({**row, "given": got, "why": why, "said": " ".join(each.reason for each in unjudged)})
    figures: dict[str, Any] = {"sources": {source: dict(count) for source, count in counts.items()}}
    figures["missed"] = dict(reasons)
    figures["exposures"] = {"median": statistics.median(numbers), "p95": _high(numbers)}
    figures["milliseconds"] = {"median": statistics.median(seconds) * 1e3, "p95": _high(seconds) * 1e3}
    return figures, wrong


def _high(values: list[Any]) -> Any:
    return sorted(values)[int(len(values) * 0.95)]


def print_table(name: str, figures: dict[str, Any]) -> None:
    """Print the figures of one set."""
    exposures, spent = figures["exposures"], figures["milliseconds"]
    print(
        f"{name}: exposures an item {exposures['median']:.0f} (median), {exposures['p95']} (95 %);"
        f" {spent['median']:.2f} ms (median), {spent['p95']:.1f} ms (95 %)"
    )
    total: Counter[str] = Counter()
    print(f"  {'source':8} {'rows':>5} {'told':>12} {'95 %':>13} {'as sure':>8} {'too sure':>9}")
    for source in SOURCES:
        if source in figures["sources"]:
            total.update(figures["sources"][source])
            _print_row(source, figures["sources"][source])
    _print_row("all", total)
    none = figures["sources"].get("none")
    if none:
        print(f"  of {none['rows']} near names {none['told']} are told, {none['too_sure']} of them somehow")
    print("  missed:", ", ".join(f"{why} {count}" for why, count in sorted(figures["missed"].items())) or "none")


def _print_row(source: str, count: dict[str, int]) -> None:
    rows, told = count["rows"], count["told"]
    low, high = wilson(told, rows)
    share = f"{told / rows:.3f} ({told})"
    print(
        f"  {source:8} {rows:>5} {share:>12} {low:>7.3f}-{high:.3f}"
        f" {count['as_sure'] / rows:>8.3f} {count['too_sure']:>9}"
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", choices=DRAWS)
    parser.add_argument("--draw", choices=DRAWS, help="print what the advisories of a draw say, and measure nothing")
    parser.add_argument("--missed", action="store_true", help="print the rows that were missed or told wrongly")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    with ITEMS.open(newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    gc.disable()
    found = statements(Path(os.environ["CLEARINGHOUSE_DATA"]))
    if options.draw:
        print_draw(found, options.draw, rows)
        return
    index = ProductIndex(found)
    result: dict[str, Any] = {}
    for name in (options.set,) if options.set else DRAWS:
        part = [row for row in rows if row["set"] == name]
        if not part:
            continue
        result[name], wrong = measure(part, index)
        print_table(name, result[name])
        for row in wrong if options.missed else ():
            item = " | ".join(row[key] for key in ("vendor", "name", "model", "version"))
            print("   ", row["why"], "|", item, "|", row["advisory"], row["class"], "given", row["given"], row["said"])
    if options.json:
        options.json.write_text(json.dumps(result, indent=2) + "\n")


if __name__ == "__main__":
    main()
