"""Who may see what: every rule of the installation, on one page.

A rule is compiled into the condition of a query (:func:`visible`), so that what a reader may not see is not fetched,
counted or paged over. The default is no: a model without a rule gives nothing.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, TypeVar

import msgspec
from django.apps import apps
from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from clearinghouse.server.access.models import BreakGlass, Grant, ObjectKind
from clearinghouse.server.access.reader import Reader
from clearinghouse.server.participants.models import Role

_Row = TypeVar("_Row", bound=Model)

RED = 5
"""How ``TLP:RED`` is stored, see :mod:`.marking`."""
EMBARGOED = frozenset({Role.VENDOR, Role.COORDINATOR, Role.AGENCY})
"""Who may be let in while an embargo runs: who mends it, and who coordinates."""


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """Who may see the rows of one model.

    Attributes:
        owner: path to the participant to whom a row belongs.
        roles: participants with one of these roles see every row.
        administrators: administrators of the installation see every row.
        stewards: of the owner's people only the stewards.
        kind, object: rows are seen by who was let in to an object of this kind; path to its primary key.
        through: what was let in to is followed by rows of this model: a vulnerability is the one in which the finding
            of its number is now, whatever it was joined with or divided from.
        tlp: path to a row's TLP; what is ``RED`` is seen only by who was let in in person.
        embargo: path to the end of a row's embargo; until then only who may know of it (:data:`EMBARGOED`) was let in.
        evidence: being let in counts only where it includes evidence. Breaking the glass over a report does include it;
            over what leads to rows by ``through`` it does not, for that may be other people's, and named people's.
        alone: being let in to a vulnerability leads to rows of those reports that speak of nothing else, as is known
            when all of one was read and identified: a file that came with a report of several flaws, or of one that
            could not be read, may be about any of them. Breaking the glass leads to none of them either.
        also: another way in.
        shared: path to a flag without which ``roles`` do not count.
    """

    owner: str = ""
    roles: frozenset[Role] = frozenset()
    administrators: bool = False
    stewards: bool = False
    kind: ObjectKind | None = None
    object: str = "pk"
    through: str = ""
    tlp: str = ""
    embargo: str = ""
    evidence: bool = False
    alone: bool = False
    shared: str = ""
    also: "Rule | None" = None


_COORDINATOR = frozenset({Role.COORDINATOR})


def _by_report_or_flaw(row: str, *, owner: str, evidence: bool = False) -> Rule:
    """What hangs on a report, or on one finding of it, is seen by who sees that, as far as its marking goes.

    Args:
        row: path to the row that names both, with what ends a path; empty where it is the row itself.
    """
    report = f"{row}report"
    tlp, embargo = f"{report}__tlp", f"{report}__embargo_until"
    let_in = Rule(
        kind=ObjectKind.VULNERABILITY,
        object=f"{row}finding__vulnerability",
        through="vulnerabilities.Finding",
        evidence=evidence,
        tlp=tlp,
        embargo=embargo,
        also=Rule(
            kind=ObjectKind.VULNERABILITY,
            object=report,
            through="vulnerabilities.Finding",
            alone=True,
            evidence=evidence,
            tlp=tlp,
            embargo=embargo,
        ),
    )
    return Rule(owner=owner, roles=_COORDINATOR, kind=ObjectKind.REPORT, object=report, evidence=evidence, also=let_in)


RULES: dict[str, Rule] = {
    # A report is its sender's, and the coordinator's work.
    "intake.Report": Rule(owner="submitter", roles=_COORDINATOR, kind=ObjectKind.REPORT),
    "intake.Violation": Rule(owner="report__submitter", roles=_COORDINATOR, kind=ObjectKind.REPORT, object="report"),
    # Reproducers and the like: being told of the flaw is not enough.
    "intake.Attachment": Rule(
        owner="report__submitter",
        roles=_COORDINATOR,
        kind=ObjectKind.REPORT,
        object="report",
        evidence=True,
        also=Rule(
            kind=ObjectKind.VULNERABILITY,
            object="report",
            through="vulnerabilities.Finding",
            alone=True,
            tlp="report__tlp",
            embargo="report__embargo_until",
            evidence=True,
        ),
    ),
    # A finding is seen by its sender among its report, and by who was let in to the vulnerability, as far as its
    # marking goes. A sender does not see what it was joined with.
    "vulnerabilities.Finding": Rule(
        owner="report__submitter",
        roles=_COORDINATOR,
        kind=ObjectKind.VULNERABILITY,
        object="vulnerability",
        through="vulnerabilities.Finding",
        tlp="report__tlp",
        embargo="report__embargo_until",
    ),
    "vulnerabilities.Vulnerability": Rule(
        roles=_COORDINATOR, kind=ObjectKind.VULNERABILITY, through="vulnerabilities.Finding"
    ),
    # A reproducer is a file like those that come with reports. What it showed is seen by who may see the finding.
    "validations.Recipe": _by_report_or_flaw("", owner="participant", evidence=True),
    "validations.Validation": _by_report_or_flaw("recipe__", owner="recipe__report__submitter"),
    "validations.Attestation": _by_report_or_flaw("recipe__", owner="recipe__report__submitter"),
    "validations.SigningKey": Rule(owner="participant", roles=_COORDINATOR, administrators=True),
    # What somebody has is theirs; a coordinator sees it where they agreed to it.
    "inventories.Inventory": Rule(owner="owner", roles=_COORDINATOR, shared="shared"),
    # Who takes part is known to who runs the installation, and to everyone of themselves.
    "participants.Participant": Rule(owner="pk", roles=_COORDINATOR, administrators=True),
    # A coordinator lets people in by name: what is TLP:RED is for named people only.
    "participants.Person": Rule(owner="participant", roles=_COORDINATOR, administrators=True),
    "participants.ServiceIdentity": Rule(owner="participant", administrators=True, stewards=True),
    "access.Grant": Rule(roles=_COORDINATOR),
    "access.BreakGlass": Rule(roles=_COORDINATOR, administrators=True),
    "jobs.Job": Rule(roles=_COORDINATOR, administrators=True),
    "jobs.Worker": Rule(roles=_COORDINATOR, administrators=True),
    "audit.Entry": Rule(roles=_COORDINATOR, administrators=True),
}
"""By the label of the model."""


def visible(reader: Reader, rows: QuerySet[_Row]) -> QuerySet[_Row]:
    """Return those of ``rows`` that ``reader`` may see."""
    rule = RULES.get(rows.model._meta.label)
    if rule is None or not reader.is_known:
        return rows.none()
    return rows.filter(condition(reader, rule))


def sees_all(reader: Reader, model: type[Model]) -> bool:
    """Whether a reader may see every row of a model, so that a list need not ask for each."""
    rule = RULES.get(model._meta.label)
    if rule is None or not reader.is_known:
        return False
    return (rule.administrators and reader.administrator) or (
        not rule.roles.isdisjoint(reader.roles) and not rule.shared
    )


@lru_cache(maxsize=512)
def condition(reader: Reader, rule: Rule) -> Q:
    """Return the condition under which a row of a rule's model may be seen by somebody.

    It holds no rows and no time, only how they are asked for: it is the same for the same reader, and what it finds is
    looked up each time. Building it takes longer than asking the database.
    """
    nothing = Q(pk__in=[])
    if rule.administrators and reader.administrator:
        return Q()
    found = nothing
    if not rule.roles.isdisjoint(reader.roles):
        if not rule.shared:
            return Q()
        found |= Q(**{rule.shared: True})
    if rule.owner and (reader.steward or not rule.stewards):
        found |= Q(**{rule.owner: reader.participant})
    if rule.kind is not None:
        found |= _let_in(reader, rule)
    if rule.also is not None:
        found |= condition(reader, rule.also)
    return found


def _let_in(reader: Reader, rule: Rule) -> Q:
    """By a grant to the participant or the person, or by breaking the glass."""
    now = Now()
    grants = Grant.objects.filter(
        Q(expires_at__isnull=True) | Q(expires_at__gt=now),
        kind=rule.kind,
        participant=reader.participant,
        revoked_at__isnull=True,
    )
    if rule.evidence:
        grants = grants.filter(evidence=True)
    found = _objects(rule, grants.filter(person__isnull=True))
    if rule.tlp:
        found &= Q(**{f"{rule.tlp}__lt": RED})
    if reader.person:
        found |= _objects(rule, grants.filter(person=reader.person))
    if rule.embargo and EMBARGOED.isdisjoint(reader.roles):
        found &= Q(**{f"{rule.embargo}__isnull": True}) | Q(**{f"{rule.embargo}__lte": now})
    if reader.administrator and reader.person and not (rule.alone or (rule.evidence and rule.through)):
        broken = BreakGlass.objects.filter(
            kind=rule.kind, requested_by=reader.person, approved_by__isnull=False, ends_at__gt=now
        )
        found |= _objects(rule, broken)
    return found


def _objects(rule: Rule, let_in: "QuerySet[Grant] | QuerySet[BreakGlass]") -> Q:
    """The condition that a row belongs to an object that is named by rows of ``let_in``."""
    objects: QuerySet[Model] | QuerySet[Grant] | QuerySet[BreakGlass] = let_in.values("object_id")
    if rule.through:
        followed = apps.get_model(rule.through)._default_manager.filter(pk__in=objects)
        objects = followed.values("vulnerability_id")
    if rule.alone:
        objects = _speaking_of_nothing_else(objects).values("report_id")
    return Q(**{f"{rule.object}__in": objects})


def _speaking_of_nothing_else(vulnerabilities: QuerySet[Any]) -> QuerySet[Any]:
    """The first finding of each report that was read whole and all of whose findings are in one of these."""
    return _of_whole_reports().filter(vulnerability__in=vulnerabilities)


def _of_whole_reports() -> QuerySet[Any]:
    """The first finding of each report that was read whole and all of whose findings are in one vulnerability."""
    findings = apps.get_model("vulnerabilities.Finding")._default_manager
    others = findings.filter(report=OuterRef("report")).exclude(vulnerability=OuterRef("vulnerability"))
    unread = apps.get_model("intake.Violation")._default_manager.filter(report=OuterRef("report"), error=True)
    whole = findings.filter(report__state="done", report__problems__lte=_TOLD)
    return whole.filter(~Exists(others), ~Exists(unread), number=0)


def alone_in(reports: Iterable[int]) -> QuerySet[Any]:
    """Return the first finding of each of some reports that was read whole and speaks of one vulnerability alone."""
    return _of_whole_reports().filter(report__in=reports)


def of_nothing_else(vulnerability: int) -> QuerySet[Any]:
    """Return the first finding of each report that was read whole and speaks of one vulnerability and nothing else."""
    rows = apps.get_model("vulnerabilities.Vulnerability")._default_manager.filter(pk=vulnerability)
    return _speaking_of_nothing_else(rows.values("pk"))


_TOLD = 10_000
"""Problems of a report of which each is kept; among more there may be some that cost a finding and are only counted."""
