"""Ranges in the notations of ecosystems."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearinghouse.packages.vers import VersError, from_native, parse
from clearinghouse.packages.vers.native import MAX_LENGTH

_SCHEMES = [
    "npm", "cargo", "pub", "composer", "conan", "deb", "gem", "hex", "maven", "nginx", "nuget", "openssl", "pypi",
    "rpm",
]  # fmt: skip


@pytest.mark.parametrize(
    ("scheme", "text", "vers"),
    [
        ("npm", "", "*"),
        ("npm", "1.2.3 - 2.3", ">=1.2.3|<2.4.0"),
        ("npm", ">1.2", ">=1.3.0"),
        ("npm", "^0.2.3", ">=0.2.3|<0.3.0"),
        ("npm", "^0.0.3", ">=0.0.3|<0.0.4"),
        ("npm", "^0.0", ">=0.0.0|<0.1.0"),
        ("npm", "~1", ">=1.0.0|<2.0.0"),
        ("npm", ">= 1.0.0, < 2.0.0", ">=1.0.0|<2.0.0"),
        ("npm", "1.2.3beta", "1.2.3-beta"),
        ("cargo", "1.2", ">=1.2.0|<2.0.0"),
        ("cargo", "=1.2.3, <2", "1.2.3"),
        ("pub", "any", "*"),
        ("pub", "^1.2.3", ">=1.2.3|<2.0.0"),
        ("composer", "~1.2", ">=1.2|<2"),
        ("composer", "^0.3.1", ">=0.3.1|<0.4"),
        ("composer", "1.0.* | >=2.0@stable,<2.3", ">=1.0|<1.1|>=2.0|<2.3"),
        ("composer", "1.0 - 2.0", ">=1.0|<2.1"),
        ("composer", "1.0 - 2.0.1", ">=1.0|<=2.0.1"),
        ("composer", "!=1.5.*", "<1.5|>=1.6"),
        ("composer", "*", "*"),
        ("conan", "[>=1 <2, include_prerelease]", ">=1|<2"),
        ("conan", "^0.2", ">=0.2|<0.3-"),
        ("deb", "(>= 1.0), (<< 2:2.0)", ">=1.0|<2:2.0"),
        ("gem", "~> 2.0", ">=2.0|<3"),
        ("gem", "~> 2, != 2.5", ">=2|!=2.5|<3"),
        ("hex", "~> 1.2 and != 1.3.0 or == 3.0.0", ">=1.2|!=1.3.0|<2|3.0.0"),
        ("maven", "[1.0,2.0)", ">=1.0|<2.0"),
        ("maven", "(,1.0],[1.2,)", "<=1.0|>=1.2"),
        ("maven", "[1.5]", "1.5"),
        ("maven", "1.5", "1.5"),
        ("maven", "(,)", "*"),
        ("maven", ">= 1.0, < 2.0 || 3.0", ">=1.0|<2.0|3.0"),
        ("nuget", "(1.0, 2.0]", ">1.0|<=2.0"),
        ("nginx", "all", "*"),
        ("nginx", "1.5.6-1.7.4, 1.8.0+", ">=1.5.6|<=1.7.4|>=1.8.0|<1.9.0"),
        ("nginx", "1.27.0+", ">=1.27.0"),
        ("openssl", "1.0.2-1.0.2", "1.0.2"),
        ("pypi", "==1.4.*", ">=1.4.dev0|<1.5.dev0"),
        ("pypi", "!=1.4.*, >1", ">1|<1.4.dev0|>=1.5.dev0"),
        ("pypi", "~=1.4.5a4", ">=1.4.5a4|<1.5.dev0"),
        ("pypi", "~=1!2.2", ">=1%212.2|<1%213.dev0"),
        ("pypi", "===1.0", "1.0"),
        ("rpm", ">= 1:2.0-1, < 1:2.0-5", ">=1:2.0-1|<1:2.0-5"),
        ("golang", ">= 1.2.0 < 1.3.0", ">=1.2.0|<1.3.0"),
    ],
)
def test_ranges(scheme, text, vers):
    assert str(from_native(scheme, text)) == f"vers:{scheme}/{vers}"


@pytest.mark.parametrize(
    ("scheme", "text"), [("npm", ">2.0.0 <1.0.0"), ("npm", "<*"), ("nginx", "none"), ("maven", "(1,1)")]
)
def test_ranges_that_nothing_satisfies(scheme, text):
    assert str(from_native(scheme, text)) == "vers:none/*"


@pytest.mark.parametrize(
    ("scheme", "text", "said"),
    [
        ("made-up", "1.0", "not known here"),
        ("npm", "latest", "a version that is none"),
        ("npm", ">=", "no version"),
        ("npm", "1.2.3.4", "a version that is none"),
        ("pypi", "~=1", "two numbers"),
        ("pypi", "~1.0", "means nothing"),
        ("pypi", "==a.*", "only numbers"),
        ("gem", "~> a", "no number"),
        ("gem", "~> " + "1" * 40, "no number"),
        ("maven", "[1.0", "bracket"),
        ("maven", "[1.0)", "square"),
        ("maven", "[1,2,3]", "bracket"),
        ("conan", "^a", "counted up"),
        ("conan", ">1 >", "none"),
        ("composer", ".*", "only numbers"),
        ("nginx", "1.x", "none"),
        ("openssl", "fips", "none"),
        ("npm", "1.0.0" + " ||1.0.0" * 1001, "more than 1,000"),
        ("maven", "[1]," * 1001, "more than 1,000"),
        ("npm", " " * (MAX_LENGTH + 1), "longer than"),
    ],
)
def test_what_is_no_range_is_refused(scheme, text, said):
    with pytest.raises(VersError) as caught:
        from_native(scheme, text)
    assert said in caught.value.what
    assert caught.value.what.endswith(".")


_PIECES = [
    "1", "0", "10", ".", ".x", ".*", "-", " - ", " ", "v", ">=", "<", "=", "!=", "~", "~>", "~=", "^", ",", "|", "||",
    "[", "]", "(", ")", "*", "rc1", "+", "!", "@", "and", "or", "é", "٣",
]  # fmt: skip


@given(st.sampled_from(_SCHEMES), st.lists(st.sampled_from(_PIECES), max_size=10).map("".join) | st.text(max_size=20))
def test_any_text_is_a_range_or_an_error(scheme, text):
    try:
        found = from_native(scheme, text)
    except VersError:
        return
    assert parse(str(found), strict=True) == found


_NUMBERS = st.builds("{}.{}.{}".format, st.integers(0, 3), st.integers(0, 3), st.integers(0, 3))


@given(_NUMBERS, _NUMBERS)
def test_a_caret_keeps_the_first_number_that_is_not_zero(base, version):
    one, other = ([int(part) for part in each.split(".")] for each in (base, version))
    first = next((place for place, each in enumerate(one) if each), 2)
    inside = other >= one and other[: first + 1] == one[: first + 1]
    assert from_native("npm", f"^{base}").contains(version) is inside
    assert from_native("cargo", base).contains(version) is inside


@pytest.mark.parametrize("scheme", _SCHEMES)
@pytest.mark.parametrize("text", [" ", "|", "1", "1.", "-", ">=", "(", "^1 ", "@a", "1-", ".x", "or ", "[1,"])
def test_long_texts_cost_what_their_length_costs(scheme, text):
    try:
        from_native(scheme, text * (MAX_LENGTH // len(text)))
    except VersError:
        return
