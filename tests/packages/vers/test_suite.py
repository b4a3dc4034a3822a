"""The official test suite of VERS."""

import json
from pathlib import Path

import pytest

from clearinghouse.packages.vers import VersError, from_native, order_for, parse

_SUITE = "purl-vers/vers/tests"

_INVALID_OUTPUT = "the wanted specifier breaks a rule of the specification: it names a version twice, or has ends alike"
_PARTIAL = "1.0 without a third number stands for all 1.0.x in node-semver, in comparisons too"
_NATIVE_DIFFERENCES = {
    ("npm", "<= 1.0"): _PARTIAL,
    ("npm", "<=2.1 >=1.1"): _PARTIAL,
    ("npm", "2.1 || 2.6"): _PARTIAL,
    ("npm", ">= 2.2.x"): "in node-semver x widens >= to nothing but its lowest version, and gives it no upper end",
    ("npm", ">= 1.x"): "in node-semver x widens >= to nothing but its lowest version, and gives it no upper end",
    ("npm", ">= 0.2.0 <= 0.9.6 || ~0.8.0-pre"): _INVALID_OUTPUT,
    ("npm", "2.0.x || 2.1.x"): _INVALID_OUTPUT,
    ("npm", "^2.0.18 || ^3.0.16 || ^3.1.6 || ^4.0.8 || ^5.0.0-beta.5"): _INVALID_OUTPUT,
    ("npm", "<2.0.18 || <3.0.16 || <3.1.6 || <4.0.8 || <5.0.0-beta.5"): _INVALID_OUTPUT,
    ("npm", ">=5.0.3 >=4.2.1"): _INVALID_OUTPUT,
    ("npm", "<2.0.1 || <1.1.7"): _INVALID_OUTPUT,
    ("npm", ">= 5.2.1 <= 6.0.0 || >=6.0.0 <= 6.0.2"): _INVALID_OUTPUT,
    ("conan", "<0.33.1||>0.33.1 <0.34.1"): _INVALID_OUTPUT,
    ("nginx", "1.5.0+, 1.4.1+"): _INVALID_OUTPUT,
    (
        "conan",
        "",
    ): "the wanted specifier has no constraints; in Conan an empty range is *, which the suite has as >=0.0.0",
}
_ORDER_DIFFERENCES = {
    # Since Maven 3.9.0 a word after a dot counts as after a hyphen (MNG-7644): 2.0.a, 2.0.0.a and 2-a are equal, and
    # a number is above a word. The suite has the order of before.
    ("maven", frozenset({"2-1", "2.0.a"})),
    ("maven", frozenset({"2-1", "2.0.0.a"})),
    ("maven", frozenset({"2.0.0.a", "2.0.a"})),
}


def _cases(data: Path, *kinds: str) -> list[dict]:
    files = sorted((data / _SUITE).glob("*.json"))
    return [case for file in files for case in json.loads(file.read_bytes())["tests"] if case["test_type"] in kinds]


@pytest.mark.data
def test_comparison_and_equality(data):
    cases = _cases(data, "comparison", "equality")
    differences = set()
    for case in cases:
        scheme, versions = case["input"]["input_scheme"], case["input"]["versions"]
        order = order_for(scheme)
        assert order is not None
        assert all(order.is_valid(each) for each in versions)
        keys = [order.key(each) for each in versions]
        if case["test_type"] == "equality":
            right = (keys[0] == keys[1]) is case["expected_output"]
        else:  # of NuGet the suite wants labels in lower case: that is how they are shown, not how they are ordered
            right = [each.lower() for each in sorted(versions, key=order.key)] == [
                each.lower() for each in case["expected_output"]
            ]
        if not right:
            differences.add((scheme, frozenset(versions)))
    assert len(cases) == 1922
    assert differences == _ORDER_DIFFERENCES


@pytest.mark.data
def test_from_native(data):
    cases = _cases(data, "from_native")
    differences = {}
    for case in cases:
        scheme, text = case["input"]["scheme"], case["input"]["native_range"]
        made = str(from_native(scheme, text))
        assert parse(made, strict=True)
        if made != case["expected_output"]:
            differences[scheme, text] = case["expected_output"]
    assert len(cases) == 737
    assert differences.keys() == _NATIVE_DIFFERENCES.keys()
    for (scheme, text), wanted in differences.items():
        if _NATIVE_DIFFERENCES[scheme, text] is _INVALID_OUTPUT:
            with pytest.raises(VersError):
                parse(wanted, strict=True)


@pytest.mark.data
def test_validate(data):
    cases = _cases(data, "validate")
    assert [str(parse(case["input"])) for case in cases] == [case["expected_output"] for case in cases]
    assert len(cases) == 19


@pytest.mark.data
def test_containment(data):
    cases = _cases(data, "containment")
    answers = [parse(case["input"]["vers"]).contains(case["input"]["version"]) for case in cases]
    assert answers == [case["expected_output"] for case in cases]
    assert len(cases) == 11


@pytest.mark.data
def test_canonical_parse(data):
    cases = _cases(data, "parse")
    for case in cases:
        if case.get("expected_failure"):
            with pytest.raises(VersError):
                parse(case["input"], strict=True)
        else:
            found = parse(case["input"], strict=True)
            constraints = [list(each) for each in found.constraints]
            assert {"scheme": found.type, "version_constraints": constraints} == case["expected_output"]
    assert len(cases) == 12
