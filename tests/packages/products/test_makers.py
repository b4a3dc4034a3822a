"""Which vendors somebody's word for one may mean."""

from typing import Any, NoReturn

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


def test_a_vendor_under_several_names_stands_in_the_place_of_the_likeliest() -> None:
    makers = Makers(("Acmer Tools", "Acme Automation"), vendor_key)
    assert [each.vendor for each in makers.meant("Acme")] == ["acmeautomation"]
    makers = Makers(("Acmerian Tools", "Acmerian Toolsmiths", "Acmeria Automation"), vendor_key)
    assert next(each.vendor for each in makers.meant("Acmeria")) == "acmeriaautomation"


class Counted(list[tuple[str, int, str]]):
    """A list that counts what is taken out of it."""

    taken = 0

    def __getitem__(self, at: Any) -> Any:
        found = super().__getitem__(at)
        self.taken += len(found) if isinstance(at, slice) else 1
        return found

    def __iter__(self) -> NoReturn:
        raise AssertionError("It is walked through.")


@pytest.mark.parametrize("count", [1_000, 16_000])
def test_many_vendors_that_begin_alike_are_not_walked_through(count: int) -> None:
    makers = Makers((f"aa{at:06} x" for at in range(count)), vendor_key)
    joined = makers._joined = Counted(makers._joined)
    assert makers.meant("aa999999 y") == ()
    assert len(makers.meant("aa000")) == 6
    assert makers.meant(f"aa{count - 1:06}")[0] == Maker(f"aa{count - 1:06}x", sure=False)
    assert 0 < joined.taken < 300


_WORDS = st.lists(st.sampled_from(["a", "ab", "abc", "abcde", "bc", "the", "ltd"]), min_size=1, max_size=3)


@given(st.lists(_WORDS, max_size=12), _WORDS)
def test_whoever_is_called_so_and_more_is_found(known: list[list[str]], asked: list[str]) -> None:
    texts = [" ".join(words) for words in known]
    makers = Makers(texts, lambda text: text)
    found = makers.meant(" ".join(asked))
    assert len({each.vendor for each in found}) == len(found)
    longer = [text for text in texts if "the" not in text and "ltd" not in text and text.startswith("abcde")]
    if asked == ["abcde"] and len(set(texts)) <= 6:
        assert set(longer) <= {each.vendor for each in found}
