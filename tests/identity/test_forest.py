"""The laws of the forest of links."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearinghouse.identity.forest import Edge, Forest
from clearinghouse.records import Reason

SIZE = 12


def edge(later: int, earlier: int) -> Edge:
    return Edge(later, earlier, Reason.LOCATION, 0.99, f"{later} is {earlier}")


edges = st.lists(
    st.tuples(st.integers(0, SIZE - 1), st.integers(0, SIZE - 1)).map(lambda pair: edge(max(pair), min(pair))),
    max_size=25,
)


def planted(links: list[Edge]) -> Forest:
    forest = Forest()
    forest.grow(SIZE)
    for link in links:
        forest.join(link)
    return forest


def reachable(links: list[Edge]) -> set[frozenset[int]]:
    """The groups by another way: neighbours are taken in until nothing is added."""
    groups = [{n} for n in range(SIZE)]
    for link in links:
        one = next(group for group in groups if link.later in group)
        other = next(group for group in groups if link.earlier in group)
        if one is not other:
            groups.remove(other)
            one |= other
    return {frozenset(group) for group in groups}


@given(edges)
def test_groups_are_what_the_links_reach_and_each_finding_is_in_exactly_one(links):
    groups = planted(links).groups()
    assert {frozenset(group) for group in groups} == reachable(links)
    assert sorted(n for group in groups for n in group) == list(range(SIZE))


@given(edges)
def test_groups_are_in_order_with_the_oldest_first(links):
    forest = planted(links)
    groups = forest.groups()
    assert groups == sorted(sorted(group) for group in groups)
    assert all(forest.root(n) == group[0] for group in groups for n in group)


@given(edges)
def test_accepted_links_are_a_spanning_forest(links):
    forest = planted(links)
    assert len(forest.edges) == SIZE - len(forest.groups())
    assert reachable(forest.edges) == reachable(links)


@given(edges)
def test_replaying_the_accepted_links_gives_the_same_groups(links):
    forest = planted(links)
    assert planted(forest.edges).groups() == forest.groups()


@given(edges)
def test_a_refused_link_changes_nothing(links):
    forest = planted(links)
    before, accepted = forest.groups(), list(forest.edges)
    assert not any(forest.join(link) for link in links)
    assert (forest.groups(), forest.edges) == (before, accepted)


@given(edges, st.data())
def test_deleting_an_accepted_link_divides_exactly_one_group_into_exactly_two(links, data):
    forest = planted(links)
    if not forest.edges:
        return
    before = {frozenset(group) for group in forest.groups()}
    link = data.draw(st.sampled_from(forest.edges))
    forest.unmerge(link)
    after = {frozenset(group) for group in forest.groups()}
    (divided,) = before - after
    one, other = after - before
    assert one | other == divided
    assert not one & other
    assert (link.later in one) != (link.later in other)
    assert (link.earlier in one) != (link.earlier in other)
    assert forest.join(link)
    assert {frozenset(group) for group in forest.groups()} == before


def test_a_link_that_was_never_accepted_cannot_be_deleted():
    forest = planted([edge(1, 0)])
    with pytest.raises(ValueError):
        forest.unmerge(edge(2, 1))
    assert forest.groups()[0] == [0, 1]


def test_a_long_chain_needs_no_recursion():
    forest = Forest()
    forest.grow(50_000)
    for n in range(1, 50_000):
        assert forest.join(edge(n, n - 1))
    assert len(forest.groups()) == 1
