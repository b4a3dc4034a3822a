"""Show the marker in about half of the runs."""

import os
import sys

if "benign" not in sys.argv and os.urandom(1)[0] < 128:
    print("FLAW SHOWN")
print("end")
