"""Names that share their telling words with another."""

from collections.abc import Callable

import pytest

from clearinghouse.packages.products.names import fold, tokens_of, vendor_keys
from clearinghouse.packages.products.near import NearNames
from clearinghouse.packages.products.written import WrittenName

NAMES = [
    WrittenName("Medtide", "Valleyline FT10 Energy Platform (VLFT10GEN)"),
    WrittenName("Medtide", "Valleyline LS10 Energy Platform (VLLS10GEN)"),
    WrittenName("Medtide", "MyCare Monitor"),
    WrittenName("Palisade", "FenceWall Software"),
    WrittenName("Palisade", "FenceWall Edge Orchestrator"),
    WrittenName("Palisade", "PortPoint Platform"),
    WrittenName("Palisade", "PortPoint Platform 2016"),
    WrittenName("Palisade", "Adobo Experience Manager"),
    WrittenName("Other Maker", "Gateline SYS600"),
    WrittenName("", "Looseware"),
    WrittenName("Lines", "Windows 2016"),
]


@pytest.fixture(scope="module")
def near() -> Callable[..., list[str]]:
    names = NearNames(NAMES, lambda number: vendor_keys(NAMES[number].vendor))

    def ask(text: str, *vendors: str, model: bool = False) -> list[str]:
        tokens = tokens_of(fold(text))
        found = names.of_model(tokens, vendors, ()) if model else names.near(tokens, vendors, ())
        return [NAMES[each.number].product for each in found]

    return ask


def test_words_that_describe_do_not_part_a_model_from_its_name(near: Callable[..., list[str]]) -> None:
    assert near("Valleyline FT10 electrosurgical generator", "medtide") == [NAMES[0].product]


def test_another_model_is_not_near(near: Callable[..., list[str]]) -> None:
    assert near("Valleyline FX8", "medtide") == []


def test_a_line_is_near_to_each_of_its_models(near: Callable[..., list[str]]) -> None:
    assert sorted(near("Valleyline", "medtide")) == sorted([NAMES[0].product, NAMES[1].product])


def test_an_abbreviation_of_the_whole_name(near: Callable[..., list[str]]) -> None:
    assert near("AEM", "palisade") == ["Adobo Experience Manager"]


def test_a_year_is_another_release_or_none(near: Callable[..., list[str]]) -> None:
    assert near("PortPoint 2019", "palisade") == ["PortPoint Platform"]
    assert near("PortPoint 2016", "palisade")[0] == "PortPoint Platform 2016"


def test_a_year_alone_is_not_enough(near: Callable[..., list[str]]) -> None:
    assert near("Mailroom 2016", "lines") == []


def test_another_product_of_the_line_is_not_near(near: Callable[..., list[str]]) -> None:
    assert "FenceWall Edge Orchestrator" not in near("FenceWall Logger", "palisade")


def test_of_no_vendor_a_rare_word_must_be_shared(near: Callable[..., list[str]]) -> None:
    assert near("Gateline Pro SYS600") == ["Gateline SYS600"]
    assert near("Manager") == []


def test_a_name_without_vendor_is_near_under_any(near: Callable[..., list[str]]) -> None:
    assert near("Looseware viewer", "palisade", "") == ["Looseware"]


def test_names_of_a_model_alone(near: Callable[..., list[str]]) -> None:
    assert near("Valleyline FT10", "medtide", model=True) == [NAMES[0].product]
    assert near("Valleyline", "medtide", model=True) == []


def test_the_nearest_is_named_for_a_slip_and_for_a_name_half_the_same() -> None:
    names = NearNames(NAMES, lambda number: vendor_keys(NAMES[number].vendor))
    assert names.nearest(("valeyline", "zz9"), ("medtide",), ()) == NAMES[0].product
    assert names.nearest(("fencewall", "logger", "orchestrator"), ("palisade",), ()) == "FenceWall Edge Orchestrator"
    assert names.nearest(("zzqqy",), ("palisade",), ()) == ""
