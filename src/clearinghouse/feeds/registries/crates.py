"""The sparse index of crates.io, or of what speaks as it does.

Source: https://doc.rust-lang.org/cargo/reference/registry-index.html (index files, the markers of ``dl``).
"""

import re

import msgspec

from clearinghouse.feeds.download import Checksum
from clearinghouse.feeds.errors import MissingError
from clearinghouse.feeds.registries.fetched import Offer, Release
from clearinghouse.feeds.registries.index import no_package, no_version, ordered
from clearinghouse.feeds.registries.names import Package, is_version
from clearinghouse.feeds.registries.transfer import Transfer, bad_answer, decoded

_CONFIG = "config.json"
_MARKER = re.compile(r"\{(crate|version|prefix|lowerprefix|sha256-checksum)\}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


class _Line(msgspec.Struct, frozen=True, gc=False):
    name: str
    vers: str
    cksum: str
    yanked: bool = False


class _Config(msgspec.Struct, frozen=True):
    dl: str


class Crates:
    """The sparse index of a registry; see :class:`~clearinghouse.feeds.registries.index.Index`."""

    def __init__(self, transfer: Transfer) -> None:
        self._transfer = transfer
        self._dl = ""
        self.shown = transfer.place.shown

    def releases(self, package: Package) -> list[Release]:
        """Return the versions of a crate."""
        return _releases(package, self._lines(package))

    def offers(self, package: Package) -> list[Offer]:
        """Return the one file of a version."""
        lines = self._lines(package)
        found = next((line for line in lines if line.vers == package.version), None)
        if found is None and "+" not in package.version:  # no two versions differ in their build alone
            found = next((line for line in lines if line.vers.partition("+")[0] == package.version), None)
        if found is None:
            raise no_version(package, _releases(package, lines), self.shown)
        digest = Checksum("sha256", found.cksum) if _SHA256.fullmatch(found.cksum) else None
        return [
            Offer(
                name=f"{found.name}-{found.vers}.crate",
                kind="source",
                address=self._address(found),
                base=f"{self._transfer.place.address}{_CONFIG}",
                digest=digest,
                yanked="no reason is given" if found.yanked else None,
            )
        ]

    def _lines(self, package: Package) -> list[_Line]:
        place = self._transfer.place
        path = f"{prefix(package.name.lower())}/{package.name.lower()}"
        try:
            data, _ = self._transfer.document(f"{place.address}{path}", "*/*")
        except MissingError as error:
            raise no_package(package, self.shown) from error
        try:
            lines = msgspec.json.Decoder(_Line).decode_lines(data)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise bad_answer(place, package.name) from error
        if any(line.name.lower() != package.name.lower() for line in lines):
            raise bad_answer(place, package.name)
        usable = [line for line in lines if is_version("cargo", line.vers)]
        if not usable:
            raise no_package(package, self.shown)
        return usable

    def _address(self, line: _Line) -> str:
        if not self._dl:
            place = self._transfer.place
            try:
                data, _ = self._transfer.document(f"{place.address}{_CONFIG}", "application/json")
            except MissingError as error:
                raise bad_answer(place, _CONFIG) from error
            self._dl = decoded(data, _Config, place, _CONFIG).dl
        if not _MARKER.search(self._dl):
            return f"{self._dl.rstrip('/')}/{line.name}/{line.vers}/download"
        values = {
            "crate": line.name,
            "version": line.vers,
            "prefix": prefix(line.name),
            "lowerprefix": prefix(line.name.lower()),
            "sha256-checksum": line.cksum,
        }
        return _MARKER.sub(lambda match: values[match[1]], self._dl)


def prefix(name: str) -> str:
    """Return the folder in which the index has a crate, by the length of its name: ``1``, ``2``, ``3/f``, ``fi/rs``."""
    return {1: "1", 2: "2", 3: f"3/{name[:1]}"}.get(len(name), f"{name[:2]}/{name[2:4]}")


def _releases(package: Package, lines: list[_Line]) -> list[Release]:
    return ordered(
        package,
        (Release.of(each.vers, yanked=each.yanked, prerelease="-" in each.vers.partition("+")[0]) for each in lines),
    )
