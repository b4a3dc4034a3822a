"""Verification of an evidence package: seconds for each audience's copy, beside SHA-256 of the same bytes as the limit.

    python benchmarks/frontier_package.py [--rehearsal FOLDER] [--times 3] [--json FILE]

The folder is one that `examples/frontier/rehearsal.sh FOLDER` made; without one a rehearsal is made first, which takes
minutes. What is measured is `clearinghouse frontier verify` as a process of its own, imports included, and the checks
alone in a process that has everything loaded. No check can be faster than reading and hashing every byte once.
"""

import argparse
import datetime as dt
import hashlib
import json
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from clearinghouse.evaluation.determination.package.building import make_list, pack
from clearinghouse.evaluation.determination.package.checks import CHECKS, Case, Result
from clearinghouse.evaluation.determination.package.checks.check import run as asked
from clearinghouse.evaluation.determination.package.opened import opened
from clearinghouse.evaluation.determination.package.verify import verified
from clearinghouse.evaluation.determination.record import Audience, Person
from clearinghouse.trust.keys import KeyRing, signer_of

REHEARSAL = Path(__file__).parents[1] / "examples" / "frontier" / "rehearsal.sh"
LIMIT = 10.0
"""Seconds that verification of a rehearsal's package may take, as a command."""


def best(times: int, what: Callable[[], object]) -> float:
    """Return the least seconds of several times."""
    found = []
    for _ in range(times):
        begin = time.perf_counter()
        what()
        found.append(time.perf_counter() - begin)
    return min(found)


def command(archive: Path, keys: Path) -> None:
    """Verify as an outsider does."""
    asked_for = [sys.executable, "-m", "clearinghouse", "frontier", "verify", str(archive), "--key", str(keys)]
    subprocess.run(asked_for, check=True, stdout=subprocess.DEVNULL)


def each_check(archive: Path, keys: KeyRing, now: dt.datetime) -> dict[str, float]:
    """Return the seconds of each check; what several share counts for the first that asks."""
    found = {}
    with opened(archive) as package:
        case = Case(package, keys, now)
        for check in CHECKS:
            begin = time.perf_counter()
            (result,) = asked(case, [check])
            if result.result is Result.FAILS:
                raise SystemExit(f"{check.name} does not hold: {result.says}")
            found[check.name] = time.perf_counter() - begin
    return found


def measured(home: Path, rehearsal: Path, times: int) -> dict[str, object]:
    """Return what was measured of a rehearsal."""
    folder, public, now = home / "assessment", rehearsal / "public", dt.datetime.now(dt.UTC)
    shutil.copytree(rehearsal / "assessment", folder)
    keys, signer = KeyRing.load(public), signer_of(str(rehearsal / "keys" / "assessor"))
    by = Person(name="Ada", office="benchmark", key=signer.public_key.keyid)
    begin = time.perf_counter()
    listed = make_list(folder, signer, by, now)
    rows = []
    made = time.perf_counter() - begin
    for audience in Audience:
        archive = home / f"{audience.value}.zip"
        files = pack(folder, listed.manifest, archive, audience).files
        rows.append(
            {
                "audience": audience.value,
                "files": files,
                "bytes": archive.stat().st_size,
                "command_seconds": best(times, lambda path=archive: command(path, public)),
                "checks_seconds": best(times, lambda path=archive: verified(path, keys, now)),
                "sha256_seconds": best(times, lambda path=archive: hashlib.sha256(path.read_bytes()).hexdigest()),
            }
        )
    seconds = each_check(home / f"{Audience.COURT.value}.zip", keys, now)
    return {"list_seconds": made, "copies": rows, "checks_of_court": seconds}


def show(found: dict[str, object]) -> None:
    """Print the tables."""
    print(f"the signed list: {found['list_seconds']:.2f} s")
    print(f"{'copy':10} {'files':>5} {'MB':>6} {'command s':>10} {'checks s':>9} {'SHA-256 s':>10}")
    for row in found["copies"]:
        print(
            f"{row['audience']:10} {row['files']:5} {row['bytes'] / 1e6:6.2f} {row['command_seconds']:10.2f} "
            f"{row['checks_seconds']:9.2f} {row['sha256_seconds']:10.4f}"
        )
    slowest = sorted(found["checks_of_court"].items(), key=lambda each: -each[1])[:6]
    print("of the court's copy: " + ", ".join(f"{name} {seconds:.2f} s" for name, seconds in slowest))


def main() -> int:
    """Measure, and say whether the limit was kept."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rehearsal", type=Path, help="a folder that rehearsal.sh made")
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--json", type=Path)
    asked_for = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        home = Path(place)
        rehearsal = asked_for.rehearsal or home / "rehearsal"
        if asked_for.rehearsal is None:
            subprocess.run(["bash", str(REHEARSAL), str(rehearsal)], check=True, stdout=subprocess.DEVNULL)
        found = measured(home, rehearsal, asked_for.times)
    found |= {"python": platform.python_version(), "machine": platform.processor() or platform.machine()}
    show(found)
    if asked_for.json:
        asked_for.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    return int(max(row["command_seconds"] for row in found["copies"]) > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
