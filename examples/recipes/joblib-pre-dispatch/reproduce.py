"""Run two jobs in threads with an expression in pre_dispatch."""

import sys

from joblib import Parallel, delayed

expression = "2 * n_jobs" if "benign" in sys.argv else "__import__('os')._exit(3)"
try:
    print(Parallel(n_jobs=2, backend="threading", pre_dispatch=expression)(delayed(abs)(i) for i in (-1, -2)))
except (TypeError, ValueError, SyntaxError) as error:
    print("refused:", type(error).__name__, error)
