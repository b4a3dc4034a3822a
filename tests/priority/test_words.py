from datetime import date

import pytest

from clearinghouse.priority import in_words, left_in_words, plural


@pytest.mark.parametrize(
    ("count", "nouns", "said"),
    [
        (0, ("finding",), "0 findings"),
        (1, ("finding",), "1 finding"),
        (2, ("finding",), "2 findings"),
        (1200, ("finding",), "1,200 findings"),
        (1, ("crash", "crashes"), "1 crash"),
        (3, ("crash", "crashes"), "3 crashes"),
    ],
)
def test_a_count_agrees_with_its_noun(count, nouns, said):
    assert plural(count, *nouns) == said


def test_dates_and_days_are_words():
    assert in_words(date(2026, 3, 12)) == "12 March 2026"
    assert [left_in_words(days) for days in (-2, -1, 0, 1, 2)] == [
        "it is overdue by 2 days",
        "it is overdue by 1 day",
        "it is due",
        "1 day is left",
        "2 days are left",
    ]
