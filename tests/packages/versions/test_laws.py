"""What holds of every order, whatever the text."""

import re
import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.packages.versions.made import ANY_TEXT, ORDERS, versions
from tests.packages.versions.reference import COMPARATORS, sign
from tests.packages.versions.reference_maven import maven, maven_circle

from clearinghouse.packages.versions import ZERO, Order, order_of

HOSTILE = (
    "",
    "\x00",
    "1.\x00",
    "\ud800",
    "1.0-\udfff",
    "१.२",
    "1.²",
    "9" * 100_000,
    "1." * 50_000,
    "1-" * 50_000,
    "1a" * 50_000,
    "0." * 50_000 + "1",
    "0." * 50_000 + "a.1",
    "1~" * 50_000,
    "a" * 100_000,
    "1.0-" + "a." * 50_000,
    "1.0+" + "a." * 50_000,
    "1" + ".dev1" * 20_000,
    "1" + "_p1" * 30_000,
    "20" + "10-" * 30_000,
    " " * 100_000,
    "v" * 100_000,
    "-" * 100_000,
    "1.0 as " * 10_000,
)


def order(name: str) -> Order:
    found = order_of(name)
    assert found is not None
    return found


def any_version(name: str) -> st.SearchStrategy[str]:
    return st.one_of(versions(name), ANY_TEXT)


@pytest.mark.parametrize("name", ORDERS)
def test_every_text_has_a_key_and_valid_is_between_zero_and_invalid(name: str) -> None:
    @given(any_version(name))
    def law(text: str) -> None:
        key = order(name).key(text)
        assert key > ZERO
        assert key[:1] == (b"\x01" if order(name).is_valid(text) else b"\x02")
        assert key == order(name).key(text)
        assert order(name).compare(text, text) == 0
        major = order(name).major(text)
        assert major is None or (major and order(name).is_valid(text))

    law()


@pytest.mark.parametrize("name", ORDERS)
def test_hostile_text_costs_what_its_length_costs(name: str) -> None:
    # A quadratic step would take minutes here; the longest text is 150,000 characters.
    for text in HOSTILE:
        key = order(name).key(text)
        assert key[:1] in (b"\x01", b"\x02")
        assert len(key) <= 12 * len(text) + 64
        order(name).major(text)


@pytest.mark.parametrize("name", ORDERS)
def test_invalid_texts_are_ordered_by_their_characters(name: str) -> None:
    @given(ANY_TEXT, ANY_TEXT)
    def law(a: str, b: str) -> None:
        if not order(name).is_valid(a) and not order(name).is_valid(b):
            assert order(name).compare(a, b) == sign(a, b)

    law()


@pytest.mark.parametrize("name", ORDERS)
def test_a_database_orders_the_keys_as_python_does(name: str) -> None:
    @given(st.lists(any_version(name), max_size=12))
    def law(texts: list[str]) -> None:
        keys = [order(name).key(text) for text in texts]
        with sqlite3.connect(":memory:") as database:
            database.execute("create table keys (key blob)")
            database.executemany("insert into keys values (?)", [(key,) for key in keys])
            rows = [row[0] for row in database.execute("select key from keys order by key")]
        database.close()
        assert rows == sorted(keys)

    law()


@pytest.mark.parametrize("name", COMPARATORS)
def test_keys_compare_as_the_law_read_literally(name: str) -> None:
    @given(versions(name), versions(name))
    def law(a: str, b: str) -> None:
        expected = COMPARATORS[name](a, b)
        if expected is not None:
            assert order(name).is_valid(a)
            assert order(name).is_valid(b)
            assert order(name).compare(a, b) == expected, (a, b)

    law()


@given(versions("maven"), versions("maven"))
def test_maven_compares_as_the_law_read_literally_but_where_that_runs_in_a_circle(a: str, b: str) -> None:
    expected = maven(a, b)
    if order("maven").is_valid(a) and order("maven").is_valid(b) and order("maven").compare(a, b) != expected:
        assert maven_circle(a, b), (a, b)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("semver", lambda v: f"v{v}"),
        ("semver", lambda v: v.partition("+")[0] + "+other.build"),
        ("npm", lambda v: f" ={v} "),
        ("go", lambda v: f"v{v}"),
        ("go", lambda v: v.partition("+")[0] + "+incompatible"),
        ("nuget", str.upper),
        ("nuget", lambda v: v.partition("+")[0]),
        ("pep440", str.upper),
        ("pep440", lambda v: f" v{v}\n" if re.fullmatch(r"[0-9]+(\.[0-9]+)*", v) else v),
        ("maven", str.upper),
        ("maven", lambda v: f"{v}-0" if v[-1:].isdigit() else v),
        ("maven", lambda v: f"{v}.final" if v[-1:].isdigit() else v),
        ("composer", lambda v: f"{v}@stable" if "@" not in v else v),
        ("cran", lambda v: v.replace("-", ".")),
        ("dpkg", lambda v: f"0:{v}" if ":" not in v else v),
        ("dpkg", lambda v: f"{v}-0" if "-" not in v else v),
        ("rpm", lambda v: f"0:{v}" if ":" not in v else v),
    ],
)
def test_spellings_of_one_version_have_one_key(name: str, change) -> None:
    @given(versions(name))
    def law(version: str) -> None:
        changed = change(version)
        if order(name).is_valid(version) and order(name).is_valid(changed):
            assert order(name).key(version) == order(name).key(changed)

    law()


@pytest.mark.parametrize("name", ["semver", "npm", "go", "bitnami", "nuget", "pep440", "maven", "gem", "composer"])
@given(st.lists(st.integers(0, 99_999), min_size=1, max_size=3))  # a longer first number is a date for Composer
def test_missing_numbers_are_zero(name: str, numbers: list[int]) -> None:
    short = ".".join(map(str, numbers))
    assert order(name).key(short) == order(name).key(short + ".0" * (3 - len(numbers)))


@pytest.mark.parametrize("name", ORDERS)
@given(
    st.lists(st.integers(0, 10**30), min_size=3, max_size=3), st.lists(st.integers(0, 10**30), min_size=3, max_size=3)
)
def test_plain_releases_are_ordered_as_their_numbers(name: str, a: list[int], b: list[int]) -> None:
    assert order(name).compare(".".join(map(str, a)), ".".join(map(str, b))) == sign(a, b)
