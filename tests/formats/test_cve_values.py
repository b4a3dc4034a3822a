import pytest

from clearinghouse.formats.cve_values import cve_number, kev_date
from clearinghouse.records import Problem


@pytest.mark.parametrize(
    ("text", "number"), [("CVE-2099-0001", "CVE-2099-0001"), (" cve-2099-0001 ", "CVE-2099-0001"), ("CVE-2099-1", None)]
)
def test_a_number_is_canonical_or_a_problem(text, number):
    found = cve_number(text, source="d", pointer="/id")
    if number:
        assert found == number
    else:
        assert isinstance(found, Problem)
        assert (found.code, found.pointer, found.message) == (
            "wrong_value",
            "/id",
            '"CVE-2099-1" is no CVE identifier.',
        )


@pytest.mark.parametrize(
    ("value", "day", "said"),
    [
        ("2099-01-02", "2099-01-02", ""),
        ("2099-01-02T03:04:05Z", "2099-01-02", ""),
        ("2099-02-30", None, 'the text "2099-02-30"'),
        ("soon", None, 'the text "soon"'),
        (20990102, None, "the number 20990102"),
        (None, None, "null"),
    ],
)
def test_a_day_is_iso_or_a_problem(value, day, said):
    found = kev_date(value, cve="CVE-2099-0001", source="d", pointer="/dateAdded")
    if day:
        assert found == day
    else:
        assert isinstance(found, Problem)
        assert found.message == f"CVE-2099-0001: the KEV date is {said}."
