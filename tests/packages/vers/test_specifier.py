"""Version range specifiers."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearinghouse.packages.vers import Constraint, Vers, VersError, order_for, parse
from clearinghouse.packages.vers.specifier import MAX_LENGTH
from clearinghouse.packages.versions import ZERO


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("vers:npm/>=1.0.0|<2.0.0", "vers:npm/>=1.0.0|<2.0.0"),
        ("VERS:NPM/ >= 1.0.0 | <2.0.0 ", "vers:npm/>=1.0.0|<2.0.0"),
        ("vers:npm/|<2.0.0||>=1.0.0|", "vers:npm/>=1.0.0|<2.0.0"),
        ("vers:npm/=1.0.0", "vers:npm/1.0.0"),
        ("vers:npm/ * ", "vers:npm/*"),
        ("vers:all/*", "vers:all/*"),
        ("vers:all/>=V4.0<V4.5 SP1", "vers:all/>=V4.0|<V4.5%20SP1"),
        ("vers:tomee/>=8.0.0-M1|<=7.0.7", "vers:tomee/>=8.0.0-M1|<=7.0.7"),
        ("vers:generic/1%3E2", "vers:generic/1%3E2"),
        ("vers:datetime/2024-01-01t00:00:00z", "vers:datetime/2024-01-01T00:00:00Z"),
        ("vers:lexicographic/é|a", "vers:lexicographic/a|%C3%A9"),
    ],
)
def test_reading_and_writing(text, written):
    assert str(parse(text)) == written
    assert str(parse(written)) == written


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "begins with vers:"),
        ("pkg:npm/x", "begins with vers:"),
        ("vers:", "type of the range"),
        ("vers:1x/1", "type of the range"),
        ("vers:npm", "no constraints"),
        ("vers:npm/", "no constraints"),
        ("vers:npm/||", "no constraints"),
        ("vers:npm/>=", "without a version"),
        ("vers:npm/>=1|<", "without a version"),
        ("vers:npm/*|1.0", "must be escaped"),
        ("vers:npm/1.*", "must be escaped"),
        ("vers:npm/1%2", "hexadecimal"),
        ("vers:npm/1%FF", "UTF-8"),
        ("vers:npm/" + "1" * MAX_LENGTH, "longer than"),
    ],
)
def test_what_is_none_is_refused(text, said):
    with pytest.raises(VersError) as caught:
        parse(text)
    assert said in caught.value.what
    assert caught.value.what.endswith(".")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("vers:NPM/1.0.0", "canonical"),
        ("vers:npm/=1.0.0", "canonical"),
        ("vers:npm/<2.0.0|>=1.0.0", "canonical"),
        ("vers:npm/1.0%2E0", "canonical"),
        ("vers:npm/ 1.0.0", "white space"),
        ("vers:npm/1.0.0|", "pipe"),
        ("vers:all/<2", "all/*"),
        ("vers:npm/1.0.0|v1.0.0", "one version twice"),
        ("vers:npm/>1.0.0|>=2.0.0", "beside each other"),
        ("vers:npm/<1.0.0|!=1.5.0|<2.0.0", "beside each other"),
        ("vers:npm/1.0.0|<2.0.0", "in it already"),
    ],
)
def test_strict_reading_refuses_what_is_not_canonical(text, said):
    with pytest.raises(VersError) as caught:
        parse(text, strict=True)
    assert said in caught.value.what


@pytest.mark.parametrize(
    ("text", "version", "answer"),
    [
        ("vers:npm/1.2.3|>=2.0.0|<5.0.0", "1.2.3", True),
        ("vers:npm/1.2.3|>=2.0.0|<5.0.0", "1.3.0", False),
        ("vers:npm/1.2.3|>=2.0.0|<5.0.0", "4.9.9", True),
        ("vers:npm/1.2.3|>=2.0.0|<5.0.0", "5.0.0", False),
        ("vers:gem/>=2.2.0|!=2.2.1|<2.3.0", "2.2.1", False),
        ("vers:gem/>=2.2.0|!=2.2.1|<2.3.0", "2.2.2", True),
        ("vers:pypi/!=5", "4", True),
        ("vers:pypi/!=5", "5.0", False),
        ("vers:pypi/<=1.0.0|>=2.0.0", "2.0", True),
        ("vers:npm/<1.0.0|<2.0.0", "1.5.0", True),
        ("vers:npm/>1.0.0|>2.0.0", "1.5.0", True),
        ("vers:npm/>1.0.0|3.0.0|<2.0.0", "3.0.0", True),
        ("vers:npm/*", "latest", True),
        ("vers:none/*", "1.0.0", False),
        ("vers:npm/>=1.0.0", "latest", None),
        ("vers:npm/>=latest", "1.0.0", None),
        ("vers:npm/latest", "latest", True),
        ("vers:tomee/8.0.0|<7", "8.0.0", True),
        ("vers:tomee/8.0.0|<7", "6", None),
        ("vers:all/<V4.5 SP1", "V4.5", True),
        ("vers:all/<V4.5 SP1", "4.5 SP1 Update 1", False),
        ("vers:all/<VX.5", "1", None),
    ],
)
def test_containment(text, version, answer):
    assert parse(text).contains(version) is answer


def test_intervals():
    key = order_for("npm").key
    assert parse("vers:npm/<1.0.0|2.0.0|>3.0.0").intervals == (
        (ZERO, True, key("1.0.0"), False),
        (key("2.0.0"), True, key("2.0.0"), True),
        (key("3.0.0"), False, b"", False),
    )
    assert parse("vers:npm/*").intervals == ((ZERO, True, b"", False),)
    assert parse("vers:none/*").intervals == ()
    assert parse("vers:tomee/1").intervals is None


def test_simplified():
    assert str(parse("vers:npm/<1.0.0|<2.0.0|1.5.0|>=2.0.0|!=3.0.0|<4.0.0").simplified()) == "vers:npm/!=3.0.0|<4.0.0"
    assert str(parse("vers:npm/>1.0.0|!=0.5.0").simplified()) == "vers:npm/>1.0.0"
    assert str(parse("vers:tomee/1|1").simplified()) == "vers:tomee/1|1"


_VERSION = st.builds("{}.{}.0".format, st.integers(0, 3), st.integers(0, 3))
_CONSTRAINTS = st.lists(
    st.builds(Constraint, st.sampled_from(["=", "!=", "<", "<=", ">", ">="]), _VERSION), min_size=1, max_size=6
)


def _as_the_specification_says(constraints, version):
    """The procedure of how-to-parse.md, on constraints that it calls valid."""
    compare = order_for("npm").compare
    same = [each for each in constraints if compare(each.version, version) == 0]
    if any(each.comparator in ("=", "<=", ">=") for each in same):
        return True
    if any(each.comparator == "!=" for each in same):
        return False
    ends = [each for each in constraints if each.comparator not in ("=", "!=")]
    if not ends:
        return all(each.comparator == "!=" for each in constraints)  # which the procedure leaves open
    if ends[0].comparator[0] == "<" and compare(version, ends[0].version) < 0:
        return True
    if ends[-1].comparator[0] == ">" and compare(version, ends[-1].version) > 0:
        return True
    return any(
        low.comparator[0] == ">"
        and high.comparator[0] == "<"
        and compare(low.version, version) < 0 < compare(high.version, version)
        for low, high in pairwise(ends)
    )


@given(_CONSTRAINTS, _VERSION)
def test_containment_is_what_the_specification_describes(constraints, version):
    text = str(Vers("npm", tuple(constraints)))
    found = parse(text)
    simple = found.simplified()
    assert simple.contains(version) is found.contains(version)
    assert parse(str(simple), strict=True) == simple
    try:
        valid = parse(str(found), strict=True)
    except VersError:
        return
    assert found.contains(version) is _as_the_specification_says(valid.constraints, version)


@given(st.text(max_size=30) | st.text(alphabet="vers:npmal/*<>=!|%0123. ", max_size=40).map("vers:npm/{}".format))
def test_any_text_is_a_range_or_an_error(text):
    try:
        found = parse(text)
    except VersError:
        return
    assert parse(str(found)) == found
    found.contains("1.0.0")
    found.simplified()
