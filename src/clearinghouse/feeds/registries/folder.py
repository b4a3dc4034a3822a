"""A folder in the place of a registry: files that are named as the registry names them. It works offline.

Files lie in the folder itself, or in a folder of the package's name (``numpy/...``, ``@babel/core/...``; for npm also
``@babel/core/-/...``, as registries lay them). Those of a package with a scope lie in such a folder only, because their
names do not tell it. No digest is known of them but that of the caller.
"""

import os
from collections.abc import Iterator
from pathlib import Path

from clearinghouse.feeds.registries.errors import UnreachableError
from clearinghouse.feeds.registries.fetched import Offer, Release
from clearinghouse.feeds.registries.files import named
from clearinghouse.feeds.registries.index import no_package, no_version, ordered
from clearinghouse.feeds.registries.names import Package, is_version
from clearinghouse.feeds.registries.pypi import offers_of, releases_of
from clearinghouse.feeds.registries.simple import Listed
from clearinghouse.formats.text import printable_name

_ENDINGS = {"npm": ".tgz", "cargo": ".crate"}


class FolderIndex:
    """A folder with the files of a registry; see :class:`~clearinghouse.feeds.registries.index.Index`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.shown = printable_name(str(folder))

    def releases(self, package: Package) -> list[Release]:
        """Return the versions of which there are files."""
        listed = list(self._listed(package))
        if not listed:
            raise no_package(package, self.shown)
        if package.registry == "pypi":
            return releases_of(package, listed)
        found = (Release.of(each.version, prerelease="-" in each.version.partition("+")[0]) for each in listed)
        return ordered(package, found)

    def offers(self, package: Package) -> list[Offer]:
        """Return the files of a version."""
        listed = list(self._listed(package))
        if package.registry == "pypi":
            return offers_of(package, listed, self.shown)
        offers = [each.offer for each in listed if each.version == package.version]
        if not offers:
            raise no_version(package, self.releases(package), self.shown)
        return offers[:1]

    def _listed(self, package: Package) -> Iterator[Listed]:
        for path in self._paths(package):
            if package.registry == "pypi":
                says = named(path.name, package.name)
                if says and is_version("pypi", says.version):
                    offer = Offer(name=path.name, kind=says.kind, address=str(path))
                    yield Listed(version=says.version, offer=offer)
                continue
            version = _version_in(path.name, package)
            if version:
                yield Listed(version=version, offer=Offer(name=path.name, kind="source", address=str(path)))

    def _paths(self, package: Package) -> Iterator[Path]:
        """The files that may be of the package, in order of their names within each folder."""
        for folder in self._folders(package):
            try:
                with os.scandir(folder) as entries:
                    names = sorted(entry.name for entry in entries if entry.is_file())
            except (FileNotFoundError, NotADirectoryError):
                if folder != self._folder:
                    continue
                raise _unreadable(self.shown, "it does not exist") from None
            except OSError as error:
                raise _unreadable(self.shown, error.strerror or "the system does not say why") from error
            yield from (folder / name for name in names)

    def _folders(self, package: Package) -> Iterator[Path]:
        own = self._folder / package.name
        if package.registry == "npm":
            yield own / "-"
        yield own
        if "/" not in package.name:
            yield self._folder
        else:
            yield own.parent


def _version_in(name: str, package: Package) -> str:
    """Return the version in the name of a file; empty where it is none of the package."""
    start = f"{package.name.rpartition('/')[2]}-"
    ending = _ENDINGS[package.registry]
    if not name.startswith(start) or not name.endswith(ending):
        return ""
    version = name[len(start) : -len(ending)]
    return version if is_version(package.registry, version) else ""


def _unreadable(shown: str, why: str) -> UnreachableError:
    return UnreachableError(f"the folder {shown} cannot be listed: {why}", "check the folder and its permissions")
