"""How often two records that one remedy repairs are one flaw: by fixing commit, and by fixed release.

    CLEARINGHOUSE_DATA=... python benchmarks/same_remedy.py [--json FILE]

Public advisories (PyPA, Bitnami, Go) that name a CVE or GHSA; two that name a common one are the same flaw. Pairs of
two publishers are counted, as if two finders had sent them, by how many records share the commit or the release: the
more, the less a pair means. What it is for: ``server/validations/same_remedy.py``.
"""

import argparse
import json
import os
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

import yaml

PUBLISHERS = ("pypa", "bitnami", "go")
BANDS = ((2, 4), (5, 10), (2, 10), (11, 30), (31, 100), (2, 10_000))
_COMMIT = re.compile(r"/commit/([0-9a-f]{7,40})")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Record(NamedTuple):
    """A record: who published it, its public names, the releases and the commits that repair it."""

    publisher: str
    names: frozenset[str]
    releases: frozenset[tuple[str, str]]
    commits: frozenset[str]


def records(data: Path) -> Iterator[Record]:
    """Yield every record that has a public name."""
    for publisher in PUBLISHERS:
        for path in sorted((data / "advisories" / publisher).rglob("*")):
            if path.suffix in {".json", ".yaml"}:
                text = path.read_text()
                found = json.loads(text) if path.suffix == ".json" else yaml.load(text, Loader=_LOADER)
                if isinstance(found, dict) and "id" in found:
                    record = record_of(publisher, found)
                    if record.names:
                        yield record


def record_of(publisher: str, found: dict[str, Any]) -> Record:
    """Return what is compared of a record."""
    names = {found["id"], *(found.get("aliases") or ())}
    fixes = [
        (each.get("package", {}).get("name", "").lower(), kind.get("type"), event["fixed"])
        for each in found.get("affected") or ()
        for kind in each.get("ranges") or ()
        for event in kind.get("events") or ()
        if "fixed" in event
    ]
    cited = (_COMMIT.search(each.get("url", "").lower()) for each in found.get("references") or ())
    commits = {fixed[:12] for _, kind, fixed in fixes if kind == "GIT"} | {each[1][:12] for each in cited if each}
    return Record(
        publisher,
        frozenset(each for each in names if each.startswith(("CVE-", "GHSA-"))),
        frozenset((package, str(fixed)) for package, kind, fixed in fixes if kind != "GIT"),
        frozenset(commits),
    )


def counted(found: list[Record], remedies: Iterable[Iterable[Any]], low: int, high: int) -> tuple[int, int]:
    """Return how many pairs of two publishers share a remedy of ``low`` to ``high`` records, and how many are one."""
    groups: dict[Any, list[int]] = defaultdict(list)
    for at, some in enumerate(remedies):
        for each in some:
            groups[each].append(at)
    pairs = {pair for some in groups.values() if low <= len(some) <= high for pair in combinations(some, 2)}
    pairs = {(a, b) for a, b in pairs if found[a].publisher != found[b].publisher}
    return len(pairs), sum(not found[a].names.isdisjoint(found[b].names) for a, b in pairs)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path)
    written = parser.parse_args().json
    found = list(records(Path(os.environ["CLEARINGHOUSE_DATA"])))
    print(f"{len(found):,} records")
    rows = []
    for kind in ("commits", "releases"):
        for low, high in BANDS:
            pairs, same = counted(found, [getattr(each, kind) for each in found], low, high)
            share = round(same / pairs, 3) if pairs else None
            rows.append({"remedy": kind, "records": [low, high], "pairs": pairs, "same": same, "share": share})
            print(f"{kind:9} shared by {low:2} to {high:6,}: {pairs:6,} pairs, {same:5,} one flaw, {share}")
    if written:
        written.write_text(json.dumps(rows, indent=2) + "\n")


if __name__ == "__main__":
    main()
