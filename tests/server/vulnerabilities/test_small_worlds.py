"""Small worlds in which much is alike: identity in the database is identity in memory, and everything stays sound."""

from contextlib import contextmanager

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from clearinghouse.server.vulnerabilities import acts, keys, preparing, services, window
from clearinghouse.server.vulnerabilities.errors import StateError
from clearinghouse.server.vulnerabilities.models import Head, Link, LinkKind, Vulnerability
from server_reports import a_coordinator, a_sender, groups, identify, in_memory, links, sound
from server_worlds import worlds

pytestmark = pytest.mark.django_db
SMALL = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


@contextmanager
def undone():
    """Every example begins with an empty database."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def chunks(monkeypatch):
    """Chunks of any size, so many of them at a time, and keys that are moved after every second finding."""

    def of(size, batch):
        monkeypatch.setattr(keys, "PACE", 2)
        monkeypatch.setattr(preparing, "CHUNK", size)
        monkeypatch.setattr(services, "BATCH", batch)

    return of


def told(identifier):
    result = identifier.result()
    place = {profile.id: at for at, profile in enumerate(identifier.profiles, 1)}
    made = [[ordinal + 1 for ordinal in group] for group in result.groups]
    return made, {(place[link.from_id], place[link.to_id], link.reason.value) for link in result.links}


@SMALL
@given(world=worlds(), size=st.integers(1, 7), batch=st.integers(1, 3))
def test_a_world_makes_the_same_groups(chunks, world, size, batch):
    chunks(size, batch)
    with undone():
        Head.objects.all().delete()
        for report in world:
            identify(a_sender(), report)
            sound()
        identifier = in_memory(world)
        if identifier._linker.shared_facts:
            event("a fact fell")
        else:
            event("no fact fell")
            assert (groups(), links()) == told(identifier)


@SMALL
@given(world=worlds(), size=st.integers(1, 4), choose=st.data())
def test_whatever_people_do_it_stays_sound(chunks, monkeypatch, world, size, choose):
    chunks(size, 1)
    monkeypatch.setattr(window, "MOST_MEMBERS", choose.draw(st.sampled_from([2, 320])))
    with undone():
        Head.objects.all().delete()
        person = a_coordinator()
        for report in world:
            identify(a_sender(), report)
            act(person, choose)
            sound()


def act(person, choose):
    """One act that is possible now."""
    joins = list(Link.objects.filter(kind=LinkKind.JOINS).order_by("pk").values_list("pk", flat=True))
    suggested = list(Link.objects.filter(kind=LinkKind.SUGGESTION).order_by("pk").values_list("pk", flat=True))
    living = list(Vulnerability.objects.exclude(condition=2).order_by("pk").values_list("reference", flat=True))
    what = choose.draw(st.sampled_from(["divide", "join", "reject", "by hand", "nothing"]))
    event(what)
    try:
        if what == "divide" and joins:
            before = len(groups())
            acts.divide(person, choose.draw(st.sampled_from(joins)), "they are two")
            assert len(groups()) == before + 1
        elif what == "join" and suggested:
            before = len(groups())
            acts.join(person, choose.draw(st.sampled_from(suggested)), "they are one")
            assert len(groups()) == before - 1
        elif what == "reject" and suggested:
            before = groups()
            acts.reject(person, choose.draw(st.sampled_from(suggested)), "they are two")
            assert groups() == before
        elif what == "by hand" and len(living) > 1:
            before = len(groups())
            acts.join_by_hand(person, living[0], living[-1], "they are one")
            assert len(groups()) == before - 1
    except StateError:
        event("refused")


def test_the_statements_are_sound_for_an_empty_database():
    assert connection.vendor in {"sqlite", "postgresql"}
    sound()
