"""Normal forms of vendors and products."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearinghouse.packages.products.names import (
    compact,
    fold,
    is_abbreviation,
    is_order_number,
    order_number,
    product_names,
    tokens_of,
    vendor_key,
    vendor_keys,
    without_name,
)


def key(text: str, vendor: str = "") -> str:
    names = product_names(text, vendor_keys(vendor) if vendor else ())
    return names[0].key if names else ""


@pytest.mark.parametrize(
    ("one", "other", "vendor"),
    [
        ("Cisco IOS XE Software", "ios_xe", "Cisco"),
        ("Apache Tomcat", "tomcat", "Apache"),
        ("Snow Inventory Agent", "Inventory Agent", "Snow Software"),
        ("SQL Server 2019 (CU 25)", "sql_server_2019_cu25", "Microsoft"),
        ("SIMATIC S7-1500 CPU", "simatic s7-1500 cpu", "Siemens"),
        ("EdgeGuard Caf\u00e9", "EdgeGuard Cafe", "x"),
    ],
)
def test_two_spellings_have_one_key(one: str, other: str, vendor: str) -> None:
    assert key(one, vendor) == key(other, vendor) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("SQL Server 2019 (GDR)", "SQL Server 2019 (CU 25)"),
        ("SIMATIC S7-1500", "SIMATIC S7-1500 Software Controller"),
        ("Cloud Router", "Cloud"),
        ("X 21", "X 2 1"),
    ],
)
def test_other_products_keep_other_keys(one: str, other: str) -> None:
    assert key(one) != key(other)


def test_order_numbers_are_taken_out_of_a_name() -> None:
    (name, *_) = product_names("SIMATIC S7-1500 CPU 1518-4 PN/DP (6ES7518-4AP00-0AB0)")
    assert name.models == ("6es7518-4ap00-0ab0",)
    assert is_order_number("6GK7 243-1BX30-0XE0")
    assert order_number("6GK7 243-1BX30-0XE0") == "6gk7243-1bx30-0xe0"
    assert not is_order_number("CPU 1518")


def test_a_version_at_the_end_of_a_name_is_a_branch() -> None:
    names = product_names("Teamcenter V13.3")
    assert ("teamcenter", "13.3") in {(name.key, name.branch) for name in names}


@pytest.mark.parametrize("text", ["", "n/a", "Unknown", "unspecified"])
def test_what_names_nobody_has_no_name(text: str) -> None:
    assert product_names(text) == ()
    assert vendor_keys(text) == ()


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("Fortinet, Inc.", ("fortinet",)),
        ("The Widget Company GmbH & Co. KG", ("widget",)),
        ("Exacq Technologies, a subsidiary of Johnson Controls, Inc.", ("exacqtechnologies", "johnsoncontrols")),
    ],
)
def test_vendors(text: str, keys: tuple[str, ...]) -> None:
    assert set(keys) <= set(vendor_keys(text))


def test_abbreviations() -> None:
    assert is_abbreviation("epmm", "endpoint manager mobile")
    assert is_abbreviation("pic ix", "patient information center ix")
    assert not is_abbreviation("xyz", "endpoint manager mobile")


def test_a_products_name_before_its_version() -> None:
    assert without_name("FortiOS 6.0.0 to 6.0.4", "Fortinet FortiOS") == "6.0.0 to 6.0.4"
    assert without_name("6.0.0", "FortiOS") == "6.0.0"
    assert without_name("V7.5 SP2 Update 12", "SIMATIC WinCC V7.5") == "V7.5 SP2 Update 12"


def test_numbers_stay_apart() -> None:
    assert compact(("s7", "1500")) == "s7 1500"
    assert compact(("a", "b")) == "ab"


@given(st.text(max_size=80))
def test_a_normal_form_is_its_own_normal_form(text: str) -> None:
    folded = fold(text)
    assert fold(folded) == folded
    vendor = vendor_key(folded)
    assert vendor_key(fold(vendor)) == vendor


@given(st.text(max_size=120), st.lists(st.text("abcxyz", max_size=8), max_size=3))
def test_names_never_raise(text: str, vendors: list[str]) -> None:
    for name in product_names(text, tuple(vendors)):
        assert name.key == name.key.strip()
        assert len(name.tokens) <= 41
    assert all(vendor_keys(text))
    tokens_of(fold(text))
