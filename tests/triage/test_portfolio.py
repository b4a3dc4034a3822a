"""From one new advisory to every inventory that it meets."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.triage.made import by_purl, held

from clearinghouse.packages.identity import PackageId
from clearinghouse.packages.index import AdvisoryIndex, IndexBuilder
from clearinghouse.packages.match import Matcher
from clearinghouse.packages.products import Statement
from clearinghouse.packages.products.stretches import Stretch
from clearinghouse.records import (
    Advisory,
    Affected,
    Component,
    InventoryItem,
    MatchClass,
    PublishedAdvisory,
    RangeEvent,
    VersionRange,
)
from clearinghouse.triage.portfolio import Portfolio


def until(fixed: str, *names: str, ecosystem: str = "PyPI", word: str = "") -> PublishedAdvisory:
    events = (RangeEvent(introduced="0"), RangeEvent(fixed=fixed))
    affected = tuple(
        Affected(
            component=Component(name=name, ecosystem=ecosystem),
            ranges=(VersionRange(type="ECOSYSTEM", events=events),),
        )
        for name in names
    )
    return PublishedAdvisory(id="A-1", body=Advisory(affected=affected, informational=word))


def test_it_reaches_the_inventories_that_have_what_it_affects() -> None:
    listed = {
        "old": ["pkg:pypi/demo@1", "pkg:pypi/other@1"],
        "new": ["pkg:pypi/demo@3"],
        "without": ["pkg:pypi/other@1"],
        "unknown": ["pkg:pypi/demo"],
    }
    stock = held({name: [by_purl(name, purl) for purl in purls] for name, purls in listed.items()})
    assert [each.source for each in Portfolio(stock).affected(until("2", "demo"))] == ["old", "unknown"]
    assert Portfolio(stock).affected(until("2", "nowhere")) == []


def test_what_is_no_vulnerability_reaches_nobody() -> None:
    stock = held({"a": [by_purl("a", "pkg:pypi/demo@1")]})
    assert Portfolio(stock).affected(until("2", "demo", word="unmaintained")) == []


def test_it_reaches_products() -> None:
    item = InventoryItem(
        inventory="a",
        written="Example Gateway 7.2.4",
        component=Component(name="Gateway", vendor="Example", version="7.2.4"),
    )
    stock = held({"a": [item], "b": [by_purl("b", "pkg:pypi/gateway@1")]})
    said = Statement(
        advisory="CVE-2026-0001",
        vendor="Example",
        product="Gateway",
        stretches=(Stretch("7.2.0", "7.2.9"),),
        origin="cve",
    )
    empty = PublishedAdvisory(id="CVE-2026-0001", body=Advisory())
    (found,) = Portfolio(stock).reached(empty, [said])
    assert (found.exposure.advisory, found.exposure.match) == ("CVE-2026-0001", MatchClass.RANGE)
    assert [each.source for each in Portfolio(stock).affected(empty, [said])] == ["a"]


VERSIONS = st.sampled_from(["1", "1.0", "2", "3", "1:1-2", "latest", ""])
_PURLS = st.one_of(
    st.builds(lambda name, version: f"pkg:pypi/{name}@{version}", st.sampled_from("abc"), VERSIONS),
    st.builds(
        lambda name, version, distro, source: f"pkg:deb/debian/{name}@{version}?distro={distro}&upstream={source}",
        st.sampled_from("abc"),
        st.sampled_from(["1", "2", "1:1-2"]),
        st.sampled_from(["debian-11", "debian-12", ""]),
        st.sampled_from(["", "a", "b", "b@2"]),
    ),
    st.builds(
        lambda name, version, distro, source: (
            f"pkg:rpm/redhat/{name}@{version}?distro={distro}&upstream={source}-{version}-1.src.rpm"
        ),
        st.sampled_from("abc"),
        st.sampled_from(["1", "2", "3"]),
        st.sampled_from(["rhel-8.6", "rhel-9"]),
        st.sampled_from("ab"),
    ),
)
_AFFECTED = st.builds(
    lambda name, ecosystem, low, high, listed, kind: Affected(
        component=Component(name=name, ecosystem=ecosystem),
        versions=tuple(listed),
        ranges=(
            VersionRange(type=kind, events=(RangeEvent(introduced=low), *([RangeEvent(fixed=high)] if high else ()))),
        ),
    ),
    st.sampled_from("abc"),
    st.sampled_from(
        [
            "PyPI",
            "Debian:11",
            "Debian:12",
            "Debian",
            "Red Hat:enterprise_linux:8::baseos",
            "Red Hat:rhel_eus:8.6::baseos",
        ]
    ),
    st.sampled_from(["0", "1", "2"]),
    st.sampled_from(["", "2", "3"]),
    st.lists(VERSIONS, max_size=2),
    st.sampled_from(["ECOSYSTEM", "ECOSYSTEM", "GIT"]),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("index")


@given(
    purls=st.lists(st.tuples(st.sampled_from("pqr"), _PURLS), max_size=12),
    affected=st.lists(_AFFECTED, max_size=4),
    word=st.sampled_from(["", "", "unmaintained"]),
    upstream=st.sampled_from([(), ("CVE-1",)]),
)
def test_it_says_what_asking_everybody_says(
    folder: Path, purls: list[tuple[str, str]], affected: list[Affected], word: str, upstream: tuple[str, ...]
) -> None:
    lists: dict[str, list[InventoryItem]] = {name: [] for name in "pqr"}
    for name, purl in purls:
        lists[name].append(by_purl(name, purl))
    stock = held(lists)
    advisory = PublishedAdvisory(
        id="A-1", upstream=upstream, body=Advisory(affected=tuple(affected), informational=word)
    )
    builder = IndexBuilder()
    builder.add(advisory)
    builder.write(folder / "index")
    matcher = Matcher(AdvisoryIndex(folder / "index"))
    expected = {
        (number, exposure)
        for number, each in enumerate(stock.components)
        if isinstance(each.package, PackageId)
        for exposure in matcher.match(each.package).exposures
    }
    matcher.index.close()
    reached = Portfolio(stock).reached(advisory)
    numbers = {id(each): number for number, each in enumerate(stock.components)}
    assert {(numbers[id(each.held)], each.exposure) for each in reached} == expected
    holds = {(number, inventory.source) for inventory, number, _ in stock.holdings()}
    for each in reached:
        sources = {stock.inventories[where].source for where in each.inventories}
        assert sources == {source for number, source in holds if number == numbers[id(each.held)]}
