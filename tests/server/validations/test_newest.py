"""The newest release: what the runs on it wrote is kept, and whatever goes wrong there, the verdict stands."""

import hashlib
import os
from pathlib import Path

import msgspec
import pytest

from boxed import needs_boxes
from clearinghouse.records import ClearinghouseError
from clearinghouse.sandbox import RunnerLostError
from clearinghouse.server.evidence import vault
from clearinghouse.server.jobs.errors import JobCancelledError
from clearinghouse.server.jobs.models import Job
from clearinghouse.server.jobs.services import run_until_idle
from clearinghouse.server.validations import evidence, queries, recording, running, services
from clearinghouse.server.validations.agreement import agreement
from clearinghouse.server.validations.checklist import Answer, Known, Point, checklist
from clearinghouse.server.validations.jobs import open_recipe
from clearinghouse.server.validations.running import Newest, Ran
from clearinghouse.validation.errors import NotToBeHadError
from clearinghouse.validation.recipe import load
from clearinghouse.validation.result import Evidence
from clearinghouse.validation.verdict import Verdict
from server_reports import a_result as a_finding
from server_reports import a_sender, send
from server_validations import a_result, asked, zipped

RECIPES = Path(__file__).resolve().parents[3] / "examples" / "recipes"
PURPOSE = "to see what the newest release did"
AWAY = NotToBeHadError("pypi.example does not answer", "try it later")
LOST = RunnerLostError("the runner is gone", "start another one")
ODD = ClearinghouseError("there is no such package", "look at its name")


class Pretended:
    """A session and its registry: answers that were prepared, or errors."""

    def __init__(self, versions, *results):
        self.registry = self
        self._versions = versions
        self._results = list(results)
        self.validated = []

    def versions(self, purl):
        if isinstance(self._versions, Exception):
            raise self._versions
        return self._versions

    def validate(self, loaded, progress):
        progress("affected: run 1 of 3")
        self.validated.append(loaded.recipe)
        result = self._results.pop(0)
        if isinstance(result, Exception):
            raise result
        return a_result(loaded, result)


@pytest.fixture(scope="module")
def loaded():
    return load(RECIPES / "jinja2-sandbox-attr")


@pytest.mark.parametrize(
    ("versions", "then", "version", "again"),
    [
        (AWAY, (), "", True),
        (ODD, (), "", False),
        (["3.1.5", "99"], (AWAY,), "99", True),
        (["3.1.5", "99"], (LOST,), "99", True),
        (["3.1.5", "99"], (ODD,), "99", False),
        ([], (), "", False),
        (["3.1.5"], (), "3.1.5", False),
    ],
)
def test_whatever_goes_wrong_there_the_verdict_stands(loaded, versions, then, version, again):
    ran = running.run(Pretended(versions, Verdict.FIXED, *then), loaded, lambda _: None)
    assert ran.validated.result.verdict == Verdict.FIXED
    assert (ran.newest.tested, ran.newest.version, ran.newest.verdict) == ("3.1.5", version, None)
    assert (ran.newest.again, bool(ran.newest.why)) == (again, True)
    assert (ran.written, ran.blobs) == ((), {})
    known = Known(
        verdict=Verdict.FIXED,
        newest={name: str(value) for name, value in running.said_of(ran.newest)["newest"].items()},
    )
    item = next(each for each in checklist(known, agreement([], 2)) if each.point == Point.NOT_FIXED_IN_NEWEST)
    assert ("again" in item.why) == again


def test_the_same_is_run_on_it_without_the_fix(loaded):
    session = Pretended(["3.1.5", "99"], Verdict.FIXED, Verdict.NOT_REPRODUCED)
    words = []
    ran = running.run(session, loaded, words.append)
    assert (ran.newest.verdict, ran.newest.version) == (Verdict.NOT_REPRODUCED, "99")
    assert words == ["affected: run 1 of 3", "newest: 99", "newest: affected: run 1 of 3"]
    assert [(each.affected.purl, bool(each.fixed)) for each in session.validated] == [
        ("pkg:pypi/jinja2@3.1.5", True),
        ("pkg:pypi/jinja2@99", False),
    ]
    assert [each.name for each in ran.written] == ["newest-affected-1.stdout"]


def test_a_file_of_the_recipe_hides_nothing_that_a_run_on_it_wrote(loaded):
    taken = msgspec.structs.replace(loaded, files={**loaded.files, "affected-1.stdout": b"a lie"})
    ran = running.run(Pretended(["99"], Verdict.FIXED, Verdict.FIXED), taken, lambda _: None)
    assert [each.name for each in ran.written] == ["newest-affected-1.stdout"]


def test_where_it_was_not_shown_the_newest_is_not_asked_for(loaded):
    ran = running.run(Pretended(AWAY, Verdict.NOT_REPRODUCED), loaded, lambda _: None)
    assert ran.newest is None


def test_who_cancels_meanwhile_is_heard(loaded):
    def told(words):
        if words.startswith("newest: affected"):
            raise JobCancelledError

    with pytest.raises(JobCancelledError):
        running.run(Pretended(["99"], Verdict.FIXED, Verdict.FIXED), loaded, told)


def test_without_a_control_that_it_is_not_shown_says_little():
    newest = {"tested": "1", "version": "2", "verdict": "not_reproduced", "why": "none of 3 runs shows it"}
    for control, answer in ((True, Answer.NO), (False, Answer.UNKNOWN)):
        known = Known(verdict=Verdict.FIXED, control=control, newest=newest)
        item = next(each for each in checklist(known, agreement([], 2)) if each.point == Point.NOT_FIXED_IN_NEWEST)
        assert item.answer == answer


@pytest.mark.django_db
def test_what_its_runs_wrote_is_kept_signed_and_handed_out():
    finder = a_sender()
    validation = asked(finder, send(finder, [a_finding()]))
    wrote = b"of the newest release\n"
    digest = hashlib.sha256(wrote).hexdigest()
    newest = Newest(
        tested="1", version="2", verdict=Verdict.NOT_REPRODUCED, why="none shows it", artefacts={"a-2": "2" * 64}
    )
    sealer = vault.sealer(validation.recipe.envelope_id)
    written = (Evidence("newest-affected-1.stdout", digest, len(wrote), cut=True),)
    ran = Ran(a_result(open_recipe(validation.recipe, sealer)), newest, written, {digest: wrote})
    assert recording.keep(validation, ran, sealer, lambda: None) is not None
    view = queries.validation(finder, validation.reference)
    pieces = evidence.pieces(finder, view.row, view.about, view.made)
    names = [each.name for each in pieces]
    assert names[-2:] == ["affected-1.stdout", "newest-affected-1.stdout"]
    assert [each.cut for each in pieces[-2:]] == [False, True]
    handed = evidence.download(finder, validation.reference, pieces[-1].number, PURPOSE)
    assert (handed.filename, b"".join(handed.chunks)) == ("newest-affected-1.stdout", wrote)
    subjects = {each.name: each.digest.sha256 for each in view.read.statement.subject}
    assert subjects["evidence:newest-affected-1.stdout"] == digest
    assert subjects["artefact:newest/a-2"] == "2" * 64


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["jinja2-sandbox-attr", "minimist-constructor"])
def test_for_real(name, validating, monkeypatch):
    """From the registry, in a sandbox: neither flaw is in the newest release any more."""
    needs_boxes()
    validating(offline=False, runs=1)
    finder = a_sender()
    report = send(finder, [a_finding()])
    files = load(RECIPES / name).files
    validation, _ = services.request_for_report(finder, report.receipt, [zipped(files)])
    run_until_idle()
    job = Job.objects.get(pk=validation.job)
    if job.error_class.endswith("NotToBeHadError") and os.environ.get("CI") != "true":
        pytest.skip(f"A registry cannot be reached, so {name} was not run")
    view = queries.validation(finder, validation.reference)
    assert view.verdict == Verdict.FIXED, job.error_class
    newest = msgspec.convert(view.read.statement.predicate["newest"], Newest)
    if newest.again and os.environ.get("CI") != "true":
        pytest.skip(f"A registry cannot be reached: {newest.why}")
    assert newest.verdict == Verdict.NOT_REPRODUCED, newest
    assert newest.version != newest.tested
    items = {each.point: each for each in queries.of_report(finder, report).items}
    assert items[Point.NOT_FIXED_IN_NEWEST].answer == Answer.NO
    pieces = evidence.pieces(finder, view.row, view.about, view.made)
    signed = {each.name: each.digest.sha256 for each in view.read.statement.subject}
    runs = [each for each in pieces if each.name.startswith("newest-affected-1")]
    assert len(runs) == 2
    for each in runs:
        handed = evidence.download(finder, validation.reference, each.number, PURPOSE)
        assert hashlib.sha256(b"".join(handed.chunks)).hexdigest() == signed[f"evidence:{each.name}"]
