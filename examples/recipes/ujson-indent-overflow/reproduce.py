"""Encode nested lists with an indent so large that the reserved space does not hold it."""

import sys

import ujson

value = [[[[1]]]]
benign = "benign" in sys.argv
print("encoded", len(ujson.dumps(value, indent=2 if benign else 65539)), "characters")
