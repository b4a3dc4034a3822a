"""Files of packages, fetched from their registries by name, version and digest, for validation to take to its sandbox.

This runs with the network and sees nothing of a reproducer; what it fetches is bytes, which are neither run nor
unpacked here. :class:`Registries` does it. The registries are PyPI, npm and crates.io, or a mirror or folder in the
place of each (``CLEARINGHOUSE_PYPI``, ``CLEARINGHOUSE_NPM``, ``CLEARINGHOUSE_CRATES``; else what pip and npm of this
machine use).
"""

from clearinghouse.feeds.registries.errors import (
    BadAnswerError,
    BadNameError,
    DigestError,
    NoFileError,
    NoPackageError,
    NotCachedError,
    NoVersionError,
    PlaceError,
    RegistryError,
    TooLargeError,
    UnreachableError,
)
from clearinghouse.feeds.registries.fetched import Fetched, Kind, Release
from clearinghouse.feeds.registries.machine import Machine
from clearinghouse.feeds.registries.registries import Registries
from clearinghouse.feeds.registries.settings import RegistrySettings, cache_folder
from clearinghouse.feeds.registries.target import PythonTarget

__all__ = [
    "BadAnswerError",
    "BadNameError",
    "DigestError",
    "Fetched",
    "Kind",
    "Machine",
    "NoFileError",
    "NoPackageError",
    "NoVersionError",
    "NotCachedError",
    "PlaceError",
    "PythonTarget",
    "Registries",
    "RegistryError",
    "RegistrySettings",
    "Release",
    "TooLargeError",
    "UnreachableError",
    "cache_folder",
]
