"""Statements: what an advisory says of each product."""

from hypothesis import given
from hypothesis import strategies as st
from tests.packages.products.builders import entry, record, span, statements

from clearinghouse.packages.products.statement import statement_of_kev, statements_of
from clearinghouse.packages.products.stretches import Stretch
from clearinghouse.records import Advisory, Affected, Component, Finding, KevEntry


def test_an_entry_is_a_statement() -> None:
    (one,) = statements(record(entry("EdgeGuard OS", versions=("7.2.4",), ranges=(span("7.0", fixed="7.2.0"),))))
    assert (one.advisory, one.vendor, one.product) == ("CVE-2026-0001", "Palisade Networks", "EdgeGuard OS")
    assert one.listed == ("7.2.4",)
    assert one.stretches == (Stretch("7.0", "7.2.0"),)
    assert one.says_versions
    assert one.label == "Palisade Networks EdgeGuard OS"


def test_what_says_nothing_of_products() -> None:
    package = Affected(component=Component(name="demo", ecosystem="PyPI"), versions=("1.0",))
    assert not statements(record(package))
    withdrawn = Advisory(withdrawn="2026-01-01T00:00:00Z", affected=(entry("EdgeGuard"),))
    assert not list(
        statements_of(Finding(source="x", index=0, format="cve", title="t", finder="f", advisory=withdrawn))
    )


def test_an_entry_of_several_products_with_their_own_versions() -> None:
    made = statements(
        record(entry("Palisade EdgeGuard, EdgeProxy", versions=("EdgeGuard 7.2.1, 7.2.0; EdgeProxy 7.0.0",)))
    )
    assert {each.product: each.listed for each in made} == {
        "Palisade EdgeGuard": ("7.2.1", "7.2.0"),
        "EdgeProxy": ("7.0.0",),
    }


def test_what_holds_under_a_condition_is_a_statement_of_its_own() -> None:
    made = statements(record(entry("EdgeGuard", versions=("< 7.2", "All versions with module X"))))
    assert [each.condition for each in made] == ["", "with module X"]


def test_what_is_added_about_another_product_is_a_question() -> None:
    own, added = entry("Swal"), entry("watch", vendor="other", stated_by="CISA-ADP", versions=("1.0",))
    made = statements(record(own, added))
    assert not made[0].condition
    assert "Swal" in made[1].condition


def test_what_is_added_under_a_shorter_name_is_a_question() -> None:
    own = entry("EdgeGuard Security Web Control")
    made = statements(record(own, entry("EdgeGuard Security", stated_by="CISA-ADP", versions=("1.0",))))
    assert "Web Control" in made[1].condition


def test_a_limit_in_words_holds_for_every_entry() -> None:
    made = statements(record(entry("EdgeGuard"), description="This issue only affects EG-5400 Series devices."))
    assert "EG-5400" in made[0].condition
    (limited,) = statements(record(entry("EdgeGuard"), description="A flaw in EdgeGuard Enterprise lets users in."))
    assert limited.modules == ("Enterprise",)


def test_words_count_where_the_record_names_few_products() -> None:
    words = "EdgeGuard before 7.2 has a flaw."
    (one,) = statements(record(entry("EdgeGuard", ranges=(span(),)), description=words))
    assert one.prose.stretches
    many = [entry(f"Edge{letter}", ranges=(span(),)) for letter in "ABCDE"]
    assert not any(each.prose.stretches for each in statements(record(*many, description=words)))


def test_words_of_the_kernels_records_do_not_count() -> None:
    """They are a commit's message, with traces in it, whose numbers are no versions (CVE-2024-50039)."""
    words = "EdgeGuard before 4.1 is affected."
    (own,) = statements(record(entry("EdgeGuard", ranges=(span("5.8"),)), description=words))
    assert own.prose.stretches
    (own,) = statements(record(entry("EdgeGuard", "Linux", ranges=(span("5.8"),)), description=words))
    assert not own.prose.stretches


def test_a_default_without_a_counterpart_is_not_taken_at_its_word() -> None:
    (one,) = statements(record(entry("EdgeGuard", versions=("7.2",), default_status="affected")))
    assert one.default == "unaffected"
    (two,) = statements(record(entry("EdgeGuard", default_status="affected")))
    assert two.default == "affected"


def test_a_package_of_a_distribution() -> None:
    (one,) = statements(record(entry("Red Hat Enterprise Linux 9", vendor="Red Hat", package="openssl")))
    assert one.package == "openssl"
    (other,) = statements(record(entry("EdgeGuard", package="openssl")))
    assert other.package == ""


def test_the_catalogue() -> None:
    kev = KevEntry(source="k", cve="CVE-2026-1", vendor="V ", product="P", name="N", date_added="2026-01-01")
    made = statement_of_kev(kev)
    assert made is not None
    assert (made.origin, made.vendor, made.says_versions) == ("kev", "V", False)
    assert statement_of_kev(KevEntry(source="k", cve="C", vendor="", product="", name="", date_added="")) is None


@given(st.text(max_size=60), st.text(max_size=60), st.lists(st.text(max_size=30), max_size=3), st.text(max_size=200))
def test_no_record_raises(vendor: str, product: str, versions: list[str], description: str) -> None:
    own = entry(product, vendor, versions=tuple(versions), ranges=tuple(span("0", fixed=text) for text in versions))
    for one in statements(record(own, entry(product, vendor, stated_by="CISA-ADP"), description=description)):
        assert one.advisory == "CVE-2026-0001"
