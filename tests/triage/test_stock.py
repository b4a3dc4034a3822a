"""What somebody has: each distinct component once, one subject one inventory, and where everything is."""

from collections.abc import Iterable
from pathlib import Path

from clearinghouse.formats.contract import Report
from clearinghouse.packages.identity import PackageId
from clearinghouse.records import (
    Asset,
    Component,
    Inventory,
    InventoryItem,
)
from clearinghouse.triage.stock import Stock


def item(inventory: str, purl: str, *, asset: Asset | None = None) -> InventoryItem:
    return InventoryItem(inventory=inventory, written=purl, component=Component(name="", purl=purl), asset=asset)


def read(*documents: tuple[Inventory, Iterable[str | InventoryItem]]) -> Stock:
    stock = Stock()
    reports = [
        Report(
            inventory.source,
            "test",
            iter(
                [inventory, *(each if isinstance(each, InventoryItem) else item(inventory.id, each) for each in items)]
            ),
            False,
        )
        for inventory, items in documents
    ]
    stock.take(reports, [Path("x")], lambda source, count: None)
    stock.settle()
    return stock


def inventory(source: str, *, digest: str | None = None, system: str = "") -> Inventory:
    return Inventory(source=source, format="test", digest=digest, system=system)


def test_one_package_in_two_spellings_is_one_component() -> None:
    stock = read((inventory("a"), ["pkg:pypi/Demo_x@1", "pkg:PYPI/demo-x@1", "pkg:pypi/demo-x@2"]))
    assert (stock.rows, len(stock), len(stock.components)) == (3, 2, 2)
    assert stock.components[0].item.written == "pkg:pypi/Demo_x@1"


def test_a_package_url_without_a_version_is_told_apart_by_what_stands_beside_it() -> None:
    items = [
        InventoryItem(inventory="a", written="x", component=Component(name="x", purl="pkg:pypi/demo", version=version))
        for version in ("5.2", "1.0")
    ]
    stock = read((inventory("a"), items))
    versions = [held.package.version for held in stock.components if isinstance(held.package, PackageId)]
    assert versions == ["5.2", "1.0"]


def test_two_documents_about_one_digest_are_one_inventory() -> None:
    stock = read(
        (inventory("a", digest="sha256:AB"), ["pkg:pypi/demo@1"]),
        (inventory("b", digest="ab"), ["pkg:pypi/demo@1", "pkg:pypi/other@1"]),
        (inventory("c"), ["pkg:pypi/demo@1"]),
    )
    assert [each.source for each in stock.inventories] == ["a", "c"]
    assert len(stock) == 3


def test_the_release_that_one_tool_states_counts_for_what_another_saw() -> None:
    stock = read(
        (inventory("a", digest="d"), ["pkg:deb/debian/x@1?distro=debian-12"]),
        (inventory("b", digest="d"), ["pkg:deb/debian/x@1", "pkg:deb/debian/y@1"]),
        (inventory("c"), ["pkg:deb/debian/y@1"]),
    )
    releases = {
        (where.source, held.package.name, held.package.release)
        for where, number, _ in stock.holdings()
        if isinstance((held := stock.components[number]).package, PackageId)
    }
    assert releases == {("a", "x", "12"), ("a", "y", "12"), ("c", "y", "")}


def test_one_component_on_two_assets_is_held_twice() -> None:
    first, second = Asset(name="one"), Asset(name="two")
    where = inventory("a")
    stock = read((where, [item("a", "pkg:pypi/demo@1", asset=each) for each in (first, second, first)]))
    assert [asset for _, _, asset in stock.holdings()] == [first, second]
    assert len(stock.components) == 1


def test_what_comes_after_a_search_is_found_by_the_next_one() -> None:
    stock = read((inventory("a"), ["pkg:pypi/demo@1"]))
    package = stock.components[0].package
    assert isinstance(package, PackageId)
    assert stock.find(package) == [0]
    later = inventory("b", system="Debian:12")
    stock.put(later, [item(later.id, "pkg:deb/debian/curl@7.88.1-10")])
    other = stock.components[1].package
    assert isinstance(other, PackageId)
    assert stock.find(other) == [1]
    assert stock.find(package) == [0]


def test_two_versions_of_a_scoped_package_are_two_components() -> None:
    items = [
        InventoryItem(inventory="a", written="x", component=Component(name="x", purl=purl, version=version))
        for purl in ("pkg:npm/@x/late", "pkg:deb/debian/x?upstream=a@1")
        for version in ("1.0.0", "2.0.0")
    ]
    assert len(read((inventory("a"), items)).components) == 4


def test_what_got_a_release_is_no_longer_there_without_one() -> None:
    stock = read((inventory("a", system="Debian:12"), ["pkg:deb/debian/x@1"]), (inventory("b"), ["pkg:pypi/x@1"]))
    told = read(
        (inventory("a"), ["pkg:deb/debian/x@1+deb12u1", "pkg:deb/debian/y@1"]), (inventory("b"), ["pkg:pypi/x@1"])
    )
    assert len(stock.components) == 2
    assert sorted(number for _, number, _ in told.holdings()) == [0, 1, 2]
    assert len(told.components) == 3
