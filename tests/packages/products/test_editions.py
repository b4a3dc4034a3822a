"""Lines of certified editions: left out where they cannot be the item's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.packages.products.builders import item

from clearinghouse.packages.products.editions import of_edition
from clearinghouse.packages.products.statement import Statement
from clearinghouse.packages.products.stretches import Inside, Stretch, where
from clearinghouse.packages.products.versions import read_version

LINES = ("14.1", "13.1", "13.1-FIPS", "12.1-FIPS")


def kept(name: str, version: str, lows: tuple[str, ...] = LINES) -> list[str]:
    stretches = tuple(Stretch(low, f"{low}-37.159") for low in lows)
    statement = Statement(advisory="A", origin="cve", vendor="v", product="p", stretches=stretches)
    left = of_edition(statement, item("v", name, version), read_version(version) if version else None)
    return [each.low for each in left.stretches]


@pytest.mark.parametrize(
    ("name", "version", "expected"),
    [
        ("Gate", "13.1-48.47", ["14.1", "13.1"]),
        ("Gate", "12.1-50.28", ["14.1", "13.1", "12.1-FIPS"]),
        ("Gate", "13.1-FIPS-37.100", ["14.1", "13.1", "13.1-FIPS"]),
        ("Gate FIPS", "13.1-48.47", ["14.1", "13.1", "13.1-FIPS"]),
        ("Gate FIPS", "14.1-43.50", ["14.1", "13.1"]),
        ("Gate", "", list(LINES)),
    ],
)
def test_the_lines_that_may_be_the_items(name: str, version: str, expected: list[str]) -> None:
    assert kept(name, version) == expected


@given(
    st.from_regex(r"1[234]\.1(-(FIPS-)?[1-5][0-9]\.[0-9]{1,2})?", fullmatch=True),
    st.lists(st.sampled_from((*LINES, "12.1", "14.1-NDcPP")), unique=True),
)
def test_no_stretch_that_holds_the_version_is_left_out(text: str, lows: list[str]) -> None:
    version = read_version(text)
    left = kept("Gate FIPS", text, tuple(lows))
    for low in lows:
        if version and where(version, Stretch(low, f"{low}-37.159")) is Inside.YES:
            assert low in left
