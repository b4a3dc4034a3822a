"""Versions of what is deployed: what still affects a version that somebody may install."""

from tests.triage.made import deployer_of_products, plan_of

from clearinghouse.packages.products.match import MOST_OPEN
from clearinghouse.records import Advisory, Affected, Component, Finding, InventoryItem, RangeEvent, VersionRange

MANY = MOST_OPEN + 20


def record(number: int, end: RangeEvent) -> Finding:
    name = f"CVE-2026-{number:04}"
    span = VersionRange(type="custom", events=(RangeEvent(introduced="0"), end))
    said = Affected(component=Component(name="EdgeGuard OS", vendor="Palisade"), ranges=(span,))
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
