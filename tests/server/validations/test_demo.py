"""The demonstration's reproducers on a server: given in by finders, run in a real sandbox, run again by a vendor."""

import os
import shutil

import pytest

from boxed import needs_boxes
from clearinghouse.cli.demo import reproducers, serving, validating
from clearinghouse.cli.demo.world import populate, reader_of
from clearinghouse.server.intake import services as intake
from clearinghouse.server.jobs.services import run_until_idle
from clearinghouse.server.validations import queries, services
from clearinghouse.server.validations.agreement import Standing
from clearinghouse.server.vulnerabilities.models import Finding
from clearinghouse.validation.verdict import Verdict

pytestmark = pytest.mark.django_db
needs_boxes()


def given_in():
    """Every reproducer, for a report that was read and identified."""
    sent = []
    for each in reproducers.reproducers():
        made = reproducers.report(each)
        reader = reader_of(f"{each.finder}@example.org")
        sent.append((each, reader, intake.receive(reader, [made.content], intake.Sent(filename=made.path)).report))
    run_until_idle()
    for each, reader, report in sent:
        body = reproducers.zipped(reproducers.files(each))
        made, _ = services.request_for_report(reader, report.receipt, [body])
        yield validating.Given(each, made.reference)


def standing(given, folder):
    """What all verdicts about the flaw of one reproducer come to together, for the vendor."""
    reader = reader_of("maintainer@example.org")
    reference = next(each.reference for each in given if each.reproducer.folder == folder)
    report = queries.validation(reader, reference).row.recipe.report_id
    return queries.of_flaw(reader, Finding.objects.get(report=report).vulnerability_id).agreed.standing


def test_every_sort_of_verdict_is_shown_and_one_is_disputed():
    populate()
    given = list(given_in())
    serving.share()
    run_until_idle()
    shows = len(os.sched_getaffinity(0)) > 1
    told = [words for words, _ in validating.told(given)]
    assert dict(zip([each.reproducer.folder for each in given], told, strict=True)) == {
        "berth-search": Verdict.FIXED,
        "manifest-climb": Verdict.FIX_INCOMPLETE,
        "export-title": Verdict.REPRODUCED,
        "webhook-address": Verdict.NOT_REPRODUCED,
        "upload-numbers": Verdict.REPRODUCED if shows else Verdict.NOT_REPRODUCED,
        "export-escape": "refused",
        "chunk-length": Verdict.FIXED if shutil.which("cc", path="/usr/bin") else Verdict.INCONCLUSIVE,
    }
    berths, uploads = validating.second_opinions(given)
    assert berths.startswith("fixed")
    assert uploads.startswith("not_reproduced")
    assert uploads.endswith("they disagree") is shows
    assert standing(given, "berth-search") == Standing.QUORUM
    assert standing(given, "upload-numbers") == (Standing.DISAGREEMENT if shows else Standing.DENIED)
