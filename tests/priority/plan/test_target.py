"""The version to install: the smallest of those that clear the most."""

from collections.abc import Mapping

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from tests.priority.plan.made import NpmVersions, flaw, subject

from clearinghouse.priority.plan import Flaw, Subject, best_target
from clearinghouse.priority.plan.target import MOST_OF_PRODUCT


class Known(NpmVersions):
    """Versions of npm; which of them an advisory affects is told by half-open intervals."""

    def __init__(self, intervals: Mapping[str, list[tuple[str, str]]]) -> None:
        self.intervals = intervals

    def affected(self, subject: Subject, version: str) -> frozenset[str]:
        at = self.key(subject, version) or b""
        return frozenset(
            name
            for name, intervals in self.intervals.items()
            for low, high in intervals
            if (self.key(subject, low) or b"") <= at < (self.key(subject, high) or b"")
        )


def flaws_of(intervals: Mapping[str, list[tuple[str, str]]], installed: str) -> list[Flaw]:
    known = Known(intervals)
    there = known.affected(subject(), installed)
    return [flaw(name, fixed=tuple(high for _, high in intervals[name])) for name in sorted(there)]


def test_the_smallest_that_clears_the_most() -> None:
    intervals = {"A": [("1.0.0", "1.2.0")], "B": [("1.0.0", "1.4.0")], "C": [("1.1.0", "1.3.0")]}
    flaws = flaws_of(intervals, "1.1.5")
    found = best_target(subject("1.1.5", flaws), flaws, Known(intervals))
    assert found is not None
    assert (found.version, [each.id for each in found.cleared], found.left) == ("1.4.0", ["A", "B", "C"], ())


def test_a_fix_that_brings_the_flaw_back_later_is_not_enough() -> None:
    intervals = {"A": [("1.0.0", "1.2.0"), ("1.3.0", "1.5.0")], "B": [("1.0.0", "1.3.0")]}
    flaws = flaws_of(intervals, "1.1.0")
    found = best_target(subject("1.1.0", flaws), flaws, Known(intervals))
    assert found is not None
    assert found.version == "1.5.0"


def test_no_downgrade() -> None:
    intervals = {"A": [("2.0.0", "3.0.0")]}
    flaws = [flaw("A", fixed=("1.9.9",))]
    assert best_target(subject("2.5.0", flaws), flaws, Known(intervals)) is None


def test_a_major_step_is_said_and_what_can_be_had_without_it() -> None:
    intervals = {"A": [("1.0.0", "1.2.0")], "B": [("1.0.0", "2.0.0")]}
    flaws = flaws_of(intervals, "1.1.0")
    found = best_target(subject("1.1.0", flaws), flaws, Known(intervals))
    assert found is not None
    assert (found.version, found.major, found.within, found.within_cleared) == ("2.0.0", True, "1.2.0", 1)


def test_of_two_that_clear_as_many_the_one_that_brings_fewer() -> None:
    intervals = {"A": [("1.0.0", "1.2.0")], "N": [("1.2.0", "1.3.0")]}
    flaws = [flaw("A", fixed=("1.2.0", "1.3.0"))]
    found = best_target(subject("1.1.0", flaws), flaws, Known(intervals))
    assert found is not None
    assert (found.version, found.gained) == ("1.3.0", frozenset())


def test_a_version_that_cannot_be_compared_is_not_guessed_from() -> None:
    flaws = [flaw("A", fixed=("1.2.0",))]
    assert best_target(subject("latest", flaws), flaws, Known({})) is None


def test_a_release_before_a_prerelease_that_clears_as_much() -> None:
    intervals = {"A": [("1.0.0", "2.0.0-rc.1")], "B": [("1.0.0", "1.9.0")], "C": [("1.0.0", "2.0.0")]}
    flaws = [flaw(name, fixed=tuple(high for _, high in each)) for name, each in intervals.items()]
    two = flaws[:2]
    found = best_target(subject("1.1.0", two), two, Known(intervals))
    assert found is not None
    assert (found.version, found.prerelease) == ("2.0.0-rc.1", True)
    found = best_target(subject("1.1.0", flaws), flaws, Known(intervals))
    assert found is not None
    assert (found.version, found.prerelease) == ("2.0.0", False)
    either = [flaw("A", fixed=("2.0.0-rc.1", "2.0.0"))]
    found = best_target(subject("1.1.0", either), either, Known(intervals))
    assert found is not None
    assert found.version == "2.0.0"


number = st.integers(0, 9).map(lambda minor: f"1.{minor}.0")
interval = st.tuples(number, number).filter(lambda pair: pair[0] < pair[1])


@given(st.dictionaries(st.sampled_from("ABCDE"), st.lists(interval, min_size=1, max_size=3)), number)
def test_the_law(intervals: dict[str, list[tuple[str, str]]], installed: str) -> None:
    known, flaws = Known(intervals), flaws_of(intervals, installed)
    here = subject(installed, flaws)
    found = best_target(here, flaws, known)
    candidates = {high for each in flaws for exposure in each.exposures for high in exposure.fixed if high > installed}

    def cleared(version: str) -> int:
        return sum(each.id not in known.affected(here, version) for each in flaws)

    most = max(map(cleared, candidates), default=0)
    if not most:
        assert found is None
        return
    assert found is not None
    assert found.version > installed
    assert len(found.cleared) == cleared(found.version) == most
    assert {each.id for each in found.left} == {each.id for each in flaws} & known.affected(here, found.version)
    best = [version for version in candidates if cleared(version) == most]
    fewest = min(len(known.affected(here, version) - {each.id for each in flaws}) for version in best)
    assert len(found.gained) == fewest
    smaller = [version for version in best if version < found.version]
    assert all(len(known.affected(here, version) - {each.id for each in flaws}) > fewest for version in smaller)


def test_a_fix_that_another_name_of_the_flaw_contradicts_is_none() -> None:
    joined = msgspec.structs.replace(flaw("GHSA-1", fixed=("1.5.0",)), identifiers=("CVE-7", "GHSA-1"))
    still = {"CVE-7": [("1.0.0", "2.0.0")]}
    assert best_target(subject("1.0.0", [joined]), [joined], Known(still)) is None


def test_of_many_fixes_of_a_product_the_highest_are_tried() -> None:
    """An operating system has hundreds, and each costs a search through thousands of flaws."""
    tried: list[str] = []

    class Counting(Known):
        def affected(self, subject: Subject, version: str) -> frozenset[str]:
            tried.append(version)
            return super().affected(subject, version)

    intervals = {f"F{number:03}": [("1.0.0", f"1.{number}.0")] for number in range(1, MOST_OF_PRODUCT + 20)}
    flaws = flaws_of(intervals, "1.0.0")
    product = msgspec.structs.replace(subject("1.0.0", flaws), ecosystem="")
    found = best_target(product, flaws, Counting(intervals))
    assert found is not None
    assert (found.version, found.left) == (f"1.{MOST_OF_PRODUCT + 19}.0", ())
    assert len(set(tried)) == MOST_OF_PRODUCT + 1  # and the one that is installed


def test_of_many_fixes_of_a_product_some_without_a_major_step_are_tried() -> None:
    later = {f"L{number:03}": [("1.0.0", f"2.{number}.0")] for number in range(MOST_OF_PRODUCT + 20)}
    intervals = {**later, "N": [("1.0.0", "1.5.0")]}
    flaws = flaws_of(intervals, "1.0.0")
    product = msgspec.structs.replace(subject("1.0.0", flaws), ecosystem="")
    found = best_target(product, flaws, Known(intervals))
    assert found is not None
    assert (found.version, found.major, found.within) == (f"2.{MOST_OF_PRODUCT + 19}.0", True, "1.5.0")
