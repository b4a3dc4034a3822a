"""From what meets what somebody has to what one does about it."""

import datetime as dt

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.triage.made import advisory, affected, by_purl, deployer, deployer_of_products, plan_of

from clearinghouse.packages.identity import PackageId, package_of
from clearinghouse.packages.match import Matcher
from clearinghouse.packages.products.match import MOST_OPEN
from clearinghouse.priority.plan import Action, Do
from clearinghouse.records import (
    Advisory,
    Affected,
    Asset,
    AssetKind,
    Component,
    Exposure,
    Finding,
    InventoryItem,
    MatchClass,
    RangeEvent,
    VersionRange,
    Why,
)
from clearinghouse.triage.deployer import Deployer
from clearinghouse.triage.worklist import FIRST_FOUND, Terms, worklist

LVM = "pkg:deb/debian/dmsetup@2:1.02.185-2?distro=debian-12&upstream=lvm2%402.03.16-2"


def done(action: Action) -> tuple[str, str | None, list[str], list[str]]:
    return action.do.value, action.to, [each.id for each in action.clears], [each.id for each in action.leaves]


def test_one_upgrade_for_all_that_it_clears() -> None:
    made = deployer(
        [by_purl("list", "pkg:pypi/demo@1.0")],
        [
            advisory("A-1", affected("demo", "PyPI", ("0", "1.5")), aliases=("CVE-2026-0001",)),
            advisory("A-2", affected("demo", "PyPI", ("0", "1.2"))),
            advisory("A-3", affected("demo", "PyPI", ("0", None))),
        ],
    )
    assert [done(action) for action in plan_of(made).actions] == [
        ("upgrade", "1.5", ["CVE-2026-0001", "A-2"], ["A-3"]),
        ("isolate", None, [], ["A-3"]),
    ]


def test_fixes_are_compared_with_the_version_of_the_source_package() -> None:
    made = deployer([by_purl("list", LVM)], [advisory("DSA-1", affected("lvm2", "Debian:12", ("0", "2.03.16-3")))])
    (action,) = plan_of(made).actions
    assert done(action) == ("upgrade", "2.03.16-3", ["DSA-1"], [])
    assert (action.subject.version, action.subject.source, action.subject.compared) == (
        "2:1.02.185-2",
        "lvm2",
        "2.03.16-2",
    )
    assert any("source package" in sentence for sentence in action.explain)


@pytest.mark.parametrize(
    "purl",
    [
        "pkg:deb/debian/demo-tools@1.5-2%2Bb1?distro=debian-12&upstream=demo%401.5-2",
        "pkg:deb/debian/demo-tools@1.5-2?distro=debian-12&upstream=demo",
    ],
)
def test_a_package_with_the_number_of_its_source_is_spoken_of_as_itself(purl: str) -> None:
    made = deployer([by_purl("list", purl)], [advisory("DSA-1", affected("demo", "Debian:12", ("0", "1.5-3")))])
    (action,) = plan_of(made).actions
    assert done(action) == ("upgrade", "1.5-3", ["DSA-1"], [])
    assert action.subject.source == ""


def test_packages_of_one_source_are_one_step() -> None:
    def built(name: str, version: str = "1.5-2", release: int = 12) -> str:
        return f"pkg:deb/debian/{name}@{version}?distro=debian-{release}&upstream=demo%40{version}"

    purls = [built("libdemo2"), built("demo"), built("demo-old", "1.4-1"), built("demo-tools", release=11)]
    both = [affected("demo", f"Debian:{release}", ("0", "1.5-3")) for release in (11, 12)]
    made = deployer([by_purl("list", purl) for purl in purls], [advisory("DSA-1", *both)])
    found = plan_of(made).actions
    assert {each.subject.written: [other.written for other in each.also] for each in found} == {
        built("demo"): [built("libdemo2")],
        built("demo-old", "1.4-1"): [],
        built("demo-tools", release=11): [],
    }
    assert [each.to for each in found] == ["1.5-3"] * 3


def test_advisories_on_both_names_of_an_rpm_package_that_is_numbered_apart_are_two_steps() -> None:
    purl = "pkg:rpm/rocky/demo@1.0-1?distro=rocky-9&upstream=sources-7.0-1.src.rpm"
    made = deployer(
        [by_purl("list", purl)],
        [
            advisory("S-1", affected("sources", "Rocky Linux:9", ("0", "7.0-3"))),
            advisory("B-1", affected("demo", "Rocky Linux:9", ("0", "1.0-2"))),
        ],
    )
    assert [(*done(action), action.subject.source) for action in plan_of(made).actions] == [
        ("upgrade", "1.0-2", ["B-1"], [], ""),
        ("upgrade", "7.0-3", ["S-1"], [], "sources"),
    ]


def test_what_a_scanner_reports_stands_beside_what_an_advisory_says() -> None:
    made = deployer([by_purl("list", LVM)], [advisory("DSA-1", affected("lvm2", "Debian:12", ("0", "2.03.16-3")))])
    package = made.stock.components[0].package
    assert isinstance(package, PackageId)
    reported = Exposure(advisory="CVE-9", match=MatchClass.EXACT, why=Why(kind="text"), fixed=("2.03.16-4",))
    made.add_scanned([(package, reported)])
    (action,) = plan_of(made).actions
    assert done(action) == ("upgrade", "2.03.16-4", ["DSA-1", "CVE-9"], [])


# Products


def record(
    name: str, *events: RangeEvent, versions: tuple[str, ...] = (), document: str = "", product: str = "EdgeGuard OS"
) -> Finding:
    component = Component(name=product, vendor="Palisade")
    ranges = (VersionRange(type="custom", events=events),) if events else ()
    return Finding(
        source="x",
        index=0,
        format="csaf" if document else "cve",
        title=f"a flaw of {product}",
        finder="Palisade",
        native_id=name,
        identifiers=(name,),
        advisory=Advisory(
            affected=(Affected(component=component, ranges=ranges, versions=versions),), document=document
        ),
    )


def product(version: str, asset: Asset | None = None) -> InventoryItem:
    return InventoryItem(
        inventory="list",
        written=f"Palisade EdgeGuard OS {version}",
        component=Component(name="EdgeGuard OS", vendor="Palisade", version=version),
        asset=asset,
    )


FROM_7 = RangeEvent(introduced="7.0.0")


def test_what_ends_without_a_named_fix_takes_along_what_is_gone_by_then() -> None:
    made = deployer_of_products(
        [product("7.0.1")],
        [
            record("CVE-2026-0001", FROM_7, RangeEvent(fixed="7.0.3")),
            record("CVE-2026-0002", FROM_7, RangeEvent(last_affected="7.0.15")),
            record("CVE-2026-0003", versions=("7.0.0", "7.0.1")),
        ],
    )
    (action,) = plan_of(made).actions
    assert (action.do, action.to, action.above) == (Do.UPGRADE, None, "7.0.15")
    assert {each.id for each in action.clears} == {"CVE-2026-0001", "CVE-2026-0002", "CVE-2026-0003"}


def test_a_list_of_affected_versions_ends_with_the_last_of_them() -> None:
    listed = Affected(component=Component(name="demo", ecosystem="PyPI"), versions=("1.0", "1.2", "1.1"))
    (action,) = plan_of(deployer([by_purl("list", "pkg:pypi/demo@1.0")], [advisory("A-1", listed)])).actions
    assert (action.do, action.to, action.above) == (Do.UPGRADE, None, "1.2")


@pytest.mark.parametrize(
    ("document", "kind", "expected"),
    [
        ("ICSA-26-001-01", None, AssetKind.OPERATIONAL),
        ("ICSMA-26-001-01", None, AssetKind.MEDICAL),
        ("ICSA-26-001-01", AssetKind.IT, AssetKind.IT),
        ("ICSA-26-001-01", AssetKind.MEDICAL, AssetKind.MEDICAL),
        ("PSA-26-1", None, None),
    ],
)
def test_a_device_is_known_by_the_series_of_its_advisories_where_its_owner_does_not_say(
    document: str, kind: AssetKind | None, expected: AssetKind | None
) -> None:
    made = deployer_of_products(
        [product("7.0.1", Asset(name="box", kind=kind))],
        [record("CVE-2026-0001", FROM_7, RangeEvent(fixed="7.0.3"), document=document)],
    )
    (action,) = plan_of(made).actions
    assert action.subject.kind is expected
    assert action.do is (Do.DECIDE if expected and expected.needs_a_person else Do.UPGRADE)
    assert action.subject.kind_by == (document if kind is None and expected else "")
    assert any(document in sentence for sentence in action.explain) is bool(action.subject.kind_by)


@pytest.mark.parametrize("kind", [None, AssetKind.IT])
def test_a_device_that_such_an_advisory_possibly_means_is_for_a_person_to_decide(kind: AssetKind | None) -> None:
    unsure = record("CVE-2026-0002", versions=("7.0.1.5",), document="ICSA-26-001-01")  # 7.0.1 may be that
    made = deployer_of_products(
        [product("7.0.1", Asset(name="box", kind=kind))],
        [record("CVE-2026-0001", FROM_7, RangeEvent(fixed="7.0.3")), unsure],
    )
    action, question = plan_of(made).actions
    assert action.do is (Do.UPGRADE if kind else Do.DECIDE)
    assert (action.subject.kind_by, action.subject.kind_sure) == (("", True) if kind else ("ICSA-26-001-01", False))
    assert any("ICSA-26-001-01 may speak of it" in sentence for sentence in action.explain) is (kind is None)
    assert question.leaves[0].exposures[0].match is MatchClass.POSSIBLE


def test_a_device_that_is_only_asked_about_is_not_called_one() -> None:
    unsure = record("CVE-2026-0002", versions=("7.0.1.5",), document="ICSA-26-001-01")
    (action,) = plan_of(deployer_of_products([product("7.0.1")], [unsure])).actions
    assert (action.do, action.subject.kind) == (Do.FIND_OUT, None)


def test_a_document_about_several_flaws_joins_none_of_them() -> None:
    events = (FROM_7, RangeEvent(fixed="7.0.3"))
    findings = [record(f"CVE-2026-000{number}", *events, document="ICSA-26-001-01") for number in (1, 2, 3)]
    findings.append(record("CVE-2026-0002", FROM_7, RangeEvent(fixed="7.0.5")))
    (action,) = plan_of(deployer_of_products([product("7.0.1", Asset(name="x", kind=AssetKind.IT))], findings)).actions
    assert done(action) == ("upgrade", "7.0.5", ["CVE-2026-0001", "CVE-2026-0002", "CVE-2026-0003"], [])
    assert all(len(flaw.identifiers) == 1 for flaw in action.clears)


def test_a_fix_that_is_listed_as_affected_is_none() -> None:
    part = affected("demo", "PyPI", ("0", "23.9.0"))
    part = msgspec.structs.replace(part, versions=("1.0", "23.9.0", "23.9.0.post1"))
    (action,) = plan_of(deployer([by_purl("list", "pkg:pypi/demo@1.0")], [advisory("A-1", part)])).actions
    assert (action.do, action.to, action.above) == (Do.UPGRADE, None, "23.9.0.post1")


def test_where_it_is_affected_again_above_is_told() -> None:
    ends = (FROM_0, RangeEvent(last_affected="1.6"))
    ranges = tuple(VersionRange(type="ECOSYSTEM", events=each) for each in (ends, (RangeEvent(introduced="1.7"),)))
    part = Affected(component=Component(name="demo", ecosystem="PyPI"), ranges=ranges)
    (action,) = plan_of(deployer([by_purl("list", "pkg:pypi/demo@1.5")], [advisory("A-1", part)])).actions
    assert (action.do, action.above) == (Do.UPGRADE, "1.6")
    assert "not from 1.7 on" in action.explain[0]


@pytest.mark.parametrize(
    ("cpe", "version"),
    [
        ("cpe:2.3:o:palisade:edgeguard_os:7.0.1:*:*:*:*:*:*:*", "7.0.1"),
        ("cpe:2.3:o:palisade:edgeguard_os:7.0.1:*:*:*:*:*:*:*", None),
        ("cpe:/o:palisade:edgeguard_os:7.0.1", None),
        ("cpe:2.3:o:palisade:edgeguard_os:*:*:*:*:*:*:*:*", "7.0.1"),
    ],
)
def test_what_is_known_by_its_cpe_name_alone_is_rid_of_its_flaws(cpe: str, version: str | None) -> None:
    item = InventoryItem(
        inventory="list", written="box firmware", component=Component(name="box firmware", version=version), cpes=(cpe,)
    )
    made = deployer_of_products(
        [item],
        [
            record("CVE-2026-0001", FROM_7, RangeEvent(fixed="7.0.3")),
            record("CVE-2026-0002", FROM_7, RangeEvent(fixed="7.0.5")),
        ],
    )
    (action,) = plan_of(made).actions
    assert done(action) == ("upgrade", "7.0.5", ["CVE-2026-0001", "CVE-2026-0002"], [])
    assert action.subject.version == "7.0.1"


def test_what_is_a_question_at_the_version_to_install_is_not_called_cleared() -> None:
    made = deployer_of_products(
        [product("7.0.1")],
        [
            record("CVE-2026-0001", FROM_7, RangeEvent(fixed="7.0.3")),
            record("CVE-2026-0002", versions=("7.0.1", "7.0.3.1")),  # 7.0.3 alone does not say whether it is that
        ],
    )
    (action,) = plan_of(made).actions  # and not: 7.0.3 clears both
    assert (action.to, action.above, len(action.clears)) == (None, "7.0.3.1", 2)


def test_the_versions_of_a_product_that_are_listed_end_with_the_last_of_them() -> None:
    made = deployer_of_products([product("7.0.1")], [record("CVE-2026-0001", versions=("7.0.1", "7.2.5", "7.0.3"))])
    (action,) = plan_of(made).actions
    assert (action.do, action.to, action.above) == (Do.UPGRADE, None, "7.0.3")


def test_what_ends_in_its_own_line_and_goes_on_in_the_next_is_not_called_cleared_there() -> None:
    made = deployer_of_products(
        [product("7.0.1")],
        [
            record("CVE-2026-0001", FROM_7, RangeEvent(last_affected="7.2.1")),
            record(
                "CVE-2026-0002",
                *(FROM_7, RangeEvent(last_affected="7.0.15")),
                *(RangeEvent(introduced="7.2.0"), RangeEvent(last_affected="7.2.4")),
            ),
        ],
    )
    first, *others = plan_of(made).actions
    assert (first.above, [flaw.id for flaw in first.clears]) == ("7.2.1", ["CVE-2026-0001"])
    assert [flaw.id for action in others for flaw in action.concerns] == ["CVE-2026-0002"]


def test_questions_that_are_left_out_are_counted() -> None:
    item = InventoryItem(inventory="list", written="box", component=Component(name="EdgeGuard OS", vendor="Palisade"))
    records = [record(f"CVE-2026-{number:04}", FROM_7, RangeEvent(fixed="7.0.3")) for number in range(MOST_OPEN + 7)]
    (action,) = plan_of(deployer_of_products([item], records)).actions
    assert (action.do, len(action.leaves)) == (Do.FIND_OUT, MOST_OPEN)
    (asked,) = action.asked
    assert asked.text.startswith("Which version of Palisade EdgeGuard OS does it run?")
    assert len(asked.settles) == MOST_OPEN
    assert action.subject.left_out.startswith("7 more advisories name it")
    assert action.subject.left_out in action.explain


def test_a_version_behind_the_name_of_what_runs_on_a_device_is_compared() -> None:
    component = Component(name="Box 60", vendor="Palisade", version="EdgeGuard OS 7.0.1")
    item = InventoryItem(inventory="list", written="Palisade Box 60 EdgeGuard OS 7.0.1", component=component)
    made = deployer_of_products([item], [record("CVE-2026-0001", FROM_7, RangeEvent(fixed="7.0.3"))])
    (action,) = plan_of(made).actions
    assert done(action) == ("upgrade", "7.0.3", ["CVE-2026-0001"], [])
    assert action.subject.version == "EdgeGuard OS 7.0.1"


FROM_0 = RangeEvent(introduced="0")


def test_an_rpm_package_numbered_apart_gets_the_fix_of_its_own_name() -> None:
    purl = "pkg:rpm/redhat/device-mapper@1.02.185-1.el9?distro=rhel-9&epoch=8&upstream=lvm2-2.03.16-1.el9.src.rpm"
    both = advisory(
        "RHSA-1",
        affected("device-mapper", "Red Hat:enterprise_linux:9::baseos", ("0", "8:1.02.190-1.el9")),
        affected("lvm2", "Red Hat:enterprise_linux:9::baseos", ("0", "8:2.03.20-1.el9")),
    )
    (action,) = plan_of(deployer([by_purl("list", purl)], [both])).actions
    assert done(action) == ("upgrade", "8:1.02.190-1.el9", ["RHSA-1"], [])


# The law


_VERSION = st.integers(1, 9).map(lambda number: f"1.{number}")
_STRETCH = st.tuples(_VERSION, st.one_of(st.none(), _VERSION)).filter(lambda pair: not pair[1] or pair[0] < pair[1])
_ADVISORY = st.builds(
    lambda name, package, ecosystem, stretches, alias: advisory(
        name, affected(package, ecosystem, *stretches), aliases=(alias,) if alias else ()
    ),
    st.sampled_from([f"A-{number}" for number in range(6)]),
    st.sampled_from(["demo", "source"]),
    st.sampled_from(["PyPI", "Debian:12", "Rocky Linux:9"]),
    st.lists(_STRETCH, min_size=1, max_size=2),
    st.sampled_from(["", "CVE-1", "CVE-2"]),
)
_ITEM = st.one_of(
    _VERSION.map(lambda version: f"pkg:pypi/demo@{version}"),
    st.tuples(_VERSION, _VERSION).map(
        lambda pair: f"pkg:deb/debian/demo@{pair[0]}?distro=debian-12&upstream=source%40{pair[1]}"
    ),
    st.tuples(_VERSION, _VERSION).map(
        lambda pair: f"pkg:rpm/rocky/demo@{pair[0]}?distro=rocky-9&upstream=source-{pair[1]}-1.src.rpm"
    ),
)


def after(made: Deployer, action: Action) -> PackageId:
    """The package once a person has done what the action says."""
    package = package_of(made.stock.components[action.subject.number].item)
    assert isinstance(package, PackageId)
    if action.subject.source:
        return msgspec.structs.replace(package, source_version=action.to)
    if package.version == package.source_version:
        return msgspec.structs.replace(package, version=action.to, source_version=action.to)
    return msgspec.structs.replace(package, version=action.to)


@given(_ITEM, st.lists(_ADVISORY, max_size=6, unique_by=lambda each: each.id))
def test_the_version_that_is_named_no_longer_meets_what_it_clears(purl: str, advisories: list[object]) -> None:
    made = deployer([by_purl("list", purl)], advisories)  # type: ignore[arg-type]
    told = {name for each in made.verdict(0).exposures for name in (each.advisory, *each.aliases)}
    seen: set[str] = set()
    for action in plan_of(made).actions:
        seen.update(name for flaw in (*action.clears, *action.leaves) for name in flaw.identifiers)
        if action.do is not Do.UPGRADE or action.to is None:
            continue
        met = Matcher(made.matcher.index).match(after(made, action)).exposures
        still = {name for each in met for name in (each.advisory, *each.aliases)}
        assert all(still.isdisjoint(flaw.names) for flaw in action.clears)
        assert all(not still.isdisjoint(flaw.names) for flaw in action.leaves)
    assert seen == told  # nothing that meets the inventory is left out of the plan
    made.matcher.index.close()


def test_when_a_flaw_was_first_found_counts_by_any_of_its_names() -> None:
    made = deployer(
        [by_purl("list", "pkg:pypi/demo@1.0")],
        [
            advisory("A-1", affected("demo", "PyPI", ("0", "1.5")), aliases=("CVE-2026-0001",)),
            advisory("A-2", affected("demo", "PyPI", ("0", "1.2"))),
        ],
    )
    day, before, earlier = dt.date(2026, 9, 1), dt.date(2026, 8, 1), dt.date(2026, 7, 1)
    known = {"CVE-2026-0001": before, "A-1": earlier, "CVE-2026-9999": earlier}
    (action,) = worklist(made, made.signals, Terms(as_of=day), None, known).actions
    deadlines = {flaw.id: flaw.deadline for flaw in action.clears}
    assert (deadlines["CVE-2026-0001"].identified, deadlines["CVE-2026-0001"].identified_source) == (
        earlier,
        FIRST_FOUND,
    )
    assert deadlines["A-2"].identified == day
    assert worklist(made, made.signals, Terms(as_of=day), None, {}) == worklist(made, made.signals, Terms(as_of=day))
