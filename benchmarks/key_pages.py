"""Pages that SQLite writes for the keys of identity: in their place at once, and by way of the small part of the table.

    python benchmarks/key_pages.py [--findings 1000000 10000000] [--json FILE]

For each size a table of as many random keys as that many findings have is made, then transactions of 1,536 findings
add to it, first straight into the large part, then as :mod:`clearinghouse.server.vulnerabilities.keys` does it. What is
counted is what the write-ahead log got: a page once a transaction.
"""

import argparse
import json
import random
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from clearinghouse.server.vulnerabilities import keys

KEYS = 3
"""Of one finding, as the load of :mod:`benchmarks.server_load` has them."""
BATCH = 1_536
PAGE, FRAME, HEAD = 4_096, 4_096 + 24, 32
"""Bytes of a page, of a page in the write-ahead log, and of the head of that. https://www.sqlite.org/walformat.html"""
TABLE = "vulnerabilities_identitykey"


def made(path: Path, findings: int) -> sqlite3.Connection:
    """Return a table in which the keys of findings are settled."""
    found = sqlite3.connect(path)
    pragmas = ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON", "cache_size=-65536", "wal_autocheckpoint=0")
    for pragma in (f"page_size={PAGE}", *pragmas):
        found.execute(f"PRAGMA {pragma}")
    found.execute(
        f"CREATE TABLE {TABLE} (settled INTEGER NOT NULL, key INTEGER NOT NULL, finding INTEGER NOT NULL, "
        "PRIMARY KEY (settled, key, finding)) WITHOUT ROWID"
    )
    found.executemany(f"INSERT INTO {TABLE} VALUES (1, ?, ?)", spread(KEYS * findings, findings))
    found.commit()
    return found


def spread(count: int, findings: int) -> Iterator[tuple[int, int]]:
    """Random keys in their order, each with some finding."""
    rng = random.Random(count)
    step = 2**64 // count
    for number in range(count):
        yield number * step - 2**63 + rng.randrange(step), rng.randrange(1, findings + 1)


def added(table: sqlite3.Connection, wal: Path, base: int, settled: bool) -> tuple[float, float]:
    """Add the keys of findings in transactions; return pages and milliseconds of one, after the small part is full."""
    rng = random.Random(base)
    pages, seconds = 0, 0.0
    for turn in range(2 * keys.SLICES):
        rows = sorted((int(settled), rng.randrange(-(2**63), 2**63), base + at) for at in range(KEYS * BATCH))
        table.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        started = time.perf_counter()
        table.executemany(f"INSERT INTO {TABLE} VALUES (?, ?, ?)", rows)
        for bounds in [] if settled else keys.due(base, BATCH):
            for statement in keys.MOVES:
                table.execute(statement.replace("%s", "?"), bounds)
        table.commit()
        if turn >= keys.SLICES:
            seconds += time.perf_counter() - started
            pages += (wal.stat().st_size - HEAD) // FRAME
        base += BATCH
    return pages / keys.SLICES, 1_000 * seconds / keys.SLICES


def measured(findings: int) -> dict[str, float]:
    """Measure one size."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "keys.sqlite3"
        table = made(path, findings)
        base = findings // BATCH * BATCH
        at_once = added(table, path.with_name("keys.sqlite3-wal"), base, settled=True)
        by_way = added(table, path.with_name("keys.sqlite3-wal"), base + 4 * keys.SLICES * BATCH, settled=False)
        table.close()
    return {
        "findings": findings,
        "pages at once": at_once[0],
        "ms at once": at_once[1],
        "pages by way": by_way[0],
        "ms by way": by_way[1],
    }


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--findings", type=int, nargs="+", default=[1_000_000, 10_000_000])
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    rows = [measured(findings) for findings in given.findings]
    for row in rows:
        share = row["pages by way"] / row["pages at once"]
        print(
            f"{row['findings']:>12,} findings: {row['pages at once']:,.0f} pages a transaction at once "
            f"({row['ms at once']:.0f} ms), {row['pages by way']:,.0f} by way of the small part "
            f"({row['ms by way']:.0f} ms), {share:.2f} of them"
        )
    if given.json:
        given.json.write_text(json.dumps(rows, indent=2))


if __name__ == "__main__":
    main()
