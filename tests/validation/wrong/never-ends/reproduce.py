"""Sleep on, whatever is asked; bounded by an hour in case that nothing kills it."""

import signal
import subprocess
import sys
import time

HOUR = 3571  # seconds, and a number by which a test finds the child

if "benign" not in sys.argv:
    for polite in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(polite, signal.SIG_IGN)  # inherited by the child
    subprocess.Popen(["sleep", str(HOUR)], start_new_session=True)
    print("sleeping", flush=True)
    end = time.monotonic() + HOUR
    while time.monotonic() < end:
        time.sleep(1)
