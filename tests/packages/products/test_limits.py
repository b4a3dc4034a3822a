"""To which platforms, editions and modules an entry is limited."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearinghouse.packages.products.limits import Words, modules_of, platforms_of


def platforms(
    product: str, title: str = "", description: str = "", *written: str, vendor: str = "v"
) -> tuple[str, ...]:
    return platforms_of(written, (vendor,), product, Words(title, description))


@pytest.mark.parametrize(
    ("title", "description", "expected"),
    [
        ("EdgeGuard on Windows before 7", "", ("Windows",)),
        ("", "A flaw in EdgeGuard Client for macOS lets users in.", ("macOS",)),
        ("", "This only affects EdgeGuard on Linux and macOS systems.", ("Linux", "macOS")),
        ("", "EdgeGuard for Windows, Linux and macOS lets users in.", ()),
        ("", "A flaw in the Linux kernel", ()),
        ("", "EdgeGuard lets an administrator write files on the underlying Linux system.", ()),
        ("", "Too large an allocation on mac OS crashes it.", ("mac OS",)),
        ("EdgeGuard for iOS XE", "", ()),
        ("A flaw in ESET-like products", "In Windows products a user may delete files.", ("Windows",)),
    ],
)
def test_systems_in_words(title: str, description: str, expected: tuple[str, ...]) -> None:
    assert platforms("EdgeGuard", title, description) == expected


def test_a_system_in_the_products_name_is_no_limit() -> None:
    assert platforms("EdgeGuard for Windows", "EdgeGuard for Windows") == ()


def test_the_field_counts_before_words() -> None:
    assert platforms("EdgeGuard", "on Windows", "", "PA-5400 Series") == ("PA-5400 Series",)
    assert platforms("EdgeGuard", "", "", "x64-based Systems") == ()
    assert platforms("EdgeGuard", "", "", "Windows", "Linux", "macOS") == ()
    assert platforms("EdgeGuard", "", "", "Windows", vendor="microsoft") == ()


def test_hardware_behind_the_software() -> None:
    title = "IOS XE Software for Wireless Controllers Denial of Service"
    assert platforms("IOS XE Software", title, vendor="cisco") == ("Wireless Controllers",)
    assert platforms("Junos OS", "SRX Series: a flaw", vendor="juniper") == ("SRX Series",)


@pytest.mark.parametrize(
    "description",
    [
        "A flaw. This issue applies only to PA-5400 Series devices. More.",
        "This issue is limited to on-premises installations.",
        "This issue only affects consoles that are running only on premise.",
        "The vulnerability is present solely in the virtual edition.",
        "This only affects multi-site installations.",
        "The affected functionality is available for Business customers only.",
        "A flaw in session storage for Virtual Fabric platforms lets users in.",
    ],
)
def test_a_limit_in_words(description: str) -> None:
    assert Words("", description).limit


@pytest.mark.parametrize(
    "description",
    [
        "An attacker with read-only access may affect devices running it.",
        "This vulnerability only affects sites with the API module enabled.",
        "Only administrators can do it.",
        "",
    ],
)
def test_how_it_is_used_is_no_limit(description: str) -> None:
    assert Words("", description).limit == ""


@pytest.mark.parametrize(
    ("description", "expected"),
    [
        ("In EdgeGuard Enterprise before 7 there is a flaw.", "Enterprise"),
        ("In EdgeGuard EE before 7 there is a flaw.", "EE"),
        ("EdgeGuard and EdgeGuard Enterprise have a flaw.", ""),
        ("In EdgeGuard CE/EE there is a flaw.", ""),
        ("EdgeGuard is a guard. EdgeGuard Enterprise has a flaw.", ""),
    ],
)
def test_editions(description: str, expected: str) -> None:
    assert Words("", description).edition_of("EdgeGuard") == expected


def test_a_standard_is_an_edition_where_it_is_called_one() -> None:
    assert Words("", "In EdgeGuard Standard Edition 7 there is a flaw").edition_of("EdgeGuard") == "Standard"
    assert Words("", "In EdgeGuard Standard there is a flaw").edition_of("EdgeGuard") == ""


def test_an_edition_inside_a_name() -> None:
    assert Words("", "In EdgeGuard Enterprise Server there is a flaw").edition_of("EdgeGuard Server") == "Enterprise"


def test_packages_behind_a_name() -> None:
    assert Words("", "FAST (Packages: HMIWEB, FTEES) R9 to R10").packages == "HMIWEB, FTEES"


def test_modules_restrict_where_they_are_provisioned() -> None:
    assert modules_of(("APM",), ("f5",)) == ("APM",)
    assert modules_of(("All Modules",), ("f5",)) == ()
    assert modules_of(("parser",), ("other",)) == ()


@given(st.text(max_size=200), st.text(max_size=400), st.text(max_size=30))
def test_words_never_raise(title: str, description: str, product: str) -> None:
    words = Words(title, description)
    assert words.limit == words.limit.strip()
    platforms_of((), ("cisco", "juniper"), product, words)
    words.edition_of(product)
    assert isinstance(words.packages, str)
