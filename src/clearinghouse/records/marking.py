"""Handling markings (FIRST Traffic Light Protocol 2.0)."""

from enum import StrEnum

import msgspec


class Tlp(StrEnum):
    """TLP 2.0 labels. ``TLP:WHITE`` of version 1 reads as ``CLEAR``."""

    CLEAR = "TLP:CLEAR"
    GREEN = "TLP:GREEN"
    AMBER = "TLP:AMBER"
    AMBER_STRICT = "TLP:AMBER+STRICT"
    RED = "TLP:RED"


class Marking(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """How far a finding may travel.

    Attributes:
        tlp: the label that the sender set.
        embargo: the sender's embargo terms, verbatim.
    """

    tlp: Tlp | None = None
    embargo: str | None = None
