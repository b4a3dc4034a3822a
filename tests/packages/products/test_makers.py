"""Which vendors somebody's word for one may mean."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearinghouse.packages.products.makers import Maker, Makers
from clearinghouse.packages.products.names import vendor_key

KNOWN = (
    "Horner Automation",
    "F5, Inc.",
    "Delta Electronics",
    "Delta Controls",
    "Johnson Controls Inc",
    "Boston Scientific",
    "Synergy Systems & Solutions (SSS)",
    "Swisslog Healthcare",
    "Welch Allyn, Baxter",
    "Qlik",
)


@pytest.fixture(scope="module")
def makers() -> Makers:
    return Makers(KNOWN, vendor_key)


@pytest.mark.parametrize(
    ("text", "vendor"),
    [
        ("Horner", "hornerautomation"),
        ("Horner Automation Group", "hornerautomation"),
        ("F5 Networks", "f5"),
        ("Swisslog", "swissloghealthcare"),
    ],
)
def test_a_word_such_as_automation_makes_no_other_vendor(makers: Makers, text: str, vendor: str) -> None:
    assert makers.meant(text)[0] == Maker(vendor, sure=True)


def test_where_two_have_the_stem_none_is_sure(makers: Makers) -> None:
    assert makers.meant("Delta") == (
        Maker("deltaelectronics", sure=False),
        Maker("deltacontrols", sure=False),
    )


@pytest.mark.parametrize(
    ("text", "vendor"),
    [
        ("JCI", "johnsoncontrols"),
        ("SSS", "synergysystemsandsolutions"),
        ("Boston Sci", "bostonscientific"),
        ("Horner APG", "hornerautomation"),
        ("Baxter International", "baxter"),
    ],
)
def test_abbreviations_and_beginnings_are_questions(makers: Makers, text: str, vendor: str) -> None:
    assert vendor in [each.vendor for each in makers.meant(text) if not each.sure or text.startswith("Baxter")]


def test_nobody_is_meant(makers: Makers) -> None:
    assert makers.meant("Zzqqy") == ()
    assert makers.meant("") == ()


def test_a_product_begins_with_its_vendors_name(makers: Makers) -> None:
    assert makers.named(("boston", "scientific", "latitude")) == ("bostonscientific",)
    assert makers.named(("qliksense", "server")) == ("qlik",)
    assert makers.named(("unheard", "of")) == ()


def test_a_slip_of_the_pen(makers: Makers) -> None:
    assert makers.alike("Boston Scientiffic") == "Boston Scientific"
    assert makers.alike("Acme Corporation") == ""
    assert makers.alike("Qlic") == ""  # too short to tell


@given(st.text(max_size=60))
def test_any_text_has_an_answer(text: str) -> None:
    makers = Makers(KNOWN, vendor_key)
    assert len(makers.meant(text)) <= 6
    assert isinstance(makers.alike(text), str)
