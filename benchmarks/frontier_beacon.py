"""Verification of a beacon's round: milliseconds for each network of drand, beside the pairings alone as the limit.

    python benchmarks/frontier_beacon.py [--times 300] [--json FILE]

The rounds are ones that nodes of drand published. The limit is one product of two pairings of points that are read
already; beside it a verification reads two points, looks whether they are in their groups, and hashes to the curve.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from py_arkworks_bls12381 import GT, G1Point, G2Point

from clearinghouse.evaluation.pools import drand

QUICKNET = "b75c69d0b72a5d906e854e808ba7e2accb1542ac355ae486d591aa9d43765482e26cd02df835d3546d23c4b13e0dfc92"
DEFAULT = (
    "8d61d9100567de44682506aea1a7a6fa6e5491cd27a0a0ed349ef6910ac5ac20ff7bc3e09d7c046566c9f7f3c6f3b101"
    "04990e7cb424998203d8f7de586fb7fa5f60045417a432684f85093b06ca91c769f0e7ca19268375e659c2a2352b4655"
)
"""Round 123 of quicknet, and round 1 of the first network, before which stands its seed."""


def median(times: int, what: Callable[[], object]) -> float:
    """Return the median milliseconds of several times."""
    found = []
    for _ in range(times):
        begin = time.perf_counter()
        what()
        found.append(time.perf_counter() - begin)
    return statistics.median(found) * 1_000


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, default=300)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    one, two = G1Point(), G2Point()
    first, seed = bytes.fromhex(DEFAULT), bytes.fromhex(drand.DEFAULT.seed)
    found = {
        "quicknet": median(options.times, lambda: drand.verify(drand.QUICKNET, 123, bytes.fromhex(QUICKNET))),
        "default": median(options.times, lambda: drand.verify(drand.DEFAULT, 1, first, seed)),
        "two pairings": median(options.times, lambda: GT.pairing_check([one, -one], [two, two])),
    }
    for name, value in found.items():
        print(f"{name:14}{value:8.2f} ms")
    if options.json:
        options.json.write_text(json.dumps(found, indent=2) + "\n")


if __name__ == "__main__":
    main()
