"""What validations come to, on pages and for programs: refusals, and flaws that one fix stops."""

import datetime as dt

import msgspec
import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.utils import timezone

import server_validations
from clearinghouse.server.jobs.services import run_until_idle
from clearinghouse.server.membership.keys import create_key
from clearinghouse.server.participants.models import Participant, Person, Role
from clearinghouse.server.participants.scopes import Scope
from clearinghouse.server.validations import running
from clearinghouse.server.validations.errors import TierError
from clearinghouse.server.validations.jobs import LONGEST_AWAY
from clearinghouse.server.validations.models import Attestation, Validation
from clearinghouse.server.vulnerabilities.models import Vulnerability
from clearinghouse.trust.keys import make_key_pair
from invented_world import signed_in
from server_reports import a_coordinator, a_result, a_sender, send
from server_validations import asked, pretend, register

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _signs(_no_second_factor, settings, tmp_path):
    configuration = django_settings.CONFIGURATION
    make_key_pair(tmp_path / "verdicts.key")
    validation = msgspec.structs.replace(configuration.validation, signing_key=str(tmp_path / "verdicts.key"))
    settings.CONFIGURATION = msgspec.structs.replace(configuration, validation=validation)


def program(reader, *more):
    """A client with a key of a reader's participant."""
    scopes = [Scope.VALIDATION_READ, Scope.VALIDATION_REQUEST, Scope.VULNERABILITY_READ, *more]
    owner = Participant.objects.get(pk=reader.participant)
    _, key = create_key(None, owner, "program", scopes, timezone.now() + dt.timedelta(days=30))
    return Client(headers={"Authorization": f"Bearer {key}"})


def test_one_that_no_runner_may_run_says_so(monkeypatch):
    def refuse(*_):
        raise TierError("this needs isolation T2, and the runner here has T1", "run a better one")

    monkeypatch.setattr(running, "session", refuse)
    finder = a_sender(Role.VENDOR)
    made = asked(finder, send(finder, [a_result()]))
    Validation.objects.update(requested_at=made.requested_at - LONGEST_AWAY)
    run_until_idle()
    client = signed_in(Person.objects.get(pk=finder.person))
    text = client.get(f"/validations/{made.reference}/").content.decode()
    assert "Not run: it needs better isolation" in text
    assert "the runner here has T1" in text
    assert "Run it again" in text
    said = program(finder).get(f"/v1/validations/{made.reference}").json()
    assert (said["state"], said["tier"], said["verdict"]) == ("refused", "", None)
    assert "the runner here has T1" in said["refused"]
    again = program(finder).post(f"/v1/validations/{made.reference}/again")
    assert (again.status_code, again.json()["state"]) == (202, "queued")


def test_a_second_verdict_that_is_none_is_a_problem(tmp_path):
    finder = a_sender(Role.VENDOR, steward=True)
    made = asked(finder, send(finder, [a_result()]))
    make_key_pair(tmp_path / "second.key")
    register(finder, "validation farm", tmp_path / "second.key")
    signatures = '"signatures": [{"sig": "AAAA"}]'
    for text in ("", f'{{"payload": "e30=", "payloadType": "x", {signatures}, "z": {"1" * 5000}}}', "1" * 5000):
        refused = program(finder).post(
            f"/v1/validations/{made.reference}/verdicts", text, content_type="application/vnd.dsse.envelope.v1+json"
        )
        assert (refused.status_code, refused["Content-Type"]) == (400, "application/problem+json"), refused.content


def test_evidence_that_is_cut_says_so(monkeypatch):
    whole = server_validations.a_result

    def cut(*arguments):
        validated = whole(*arguments)
        evidence = tuple(msgspec.structs.replace(each, cut=True) for each in validated.result.evidence)
        return validated._replace(result=msgspec.structs.replace(validated.result, evidence=evidence))

    monkeypatch.setattr(server_validations, "a_result", cut)
    finder = a_sender()
    made = asked(finder, send(finder, [a_result()]))
    pretend(made)
    text = signed_in(Person.objects.get(pk=finder.person)).get(f"/validations/{made.reference}/").content.decode()
    assert text.count("7, the first of more") == 1
    said = program(finder, Scope.EVIDENCE_READ).get(f"/v1/validations/{made.reference}").json()
    assert {each["name"]: each["cut"] for each in said["evidence"]}["affected-1.stdout"] is True
    assert [each["cut"] for each in said["evidence"] if each["given"]] == [False] * (len(said["evidence"]) - 1)


def test_flaws_that_one_fix_stops_are_shown_as_perhaps_one():
    for number in (1, 2):
        finder = a_sender()
        pretend(asked(finder, send(finder, [a_result(number)]), title=f"Number {number}"))
    coordinator = a_coordinator()
    one, two = Vulnerability.objects.order_by("pk")
    client = signed_in(Person.objects.get(pk=coordinator.person))
    text = client.get(f"/vulnerabilities/{one.reference}/").content.decode()
    assert "Perhaps the same as" in text
    assert "One release stops both, which says little" in text
    said = program(coordinator).get(f"/v1/vulnerabilities/{one.reference}/validations").json()
    (each,) = said["perhaps_the_same"]
    assert (each["other"], each["reason"], each["kind"], each["stopped"]) == (two.reference, "remedy", "release", 2)
    assert set(each["verdicts"]) == set(Attestation.objects.values_list("reference", flat=True))
    assert all(reference in text for reference in each["verdicts"])
    address = f"/vulnerabilities/{one.reference}/same-remedy/{two.reference}"
    for act in ("join", "reject"):
        assert f"{address}/{act}/" in text
    assert client.post(f"{address}/reject/", {"reason": "They can be fixed apart"}).status_code == 302
    after = client.get(f"/vulnerabilities/{one.reference}/").content.decode()
    assert "Told apart" in after
    assert "Perhaps the same as" not in after
    assert client.post(f"{address}/join/", {"reason": "They are one"}).status_code == 404
