"""What can be wrong with an act that is to be recorded, or with a question to the log."""

from clearinghouse.records import ClearinghouseError


class AuditError(ClearinghouseError):
    """The base of the log's errors."""


class UnknownActError(AuditError):
    """An act that is not in :mod:`.acts`."""


class OutsideTransactionError(AuditError):
    """An act was to be recorded apart from the change that it is about."""


class FactError(AuditError):
    """Something that is not to stand in an entry: too long, not one line, or no plain value."""


class NoSuchEntryError(AuditError):
    """There is no such entry, or it is not for this reader."""


class BrokenLogError(AuditError):
    """The entries do not lead to the head of the log: somebody or something changed it."""


class NotErasableError(AuditError):
    """An entry that stays readable."""
