"""Crash logs: how many are parsed and grouped in a second, and whether the groups are the planted ones.

    python benchmarks/crash_logs.py [--count 10000] [--json FILE]

The logs are made: synthetic ones of several families, each flaw in many jittered copies (addresses, process ids, line
numbers, the stack below the third frame, chatter before the crash); and, when CLEARINGHOUSE_DATA names the outside
data, copies of real ones with jittered addresses and process ids. Beside them, in the same run, the limit: the same
characters scanned once with a trivial regular expression; and what the whole way comes to, from the bytes of a document
to a finding, recognition included. Everything runs on one core.
"""

import argparse
import json
import os
import platform
import random
import re
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from clearinghouse.formats.crash import FORMAT, parse
from clearinghouse.formats.document import Document

TRIVIAL = re.compile("ERROR")
HEX = re.compile(r"0x[0-9a-f]{6,16}\b")
PROCESS = re.compile(r"==\d+==")
VERBS = (
    "read",
    "write",
    "open",
    "close",
    "parse",
    "decode",
    "encode",
    "copy",
    "merge",
    "split",
    "scan",
    "skip",
    "find",
)
NOUNS = ("chunk", "header", "block", "frame", "table", "index", "buffer", "stream", "node", "tree", "list", "token")


def address(rng: random.Random) -> str:
    return f"0x{rng.randrange(1 << 20, 1 << 47):012x}"


def stack(names: list[str], rng: random.Random, prefix: str = "    #{n} {a} in {f} /src/lib/{m}.c:{l}:{c}") -> str:
    """A stack with the names of the flaw on top and others, which differ from copy to copy, below."""
    below = [f"run_{rng.choice(VERBS)}_{rng.choice(NOUNS)}" for _ in range(rng.randrange(3, 25))]
    lines = []
    for n, name in enumerate([*names, *below]):
        place = {"n": n, "a": address(rng), "f": name, "m": name.split("_")[0], "l": rng.randrange(1, 3000)}
        lines.append(prefix.format(c=rng.randrange(1, 80), **place))
    return "\n".join(lines) + "\n"


def overflow(names: list[str], kind: str, rng: random.Random) -> str:
    at, pid = address(rng), rng.randrange(1, 99999)
    return (
        f"=={pid}==ERROR: AddressSanitizer: {kind} on address {at} at pc {address(rng)} bp 0x7ff sp 0x7fe\n"
        f"READ of size {rng.choice((1, 2, 4, 8))} at {at} thread T0\n{stack(names, rng)}\n"
        f"{at} is located 3 bytes after 16-byte region\nallocated by thread T0 here:\n"
        f"    #0 {address(rng)} in __interceptor_malloc\n{stack(['take_memory'], rng)}"
        f"SUMMARY: AddressSanitizer: {kind}\n"
    )


def undefined(names: list[str], kind: str, rng: random.Random) -> str:
    return f"src/lib/{names[0]}.c:{rng.randrange(1, 900)}:7: runtime error: {kind}\n{stack(names, rng)}"


def check(names: list[str], kind: str, rng: random.Random) -> str:
    pid = rng.randrange(1, 99999)
    header = f"[{pid}:{pid}:0101/000000.{rng.randrange(999999)}:FATAL:{names[0]}.cc({rng.randrange(1, 900)})] "
    values = f"{rng.randrange(9)} vs. {rng.randrange(9)}"
    return f"{header}Check failed: {kind} ({values})\n{stack(names, rng, '#{n} {a} {f}()')}"


def go(names: list[str], kind: str, rng: random.Random) -> str:
    frames = stack(names, rng, "example.org/lib/{m}.{f}({a}, 0x1)\n\t/src/lib/{m}.go:{l} +0x1f")
    return f"panic: runtime error: {kind}\n\ngoroutine {rng.randrange(1, 99)} [running]:\n{frames}"


def java(names: list[str], kind: str, rng: random.Random) -> str:
    return f"== Java Exception: {kind}: bad input\n{stack(names, rng, chr(9) + 'at org.lib.{m}.{f}({m}.java:{l})')}"


def kasan(names: list[str], kind: str, rng: random.Random) -> str:
    frames = stack(names, rng, f"[  {rng.randrange(10, 99)}.000001]  {{f}}+0x10/0x80")
    return (
        f"[   12.000001] BUG: KASAN: {kind} in {names[0]}+0x10/0x80\n"
        f"[   12.000002] Read of size 4 at addr ffff8880{rng.randrange(1 << 28, 1 << 32):08x} by task fuzz/7\n{frames}"
    )


FAMILIES: list[tuple[Callable[[list[str], str, random.Random], str], tuple[str, ...]]] = [
    (overflow, ("heap-buffer-overflow", "heap-use-after-free", "stack-buffer-overflow")),
    (undefined, ("signed integer overflow: 1 + 2", "index 9 out of bounds for type 'int [4]'", "division by zero")),
    (check, ("index < size", "state == kReady", "node->parent()")),
    (go, ("index out of range [5] with length 3", "integer divide by zero")),
    (java, ("java.lang.IllegalStateException", "java.lang.ArrayIndexOutOfBoundsException")),
    (kasan, ("slab-out-of-bounds", "use-after-free")),
]


def flaws(
    count: int, rng: random.Random
) -> list[tuple[Callable[[list[str], str, random.Random], str], list[str], str]]:
    """Distinct flaws: a family, a kind, and the three functions on top of the stack."""
    made = {}
    while len(made) < count:
        family, kinds = rng.choice(FAMILIES)
        names = [f"{rng.choice(VERBS)}_{rng.choice(NOUNS)}_{rng.randrange(9)}" for _ in range(3)]
        kind = rng.choice(kinds)
        made[family, kind, tuple(names)] = (family, names, kind)
    return list(made.values())


def chatter(rng: random.Random) -> str:
    lines = [f"INFO: Seed: {rng.randrange(1 << 31)}", "INFO: Running with entropic power schedule (0xFF, 100)."]
    lines += [f"#{n}\tNEW    cov: {n} ft: {n} corp: {n}/{n}b exec/s: 0 rss: 30Mb" for n in range(rng.randrange(20))]
    return "\n".join(lines) + "\n"


def synthetic(count: int, rng: random.Random) -> Iterator[tuple[str, str]]:
    """Yield ``count`` logs with the name of their planted group: one flaw has about twenty copies."""
    known = flaws(max(1, count // 20), rng)
    for _ in range(count):
        number = rng.randrange(len(known))
        family, names, kind = known[number]
        yield f"synthetic-{number}", chatter(rng) + family(names, kind, rng)


def real(folder: Path, count: int, rng: random.Random) -> Iterator[tuple[str, str]]:
    """Yield ``count`` copies of real logs, addresses and process ids jittered; copies of one log are one group."""
    logs = [(path.name, path.read_text(errors="replace")) for path in sorted(folder.glob("*.txt"))]
    for number in range(count):
        name, text = logs[number % len(logs)]
        yield f"real-{name}", jittered(text, f"{rng.randrange(1, 15):x}", rng.randrange(1, 99999))


def jittered(text: str, digit: str, process: int) -> str:
    """``text`` with one digit of each long address and all process ids changed; short addresses mean something."""
    text = HEX.sub(lambda found: found[0] if len(found[0]) < 14 else found[0][:-3] + digit + found[0][-2:], text)
    return PROCESS.sub(f"=={process}==", text)


def agreement(planted: list[str], found: list[str | None]) -> dict[str, float]:
    """Pairwise precision and recall of ``found`` against ``planted``; None is in no group."""

    def pairs(sizes: Counter[object]) -> int:
        return sum(size * (size - 1) // 2 for size in sizes.values())

    together = pairs(Counter((p, f) for p, f in zip(planted, found, strict=True) if f is not None))
    same = pairs(Counter(f for f in found if f is not None))
    wanted = pairs(Counter(planted))
    return {"precision": together / same if same else 1.0, "recall": together / wanted if wanted else 1.0}


def documents_per_second(logs: list[tuple[str, str]]) -> float:
    """How many logs are recognised and read as documents in a second."""
    documents = [Document.from_bytes(name, text.encode("utf-8", "replace")) for name, text in logs]
    begin = time.perf_counter()
    for document in documents:
        FORMAT.detect(document.sample)
        sum(1 for _ in FORMAT.read(document))
    return len(documents) / (time.perf_counter() - begin)


def measure(logs: list[tuple[str, str]]) -> dict[str, object]:
    """Parse and group ``logs``, timing each tenth; and scan the same text trivially."""
    size = sum(len(text.encode("utf-8", "replace")) for _, text in logs)
    groups: dict[str, list[int]] = {}
    found: list[str | None] = []
    times: list[float] = []
    begin = time.perf_counter()
    for number, (_, text) in enumerate(logs):
        started = time.perf_counter()
        crash = parse(text)
        signature = crash.signature if crash else None
        found.append(signature)
        if signature:
            groups.setdefault(signature, []).append(number)
        times.append(time.perf_counter() - started)
    total = time.perf_counter() - begin
    begin = time.perf_counter()
    for _, text in logs:
        sum(1 for _ in TRIVIAL.finditer(text))
    limit = time.perf_counter() - begin
    tenth = max(1, len(logs) // 10)
    return {
        "logs": len(logs),
        "megabytes": size / 1e6,
        "logs_per_second": len(logs) / total,
        "megabytes_per_second": size / 1e6 / total,
        "median_microseconds": statistics.median(times) * 1e6,
        "documents_per_second": documents_per_second(logs[: max(1, len(logs) // 5)]),
        "limit_megabytes_per_second": size / 1e6 / limit,
        "times_the_limit": total / limit,
        "last_tenth_against_first": statistics.mean(times[-tenth:]) / statistics.mean(times[:tenth]),
        "groups": len(groups),
        "planted_groups": len({name for name, _ in logs}),
        "without_signature": found.count(None),
        **agreement([name for name, _ in logs], found),
    }


def run(count: int, seed: int) -> dict[str, dict[str, object]]:
    rng = random.Random(seed)
    folder = os.environ.get("CLEARINGHOUSE_DATA")
    logs = Path(folder, "crash-clusterfuzz", "logs") if folder else None
    share = count // 2 if logs and logs.is_dir() else count
    made = list(synthetic(share, rng))
    results = {"synthetic": measure(made)}
    if logs and logs.is_dir():
        copies = list(real(logs, count - share, rng))
        rng.shuffle(copies)
        results["real, multiplied"] = measure(copies)
        both = made + copies
        rng.shuffle(both)
        results["together"] = measure(both)
    return results


def show(results: dict[str, dict[str, object]]) -> None:
    names = list(next(iter(results.values())))
    print(f"{'':28}" + "".join(f"{title:>20}" for title in results))
    for name in names:
        cells = (result[name] for result in results.values())
        row = (f"{cell:>20,.3f}" if isinstance(cell, float) and cell < 10 else f"{cell:>20,.0f}" for cell in cells)
        print(f"{name.replace('_', ' '):28}" + "".join(row))
    print(f"Python {platform.python_version()}, {platform.machine()}, one core")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--count", type=int, default=10_000, help="how many logs")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    options = parser.parse_args()
    results = run(options.count, options.seed)
    show(results)
    if options.json:
        facts = {"python": platform.python_version(), "machine": platform.machine(), "count": options.count}
        options.json.write_text(json.dumps(facts | {"results": results}, indent=2) + "\n")


if __name__ == "__main__":
    main()
