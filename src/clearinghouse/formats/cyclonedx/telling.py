"""What is told of a BOM as a whole."""

import re
from typing import Any

from clearinghouse.formats.cyclonedx.convert import Counts
from clearinghouse.formats.cyclonedx.schema import NEWEST
from clearinghouse.formats.sbom.notices import Notices
from clearinghouse.formats.text import plural, quoted

_VERSION = re.compile(r"1\.(\d{1,3})")


def known_version(version: str | None) -> bool:
    """Whether a version of the specification is 1.something, of which any is read."""
    return bool(version and _VERSION.fullmatch(version))


def tell_version(notices: Notices, said: dict[str, Any], pointer: str) -> None:
    """Note where a BOM in JSON does not say that it is one, or of which version.

    Args:
        said: its members ``bomFormat`` and ``specVersion``.
    """
    format_, version = said.get("bomFormat"), said.get("specVersion")
    if format_ != "CycloneDX":
        message = "It does not say that it is a CycloneDX document, and is read as one by what is in it."
        notices.add("unknown_version", message, pointer=f"{pointer}/bomFormat", expected='"CycloneDX"')
    tell_spec_version(notices, version if isinstance(version, str) else None, pointer=f"{pointer}/specVersion")


def tell_spec_version(notices: Notices, version: str | None, *, pointer: str | None = None) -> None:
    """Note a version of the specification that is missing, or newer than what is known here."""
    found = _VERSION.fullmatch(version or "")
    if found and int(found[1]) <= NEWEST:
        return
    message = f"Its version of CycloneDX is {quoted(version)}" if version else "It does not say of which version it is"
    expected = f"a version from 1.0 to 1.{NEWEST}"
    notices.add("unknown_version", f"{message}; it is read as 1.{NEWEST}.", pointer=pointer, expected=expected)


def tell_counts(notices: Notices, counts: Counts) -> None:
    """Note what was left aside."""
    if counts.services:
        message = f"{plural(counts.services, 'service')} in it {_are(counts.services)} no item of the inventory."
        notices.add("services_left_aside", message)
    if counts.vulnerabilities:
        count = plural(counts.vulnerabilities, "statement on a vulnerability", "statements on vulnerabilities")
        message = f"{count} in it {_are(counts.vulnerabilities)} no inventory and left aside."
        notices.add("vulnerabilities_left_aside", message)
    if counts.swid:
        count = plural(counts.swid, "component has a SWID tag", "components have SWID tags")
        notices.add("swid_left_aside", f"{count}; these tags are not looked at.")
    if counts.ranges:
        count = plural(counts.ranges, "component has a range of versions", "components have ranges of versions")
        notices.add("version_ranges", f"{count} and no version: which one is there is not known.")


def _are(count: int) -> str:
    return "is" if count == 1 else "are"
