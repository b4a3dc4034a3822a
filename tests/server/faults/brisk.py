"""``clearinghouse`` as it is, but that it waits for less: for silent workers and clients, and after failures.

So a test need not wait for minutes. ``python brisk.py worker``.
"""

from clearinghouse.cli.server.loading import choose_home, start

choose_home(None)
start()

from clearinghouse.cli import run  # noqa: E402 - Django has to be set up first
from clearinghouse.server.jobs import process  # noqa: E402
from clearinghouse.server.jobs.claims import Backoff  # noqa: E402
from clearinghouse.server.jobs.worker import Pace  # noqa: E402
from clearinghouse.server.operate import serving  # noqa: E402

BACKOFF = Backoff(first=0.5, longest=4.0)
PACE = Pace(lease=5.0, beat=1.0, tend=1.0, idlest=0.3, reconnect=1.0, backoff=BACKOFF)
serving.SILENCE = 3
assert process.run.__kwdefaults__ is not None
process.run.__kwdefaults__["pace"] = PACE
run()
