"""Codes with which people set a new password."""

import random
import time


class Codes:
    """Makes codes of nine digits."""

    def __init__(self, now=None):
        self.random = random.Random(int(time.time() if now is None else now))

    def code(self):
        """Return the next code."""
        return f"{self.random.randrange(10**9):09d}"
