"""Whether the words of a record are about the product that its fields name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.packages.products.builders import entry, item, matched, record

from clearinghouse.packages.products.subject import other_subject, part_in_words


@pytest.mark.parametrize(
    ("product", "description", "expected"),
    [
        (
            "i",
            "The Palisade i 7.2, 7.3, and 7.5 product Facsimile Support for i lets users in.",
            "Facsimile Support",
        ),
        ("EdgeGuard", "EdgeGuard Desktop App versions <=5.7.0 fail to disable flags.", "Desktop App"),
        ("Verify Access", "Palisade Verify Access OIDC Provider could allow a user in.", "OIDC Provider"),
        ("EdgeGuard", "EdgeGuard Software could allow a user in.", ""),
        ("EdgeGuard", "This issue is fixed in EdgeGuard Sonoma 14.5.", ""),
        ("EdgeGuard", "In EdgeGuard Palisade the menu is open.", ""),
        ("EdgeGuard", "EdgeGuard Parser Stack Overflow Code Execution Vulnerability. This lets users in.", ""),
        ("EdgeGuard", "EdgeGuardian Monitor application lets users in.", ""),
        ("EdgeGuard", "A flaw lets users in.", ""),
    ],
)
def test_a_part_that_is_named_behind_the_product(product: str, description: str, expected: str) -> None:
    assert part_in_words(product, "Palisade Networks", description) == expected


@pytest.mark.parametrize(
    ("product", "title", "description", "expected"),
    [
        ("Online Ledger", "", "A flaw in Palisade Online Invoicing 2.6 at /ledger/view.", "Palisade Online Invoicing"),
        ("EdgeGuard", "", "A flaw in Palisade Watchtower lets users in.", "Palisade Watchtower"),
        ("EdgeGuard", "", "A flaw in Palisade Watchtower and Palisade EdgeGuard lets users in.", ""),
        ("EdgeGuard", "EdgeGuard: users get in", "A flaw in Palisade Watchtower lets users in.", ""),
        ("Edge Guard Manager", "", "A flaw in Palisade EGM lets users in.", ""),
        ("EdgeGuard", "", "A flaw in the parser lets users in.", ""),
        ("EdgeGuard", "", "A flaw in several add-ons for EdgeGuard 4.3 lets users in.", "several add-on"),
        (
            "EdgeGuard",
            "",
            "A flaw in windows agent plugin in EdgeGuard before 2.2 lets users in.",
            "windows agent plugin",
        ),
    ],
)
def test_words_that_name_another_product(product: str, title: str, description: str, expected: str) -> None:
    assert other_subject(product, "Palisade Networks", title, description) == expected


def test_what_is_said_of_a_part_is_a_question_unless_the_item_names_it() -> None:
    finding = record(
        entry("EdgeGuard", versions=("5.7.0",)), description="EdgeGuard Desktop App 5.7.0 fails to disable flags."
    )
    (near,), _ = matched(item("Palisade Networks", "EdgeGuard", "5.7.0"), finding)
    assert near.match == "possible"
    assert near.question is not None
    assert "Desktop App" in near.question


def test_a_record_whose_words_name_another_product_is_a_question() -> None:
    words = "A flaw in Palisade Watchtower 5.7.0 lets users in."
    finding = record(entry("EdgeGuard", versions=("5.7.0",)), description=words)
    (near,), _ = matched(item("Palisade Networks", "EdgeGuard", "5.7.0"), finding)
    assert near.match == "possible"
    assert "Palisade Watchtower" in (near.question or "")
    (sure,), _ = matched(
        item("Palisade Networks", "EdgeGuard", "5.7.0"),
        record(entry("EdgeGuard", versions=("5.7.0",)), description=words.replace("Watchtower", "EdgeGuard")),
    )
    assert sure.match == "exact"


WORDS = st.text("EdgeGuard Palis/.,()1\u0130 ", max_size=200)


@pytest.mark.parametrize(
    ("product", "description", "expected"),
    [
        ("Backup Replication", "Palisade Backup Enterprise Manager allows users in.", True),
        ("Backup Replication", "Palisade Backup Replication allows users in.", False),
        ("Backup", "Palisade Backup Enterprise Manager allows users in.", False),
        ("Backup Enterprise Manager", "Palisade BEM allows users in.", False),
        ("Backup Replication", "Watchtower Enterprise Manager allows users in.", False),
    ],
)
def test_another_product_at_the_beginning(product: str, description: str, expected: bool) -> None:
    assert bool(other_subject(product, "Palisade Networks", "", description)) is expected


@given(WORDS, WORDS, WORDS, WORDS)
def test_what_is_found_stands_in_the_words(product: str, vendor: str, title: str, description: str) -> None:
    """The law: nothing is told that the words do not say."""
    assert part_in_words(product, vendor, description) in description
    found = other_subject(product, vendor, title, description)
    assert found in title or found in description
