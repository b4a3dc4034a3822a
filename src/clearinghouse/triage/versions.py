"""How versions of what somebody has compare, and what affects them: asked for every version that a plan tries."""

from collections.abc import Iterator

import msgspec

from clearinghouse.packages.identity import PackageId, names_of
from clearinghouse.packages.products import match_item
from clearinghouse.packages.products.versions import compare, read_version
from clearinghouse.packages.versions import order_of
from clearinghouse.packages.versions.prerelease import is_prerelease
from clearinghouse.packages.versions.semver import SEMVER
from clearinghouse.priority.plan import Subject
from clearinghouse.records import InventoryItem
from clearinghouse.triage.deployer import Deployer

_REMEMBERED = 256
"""Versions of which it is remembered what affects them: those that are tried for one source package, and some more."""


class DeployedVersions:
    """How versions of what somebody has compare, and what affects them: the plan's
    :class:`~clearinghouse.priority.plan.Versions`.

    Args:
        deployer: what somebody has, beside what is published.
    """

    def __init__(self, deployer: Deployer) -> None:
        self._deployer = deployer
        self._known: dict[tuple[object, ...], frozenset[str]] = {}

    def key(self, subject: Subject, version: str) -> bytes | None:
        """As :class:`~clearinghouse.priority.plan.Versions`."""
        if not subject.ecosystem:
            return _product_key(subject, version)
        order = order_of(subject.ecosystem)
        return order.key(version) if order and order.is_valid(version) else None

    def major(self, subject: Subject, version: str) -> str | None:
        """As :class:`~clearinghouse.priority.plan.Versions`."""
        order = order_of(subject.ecosystem) if subject.ecosystem else SEMVER
        return order.major(version) if order else None

    def is_prerelease(self, subject: Subject, version: str) -> bool:
        """As :class:`~clearinghouse.priority.plan.Versions`."""
        return is_prerelease(subject.ecosystem, version)

    def affected(self, subject: Subject, version: str) -> frozenset[str]:
        """As :class:`~clearinghouse.priority.plan.Versions`."""
        held = self._deployer.stock.components[subject.number]
        if not isinstance(held.package, PackageId):
            return self._affected_product(subject, held.item, version)
        names = self._names(_at_version(held.package, subject, version))
        return names.union(self._still_reported(subject, version))

    def _names(self, package: PackageId) -> frozenset[str]:
        """What meets a package; for all that are built from one source it is asked once."""
        key = (package.ecosystem, package.release, names_of(package))
        found = self._known.get(key)
        if found is None:
            found = self._deployer.matcher.names(package)
            self._remember(key, found)
        return found

    def _affected_product(self, subject: Subject, item: InventoryItem, version: str) -> frozenset[str]:
        key = (subject.number, version)
        found = self._known.get(key)
        if found is None:
            component = msgspec.structs.replace(item.component, version=version)
            changed = msgspec.structs.replace(item, component=component, cpes=())
            exposures, unjudged = match_item(changed, self._deployer.published.index.products)
            # what is a question of any version says nothing about this one
            sure = [each for each in exposures if each.match.is_sure]
            found = frozenset(name for each in sure for name in (each.advisory, *each.aliases))
            if not exposures and unjudged:  # without its CPE name it is not recognised: nothing is known
                found = frozenset(name for flaw in subject.flaws for name in flaw.names)
            self._remember(key, found)
        return found

    def _remember(self, key: tuple[object, ...], found: frozenset[str]) -> None:
        if len(self._known) >= _REMEMBERED:
            self._known.clear()
        self._known[key] = found

    def _still_reported(self, subject: Subject, version: str) -> Iterator[str]:
        """What a scanner reported and does not call fixed in this version, or in one below it."""
        at = self.key(subject, version)
        for exposure in self._deployer.scanned(subject.number):
            fixes = [key for fix in exposure.fixed if (key := self.key(subject, fix)) is not None]
            if at is None or not any(fix <= at for fix in fixes):
                yield exposure.advisory


def _at_version(package: PackageId, subject: Subject, version: str) -> PackageId:
    """The package once ``version`` is installed. Where package and source are numbered apart, what number the other one
    will have is not known here, so it stays as it is.
    """
    if not is_numbered_apart(package):
        return msgspec.structs.replace(package, version=version, source_version=version)
    if subject.source:
        return msgspec.structs.replace(package, source_version=version)
    return msgspec.structs.replace(package, version=version)


def is_numbered_apart(package: PackageId) -> bool:
    """Whether a package has another number than its source (``dmsetup`` 1.02.185 of ``lvm2`` 2.03.16). Built again
    without a change of the source, it has the source's with ``+b1`` (Debian developer's reference, 5.10.2.1).
    """
    if package.version is None or package.source_version is None:
        return False
    rest = package.version.removeprefix(package.source_version)
    return rest != "" and not rest.startswith("+b")


def _product_key(subject: Subject, version: str) -> bytes | None:
    """The key of a product's version; None where it cannot be compared with the one that is installed."""
    read, here = read_version(version), read_version(subject.version or "")
    return read.key if read and here and compare(read, here) is not None else None
