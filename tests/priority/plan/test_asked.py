"""Questions that one answer settles are one."""

import datetime as dt

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from tests.priority.plan.made import TODAY, flaw

from clearinghouse.priority.plan import Flaw, Question
from clearinghouse.priority.plan.asked import questions_of
from clearinghouse.priority.plan.urgency import arms_of
from clearinghouse.records import MatchClass


def open_flaw(number: int, question: str, *, kev: str | dt.date = "no", automatable: str = "yes") -> Flaw:
    name = f"CVE-2026-{number:04}"
    asked = question.replace("{}", name)
    return flaw(name, match=MatchClass.POSSIBLE, question=asked, kev=kev, automatable=automatable)


def test_one_version_settles_all_that_lack_it() -> None:
    flaws = [
        open_flaw(number, f"Which version of FortiOS does it run? Affected: before 7.{number}.") for number in (1, 2)
    ]
    flaws.append(open_flaw(3, "Does it run on, or use, SSH? The advisory is limited to that."))
    assert questions_of(flaws) == (
        Question(
            text="Which version of FortiOS does it run?",
            settles=("CVE-2026-0001", "CVE-2026-0002"),
            arms=arms_of(flaws[:2]),
        ),
        Question(
            text="Does it run on, or use, SSH? The advisory is limited to that.",
            settles=("CVE-2026-0003",),
            arms=arms_of(flaws[2:]),
        ),
    )


def test_a_question_has_the_date_of_what_it_settles_and_the_most_urgent_comes_first() -> None:
    """MOVEit Transfer: the flaw that is used in attacks hangs on another question than the two that are not."""
    calm = [open_flaw(number, "Is it one of those?", automatable="no") for number in (1, 2)]
    attacked = open_flaw(3, "Which of these is it?", kev=dt.date(2023, 6, 2))
    first, second = questions_of([*calm, attacked])
    assert (first.settles, first.due, first.arms[""].dated) == (
        ("CVE-2026-0003",),
        dt.date(2023, 6, 5),
        "CVE-2026-0003",
    )
    assert (second.settles, second.due) == (("CVE-2026-0001", "CVE-2026-0002"), TODAY + dt.timedelta(days=14))


def test_the_most_urgent_of_what_a_question_settles_is_named_first() -> None:
    asked = "Is it one of those?"
    flaws = [open_flaw(1, asked), open_flaw(2, asked, kev=dt.date(2023, 6, 2), automatable="unknown")]
    (found,) = questions_of(flaws)
    assert found.settles == ("CVE-2026-0002", "CVE-2026-0001")
    assert (found.due, found.latest) == (TODAY + dt.timedelta(days=3), dt.date(2023, 6, 5))


def test_the_name_of_the_flaw_does_not_part_them_and_a_common_reason_stays() -> None:
    asked = "Is 7.0 of FortiOS affected by {}? CISA's list of exploited flaws names no versions."
    (found,) = questions_of(open_flaw(number, asked) for number in (1, 2, 3))
    assert (
        found.text
        == "Is 7.0 of FortiOS affected by any of these 3 flaws? CISA's list of exploited flaws names no versions."
    )
    assert len(found.settles) == 3


def test_one_alone_stays_as_it_is() -> None:
    (found,) = questions_of(
        [open_flaw(1, "Is 7.0 of FortiOS affected by {}? CISA's list of exploited flaws names no versions.")]
    )
    assert (
        found.text == "Is 7.0 of FortiOS affected by CVE-2026-0001? CISA's list of exploited flaws names no versions."
    )


_QUESTION = st.sampled_from(
    ["Which version? Before {}.", "Which version? 1.", "Is {} there?", "Is it?", "is IT?", "Tell {}", "?"]
)


@given(st.lists(st.lists(_QUESTION, max_size=3), max_size=6))
def test_every_flaw_is_settled_and_nothing_is_asked_twice(asked: list[list[str]]) -> None:
    flaws = []
    for number, questions in enumerate(asked):
        made = [open_flaw(number, each) for each in questions] or [flaw(f"CVE-2026-{number:04}")]
        exposures = tuple(each.exposures[0] for each in made)
        flaws.append(msgspec.structs.replace(made[0], exposures=exposures))
    found = questions_of(flaws)
    settled = {name for each in found for name in each.settles}
    assert settled == {each.id for each, questions in zip(flaws, asked, strict=True) if questions}
    assert len({each.text.casefold() for each in found}) == len(found)
    assert [len(each.settles) for each in found] == sorted((len(each.settles) for each in found), reverse=True)
