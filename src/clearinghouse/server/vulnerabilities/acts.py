"""What people say of vulnerabilities: these are two, these are one, these may see it. Each is recorded, with why."""

import datetime as dt

from django.db import transaction
from django.utils import timezone

from clearinghouse.formats.text import clean_line
from clearinghouse.records import Reason
from clearinghouse.server.access.marking import Label
from clearinghouse.server.access.models import Grant, ObjectKind
from clearinghouse.server.access.reader import Reader
from clearinghouse.server.access.rules import EMBARGOED, visible
from clearinghouse.server.audit.services import record
from clearinghouse.server.participants.models import Participant, Person, Role
from clearinghouse.server.vulnerabilities.errors import AskedWrongError, NotAllowedError, NotFoundError, StateError
from clearinghouse.server.vulnerabilities.linking import lock
from clearinghouse.server.vulnerabilities.models import Division, Link, LinkKind, Vulnerability
from clearinghouse.server.vulnerabilities.queries import find
from clearinghouse.server.vulnerabilities.settling import regroup
from clearinghouse.server.vulnerabilities.signals import judge
from clearinghouse.server.vulnerabilities.writing import REASONS

_LONGEST = 500


def divide(reader: Reader, link: int, note: str) -> tuple[Vulnerability, Vulnerability]:
    """Take back a link: its two findings are two flaws from now on. One vulnerability becomes exactly two.

    Returns:
        The vulnerabilities of the earlier and of the later finding.

    Raises:
        NotFoundError: there is no such link. NotAllowedError: they may not. AskedWrongError: there is no reason.
    """
    note = _may(reader, note)
    with transaction.atomic():
        lock()
        found = _link(reader, link, LinkKind.JOINS)
        root = found.later.vulnerability_id
        _divide(reader, found, note)
        found.delete()
        regroup([root], judge())
        one, other = _now(found.earlier_id), _now(found.later_id)
        record(reader, "vulnerability.divided", "vulnerability", one.reference, other=other.reference, reason=note)
    return one, other


def join(reader: Reader, link: int, note: str) -> Vulnerability:
    """Accept a suggestion: its two findings are one flaw.

    Raises:
        NotFoundError: there is no such suggestion. NotAllowedError: they may not. AskedWrongError: there is no reason.
        StateError: a person divided them, or they are one vulnerability by now.
    """
    note = _may(reader, note)
    with transaction.atomic():
        lock()
        found = _link(reader, link, LinkKind.SUGGESTION)
        _require_two(found)
        return _join(reader, found.later_id, found.earlier_id, note, found)


def join_by_hand(reader: Reader, reference: str, other: str, note: str) -> Vulnerability:
    """Join two vulnerabilities that nothing suggested to be one.

    Raises:
        NotFoundError: there is no such vulnerability. NotAllowedError: they may not. AskedWrongError: there is no
            reason, or it is one vulnerability already. StateError: a person divided them.
    """
    note = _may(reader, note)
    with transaction.atomic():
        lock()
        one, two = find(reader, reference), find(reader, other)
        if one.pk == two.pk:
            raise AskedWrongError("these are one vulnerability already", "name another one")
        return _join(reader, max(one.pk, two.pk), min(one.pk, two.pk), note)


def reject(reader: Reader, link: int, note: str) -> None:
    """Refuse a suggestion: its two findings are two flaws, and are not suggested again.

    Raises:
        NotFoundError: there is no such suggestion. NotAllowedError: they may not. AskedWrongError: there is no reason.
        StateError: they are one vulnerability by now.
    """
    note = _may(reader, note)
    with transaction.atomic():
        lock()
        found = _link(reader, link, LinkKind.SUGGESTION)
        _require_two(found)
        _divide(reader, found, note)
        earlier, later = _now(found.earlier_id), _now(found.later_id)
        found.delete()
        record(reader, "suggestion.rejected", "vulnerability", earlier.reference, other=later.reference, reason=note)


def withdraw(reader: Reader, division: int, note: str) -> tuple[Vulnerability, Vulnerability]:
    """Take back that a person told two findings apart; nothing is joined by that, and from now on they may be again.

    Returns:
        The vulnerabilities of both.

    Raises:
        NotFoundError: nobody told them apart. NotAllowedError: they may not. AskedWrongError: there is no reason.
    """
    note = _may(reader, note)
    with transaction.atomic():
        lock()
        found = Division.objects.filter(pk=division).first()
        if found is None:
            raise NotFoundError(
                "there is no such division", "open the vulnerability again; it may have been taken back"
            )
        one, other = _now(found.one_id), _now(found.other_id)
        if visible(reader, Vulnerability.objects.filter(pk__in=(one.pk, other.pk))).count() != 2:
            raise NotFoundError(
                "there is no such division", "open the vulnerability again; it may have been taken back"
            )
        found.delete()
        record(reader, "division.withdrawn", "vulnerability", one.reference, other=other.reference, reason=note)
    return one, other


def _join(reader: Reader, later: int, earlier: int, note: str, suggested: Link | None = None) -> Vulnerability:
    one, two = _now(earlier), _now(later)
    if _stay_apart(one, two):
        raise StateError(
            "a person told them apart", "take that back first; it stands with its reason on the page of each"
        )
    if suggested is not None:
        suggested.kind, suggested.person_id, suggested.note = LinkKind.JOINS, reader.person, note
        suggested.save(update_fields=["kind", "person", "note"])
    else:
        Link.objects.create(
            kind=LinkKind.JOINS,
            later_id=later,
            earlier_id=earlier,
            reason=REASONS[Reason.PERSON],
            score=1.0,
            person_id=reader.person,
            note=note,
        )
    regroup([one.pk, two.pk], judge())
    joined = _now(earlier)
    record(reader, "vulnerability.merged", "vulnerability", joined.reference, other=two.reference, reason=note)
    return joined


def _require_two(suggested: Link) -> None:
    """See that what is suggested to be one is two still."""
    if suggested.later.vulnerability_id == suggested.earlier.vulnerability_id:
        remedy = "open it again; one of its links can be taken back"
        raise StateError("these are one vulnerability by now, through other findings", remedy)


def _stay_apart(one: Vulnerability, two: Vulnerability) -> bool:
    pairs = Division.objects.filter(one__vulnerability__in=(one, two), other__vulnerability__in=(one, two))
    return (
        pairs.exclude(one__vulnerability=one, other__vulnerability=one)
        .exclude(one__vulnerability=two, other__vulnerability=two)
        .exists()
    )


def _divide(reader: Reader, link: Link, note: str) -> None:
    one, other = sorted((link.later_id, link.earlier_id))
    Division.objects.get_or_create(one_id=one, other_id=other, defaults={"person_id": reader.person, "note": note})


def _now(finding: int) -> Vulnerability:
    return Vulnerability.objects.get(members__pk=finding)


def _may(reader: Reader, note: str) -> str:
    """See that a coordinator's person says why."""
    if not reader.person or Role.COORDINATOR not in reader.roles:
        raise NotAllowedError("only a coordinator's people decide this", "ask the coordinator")
    text = clean_line(note, _LONGEST)
    if not text:
        raise AskedWrongError("there is no reason", "say why, in a sentence that somebody else understands later")
    return text


def _link(reader: Reader, link: int, kind: LinkKind) -> Link:
    found = Link.objects.select_related("later", "earlier").filter(pk=link, kind=kind).first()
    seen = visible(reader, Vulnerability.objects.all())
    if found is None or not seen.filter(pk=found.later.vulnerability_id).exists():
        raise NotFoundError("there is no such link", "open the vulnerability again; it may have changed")
    return found


def share(
    reader: Reader,
    reference: str,
    participant: str,
    note: str,
    *,
    person: str = "",
    evidence: bool = False,
    expires_at: dt.datetime | None = None,
) -> Grant:
    """Let a participant, or one person of it, see a vulnerability.

    Args:
        participant, person: their references. evidence: whether reproducers and other files too, of reports that
            speak of nothing else.

    Raises:
        NotFoundError: there is no such vulnerability, participant or person. NotAllowedError: they may not, or its
            marking forbids it. AskedWrongError: there is no reason, or the end has passed.
    """
    note = _may(reader, note)
    with transaction.atomic():
        vulnerability = find(reader, reference)
        whom = Participant.objects.filter(reference=participant, closed_at__isnull=True).first()
        who = Person.objects.filter(reference=person, participant=whom, is_active=True).first() if person else None
        if whom is None or (person and who is None):
            raise NotFoundError("there is no such participant or person", "choose one from the list of participants")
        _require_marking(vulnerability, whom, who)
        if expires_at is not None and expires_at <= timezone.now():
            raise AskedWrongError("the end has passed already", "name a later one, or none")
        grant = Grant.objects.create(
            kind=ObjectKind.VULNERABILITY,
            object_id=vulnerability.pk,
            participant=whom,
            person=who,
            evidence=evidence,
            granted_by_id=reader.person,
            reason=note,
            expires_at=expires_at,
        )
        facts = {"participant": whom.reference, "person": who.reference if who else "", "evidence": evidence}
        record(reader, "vulnerability.shared", "vulnerability", vulnerability.reference, reason=note, **facts)
    return grant


def _require_marking(vulnerability: Vulnerability, whom: Participant, who: Person | None) -> None:
    """See that the marking allows it: RED is for named people; under embargo only who mends and coordinates."""
    if vulnerability.tlp == Label.RED and who is None:
        raise NotAllowedError("it is marked TLP:RED, which is for named people only", "name the person")
    running = vulnerability.embargo_until is not None and vulnerability.embargo_until > timezone.now()
    if running and EMBARGOED.isdisjoint(whom.roles.values_list("role", flat=True)):
        raise NotAllowedError(
            "it is under embargo, and this participant is neither vendor, coordinator nor agency",
            "wait until the embargo ends",
        )


def revoke(reader: Reader, grant: int, note: str) -> None:
    """Let a participant or person see something no more.

    Raises:
        NotFoundError: there is no such grant. NotAllowedError: they may not. AskedWrongError: there is no reason.
    """
    note = _may(reader, note)
    with transaction.atomic():
        found = visible(reader, Grant.objects.select_related("participant")).filter(pk=grant, revoked_at=None).first()
        if found is None:
            raise NotFoundError("there is no such grant", "open the vulnerability again; it may have ended")
        Grant.objects.filter(pk=found.pk).update(revoked_at=timezone.now())
        facts = {"participant": found.participant.reference, "grant": found.pk}
        record(reader, "share.revoked", found.kind, found.object_id, reason=note, **facts)
