"""Decode brackets nested deeper than the stack."""

import sys

import orjson

depth = 100 if "benign" in sys.argv else 2_000_000
try:
    orjson.loads(b"[" * depth + b"]" * depth)
    print("decoded")
except orjson.JSONDecodeError as error:
    print("refused:", error)
