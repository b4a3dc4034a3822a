"""Encode a label of so many zero-width non-joiners between letters that do not join."""

import sys

import idna

size = int(sys.argv[1])
middle = "\u0628" if "benign" in sys.argv else "\u200c\u0621"
try:
    idna.encode("\u0628" + middle * size + "\u0628")
except idna.IDNAError as error:  # not a label: right, and it should be said at once
    print("refused:", ascii(str(error)[:50]))
