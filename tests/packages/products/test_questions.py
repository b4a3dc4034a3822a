"""Questions are sentences for a person."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearinghouse.packages.products.questions import (
    Doubt,
    cut,
    question_of_doubt,
    question_of_kev,
    question_of_no_version,
    question_of_version,
)
from clearinghouse.packages.products.stretches import Inside


@pytest.mark.parametrize("doubt", list(Doubt))
def test_every_doubt_has_a_question(doubt: Doubt) -> None:
    question = question_of_doubt(doubt, "Item", "Product", "the detail", "CVE-2026-1")
    assert "?" in question
    assert question[0].isupper()
    assert question[-1] in ".?"


@pytest.mark.parametrize("reason", [None, *Inside])
def test_every_reason_has_a_question(reason: Inside | None) -> None:
    question = question_of_version(reason, "Item", "Product", "7.2", "before 7.2.5")
    assert "?" in question
    assert "before 7.2.5" in question


@pytest.mark.parametrize("version", ["", "7.2"])
@pytest.mark.parametrize("detail", ["", "before 7.2.5"])
def test_without_a_version(version: str, detail: str) -> None:
    assert "?" in question_of_no_version("Product", version, detail)


@pytest.mark.parametrize("version", ["", "7.2"])
def test_of_the_kev_catalogue(version: str) -> None:
    assert "affect" in question_of_kev("Product", version, "CVE-2026-1")


@given(st.text(max_size=400))
def test_words_of_others_are_short(text: str) -> None:
    assert len(cut(text)) <= 160
    assert cut(cut(text)) == cut(text)


def test_what_is_cut_ends_with_a_word() -> None:
    assert cut("word " * 40).endswith(" word…")
    assert cut("x" * 200) == "x" * 159 + "…"
