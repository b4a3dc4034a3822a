"""Orders that only version range specifiers use."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearinghouse.packages.vers import order_for

_RISING = {
    "generic": [
        "1.0-dev", "v1.0-alpha", "V1.0 a2", "1.0 beta", "1.0-M1", "1.0-pre1", "1.0-rc1", "1.0", "1.0b", "1.0k",
        "1.0 HF1", "1.0 HotfixRev2", "V1.0 Update 3", "1.0 rev 2", "1 SR1", "V1.0 SP1",
        "1.0 Service Pack 1 Update 2", "V1 SP 2",
        "1.0 post1", "1.0.1", "1.9", "1.10", "Version 2", "2023-09-01",
    ],
    "alpm": ["1.5b-1", "1.5", "1.5-2", "1.5.b", "1.5.1", "1.5..1", "1:1.0"],
    "conan": ["1.0.0-", "1.0.0-alpha1", "1", "1+b1", "1.1", "1.1a", "1.2", "1.20"],
    "datetime": [
        "2023-12-31T23:59:60Z", "2024-01-01T00:00:00.1Z", "2024-01-01T00:00:00.15Z", "2024-01-01t00:00:01-00:00",
    ],
    "gentoo": ["1_alpha", "1_rc1", "1", "1-r1", "1_p", "1a", "1.0", "1.01", "1.1", "1.10"],
    "intdot": ["1", "1.0", "1.2x", "1.10", "2"],
    "lexicographic": ["", "1", "1.10", "1.9", "a", "aa", "é"],
    "nginx": ["0.8.40", "0.8.41", "1.4.1"],
    "openssl": ["0.9.8", "1.0.2-beta1", "1.0.2", "1.0.2a", "1.0.2z", "1.0.2za", "3.0.0-alpha1", "3.0.0", "3.0.10"],
}  # fmt: skip
_EQUAL = [
    ("generic", "V1.0.0", "1"),
    ("generic", "1.0 Service Pack 1", "1.0SP1"),
    ("generic", "1.0.Final", "1.0"),
    ("generic", "1.0 Update 3", "1.0upd3"),
    ("alpm", "1.5", "1.5-1"),
    ("alpm", "0:1.01", "1.1"),
    ("conan", "1.0.0", "1"),
    ("datetime", "2024-01-01T00:00:00.10Z", "2024-01-01T02:00:00.1+02:00"),
    ("gentoo", "1.10", "1.10-r0"),
    ("intdot", "01.2-rc", "1.02"),
    ("openssl", "3.0", "3.0.0"),
]
_INVALID = [
    ("generic", ""), ("generic", "latest"), ("generic", "VX.2"), ("generic", "1.0 Windmill"), ("generic", "1.0é"),
    ("alpm", ""), ("alpm", "1 0"), ("conan", ""), ("conan", "1" + "-" * 40), ("datetime", "2024-13-01T00:00:00Z"),
    ("datetime", "2024-01-01"), ("datetime", "2024-01-01T24:00:00Z"), ("gentoo", "1.0_gamma"), ("gentoo", "a"),
    ("intdot", "v1"), ("nginx", "1.x"), ("openssl", "3"), ("openssl", "3.0.0-gamma1"),
]  # fmt: skip


@pytest.mark.parametrize("scheme", _RISING)
def test_each_is_below_the_next(scheme):
    order = order_for(scheme)
    assert all(order.is_valid(each) for each in _RISING[scheme])
    assert [(one, other) for one, other in pairwise(_RISING[scheme]) if order.compare(one, other) != -1] == []


@pytest.mark.parametrize(("scheme", "one", "other"), _EQUAL)
def test_spellings_of_one_version(scheme, one, other):
    assert order_for(scheme).key(one) == order_for(scheme).key(other)


@pytest.mark.parametrize(("scheme", "version"), _INVALID)
def test_what_has_no_place(scheme, version):
    assert not order_for(scheme).is_valid(version)


def test_types_have_the_order_of_their_ecosystem():
    assert order_for("deb").name == "dpkg"
    assert order_for("all") is order_for("generic")
    assert order_for("tomee") is None
    assert order_for("none") is None


@given(st.sampled_from(sorted(_RISING)), st.text(max_size=20) | st.text(alphabet="0129.-+_:~ abrcpvVSPHF", max_size=20))
def test_any_text_has_a_key_and_valid_ones_are_below_the_others(scheme, text):
    order = order_for(scheme)
    key = order.key(text)
    assert key == order.key(text)
    assert (key[0] == 1) is order.is_valid(text)
    order.major(text)
