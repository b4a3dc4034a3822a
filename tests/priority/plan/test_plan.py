"""What one does about what is wrong: actions, what they leave, deferrals, and where two of them meet."""

import datetime as dt

import msgspec
import pytest
from tests.priority.plan.made import TODAY, NpmVersions, flaw, subject

from clearinghouse.priority.plan import Do, Flaw, Plan, Subject, make_plan
from clearinghouse.records import AssetKind, MatchClass, Remedy, Why

ADVICE = Remedy(kind="mitigation", value="Close port 502.", description="Close port 502 at the firewall.")


class Fixed(NpmVersions):
    """Versions of npm; every flaw is gone in the version that its advisory calls fixed."""

    def __init__(self, *subjects: Subject) -> None:
        self.subjects = subjects

    def affected(self, subject: Subject, version: str) -> frozenset[str]:
        at = self.key(subject, version) or b""
        return frozenset(
            each.id
            for each in subject.flaws
            if not any((self.key(subject, fix) or b"") <= at for exposure in each.exposures for fix in exposure.fixed)
        )


def plan(*subjects: Subject) -> Plan:
    return make_plan(subjects, Fixed(), TODAY)


def test_an_upgrade_says_what_it_clears_what_it_leaves_and_by_when() -> None:
    here = subject("1.0.0", [flaw("CVE-1", fixed=("1.2.0",), kev=dt.date(2026, 11, 30)), flaw("CVE-2")])
    upgrade, isolate = plan(here).actions
    assert (upgrade.do, upgrade.to) == (Do.UPGRADE, "1.2.0")
    assert [each.id for each in upgrade.clears] == ["CVE-1"]
    assert [each.id for each in upgrade.leaves] == ["CVE-2"]
    assert (upgrade.due, upgrade.outcome) == (dt.date(2026, 12, 3), "3DF")
    assert "Known to be used in attacks: CVE-1." in upgrade.explain
    assert (isolate.do, [each.id for each in isolate.leaves]) == (Do.ISOLATE, ["CVE-2"])


def test_advice_comes_before_isolation() -> None:
    here = subject("1.0.0", [flaw("CVE-1", remedies=(ADVICE,)), flaw("CVE-2")])
    mitigate, isolate = sorted(plan(here).actions, key=lambda action: action.do.value, reverse=True)
    assert (mitigate.do, mitigate.mitigations) == (Do.MITIGATE, ("Close port 502 at the firewall.",))
    assert isolate.do is Do.ISOLATE


@pytest.mark.parametrize("kind", [AssetKind.MEDICAL, AssetKind.OPERATIONAL])
def test_a_device_is_a_decision_and_never_an_order_to_patch(kind: AssetKind) -> None:
    here = subject("1.0.0", [flaw("CVE-1", fixed=("1.2.0",), remedies=(ADVICE,))], kind=kind)
    (action,) = plan(here).actions
    assert (action.do, action.to) == (Do.DECIDE, "1.2.0")
    assert action.mitigations == ("Close port 502 at the firewall.",)
    assert "decided by the person who answers for it" in action.explain[0]


def test_what_is_not_sure_is_one_question_after_everything_that_is() -> None:
    asked = "Which version of demo is it?"
    unsure = flaw("CVE-1", match=MatchClass.NAME_ONLY, question=asked, kev=dt.date(2026, 11, 1))
    also = flaw("CVE-2", match=MatchClass.NAME_ONLY, question=asked)
    sure = subject(
        "1.0.0", [flaw("CVE-3", fixed=("1.1.0",), kev="no", automatable="no", impact="partial")], name="other"
    )
    first, last = plan(subject(None, [unsure, also]), sure).actions
    assert first.do is Do.UPGRADE
    assert (last.do, last.questions) == (Do.FIND_OUT, (asked,))
    assert [each.id for each in last.leaves] == ["CVE-1", "CVE-2"]


def test_unknown_exposure_has_two_dates_and_none_of_its_own() -> None:
    here = subject("1.0.0", [flaw("CVE-1", fixed=("1.2.0",), exposed="unknown")])
    (action,) = plan(here).actions
    assert action.due is None
    assert set(action.arms) == {"exposed", "not_exposed"}
    assert action.arms["exposed"].due != action.arms["not_exposed"].due
    assert any(line.startswith("If it is publicly exposed:") for line in action.explain)


def test_the_earliest_date_counts_even_if_another_flaw_is_more_urgent() -> None:
    old = flaw("CVE-1", fixed=("2.0.0",), kev="no", automatable="no", impact="partial")
    new = flaw("CVE-2", fixed=("1.2.0",), kev=TODAY)
    (action,) = plan(subject("1.0.0", [old, new])).actions
    assert (action.outcome, action.due) == ("3DF", dt.date(2026, 12, 4))


def test_actions_stand_in_the_order_of_work() -> None:
    late = subject("1.0.0", [flaw("CVE-1", fixed=("1.1.0",), automatable="no", impact="partial")], name="a")
    soon = subject("1.0.0", [flaw("CVE-2", fixed=("1.1.0",), kev=TODAY)], name="b")
    assert [action.subject.name for action in plan(late, soon).actions] == ["b", "a"]


def waits(name: str) -> Flaw:
    return flaw(name, fixed=("1.2.0",), exposed="no", automatable="no", impact="partial")


def test_what_may_wait_has_owner_reason_row_and_review() -> None:
    (deferral,) = plan(subject("1.0.0", [waits("CVE-1")], owner="Kim")).deferrals
    assert (deferral.flaw, deferral.owner, deferral.places) == ("CVE-1", "Kim", ("server-1",))
    assert deferral.review == TODAY + dt.timedelta(days=30)
    assert "row" in deferral.row
    assert deferral.reason


def test_two_that_wait_on_one_asset_are_told() -> None:
    made = plan(subject("1.0.0", [waits("CVE-1"), waits("CVE-2")]))
    (meeting,) = made.meetings
    assert (meeting.place, meeting.flaws) == ("server-1", ("CVE-1", "CVE-2"))
    assert not plan(subject("1.0.0", [waits("CVE-1")])).meetings


def test_nothing_wrong_is_nothing_to_do() -> None:
    assert plan(subject("1.0.0")) == Plan(as_of=TODAY)


def test_where_only_the_last_affected_version_is_known_one_takes_a_later_one() -> None:
    last = Why(kind="range", introduced="0", last_affected="1.4.0")
    ends = flaw("CVE-1")
    exposure = msgspec.structs.replace(ends.exposures[0], why=last)
    later = msgspec.structs.replace(ends, exposures=(exposure,))
    (action,) = plan(subject("1.0.0", [later])).actions
    assert (action.do, action.to, action.above) == (Do.UPGRADE, None, "1.4.0")
    assert [each.id for each in action.clears] == ["CVE-1"]
