"""Who signed what, for whom: verdicts of others as pages and programs are told of them."""

import datetime as dt

import msgspec
import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clearinghouse.server.evidence import vault
from clearinghouse.server.membership.keys import create_key
from clearinghouse.server.participants.models import Participant, Person, Role
from clearinghouse.server.participants.scopes import Scope
from clearinghouse.server.validations import second
from clearinghouse.server.validations.models import SigningKey
from clearinghouse.server.validations.sealed import open_recipe
from clearinghouse.server.vulnerabilities.models import Vulnerability
from clearinghouse.trust.envelope import sign
from clearinghouse.trust.keys import load_private, make_key_pair
from clearinghouse.validation.attestation import statement_of
from clearinghouse.validation.verdict import Verdict
from invented_world import signed_in
from server_reports import a_coordinator, a_result, a_sender, send
from server_validations import a_result as a_verdict
from server_validations import a_second, asked, pretend, register

pytestmark = pytest.mark.django_db
SCOPES = [Scope.VALIDATION_READ, Scope.VULNERABILITY_READ, Scope.EVIDENCE_READ, Scope.REPORT_READ]


@pytest.fixture(autouse=True)
def _signs(_no_second_factor, settings, tmp_path):
    configuration = django_settings.CONFIGURATION
    make_key_pair(tmp_path / "verdicts.key")
    validation = msgspec.structs.replace(configuration.validation, signing_key=str(tmp_path / "verdicts.key"))
    settings.CONFIGURATION = msgspec.structs.replace(configuration, validation=validation)


@pytest.fixture
def finder():
    return a_sender()


@pytest.fixture
def report(finder):
    return send(finder, [a_result()])


@pytest.fixture
def validation(finder, report):
    found = asked(finder, report)
    pretend(found)
    return found


@pytest.fixture
def vendor(validation):
    return a_second(flaw=Vulnerability.objects.get().pk)


@pytest.fixture
def submit(tmp_path):
    """Give in a verdict of somebody, whose statement says more than ours do."""
    make_key_pair(tmp_path / "farm.key")

    def give(reader, validation, **said):
        if not SigningKey.objects.filter(participant=reader.participant).exists():
            register(reader, "validation farm", tmp_path / "farm.key")
        loaded = open_recipe(validation.recipe, vault.sealer(validation.recipe.envelope_id))
        made = statement_of(a_verdict(loaded, Verdict.REPRODUCED).result)
        statement = msgspec.structs.replace(made, predicate=made.predicate | said)
        envelope = sign(statement, [load_private(tmp_path / "farm.key")]).to_bytes()
        return second.submit(reader, validation.reference, [envelope])[0]

    return give


def program(reader):
    """A client with a key of a reader's participant."""
    owner = Participant.objects.get(pk=reader.participant)
    _, key = create_key(None, owner, "program", SCOPES, timezone.now() + dt.timedelta(days=30))
    return Client(headers={"Authorization": f"Bearer {key}"})


def browser(reader):
    return signed_in(Person.objects.get(pk=reader.person))


def test_who_else_validated_it_is_named_to_coordinators_and_to_themselves(finder, report, validation, vendor, submit):
    """For it tells who was let in; nor is the key named, which tells it too."""
    made = submit(vendor, validation)
    name, keyid = Participant.objects.get(pk=vendor.participant).name, made.key.keyid
    other = a_second(flaw=Vulnerability.objects.get().pk)
    addresses = {
        finder: [f"/reports/{report.receipt}"],
        other: [f"/vulnerabilities/{Vulnerability.objects.get().reference}"],
        vendor: [f"/vulnerabilities/{Vulnerability.objects.get().reference}"],
        a_coordinator(): [
            f"/reports/{report.receipt}",
            f"/vulnerabilities/{Vulnerability.objects.get().reference}",
        ],
    }
    for reader, places in addresses.items():
        told = reader == vendor or Role.COORDINATOR in reader.roles
        for place in places:
            (verdict,) = [
                each
                for each in program(reader).get(f"/v1{place}/validations").json()["verdicts"]
                if each["reference"] == made.reference
            ]
            assert (verdict["by"], verdict["keyid"]) == ((name, keyid) if told else ("another organisation", ""))
            text = browser(reader).get(f"{place}/").content.decode()
            whole = text.partition("Who validated it")[2].partition("</table>")[0]
            assert (name in whole, keyid[:16] in whole, "another organisation" in whole) == (told, told, not told)


def test_a_validators_own_words_are_bounded_and_a_tier_is_one_there_is(finder, report, validation, vendor, submit):
    submit(vendor, validation, why="it is\u202e so " + "e" * 100_000, isolation={"tier": "\u202eT9" + "x" * 50_000})
    text = browser(finder).get(f"/reports/{report.receipt}/").content.decode()
    verdicts = text.partition("Who validated it")[2].partition("</table>")[0]
    assert "\u202e" not in verdicts
    assert len(verdicts) < 5_000
    assert verdicts.count('data-label="Isolation">T1') == verdicts.count('data-label="Isolation">not known') == 1
    said = program(finder).get(f"/v1/reports/{report.receipt}/validations").json()["verdicts"]
    assert [len(each["why"]) <= 1_000 for each in said] == [True, True]


@pytest.mark.parametrize("whose", [program, browser])
def test_more_of_them_ask_the_database_no_more_often(finder, report, validation, whose):
    places = ["/validations", f"/reports/{report.receipt}"]
    addresses = (
        [f"{each}/" for each in places] if whose is browser else ["/v1/validations", f"/v1{places[1]}/validations"]
    )
    client, counts = whose(finder), []
    for number in (0, 1, 4):
        for more in range(number):
            pretend(asked(finder, report, title=f"Number {number} {more}"))
        counts.append([asks(client, each) for each in addresses])
    assert counts[1] == counts[2]


def asks(client, address):
    with CaptureQueriesContext(connection) as found:
        assert client.get(address).status_code == 200
    return len(found)
