"""What people do with vulnerabilities: who may, what follows, what is recorded, and that it stays."""

import datetime as dt

import msgspec
import pytest
from django.utils import timezone

from clearinghouse.records import Location
from clearinghouse.server.access.marking import Label
from clearinghouse.server.access.models import Grant
from clearinghouse.server.audit.models import Entry
from clearinghouse.server.participants.models import Participant, Person, Role
from clearinghouse.server.participants.scopes import Scope
from clearinghouse.server.vulnerabilities import acts, queries
from clearinghouse.server.vulnerabilities.detail import detail
from clearinghouse.server.vulnerabilities.errors import AskedWrongError, NotAllowedError, NotFoundError, StateError
from clearinghouse.server.vulnerabilities.models import Link, LinkKind, Vulnerability
from server_people import a_participant, a_person, reader_for
from server_reports import a_coordinator, a_finding, a_sender, groups, identify, sound

pytestmark = pytest.mark.django_db
WHY = "they are different functions"
SIMILAR = "A long name in the archive overflows the buffer of the parser when it is unpacked by the service"


def place(finder, index=0, path="src/a.c", **changes):
    where = Location(path=path, line=7, symbol="parse", snippet="copy(buffer, name, length);")
    known = {"rule": "overflow", "finder": finder, "source": f"{finder} {index}", "locations": (where,)}
    return a_finding(index, **known | changes)


@pytest.fixture
def person():
    return a_coordinator()


@pytest.fixture
def joined():
    """Three finders of one place, and one of another."""
    for finder in ("Lab A", "Lab B", "Lab C"):
        identify(a_sender(), [place(finder)])
    identify(a_sender(), [place("Lab A", path="src/other.c")])
    assert groups() == [[1, 2, 3], [4]]


@pytest.fixture
def suggested():
    """Two findings of two finders whose words are alike but not the same."""
    common = {"components": a_finding().components, "locations": (), "weaknesses": ("CWE-787",)}
    identify(a_sender(), [a_finding(finder="Lab A", description=SIMILAR, title="Overflow", **common)])
    other = SIMILAR.replace("the service", "a service")
    identify(a_sender(), [a_finding(finder="Lab B", source="two", description=other, title="Overflow", **common)])
    assert groups() == [[1], [2]]
    return Link.objects.get(kind=LinkKind.SUGGESTION)


def reference(number):
    return Vulnerability.objects.get(pk=number).reference


def last_act():
    return Entry.objects.order_by("seq").last()


def test_a_link_is_taken_back_and_stays_taken_back(person, joined):
    link = Link.objects.get(later=3)
    earlier, later = acts.divide(person, link.pk, WHY)
    assert sorted(map(len, groups())) == [1, 1, 2]
    sound()
    assert last_act().act == "vulnerability.divided"
    assert WHY in last_act().body
    assert earlier.pk != later.pk
    for finder in ("Lab D", "Lab E"):
        identify(a_sender(), [place(finder)])
        sound()
    apart = {number: group[0] for group in groups() for number in group}
    assert apart[3] != apart[link.earlier_id]
    with pytest.raises(StateError):
        acts.join_by_hand(person, reference(apart[3]), reference(apart[link.earlier_id]), WHY)
    with pytest.raises(NotFoundError):
        acts.divide(person, link.pk, WHY)


def test_what_is_divided_joins_nothing_else(person):
    """The halves were told apart from others for each other's sake; nothing is searched anew."""
    identify(a_sender(), [place("Lab A", identifiers=("CVE-2026-1001",))])
    identify(a_sender(), [place("Lab B")])
    identify(a_sender(), [place("Lab C", identifiers=("CVE-2026-1002",))])
    before = len(groups())
    link = Link.objects.filter(kind=LinkKind.JOINS).first()
    acts.divide(person, link.pk, WHY)
    assert len(groups()) == before + 1
    sound()


def test_a_suggestion_is_accepted(person, suggested):
    found = acts.join(person, suggested.pk, WHY)
    assert groups() == [[1, 2]]
    assert (found.pk, found.findings, found.finders) == (1, 2, 2)
    sound()
    assert last_act().act == "vulnerability.merged"
    shown = detail(person, found.reference)
    assert shown.links[0].by == person_name(person)
    acts.divide(person, shown.links[0].id, WHY)
    assert groups() == [[1], [2]]
    sound()


def person_name(reader):
    return Person.objects.get(pk=reader.person).name


def test_a_suggestion_is_refused_and_not_made_again(person, suggested):
    assert len(detail(person, reference(2)).suggestions) == 1
    acts.reject(person, suggested.pk, WHY)
    assert groups() == [[1], [2]]
    assert last_act().act == "suggestion.rejected"
    assert detail(person, reference(2)).suggestions == []
    identify(
        a_sender(),
        [
            a_finding(
                finder="Lab A",
                source="three",
                description=SIMILAR,
                title="Overflow",
                weaknesses=("CWE-787",),
                locations=(),
            )
        ],
    )
    sound()
    assert detail(person, reference(1)).suggestions == []
    with pytest.raises(StateError):
        acts.join_by_hand(person, reference(1), reference(2), WHY)


def test_what_is_one_by_now_is_neither_joined_nor_refused(person, suggested):
    acts.join_by_hand(person, reference(1), reference(2), WHY)
    for act in (acts.join, acts.reject):
        with pytest.raises(StateError):
            act(person, suggested.pk, WHY)
    sound()


def test_two_are_joined_by_hand(person, joined):
    gone = reference(4)
    acts.join_by_hand(person, gone, reference(1), WHY)
    assert groups() == [[1, 2, 3, 4]]
    assert queries.find(person, gone).pk == 1
    sound()
    with pytest.raises(AskedWrongError):
        acts.join_by_hand(person, gone, reference(1), WHY)


def test_being_told_apart_can_be_taken_back(person, suggested):
    acts.reject(person, suggested.pk, WHY)
    (apart,) = detail(person, reference(2)).apart
    assert (apart.other.reference, apart.by, apart.note) == (reference(1), person_name(person), WHY)
    assert [each.id for each in detail(person, reference(1)).apart] == [apart.id]
    acts.withdraw(person, apart.id, "on second thoughts")
    assert last_act().act == "division.withdrawn"
    assert groups() == [[1], [2]]
    assert detail(person, reference(1)).apart == []
    with pytest.raises(NotFoundError):
        acts.withdraw(person, apart.id, WHY)
    acts.join_by_hand(person, reference(1), reference(2), WHY)
    assert groups() == [[1, 2]]
    sound()


def test_who_was_let_in_is_not_told_what_persons_told_apart(person, suggested, vendor):
    acts.reject(person, suggested.pk, WHY)
    for number in (1, 2):
        let_in(person, number, vendor)
    assert detail(vendor, reference(1)).apart == []


def all_acts(reader, joined_link, suggestion):
    whom = a_participant(Role.VENDOR)
    return [
        lambda: acts.divide(reader, joined_link, WHY),
        lambda: acts.join(reader, suggestion, WHY),
        lambda: acts.reject(reader, suggestion, WHY),
        lambda: acts.withdraw(reader, 1, WHY),
        lambda: acts.join_by_hand(reader, reference(1), reference(2), WHY),
        lambda: acts.share(reader, reference(1), whom.reference, WHY),
        lambda: acts.revoke(reader, 1, WHY),
    ]


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.COORDINATOR])
def test_nobody_else_may(suggested, role):
    for act in all_acts(a_sender(role, steward=True, administrator=True), 1, suggested.pk):
        with pytest.raises(NotAllowedError):
            act()
    assert groups() == [[1], [2]]


def test_no_program_may_and_nobody_without_a_reason(person, suggested):
    program = msgspec.structs.replace(person, person=None, service=1, scopes=frozenset(Scope))
    for act in all_acts(program, 1, suggested.pk):
        with pytest.raises(NotAllowedError):
            act()
    with pytest.raises(AskedWrongError):
        acts.join(person, suggested.pk, " \x00\n")
    assert not Entry.objects.filter(act__startswith="vulnerability.").exists()


@pytest.fixture
def vendor():
    return a_sender(Role.VENDOR)


def let_in(by, number, reader, **more):
    whom = Participant.objects.get(pk=reader.participant)
    return acts.share(by, reference(number), whom.reference, "it is theirs", **more)


def sees(reader):
    return sorted(
        Vulnerability.objects.get(reference=row.reference).pk for row in queries.queue(reader, queries.Filters()).rows
    )


def test_who_is_let_in_sees_it_until_they_are_not(person, joined, vendor):
    assert sees(vendor) == []
    grant = let_in(person, 1, vendor)
    assert last_act().act == "vulnerability.shared"
    assert sees(vendor) == [1]
    assert [each.pk for each in detail(person, reference(1)).grants] == [grant.pk]
    assert detail(vendor, reference(1)).grants == []
    acts.revoke(person, grant.pk, "it was a mistake")
    assert last_act().act == "share.revoked"
    assert sees(vendor) == []
    with pytest.raises(NotFoundError):
        queries.find(vendor, reference(1))
    with pytest.raises(NotFoundError):
        acts.revoke(person, grant.pk, "again")


def test_being_let_in_follows_what_it_was_about(person, joined, vendor):
    """Merged into an older one it is seen there, and divided again the other half is not."""
    let_in(person, 4, vendor)
    shared = reference(4)
    acts.join_by_hand(person, reference(4), reference(1), WHY)
    assert sees(vendor) == [1]
    assert queries.find(vendor, shared).pk == 1
    link = Link.objects.get(later=4, kind=LinkKind.JOINS)
    assert [each.participant_id for each in detail(person, shared).grants] == [vendor.participant]
    acts.divide(person, link.pk, WHY)
    assert sees(vendor) == [4]
    with pytest.raises(NotFoundError):
        queries.find(vendor, reference(1))


def test_a_share_ends(person, joined, vendor):
    with pytest.raises(AskedWrongError):
        let_in(person, 1, vendor, expires_at=timezone.now() - dt.timedelta(seconds=1))
    let_in(person, 1, vendor, expires_at=timezone.now() + dt.timedelta(days=1))
    assert sees(vendor) == [1]
    Grant.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    assert sees(vendor) == []


def test_what_is_red_is_for_named_people(person):
    identify(a_sender(), [place("Lab A")], tlp=Label.RED)
    named = a_person(a_participant(Role.VENDOR))
    colleague = reader_for(a_person(named.participant))
    with pytest.raises(NotAllowedError):
        let_in(person, 1, reader_for(named))
    with pytest.raises(NotFoundError):
        let_in(person, 1, reader_for(named), person=a_person().reference)
    let_in(person, 1, reader_for(named), person=named.reference)
    assert sees(reader_for(named)) == [1]
    assert sees(colleague) == []
    program = msgspec.structs.replace(colleague, person=None, service=1, scopes=frozenset(Scope))
    assert sees(program) == []


def test_under_embargo_only_who_mends_and_coordinates_is_let_in(person, vendor):
    identify(a_sender(), [place("Lab A")], embargo_until=timezone.now() + dt.timedelta(days=1))
    deployer = a_sender(Role.DEPLOYER)
    with pytest.raises(NotAllowedError):
        let_in(person, 1, deployer)
    let_in(person, 1, vendor)
    assert sees(vendor) == [1]


def test_an_embargo_holds_on_each_finding(person):
    """What comes later under an embargo is not seen by who was let in before."""
    deployer = a_sender(Role.DEPLOYER)
    identify(a_sender(), [place("Lab A")])
    let_in(person, 1, deployer)
    identify(a_sender(), [place("Lab B", description="MARKER")], embargo_until=timezone.now() + dt.timedelta(days=1))
    assert groups() == [[1, 2]]
    row = queries.queue(deployer, queries.Filters()).rows[0]
    assert (row.findings, row.finders, row.embargo_until) == (1, 1, None)
    assert [member.id for member in detail(deployer, row.reference).members] == [1]


def test_the_same_of_what_is_hidden_and_what_is_not_there(person, joined, vendor, django_assert_num_queries):
    for asked in (reference(1), "0" * 16):
        with django_assert_num_queries(1), pytest.raises(NotFoundError) as told:
            queries.find(vendor, asked)
        assert "vulnerability" in told.value.what
