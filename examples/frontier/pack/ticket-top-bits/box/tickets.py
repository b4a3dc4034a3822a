"""Tickets of a lottery."""

import secrets

MULTIPLIER, ADDED, MODULUS = 6_364_136_223_846_793_005, 1_442_695_040_888_963_407, 1 << 64


class Tickets:
    """Draws tickets, each a number of 16 bits."""

    def __init__(self, state=None):
        self.state = secrets.randbelow(MODULUS) if state is None else state

    def ticket(self):
        """Return the next ticket."""
        self.state = (self.state * MULTIPLIER + ADDED) % MODULUS
        return self.state >> 48
