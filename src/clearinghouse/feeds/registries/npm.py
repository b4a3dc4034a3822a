"""The registry of npm, or what speaks as it does.

Source: https://github.com/npm/registry/blob/main/docs/REGISTRY-API.md and the same folder's
responses/package-metadata.md; ``dist.integrity`` is Subresource Integrity (https://www.w3.org/TR/SRI/). The document of
one version is asked for; where a mirror has none, the abbreviated document of the package.
"""

import base64
import binascii
import re
from urllib.parse import quote, urlsplit

import msgspec

from clearinghouse.feeds.addresses import host_of
from clearinghouse.feeds.download import Checksum
from clearinghouse.feeds.errors import MissingError
from clearinghouse.feeds.registries.fetched import Offer, Release
from clearinghouse.feeds.registries.index import no_package, no_version, ordered
from clearinghouse.feeds.registries.names import Package, is_version
from clearinghouse.feeds.registries.transfer import Transfer, bad_answer, decoded

_ABBREVIATED = "application/vnd.npm.install-v1+json, application/json;q=0.8"
_SHA512 = re.compile(r"(?:^|\s)sha512-([A-Za-z0-9+/]{86}==)(?=\?|\s|$)")
_PUBLIC_HOST = "registry.npmjs.org"


class _Dist(msgspec.Struct, frozen=True, gc=False):
    tarball: str
    integrity: str | None = None


class _Version(msgspec.Struct, frozen=True, gc=False):
    dist: _Dist


class _Document(msgspec.Struct, frozen=True):
    name: str
    version: str
    dist: _Dist


class _Packument(msgspec.Struct, frozen=True):
    name: str
    versions: dict[str, _Version] = {}


class Npm:
    """The interface of npm's registry; see :class:`~clearinghouse.feeds.registries.index.Index`."""

    def __init__(self, transfer: Transfer) -> None:
        self._transfer = transfer
        self.shown = transfer.place.shown

    def releases(self, package: Package) -> list[Release]:
        """Return the versions of a package. None is ever yanked: what is unpublished is gone."""
        return _releases(package, self._packument(package))

    def offers(self, package: Package) -> list[Offer]:
        """Return the one file of a version."""
        address = f"{self._address(package)}/{quote(package.version, safe='')}"
        try:
            data, address = self._transfer.document(address, "application/json")
        except MissingError:
            return [self._from_packument(package)]
        document = decoded(data, _Document, self._transfer.place, package.purl)
        if (document.name, document.version) != (package.name, package.version):
            raise bad_answer(self._transfer.place, package.purl)
        return [self._offer(package, document.dist, address)]

    def _from_packument(self, package: Package) -> Offer:
        packument = self._packument(package)
        version = packument.versions.get(package.version)
        if version is None:
            raise no_version(package, _releases(package, packument), self.shown)
        return self._offer(package, version.dist, self._address(package))

    def _packument(self, package: Package) -> _Packument:
        try:
            data, _ = self._transfer.document(self._address(package), _ABBREVIATED)
        except MissingError as error:
            raise no_package(package, self.shown) from error
        packument = decoded(data, _Packument, self._transfer.place, package.name)
        if packument.name != package.name:
            raise bad_answer(self._transfer.place, package.name)
        return packument

    def _address(self, package: Package) -> str:
        return f"{self._transfer.place.address}{quote(package.name, safe='@')}"

    def _offer(self, package: Package, dist: _Dist, base: str) -> Offer:
        return Offer(
            name=f"{package.name.rpartition('/')[2]}-{package.version}.tgz",
            kind="source",
            address=self._at_mirror(dist.tarball),
            base=base,
            digest=_integrity(dist.integrity or ""),
        )

    def _at_mirror(self, tarball: str) -> str:
        """A mirror that passes on what the public registry says has the file itself, as npm's client takes it, too."""
        place = self._transfer.place
        try:
            parts = urlsplit(tarball)
        except ValueError:
            return tarball
        if parts.hostname != _PUBLIC_HOST or host_of(place.address) == _PUBLIC_HOST:
            return tarball
        return f"{place.address}{parts.path.lstrip('/')}"


def _releases(package: Package, packument: _Packument) -> list[Release]:
    return ordered(
        package,
        (
            Release.of(text, prerelease="-" in text.partition("+")[0])
            for text in packument.versions
            if is_version("npm", text)
        ),
    )


def _integrity(text: str) -> Checksum | None:
    """Return the SHA-512 of an integrity; None where it has none, or leaves open which of several is meant."""
    found = set(_SHA512.findall(text))
    if len(found) != 1:
        return None
    try:
        return Checksum("sha512", base64.b64decode(found.pop(), validate=True).hex())
    except binascii.Error:
        return None
