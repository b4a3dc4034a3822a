"""Give the subject a text that is an expression; only 1.0 evaluates it."""

import pathlib
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(next(pathlib.Path("/subject/source").rglob("subject.py")).parent))
from subject import size  # noqa: E402

try:
    print("size:", size("3" if "benign" in sys.argv else "print('FLAW', 'SHOWN')"))
except ValueError as error:
    print("refused:", error)
