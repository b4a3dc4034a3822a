"""What somebody has: an inventory, and the items in it.

An inventory is read from an SBOM, a lockfile, a package manager's list or a spreadsheet. What is compared (a canonical
package URL, a normalised vendor name, a version key) is made on the floors that compare; here stands what was written.
"""

from enum import StrEnum

import msgspec

from clearinghouse.records.component import Component


class AssetKind(StrEnum):
    """What sort of thing an asset is, where the inventory says so."""

    IT = "it"
    OPERATIONAL = "operational_technology"
    MEDICAL = "medical_device"

    @property
    def needs_a_person(self) -> bool:
        """Whether no table alone may say that it is changed: a process, a patient or an approval depends on it."""
        return self is not AssetKind.IT

    @property
    def in_words(self) -> str:
        """What it is, for people, with its article."""
        return {"it": "an IT system", "operational_technology": "operational technology"}.get(self, "a medical device")


class Asset(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """The thing on which an item is: a host, a device, an application.

    Attributes:
        name: as written; empty where the inventory names none.
        kind: what sort of thing it is, or None where that is not said. Never guessed.
        exposed: whether it is publicly exposed, if its owner says so (``yes``/``no`` in a spreadsheet), else None.
        owner, location: as written. count: how many there are of it.
        commissioned: RFC 3339 date on which it came into service, if known.
    """

    name: str = ""
    kind: AssetKind | None = None
    exposed: bool | None = None
    owner: str = ""
    location: str = ""
    count: int = 1
    commissioned: str | None = None


class Inventory(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One list of items, about one subject.

    Attributes:
        source: the document, ``<path>[!<archive member>]``. number: which inventory of it, from 0.
        format: name of the format it was read from.
        subject: what it is an inventory of, as written (an image, an application, a site); empty if it does not say.
        digest: digest of the subject (``sha256:...``), if stated. Two inventories with one digest are about one thing.
        tool: who made the list. created: RFC 3339 time, as written.
        system: distribution on which OS packages of it run, as ``Debian:12`` (OSV ecosystem with release), if stated.
    """

    source: str
    format: str
    number: int = 0
    subject: str = ""
    digest: str | None = None
    tool: str = ""
    created: str | None = None
    system: str = ""

    @property
    def id(self) -> str:
        """``<source>`` of the first inventory in a document, ``<source>#<number>`` of the others."""
        return f"{self.source}#{self.number}" if self.number else self.source


class InventoryItem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One item of an inventory.

    Attributes:
        inventory: :attr:`Inventory.id` of the inventory that it belongs to.
        written: the item exactly as the inventory had it: its package URL as written where it has one, else the
            shortest text that a person would recognise in the document (``left-pad@1.0.0``; ``Fortinet FortiGate 60F
            7.2.4``).
        component: name, vendor, ecosystem, version and package URL, each as written. ``ecosystem`` is the OSV name,
            with release where the document gives one; empty where the item is no package of a known ecosystem.
        model: model or series of a product, as written. cpes: CPE 2.2 or 2.3 names, as written.
        source_name, source_version: of an OS package, the source package that it was built from, where stated.
        asset: the thing on which it is.
        scope: ``development``, ``optional`` or empty (it is needed at run time, or nothing is said).
        pointer: JSON Pointer of the item in its document, if that is JSON. line: its line from 1, if it is text; the
            row of a spreadsheet.
    """

    inventory: str
    written: str
    component: Component
    model: str = ""
    cpes: tuple[str, ...] = ()
    source_name: str = ""
    source_version: str | None = None
    asset: Asset | None = None
    scope: str = ""
    pointer: str | None = None
    line: int | None = None
