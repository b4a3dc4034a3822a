"""What can go wrong between an origin and the store, each with what a person can do about it."""

from pathlib import Path

from clearinghouse.formats.text import printable_name
from clearinghouse.records import ClearinghouseError


class FeedError(ClearinghouseError):
    """The base of everything that goes wrong with a feed."""


class UnknownFeedError(FeedError):
    """A name that no feed has."""


class SettingsError(FeedError):
    """The settings file is not what it should be."""


class StoreError(FeedError):
    """The store cannot be used."""


class StoreBusyError(StoreError):
    """Another process is changing the store."""


class TransferError(FeedError):
    """A document could not be had, and asking again at once would not help."""


class MissingError(TransferError):
    """The origin has no such document."""


class RefusedError(FeedError):
    """A document came, and is not what it should be."""


def unwritable(path: Path, error: OSError) -> StoreError:
    """Return what is told of a file of the store that the system does not let be written."""
    name = printable_name(str(path))
    why = error.strerror or "the system does not say why"
    return StoreError(
        f"{name} cannot be written: {why}", "look at the space on the disk, and at permissions", source=name
    )
