"""Parse an unfinished string of so many pairs of backslashes."""

import sys

import sqlparse

size = int(sys.argv[1])
text = "'" + "\\\\" * size + ("'" if "benign" in sys.argv else "")
print("statements:", len(sqlparse.parse(text)))
