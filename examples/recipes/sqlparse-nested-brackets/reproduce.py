"""Parse nested brackets; an SQLParseError is the promised answer, a RecursionError is not."""

import sys

import sqlparse
from sqlparse.exceptions import SQLParseError

sys.setrecursionlimit(400)  # as a thread or a framework would leave; the grouping is cubic in it
depth = 3 if "benign" in sys.argv else 600
try:
    sqlparse.parse("[" * depth + "]" * depth)
    print("parsed")
except SQLParseError as error:
    print("refused:", error)
