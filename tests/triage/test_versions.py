"""Versions of what is deployed: what still affects a version that somebody may install."""

import msgspec
import pytest
from tests.triage.made import deployer_of_products, plan_of

from clearinghouse.packages.products.match import MOST_OPEN
from clearinghouse.priority.plan import Do
from clearinghouse.records import Advisory, Affected, Component, Finding, InventoryItem, RangeEvent, VersionRange

MANY = MOST_OPEN + 20


def record(number: int, *ends: RangeEvent, product: str = "EdgeGuard OS", vendor: str = "Palisade") -> Finding:
    name = f"CVE-2026-{number:04}"
    spans = tuple(VersionRange(type="custom", events=(RangeEvent(introduced="0"), end)) for end in ends)
    said = Affected(component=Component(name=product, vendor=vendor), ranges=spans)
    return Finding(
        source="records",
        index=number,
        format="cve",
        title="A flaw",
        finder="Palisade",
        native_id=name,
        identifiers=(name,),
        advisory=Advisory(affected=(said,)),
    )


def test_more_questions_than_are_listed_hide_no_flaw_of_the_version_to_install() -> None:
    box = InventoryItem(
        inventory="list", written="box", component=Component(name="EdgeGuard OS", vendor="Palisade", version="1.0")
    )
    records = [record(1, RangeEvent(fixed="2.0"))]
    records += [record(number, RangeEvent(last_affected="2.0.0.77")) for number in range(2, MANY + 2)]
    (action,) = plan_of(deployer_of_products([box], records)).actions
    assert (action.to, action.above, len(action.clears)) == (None, "2.0.0.77", MANY + 1)


def installed(name: str, version: str, vendor: str = "Palisade") -> InventoryItem:
    component = Component(name=name, vendor=vendor, version=version)
    return InventoryItem(inventory="list", written=f"{vendor} {name} {version}", component=component)


def test_a_line_that_is_numbered_otherwise_takes_nothing_from_a_fix() -> None:
    """CVE-2024-9143: nobody can say where OpenSSL 3.0.16 stands beside 1.1.1zb, and it is named as the fix."""
    records = [
        record(1, RangeEvent(fixed="3.0.16"), RangeEvent(fixed="9.9-cert12")),
        record(2, RangeEvent(fixed="3.0.14")),
    ]
    (action,) = plan_of(deployer_of_products([installed("EdgeGuard OS", "3.0.8")], records)).actions
    assert (action.do, action.to, len(action.clears), action.leaves) == (Do.UPGRADE, "3.0.16", 2, ())


def test_a_fix_of_another_line_clears_nothing() -> None:
    records = [
        record(1, RangeEvent(fixed="3.0.9"), RangeEvent(fixed="9.9-cert12")),
        record(2, RangeEvent(fixed="4.0.1")),
    ]
    (action, *_) = plan_of(deployer_of_products([installed("EdgeGuard OS", "3.0.8")], records)).actions
    assert (action.to, [flaw.id for flaw in action.clears]) == ("3.0.9", ["CVE-2026-0001"])


def test_a_build_of_windows_is_compared_as_records_write_it() -> None:
    release = "Windows 11 Version 23H2 for x64-based Systems"
    flaw = record(1, RangeEvent(fixed="10.0.22631..4317"), product=release, vendor="Microsoft")
    box = installed("Windows 11 23H2", "22631.3447", "Microsoft")
    (action,) = plan_of(deployer_of_products([box], [flaw])).actions
    assert (action.do, action.to) == (Do.UPGRADE, "10.0.22631.4317")


def test_the_fix_of_one_line_fixes_no_other_line() -> None:
    """7.2.5 is no fix of 7.4, of which another is named."""
    lines = record(1, RangeEvent(fixed="7.2.5"))
    spans = (("7.0.0", "7.2.5"), ("7.4.0", "7.4.3"))
    ranges = tuple(
        VersionRange(type="custom", events=(RangeEvent(introduced=low), RangeEvent(fixed=high))) for low, high in spans
    )
    said = Affected(component=Component(name="EdgeGuard OS", vendor="Palisade"), ranges=ranges)
    two_lines = msgspec.structs.replace(lines, advisory=Advisory(affected=(said,)))
    records = [two_lines, record(2, RangeEvent(fixed="7.4"))]
    (action,) = plan_of(deployer_of_products([installed("EdgeGuard OS", "7.2.1")], records)).actions
    assert (action.to, len(action.clears)) == ("7.4.3", 2)


@pytest.mark.parametrize(
    ("name", "version", "ends", "expected"),
    [
        ("EdgeGuard OS", "15.0.1", ("2021.1.8 (13.1.8)", "2023.0.9 (15.0.9)"), "2023.0.9 (15.0.9)"),
        ("EdgeGuard OS", "2023.0.1", ("2021.1.8 (13.1.8)", "2023.0.9 (15.0.9)"), "2023.0.9 (15.0.9)"),
        ("EdgeGuard OS", "7.0 U3n", ("ESXi70U3p-23307199", "ESXi80U1d-23299997"), "ESXi70U3p-23307199"),
        ("EdgeGuard OS", "7.0 U3 build 20328353", ("ESXi70U3p-23307199", "ESXi80U1d-23299997"), "ESXi70U3p-23307199"),
        ("EdgeGuard OS 2023", "2023.0.1", ("2023.0.9",), "2023.0.9"),
    ],
)
def test_versions_that_are_written_in_two_ways(name: str, version: str, ends: tuple[str, ...], expected: str) -> None:
    flaw = record(1, *(RangeEvent(fixed=end) for end in ends))
    (action,) = plan_of(deployer_of_products([installed(name, version)], [flaw])).actions
    assert (action.do, action.to) == (Do.UPGRADE, expected)
    assert not action.major


def test_a_version_that_is_called_unaffected_is_one_to_install() -> None:
    """CVE-2024-21690: Confluence up to 8.5.12 is affected, and 8.5.14 is not."""
    ends = VersionRange(type="custom", events=(RangeEvent(introduced="8.5.0"), RangeEvent(last_affected="8.5.12")))
    spared = VersionRange(type="custom", events=(RangeEvent(introduced="8.5.14"), RangeEvent(last_affected="8.5.14")))
    component = Component(name="EdgeGuard OS", vendor="Palisade")
    said = Affected(component=component, ranges=(ends,), unaffected=(spared,))
    flaw = msgspec.structs.replace(record(1), advisory=Advisory(affected=(said,)))
    (action,) = plan_of(deployer_of_products([installed("EdgeGuard OS", "8.5.3")], [flaw])).actions
    assert (action.do, action.to) == (Do.UPGRADE, "8.5.14")
