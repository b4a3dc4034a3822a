"""Versions of a product as its branch and its full name write them."""

import pytest

from clearinghouse.formats.csaf.affected import affected_of
from clearinghouse.formats.csaf.schema import Status
from clearinghouse.formats.csaf.tree import Product


@pytest.mark.parametrize(
    ("branch", "full_name", "version"),
    [
        ("2.2", "T4APP: 2.20", "2.20"),
        ("4.6", "Envision: Version 4.60", "4.60"),
        ("7.4", "Citect: v7.40", "7.40"),
        ("2.2", "T4APP: 2.2.0", "2.2"),
        ("2.2", "T4APP: 0", "2.2"),
        ("2", "T4APP: 20", "2"),
        ("2.2", "T4APP", "2.2"),
    ],
)
def test_zeros_that_a_branch_has_lost_stand_in_the_name(branch: str, full_name: str, version: str) -> None:
    product = Product(vendor="v", family="", name="T4APP", version=branch, full_name=full_name)
    (one,) = affected_of(Status(known_affected=["P"]), {"P": product})
    assert one.versions == (version,)
