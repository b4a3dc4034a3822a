"""Findings read and identified in memory, beside typed decode and hash alone.

    python benchmarks/findings.py [--count 1000000] [--json FILE] [--keep DIR]

The flood is made by :mod:`benchmarks.sarif_flood` (about 800 bytes a result, one in five a jittered copy). The limit
run decodes the same bytes into the same types, whole, and hashes rule, path and message of each result into a set;
it finds only byte-equal ones. Each runs in a process of its own, which reports its peak memory and its CPU time; where
a second process reads, that one's are added. The last two rows are the commands as a user runs them, their JSON written
to nowhere; their peak is that of the larger process.
"""

import argparse
import gc
import json
import multiprocessing
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path
from typing import Any

import msgspec

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.sarif_flood import Flood, make
from clearinghouse.formats.apart.paths import read_apart
from clearinghouse.formats.registry import read_paths
from clearinghouse.formats.sarif.schema import Result
from clearinghouse.identity import Identifier
from clearinghouse.records import Finding


class _Run(msgspec.Struct):
    results: list[Result]


class _Log(msgspec.Struct):
    runs: list[_Run]


def ours(flood: Flood) -> dict[str, Any]:
    """Read and identify; measure the whole, the last tenth against the first, and the quality of the groups."""
    gc.disable()
    identifier = Identifier()
    total = sum(len(numbers) for numbers in flood.truth)
    started = time.perf_counter()
    for report in read_apart(flood.paths):
        identifier.add(record for record in report.records if isinstance(record, Finding))
    result = identifier.result()
    seconds = time.perf_counter() - started
    flat = [number for numbers in flood.truth for number in numbers]
    found, right, planted = pair_counts(result.groups, flat)
    return {
        "seconds": seconds,
        "per_second": total / seconds,
        "groups": len(result.groups),
        "pairs": found,
        "precision": right / max(found, 1),
        "recall": right / max(planted, 1),
        "suggestions": len(result.suggestions),
        "full_buckets": result.full_buckets,
    }


def pair_counts(groups: list[list[int]], truth: list[int]) -> tuple[int, int, int]:
    """Return pairs said to be equal, those of them that are, and all pairs that are."""
    found = right = 0
    for group in groups:
        found += len(group) * (len(group) - 1) // 2
        right += sum(n * (n - 1) // 2 for n in Counter(truth[ordinal] for ordinal in group).values())
    return found, right, sum(n * (n - 1) // 2 for n in Counter(truth).values())


def tenths(flood: Flood) -> dict[str, Any]:
    """Feed the flood in ten equal parts, each with as many files and copies, and take the CPU time of each.

    Growth with what is already known would show as a dearer last tenth; other work on the machine would not.
    """
    gc.disable()
    identifier = Identifier()
    findings = [r for report in read_paths(flood.paths) for r in report.records if isinstance(r, Finding)]
    order = sorted(zip((n for numbers in flood.truth for n in numbers), range(len(findings)), strict=True))
    findings = [findings[at] for _, at in order]
    size = len(findings) // 10
    times = []
    for part in range(10):
        batch = findings[part * size : (part + 1) * size]
        started = time.process_time()
        identifier.add(batch)
        times.append(time.process_time() - started)
    return {"tenths_cpu_seconds": times, "last_to_first": times[-1] / times[0]}


def limit(flood: Flood) -> dict[str, Any]:
    """Typed decode of the whole logs, and one hash a result."""
    gc.disable()
    started = time.perf_counter()
    decoder = msgspec.json.Decoder(_Log)
    seen: set[bytes] = set()
    total = 0
    for path in flood.paths:
        for run in decoder.decode(path.read_bytes()).runs:
            for result in run.results:
                total += 1
                place = result.locations[0].physical_location if result.locations else None
                artifact = place.artifact_location if place else None
                uri = artifact.uri if artifact else ""
                text = f"{result.rule_id}\x1f{uri}\x1f{result.message.text if result.message else ''}"
                seen.add(blake2b(text.encode(), digest_size=16).digest())
    seconds = time.perf_counter() - started
    return {"seconds": seconds, "per_second": total / seconds, "distinct": len(seen)}


def reading(flood: Flood) -> dict[str, Any]:
    """Read the logs and keep nothing: memory must not grow with the log."""
    started = time.perf_counter()
    total = sum(1 for report in read_paths(flood.paths) for _ in report.records)
    seconds = time.perf_counter() - started
    return {"seconds": seconds, "per_second": total / seconds}


def apart(work: Callable[[Flood], dict[str, Any]], flood: Flood) -> dict[str, Any]:
    """Run ``work`` in a process of its own and add its peak memory in MiB and its CPU time in seconds."""
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        return pool.apply(_measured, (work, flood))


def _measured(work: Callable[[Flood], dict[str, Any]], flood: Flood) -> dict[str, Any]:
    before = _used()
    measured = work(flood)
    after = _used()
    measured["peak_mib"] = sum(usage.ru_maxrss for usage in after) / 1024
    measured["cpu_seconds"] = _cpu_seconds(*after) - _cpu_seconds(*before)
    return measured


def _used() -> list[resource.struct_rusage]:
    """What this process has used, and those that it started and that have ended."""
    return [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]


def _cpu_seconds(*usages: resource.struct_rusage) -> float:
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def command(verb: str, flood: Flood) -> dict[str, Any]:
    """Run a verb of the command line over the flood; the peak is of its larger process, the CPU time of both."""
    run = "from clearinghouse.cli.main import run; run()"
    words = [sys.executable, "-c", run, verb, "--format", "json", *map(str, flood.paths)]
    started = time.perf_counter()
    with subprocess.Popen(words, stdout=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - started
    if process.returncode:
        raise SystemExit(f"{verb} ended with exit code {process.returncode}")
    total = sum(len(numbers) for numbers in flood.truth)
    return {
        "seconds": seconds,
        "per_second": total / seconds,
        "peak_mib": usage.ru_maxrss / 1024,
        "cpu_seconds": _cpu_seconds(usage),
    }


def main() -> None:
    """Make the flood, run everything, print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--keep", type=Path, help="where to write the logs instead of a temporary folder")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = arguments.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        flood = make(folder, arguments.count)
        rows = {
            "typed decode and hash alone": apart(limit, flood),
            "read, keep nothing": apart(reading, flood),
            "read and identify": apart(ours, flood),
        }
        growth = apart(tenths, flood)
        rows["clearinghouse identify"] = command("identify", flood)
        rows["clearinghouse triage"] = command("triage", flood)
    identified = rows["read and identify"]
    print(f"{arguments.count:,} results, {flood.bytes / arguments.count:.0f} bytes each")
    for name, row in rows.items():
        print(
            f"  {name:30} {row['per_second']:>10,.0f}/s {row['seconds']:>7.1f} s  "
            f"CPU {row['cpu_seconds']:>7.1f} s  peak {row['peak_mib']:>6,.0f} MiB"
        )
    ratio = identified["seconds"] / rows["typed decode and hash alone"]["seconds"]
    tenths_told = " ".join(f"{seconds:.2f}" for seconds in growth["tenths_cpu_seconds"])
    print(f"  ratio to the limit {ratio:.2f}")
    print(f"  tenths by CPU time {tenths_told} s; last to first {growth['last_to_first']:.2f}")
    print(
        f"  pair precision {identified['precision']:.4f}, recall {identified['recall']:.4f}, "
        f"{identified['suggestions']:,} suggestions, {identified['full_buckets']:,} full buckets"
    )
    if arguments.json:
        arguments.json.write_text(json.dumps({"count": arguments.count, "ratio": ratio, **growth, **rows}, indent=2))


if __name__ == "__main__":
    main()
