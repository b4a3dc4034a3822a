"""Check labels: words of letters with dashes between or behind them, then a colon."""

import string
import sys

from matcher import Matcher, Weary

LETTERS = set(string.ascii_letters)
WORD = [(LETTERS, True)]
PATTERN = [([(LETTERS, True)], True), ({"-"}, True), ([(LETTERS, True)], True), ({":"}, False)]

if __name__ == "__main__":
    with open(sys.argv[1], encoding="ascii") as file:
        text = file.read().strip()
    matcher = Matcher(PATTERN)
    try:
        print("good" if matcher.match(text) else "bad", matcher.steps)
    except Weary:
        print("given up")
        sys.exit(3)
