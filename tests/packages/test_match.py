"""Which advisories a package meets: classes, questions, and why not."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from clearinghouse.packages.identity import PackageId
from clearinghouse.packages.index import AdvisoryIndex, IndexBuilder
from clearinghouse.packages.match import Answer, Matcher, Verdict, ask
from clearinghouse.records import (
    Advisory,
    Affected,
    Component,
    MatchClass,
    PublishedAdvisory,
    RangeEvent,
    VersionRange,
    Why,
)


def affected(
    *events: RangeEvent,
    name: str = "demo",
    ecosystem: str = "PyPI",
    versions: tuple[str, ...] = (),
    kind: str = "ECOSYSTEM",
    unaffected: tuple[VersionRange, ...] = (),
) -> Affected:
    return Affected(
        component=Component(name=name, ecosystem=ecosystem),
        versions=versions,
        ranges=(VersionRange(type=kind, events=events),) if events else (),
        unaffected=unaffected,
    )


def published(*parts: Affected, name: str = "A-1", withdrawn: str | None = None, word: str = "") -> PublishedAdvisory:
    body = Advisory(modified="2026-01-01T00:00:00Z", withdrawn=withdrawn, affected=parts, informational=word)
    return PublishedAdvisory(id=name, aliases=(f"CVE-{name}",), title="a flaw", body=body)


def package(version: str | None, *, ecosystem: str = "PyPI", name: str = "demo", release: str = "") -> PackageId:
    return PackageId(ecosystem=ecosystem, name=name, version=version, release=release)


UNTIL_2 = (RangeEvent(introduced="1.0"), RangeEvent(fixed="2.0"))


class Made:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __call__(self, *advisories: PublishedAdvisory) -> Matcher:
        builder = IndexBuilder()
        for each in advisories:
            builder.add(each)
        builder.write(self.path)
        return Matcher(AdvisoryIndex(self.path))


@pytest.fixture
def matcher(tmp_path: Path) -> Made:
    return Made(tmp_path / "index")


def test_a_version_in_a_range(matcher: Made) -> None:
    verdict = matcher(published(affected(*UNTIL_2))).match(package("1.5"))
    (found,) = verdict.exposures
    assert (found.match, found.fixed, found.question) == (MatchClass.RANGE, ("2.0",), None)
    assert (found.why.kind, found.why.introduced, found.why.fixed) == ("range", "1.0", "2.0")
    assert found.aliases == ("CVE-A-1",)


@pytest.mark.parametrize("version", ["0.9", "2.0", "2.0.0", "3.1"])
def test_a_version_outside(matcher: Made, version: str) -> None:
    verdict = matcher(published(affected(*UNTIL_2))).match(package(version))
    assert not verdict.exposures
    assert not verdict.unjudged


def test_a_listed_version_is_exact_and_says_its_range(matcher: Made) -> None:
    verdict = matcher(published(affected(*UNTIL_2, versions=("1.5",)))).match(package("1.5"))
    (found,) = verdict.exposures
    assert (found.match, found.why.kind, found.why.fixed) == (MatchClass.EXACT, "enumerated", "2.0")


def test_a_listed_version_counts_though_no_range_holds_it(matcher: Made) -> None:
    verdict = matcher(published(affected(*UNTIL_2, versions=("2.5",)))).match(package("2.5"))
    assert verdict.exposures[0].match is MatchClass.EXACT


def test_a_listed_version_in_another_spelling(matcher: Made) -> None:
    verdict = matcher(published(affected(versions=("1.0",)))).match(package("1.0.0"))
    assert verdict.exposures[0].match is MatchClass.EXACT


def test_a_listed_version_in_another_spelling_beside_a_range(matcher: Made) -> None:
    made = matcher(published(affected(*UNTIL_2, versions=("1.5", "2.5"))))
    (found,) = made.match(package("2.5.0")).exposures
    assert (found.match, found.why) == (MatchClass.EXACT, Why(kind="enumerated", last_affected="2.5"))
    assert not made.match(package("2.5.1")).exposures


def test_no_version_is_a_question(matcher: Made) -> None:
    verdict = matcher(published(affected(*UNTIL_2))).match(package(None))
    (found,) = verdict.exposures
    assert (found.match, found.question) == (MatchClass.NAME_ONLY, "Which version of demo (PyPI) is it?")
    assert found.fixed == ("2.0",)


def test_no_version_is_needed_where_all_are_affected(matcher: Made) -> None:
    verdict = matcher(published(affected(RangeEvent(introduced="0")))).match(package(None))
    assert verdict.exposures[0].match is MatchClass.RANGE


@pytest.mark.parametrize("ecosystem", ["npm", "PyPI"])
def test_what_is_no_version_is_possible(matcher: Made, ecosystem: str) -> None:
    verdict = matcher(published(affected(*UNTIL_2, ecosystem=ecosystem))).match(package("latest", ecosystem=ecosystem))
    (found,) = verdict.exposures
    assert found.match is MatchClass.POSSIBLE
    assert found.question is not None
    assert "latest" in found.question


def test_an_ecosystem_without_order_is_never_not_affected(matcher: Made) -> None:
    made = matcher(published(affected(*UNTIL_2, ecosystem="Elsewhere")))
    (unjudged,) = made.match(package("1.5", ecosystem="Elsewhere")).unjudged
    assert unjudged.code == "unsupported_ecosystem"


def test_an_ecosystem_without_order_is_judged_by_its_list(matcher: Made) -> None:
    made = matcher(published(affected(*UNTIL_2, ecosystem="Elsewhere", versions=("1.5",))))
    assert made.match(package("1.5", ecosystem="Elsewhere")).exposures[0].match is MatchClass.EXACT
    verdict = made.match(package("1.6", ecosystem="Elsewhere"))
    assert (verdict.exposures, [each.code for each in verdict.unjudged]) == ((), ["unsupported_ecosystem"])


def test_semver_ranges_need_no_ecosystem(matcher: Made) -> None:
    made = matcher(published(affected(*UNTIL_2, ecosystem="Elsewhere", kind="SEMVER")))
    assert made.match(package("1.5.0", ecosystem="Elsewhere")).exposures[0].match is MatchClass.RANGE


def test_commits_are_not_judged(matcher: Made) -> None:
    made = matcher(published(affected(*UNTIL_2, kind="GIT")))
    (unjudged,) = made.match(package("1.5")).unjudged
    assert (unjudged.code, unjudged.advisory) == ("commit_range", "A-1")


COMMIT = "6d6e5a1b" * 5


@pytest.mark.parametrize(
    ("events", "version", "expected"),
    [
        ((RangeEvent(introduced="0"), RangeEvent(fixed=COMMIT)), "1.0", ("exact", None)),
        ((RangeEvent(introduced="0"), RangeEvent(fixed=COMMIT)), "1.0.0", ("exact", None)),
        ((RangeEvent(introduced="0"), RangeEvent(fixed=COMMIT)), "1.0.5", (None, None)),
        ((RangeEvent(introduced="0"), RangeEvent(fixed=COMMIT)), "9.9", (None, None)),
        ((RangeEvent(introduced="0"),), "1.0.5", (None, None)),
        ((RangeEvent(introduced="0"),), "9.9", (None, "commit_range")),
        ((RangeEvent(introduced="0"),), "latest", (None, "commit_range")),
    ],
)
def test_a_list_beside_commits_is_all_of_them_while_the_commits_end(
    matcher: Made, events: tuple[RangeEvent, ...], version: str, expected: tuple[str | None, str | None]
) -> None:
    verdict = matcher(published(affected(*events, kind="GIT", versions=("1.0", "1.1")))).match(package(version))
    found = (
        verdict.exposures[0].match.value if verdict.exposures else None,
        verdict.unjudged[0].code if verdict.unjudged else None,
    )
    assert found == expected


def test_what_nobody_speaks_of_is_not_covered(matcher: Made) -> None:
    made = matcher(published(affected(*UNTIL_2)))
    (unjudged,) = made.match(package("1.5", ecosystem="npm")).unjudged
    assert (unjudged.code, unjudged.advisory) == ("not_covered", None)


def test_a_release_is_another_distribution(matcher: Made) -> None:
    made = matcher(
        published(affected(*UNTIL_2, ecosystem="Debian:12")), published(affected(name="x", ecosystem="Debian:11"))
    )
    assert made.match(package("1.5", ecosystem="Debian", release="12")).exposures
    assert not made.match(package("1.5", ecosystem="Debian", release="11")).exposures
    (found,) = made.match(package("1.5", ecosystem="Debian")).exposures
    assert (found.match, found.question) == (
        MatchClass.POSSIBLE,
        "Which release of Debian is it? This is about 12.",
    )


def test_a_source_package_is_asked_with_its_own_version(matcher: Made) -> None:
    made = matcher(published(affected(*UNTIL_2, name="glibc", ecosystem="Debian:12")))
    binary = PackageId(
        ecosystem="Debian", release="12", name="libc6", version="9:3-1", source_name="glibc", source_version="1.5"
    )
    assert made.match(binary).exposures[0].package == "glibc (Debian:12)"


def binary(ecosystem: str, release: str, version: str, source: str, source_version: str) -> PackageId:
    return PackageId(
        ecosystem=ecosystem,
        release=release,
        name="demo",
        version=version,
        source_name=source,
        source_version=source_version,
    )


@pytest.mark.parametrize("ecosystem", ["Debian:12", "Ubuntu:22.04", "Alpine:3.17"])
def test_a_binary_package_that_is_called_like_another_source_is_not_it(matcher: Made, ecosystem: str) -> None:
    base, _, release = ecosystem.partition(":")
    made = matcher(published(affected(*UNTIL_2, ecosystem=ecosystem)))
    assert made.match(binary(base, release, "1.5", "demo", "1.5")).exposures
    assert not made.match(binary(base, release, "1.5", "elsewhere", "1.5")).exposures


def test_rpm_packages_are_asked_by_both_names(matcher: Made) -> None:
    made = matcher(
        published(affected(*UNTIL_2, ecosystem="Rocky Linux:9", name="sources"), name="S"),
        published(affected(*UNTIL_2, ecosystem="Rocky Linux:9"), name="B"),
    )
    found = made.match(binary("Rocky Linux", "9", "1.5", "sources", "1.6")).exposures
    assert [(each.advisory, each.compared) for each in found] == [("B", "1.5"), ("S", "1.6")]


PRO = "Ubuntu:Pro:18.04:LTS"
EUS = "Red Hat:rhel_eus:8.6::baseos"


@pytest.mark.parametrize(
    ("stream", "release", "asked"),
    [
        (PRO, "18.04", True),
        (PRO, "20.04", False),
        ("Ubuntu:Pro:FIPS:18.04:LTS", "18.04", False),
        (EUS, "8", True),
        (EUS, "9", False),
        ("Red Hat:openshift:4.12::el8", "8", True),
        ("Red Hat:openshift:4.12::el8", "9", False),
    ],
)
def test_an_advisory_for_a_stream_of_the_release_is_a_question(
    matcher: Made, stream: str, release: str, asked: bool
) -> None:
    base = stream.partition(":")[0]
    made = matcher(
        published(affected(*UNTIL_2, ecosystem=stream)),
        published(affected(*UNTIL_2, ecosystem=f"{base}:{release}", name="x"), name="X-1"),
    )
    found = made.match(package("1.5", ecosystem=base, release=release))
    assert bool(found.exposures) is asked
    if asked:
        assert found.exposures[0].match is MatchClass.POSSIBLE
        assert "the inventory says" in (found.exposures[0].question or "")
    assert not made.match(package("2.5", ecosystem=base, release=release)).exposures
    # with advisories for nothing but the stream the release is covered, too
    alone = matcher(published(affected(*UNTIL_2, ecosystem=stream)))
    assert bool(alone.match(package("1.5", ecosystem=base, release=release)).exposures) is asked


def test_what_is_said_for_the_release_counts_before_what_is_said_for_its_streams(matcher: Made) -> None:
    fixed = affected(
        RangeEvent(introduced="0"), RangeEvent(fixed="1.2"), ecosystem="Red Hat:enterprise_linux:8::baseos"
    )
    own, stream = published(fixed, name="own"), published(affected(*UNTIL_2, ecosystem=EUS), name="stream")
    one, other = (msgspec.structs.replace(each, upstream=("CVE-1",)) for each in (own, stream))
    assert not matcher(one, other).match(package("1.5", ecosystem="Red Hat", release="8")).exposures
    more = msgspec.structs.replace(stream, upstream=("CVE-1", "CVE-2"))
    (found,) = matcher(one, more).match(package("1.5", ecosystem="Red Hat", release="8")).exposures
    assert (found.advisory, found.match) == ("stream", MatchClass.POSSIBLE)


def test_what_is_said_to_be_unaffected_is(matcher: Made) -> None:
    spared = VersionRange(type="ECOSYSTEM", events=(RangeEvent(introduced="1.4"), RangeEvent(last_affected="1.5")))
    made = matcher(published(affected(*UNTIL_2, unaffected=(spared,))))
    assert not made.match(package("1.5")).exposures
    assert made.match(package("1.6")).exposures


def test_what_is_no_vulnerability_stands_apart(matcher: Made) -> None:
    verdict = matcher(published(affected(RangeEvent(introduced="0")), word="unmaintained")).match(package("1.5"))
    assert not verdict.exposures
    assert verdict.informational[0].advisory == "A-1"


@pytest.mark.parametrize(
    ("version", "advisory", "expected"),
    [
        ("1.5", "A-1", Answer(True, "1.5 is in the range from 1.0 to before 2.0 of A-1.", ("2.0",))),
        ("2.0", "A-1", Answer(False, "2.0 is in no affected range: from 1.0 to before 2.0.")),
        ("2.0", "CVE-A-1", Answer(False, "2.0 is in no affected range: from 1.0 to before 2.0.")),
        ("2.0", "B-1", None),
        ("2.0", "O-1", None),
        (None, "A-1", Answer(None, "Which version of demo (PyPI) is it?", ("2.0",))),
    ],
)
def test_about_one_advisory(matcher: Made, version: str | None, advisory: str, expected: Answer | None) -> None:
    made = matcher(published(affected(*UNTIL_2)), published(affected(*UNTIL_2, name="other"), name="O-1"))
    assert made.about(package(version), made.index.named(advisory)) == expected


def test_one_advisory_is_asked_without_an_index() -> None:
    one = [published(affected(*UNTIL_2))]
    assert ask(one, package("1.5")) == Answer(True, "1.5 is in the range from 1.0 to before 2.0 of A-1.", ("2.0",))
    assert ask(one, package("2.5")) == Answer(False, "2.5 is in no affected range: from 1.0 to before 2.0.")
    assert ask(one, package(None)).affected is None
    assert ask([published(affected(*UNTIL_2), withdrawn="2026-02-02T00:00:00Z")], package("1.5")).affected is False


def test_what_is_spared_is_spared_though_all_others_are_affected() -> None:
    spared = VersionRange(type="SEMVER", events=(RangeEvent(introduced="2.0.0"),))
    all_but = Affected(
        component=Component(name="demo", ecosystem="npm"), default_status="affected", unaffected=(spared,)
    )
    assert ask([published(all_but)], package("2.5.0", ecosystem="npm")).affected is False
    assert ask([published(all_but)], package("1.5.0", ecosystem="npm")).affected is True


# Package URLs without an ecosystem, as CSAF has them


def by_purl(purl: str, *, versions: tuple[str, ...] = (), platform: str = "", spared: bool = False) -> Affected:
    everything = VersionRange(type="text", events=(RangeEvent(introduced="0"),))
    return Affected(
        component=Component(name="as the document calls it", vendor="whoever", purl=purl),
        versions=versions,
        unaffected=(everything,) if spared else (),
        platforms=(platform,) if platform else (),
    )


def test_a_package_url_names_a_package(matcher: Made) -> None:
    made = matcher(published(by_purl("pkg:maven/org.example/demo@2.4", versions=("2.4",))))
    (found,) = made.match(package("2.4", ecosystem="Maven", name="org.example:demo")).exposures
    assert (found.match, found.package) == (MatchClass.EXACT, "org.example:demo (Maven)")
    assert not made.match(package("2.5", ecosystem="Maven", name="org.example:demo")).exposures


def test_a_package_url_of_a_distribution_is_for_the_release_of_its_platform(matcher: Made) -> None:
    made = matcher(published(by_purl("pkg:rpm/redhat/demo", platform="Red Hat Enterprise Linux 8")))
    assert made.match(package("1.5", ecosystem="Red Hat", release="8")).exposures
    assert not made.match(package("1.5", ecosystem="Red Hat", release="9")).exposures


def test_what_a_distribution_says_is_not_affected_is_not(matcher: Made) -> None:
    claim = msgspec.structs.replace(
        published(affected(*UNTIL_2, ecosystem="Red Hat:enterprise_linux:8::baseos")), aliases=("CVE-2026-0001",)
    )
    vex = by_purl("pkg:rpm/redhat/demo", platform="Red Hat Enterprise Linux 8", spared=True)
    said = msgspec.structs.replace(published(vex, name="VEX"), aliases=("CVE-2026-0001",))
    other = msgspec.structs.replace(said, aliases=("CVE-2026-0002",))
    here = package("1.5", ecosystem="Red Hat", release="8")
    assert matcher(claim).match(here).exposures
    assert not matcher(claim, said).match(here).exposures
    assert matcher(claim, other).match(here).exposures
    assert matcher(claim, said).match(msgspec.structs.replace(here, release="")).exposures
    elsewhere = by_purl("pkg:rpm/redhat/demo", platform="Red Hat Enterprise Linux 9", spared=True)
    assert matcher(claim, msgspec.structs.replace(said, body=Advisory(affected=(elsewhere,)))).match(here).exposures


def test_in_a_language_one_source_does_not_silence_another(matcher: Made) -> None:
    claim = msgspec.structs.replace(published(affected(*UNTIL_2)), aliases=("CVE-2026-0001",))
    said = published(by_purl("pkg:pypi/demo", spared=True), name="VEX")
    said = msgspec.structs.replace(said, aliases=("CVE-2026-0001",))
    assert matcher(claim, said).match(package("1.5")).exposures


def test_a_statement_of_what_is_not_affected_meets_nothing(matcher: Made) -> None:
    made = matcher(published(by_purl("pkg:pypi/demo", spared=True)))
    for version in ("1.5", None, "latest"):
        assert made.match(package(version)) == Verdict()


# Nothing is lost in silence


def test_what_one_build_is_spared_says_nothing_of_the_others(matcher: Made) -> None:
    el8 = "Red Hat Enterprise Linux 8"
    here = package("18.0-1", ecosystem="Red Hat", release="8")
    claim = msgspec.structs.replace(
        published(
            affected(RangeEvent(introduced="0"), ecosystem="Red Hat:enterprise_linux:8::appstream"), name="RHSA-1"
        ),
        aliases=("CVE-2026-0001",),
    )
    for build in ("rpmmod=demo:16", "arch=s390x"):
        spared = by_purl(f"pkg:rpm/redhat/demo?{build}", platform=el8, spared=True)
        vex = published(spared, name="CVE-2026-0001")
        assert matcher(claim, vex).match(here).exposures
    both = published(
        by_purl("pkg:rpm/redhat/demo", platform=el8),
        by_purl("pkg:rpm/redhat/demo?arch=src", platform=el8, spared=True),
        name="CVE-2026-0001",
    )
    assert matcher(both).match(here).exposures  # one document that says both means two things


def all_but(*unaffected: tuple[str, str], ecosystem: str = "npm", **more: Any) -> Affected:
    spared = tuple(
        VersionRange(type="semver", events=(RangeEvent(introduced=low), *([RangeEvent(fixed=high)] if high else ())))
        for low, high in unaffected
    )
    return Affected(
        component=Component(name="demo", ecosystem=ecosystem), default_status="affected", unaffected=spared, **more
    )


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("0.7.0", None),
        ("1.5.0", MatchClass.RANGE),
        ("3.2.0", MatchClass.RANGE),
        ("4.0.0", None),
        ("latest", MatchClass.POSSIBLE),
        (None, MatchClass.NAME_ONLY),
    ],
)
def test_all_but_what_is_spared_is_affected(matcher: Made, version: str | None, expected: MatchClass | None) -> None:
    part = VersionRange(type="semver", events=(RangeEvent(introduced="3.0.0"), RangeEvent(fixed="3.5.0")))
    made = matcher(published(all_but(("0.5.0", "1.0.0"), ("4.0.0", ""), ranges=(part,))))
    found = made.match(package(version, ecosystem="npm")).exposures
    assert [each.match for each in found] == ([expected] if expected else [])
    if version == "1.5.0":
        assert found[0].fixed == ("3.5.0", "4.0.0")


def test_what_is_no_version_lies_in_nothing_that_is_spared(matcher: Made) -> None:
    spared = VersionRange(type="ECOSYSTEM", events=(RangeEvent(introduced="2.0.0"),))
    made = matcher(published(affected(*UNTIL_2, ecosystem="npm", unaffected=(spared,))))
    assert made.match(package("latest", ecosystem="npm")).exposures[0].match is MatchClass.POSSIBLE


@pytest.mark.parametrize(
    ("text", "version", "expected"),
    [
        ("< 4.4.12", "3.0.0", "range"),
        ("< 4.4.12", "4.4.12", None),
        ("all versions before 2.0", "1.5", "range"),
        (">= 1.0, <= 1.5", "1.5.0", "range"),
        ("before 2.0 when compiled with foo", "1.5", "unsupported_ecosystem"),
        ("< who knows", "1.5", "unsupported_ecosystem"),
        ("1.5", "1.5", "exact"),
    ],
)
def test_a_range_in_the_place_of_a_version_is_read(
    matcher: Made, text: str, version: str, expected: str | None
) -> None:
    made = matcher(published(affected(ecosystem="Packagist", versions=(text,))))
    verdict = made.match(package(version, ecosystem="Packagist"))
    found = [each.match.value for each in verdict.exposures] + [each.code for each in verdict.unjudged]
    assert found == ([expected] if expected else [])


HASH = "0123456789abcdef" * 2


@pytest.mark.parametrize(
    ("kind", "events", "version", "expected"),
    [
        ("git", (RangeEvent(introduced=HASH), RangeEvent(fixed=HASH[::-1])), "1.5", "commit_range"),
        ("git", (RangeEvent(introduced="0"), RangeEvent(fixed="2.0.0")), "1.5.0", "range"),
        (
            "GIT",
            (RangeEvent(introduced="0"), RangeEvent(fixed=HASH), RangeEvent(introduced=HASH)),
            "9.9",
            "commit_range",
        ),
    ],
)
def test_commits_are_no_versions_and_begin_again(
    matcher: Made, kind: str, events: tuple[RangeEvent, ...], version: str, expected: str
) -> None:
    listed = ("1.0", "1.2") if kind == "GIT" else ()
    verdict = matcher(published(affected(*events, kind=kind, versions=listed))).match(package(version))
    assert [each.match.value for each in verdict.exposures] + [each.code for each in verdict.unjudged] == [expected]


def test_where_it_is_affected_again_is_told(matcher: Made) -> None:
    twice = Affected(
        component=Component(name="demo", ecosystem="PyPI"),
        ranges=(
            VersionRange(type="ECOSYSTEM", events=(RangeEvent(introduced="0"), RangeEvent(last_affected="1.6"))),
            VersionRange(type="ECOSYSTEM", events=(RangeEvent(introduced="1.7"),)),
        ),
    )
    assert matcher(published(twice)).match(package("1.5")).exposures[0].again == ("1.7",)


def test_of_an_advisory_that_names_the_package_its_source_is_not_asked(matcher: Made) -> None:
    both = (
        affected(RangeEvent(introduced="0"), RangeEvent(fixed="1.6"), ecosystem="Rocky Linux:9"),
        affected(RangeEvent(introduced="0"), RangeEvent(fixed="7.2"), ecosystem="Rocky Linux:9", name="sources"),
    )
    made = matcher(published(*both))
    assert made.match(binary("Rocky Linux", "9", "1.5", "sources", "7.0")).exposures[0].fixed == ("1.6",)
    assert not made.match(binary("Rocky Linux", "9", "1.6", "sources", "7.0")).exposures
    elsewhere = (msgspec.structs.replace(both[0], component=Component(name="demo", ecosystem="Rocky Linux:8")), both[1])
    assert matcher(published(*elsewhere)).match(binary("Rocky Linux", "9", "1.6", "sources", "7.0")).exposures


def test_about_says_what_match_says(matcher: Made) -> None:
    made = matcher(published(affected(*UNTIL_2, ecosystem="Debian:11")))
    answer = made.about(package("1.5", ecosystem="Debian", release="12"), ["A-1"])
    assert answer is not None
    assert answer.affected is None
    claim = msgspec.structs.replace(
        published(affected(*UNTIL_2, ecosystem="Red Hat:enterprise_linux:8::baseos")),
        aliases=(),
        upstream=("CVE-2026-0001",),
    )
    vex = published(
        by_purl("pkg:rpm/redhat/demo", platform="Red Hat Enterprise Linux 8", spared=True), name="CVE-2026-0001"
    )
    made = matcher(claim, vex)
    assert sorted(made.index.named("CVE-2026-0001")) == ["A-1", "CVE-2026-0001"]
    answer = made.about(package("1.5", ecosystem="Red Hat", release="8"), ["A-1"])
    assert answer == Answer(False, "What is said for Red Hat 8 counts before A-1.")
