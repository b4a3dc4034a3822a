from datetime import date

from clearinghouse.priority import in_words, left_in_words


def test_dates_and_days_are_words():
    assert in_words(date(2026, 3, 12)) == "12 March 2026"
    assert [left_in_words(days) for days in (-2, -1, 0, 1, 2)] == [
        "it is overdue by 2 days",
        "it is overdue by 1 day",
        "it is due",
        "1 day is left",
        "2 days are left",
    ]
