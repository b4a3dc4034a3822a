"""What the tests of pages share."""

import pytest
from django.core.cache import cache

from clearinghouse.server.web import middleware
from clearinghouse.server.web.throttle import Throttle
from server_people import a_person


@pytest.fixture(autouse=True)
def nobody_has_asked_yet(monkeypatch):
    """Counts of requests and of attempts to sign in begin anew with each test."""
    cache.clear()
    monkeypatch.setattr(middleware, "_throttle", Throttle())


@pytest.fixture
def person(db):
    return a_person()


@pytest.fixture
def administrator(db):
    return a_person(administrator=True)


@pytest.fixture
def outbox(configured, tmp_path, settings):
    """The folder into which messages are written."""
    configured(home=tmp_path)
    settings.EMAIL_BACKEND = "clearinghouse.server.web.sign_in.outbox.OutboxBackend"
    return tmp_path / "outbox"
