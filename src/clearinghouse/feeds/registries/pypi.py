"""PyPI, or what speaks as it does: the simple interface."""

import msgspec

from clearinghouse.feeds.errors import MissingError
from clearinghouse.feeds.registries.fetched import Offer, Release
from clearinghouse.feeds.registries.files import same_version, version_of
from clearinghouse.feeds.registries.index import no_package, no_version, ordered
from clearinghouse.feeds.registries.names import Package
from clearinghouse.feeds.registries.simple import ACCEPT, Listed, read_listing
from clearinghouse.feeds.registries.transfer import Transfer, bad_answer


class PyPI:
    """The simple interface of an index; see :class:`~clearinghouse.feeds.registries.index.Index`."""

    def __init__(self, transfer: Transfer) -> None:
        self._transfer = transfer
        self.shown = transfer.place.shown

    def releases(self, package: Package) -> list[Release]:
        """Return the versions of a package of which there is a file that can be used, as PEP 440 knows them."""
        listed = self._listed(package)
        if not listed:
            raise no_package(package, self.shown)
        return releases_of(package, listed)

    def offers(self, package: Package) -> list[Offer]:
        """Return the files of a version."""
        listed = self._listed(package)
        return offers_of(package, listed, self.shown)

    def _listed(self, package: Package) -> list[Listed]:
        place = self._transfer.place
        try:
            data, address = self._transfer.document(f"{place.address}{package.name}/", ACCEPT)
        except MissingError as error:
            raise no_package(package, self.shown) from error
        try:
            return read_listing(data, address, package.name)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise bad_answer(place, package.name) from error


def releases_of(package: Package, listed: list[Listed]) -> list[Release]:
    """Return the versions of files. One is yanked when all its files are (PEP 592)."""
    yanked: dict[str, bool] = {}
    for each in listed:
        yanked[each.version] = yanked.get(each.version, True) and each.offer.yanked is not None
    found = [
        Release.of(text, yanked=gone, prerelease=version.is_prerelease)
        for text, gone in yanked.items()
        if (version := version_of(text))
    ]
    return ordered(package, found)


def offers_of(package: Package, listed: list[Listed], shown: str) -> list[Offer]:
    """Return the files of one version.

    Raises:
        NoVersionError: there are none. NoPackageError: there are no files at all.
    """
    offers = [each.offer for each in listed if same_version(each.version, package.version)]
    if offers:
        return offers
    if not listed:
        raise no_package(package, shown)
    raise no_version(package, releases_of(package, listed), shown)
