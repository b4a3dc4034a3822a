import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearinghouse.formats.weakness import find_weaknesses, weaknesses_of


@pytest.mark.parametrize(
    ("text", "weaknesses"),
    [
        ("CWE-79", ["CWE-79"]),
        ("cwe: 79", ["CWE-79"]),
        ("external/cwe/cwe-079", ["CWE-79"]),
        ("CWE-079: XSS, and CWE-89", ["CWE-79", "CWE-89"]),
        ("CWEID 120", ["CWE-120"]),
        ("cwe_1333", ["CWE-1333"]),
        ("CWE-79 CWE-079", ["CWE-79"]),
        ("https://cwe.mitre.org/data/definitions/22.html", []),
        ("CWE-0", []),
        ("CWE-123456", []),
        ("CWE-7\uff19", []),  # a digit, but not one that a CWE number is written with
        ("MCWE-79", []),
        ("CWE", []),
    ],
)
def test_weaknesses_in_text(text, weaknesses):
    assert list(find_weaknesses([text])) == weaknesses


@pytest.mark.parametrize(
    ("value", "weaknesses"),
    [
        (79, ["CWE-79"]),
        ("079", ["CWE-79"]),
        ([" 79 ", "CWE-89", None, {}, 79], ["CWE-79", "CWE-89"]),
        (True, []),
        (0, []),
        (-1, []),
        (10**30, []),
        (79.0, []),
        (None, []),
        ({"id": 79}, []),
        ("NVD-CWE-noinfo", []),
    ],
)
def test_weaknesses_of_a_field_about_them(value, weaknesses):
    assert list(weaknesses_of(value)) == weaknesses


@given(st.lists(st.text("cweCWEID-_ /:079\u0661", max_size=30)))
def test_any_text(texts):
    for name in find_weaknesses(texts):
        assert name.isascii()
        assert name[:4] == "CWE-"
        assert 0 < int(name[4:]) < 100_000
        assert find_weaknesses([name]) == (name,)


def test_megabytes_of_almost_a_number():
    for text in ("cwe-" * 300_000, "cwe" + "-" * 1_000_000, "cwe" + "0" * 1_000_000, "cweid" * 200_000):
        assert find_weaknesses([text]) == ()
