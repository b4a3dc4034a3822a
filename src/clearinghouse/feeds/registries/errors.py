"""What can go wrong between a package registry and whoever asks for a file, each with what a person can do about it.

No sentence has credentials in it: addresses are shown without user, password, query and fragment.
"""

from typing import NamedTuple

from clearinghouse.feeds.errors import FeedError


class RegistryError(FeedError):
    """The base of everything that goes wrong with a registry."""


class PlaceError(RegistryError):
    """What is configured for a registry is neither an address that may be asked nor a folder."""


class BadNameError(RegistryError):
    """A package URL that no registry here has, or whose name or version its registry does not allow."""


class NoPackageError(RegistryError):
    """The registry has no such package."""


class NoVersionError(RegistryError):
    """The registry has the package, and not this version."""


class NoFileError(RegistryError):
    """The version is there, and no file of it is of the kind that is asked for and fits the Python."""


class DigestError(RegistryError):
    """A file is not the one that the registry, or the caller, says it is; or nobody says which one it is."""


class TooLargeError(RegistryError):
    """A file or an answer is larger than it may be."""


class UnreachableError(RegistryError):
    """The registry cannot be reached, does not answer in time, or leads to where it may not."""


class BadAnswerError(RegistryError):
    """The registry answers, and not as its interface says."""


class NotCachedError(RegistryError):
    """Only the cache may be asked, and it has no such thing."""


class Bound(NamedTuple):
    """How many bytes a file may have, as it is said: the most that ..., and what to do."""

    bytes: int
    says: str
    remedy: str


def too_large(named: str, size: int | None, bound: Bound) -> TooLargeError:
    """Return what is told of a file that has more bytes than it may; None where nobody says how many."""
    said = f" ({size:,} bytes)" if size is not None else ""
    return TooLargeError(
        f"{named} is larger{said} than {bound.bytes:,} bytes, the most that {bound.says}", bound.remedy
    )
