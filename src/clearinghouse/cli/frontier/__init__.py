"""``clearinghouse frontier``: what frontier models can do in cyber, assessed honestly.

A module here declares one verb and its options, and loads what does the work when the verb is used: arrays, models'
logs and signing are not waited for by who asks for help.
"""

from clearinghouse.cli.frontier import assess
from clearinghouse.cli.frontier.group import app

__all__ = ["app", "assess"]
