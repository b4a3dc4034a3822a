"""Sets of versions."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from clearinghouse.packages.vers.intervals import (
    ALL,
    NOTHING,
    comparisons,
    complement,
    half,
    intersection,
    union,
)
from clearinghouse.packages.versions import order_of

_ORDER = order_of("semver")
_VERSIONS = [f"{major}.{minor}.0" for major in range(3) for minor in range(3)]
_HALVES = st.builds(
    lambda comparator, version: half(comparator, version, _ORDER),
    st.sampled_from(["=", "!=", "<", "<=", ">", ">="]),
    st.sampled_from(_VERSIONS),
)
_SETS = st.lists(_HALVES, max_size=5).map(lambda parts: union(span for part in parts for span in part))


def _members(spans):
    keys = [(_ORDER.key(version), False) for version in [*_VERSIONS, "0.0.0-a", "1.1.5", "9.9.9"]]
    return [any(low.place <= key < high.place for low, high in spans) for key in keys]


@given(_SETS, _SETS)
def test_sets_are_what_their_members_say(one, other):
    ones, others = _members(one), _members(other)
    assert _members(union((*one, *other))) == [a or b for a, b in zip(ones, others, strict=True)]
    assert _members(intersection(one, other)) == [a and b for a, b in zip(ones, others, strict=True)]
    assert _members(complement(one)) == [not each for each in ones]


@given(_SETS)
def test_spans_are_in_order_and_do_not_touch(spans):
    assert all(low.place < high.place for low, high in spans)
    assert all(one.high.place < other.low.place for one, other in pairwise(spans))
    assert complement(complement(spans)) == spans


def test_comparisons():
    assert comparisons(ALL) == [("*", "")]
    assert comparisons(NOTHING) == []
    assert comparisons(half("!=", "1.0.0", _ORDER)) == [("!=", "1.0.0")]
    spans = intersection(half("!=", "1.0.0", _ORDER), half("<", "2.0.0", _ORDER))
    assert comparisons(spans) == [("!=", "1.0.0"), ("<", "2.0.0")]
