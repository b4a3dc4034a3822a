"""Which class a match has, and the question that would settle it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.packages.products.builders import entry, item, matched, record, span, statements

from clearinghouse.packages.products import ProductIndex, match_item, statement_of_kev
from clearinghouse.packages.products.match import MOST_OPEN
from clearinghouse.packages.products.statement import Statement
from clearinghouse.records import KevEntry, MatchClass

PALISADE = "Palisade Networks"
BELOW = (span("7.2.0", fixed="7.2.5"),)


def one_class(name: str, version: str | None, *findings: object, model: str = "") -> MatchClass | None:
    found, _ = matched(item(PALISADE, name, version, model), *findings)  # type: ignore[arg-type]
    return found[0].match if found else None


def test_fixes_stand_above_the_version_first() -> None:
    own = entry("EdgeGuard", ranges=(span("7.0.0", fixed="7.0.9"), span("7.2.0", fixed="7.2.5")))
    (found,), _ = matched(item(PALISADE, "EdgeGuard", "7.2.4"), record(own))
    assert found.fixed == ("7.2.5", "7.0.9")


@pytest.mark.parametrize(
    ("name", "version", "expected"),
    [
        ("EdgeGuard", "13.1-48.47", MatchClass.RANGE),
        ("EdgeGuard", "13.1-49.13", None),
        ("EdgeGuard", "13.1-FIPS-37.100", MatchClass.POSSIBLE),
        ("EdgeGuard FIPS", "13.1-48.47", MatchClass.POSSIBLE),
        ("EdgeGuard", "12.1-50.28", MatchClass.POSSIBLE),
    ],
)
@pytest.mark.parametrize("end", ["13.1-FIPS-37.159", "13.1-37.159"])
def test_a_certified_edition_is_only_meant_where_it_is_named(
    name: str, version: str, expected: MatchClass | None, end: str
) -> None:
    lines = (span("14.1", fixed="14.1-47.46"), span("13.1", fixed="13.1-49.13"), span("13.1-FIPS", fixed=end))
    lines += (span("12.1-FIPS", fixed="12.1-FIPS-55.297"),)
    assert one_class(name, version, record(entry("EdgeGuard", ranges=lines))) is expected
    if name == "EdgeGuard":
        on_hardware = one_class("EdgeGuard", "14.1-43.50", record(entry("EdgeGuard", ranges=lines)), model="MPX FIPS")
        assert on_hardware in (MatchClass.RANGE, MatchClass.POSSIBLE)


def test_a_platform_of_which_the_item_says_nothing() -> None:
    limited = record(entry("EdgeGuard", ranges=BELOW, platforms=("Windows",)))
    assert one_class("EdgeGuard", "7.2.4", limited) is MatchClass.POSSIBLE
    assert one_class("EdgeGuard for Windows", "7.2.4", limited) is MatchClass.RANGE
    mac = record(entry("EdgeGuard", ranges=BELOW, platforms=("macOS",)))
    assert one_class("EdgeGuard", "7.2.4", mac, model="Mac") is MatchClass.RANGE


def test_an_edition_that_the_words_name() -> None:
    limited = record(entry("EdgeGuard", ranges=BELOW), description="In EdgeGuard Enterprise there is a flaw.")
    (found,), _ = matched(item(PALISADE, "EdgeGuard", "7.2.4"), limited)
    assert found.match is MatchClass.POSSIBLE
    assert "Enterprise" in (found.question or "")


def test_words_against_the_fields() -> None:
    conflict = record(entry("EdgeGuard", ranges=(span(),)), description="EdgeGuard prior to 7.2.5 has a flaw.")
    assert one_class("EdgeGuard", "7.3.0", conflict) is MatchClass.POSSIBLE
    assert one_class("EdgeGuard", "7.2.4", conflict) is MatchClass.RANGE


def test_the_publisher_counts_before_what_is_added() -> None:
    own = entry("EdgeGuard", ranges=BELOW)
    added = entry("EdgeGuard", stated_by="CISA-ADP", ranges=(span("0", fixed="9.0"),))
    assert one_class("EdgeGuard", "8.0.0", record(own, added)) is None


def test_a_longer_name_is_never_sure() -> None:
    longer = record(entry("S7-1500 Software Controller", ranges=(span("0", fixed="V30.0"),)))
    assert one_class("S7-1500", "V2.9.2", longer) in (None, MatchClass.POSSIBLE)
    assert one_class("S7-1500 Software Controller", "V21.9", longer) is MatchClass.RANGE


def test_models_of_what_the_item_names() -> None:
    model = record(entry("Gate 60F", ranges=BELOW))
    assert one_class("Gate", "7.2.4", model) is MatchClass.POSSIBLE
    assert one_class("Gate 60F", "7.2.4", model) is MatchClass.RANGE
    assert one_class("Gate 100F", "7.2.4", model) is None


def test_variants_by_order_number() -> None:
    first = entry("CPU 1518", models=("6ES7518-4AP00-0AB0",), ranges=BELOW)
    second = entry("CPU 1518", models=("6ES7518-4FP00-0AB0",), ranges=(span("0", fixed="7.0.0"),))
    assert one_class("CPU 1518", "7.2.4", record(first, second)) is MatchClass.POSSIBLE
    assert one_class("CPU 1518", "7.2.4", record(first, second), model="6ES7518-4AP00-0AB0") is MatchClass.RANGE
    assert one_class("CPU 1518", "7.2.4", record(first, second), model="6ES7518-4FP00-0AB0") is None


def test_a_package_of_a_distribution_is_a_question() -> None:
    packaged = record(entry("Enterprise Linux 9", vendor="Red Hat", package="openssl", default_status="affected"))
    (found,), _ = matched(item("Red Hat", "Enterprise Linux 9"), packaged)
    assert found.match is MatchClass.POSSIBLE
    assert "openssl" in (found.question or "")


def test_commits_alone_are_not_judged() -> None:
    found, unjudged = matched(
        item(PALISADE, "EdgeGuard", "7.2.4"),
        record(entry("EdgeGuard", ranges=(span("0", fixed="abc1234", kind="git"),))),
    )
    assert not found
    assert [each.code for each in unjudged] == ["commits_only"]


def test_the_catalogue_beside_the_record_of_the_same_flaw() -> None:
    kev = statement_of_kev(
        KevEntry(
            source="k", cve="CVE-2026-0001", vendor=PALISADE, product="EdgeGuard", name="n", date_added="2026-01-01"
        )
    )
    assert kev is not None
    index = ProductIndex([*statements(record(entry("EdgeGuard", ranges=BELOW))), kev])
    found, _ = match_item(item(PALISADE, "EdgeGuard", "7.2.4"), index)
    assert [each.match for each in found] == [MatchClass.RANGE]
    other = ProductIndex([*statements(record(entry("EdgeProxy", ranges=BELOW))), kev])
    (question,), _ = match_item(item(PALISADE, "EdgeGuard", "7.2.4"), other)
    assert question.match is MatchClass.POSSIBLE
    assert "KEV" in (question.question or "")


def test_many_open_matches_are_cut_off_and_told() -> None:
    many = [record(entry("EdgeGuard", ranges=BELOW), cve=f"CVE-2026-{number:04}") for number in range(1, 61)]
    found, unjudged = matched(item(PALISADE, "EdgeGuard"), *many)
    assert len(found) == 40
    assert [each.code for each in unjudged] == ["too_many"]
    assert unjudged[0].reason.startswith("20 more advisories")


NAMES = st.sampled_from(
    ["EdgeGuard", "EdgeGuard OS", "Gate 60F", "Gate family", "CPU 1518 (6ES7518-4AP00-0AB0)", "n/a"]
)
VERSIONS = st.one_of(st.none(), st.sampled_from(["7.2.4", "7.2", "2019 CU12", "V4.7 HF3", "abc"]), st.text(max_size=12))


@given(
    NAMES,
    VERSIONS,
    NAMES,
    st.lists(st.sampled_from(["7.2.4", "< 7.2.5", "all versions", "see 1 note", "7.2.0 only with X"]), max_size=3),
    st.sampled_from(["", "before 7.1", "EdgeGuard on Windows", "This only affects the 60F model."]),
)
def test_only_what_is_a_question_has_one(
    asked: str, version: str | None, said: str, versions: list[str], words: str
) -> None:
    """The law: ``name-only`` and ``possible`` come with a question, ``exact`` and ``range`` with none."""
    found, unjudged = matched(
        item(PALISADE, asked, version), record(entry(said, versions=tuple(versions)), description=words)
    )
    for each in found:
        sure = each.match in (MatchClass.EXACT, MatchClass.RANGE)
        assert (each.question is None) is sure
        assert sure or "?" in (each.question or "")
    assert all(each.reason.endswith(".") for each in unjudged)


@pytest.mark.parametrize("name", ["", "   "])
def test_an_item_without_a_name_is_told(name: str) -> None:
    found, unjudged = matched(item(PALISADE, name), record(entry("EdgeGuard")))
    assert not found
    assert unjudged


def catalogued(product: str, cve: str = "CVE-2026-0001") -> Statement:
    """What the KEV catalogue says of a product."""
    entry_of_it = KevEntry(
        source="k", cve=cve, vendor=PALISADE, product=product, name="A flaw", date_added="2026-01-05"
    )
    kev = statement_of_kev(entry_of_it)
    assert kev is not None
    return kev


@pytest.mark.parametrize(
    ("recorded", "listed", "version"),
    [
        ("WX5000 Thing", "Widgetron WX5000", "9.0"),  # a near name
        ("Gate 60F", "Gate", "9.0"),  # one model of it
        ("Gate Family", "Gate 60F", "9.0"),  # its family
    ],
)
def test_a_record_that_only_may_mean_it_does_not_silence_the_catalogue(
    recorded: str, listed: str, version: str
) -> None:
    said = statements(record(entry(recorded, ranges=BELOW)))
    asked = item(PALISADE, listed, version)
    assert match_item(asked, ProductIndex(said))[0] == []
    (found,), _ = match_item(asked, ProductIndex([*said, catalogued(listed)]))
    assert found.match is MatchClass.POSSIBLE
    assert found.question
    assert "The KEV catalogue names" in found.question


def test_a_record_that_comes_to_something_stands_for_the_catalogue() -> None:
    said = statements(record(entry("WX5000 Thing", ranges=BELOW)))
    index = ProductIndex([*said, catalogued("Widgetron WX5000")])
    (found,), _ = match_item(item(PALISADE, "Widgetron WX5000", "7.2.4"), index)
    assert found.fixed == ("7.2.5",)


def test_a_record_that_certainly_spares_it_silences_the_catalogue() -> None:
    said = statements(record(entry("EdgeGuard", ranges=BELOW)))
    index = ProductIndex([*said, catalogued("EdgeGuard")])
    assert match_item(item(PALISADE, "EdgeGuard", "7.2.5"), index) == ([], [])


def test_what_the_catalogue_names_is_kept_before_other_guesses() -> None:
    records = [record(entry("WX5000 Thing", ranges=BELOW), cve=f"CVE-2026-{at:04}") for at in range(1, MOST_OPEN + 9)]
    for cve in ("CVE-2026-0001", f"CVE-2026-{MOST_OPEN + 8:04}"):
        index = ProductIndex([*statements(*records), catalogued("Widgetron WX5000", cve)])
        exposures, _ = match_item(item(PALISADE, "Widgetron WX5000", "7.2.4"), index)
        assert len(exposures) == MOST_OPEN
        assert cve in [each.advisory for each in exposures]


@pytest.mark.parametrize(
    ("version", "expected"), [("12.0.0.1", MatchClass.POSSIBLE), ("12.1.2", MatchClass.EXACT), ("12.3", None)]
)
def test_single_versions_of_the_publisher_do_not_silence_a_range_that_cisa_adds(
    version: str, expected: MatchClass | None
) -> None:
    own = entry("EdgeGuard OS", versions=("12.1.2",), default_status="unaffected")
    added = entry("EdgeGuard OS", ranges=(span("12", last="12.1.2.172"),), stated_by="CISA-ADP")
    index = ProductIndex(statements(record(own, added)))
    exposures, _ = match_item(item("Palisade Networks", "EdgeGuard OS", version), index)
    assert [each.match for each in exposures] == ([expected] if expected else [])
