"""Inventories beside advisories: how long matching, indexing and asking the other way round take.

    python benchmarks/inventories.py [--advisories 100000] [--inventories 10000] [--runs 5] [--json FILE]
        [--only matching|indexing|inverse|large]

Needs CLEARINGHOUSE_DATA, the outside data: real advisories and the package URLs of 1,079 real container images. What is
larger than they are is made of them, as each row says. Beside matching stands, in the same run, the loop that one would
write with packageurl-python and univers; beside indexing, the typed decode of the same documents alone.
"""

import argparse
import gc
import gzip
import json
import os
import platform
import random
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from clearinghouse.formats.apart.process import PROCESSES
from clearinghouse.formats.osv.published import _DECODER as TYPED
from clearinghouse.formats.published import read_advisories
from clearinghouse.formats.registry import read_inventories
from clearinghouse.packages.identity import PackageId, package_of
from clearinghouse.packages.index import AdvisoryIndex
from clearinghouse.packages.match import Matcher
from clearinghouse.records import Inventory, InventoryItem, PublishedAdvisory
from clearinghouse.triage.portfolio import Portfolio
from clearinghouse.triage.prepared import published
from clearinghouse.triage.stock import Stock

FOLDERS = ("pypa", "go", "bitnami", "rustsec", "retirejs")
COMPONENTS = 2000


def nothing(source: str, count: int) -> None:
    """Take notice of nothing."""


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    made = work()
    return time.perf_counter() - began, made


def median(work: Callable[[], Any], runs: int) -> float:
    return statistics.median(timed(work)[0] for _ in range(runs))


def purls_of(data: Path) -> Iterator[list[str]]:
    with gzip.open(data / "sbom" / "bom_lab_slim.jsonl.gz", "rb") as lines:
        for line in lines:
            yield msgspec.json.decode(line)["purls"]


def sbom(data: Path, count: int, seed: int = 1) -> bytes:
    """A CycloneDX document of ``count`` distinct components, drawn from all images."""
    known = sorted({purl for purls in purls_of(data) for purl in purls})
    drawn = random.Random(seed).sample(known, count)
    components = [{"type": "library", "name": "x", "bom-ref": str(n), "purl": purl} for n, purl in enumerate(drawn)]
    return json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1, "components": components}).encode()


def stocked(*paths: Path) -> Stock:
    stock = Stock()
    stock.take(read_inventories(paths), paths, nothing)
    stock.settle()
    return stock


def matched(stock: Stock, index: AdvisoryIndex) -> int:
    matcher = Matcher(index)
    verdicts = [
        matcher.match(held.package) if isinstance(held.package, PackageId) else None for held in stock.components
    ]
    return sum(len(verdict.exposures) for _, which, _ in stock.holdings() if (verdict := verdicts[which]))


def named_and_matched(stock: Stock, index: AdvisoryIndex) -> int:
    """Each package URL parsed, its package told, and matched."""
    matcher = Matcher(index)
    packages = (package_of(held.item) for held in stock.components)
    return sum(len(matcher.match(each).exposures) for each in packages if isinstance(each, PackageId))


# The peer: packageurl-python and univers


class Peer:
    """A dictionary of ranges by package, versions compared by univers; what one writes in an afternoon."""

    def __init__(self, advisories: Path) -> None:
        from univers import versions  # noqa: PLC0415 - it is a peer, and need not be installed

        self.classes = {
            "pypi": versions.PypiVersion,
            "golang": versions.GolangVersion,
            "cargo": versions.SemverVersion,
            "npm": versions.SemverVersion,
            "bitnami": versions.SemverVersion,
        }
        types = {"PyPI": "pypi", "Go": "golang", "crates.io": "cargo", "npm": "npm", "Bitnami": "bitnami"}
        self.ranges: dict[tuple[str, str], list[tuple[Any, Any]]] = defaultdict(list)
        for report in read_advisories([advisories / name for name in FOLDERS]):
            for record in report.records:
                if isinstance(record, PublishedAdvisory) and not record.body.withdrawn:
                    self._add(record, types)

    def _add(self, record: PublishedAdvisory, types: dict[str, str]) -> None:
        for affected in record.body.affected:
            kind = types.get(affected.component.ecosystem)
            for each in affected.ranges if kind else ():
                low = None
                for event in each.events:
                    if event.introduced is not None:
                        low = event.introduced
                    elif event.fixed is not None and low is not None:
                        self._put(kind or "", affected.component.name, low, event.fixed)

    def _put(self, kind: str, name: str, low: str, high: str) -> None:
        made = self.classes[kind]
        with suppress(Exception):  # what it cannot parse it cannot match
            self.ranges[kind, name.lower()].append((None if low == "0" else made(low), made(high)))

    def match(self, purls: list[str]) -> int:
        from packageurl import PackageURL  # noqa: PLC0415 - a peer

        found = 0
        for text in purls:
            try:
                purl = PackageURL.from_string(text)
                ranges = self.ranges.get((purl.type, "/".join(filter(None, (purl.namespace, purl.name))).lower()))
                if not ranges or not purl.version:
                    continue
                version = self.classes[purl.type](purl.version)
                found += sum((low is None or low <= version) and version < high for low, high in ranges)
            except Exception:  # as above
                continue
        return found


# Made of the real ones


def many_advisories(data: Path, folder: Path, count: int) -> list[bytes]:
    """Write ``count`` JSON advisories as lines, as feeds are kept, as one zip, as OSV ships them, and as files.

    They are real ones, under new names on new packages.
    """
    real = [
        path.read_bytes() for name in ("go", "bitnami") for path in sorted((data / "advisories" / name).rglob("*.json"))
    ]
    documents = []
    (folder / "all").mkdir()
    with (
        zipfile.ZipFile(folder / "all.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive,
        (folder / "all.jsonl").open("wb") as lines,
    ):
        for number in range(count):
            record = msgspec.json.decode(real[number % len(real)])
            copy = number // len(real)
            record["id"] = f"{record['id']}-{copy}"
            for affected in record["affected"]:
                affected["package"]["name"] += f"-{copy}"
            documents.append(msgspec.json.encode(record))
            archive.writestr(f"{record['id']}.json", documents[-1])
            (folder / "all" / f"{record['id']}.json").write_bytes(documents[-1])
            lines.write(documents[-1] + b"\n")
    return documents


def fleet(data: Path, count: int, seed: int = 1) -> Stock:
    """``count`` inventories, each of 100 to 500 components that real images have together, drawn with repetition."""
    rng = random.Random(seed)
    images = [purls for purls in purls_of(data) if len(purls) > 50]
    stock = Stock()
    from clearinghouse.records import Component  # noqa: PLC0415

    for number in range(count):
        image = rng.choice(images)
        drawn = rng.sample(image, min(len(image), rng.randrange(100, 500)))
        inventory = Inventory(source=f"inventory {number}", format="made")
        stock.put(
            inventory,
            (
                InventoryItem(inventory=inventory.id, written=purl, component=Component(name="", purl=purl))
                for purl in drawn
            ),
        )
    return stock


LARGE = """
import re, sys
from pathlib import Path
from clearinghouse.formats.registry import read_inventories
def peak():
    return re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]
before = peak()
count = sum(1 for report in read_inventories([Path(sys.argv[1])]) for _ in report.records)
print(count, before, peak())
"""


def large_sbom(data: Path, folder: Path, size: int) -> Path:
    """A CycloneDX document of ``size`` bytes, its components drawn from all images, each with a long description."""
    known = sorted({purl for purls in purls_of(data) for purl in purls})
    path = folder / "large.json"
    written = 0
    with path.open("w") as out:
        out.write('{"bomFormat":"CycloneDX","specVersion":"1.5","version":1,"components":[')
        number = 0
        while written < size:
            component = {
                "type": "library",
                "bom-ref": str(number),
                "name": f"name-{number}",
                "version": "1.0",
                "purl": known[number % len(known)],
                "description": "x" * 200,
                "licenses": [{"license": {"id": "MIT"}}],
            }
            written += out.write(("," if number else "") + json.dumps(component))
            number += 1
        out.write("]}")
    return path


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--advisories", type=int, default=100_000)
    arguments.add_argument("--inventories", type=int, default=10_000)
    arguments.add_argument("--runs", type=int, default=5)
    arguments.add_argument("--json", type=Path)
    arguments.add_argument("--only", choices=("matching", "indexing", "inverse", "large"), action="append")
    given = arguments.parse_args()
    if not os.environ.get("CLEARINGHOUSE_DATA"):
        print("skipped: CLEARINGHOUSE_DATA names no folder of outside data")
        return
    data = Path(os.environ["CLEARINGHOUSE_DATA"])
    gc.disable()  # as the command line does
    rows: list[tuple[str, float, str]] = []

    def row(what: str, seconds: float, more: str = "") -> None:
        rows.append((what, seconds, more))
        print(f"{what:64} {seconds * 1000:12,.1f} ms  {more}", flush=True)

    with tempfile.TemporaryDirectory(prefix="inventories-") as name:
        folder = Path(name)
        parts = {
            "matching": lambda: _matching(data, folder, given.runs, row),
            "indexing": lambda: _indexing(data, folder, given.advisories, given.runs, row),
            "inverse": lambda: _inverse(data, given.inventories, row),
            "large": lambda: _large(data, folder, row),
        }
        for part in given.only or parts:
            parts[part]()
    if given.json:
        made = [{"what": what, "seconds": seconds, "more": more} for what, seconds, more in rows]
        machine = {"python": platform.python_version(), "machine": platform.machine(), "cores": os.cpu_count()}
        given.json.write_text(json.dumps({"rows": made, **machine}, indent=2))


Row = Callable[[str, float, str], None]


def _matching(data: Path, folder: Path, runs: int, row: Row) -> None:
    advisories = data / "advisories"
    seconds, known = timed(lambda: published([advisories / name for name in FOLDERS], nothing, cache=folder / "cache"))
    row(f"all advisories of the data read and indexed ({len(known.index):,})", seconds, "")
    index = known.index
    path = folder / "sbom.json"
    path.write_bytes(sbom(data, COMPONENTS))
    seconds, stock = timed(lambda: stocked(path))
    row(f"SBOM of {COMPONENTS:,} components loaded", seconds, "")
    found = matched(stock, index)
    ours = median(lambda: matched(stock, index), runs)
    row(f"SBOM of {COMPONENTS:,} components matched, after load", ours, f"{found} matches")
    purls = [item.item.written for item in stock.components]
    alone = median(lambda: named_and_matched(stock, index), runs)
    row("  the same from the package URLs on, as the peer does it", alone, "")
    try:
        peer = Peer(advisories)
    except ImportError:
        print("skipped: univers is not installed, so there is no peer beside it")
    else:
        theirs = median(lambda: peer.match(purls), runs)
        row("  packageurl-python and univers, their ranges loaded", theirs, f"{peer.match(purls)} matches")
        row("  the peer beside ours, package URLs to matches", theirs - alone, f"{theirs / alone:.1f} times as long")
    lab = data / "sbom" / "bom_lab_slim.jsonl.gz"
    seconds, fleet_ = timed(lambda: stocked(lab))
    more, found = timed(lambda: matched(fleet_, index))
    told = f"{fleet_.rows:,} rows, {len(fleet_.components):,} distinct, {found:,} matches; matching alone {more:.2f} s"
    row("package URLs of 1,079 images read and matched", seconds + more, told)


def _indexing(data: Path, folder: Path, count: int, runs: int, row: Row) -> None:
    """Each as often as ``runs`` says, into an empty cache; the best counts, because two processes want both cores."""
    documents = many_advisories(data, folder, count)
    limit = min(timed(lambda: [TYPED.decode(document) for document in documents])[0] for _ in range(runs))
    row(f"{count:,} JSON advisories decoded, and no more", limit, "the limit")
    forms = (
        ("all.jsonl", "as lines, as feeds are kept,"),
        ("all.zip", "in one zip, as OSV ships them,"),
        ("all", "as files in one folder,"),
    )
    for name, what in forms:
        for processes, how in (("2", "indexed"), ("1", "indexed in one process")):
            os.environ[PROCESSES] = processes
            seconds = min(_indexed(folder / name, count) for _ in range(runs))
            row(f"{count:,} JSON advisories {what} {how}", seconds, f"{seconds / limit:.1f} times the limit")
    os.environ.pop(PROCESSES)
    cache = folder / "kept"
    published([folder / "all.jsonl"], nothing, cache=cache).index.close()
    size = sum(file.stat().st_size for file in cache.iterdir())
    seconds = median(lambda: published([folder / "all.jsonl"], nothing, cache=cache), runs)
    row("  opened from the prepared file, its checksum looked at", seconds, f"{size / 2**20:.0f} MiB")


def _indexed(path: Path, count: int) -> float:
    with tempfile.TemporaryDirectory(prefix="inventories-") as cache:
        seconds, known = timed(lambda: published([path], nothing, cache=Path(cache, "made")))
        assert len(known.index) == count
        known.index.close()
    return seconds


def _inverse(data: Path, count: int, row: Row) -> None:
    stock = fleet(data, count)
    seconds, portfolio = timed(lambda: Portfolio(stock))
    row(
        f"{count:,} inventories turned round", seconds, f"{len(stock):,} components, {len(stock.components):,} distinct"
    )
    advisories = [
        record
        for report in read_advisories([data / "advisories" / "go"])
        for record in report.records
        if isinstance(record, PublishedAdvisory)
    ]
    times = []
    most = 0
    for advisory in advisories:
        seconds, reached = timed(lambda advisory=advisory: portfolio.affected(advisory))  # type: ignore[misc]
        times.append(seconds)
        most = max(most, len(reached))
    row("  one new advisory to who is affected, the slowest of all", max(times), f"up to {most:,} inventories")
    row("  the same, median", statistics.median(times), f"{len(times):,} advisories asked")


def _large(data: Path, folder: Path, row: Row) -> None:
    path = large_sbom(data, folder, 50 << 20)
    began = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", LARGE, str(path)], check=True, capture_output=True, text=True)
    seconds = time.perf_counter() - began
    count, before, after = map(int, done.stdout.split())
    told = f"{count:,} records, {after / 1024:,.0f} MiB at the peak, {before / 1024:,.0f} of them before"
    row(f"SBOM of {path.stat().st_size / 2**20:.0f} MiB read", seconds, told)


if __name__ == "__main__":
    main()
