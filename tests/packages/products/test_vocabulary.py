"""The words in which advisories name products."""

import pytest

from clearinghouse.packages.products.names import vendor_keys
from clearinghouse.packages.products.vocabulary import Vocabulary
from clearinghouse.packages.products.written import WrittenName

NAMES = [
    *(WrittenName(f"Maker {number}", "Report Manager") for number in range(16)),
    *(WrittenName("Palisade", f"FenceWall {number}00") for number in range(2, 9)),
    WrittenName("Palisade", "KardioMobile"),
    WrittenName("Palisade", "Vista MX800/700"),
    WrittenName("Palisade", "Automation License Manager"),
    WrittenName("", "Looseware"),
]


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return Vocabulary(NAMES, lambda number: vendor_keys(NAMES[number].vendor))


def test_a_word_of_many_vendors_is_common(vocabulary: Vocabulary) -> None:
    assert [vocabulary.is_common(word) for word in ("report", "fencewall")] == [True, False]
    assert [vocabulary.is_rare(word) for word in ("fencewall", "report", "mx800", "unheard")] == [
        True,
        False,
        True,
        False,
    ]


def test_a_word_of_many_names_of_one_vendor_is_a_line(vocabulary: Vocabulary) -> None:
    assert vocabulary.is_line("fencewall", "palisade")
    assert not vocabulary.is_line("kardiomobile", "palisade")


def test_names_with_a_word_of_given_vendors(vocabulary: Vocabulary) -> None:
    assert [NAMES[each].vendor for each in vocabulary.with_word("report", frozenset({"maker3"}))] == ["Maker 3"]
    assert [NAMES[each].product for each in vocabulary.with_word("looseware", frozenset({"", "x"}))] == ["Looseware"]
    assert vocabulary.count("report") == 16


@pytest.mark.parametrize(
    ("text", "product"),
    [("kardio", "KardioMobile"), ("mx700", "Vista MX800/700"), ("alm", "Automation License Manager")],
)
def test_looking_through_finds_joined_listed_and_abbreviated_words(
    vocabulary: Vocabulary, text: str, product: str
) -> None:
    found = vocabulary.look_through("palisade", vocabulary.words((text,), ()))
    assert product in [NAMES[number].product for number in found]


def test_a_slip_of_the_pen(vocabulary: Vocabulary) -> None:
    assert vocabulary.slip_of(("fencewal",), "palisade").startswith("FenceWall")
    assert vocabulary.slip_of(("fencewall",), "palisade") == ""  # it is known
    assert vocabulary.slip_of(("zzqqyxx",), "palisade") == ""
