"""What the tests of the API share: clients with keys, and everything that a home folder holds."""

import datetime as dt

import msgspec
import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.test import Client
from django.utils import timezone

from clearinghouse.server.evidence import vault
from clearinghouse.server.membership.keys import create_key
from clearinghouse.server.membership.values import POSSIBLE
from clearinghouse.server.participants.models import Participant
from clearinghouse.server.participants.scopes import Scope
from server_people import a_participant


@pytest.fixture
def client_for():
    """Make a client with a key of a participant, or of a new one with roles."""

    def make(*roles, participant=None, scopes=None):
        owner = participant or a_participant(*roles)
        wanted = scopes if scopes is not None else _possible(owner)
        end = timezone.now() + dt.timedelta(days=30)
        _, key = create_key(None, owner, "program", wanted, end)
        client = Client(headers={"Authorization": f"Bearer {key}"})
        client.participant, client.bearer = owner, {"Authorization": f"Bearer {key}"}
        return client

    return make


def _possible(participant: Participant) -> list[Scope]:
    return sorted(set().union(*(POSSIBLE[each.role] for each in participant.roles.all())))


@pytest.fixture
def closed(settings):
    """Close the vault."""

    def close():
        settings.CONFIGURATION = msgspec.structs.replace(settings.CONFIGURATION, key="", key_file="/nonexistent")
        vault.forget()

    yield close
    vault.forget()


@pytest.fixture
def stored():
    """How many rows there are in every table that intake writes, and which blobs."""

    def count():
        tables = ["intake_report", "intake_recentbody", "intake_usage", "intake_attachment", "evidence_envelope"]
        tables += ["jobs_job", "audit_entry", "vulnerabilities_daytally"]
        with connection.cursor() as cursor:
            counts = {}
            for table in tables:
                cursor.execute(f"SELECT COUNT(*) FROM {table}")
                counts[table] = cursor.fetchone()[0]
        folder = django_settings.CONFIGURATION.blobs
        counts["blobs"] = sorted(str(path) for path in folder.rglob("*") if path.is_file())
        return counts

    return count
