"""How sure a match is."""

from clearinghouse.records import MatchClass


def test_the_surest_comes_first_and_two_come_without_a_question() -> None:
    assert sorted(MatchClass, key=lambda each: each.rank) == list(MatchClass)
    assert [each for each in MatchClass if each.is_sure] == [MatchClass.EXACT, MatchClass.RANGE]
