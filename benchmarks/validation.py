"""Validation: what a sandboxed run costs, how many recipes are judged in a minute, and whether they are judged rightly.

    python benchmarks/validation.py [--only NAME ...] [--runs 3] [--jobs 2] [--skip-gallery] [--json FILE]

Three measurements. *Overhead*: a command that does nothing, started bare (the limit), by bubblewrap with options like
ours but without a box, watching and control group (the peer), and through a runner in a box of its own; medians of
interleaved rounds. *Rate*: the gallery in examples/recipes, each affected and fixed version with its control, on as
many runners as jobs. *Detection*: of each recipe of the gallery whether every run of the affected version showed the
flaw, none of the fixed one, and no control; of the recipes that are wrong on purpose, whether the verdict is the one
that is due. The gallery needs PyPI and npm, or what was fetched from them before.
"""

import argparse
import io
import json
import shutil
import statistics
import subprocess
import tarfile
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from clearinghouse.records import ClearinghouseError
from clearinghouse.sandbox import Command, Limits
from clearinghouse.sandbox.client import Client
from clearinghouse.triage.validating import Bench
from clearinghouse.validation.recipe import load
from clearinghouse.validation.result import Result
from clearinghouse.validation.validate import Policy

ROOT = Path(__file__).resolve().parents[1]
GALLERY = ROOT / "examples" / "recipes"
WRONG = ROOT / "tests" / "validation" / "wrong"
DUE = {
    "swapped-versions": {"not_reproduced"},
    "flaky": {"flaky"},
    "attacks-the-sandbox": {"not_reproduced"},
    "never-ends": {"inconclusive"},
    "floods-its-output": {"inconclusive"},
}
BWRAP = (
    *("bwrap", "--unshare-all", "--unshare-user", "--die-with-parent", "--new-session", "--clearenv"),
    *("--ro-bind", "/usr", "/usr", "--symlink", "usr/bin", "/bin", "--symlink", "usr/lib", "/lib"),
    *("--symlink", "usr/lib64", "/lib64", "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp"),
)


def median_ms(rounds: int, **ways: Callable[[], object]) -> dict[str, float]:
    """The median of each way, in milliseconds; the ways take turns."""
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            begin = time.perf_counter()
            way()
            seconds[name].append(time.perf_counter() - begin)
    return {name: 1000 * statistics.median(each) for name, each in seconds.items()}


def overhead(client: Client, rounds: int) -> dict[str, float]:
    """Milliseconds of a program that does nothing, and of a Python that does nothing, each way."""
    limits = Limits()
    found = {}
    for name, argv in (("true", ("true",)), ("python3 -c pass", ("python3", "-I", "-c", "pass"))):
        subject = client.prepare({}, limits)

        def boxed(subject: str = subject, argv: tuple[str, ...] = argv) -> None:
            box = client.prepare({}, limits, over=subject)
            client.run(box, Command(argv=argv, limits=limits))
            client.destroy(box)

        measured = median_ms(
            rounds,
            bare=lambda argv=argv: subprocess.run(argv, capture_output=True, check=True),
            bubblewrap=lambda argv=argv: subprocess.run([*BWRAP, *argv], capture_output=True, check=True),
            sandboxed=boxed,
        )
        client.destroy(subject)
        found |= {f"{name}: {way}": round(value, 1) for way, value in measured.items()}
        found[f"{name}: overhead"] = round(measured["sandboxed"] - measured["bare"], 1)
    return found


def judged(result: Result) -> dict[str, int]:
    """How many runs of each arm showed the flaw, and how many did not."""
    arms = {"affected": (0, 0), "fixed": (0, 0), "control": (0, 0)}
    for run in result.runs:
        arm = run.subject.partition("-")[0]
        if arm in arms:
            shown, quiet = arms[arm]
            arms[arm] = (shown + (run.shown is True), quiet + (run.shown is False))
    return {
        f"{arm}_{word}": count for arm, pair in arms.items() for word, count in zip(("shown", "not"), pair, strict=True)
    }


def gallery(jobs: int, runs: int, only: list[str]) -> dict[str, object]:
    """Validate the gallery; return its rate and what was judged wrongly."""
    folders = [each for each in sorted(GALLERY.iterdir()) if (each / "recipe.toml").exists()]
    recipes = [load(each) for each in folders if not only or each.name in only]
    rows, failures = [], []
    with Bench(jobs, policy=Policy(runs=runs)) as bench:
        begin = time.perf_counter()
        for place, found in bench.validate(recipes, lambda _: lambda _: None):
            name = Path(recipes[place].source).parent.name
            if isinstance(found, ClearinghouseError):
                failures.append(f"{name}: {found.what}")
                continue
            result = found.result
            rows.append(
                {"name": name, "verdict": result.verdict.value, "seconds": round(result.seconds, 1), **judged(result)}
            )
            if result.verdict.value != "fixed":
                failures.append(f"{name}: {result.verdict.value}: {result.why}")
            print(f"    {rows[-1]['seconds']:6.1f} s  {result.verdict.value:15} {name}", flush=True)
        seconds = time.perf_counter() - begin
    return {
        "recipes": len(recipes),
        "seconds": round(seconds, 1),
        "a minute": round(60 * len(recipes) / seconds, 1),
        "runs": sum(sum(value for value in row.values() if isinstance(value, int)) for row in rows),
        "failures": failures,
        "rows": rows,
    }


def archive(path: Path, body: str) -> None:
    """Write the source archive of a subject of one line."""
    data = f"def size(text):\n    return {body}\n".encode()
    name = path.name.removesuffix(".tar.gz")
    with tarfile.open(path, "w:gz") as out:
        entry = tarfile.TarInfo(f"{name}/subject.py")
        entry.size, entry.mode = len(data), 0o644
        out.addfile(entry, io.BytesIO(data))


def wrong(runs: int) -> dict[str, str]:
    """Validate the recipes that are wrong on purpose; return the verdict of each."""
    verdicts = {}
    with tempfile.TemporaryDirectory() as place, Bench(policy=Policy(runs=runs)) as bench, bench.session() as session:
        for name in DUE:
            folder = shutil.copytree(WRONG / name, Path(place) / name)
            archive(folder / "subject-1.0.tar.gz", "eval(text)")
            archive(folder / "subject-1.1.tar.gz", "int(text)")
            verdicts[name] = session.validate(load(folder)).result.verdict.value
    return verdicts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="*", default=[], help="recipes of the gallery")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--skip-gallery", action="store_true")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    found: dict[str, object] = {}
    with Client() as client:
        isolation = client.isolation()
        print(f"{isolation.provider}, tier {isolation.tier}, limits by {isolation.limits}")
        found["overhead"] = overhead(client, options.rounds)
    for name, value in found["overhead"].items():
        print(f"    {value:8.1f} ms  {name}")
    found["wrong"] = wrong(options.runs)
    for name, verdict in found["wrong"].items():
        print(f"    {'right' if verdict in DUE[name] else 'WRONG':6} {verdict:15} {name}")
    if not options.skip_gallery:
        found["gallery"] = told = gallery(options.jobs, options.runs, options.only)
        right = told["recipes"] - len(told["failures"])
        print(f"gallery: {right} of {told['recipes']} right, {told['a minute']} a minute with {options.jobs} runners")
        for each in told["failures"]:
            print(f"    {each}")
    if options.json:
        options.json.write_text(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
