"""How many flaws were shown to be real, for whom."""

import msgspec
import pytest

from clearinghouse.server.intake.purging import purge
from clearinghouse.server.oversight.queries import overview
from clearinghouse.server.participants.models import Role
from clearinghouse.server.participants.scopes import Scope
from clearinghouse.server.validations.counting import validated
from clearinghouse.server.validations.models import Attestation, Recipe, SigningKey
from clearinghouse.server.vulnerabilities.models import Finding, Vulnerability
from clearinghouse.validation.verdict import Verdict
from server_reports import a_coordinator, a_result, a_sender, send
from server_validations import a_second, asked, joined, pretend

pytestmark = pytest.mark.django_db


def counted(number: int, verdict: Verdict, *, reports: int = 1) -> tuple:
    finder = a_sender()
    report = send(finder, [a_result(number + each) for each in range(reports)])
    made = asked(finder, report, title=f"Number {number}")
    pretend(made, verdict)
    return finder, report, made


def test_each_flaw_counts_once_and_only_what_was_shown():
    coordinator = a_coordinator()
    assert validated(coordinator, whole=True) == 0
    finder, report, _ = counted(1, Verdict.FIXED)
    pretend(asked(finder, report, title="The same by another reproducer"), Verdict.REPRODUCED)
    assert validated(coordinator, whole=True) == 1
    for number, verdict in enumerate((Verdict.NOT_REPRODUCED, Verdict.CONTROL_FAILED, Verdict.INCONCLUSIVE), 2):
        counted(number, verdict)
    assert validated(coordinator, whole=True) == 1
    counted(9, Verdict.FLAKY)
    assert validated(coordinator, whole=True) == overview(coordinator).validated == 2


def test_a_recipe_of_a_report_of_several_flaws_is_of_none():
    counted(1, Verdict.FIXED, reports=2)
    assert validated(a_coordinator(), whole=True) == 0


def test_whoever_may_not_see_it_does_not_count_it():
    """The flaws that are counted are those that are open to them, as for the number beside it."""
    finder, _, _ = counted(1, Verdict.FIXED)
    flaw = Vulnerability.objects.get().pk
    other, let_in = a_sender(Role.VENDOR), a_second(flaw=flaw)
    for reader, found in ((finder, 0), (other, 0), (let_in, 1), (a_coordinator(), 1)):
        assert (overview(reader).validated, overview(reader).unique) == (found, found)
    narrow = msgspec.structs.replace(let_in, scopes=frozenset({Scope.OVERVIEW_READ}))
    assert validated(narrow, whole=False) is None


def test_it_tells_no_sender_that_their_findings_were_joined():
    finder = counted(1, Verdict.FIXED)[0]
    pretend(asked(finder, send(finder, [a_result(2)]), title="Number 2"))
    before = overview(finder).validated
    joined()
    assert overview(finder).validated == before
    assert overview(a_coordinator()).validated == 1


@pytest.mark.parametrize("named", [False, True])
def test_whoever_sent_another_finding_of_the_flaw_does_not_count(named):
    """Whether the recipe belongs to a whole report or to one of its findings."""
    coordinator = a_coordinator()
    _, _, made = counted(1, Verdict.FIXED)
    other = a_sender()
    send(other, [a_result(2)])
    rows = Attestation.objects.filter(recipe=made.recipe)
    rows.update(participant=other.participant, validation=None)
    if named:
        Recipe.objects.update(finding=Finding.objects.get(report=made.recipe.report))
    assert validated(coordinator, whole=True) == 1
    joined()
    assert validated(coordinator, whole=True) == 0


def test_what_was_revoked_purged_or_said_by_the_finder_counts_no_more():
    coordinator = a_coordinator()
    finder, report, made = counted(1, Verdict.FIXED)
    rows = Attestation.objects.filter(recipe=made.recipe)
    rows.update(participant=finder.participant, validation=None)
    assert validated(coordinator, whole=True) == 0
    rows.update(participant=a_sender(Role.VENDOR).participant)
    assert validated(coordinator, whole=True) == 1
    keys = SigningKey.objects.filter(pk=rows.get().key_id)
    keys.update(revoked_at="2026-01-01T00:00:00Z")
    assert validated(coordinator, whole=True) == 0
    keys.update(revoked_at=None)
    purge(coordinator, report.receipt, "It was sent by mistake")
    assert validated(coordinator, whole=True) == 0


def test_it_is_one_query(django_assert_num_queries):
    counted(1, Verdict.FIXED)
    let_in = a_second(flaw=Vulnerability.objects.get().pk)
    for reader, whole in ((a_coordinator(), True), (let_in, False)):
        with django_assert_num_queries(1):
            assert validated(reader, whole=whole) == 1
