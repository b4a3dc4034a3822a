"""What time it is, as far as leases and due dates go: the database's time, so that all workers agree.

PostgreSQL tells the time of its own machine; SQLite has none and tells that of the worker's machine, which is the only
one there. When that clock jumps,

- forwards: leases seem to have ended and deferred jobs to be due. A job that runs may be adopted and run twice at one
  time; its former worker cannot commit any more (:mod:`.lease`), and it counts as one killed worker.
- backwards: leases would last, and deferred and recurring jobs wait, longer by the jump. Leases and recurrences that
  begin in what is now the future are moved back (:func:`.claims.adopt`, :func:`.schedule.tick`); deferred jobs wait.

How long something took, and how long a worker waits, is never measured with this clock but with a monotonic one.
"""

from collections.abc import Callable
from typing import Any

from django.db.models.functions import Now

Clock = Callable[[], Any]
"""Gives the time as a datetime or as an expression that the database evaluates."""

DATABASE_CLOCK: Clock = Now
