"""How far what was received may travel, as it is stored and compared (FIRST Traffic Light Protocol 2.0)."""

from clearinghouse.records.marking import Tlp
from clearinghouse.server.participants.choices import IntegerChoices


class Label(IntegerChoices):
    """TLP labels in the order of their strictness, so that the strictest of several is the largest."""

    CLEAR = 1, "TLP:CLEAR"
    GREEN = 2, "TLP:GREEN"
    AMBER = 3, "TLP:AMBER"
    AMBER_STRICT = 4, "TLP:AMBER+STRICT"
    RED = 5, "TLP:RED"

    @classmethod
    def of(cls, tlp: Tlp) -> "Label":
        """Return the label of a record's marking."""
        return _LABELS[tlp]


_LABELS = {
    Tlp.CLEAR: Label.CLEAR,
    Tlp.GREEN: Label.GREEN,
    Tlp.AMBER: Label.AMBER,
    Tlp.AMBER_STRICT: Label.AMBER_STRICT,
    Tlp.RED: Label.RED,
}
UNMARKED = Label.AMBER_STRICT
"""What holds for a report whose sender says nothing: it stays with who received it."""
