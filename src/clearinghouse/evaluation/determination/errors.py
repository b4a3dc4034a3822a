"""What goes wrong with determinations and their evidence."""

from clearinghouse.evaluation.errors import EvaluationError


class DeterminationError(EvaluationError):
    """A determination that cannot be made, read or believed. Its kinds say why."""


class NoDeterminationError(DeterminationError):
    """Something signed that is no determination, or none of this version."""


class DemandError(DeterminationError):
    """A record that lacks or contradicts what every determination has."""


class RolesError(DemandError):
    """One person in two roles that must be apart."""


class DraftError(DeterminationError):
    """A file of facts that cannot be read."""


class ChainError(DeterminationError):
    """Events that do not follow each other, or that nobody known signed."""


class NotYetError(DeterminationError):
    """Asked about a moment before the determination was made."""


class ReconsiderationError(DeterminationError):
    """A step of a reconsideration that does not fit what was before it."""


class LateError(ReconsiderationError):
    """Asked for after the registered days."""


class DisclosureError(DeterminationError):
    """A copy of a document that does not agree with what was signed."""


class PackageError(DeterminationError):
    """A package that cannot be made or read."""
