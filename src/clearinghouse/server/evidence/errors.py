"""What can go wrong with what is kept sealed, each with what a person can do about it."""

from clearinghouse.records import ClearinghouseError
from clearinghouse.server.configuration import ConfigurationError

RESTORE = "restore it from a backup, and find out who can write to the database and the blobs"
KEYS = "see docs/operate.md, Keys"


class VaultClosedError(ClearinghouseError):
    """There is no master key, or not the one that fits; what is sealed cannot be read, and nothing can be sealed."""


class MasterKeyError(VaultClosedError, ConfigurationError):
    """A master key is named, and cannot be used as it is."""


class SealBrokenError(ClearinghouseError):
    """Sealed bytes were changed, cut or moved to another place, or their key is gone."""


class DestroyedError(SealBrokenError):
    """The key was destroyed on purpose; nobody can read what it sealed."""


class BlobMissingError(SealBrokenError):
    """There are no sealed bytes of this name."""


class TooLargeError(ClearinghouseError):
    """There are more bytes than are accepted."""


class NoRoomError(ClearinghouseError):
    """The disk is full, or a quota of it."""
