"""On the path of the processes that tests start: their workers do not give way to tests that run beside them.

A test waits for its worker. If that is as polite as workers are, several tests at a time keep it from ever being done.
"""

import os

os.nice = lambda increment: 0  # type: ignore[assignment]
