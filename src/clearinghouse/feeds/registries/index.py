"""What a registry, whichever it is, can be asked for."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import Protocol

from clearinghouse.feeds.registries.errors import NoPackageError, NoVersionError
from clearinghouse.feeds.registries.fetched import Offer, Release
from clearinghouse.feeds.registries.names import Package, Registry
from clearinghouse.formats.text import clean_line
from clearinghouse.packages.versions import Order, order_of

_NEAR = 3
_ECOSYSTEMS: dict[Registry, str] = {"pypi": "PyPI", "npm": "npm", "cargo": "crates.io"}


class Index(Protocol):
    """A registry."""

    shown: str
    """Its address or folder, without credentials."""

    def releases(self, package: Package) -> list[Release]:
        """Return the versions of a package, as :func:`ordered`.

        Raises:
            NoPackageError: there is no such package. RegistryError: it cannot be asked. StoreError: the cache cannot be
            written.
        """

    def offers(self, package: Package) -> list[Offer]:
        """Return the files of a version, at least one.

        Raises:
            NoVersionError: there is no such version. RegistryError, StoreError: as above.
        """


def order(registry: Registry) -> Order:
    """Return the order of the versions of a registry."""
    found = order_of(_ECOSYSTEMS[registry])
    if found is None:
        raise LookupError(registry)
    return found


def ordered(package: Package, releases: Iterable[Release]) -> list[Release]:
    """Return versions, each once: released ones, then pre-releases, then yanked ones; in each the newest first.

    Law: the answer does not depend on the order in which they come.
    """
    key = order(package.registry).key
    once: dict[bytes, Release] = {}
    for each in sorted(releases, key=lambda release: (release.yanked, release)):
        once.setdefault(key(each), each)
    newest = sorted(once.values(), key=key, reverse=True)
    return sorted(newest, key=lambda release: (release.yanked, release.prerelease))


def no_package(package: Package, shown: str) -> NoPackageError:
    """Return what is told where a registry does not know a package."""
    return NoPackageError(
        f"{package.title} has no package {package.name} ({shown})",
        "check the name, and the mirror if one is configured",
    )


def no_version(package: Package, releases: Sequence[Release], shown: str) -> NoVersionError:
    """Return what is told where a registry has other versions of a package, with those that are next to it."""
    near = [clean_line(each, 60) for each in nearest(package, releases)]
    there = f"near it are {', '.join(near)}" if near else "it has none that can be fetched"
    return NoVersionError(
        f"{package.title} has no version {package.version} of {package.name} ({shown}); {there}", "choose one of these"
    )


def nearest(package: Package, releases: Sequence[Release]) -> list[Release]:
    """Return the three versions next to the one of the package, or all if they are fewer, the lowest first."""
    key = order(package.registry).key
    known = sorted(releases, key=key)
    at = bisect_left(known, key(package.version), key=key)
    start = max(0, min(at - 2, len(known) - _NEAR))
    return known[start : start + _NEAR]
