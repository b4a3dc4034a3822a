"""Run a command with ``DATABASE_URL`` naming a PostgreSQL that is there for it alone, and end with its exit code.

    python tests/with_postgresql.py COMMAND [ARGUMENT ...]

Without a PostgreSQL server on this machine nothing is run, and that is said loudly; where ``CI`` is true, it fails.
"""

import os
import signal
import subprocess
import sys

from postgresql_cluster import CARELESS, binaries, cluster

_MISSING = "no PostgreSQL server is installed (Debian: apt-get install postgresql)"


def main(command: list[str]) -> int:
    """Run the command; return its exit code."""
    if not command:
        print(__doc__, file=sys.stderr)
        return 2
    if binaries() is None:
        if os.environ.get("CI", "").lower() == "true":
            print(f"error: {_MISSING}; in CI the server's tests run on both databases", file=sys.stderr)
            return 1
        print(f"NOT TESTED ON POSTGRESQL: {_MISSING}", file=sys.stderr)
        return 0
    with cluster(CARELESS) as running:
        environment = os.environ | {"DATABASE_URL": running.create("clearinghouse")}
        process = subprocess.Popen(command, env=environment)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal tells the command, too, and it ends by itself
        signal.signal(signal.SIGTERM, lambda *_: process.terminate())
        code = process.wait()
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
