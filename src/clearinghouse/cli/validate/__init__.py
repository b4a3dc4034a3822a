"""``clearinghouse validate``: whether a reproducer shows a flaw, where, and who vouches for it."""

from clearinghouse.cli.validate import converting, keys, run, searching, verify
from clearinghouse.cli.validate.group import app

__all__ = ["app", "converting", "keys", "run", "searching", "verify"]
