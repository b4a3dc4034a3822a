"""Advisories whose title names a product that their fields call otherwise."""

from tests.packages.products.builders import entry, record, statements

from clearinghouse.packages.products import ProductIndex
from clearinghouse.packages.products.titles import Titles

INDEX = ProductIndex(
    statements(
        record(entry("Nexus Panel", "Swisslodge"), cve="ICSMA-26-001-01", title="Swisslodge Transtube", format_="csaf"),
        record(entry("Other Panel", "Swisslodge"), cve="CVE-2026-0002", title="Overflow in Transtube"),
    )
)


def named(*tokens: str, vendors: tuple[str, ...] = ("swisslodge",)) -> list[str]:
    titles = Titles(INDEX.near.vocabulary, INDEX.fetch)
    return [each.advisory for each in titles.named(tokens, vendors, ("swisslodge",))]


def test_a_title_of_cisa_names_the_product_and_one_of_a_record_counts_not() -> None:
    assert named("transtube") == ["ICSMA-26-001-01"]
    assert named("transtube", vendors=("other",)) == []


def test_all_telling_words_must_stand_in_the_title() -> None:
    assert named("transtube", "x900") == []
    assert named("swisslodge") == []  # the vendor's name alone
