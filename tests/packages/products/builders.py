"""Small advisories and items, for the tests of products."""

from clearinghouse.packages.products import ProductIndex, match_item, statements_of
from clearinghouse.packages.products.statement import Statement
from clearinghouse.records import (
    Advisory,
    Affected,
    Component,
    Exposure,
    Finding,
    InventoryItem,
    RangeEvent,
    Unjudged,
    VersionRange,
)


def span(low: str = "0", *, fixed: str = "", last: str = "", kind: str = "custom") -> VersionRange:
    """A range with one beginning and one end."""
    ends = [RangeEvent(fixed=fixed)] if fixed else [RangeEvent(last_affected=last)] if last else []
    return VersionRange(type=kind, events=(RangeEvent(introduced=low), *ends))


def entry(product: str, vendor: str = "Palisade Networks", **parts: object) -> Affected:
    """What a record says of one product."""
    return Affected(component=Component(name=product, vendor=vendor), **parts)  # type: ignore[arg-type]


def record(
    *affected: Affected, cve: str = "CVE-2026-0001", title: str = "", description: str = "", format_: str = "cve"
) -> Finding:
    """A record of a CVE."""
    return Finding(
        source="x",
        index=0,
        format=format_,
        title=title or "A flaw",
        description=description,
        finder="somebody",
        native_id=cve,
        identifiers=(cve,),
        advisory=Advisory(published="2026-01-01T00:00:00Z", affected=affected),
    )


def statements(*findings: Finding) -> list[Statement]:
    """What records say."""
    return [statement for finding in findings for statement in statements_of(finding)]


def item(
    vendor: str, name: str, version: str | None = None, model: str = "", cpes: tuple[str, ...] = ()
) -> InventoryItem:
    """An item of an inventory."""
    component = Component(vendor=vendor, name=name, version=version)
    return InventoryItem(inventory="i", written=f"{vendor} {name}".strip(), component=component, model=model, cpes=cpes)


def matched(asked: InventoryItem, *findings: Finding) -> tuple[list[Exposure], list[Unjudged]]:
    """What the records mean for an item."""
    return match_item(asked, ProductIndex(statements(*findings)))
