"""The rules as laws: whom a rule lets in, by each of the ways that there are, and nobody else."""

import datetime as dt

import msgspec
import pytest
from django.apps import apps
from django.contrib.sessions.models import Session
from django.core.exceptions import FieldDoesNotExist
from django.db import IntegrityError, transaction
from django.db.models import Value
from django.utils import timezone

from clearinghouse.records.marking import Tlp
from clearinghouse.server.access.marking import UNMARKED, Label
from clearinghouse.server.access.models import BreakGlass, Grant, ObjectKind
from clearinghouse.server.access.reader import NOBODY, Reader
from clearinghouse.server.access.rules import RED, RULES, Rule, condition, visible
from clearinghouse.server.participants.models import Participant, Role
from clearinghouse.server.participants.scopes import Scope
from server_people import a_participant, a_person, reader_for

pytestmark = pytest.mark.django_db
LET_IN = Rule(kind=ObjectKind.REPORT)


@pytest.fixture
def person():
    return a_person()


@pytest.fixture
def thing():
    """Something that a rule speaks of; any row will do."""
    return a_participant()


def sees(reader, thing, rule, tlp=Label.AMBER):
    rows = Participant.objects.annotate(tlp=Value(int(tlp))).filter(pk=thing.pk)
    return rows.filter(condition(reader, rule)).exists()


def grant(thing, holder, **facts):
    known = {
        "kind": ObjectKind.REPORT,
        "object_id": thing.pk,
        "participant": holder.participant,
        "granted_by": holder,
        "reason": "a test",
    }
    return Grant.objects.create(**known | facts)


def in_an_hour(sign=1):
    return timezone.now() + dt.timedelta(hours=sign)


def test_the_default_is_no(person, thing):
    for reader in (NOBODY, reader_for(person), Reader(participant=1, administrator=True, steward=True)):
        assert not sees(reader, thing, Rule())
        assert not visible(reader, Session.objects.all()).exists()
    assert not visible(NOBODY, Participant.objects.all()).exists()


def test_owners_and_stewards(person):
    own = person.participant
    assert sees(reader_for(person), own, Rule(owner="pk"))
    assert not sees(reader_for(person), own, Rule(owner="pk", stewards=True))
    assert sees(msgspec.structs.replace(reader_for(person), steward=True), own, Rule(owner="pk", stewards=True))
    assert not sees(reader_for(a_person(steward=True)), own, Rule(owner="pk", stewards=True))


def test_roles_and_administrators(person, thing):
    coordinator = reader_for(a_person(a_participant(Role.COORDINATOR)))
    rule = Rule(roles=frozenset({Role.COORDINATOR}))
    assert sees(coordinator, thing, rule)
    assert not sees(reader_for(person), thing, rule)
    administrator = reader_for(a_person(administrator=True))
    assert not sees(administrator, thing, rule)
    assert sees(administrator, thing, Rule(administrators=True))


def test_a_grant_lets_its_participant_in_and_nobody_else(person, thing):
    grant(thing, person)
    service = Reader(participant=person.participant_id, service=1)
    for reader in (reader_for(person), reader_for(a_person(person.participant)), service):
        assert sees(reader, thing, LET_IN)
    assert not sees(reader_for(a_person()), thing, LET_IN)
    assert not sees(reader_for(person), a_participant(), LET_IN)
    assert not sees(reader_for(person), thing, Rule(kind=ObjectKind.VULNERABILITY))


@pytest.mark.parametrize(
    ("facts", "lets_in"),
    [
        ({"expires_at": in_an_hour()}, True),
        ({"expires_at": in_an_hour(-1)}, False),
        ({"revoked_at": in_an_hour(-1)}, False),
        ({"evidence": True}, True),
    ],
)
def test_grants_end(person, thing, facts, lets_in):
    grant(thing, person, **facts)
    assert sees(reader_for(person), thing, LET_IN) == lets_in


def test_evidence_has_to_be_granted(person, thing):
    rule = Rule(kind=ObjectKind.REPORT, evidence=True)
    grant(thing, person)
    assert not sees(reader_for(person), thing, rule)
    grant(thing, person, evidence=True)
    assert sees(reader_for(person), thing, rule)


def test_what_is_red_is_for_who_was_named(person, thing):
    rule = Rule(kind=ObjectKind.REPORT, tlp="tlp")
    colleague, service = a_person(person.participant), Reader(participant=person.participant_id, service=1)
    grant(thing, person)
    assert sees(reader_for(colleague), thing, rule, Label.AMBER_STRICT)
    for reader in (reader_for(person), reader_for(colleague), service):
        assert not sees(reader, thing, rule, Label.RED)
    grant(thing, person, person=person)
    assert sees(reader_for(person), thing, rule, Label.RED)
    for reader in (reader_for(colleague), service):
        assert not sees(reader, thing, rule, Label.RED)


def test_glass_needs_two_people_and_ends(thing):
    administrator, second = a_person(administrator=True), a_person(administrator=True)
    asked = {"kind": ObjectKind.REPORT, "requested_by": administrator, "reason": "a test", "hours": 1}
    agreed = {"object_id": thing.pk, "approved_at": timezone.now(), "ends_at": in_an_hour()}
    glass = BreakGlass.objects.create(**asked)
    reader = reader_for(administrator)
    assert not sees(reader, thing, LET_IN)
    BreakGlass.objects.filter(pk=glass.pk).update(**agreed, approved_by=second)
    assert sees(reader, thing, LET_IN)
    assert not sees(reader_for(second), thing, LET_IN)
    assert not sees(msgspec.structs.replace(reader, administrator=False), thing, LET_IN)
    BreakGlass.objects.update(ends_at=in_an_hour(-1))
    assert not sees(reader, thing, LET_IN)
    with pytest.raises(IntegrityError, match="two_people"), transaction.atomic():
        BreakGlass.objects.create(**asked, **agreed, approved_by=administrator)


def ways_of(rule):
    """A rule's ways in, each by itself."""
    while rule is not None:
        yield msgspec.structs.replace(rule, also=None)
        rule = rule.also


def test_glass_over_a_flaw_leads_to_no_files():
    """Neither to those that came with reports nor to recipes: they may be for named people only."""
    reader = Reader(participant=1, person=1, administrator=True)
    ways = [(label, way) for label, rule in RULES.items() for way in ways_of(rule) if way.evidence]
    assert {label for label, _ in ways} == {"intake.Attachment", "validations.Recipe"}
    for label, way in ways:
        asked = str(apps.get_model(label)._default_manager.filter(condition(reader, way)).query)
        assert ("access_breakglass" in asked) == (way.kind == ObjectKind.REPORT)


def test_a_flag_narrows_roles_only(person, thing):
    rule = Rule(owner="pk", roles=frozenset({Role.COORDINATOR}), shared="flag")
    coordinator = reader_for(a_person(a_participant(Role.COORDINATOR)))
    for flag in (True, False):
        rows = Participant.objects.annotate(flag=Value(flag)).filter(pk=person.participant_id)
        assert rows.filter(condition(coordinator, rule)).exists() == flag
        assert rows.filter(condition(reader_for(person), rule)).exists()


@pytest.mark.parametrize("label", sorted(RULES))
def test_every_rule_names_what_there_is(label):
    model = apps.get_model(label)
    ways = [RULES[label]]
    while ways[-1].also:
        ways.append(ways[-1].also)
    paths = [path for rule in ways for path in (rule.owner, rule.object, rule.tlp, rule.embargo, rule.shared)]
    for path in filter(None, paths):
        for part in path.split("__"):
            if part == "pk":
                continue
            try:
                field = model._meta.get_field(part)
            except FieldDoesNotExist:
                pytest.fail(f"{label} has no {path}")
            model = field.related_model or model
        model = apps.get_model(label)


def test_scopes_narrow_programs_and_not_people(person):
    assert reader_for(person).has_scope(Scope.REPORT_READ)
    service = Reader(participant=1, service=1, scopes=frozenset({Scope.REPORT_SUBMIT}))
    assert service.has_scope(Scope.REPORT_SUBMIT)
    assert not service.has_scope(Scope.REPORT_READ)
    assert not NOBODY.has_scope(Scope.REPORT_READ)


def test_labels_are_ordered_by_strictness():
    assert [Label.of(tlp) for tlp in Tlp] == sorted(Label)
    assert Label.RED == RED == max(Label)
    assert UNMARKED == Label.AMBER_STRICT
