"""What comes while a report is purged goes with it, and a check finds what did not."""

import pytest

from clearinghouse.server.evidence import blobs, vault
from clearinghouse.server.evidence.models import Envelope
from clearinghouse.server.intake import evidence as files
from clearinghouse.server.intake.models import Report
from clearinghouse.server.intake.purging import purge
from clearinghouse.server.jobs.models import Job
from clearinghouse.server.jobs.models import State as JobState
from clearinghouse.server.jobs.services import run_until_idle
from clearinghouse.server.operate.check import verdicts
from clearinghouse.server.validations import jobs, reports, services
from clearinghouse.server.validations.errors import GoneError
from clearinghouse.server.validations.models import Recipe, Remedy, State, Validation
from clearinghouse.server.vulnerabilities.models import Vulnerability
from server_reports import a_coordinator, a_result, a_sender, send
from server_validations import a_recipe, asked, pretend, zipped

pytestmark = pytest.mark.django_db
REASON = "it was sent to the wrong place"


@pytest.fixture
def finder():
    return a_sender()


@pytest.fixture
def report(finder):
    return send(finder, [a_result()])


def while_it_is_sent(act):
    """A recipe whose second half comes after something was done."""
    data = zipped(a_recipe("zzmarkerzz"))
    yield data[:100]
    act()
    yield data[100:]


@pytest.mark.parametrize("swept", [False, True])
def test_a_recipe_that_is_on_its_way_during_a_purge_is_not_taken(finder, report, swept):
    def act():
        purge(a_coordinator(), report.receipt, REASON)
        if swept:
            run_until_idle()

    before = set(blobs.names())
    with pytest.raises(GoneError):
        services.request_for_report(finder, report.receipt, while_it_is_sent(act))
    run_until_idle()
    assert not Recipe.objects.exists()
    assert not Validation.objects.exists()
    assert set(blobs.names()) <= before


def test_nor_is_one_about_a_flaw(report):
    coordinator = a_coordinator()
    flaw = Vulnerability.objects.get().reference
    sent = while_it_is_sent(lambda: purge(coordinator, report.receipt, REASON))
    with pytest.raises(GoneError):
        services.request_for_flaw(coordinator, flaw, sent)
    assert not Recipe.objects.exists()


def test_a_purge_while_a_recipe_is_sealed(finder, report, monkeypatch):
    packed = services.bundles.packed

    def purging(given):
        purge(a_coordinator(), report.receipt, REASON)
        return packed(given)

    monkeypatch.setattr(services.bundles, "packed", purging)
    with pytest.raises(GoneError):
        asked(finder, report)
    assert not Recipe.objects.exists()


def test_what_is_asked_again_during_a_purge_is_refused(finder, report, monkeypatch):
    former = asked(finder, report)
    pretend(former)
    queue = services._queue

    def late(reader, recipe, needed):
        sealer = vault.sealer(recipe.envelope_id)
        purge(a_coordinator(), report.receipt, REASON)
        monkeypatch.setattr(vault, "sealer", lambda _: sealer)  # as another process remembers it
        return queue(reader, recipe, needed)

    monkeypatch.setattr(services, "_queue", late)
    with pytest.raises(GoneError):
        services.again(finder, former.reference)
    assert Validation.objects.count() == 1


def test_a_validation_whose_key_is_gone_ends(finder, report):
    validation = asked(finder, report)
    vault.destroy(validation.recipe.envelope_id)
    run_until_idle()
    validation.refresh_from_db()
    assert (validation.state, validation.meta) == (State.PURGED, None)
    assert Job.objects.get(pk=validation.job).state == JobState.DONE


@pytest.mark.parametrize("when", ["acting", "_note"])
def test_why_a_recipe_cannot_be_used_is_not_told_of_a_purged_report(finder, report, monkeypatch, when):
    files.attach(finder, report.receipt, "reproducer", [b"title = 1"], filename="recipe.toml")
    step = getattr(reports, when)

    def purging(*given):
        purge(a_coordinator(), report.receipt, REASON)
        return step(*given)

    monkeypatch.setattr(reports, when, purging)
    reports.consider.func(report.pk)
    assert not Recipe.objects.exists()


def test_a_check_finds_what_outlived_a_purge_and_destroys_it(finder, report):
    validation = asked(finder, report)
    pretend(validation)
    recipe = Recipe.objects.get()
    assert list(verdicts.left(repair=False)) == []
    Report.objects.filter(pk=report.pk).update(state="purged")
    assert [each.code for each in verdicts.left(repair=False)] == ["recipe_left"]
    (found,) = verdicts.left(repair=True)
    assert found.mended
    validation.refresh_from_db()
    assert validation.state == State.PURGED
    assert Envelope.objects.get(pk=recipe.envelope_id).wrapped is None
    assert not blobs.exists(recipe.blob)
    assert not Remedy.objects.exists()
    assert list(verdicts.left(repair=False)) == []


def test_a_digest_that_outlived_its_recipe_is_destroyed_by_the_check_that_tells_of_it(finder, report):
    pretend(asked(finder, report))
    remedy = Remedy.objects.get()
    purge(a_coordinator(), report.receipt, REASON)
    remedy.save(force_insert=True)
    (found,) = verdicts.left(repair=False)
    assert (found.code, "--repair" in found.remedy) == ("remedy_left", True)
    assert [each.mended for each in verdicts.left(repair=True)] == [True]
    assert not Remedy.objects.exists()
    assert jobs.note_ended() == 0
