"""Lines of certified editions, which some vendors build and number apart for those who need a certificate.

NetScaler's advisories say "13.1 before 13.1-49.13" and "13.1-FIPS before 13.1-FIPS-37.159" (CVE-2023-3467): whoever has
13.1-48.47 does not have to ask which of the two is meant.
"""

import re
from collections.abc import Collection

import msgspec

from clearinghouse.packages.products.statement import Statement
from clearinghouse.packages.products.versions import Version, begins_with, read_version
from clearinghouse.records import InventoryItem

_CERTIFIED = re.compile(r"[ -]*\b(?:FIPS|NDcPP)\b", re.IGNORECASE)


def of_edition(statement: Statement, item: InventoryItem, version: Version | None) -> Statement:
    """Return a statement without the lines of certified editions that cannot be the item's.

    Those are the lines of other releases; and, where the item says nothing of such an edition, those beside which the
    same line stands without the word. What is left out never holds the item's version for sure.

    Args:
        version: the item's; where none is known, everything stays.
    """
    certified = [each for each in statement.stretches if _is_certified(each.low)]
    if version is None or not certified:
        return statement
    said = _is_certified(f"{item.written} {item.component.label} {item.component.version}")
    others = {each.low for each in statement.stretches}
    foreign = {each for each in certified if not _may_be(each.low, version, () if said else others)}
    kept = tuple([each for each in statement.stretches if each not in foreign])
    return msgspec.structs.replace(statement, stretches=kept) if foreign else statement


def _may_be(low: str, version: Version, others: Collection[str]) -> bool:
    """Whether a certified line is of the version's release, and none of the other lines is that release's."""
    bare = _CERTIFIED.sub("", low).strip()
    release = read_version(bare)
    numbers = msgspec.structs.replace(version, scheme=release.scheme) if release else version
    return release is not None and begins_with(numbers, release) and bare not in others


def _is_certified(text: str) -> bool:
    return _CERTIFIED.search(text) is not None
