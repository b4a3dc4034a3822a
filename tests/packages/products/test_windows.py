"""Editions of Windows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearinghouse.packages.products.names import fold
from clearinghouse.packages.products.windows import edition_of


@pytest.mark.parametrize(
    ("name", "version", "tokens"),
    [
        ("Windows 10 Version 1809 for x64-based Systems", "", ("windows", "10", "1809")),
        ("Windows 10 Pro 22H2", "", ("windows", "10", "22h2")),
        ("Win10 Enterprise LTSC 2019", "", ("windows", "10", "1809")),
        ("Windows 10", "10.0.19045.3570", ("windows", "10", "22h2")),
        ("Windows Server 2019 (Server Core installation)", "", ("windows", "server", "2019")),
        ("Windows Server 2012 R2", "", ("windows", "server", "2012", "r2")),
        ("Windows 7 SP1", "", ("windows", "7", "sp1")),
    ],
)
def test_editions(name: str, version: str, tokens: tuple[str, ...]) -> None:
    edition = edition_of(fold(name), version)
    assert edition is not None
    assert edition.tokens == tokens


def test_a_build_is_the_version() -> None:
    edition = edition_of("windows 10", "19045.3570")
    assert edition is not None
    assert edition.version == "10.0.19045.3570"


@pytest.mark.parametrize("name", ["windows defender", "windows", "edgeguard for windows 10", "windows 10 mail app"])
def test_what_is_no_edition(name: str) -> None:
    assert edition_of(name) is None


@given(st.text(max_size=60), st.text(max_size=30))
def test_it_never_raises(name: str, version: str) -> None:
    edition_of(fold("windows " + name), version)
