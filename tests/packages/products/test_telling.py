"""The words that tell one product from another."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearinghouse.packages.products.names import MAX_LENGTH, fold, tokens_of
from clearinghouse.packages.products.telling import (
    Wording,
    abbreviates,
    abbreviations_in,
    forms_of,
    is_list,
    looks_like_model,
    plain,
    shared,
    wording,
)

_COMMON = frozenset({"manager", "energy", "server", "control"})


def words_of(text: str, *makers: str) -> Wording:
    return wording(tokens_of(fold(text)), _COMMON.__contains__, frozenset(makers), fold(text))


def test_a_model_and_its_line_tell() -> None:
    assert words_of("Valleylab FT10 Energy Platform").telling == {"valleylab", "ft10"}


def test_the_vendors_name_tells_only_where_nothing_else_does() -> None:
    assert words_of("M-Files Report", "m", "file").telling == {"report"}
    assert words_of("M-Files Server", "m", "file").telling == {"m", "file"}
    assert words_of("Server Manager").telling == {"server", "manager"}


def test_joined_and_parted_words_are_shared() -> None:
    both = shared(words_of("Kardia Mobile"), words_of("KardiaMobile IoT device"))
    assert both.words == {"kardiamobile"}
    assert (both.mine, both.theirs) == (frozenset(), {"iot"})


def test_what_only_describes_is_not_missed() -> None:
    both = shared(words_of("Omnibed wireless infusion pump"), words_of("Omnibed"))
    assert not (both.mine | both.theirs | both.my_rest | both.their_rest)


def test_another_model_is_missed_on_both_sides() -> None:
    both = shared(words_of("Vista V600"), words_of("Vista V800"))
    assert (both.mine, both.theirs) == ({"v600"}, {"v800"})


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        ("Vista MX700", "Vista MX800/700/600 monitors"),
        ("Vista 865241", "Vista (865240/41/42)"),
        ("Vista MP50", "Vista MP20-MP90"),
        ("CMC 3", "CMC III"),
        ("VCV", "Vista Cardiovascular"),
        ("Vista CV", "Vista Cardiovascular"),
        ("Gauge PCU", "Gauge PC Unit"),
        ("ATA", "Analog Telephone Adaptor (ATA)"),
    ],
)
def test_lists_ranges_numerals_and_abbreviations(mine: str, theirs: str) -> None:
    forms = [wording(tokens_of(form), _COMMON.__contains__, text=fold(theirs)) for form in forms_of(fold(theirs))]
    assert any(not shared(words_of(mine), form).mine and shared(words_of(mine), form).words for form in forms)


def test_a_model_outside_the_range_is_not_in_it() -> None:
    assert shared(words_of("Vista MP95"), words_of("Vista MP20-MP90")).mine == {"mp95"}


def test_conditions_are_no_part_of_a_name() -> None:
    assert forms_of("vivid products, not including echopac")[0] == "vivid products"
    assert forms_of("ct50 running android os")[0] == "ct50"


def test_models_that_a_name_lists_stand_alone_and_mere_words_do_not() -> None:
    assert "bur 150c" in forms_of("eli 150c/bur 150c (resting electrocardiograph)")
    assert "serial rtu module" not in forms_of("bmx0200 ethernet/serial rtu module")
    assert forms_of("reader and acrobat") == ["reader and acrobat", "reader", "acrobat"]


def test_abbreviations() -> None:
    assert abbreviates("iscv", ["intellispace", "cardiovascular"])
    assert abbreviates("alm", ["automation", "license", "manager"])
    assert abbreviates("mgmt", ["management"])
    assert not abbreviates("bar", ["basic", "panel"])
    assert not abbreviates("net", [])
    assert abbreviations_in("endpoint manager mobile (epmm)") == {"epmm"}


def test_models() -> None:
    answers = {"ft10": True, "5900": True, "2019": False, "10": False, "vista": False}
    assert {word: looks_like_model(word) for word in answers} == answers
    assert [is_list(name) for name in ("mp20-mp90", "mx800/700", "client/server 2")] == [True, True, False]
    assert [plain(word) for word in ("pumps", "iii", "access", "bus")] == ["pump", "3", "access", "bus"]


@pytest.mark.parametrize(
    "text",
    [
        "x" + "(all" * 50_000,
        "x " + "(ab)" * 50_000,
        "ab 1" + "1" * 50_000 + "/1" * 50_000,
        "ab11" + "/1" * 50_000,
        "a" * 24 + "123456789012" + "/1" * 50_000,
        "aaaa" * 50_000,
        " and a" * 50_000,
        "mp20-mp90 " * 50_000,
    ],
    ids=lambda text: text[:12],
)
def test_of_an_endless_text_only_the_beginning_is_looked_at(text: str) -> None:
    beginning = text[:MAX_LENGTH]
    forms = forms_of(text)
    assert forms == forms_of(beginning)
    assert len(forms) <= 12
    assert sum(map(len, forms)) <= 20 * 12 * MAX_LENGTH
    assert abbreviations_in(text) == abbreviations_in(beginning)
    assert is_list(text) == is_list(beginning)
    assert wording(("a",), _COMMON.__contains__, text=text) == wording(("a",), _COMMON.__contains__, text=beginning)


def test_of_endless_words_only_the_first_are_looked_at() -> None:
    words = wording([f"w{at}" for at in range(50_000)], _COMMON.__contains__)
    assert len(words.tokens) == 40
    assert len(words.joined) == 40 + 39 + 38


@given(st.text(max_size=120), st.text(max_size=120))
def test_a_name_shares_everything_with_itself_and_nothing_is_both_shared_and_missed(one: str, other: str) -> None:
    first, second = words_of(one), words_of(other)
    whole = shared(first, first)
    assert not (whole.mine | whole.theirs)
    both = shared(first, second)
    assert both.words.isdisjoint(both.theirs)
    assert all(isinstance(form, str) for form in forms_of(fold(one)))
