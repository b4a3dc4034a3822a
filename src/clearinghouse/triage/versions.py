"""How versions of what somebody has compare, and what affects them: asked for every version that a plan tries."""

from collections.abc import Iterator

import msgspec

from clearinghouse.packages.identity import PackageId, names_of
from clearinghouse.packages.products import NameIndex, match_item
from clearinghouse.packages.products.versions import Version, alike, compare, on_scale_of, read_version
from clearinghouse.packages.versions import order_of
from clearinghouse.packages.versions.prerelease import is_prerelease
from clearinghouse.priority.plan import Subject
from clearinghouse.records import Exposure, InventoryItem
from clearinghouse.triage.deployer import Deployer
from clearinghouse.triage.installed import at_version, installed_version

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
        self._here: dict[int, str | None] = {}

    def key(self, subject: Subject, version: str) -> bytes | None:
        """As :class:`~clearinghouse.priority.plan.Versions`."""
        if not subject.ecosystem:
            return self._product_key(subject, version)
        order = order_of(subject.ecosystem)
        return order.key(version) if order and order.is_valid(version) else None

    def major(self, subject: Subject, version: str) -> str | None:
        """As :class:`~clearinghouse.priority.plan.Versions`."""
        if not subject.ecosystem:
            read = self._on_scale(subject, version)
            return str(read.parts[0][1]) if read and not read.parts[0][0] else None
        order = order_of(subject.ecosystem)
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
            there = at_version(item, self._bare(subject, version), self._installed(subject))
            exposures, unjudged = match_item(there, self._products, most_open=None)
            here = {_said(each): each for flaw in subject.flaws for each in flaw.exposures if each.match.is_sure}
            # what is a question of any version says nothing about this one; what was certain, and is none now, does,
            # but of a version that is named as the fix, or is behind it
            met = [each for each in exposures if each.match.is_sure or _is_open(here.get(_said(each)), version)]
            found = frozenset(name for each in met for name in (each.advisory, *each.aliases))
            if not exposures and any(each.advisory is None for each in unjudged):  # at this version it has another name
                found = frozenset(name for flaw in subject.flaws for name in flaw.names)
            self._remember(key, found)
        return found

    @property
    def _products(self) -> NameIndex:
        return self._deployer.published.index.products

    def _product_key(self, subject: Subject, version: str) -> bytes | None:
        """The key of a product's version; None where it cannot be compared with the one that is installed."""
        read = self._on_scale(subject, version)
        return read.key if read else None

    def _on_scale(self, subject: Subject, version: str) -> Version | None:
        """A product's version as it stands beside the one that is installed."""
        read, here = read_version(self._bare(subject, version)), read_version(self._installed(subject) or "")
        return on_scale_of(read, here) if read and here else None

    def _bare(self, subject: Subject, version: str) -> str:
        """A version of a product without what stands before it in the inventory's version."""
        return self._installed(subject) or version if version == subject.version else version

    def _installed(self, subject: Subject) -> str | None:
        if subject.number not in self._here:
            item = self._deployer.stock.components[subject.number].item
            self._here[subject.number] = installed_version(item, self._products)
        return self._here[subject.number]

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


def _is_open(here: Exposure | None, version: str) -> bool:
    """Whether a flaw that the installed version surely has may be in one of which its advisory is not sure.

    It is not where the advisory names that version as a fix, or, of the fixes that it names, an earlier one is that of
    the version's own line of releases: 3.0.16 is fixed, although nobody can say where it stands beside 1.1.1zb.
    """
    if here is None:
        return False
    read = read_version(version)
    if read is None:
        return True
    fixes = [fix for text in here.fixed if (fix := read_version(text))]
    if any(compare(fix, read) == 0 for fix in fixes):
        return False
    most = max((alike(fix, read) for fix in fixes), default=0)
    own = [fix for fix in fixes if alike(fix, read) == most]
    return not most or any(compare(fix, read) != -1 for fix in own)


def _said(exposure: Exposure) -> tuple[object, ...]:
    """An advisory and the flaw of which it speaks; one document may speak of several."""
    return exposure.advisory, exposure.aliases
