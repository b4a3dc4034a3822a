"""What one participant may have kept and run: recipes count as sent, and of what is refused only so much is kept."""

import pytest

from clearinghouse.server.evidence import blobs
from clearinghouse.server.intake.errors import QuotaError
from clearinghouse.server.intake.models import Usage
from clearinghouse.server.validations import services
from clearinghouse.server.validations.errors import WaitingError
from clearinghouse.server.validations.models import Recipe, State
from clearinghouse.server.vulnerabilities.models import Vulnerability
from server_reports import a_coordinator, a_result, a_sender, send
from server_validations import a_recipe, asked, zipped

pytestmark = pytest.mark.django_db
BETTER = '[isolation]\ntier = "T3"'


@pytest.fixture
def finder():
    return a_sender()


@pytest.fixture
def report(finder):
    return send(finder, [a_result()])


def sent_of(reader):
    return Usage.objects.get(participant=reader.participant).bytes


def test_what_is_kept_of_recipes_counts_as_sent(finder, report):
    before = sent_of(finder)
    asked(finder, report)
    size = Recipe.objects.get().size
    assert sent_of(finder) == before + size > before
    asked(finder, report)
    assert sent_of(finder) == before + size


def test_nothing_is_read_of_who_sent_as_much_as_they_may(finder, report, limited):
    limited(bytes_a_day=sent_of(finder))

    def never():
        pytest.fail("it was read")
        yield b""

    with pytest.raises(QuotaError):
        services.request_for_report(finder, report.receipt, never())
    coordinator = a_coordinator()
    services.request_for_flaw(coordinator, Vulnerability.objects.get().reference, [zipped(a_recipe())])
    limited(bytes_a_day=sent_of(coordinator))
    with pytest.raises(QuotaError):
        services.request_for_flaw(coordinator, Vulnerability.objects.get().reference, never())


def test_of_what_is_refused_only_so_much_is_kept(finder, report, validating):
    validating(waiting=3)
    for number in range(3):
        assert asked(finder, report, title=f"Number {number}", more=BETTER).state == State.REFUSED
    before = set(blobs.names())
    with pytest.raises(WaitingError) as refused:
        asked(finder, report, title="One more", more=BETTER)
    assert refused.value.seconds > 60
    assert Recipe.objects.count() == 3
    assert set(blobs.names()) == before


def test_of_what_waits_only_so_much_is_kept(finder, report, validating):
    validating(waiting=1)
    asked(finder, report)
    before = set(blobs.names())
    with pytest.raises(WaitingError):
        asked(finder, report, title="One more")
    assert set(blobs.names()) == before
    assert asked(a_coordinator(), report).state == State.QUEUED
