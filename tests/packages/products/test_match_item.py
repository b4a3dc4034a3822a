"""What has no package URL: which class a match has, and the question that would settle it."""

import pytest

from clearinghouse.packages.products import ProductIndex, match_item, statement_of_kev, statements_of
from clearinghouse.records import (
    Advisory,
    Affected,
    Component,
    Exposure,
    Finding,
    InventoryItem,
    KevEntry,
    MatchClass,
    RangeEvent,
    Unjudged,
    VersionRange,
)


def record(
    cve: str, vendor: str, product: str, *, versions: tuple[str, ...] = (), events: tuple[RangeEvent, ...] = ()
) -> Finding:
    ranges = (VersionRange(type="custom", events=events),) if events else ()
    affected = Affected(component=Component(name=product, vendor=vendor), versions=versions, ranges=ranges)
    return Finding(
        source="x",
        index=0,
        format="cve",
        title=f"a flaw of {product}",
        finder=vendor,
        native_id=cve,
        identifiers=(cve,),
        advisory=Advisory(published="2026-01-01T00:00:00Z", affected=(affected,)),
    )


BELOW_7_2_5 = (RangeEvent(introduced="7.2.0"), RangeEvent(fixed="7.2.5"))
RECORDS = (
    record("CVE-2026-0001", "Palisade Networks, Inc.", "EdgeGuard OS", events=BELOW_7_2_5),
    record("CVE-2026-0002", "Palisade Networks", "EdgeGuard OS", versions=("7.2.4",)),
    record("CVE-2026-0003", "Other Maker", "EdgeGuard OS", events=BELOW_7_2_5),
)
KEV = KevEntry(
    source="kev.json",
    cve="CVE-2020-0009",
    vendor="Palisade Networks",
    product="EdgeGuard OS",
    name="Palisade EdgeGuard OS flaw",
    date_added="2026-01-05",
)


@pytest.fixture(scope="module")
def index() -> ProductIndex:
    statements = [statement for finding in RECORDS for statement in statements_of(finding)]
    kev = statement_of_kev(KEV)
    assert kev is not None
    return ProductIndex([*statements, kev])


def asked(
    index: ProductIndex, vendor: str, name: str, version: str | None
) -> tuple[dict[str, Exposure], list[Unjudged]]:
    item = InventoryItem(
        inventory="i", written=f"{vendor} {name}", component=Component(name=name, vendor=vendor, version=version)
    )
    exposures, unjudged = match_item(item, index)
    return {each.advisory: each for each in exposures}, unjudged


def test_a_version_in_a_stretch_and_a_version_that_is_named(index: ProductIndex) -> None:
    found, _ = asked(index, "Palisade Networks", "EdgeGuard OS", "7.2.4")
    assert found["CVE-2026-0001"].match is MatchClass.RANGE
    assert found["CVE-2026-0001"].fixed == ("7.2.5",)
    assert found["CVE-2026-0002"].match is MatchClass.EXACT


def test_a_vendor_is_known_by_other_spellings(index: ProductIndex) -> None:
    found, _ = asked(index, "PALISADE NETWORKS", "Edgeguard OS", "v7.2.4")
    assert found["CVE-2026-0001"].match is MatchClass.RANGE


@pytest.mark.parametrize("version", ["7.2.5", "7.1.9", "7.4.0"])
def test_a_version_outside_is_no_match(index: ProductIndex, version: str) -> None:
    found, _ = asked(index, "Palisade Networks", "EdgeGuard OS", version)
    assert not {"CVE-2026-0001", "CVE-2026-0002"} & set(found)


def test_no_version_is_a_question(index: ProductIndex) -> None:
    found, _ = asked(index, "Palisade Networks", "EdgeGuard OS", None)
    assert found["CVE-2026-0001"].match is MatchClass.NAME_ONLY
    assert "?" in (found["CVE-2026-0001"].question or "")


def test_the_catalogue_has_no_versions(index: ProductIndex) -> None:
    found, _ = asked(index, "Palisade Networks", "EdgeGuard OS", "9.9")
    assert found["CVE-2020-0009"].match is MatchClass.NAME_ONLY
    assert "?" in (found["CVE-2020-0009"].question or "")


def test_another_vendor_is_never_sure(index: ProductIndex) -> None:
    found, _ = asked(index, "Palisade Networks", "EdgeGuard OS", "7.2.4")
    assert "CVE-2026-0003" not in found or found["CVE-2026-0003"].match is MatchClass.POSSIBLE


def test_what_nothing_speaks_of_is_not_judged(index: ProductIndex) -> None:
    found, unjudged = asked(index, "Nobody", "Nothing 3000", "1.0")
    assert not found
    assert unjudged
    assert unjudged[0].reason.endswith(".")


def test_what_runs_on_a_device_may_stand_before_its_version() -> None:
    index = ProductIndex(statements_of(record("CVE-2026-0001", "Palisade", "EdgeGuard OS", events=BELOW_7_2_5)))
    for written in ("EdgeGuard OS 7.2.4", "EdgeGuard OS v7.2.4", "EdgeGuard OS, 7.2.4"):
        component = Component(name="Box 60", vendor="Palisade", version=written)
        exposures, _ = match_item(InventoryItem(inventory="x", written="x", component=component), index)
        assert [each.match for each in exposures] == [MatchClass.RANGE]
    component = Component(name="Box 60", vendor="Palisade", version="EdgeGuard OS 7.2.5")
    assert match_item(InventoryItem(inventory="x", written="x", component=component), index)[0] == []
    component = Component(name="Box 60", vendor="Palisade", version="Something 7.2.4")
    assert match_item(InventoryItem(inventory="x", written="x", component=component), index)[0] == []


@pytest.mark.parametrize(
    ("listed", "named"),
    [
        ("Flow 4000", "Flow 4000 Wireless Syringe Infusion Pump"),
        ("Flow 4000 Syringe Pump", "Flow 4000 Wireless Syringe Infusion Pump"),
        ("Flow Spectrum Infusion Pump", "Flow Spectrum"),
        ("S7-1200", "SIMATIC S7-1200"),
    ],
)
def test_a_device_is_asked_about_where_lists_and_advisories_describe_it_differently(listed: str, named: str) -> None:
    index = ProductIndex(statements_of(record("CVE-2026-0001", "Palisade", named, events=BELOW_7_2_5)))
    component = Component(name=listed, vendor="Palisade", version="7.2.1")
    exposures, _ = match_item(InventoryItem(inventory="x", written="x", component=component), index)
    assert [each.match for each in exposures] == [MatchClass.POSSIBLE]
    assert exposures[0].question
