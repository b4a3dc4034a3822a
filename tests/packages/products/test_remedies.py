"""What remedies say of versions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearinghouse.packages.products.prose import NOTHING
from clearinghouse.packages.products.remedies import remedies_in
from clearinghouse.packages.products.versions import read_version


@pytest.mark.parametrize(
    ("text", "version", "answer"),
    [
        ("Update to V1.7.2 or later version", "1.7.2", True),
        ("Update to V1.7.2 or later version", "1.8.0", True),
        ("Update to V1.7.2 or later version", "1.7.1", False),
        ("Fixed in 1.7.2 and 2.0.1.", "1.7.9", True),
        ("Fixed in 1.7.2 and 2.0.1.", "2.0.0", False),
        ("Contact support.", "2.0.0", False),
        ("EdgeGuard (EG) Version C.03", "C.03", True),
        ("EdgeGuard: release 2.1.", "2.1", True),
        ("EdgeGuard: release 2.1.", "2.0", False),
        ("Contact support if you have version 2.1, and we will see.", "2.1", False),
        ("Do not use EdgeGuard version 2.1", "2.1", False),
        ("No fix for version 2.1", "2.1", False),
    ],
)
def test_a_version_that_is_fixed(text: str, version: str, answer: bool) -> None:
    read = read_version(version)
    assert read is not None
    assert remedies_in([text], "EdgeGuard", ("edgeguard",)).contradicts(read) is answer


def test_versions_that_are_named() -> None:
    assert remedies_in(["Users find the VF10.1 software with support."], "EdgeGuard", ()).mended == ("VF10.1",)
    assert remedies_in(["Versions SW 8.2x include the option."], "EdgeGuard", ()).mended == ("8.2",)
    assert remedies_in(["PIC iX C.03.06 has it."], "EdgeGuard", ()).mended == ("C.03.06",)


def test_advice_for_another_product_is_left_out() -> None:
    others = ("edgeguard", "watchtower")
    assert remedies_in(["Watchtower: update to 1.7.2"], "EdgeGuard", others) == NOTHING
    assert remedies_in(["Watchtower, EdgeGuard: update to 1.7.2"], "EdgeGuard", others) != NOTHING
    assert remedies_in(["Watchtower: update to 1.7.2"], "EdgeGuard", ("edgeguard", "watchtower controllers")) == NOTHING
    assert remedies_in(["Update to 1.7.2"], "EdgeGuard", tuple(map(str, range(100)))) == NOTHING


@given(st.lists(st.text("vupdate to 0123456789.\n,()<=", max_size=120), max_size=4), st.text(max_size=20))
def test_it_never_raises(texts: list[str], product: str) -> None:
    for each in remedies_in(texts, product, ("edgeguard",)).stretches:
        assert each.high
