"""The numbers of uploads. There is a worker for each processor, and they take turns."""

import os


class Intake:
    """The workers, each with the number that it gave out last."""

    def __init__(self):
        self.last = [0] * len(os.sched_getaffinity(0))
        self.turn = 0

    def next_number(self):
        """Return the number of the next upload."""
        worker = self.turn % len(self.last)
        self.turn += 1
        self.last[worker] += 1
        return self.last[worker]
