"""By when at the latest, and what stands before what."""

import datetime as dt
from itertools import product

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.priority.plan.made import TODAY, flaw, subject
from tests.priority.plan.test_plan import plan

from clearinghouse.priority.plan import Do, Flaw, latest_day, most_urgent
from clearinghouse.priority.plan.urgency import arms_of, urgency_key
from clearinghouse.priority.ranking import ordering_arm, rank_key
from clearinghouse.records import AssetKind, MatchClass

LISTED = dt.date(2023, 10, 18)
_ANSWERS = {"exposed": ("yes", "no"), "automatable": ("yes", "no"), "impact": ("total", "partial")}


def attacked(name: str = "CVE-2023-4966", *, kev: dt.date = LISTED, fixed: tuple[str, ...] = ()) -> Flaw:
    """In KEV, on a component that can be reached; what an attack takes and gives is not known."""
    return flaw(name, kev=kev, automatable="unknown", impact="unknown", fixed=fixed)


def asked(each: Flaw, question: str = "Is it?") -> Flaw:
    exposure = msgspec.structs.replace(each.exposures[0], match=MatchClass.POSSIBLE, question=question)
    return msgspec.structs.replace(each, exposures=(exposure,))


@given(
    st.dates(dt.date(2021, 11, 3), TODAY),
    st.fixed_dictionaries({name: st.sampled_from((*words, "unknown")) for name, words in _ANSWERS.items()}),
)
def test_the_law(listed: dt.date, known: dict[str, str]) -> None:
    made = flaw(kev=listed, **known).deadline
    for arm, verdict in made.verdicts().items():
        exposed = {"exposed": "yes", "not_exposed": "no"}.get(arm, known["exposed"])
        facts = known | {"exposed": exposed}
        open_to = [words if facts[name] == "unknown" else (facts[name],) for name, words in _ANSWERS.items()]
        dates = [flaw(kev=listed, **dict(zip(_ANSWERS, each, strict=True))).deadline.due for each in product(*open_to)]
        assert latest_day(made, verdict) == (max(filter(None, dates)) if len(dates) > 1 else None)


@pytest.mark.parametrize("kev", ["no", "unknown"])
def test_of_what_is_not_known_to_be_used_in_attacks_no_such_day_is_told(kev: str) -> None:
    made = flaw(kev=kev, automatable="unknown", impact="unknown").deadline
    assert latest_day(made, made) is None


def test_what_is_overdue_in_any_case_is_not_hidden_behind_a_later_date() -> None:
    """NetScaler ADC: two flaws without attacks that are due in 14 days, beside one that is overdue in any case."""
    calm = flaw("CVE-2023-6548", automatable="no")
    (action,) = plan(subject("1.0.0", [asked(calm), asked(attacked())])).actions
    assert (action.due, action.latest) == (TODAY + dt.timedelta(days=14), dt.date(2023, 11, 1))
    arm = action.arms[""]
    assert (arm.day, arm.dated, arm.outcome) == (dt.date(2023, 11, 1), "CVE-2023-4966", "14D")
    assert action.explain[-1] == (
        "no date follows for CVE-2023-4966, because it is not known: automatable, impact; it is overdue whatever the "
        "missing answers are: at the latest 1 November 2023."
    )


def test_a_date_that_is_not_later_stays_the_date() -> None:
    settled = flaw("CVE-2023-0001", kev=LISTED - dt.timedelta(days=30))
    arm = arms_of([settled, attacked()])[""]
    assert (arm.latest, arm.day, arm.dated) == (None, settled.deadline.due, "CVE-2023-0001")


def test_a_day_ahead_is_called_due_and_not_overdue() -> None:
    (action,) = plan(subject("1.0.0", [attacked(kev=TODAY, fixed=("1.1.0",))])).actions
    assert (action.do, action.due, action.latest) == (Do.UPGRADE, None, TODAY + dt.timedelta(days=14))
    assert action.explain[-1].endswith("whatever the missing answers are, it is due at the latest by 15 December 2026.")


def test_no_flaw_has_no_date() -> None:
    arm = arms_of([flaw(kev="unknown", automatable="unknown")])[""]
    assert (arm.due, arm.latest, arm.day, arm.dated) == (None, None, None, "")


def test_what_is_overdue_in_any_case_stands_at_the_top() -> None:
    later = subject("1.0.0", [asked(flaw("CVE-1", kev=dt.date(2024, 1, 1)))], name="a")
    sure = subject("1.0.0", [asked(attacked("CVE-2"))], name="b")
    open_date = subject("1.0.0", [asked(flaw("CVE-3", kev="unknown", automatable="unknown"))], name="c")
    assert [each.subject.name for each in plan(open_date, later, sure).actions] == ["b", "a", "c"]


_FLAWS = st.builds(
    lambda kev, exposed, automatable, impact: flaw(
        kev=kev, exposed=exposed, automatable=automatable, impact=impact, fixed=("1.1.0",)
    ),
    st.sampled_from(["no", dt.date(2021, 11, 3), LISTED, TODAY]),
    st.sampled_from(["yes", "no", "unknown"]),
    st.sampled_from(["yes", "no"]),
    st.sampled_from(["total", "partial"]),
)


def _rank(each: Flaw) -> tuple[object, ...]:
    """The order that is documented: tier; what is overdue, by its exposure; then date."""
    tier, *rest = rank_key(each.rank)
    due = ordering_arm(each.deadline).due
    spent = bool(due and due < TODAY)
    return tier, not spent, ["yes", "unknown", "no"].index(each.deadline.inputs["exposed"].value) * spent, *rest


@given(st.lists(_FLAWS, min_size=1, max_size=6))
def test_actions_stand_as_triage_ranks_their_most_urgent_flaws_and_by_exposure_once_overdue(flaws: list[Flaw]) -> None:
    made = plan(*(subject("1.0.0", [each], name=f"part {number}") for number, each in enumerate(flaws)))
    keys = [_rank(most_urgent(action.concerns)) for action in made.actions]
    assert keys == sorted(keys) == sorted(map(_rank, flaws))  # type: ignore[type-var]


@given(st.lists(_FLAWS, min_size=2, max_size=6), st.sampled_from(["yes", "no", "unknown"]))
def test_the_law_of_assets_of_which_the_same_is_known(flaws: list[Flaw], exposed: str) -> None:
    alike = [each for each in flaws if each.deadline.inputs["exposed"].value == exposed]
    assert sorted(alike, key=urgency_key) == sorted(alike, key=lambda each: rank_key(each.rank))


def test_of_what_is_overdue_the_exposed_one_comes_first() -> None:
    """Confluence that customers reach, before an archiver whose flaw became known five months earlier."""
    archiver = subject("1.0.0", [flaw("CVE-1", kev=LISTED, exposed="unknown")], name="archiver")
    wiki = subject("1.0.0", [flaw("CVE-2", kev=LISTED + dt.timedelta(days=150))], name="wiki")
    inside = subject("1.0.0", [flaw("CVE-3", kev=LISTED, exposed="no")], name="inside")
    fresh = subject("1.0.0", [flaw("CVE-4", kev=TODAY)], name="fresh")
    ordered = ["wiki", "archiver", "inside", "fresh"]
    assert [each.subject.name for each in plan(fresh, inside, archiver, wiki).actions] == ordered


def test_a_decision_stands_by_its_most_urgent_flaw_even_if_no_version_is_without_it() -> None:
    small = flaw("CVE-1", fixed=("1.2.0",), automatable="no", impact="partial")
    worst = flaw("CVE-2", kev=LISTED)
    device = subject("1.0.0", [small, worst], name="pump", kind=AssetKind.MEDICAL)
    other = subject("1.0.0", [flaw("CVE-3", fixed=("1.2.0",), kev=TODAY)], name="server")
    first, _ = plan(other, device).actions
    assert (first.do, [each.id for each in first.clears]) == (Do.DECIDE, ["CVE-1"])
    assert urgency_key(most_urgent(first.concerns)) == urgency_key(worst)


def test_a_device_that_an_advisory_possibly_means_is_told_as_that() -> None:
    device = subject("1.0.0", [flaw("CVE-1", fixed=("1.2.0",))], kind=AssetKind.OPERATIONAL)
    device = msgspec.structs.replace(device, kind_by="ICSA-26-001-01", kind_sure=False)
    (action,) = plan(device).actions
    assert action.explain[0].startswith("ICSA-26-001-01 may speak of it, and then it is ")
