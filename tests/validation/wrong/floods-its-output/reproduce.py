"""Print 1 GiB in blocks; whoever reads must not keep it all."""

import os
import sys

block = b"A" * 1023 + b"\n"
for _ in range(1 if "benign" in sys.argv else 1024):
    rest = memoryview(block * 1024)
    while rest:
        rest = rest[os.write(1, rest) :]
