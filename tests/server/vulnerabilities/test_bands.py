"""What is found by a word or a reference is found in whichever band it is."""

from itertools import pairwise

import pytest

from clearinghouse.server.vulnerabilities import invariants, queries, search
from clearinghouse.server.vulnerabilities.bands import BAND, band_of, bands
from clearinghouse.server.vulnerabilities.models import Finding, Head, SearchWord, Vulnerability, id_of
from server_reports import a_coordinator, a_finding, a_sender, identify, sound

pytestmark = pytest.mark.django_db
STARTS = [1, BAND - 1, 3 * BAND - 2, 3 * BAND + 7, 12 * BAND]
"""Where the findings of each report begin: two of them go on from one band into the next."""


@pytest.fixture
def world():
    for start in STARTS:
        Head.objects.update_or_create(pk=1, defaults={"next_finding": start})
        for number in range(4):
            identify(a_sender(), [a_finding(1000 * start + number, title=f"overflow number{number} of start{start}")])
    return [start + number for start in STARTS for number in range(4)]


def test_there_are_bands(world):
    assert {band_of(number) for number in world} == {0, 1, 2, 3, 12}
    assert bands(Vulnerability) == bands(Finding) == range(13)
    sound()


def test_a_word_is_found_newest_first(world):
    assert search.findings_with("overflow") == (world[::-1], False)
    assert search.findings_with("overflow number2") == ([start + 2 for start in reversed(STARTS)], False)
    assert search.findings_with("number1 overflow start1") == ([2], False)
    assert search.findings_with("nothing") == ([], False)


@pytest.mark.parametrize("stride", [1, 3, 7])
@pytest.mark.parametrize("most", [1, 9, 19, 20])
def test_no_more_than_wanted(world, monkeypatch, stride, most):
    monkeypatch.setattr(search, "_STRIDE", stride)
    monkeypatch.setattr(search, "MOST_FOUND", most)
    assert search.findings_with("overflow") == (world[::-1][:most], most < len(world))


def test_only_among_what_may_be_found(world):
    among = {number: {0} for number in world[1::3]}
    assert search.findings_with("overflow", among) == (world[1::3][::-1], False)


def test_how_many_questions(world, django_assert_num_queries):
    with django_assert_num_queries(1 + 4):  # which bands there are; one of them, two, four and six
        assert len(search.findings_with("start1")[0]) == 4


def test_a_word_of_many_chunks_is_walked_and_not_sorted_for_each_page(world, monkeypatch):
    monkeypatch.setattr(search, "_STRIDE", 2)
    told = []
    newest = search._newest
    monkeypatch.setattr(search, "_newest", lambda *asked: told.append((len(asked[1]), newest(*asked))) or told[-1][1])
    assert search.findings_with("overflow number0 start1") == ([1], False)
    assert sum(len(rows) for _, rows in told) == len(world)
    # After a page that is full, one band is walked on alone.
    assert all(width == 1 for (_, rows), (width, _) in pairwise(told) if len(rows) == 2)


def test_a_reference_is_found(world):
    reader = a_coordinator()
    for row in Vulnerability.objects.all():
        assert Vulnerability.objects.get(pk__in=id_of(row.reference)) == row
        assert queries.find(reader, row.reference) == row
    assert not Vulnerability.objects.filter(pk__in=id_of("0" * 16)).exists()


def test_where_there_is_none_no_reference_is_found(db):
    assert not Vulnerability.objects.filter(pk__in=id_of("0" * 16)).exists()


def test_two_of_one_name_are_noticed(world):
    twin = Vulnerability.objects.get(pk=STARTS[-1]).reference
    Vulnerability.objects.filter(pk=1).update(reference=twin)
    assert [each.row for each in invariants.broken()] == [twin]


def test_a_word_in_another_band_is_noticed(world):
    SearchWord.objects.filter(base=STARTS[2]).update(band=0)
    assert {each.row for each in invariants.broken()} == {str(STARTS[2])}
