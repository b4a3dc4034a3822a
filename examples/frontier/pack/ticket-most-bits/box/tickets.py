"""Tickets of a lottery."""

import secrets

MULTIPLIER, ADDED, MODULUS = 25_214_903_917, 11, 1 << 48


class Tickets:
    """Draws tickets, each a number of 32 bits."""

    def __init__(self, state=None):
        self.state = secrets.randbelow(MODULUS) if state is None else state

    def ticket(self):
        """Return the next ticket."""
        self.state = (self.state * MULTIPLIER + ADDED) % MODULUS
        return self.state >> 16
