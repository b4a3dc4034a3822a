"""What several verdicts come to together: which count, whose, and what nobody can do to those of others."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearinghouse.server.participants.models import Role
from clearinghouse.server.validations import queries, second, services
from clearinghouse.server.validations.agreement import CONFIRMS, Opinion, Standing, agreement
from clearinghouse.server.validations.checklist import Answer, Point
from clearinghouse.server.vulnerabilities.models import Vulnerability
from clearinghouse.validation.verdict import Verdict
from server_reports import a_coordinator, a_result, a_sender, send
from server_validations import a_recipe, a_second, asked, joined, let_in, pretend, zipped

database = pytest.mark.django_db


@pytest.fixture
def finder():
    return a_sender()


@pytest.fixture
def validation(finder):
    found = asked(finder, send(finder, [a_result()]))
    pretend(found)
    return found


@pytest.fixture
def flaw(validation):
    return Vulnerability.objects.get()


def given_in(reader, flaw, title, **recipe):
    """A recipe that somebody who was let in gives in for a flaw."""
    return services.request_for_flaw(reader, flaw.reference, [zipped(a_recipe(title, **recipe))])[0]


# --- Several recipes of one flaw


@database
def test_a_recipe_that_shows_nothing_takes_back_nothing_that_another_one_shows(validation, flaw):
    """Whoever is let in can give in a recipe of their own: what it shows is not said of the first one."""
    coordinator = a_coordinator()
    before = queries.of_flaw(coordinator, flaw.pk).agreed
    assert (before.standing, before.confirm, before.deny) == (Standing.ONE, 1, 0)
    bogus = given_in(a_second(flaw=flaw.pk), flaw, "nothing", command='["true"]')
    pretend(bogus, Verdict.NOT_REPRODUCED)
    assert queries.of_flaw(coordinator, flaw.pk).agreed == before


@database
def test_a_run_that_could_not_tell_takes_nothing_back(finder, validation, flaw):
    again, _ = services.again(finder, validation.reference)
    pretend(again, Verdict.INCONCLUSIVE)
    together = queries.of_flaw(a_coordinator(), flaw.pk)
    assert (together.agreed.standing, together.agreed.confirm, together.agreed.undecided) == (Standing.ONE, 1, 0)
    items = {each.point: each.answer for each in together.items}
    assert items[Point.REPRODUCER_RUNS] is items[Point.FIX_STOPS_IT] is Answer.YES


@database
def test_a_later_verdict_about_the_same_recipe_that_says_otherwise_counts(finder, validation, flaw):
    again, _ = services.again(finder, validation.reference)
    pretend(again, Verdict.NOT_REPRODUCED)
    assert queries.of_flaw(a_coordinator(), flaw.pk).agreed.standing == Standing.DENIED


# --- Many verdicts of one


@database
def test_however_many_somebody_gives_in_they_push_out_nobodys(monkeypatch, validation, flaw, signs):
    monkeypatch.setattr(queries, "MOST", 4)
    honest, busy = a_second(flaw=flaw.pk), a_second(flaw=flaw.pk)
    second.submit(honest, validation.reference, [signs(honest, validation)])
    for number in range(3):
        made = given_in(busy, flaw, f"nothing {number}")
        for seconds in range(2):
            envelope = signs(busy, made, Verdict.NOT_REPRODUCED, seconds=float(seconds))
            second.submit(busy, made.reference, [envelope])
    together = queries.of_flaw(a_coordinator(), flaw.pk)
    agreed = together.agreed
    assert (agreed.standing, agreed.confirm, agreed.deny) == (Standing.DISAGREEMENT, 2, 1)
    assert [each.row.participant_id for each in together.verdicts] == [busy.participant] * 4


@database
def test_many_validations_do_not_push_what_was_shown_out_of_the_checklist(monkeypatch, validation, flaw):
    monkeypatch.setattr(queries, "MOST", 2)
    busy = a_second(flaw=flaw.pk)
    for number in range(3):
        pretend(given_in(busy, flaw, f"nothing {number}"), Verdict.NOT_REPRODUCED)
    together = queries.of_flaw(a_coordinator(), flaw.pk)
    assert len(together.views) == 2
    assert next(each.answer for each in together.items if each.point is Point.REPRODUCER_RUNS) is Answer.YES


# --- Who is independent


@database
def test_whoever_sent_another_finding_of_the_flaw_is_a_finder_too(finder, signs):
    other = a_sender(Role.FINDER, steward=True)
    report = send(finder, [a_result(1)])
    send(other, [a_result(2)])
    flaw = joined().pk
    made = asked(finder, report)
    let_in(other, flaw)
    for reader in (other, a_second(flaw=flaw)):
        second.submit(reader, made.reference, [signs(reader, made)])
    coordinator = a_coordinator()
    for together in (queries.of_flaw(coordinator, flaw), queries.of_report(coordinator, report)):
        assert (together.agreed.confirm, together.agreed.finder) == (1, Verdict.REPRODUCED)
    # who sees one report only is told of no other finder
    assert queries.of_report(finder, report).agreed.confirm == 2


# --- Laws


opinions_ = st.lists(
    st.builds(
        Opinion,
        validator=st.integers(0, 3),
        recipe=st.integers(1, 2),
        key=st.sampled_from("abc"),
        verdict=st.sampled_from(list(Verdict)),
        at=st.integers(0, 5).map(lambda n: dt.datetime(2026, 1, 1, n, tzinfo=dt.UTC)),
        finder=st.booleans(),
    ),
    max_size=8,
)


@given(opinions_, st.randoms(use_true_random=False), st.integers(1, 3))
def test_order_changes_nothing(found, random, quorum):
    shuffled = list(found)
    random.shuffle(shuffled)
    assert agreement(shuffled, quorum) == agreement(found, quorum)


@given(opinions_, st.integers(1, 3))
def test_who_speaks_twice_or_shares_a_key_counts_once(found, quorum):
    once = agreement(found, quorum)
    assert agreement([*found, *found], quorum) == once
    assert once.confirm + once.deny + once.undecided <= min(
        len({each.validator for each in found}), len({each.key for each in found})
    )
    if once.standing == Standing.QUORUM:
        assert once.confirm >= quorum
        assert once.deny == 0
    assert (once.standing in {Standing.ONE, Standing.QUORUM, Standing.DISAGREEMENT}) == bool(once.confirm)
    assert CONFIRMS.isdisjoint({Verdict.NOT_REPRODUCED})


@given(opinions_, st.integers(1, 3), st.sampled_from(list(Verdict)))
def test_what_is_said_of_another_recipe_takes_no_confirmation_back(found, quorum, verdict):
    """Whoever says it: one of those who spoke before, by the key that they had."""
    before = agreement(found, quorum)
    for each in found:
        more = Opinion(
            validator=each.validator, recipe=3, key=each.key, verdict=verdict, at=each.at, finder=each.finder
        )
        assert agreement([*found, more], quorum).confirm >= before.confirm
