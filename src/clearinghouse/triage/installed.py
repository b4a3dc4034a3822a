"""Which version of a product is installed, and the same product with another one."""

import msgspec

from clearinghouse.packages.products import NameIndex
from clearinghouse.packages.products.cpe import without_version
from clearinghouse.packages.products.query import readings_of
from clearinghouse.records import InventoryItem


def installed_version(item: InventoryItem, index: NameIndex) -> str | None:
    """Return the version of what is no package as it is compared with advisories, or None if none is given.

    It is that of the item, without the name of what runs on a device (``FortiOS 7.2.4``), and whole where advisories
    have more of it (``10.0.22631.3447`` of build 22631.3447); else that of a CPE name, or of the product's name.
    """
    written = item.component.version
    read = [reading.version for reading in readings_of(item, index) if reading.version]
    whole = next((version for version in read if written and version.endswith(f".{written}")), None)
    if whole or not read:
        return whole or written
    return written if written in read else read[0]


def at_version(item: InventoryItem, version: str, installed: str | None) -> InventoryItem:
    """Return a product once ``version`` is installed: its CPE names say what it is, and no longer which version.

    Args:
        installed: what :func:`installed_version` says of it; what stands before that in the item's version stays.
    """
    written = item.component.version or ""
    before = written.removesuffix(installed) if installed and written.endswith(installed) else ""
    component = msgspec.structs.replace(item.component, version=before + version)
    cpes = tuple(without_version(each) for each in item.cpes)
    return msgspec.structs.replace(item, component=component, cpes=cpes)
