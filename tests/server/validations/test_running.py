"""A validation from the request to the signed verdict, in a real sandbox."""

import hashlib
from datetime import timedelta

import msgspec
import pytest

from clearinghouse.server.audit.models import Entry
from clearinghouse.server.evidence import blobs
from clearinghouse.server.intake import evidence as files
from clearinghouse.server.intake.purging import purge
from clearinghouse.server.jobs.models import Job
from clearinghouse.server.jobs.models import State as JobState
from clearinghouse.server.jobs.services import run_until_idle
from clearinghouse.server.validations import evidence, jobs, queries, running, services
from clearinghouse.server.validations.agreement import Standing as Agreed
from clearinghouse.server.validations.checklist import Answer, Point
from clearinghouse.server.validations.models import Attestation, Recipe, State, Validation
from clearinghouse.server.validations.opinions import Belief
from clearinghouse.server.vulnerabilities.models import Vulnerability
from clearinghouse.validation.verdict import Verdict
from server_reports import a_coordinator, a_result, a_sender, send
from server_validations import a_recipe, asked, zipped

pytestmark = pytest.mark.django_db
PURPOSE = "to see what the runs wrote"


@pytest.fixture
def finder():
    return a_sender()


@pytest.fixture
def report(finder):
    return send(finder, [a_result()])


def test_a_recipe_is_run_and_its_verdict_is_signed(finder, report):
    validation = asked(finder, report)
    waiting = queries.validation(finder, validation.reference)
    assert (waiting.row.state, waiting.verdict) == (State.QUEUED, None)
    assert waiting.about.title == "Greeting tells the secret"
    run_until_idle()
    view = queries.validation(finder, validation.reference)
    assert (view.row.state, view.row.tier, view.read.standing) == (State.DONE, "T1", Belief.VERIFIED)
    assert view.verdict == Verdict.FIXED
    assert {each.name for each in view.made.evidence} >= {"affected-1.stdout", "fixed-1.stdout"}
    assert not any(each.given for each in view.made.evidence)
    entry = Entry.objects.get(act="validation.done")
    assert '"verdict":"fixed"' in entry.body
    pieces = evidence.pieces(finder, view.row, view.about, view.made)
    shown = next(each for each in pieces if each.name == "affected-1.stdout")
    handed = evidence.download(finder, validation.reference, shown.number, PURPOSE)
    assert b"".join(handed.chunks) == b"LEAKED\n"
    recipe = next(each for each in pieces if each.name == "recipe/recipe.toml")
    assert recipe.given
    signed = {each.name: each.digest.sha256 for each in view.read.statement.subject}
    assert {f"evidence:{each.name}" for each in pieces} <= set(signed)
    assert signed["evidence:recipe/recipe.toml"] == hashlib.sha256(a_recipe()["recipe.toml"]).hexdigest()
    handed = evidence.download(finder, validation.reference, recipe.number, PURPOSE)
    assert b"".join(handed.chunks) == a_recipe()["recipe.toml"]
    assert Entry.objects.filter(act="evidence.downloaded").count() == 2
    together = queries.of_flaw(a_coordinator(), Vulnerability.objects.get().pk)
    assert [each.row.pk for each in together.views] == [validation.pk]
    assert (together.agreed.standing, together.agreed.confirm) == (Agreed.ONE, 1)
    answers = {each.point: each.answer for each in together.items}
    assert answers[Point.REPRODUCER_RUNS] == answers[Point.BENIGN_CONTROL] == answers[Point.FIX_STOPS_IT] == Answer.YES
    assert answers[Point.NOT_FIXED_IN_NEWEST] == Answer.UNKNOWN


def test_nothing_of_it_stands_in_clear(finder, report):
    asked(finder, report, title="zzmarkerzz")
    run_until_idle()
    for model in (Recipe, Validation, Attestation, Job, Entry):
        for row in model.objects.all():
            for field in row._meta.concrete_fields:
                value = getattr(row, field.attname)
                text = bytes(value) if isinstance(value, memoryview | bytes) else str(value).encode()
                assert b"zzmarkerzz" not in text, (model, field)
                assert b"LEAKED" not in text, (model, field)


def test_a_recipe_comes_with_a_report_file_by_file(finder, report):
    given = a_recipe()
    for name in ("recipe.toml", "app-1.tar.gz"):
        files.attach(finder, report.receipt, "reproducer", [given[name]], filename=name)
        run_until_idle()
        together = queries.of_report(finder, report)
        assert together.views == []
        assert together.items[0].answer == Answer.NO
        assert "is not among the files" in together.items[0].why
    files.attach(finder, report.receipt, "other", [given["app-2.tar.gz"]], filename="app-2.tar.gz")
    run_until_idle()
    together = queries.of_report(finder, report)
    assert [(each.row.state, each.verdict) for each in together.views] == [(State.DONE, Verdict.FIXED)]
    assert together.items[0].answer == Answer.YES
    files.attach(finder, report.receipt, "other", [b"a note"], filename="note.txt")
    run_until_idle()
    assert Validation.objects.count() == 1


def test_a_recipe_comes_with_a_report_as_a_zip(finder, report):
    files.attach(finder, report.receipt, "reproducer", [zipped({"a.txt": b"nothing"})], filename="other.zip")
    files.attach(finder, report.receipt, "reproducer", [zipped(a_recipe(), "poc/")], filename="poc.zip")
    run_until_idle()
    together = queries.of_report(finder, report)
    assert [each.verdict for each in together.views] == [Verdict.FIXED]


def test_the_same_that_waits_is_queued_once_and_runs_again_when_asked(finder, report):
    first = asked(finder, report)
    assert asked(finder, report).pk == first.pk
    assert services.again(finder, first.reference) == (first, False)
    run_until_idle()
    second, new = services.again(finder, first.reference)
    assert new
    run_until_idle()
    assert queries.validation(finder, second.reference).verdict == Verdict.FIXED
    assert (Recipe.objects.count(), Attestation.objects.count()) == (1, 2)


def test_a_purge_destroys_what_hangs_on_it(finder, report):
    validation = asked(finder, report)
    run_until_idle()
    waits, _ = services.again(finder, validation.reference)
    names = [Recipe.objects.get().blob, Validation.objects.get(pk=validation.pk).blob]
    assert all(blobs.exists(name) for name in names)
    coordinator = a_coordinator()
    purge(coordinator, report.receipt, "it was sent to the wrong place")
    view = queries.validation(coordinator, validation.reference)
    assert (view.row.state, view.about, view.verdict, view.tampered) == (State.PURGED, None, None, False)
    assert view.read.standing == Belief.DESTROYED
    run_until_idle()
    assert not any(blobs.exists(name) for name in names)
    assert Validation.objects.get(pk=waits.pk).state == State.PURGED
    assert Attestation.objects.count() == 1


def test_a_runner_that_is_killed_costs_an_attempt_and_nothing_else(finder, report, monkeypatch):
    validation = asked(finder, report)
    session_run = running.run

    def killed(session, loaded, progress):
        session.provider.kill()
        return session_run(session, loaded, progress)

    monkeypatch.setattr(running, "run", killed)
    run_until_idle()
    job = Job.objects.get(pk=validation.job)
    assert (job.state, job.error_class) == (JobState.READY, "clearinghouse.sandbox.contract.RunnerLostError")
    assert queries.validation(finder, validation.reference).row.state == State.RUNNING
    monkeypatch.setattr(running, "run", session_run)
    Job.objects.filter(pk=job.pk).update(run_after=job.enqueued_at)
    run_until_idle()
    view = queries.validation(finder, validation.reference)
    assert (view.verdict, view.row.attempts) == (Verdict.FIXED, 2)
    assert Attestation.objects.count() == 1


def test_one_that_never_ends_is_told_as_failed(finder, report, monkeypatch):
    validation = asked(finder, report)
    monkeypatch.setattr(running, "run", lambda *_: 1 / 0)
    for _ in range(4):
        run_until_idle()
        Job.objects.filter(pk=validation.job, state=JobState.READY).update(run_after="2026-01-01T00:00:00Z")
    assert Job.objects.get(pk=validation.job).state == JobState.FAILED
    jobs.note_ended()
    view = queries.validation(finder, validation.reference)
    assert (view.row.state, view.verdict) == (State.FAILED, None)
    assert Entry.objects.filter(act="validation.failed").count() == 1


def test_what_needs_more_than_there_is_is_refused_and_says_why(finder, report, validating):
    for recipe in ({"title": "Use after free in the kernel"}, {"more": '[isolation]\ntier = "T2"'}):
        validation = asked(finder, report, **recipe)
        view = queries.validation(finder, validation.reference)
        assert (view.row.state, view.row.least, view.row.job) == (State.REFUSED, "T2", None)
        assert "T2" in view.made.refused
        assert view.made.because


def due(validation):
    """Let what was put off be done now."""
    Job.objects.filter(pk=validation.job, state=JobState.READY).update(run_after="2026-01-01T00:00:00Z")


def every_attempt(validation):
    """Make all attempts at a validation, when it has waited as long as it may."""
    asked_at = validation.requested_at - jobs.LONGEST_AWAY - timedelta(minutes=1)
    Validation.objects.filter(pk=validation.pk).update(requested_at=asked_at)
    for _ in range(4):
        due(validation)
        run_until_idle()
    return Job.objects.get(pk=validation.job)


@pytest.fixture
def kernel(finder, report, validating):
    """A validation that needs T2 where the runner is declared so: it is one of this very kernel, and not believed."""
    validating(tier="T2")
    return asked(finder, report, title="Use after free in the kernel")


def test_what_no_runner_here_may_run_is_refused_when_every_worker_had_its_chance(finder, kernel):
    for _ in range(6):  # more often than attempts are counted: who has a better runner may be busy
        due(kernel)
        run_until_idle()
    job = Job.objects.get(pk=kernel.job)
    assert (job.state, job.attempts) == (JobState.READY, 0)
    view = queries.validation(finder, kernel.reference)
    assert (view.row.state, view.progress) == (State.RUNNING, "it waits for a worker with a better runner")
    assert not Entry.objects.filter(act="validation.refused").exists()
    assert every_attempt(kernel).state == JobState.DONE
    view = queries.validation(finder, kernel.reference)
    assert (view.row.state, view.row.tier, view.progress, view.verdict) == (State.REFUSED, "", "", None)
    assert "needs isolation T2, and the runner here has T1" in view.made.refused
    assert view.made.because
    assert b"runner" not in bytes(view.row.meta)
    entry = Entry.objects.get(act="validation.refused")
    assert '"tier":"T2"' in entry.body
    assert not Attestation.objects.exists()
    assert not Entry.objects.filter(act="validation.failed").exists()


def test_what_was_refused_may_be_asked_for_again(finder, kernel):
    every_attempt(kernel)
    second, new = services.again(finder, kernel.reference)
    assert new
    assert second.state == State.QUEUED
    assert queries.validation(finder, second.reference).made.refused == ""
    assert every_attempt(second).state == JobState.DONE
    assert queries.validation(finder, second.reference).row.state == State.REFUSED


def test_a_worker_with_a_better_runner_may_take_it_to_the_last(finder, kernel, monkeypatch):
    for _ in range(5):
        due(kernel)
        run_until_idle()
    due(kernel)
    monkeypatch.setattr(running, "_require", lambda *_: None)  # as if this worker had such a runner
    session = running.Policy
    monkeypatch.setattr(running, "Policy", lambda runs, least: session(runs=runs))
    run_until_idle()
    view = queries.validation(finder, kernel.reference)
    assert (view.row.state, view.verdict, view.row.attempts) == (State.DONE, Verdict.FIXED, 1)


def test_what_was_run_once_is_not_told_as_refused(finder, kernel, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(running, "_require", lambda *_: None)
        patched.setattr(running, "run", lambda *_: 1 / 0)
        run_until_idle()
    assert every_attempt(kernel).state == JobState.FAILED
    assert queries.validation(finder, kernel.reference).row.state == State.FAILED


def test_one_that_is_purged_meanwhile_is_not_refused(finder, report, kernel):
    run_until_idle()
    purge(a_coordinator(), report.receipt, "it was sent to the wrong place")
    every_attempt(kernel)
    assert queries.validation(a_coordinator(), kernel.reference).row.state == State.PURGED
    assert not Entry.objects.filter(act="validation.refused").exists()


def test_progress_is_sealed_and_told(finder, report, monkeypatch):
    validation = asked(finder, report)
    session_run = running.run
    seen = []

    def looking(session, loaded, progress):
        monkeypatch.setattr("clearinghouse.server.validations.jobs.EVERY", 0.0)

        def tell(words):
            progress(words)
            seen.append(queries.validation(finder, validation.reference).progress)

        return session_run(session, loaded, tell)

    monkeypatch.setattr(running, "run", looking)
    run_until_idle()
    assert "affected: run 1 of 3" in seen
    view = queries.validation(finder, validation.reference)
    assert (view.progress, view.row.progress) == ("", None)


def test_a_cancelled_one_stops_where_it_is(finder, report, monkeypatch):
    validation = asked(finder, report)
    session_run = running.run

    def cancelling(session, loaded, progress):
        services.cancel(finder, validation.reference)
        monkeypatch.setattr("clearinghouse.server.jobs.lease.LOOK", 0.0)
        return session_run(session, loaded, progress)

    monkeypatch.setattr(running, "run", cancelling)
    run_until_idle()
    assert Job.objects.get(pk=validation.job).state == JobState.CANCELLED
    assert queries.validation(finder, validation.reference).row.state == State.CANCELLED
    waits, _ = services.again(finder, validation.reference)
    services.cancel(finder, waits.reference)
    assert run_until_idle() == 0
    assert queries.validation(finder, waits.reference).row.state == State.CANCELLED


def test_the_runner_kept_is_one_for_many(finder, report):
    for number in range(2):
        asked(finder, report, title=f"Number {number}")
    run_until_idle()
    assert len(running._kept) == 1
    assert msgspec.to_builtins(running._kept[0][0])["offline"] is True
