"""The last of the versions that an advisory lists."""

import msgspec
import pytest
from tests.packages.products.builders import entry, item, record, span, statements

from clearinghouse.packages.products import ProductIndex, match_item
from clearinghouse.packages.products.last_listed import with_last_listed
from clearinghouse.records import Affected

DEVICE = item("Palisade Networks", "EdgeGuard OS", "7.0.2")


@pytest.mark.parametrize(
    ("affected", "last", "again"),
    [
        (entry("EdgeGuard OS", versions=("7.0.1", "7.0.2", "7.0.10", "7.0.9")), "7.0.10", ()),
        (entry("EdgeGuard OS", versions=("7.0.2", "6.4.1")), "7.0.2", ()),
        (entry("EdgeGuard OS", versions=("7.0.2", "7.0.6", "8.0", "7.2.1")), "7.0.6", ("7.2.1",)),
        (entry("EdgeGuard OS", versions=("7.0.2",), ranges=(span("7.1", last="7.3"),)), "7.0.2", ("7.1",)),
        (entry("EdgeGuard OS", versions=("7.0.2",), ranges=(span("7.0.3", last="7.0.9"),)), None, ()),
        (entry("EdgeGuard OS", versions=("7.0.2",), ranges=(span("7.0.5"),)), None, ()),
        (entry("EdgeGuard OS", versions=("7.0.2", "7.0.5 and later")), None, ()),
        (entry("EdgeGuard OS", versions=("7.0.2",), ranges=(span("6.0", last="6.9"),)), "7.0.2", ()),
        (entry("EdgeGuard OS", versions=("7.0.2",), ranges=(span("7.1", fixed="7.3"),)), None, ()),
        (entry("EdgeGuard OS", ranges=(span("7.0", fixed="7.0.9"),)), None, ()),
    ],
)
def test_it_is_known_where_no_fix_is(affected: Affected, last: str | None, again: tuple[str, ...]) -> None:
    said = statements(record(affected))
    ((found,), _) = match_item(DEVICE, ProductIndex(said))
    assert (found.why.last_affected, found.again) == (last, again)
    without = msgspec.structs.replace(found, why=msgspec.structs.replace(found.why, last_affected=None), again=())
    assert with_last_listed(without, said) == found  # nothing else differs


def test_of_two_flaws_each_has_its_own() -> None:
    records = [
        record(entry("EdgeGuard OS", versions=("7.0.2", high)), cve=f"CVE-2026-000{number}")
        for number, high in enumerate(("7.0.5", "7.0.9"), 1)
    ]
    index = ProductIndex(statements(*records))
    found, _ = match_item(DEVICE, index)
    assert {each.advisory: each.why.last_affected for each in found} == {
        "CVE-2026-0001": "7.0.5",
        "CVE-2026-0002": "7.0.9",
    }
