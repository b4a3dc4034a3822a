"""Fewest runs to the first affected and the first fixed version, and what an advisory says beside it."""

from collections.abc import Callable, Mapping, Sequence
from math import ceil, log2

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearinghouse.packages.identity import PackageId
from clearinghouse.packages.ranges import stretches
from clearinghouse.packages.versions import order_of
from clearinghouse.records import Advisory, Affected, Component, RangeEvent, VersionRange
from clearinghouse.validation.bisect import Agreement, Edge, Narrowed, NarrowingError, Run, Shown, compare, narrow

YES, NO, UNKNOWN = Shown.YES, Shown.NO, Shown.UNKNOWN
PYPI = order_of("PyPI")


def numbered(count: int) -> list[str]:
    return [f"1.{minor}" for minor in range(count)]


def recorded(truth: Mapping[str, Shown], run: list[str]) -> Callable[[str], Shown]:
    def shows(version: str) -> Shown:
        run.append(version)
        return truth[version]

    return shows


def searched(history: Sequence[Shown], known: int) -> tuple[Narrowed, list[str]]:
    """What is found in a history of the versions 1.0, 1.1, 1.2 ..., and what was run for it."""
    versions = numbered(len(history))
    run: list[str] = []
    truth = dict(zip(versions, history, strict=True))
    return narrow(reversed(versions), versions[known], recorded(truth, run), ecosystem="PyPI"), run


def letters(text: str) -> list[Shown]:
    return [{"y": YES, "n": NO, "?": UNKNOWN}[letter] for letter in text]


histories = st.lists(st.sampled_from([YES, NO, UNKNOWN]), min_size=1, max_size=80)


# The laws


@given(st.integers(0, 900), st.integers(1, 900), st.integers(0, 900), st.data())
def test_one_stretch_is_found_exactly_in_few_runs(below: int, inside: int, above: int, drawn: st.DataObject) -> None:
    known = below + drawn.draw(st.integers(0, inside - 1))
    found, run = searched([NO] * below + [YES] * inside + [NO] * above, known)
    count = below + inside + above
    assert found.before == Edge(inside=f"1.{below}", outside=f"1.{below - 1}" if below else None)
    last = below + inside - 1
    assert found.after == Edge(inside=f"1.{last}", outside=f"1.{last + 1}" if above else None)
    assert found.one_stretch
    assert len(run) == len(set(run)) == len(found.runs) <= 2 * ceil(log2(count + 1)) + 7


@given(histories, st.data())
def test_what_is_said_was_run_and_gaps_are_what_was_not_decided(history: list[Shown], drawn: st.DataObject) -> None:
    known = drawn.draw(st.integers(0, len(history) - 1))
    history[known] = YES
    found, run = searched(history, known)
    seen = {each.version: each.shown for each in found.runs}
    versions = list(found.versions)
    assert len(run) == len(set(run))
    assert list(seen) == sorted(run, key=versions.index)
    for edge, step in ((found.before, -1), (found.after, 1)):
        assert seen[edge.inside] is YES
        end = versions.index(edge.outside) if edge.outside else (-1 if step < 0 else len(versions))
        between = [versions[at] for at in range(versions.index(edge.inside) + step, end, step)]
        assert edge.outside is None or seen[edge.outside] is NO
        assert sorted(between) == sorted((*edge.unknown, *edge.untried))
        assert all(seen[each] is UNKNOWN for each in edge.unknown)
        assert not seen.keys() & set(edge.untried)
        assert edge.has_gap == bool(between)


@given(histories, st.data())
def test_a_second_stretch_that_was_run_is_told(history: list[Shown], drawn: st.DataObject) -> None:
    known = drawn.draw(st.integers(0, len(history) - 1))
    history[known] = YES
    found, _ = searched(history, known)
    low, high = (found.versions.index(each) for each in (found.before.inside, found.after.inside))
    outside = [run for run in found.runs if not low <= found.versions.index(run.version) <= high]
    assert found.one_stretch == all(run.shown is not YES for run in outside)
    assert {run.version for run in found.runs} >= {found.versions[0], found.versions[-1]}
    inside = [run.shown for run in found.runs if low <= found.versions.index(run.version) <= high]
    assert NO not in inside


@given(st.integers(1, 9), st.randoms(use_true_random=False), st.floats(0, 1))
def test_runs_stay_few_whatever_cannot_be_run(bits: int, chance: object, share: float) -> None:
    count = 2**bits
    draw: Callable[[], float] = chance.random  # type: ignore[attr-defined]
    known = int(draw() * count)
    end = known + int(draw() * (count - known))
    history = [UNKNOWN if draw() < share else YES if known <= at <= end else NO for at in range(count)]
    history[known] = YES
    found, run = searched(history, known)
    steps = ceil(log2(count + 1))
    assert len(run) < 2 * (2 * steps + 5) * (steps + 5) + 7
    assert found.before.inside == f"1.{known}"


# Histories that happen


def test_old_versions_that_no_longer_install_are_a_gap_below_and_cost_little() -> None:
    found, run = searched([UNKNOWN] * 400 + [YES] * 80 + [NO] * 20, 450)
    assert (found.first_affected, found.first_fixed, found.after.has_gap) == ("1.400", "1.480", False)
    assert found.before.outside is None
    assert "1.399" in found.before.unknown
    assert len((*found.before.unknown, *found.before.untried)) == 400
    assert len(run) < 40
    assert found.events == (RangeEvent(introduced="1.400"), RangeEvent(fixed="1.480"))


def test_versions_between_that_could_not_be_run_are_a_gap_and_no_guess() -> None:
    found, _ = searched(letters("nn?yyy??nn"), 4)
    assert found.before == Edge(inside="1.3", outside="1.1", unknown=("1.2",))
    assert found.after == Edge(inside="1.5", outside="1.8", unknown=("1.6", "1.7"))
    assert found.events == (RangeEvent(introduced="1.3"), RangeEvent(last_affected="1.5"))
    assert found.one_stretch


def test_a_long_gap_tells_what_was_not_tried() -> None:
    found, run = searched([NO] + [YES] * 5 + [UNKNOWN] * 100 + [NO] * 20, 1)
    assert (found.after.inside, found.after.outside) == ("1.5", "1.106")
    assert {"1.6", "1.105"} <= set(found.after.unknown)
    assert set(found.after.untried) == {f"1.{minor}" for minor in range(6, 106)} - set(run)


def test_a_flaw_that_comes_back_is_not_one_stretch() -> None:
    found, run = searched(letters("nnyyynnnnyyy"), 3)
    assert (found.first_affected, found.first_fixed, found.one_stretch) == ("1.2", "1.5", False)
    assert [each.version for each in found.runs if each.shown is YES][-1] == "1.11"
    assert len(run) < 12


def test_the_version_behind_the_fix_is_run_too() -> None:
    found, _ = searched([YES] * 41 + [NO] + [YES] + [NO] * 21, 0)
    assert (found.after, found.one_stretch) == (Edge(inside="1.40", outside="1.41"), False)
    assert Run("1.42", YES) in found.runs


def test_all_versions_may_show() -> None:
    found, _ = searched([YES] * 9, 4)
    assert (found.first_affected, found.first_fixed, found.one_stretch) == ("1.0", None, True)
    assert found.events == (RangeEvent(introduced="0"),)


@given(st.integers(0, 9), st.integers(1, 9), st.integers(0, 9))
def test_events_say_what_was_found(below: int, inside: int, above: int) -> None:
    found, _ = searched([NO] * below + [YES] * inside + [NO] * above, below)
    assert PYPI is not None
    (stretch,) = stretches(found.events, PYPI.key)
    claimed = [PYPI.key(version) in stretch for version in found.versions]
    assert claimed == [False] * below + [True] * inside + [False] * above


# Which versions


def test_prereleases_and_words_are_left_out_unless_asked_for() -> None:
    versions = ["latest", "2.0", "1.0", "2.0rc1", "1.5.dev3", "not a version"]
    truth = {"1.0": NO, "1.5.dev3": NO, "2.0rc1": YES, "2.0": YES}
    found = narrow(versions, "2.0", truth.__getitem__, ecosystem="PyPI")
    assert (found.versions, found.prereleases) == (("1.0", "2.0"), ("1.5.dev3", "2.0rc1"))
    assert found.unplaced == ("latest", "not a version")
    assert found.first_affected == "2.0"
    found = narrow(versions, "2.0", truth.__getitem__, ecosystem="PyPI", prereleases=True)
    assert (found.before, found.prereleases) == (Edge(inside="2.0rc1", outside="1.5.dev3"), ())
    found = narrow(versions, "2.0rc1", truth.__getitem__, ecosystem="PyPI")
    assert found.versions == ("1.0", "2.0rc1", "2.0")


def test_the_known_version_may_be_spelled_in_another_way() -> None:
    assert narrow(["1.0", "2.0"], "v1.0.0", lambda _: YES, ecosystem="PyPI").first_affected == "1.0"


def test_versions_stand_in_the_order_of_their_ecosystem() -> None:
    found = narrow(["1.10.0", "1.9.0", "1.2.0"], "1.9.0", lambda each: NO if each == "1.10.0" else YES, ecosystem="npm")
    assert (found.versions, found.first_fixed) == (("1.2.0", "1.9.0", "1.10.0"), "1.10.0")


@pytest.mark.parametrize(
    ("known", "ecosystem", "what"),
    [
        ("3.0", "PyPI", "not among"),
        ("1.0", "PyPI", "does not show"),
        ("1.0", "GIT", "order"),
        ("x", "PyPI", "not among"),
    ],
)
def test_without_a_version_that_shows_there_is_nothing_to_narrow(known: str, ecosystem: str, what: str) -> None:
    with pytest.raises(NarrowingError, match=what) as refused:
        narrow(["1.0", "2.0"], known, lambda each: YES if each == "2.0" else UNKNOWN, ecosystem=ecosystem)
    assert refused.value.remedy


# Beside an advisory

DEMO = PackageId(ecosystem="PyPI", name="demo")


def advisory(
    *events: RangeEvent, versions: tuple[str, ...] = (), name: str = "Demo", kind: str = "ECOSYSTEM"
) -> Advisory:
    ranges = (VersionRange(type=kind, events=events),) if events else ()
    component = Component(name=name, ecosystem="PyPI")
    return Advisory(affected=(Affected(component=component, ranges=ranges, versions=versions),))


def since(introduced: str, fixed: str) -> tuple[RangeEvent, RangeEvent]:
    return RangeEvent(introduced=introduced), RangeEvent(fixed=fixed)


@pytest.mark.parametrize(
    ("claimed", "agreement", "missing", "excess"),
    [
        (advisory(*since("1.2", "1.5")), Agreement.AGREED, (), ()),
        (advisory(*since("1.1.7", "1.4.1")), Agreement.AGREED, (), ()),
        (advisory(RangeEvent(introduced="1.2"), RangeEvent(last_affected="1.4")), Agreement.AGREED, (), ()),
        (advisory(versions=("1.2", "1.3.0", "1.4")), Agreement.AGREED, (), ()),
        (advisory(*since("1.3", "1.5")), Agreement.TOO_NARROW, ("1.2",), ()),
        (advisory(*since("0", "1.5")), Agreement.TOO_WIDE, (), ("1.0", "1.1")),
        (advisory(*since("1.3", "1.6")), Agreement.BOTH, ("1.2",), ("1.5",)),
        (advisory(*since("1.2", "1.5"), name="other"), Agreement.SILENT, (), ()),
        (advisory(), Agreement.UNTOLD, (), ()),
        (advisory(*since("0", "abc"), kind="GIT"), Agreement.UNTOLD, (), ()),
    ],
)
def test_an_advisory_is_too_wide_or_too_narrow(
    claimed: Advisory, agreement: Agreement, missing: tuple[str, ...], excess: tuple[str, ...]
) -> None:
    found, _ = searched(letters("nnyyynnn"), 3)
    answer = compare(found, claimed, DEMO)
    assert (answer.agreement, answer.missing, answer.excess) == (agreement, missing, excess)
    assert (answer.undecided == found.versions) is (agreement is Agreement.UNTOLD)


def test_what_could_not_be_run_neither_agrees_nor_differs() -> None:
    found, _ = searched(letters("nn?yyy??nn"), 4)
    for claimed in (advisory(*since("1.2", "1.8")), advisory(*since("1.3", "1.6"))):
        answer = compare(found, claimed, DEMO)
        assert (answer.agreement, answer.unseen) == (Agreement.AGREED, ("1.2", "1.6", "1.7"))


def test_differences_that_were_not_run_are_told_as_inferred() -> None:
    found, run = searched([YES] * 100 + [NO] * 100, 50)
    answer = compare(found, advisory(*since("1.90", "1.100")), DEMO)
    assert answer.missing == tuple(numbered(90))
    assert set(answer.inferred) == set(numbered(90)) - set(run)


def test_of_a_flaw_that_comes_and_goes_only_what_was_run_is_compared() -> None:
    found, run = searched([YES] * 10 + [NO] * 20 + [YES] * 10, 3)
    answer = compare(found, advisory(*since("0", "1.10")), DEMO)
    assert answer.agreement is Agreement.TOO_NARROW
    assert set(answer.missing) == {f"1.{minor}" for minor in range(30, 40)} & set(run)
    assert answer.inferred == ()


@given(histories, st.data(), st.integers(0, 80), st.integers(1, 80))
def test_only_what_both_tell_can_differ(history: list[Shown], drawn: st.DataObject, low: int, size: int) -> None:
    high = low + size
    known = drawn.draw(st.integers(0, len(history) - 1))
    history[known] = YES
    found, run = searched(history, known)
    answer = compare(found, advisory(*since(f"1.{low}", f"1.{high}")), DEMO)
    for version, shown in zip(found.versions, history, strict=True):
        claimed = low <= int(version[2:]) < high
        if version in run and shown is not UNKNOWN:
            assert (version in answer.missing) == (shown is YES and not claimed)
            assert (version in answer.excess) == (shown is NO and claimed)
        assert version not in answer.missing or not claimed
        assert version not in answer.excess or claimed
        assert (version in answer.inferred) == (version in (*answer.missing, *answer.excess) and version not in run)


@given(st.integers(0, 9), st.integers(1, 9), st.integers(0, 9))
def test_an_advisory_with_the_events_that_were_found_agrees(below: int, inside: int, above: int) -> None:
    found, _ = searched([NO] * below + [YES] * inside + [NO] * above, below)
    assert compare(found, advisory(*found.events), DEMO).agreement is Agreement.AGREED
