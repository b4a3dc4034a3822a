"""How often product matching is right, class by class, on pairs of item and advisory that were judged by hand.

    CLEARINGHOUSE_DATA=... python benchmarks/product_quality.py [--split NAME] [--wrong] [--json FILE]
    CLEARINGHOUSE_DATA=... python benchmarks/product_quality.py --draw 2 > rows.tsv

The rows of ``benchmarks/data/product_labels.tsv`` were drawn by ``product_draw.py`` and judged from the advisories: for
each pair the class that a careful person would give it, or ``none``, with the reason. The rules were made on the half
``dev``. Each of the others was judged before anything was measured on it; its errors were then mended, so that it tells
no more. What each told when it was first measured is the honest figure:

========  ====  ===================  =================  =================  ================
split     rows  exact                range              name-only          possible
========  ====  ===================  =================  =================  ================
dev        227  n/a                  n/a                n/a                n/a
test       210  n/a                  n/a                n/a                n/a
second     313  1.000                0.991              not kept           not kept
third      328  0.973 (36/37)        0.942 (129/137)    0.930 (40/43)      0.522 (36/69)
fourth     289  0.921 (35/38)        0.922 (94/102)     0.857 (24/28)      0.577 (45/78)
fifth      148  0.958 (23/24)        0.960 (48/50)      1.000 (12/12)      0.675 (27/40)
sixth      172  1.000 (32/32)        0.909 (50/55)      1.000 (12/12)      0.578 (26/45)
seventh    107  0.889 (16/18)        0.914 (32/35)      0.857 (6/7)        0.680 (17/25)
eighth     245  0.889 (32/36)        0.962 (76/79)      0.813 (13/16)      0.372 (35/94)
ninth      184  0.938 (15/16)        0.937 (59/63)      0.500 (4/8)        0.553 (47/85)
tenth      125  1.000 (21/21)        0.868 (33/38)      0.900 (9/10)       0.551 (27/49)
========  ====  ===================  =================  =================  ================

All that were wrongly ``exact`` or ``range`` from ``fourth`` on are questions in truth; none is surely not affected. The
rules that mend one round were in force when the next was drawn. What they hang on: a condition that stands in free
words ("if the product is installed in a folder other than the default installation folder"), a part of the product,
hardware, a build, another numbering, a remedy that names a version, or a product that CISA added to a record.

Since the eighth round a condition on the *installation* that an advisory states (something that is configured, enabled,
installed, licensed, or a mode) makes a pair ``possible``, for an inventory does not say it; what an attack needs does
not. 50 older rows that state one were relabelled, from ``exact`` and ``range``. One row was corrected after it had been
measured (``tenth-operator-086``, to ``range``: the excerpt from which it was judged left out a second entry); the
table has it as it was judged. Three rows are known to be wrong still, all of them questions that are called ``range``.

Precision of a class is the share of the pairs put into it that belong there; recall, the share of those that belong
there that were put into it. Beside each stands the Wilson interval (95 %). "As sure" counts a pair as right where the
truth is a surer class than the one it was put into: a question that a careful person would not have needed to ask.
"""

import argparse
import csv
import gc
import json
import math
import os
import resource
import statistics
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.product_draw import ROUNDS, item_of, statements, write_rows
from clearinghouse.packages.products import ProductIndex, match_item
from clearinghouse.records import Exposure

LABELS = Path(__file__).parent / "data/product_labels.tsv"
SPLITS = ("dev", "test", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
CLASSES = ("exact", "range", "name-only", "possible")
SURENESS = {name: place for place, name in enumerate((*CLASSES, "none"))}


def wilson(right: int, count: int, z: float = 1.96) -> tuple[float, float]:
    """The Wilson score interval of a share (E. B. Wilson, 1927); 0 to 1 where nothing was counted."""
    if not count:
        return 0.0, 1.0
    share = right / count
    centre = share + z * z / (2 * count)
    spread = z * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    scale = 1 + z * z / count
    return max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale)


def given(exposures: list[Exposure], advisory: str, flaw: str) -> str:
    """The class into which the matcher put a pair; the surest, where an advisory stands more than once."""
    found = [each.match.value for each in exposures if each.advisory == advisory and (not flaw or flaw in each.aliases)]
    return min(found, key=SURENESS.__getitem__, default="none")


def measure(rows: list[dict[str, str]], index: ProductIndex) -> tuple[dict[str, Any], list[dict[str, str]]]:
    """Match every row; return the figures of each class, and the rows that went wrong."""
    pairs: Counter[tuple[str, str]] = Counter()
    wrong, seconds = [], []
    for row in rows:
        item = item_of(row["vendor"], row["name"], row["model"], row["version"])
        start = time.process_time()
        exposures, _ = match_item(item, index)
        seconds.append(time.process_time() - start)
        got = given(exposures, row["advisory"], row["flaw"])
        pairs[got, row["class"]] += 1
        if got != row["class"]:
            wrong.append({**row, "given": got})
    figures: dict[str, Any] = {"rows": len(rows), "median_ms": statistics.median(seconds) * 1e3}
    for name in (*CLASSES, "none"):
        put = sum(count for (got, _), count in pairs.items() if got == name)
        true = sum(count for (_, truth), count in pairs.items() if truth == name)
        right = pairs[name, name]
        surer = sum(count for (got, truth), count in pairs.items() if got == name and SURENESS[truth] <= SURENESS[got])
        figures[name] = {
            "put": put,
            "true": true,
            "right": right,
            "precision": right / put if put else None,
            "precision_interval": wilson(right, put),
            "recall": right / true if true else None,
            "recall_interval": wilson(right, true),
            "at_least_as_sure": surer / put if put else None,
        }
    affected = [
        (got, truth) for (got, truth), count in pairs.items() for _ in range(count) if truth in ("exact", "range")
    ]
    told = sum(got != "none" for got, _ in affected)
    figures["affected_and_told"] = {"share": told / len(affected) if affected else None, "count": len(affected)}
    return figures, wrong


def overall(parts: list[dict[str, Any]]) -> dict[str, Any]:
    """Precision of the classes that need no question, over all splits together."""
    figures: dict[str, Any] = {"rows": sum(part["rows"] for part in parts)}
    for name, classes in (("exact", ("exact",)), ("range", ("range",)), ("exact or range", ("exact", "range"))):
        put, right, true = (
            sum(part[each][key] for part in parts for each in classes) for key in ("put", "right", "true")
        )
        figures[name] = {
            "put": put,
            "right": right,
            "precision": right / put if put else None,
            "precision_interval": wilson(right, put),
            "recall": right / true if true else None,
        }
    return figures


def print_overall(figures: dict[str, Any]) -> None:
    """Print the figures over all splits."""
    print(f"all splits: {figures['rows']} rows, after the errors of all were mended (fresh data: see the table)")
    for name in ("exact", "range", "exact or range"):
        row = figures[name]
        low, high = row["precision_interval"]
        precision, recall = (f"{row[key]:.3f}" if row[key] is not None else "-" for key in ("precision", "recall"))
        counted = f"{row['right']}/{row['put']}"
        print(f"  {name:14} precision {precision} ({counted}), 95 % {low:.3f}-{high:.3f}, recall {recall}")


def print_table(name: str, figures: dict[str, Any]) -> None:
    """Print one half of the set."""
    print(f"{name}: {figures['rows']} rows, median {figures['median_ms']:.2f} ms an item")
    print(
        f"  {'class':10} {'put':>4} {'true':>5} {'precision':>10} {'95 %':>15}"
        f" {'recall':>8} {'95 %':>15} {'as sure':>8}"
    )
    for each in (*CLASSES, "none"):
        row = figures[each]
        precision, recall, sure = (
            f"{row[key]:.3f}" if row[key] is not None else "-" for key in ("precision", "recall", "at_least_as_sure")
        )
        low, high = row["precision_interval"], row["recall_interval"]
        print(
            f"  {each:10} {row['put']:>4} {row['true']:>5} {precision:>10} {low[0]:>7.3f}-{low[1]:.3f}"
            f" {recall:>10} {high[0]:>8.3f}-{high[1]:.3f} {sure:>8}"
        )
    told = figures["affected_and_told"]
    print(f"  of {told['count']} pairs that are exact or range in truth, {told['share']:.3f} are told in some class")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--split", choices=SPLITS)
    parser.add_argument("--draw", type=int, choices=ROUNDS, help="print a round of the draw, and measure nothing")
    parser.add_argument("--wrong", action="store_true", help="print the rows that went wrong")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    with LABELS.open(newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    gc.disable()  # as the verbs do: records hold no cycles
    start = time.process_time()
    found = statements(Path(os.environ["CLEARINGHOUSE_DATA"]))
    if options.draw:
        write_rows(found, options.draw)
        return
    read = time.process_time() - start
    index = ProductIndex(found)
    made = time.process_time() - start - read
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{len(found):,} statements in {read:.1f} s, index of {len(index):,} names in {made:.1f} s, {memory:.0f} MiB")
    result: dict[str, Any] = {"statements": len(found), "names": len(index), "index_seconds": made, "peak_mib": memory}
    for split in (options.split,) if options.split else SPLITS:
        figures, wrong = measure([row for row in rows if row["split"] == split], index)
        print_table(split, figures)
        result[split] = figures
        for row in wrong if options.wrong else ():
            print("   ", row["id"], "given", row["given"], "true", row["class"], "|", row["reason"])
    if not options.split:
        result["overall"] = overall([result[split] for split in SPLITS])
        print_overall(result["overall"])
    if options.json:
        options.json.write_text(json.dumps(result, indent=2) + "\n")


if __name__ == "__main__":
    main()
