"""The table of keys: in two parts, of which nobody notices which row is in which."""

from itertools import pairwise

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clearinghouse.server.vulnerabilities import keys
from clearinghouse.server.vulnerabilities.candidates import FULL
from clearinghouse.server.vulnerabilities.models import IdentityKey

pytestmark = pytest.mark.django_db
SMALL = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
NUMBERS = st.integers(-(2**63), 2**63 - 1) | st.sampled_from([-(2**63), -1, 0, 1, 2**63 - 1])
FINDINGS = st.integers(1, 2**40) | st.just(FULL)


@given(base=st.integers(0, 2**40), turns=st.integers(keys.SLICES, 3 * keys.SLICES))
def test_every_key_has_its_turn(base, turns):
    slices = sorted(set(keys.due(base, turns * keys.PACE)))
    assert slices[0][0] == -(2**63)
    assert slices[-1][1] == 2**63 - 1
    assert all(last + 1 == first for (_, last), (first, _) in pairwise(slices))


@given(base=st.integers(0, 2**40), counts=st.lists(st.integers(0, 4 * keys.PACE), max_size=20))
def test_it_does_not_matter_in_how_many_transactions(base, counts):
    parts = []
    first = base
    for count in counts:
        parts += keys.due(first, count)
        first += count
    assert parts == keys.due(base, sum(counts))


@SMALL
@given(
    steps=st.lists(
        st.tuples(st.sets(st.tuples(NUMBERS, FINDINGS), max_size=12), st.integers(0, 40 * keys.PACE)), max_size=6
    ),
    gone=st.sets(NUMBERS, max_size=3),
    chosen=st.data(),
)
def test_no_row_is_lost_and_none_is_there_twice(steps, gone, chosen):
    with transaction.atomic():
        told: set[tuple[int, int]] = set()
        base = 1
        for rows, count in steps:
            keys.add(sorted(rows - told, reverse=True))
            told |= rows
            keys.settle(base, count)
            base += count
        wanted = {key for key, _ in told}
        assert keys.rows_of(wanted) == sorted(told)
        assert IdentityKey.objects.count() == len(told)
        gone |= set(chosen.draw(st.lists(st.sampled_from(sorted(wanted)), max_size=4))) if wanted else set()
        keys.remove(gone)
        assert keys.rows_of(wanted) == sorted(row for row in told if row[0] not in gone)
        transaction.set_rollback(True)


def test_on_sqlite_rows_wait_in_the_small_part(django_assert_num_queries):
    here = connection.vendor == "sqlite"
    keys.add([(5, 1), (-5, 1)])
    assert IdentityKey.objects.filter(settled=False).count() == (2 if here else 0)
    with django_assert_num_queries(0):
        keys.settle(1, keys.PACE - 2)  # nobody's turn
    with django_assert_num_queries(2 * keys.SLICES if here else 0):
        keys.settle(1, keys.SLICES * keys.PACE)
    assert IdentityKey.objects.filter(settled=True).count() == 2
