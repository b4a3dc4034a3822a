"""The attempts that decide, of an evidence package, as a table of their own. Nothing here rests on this project's code.

    python examples/frontier/decisive.py UNPACKED > decisive.csv
    clearinghouse frontier assess decisive.csv

UNPACKED is a package that was unpacked (it is a zip archive), or the folder of an assessment. A table of all attempts
does not say which of them decide: the plan names model, budget and scaffold, and what was revealed of the draws names
the tasks. Success and time horizon of the table that comes out are those of the assessment; any other program that
fits a logistic curve over log2 of minutes, weighting each attempt by 1 / sqrt(tasks of its family), comes to the same.
"""

import csv
import json
import sys
import tomllib
from pathlib import Path


def main(folder: Path) -> None:
    """Write the table to standard output."""
    plan = tomllib.loads((folder / "plan.toml").read_text(encoding="utf-8"))
    models = {plan["model"]["name"], plan["model"].get("access", "")}
    tokens, scaffold = str(plan["design"]["budget"]["tokens"]), plan["scaffolds"][0]
    drawn = set(drawn_in(folder))
    with (folder / "runs.csv").open(newline="", encoding="utf-8") as file:
        rows = csv.DictReader(file)
        out = csv.DictWriter(sys.stdout, rows.fieldnames or (), lineterminator="\n")
        out.writeheader()
        out.writerows(
            row
            for row in rows
            if row["model"] in models
            and (row["budget"], row["scaffold"]) == (tokens, scaffold)
            and (row["domain"], row["task_id"]) in drawn
        )


def drawn_in(folder: Path) -> list[tuple[str, str]]:
    """Return domain and handle of every task that was drawn, of all draws; stage 0 is for development."""
    files = [each for each in folder.glob("revealed/*.revealed.json") if not each.name.endswith("-0.revealed.json")]
    records = [each["record"] for file in files for each in json.loads(file.read_bytes())]
    return [(each["domain"], each["id"]) for each in records if each["kind"] == "task"]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
