"""Parse a Cookie header with so many escaped quotes."""

import sys

from tornado.httputil import parse_cookie

size = int(sys.argv[1])
value = "abc" if "benign" in sys.argv else '\\"' * size
print("length:", len(parse_cookie(f'name="{value}"')["name"]))
