"""``clearinghouse sandbox serve`` as it is, but that it becomes the runner that its arguments are the command of."""

import sys

from clearinghouse.cli import run
from clearinghouse.sandbox import launch

_COMMAND = sys.argv[1:]
launch.command = lambda *_: _COMMAND  # type: ignore[assignment]
sys.argv[1:] = ["sandbox", "serve"]
run()
