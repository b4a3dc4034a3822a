"""What can be wrong with a question about priority, each as something its asker can put right."""

from clearinghouse.records import ClearinghouseError


class PriorityError(ClearinghouseError):
    """The base of the errors of this room."""


class TableError(PriorityError):
    """A decision table cannot be used: unreadable, incomplete, contradictory, or unknown by that name.

    Attributes:
        violations: everything that is wrong with it, one sentence each.
    """

    def __init__(self, what: str, remedy: str, violations: tuple[str, ...] = ()) -> None:
        super().__init__(what, remedy)
        self.violations = violations


class UnknownValueError(PriorityError):
    """A value stands where the table, the policies or the clock rules know no such value.

    Attributes:
        expected: the values that are known.
    """

    def __init__(self, what: str, expected: tuple[str, ...]) -> None:
        super().__init__(what, f"one of {', '.join(expected)}")
        self.expected = expected


class DateError(PriorityError):
    """A date is malformed, or a deadline would lie beyond the calendar."""
