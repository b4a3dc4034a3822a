"""Findings, and the vulnerabilities that they are: groups joined by links, each with a reason, each reversible.

A vulnerability has the number of its oldest finding. What a finding says stands only in sealed columns; keys and words
by which it is found are keyed hashes. Rows that come by the million are written by :mod:`.bulk`.
"""

import datetime as dt
import secrets

from django.db import models
from django.db.models import F, Q
from django.db.models.expressions import RawSQL
from django.utils import timezone

from clearinghouse.records.link import Reason
from clearinghouse.server.access.marking import Label
from clearinghouse.server.participants.choices import IntegerChoices
from clearinghouse.server.participants.models import Participant, Person
from clearinghouse.server.vulnerabilities.bands import BAND, Band
from clearinghouse.server.vulnerabilities.fields import RowNumber

CHUNK = 256
"""Most findings that are sealed together."""
NEVER = dt.date.max
"""Stands where a date is needed and there is none."""


class Condition(IntegerChoices):
    """What has become of a vulnerability, as far as its finders say."""

    OPEN = 0
    SET_ASIDE = 1
    """None of its findings is open: fixed, suppressed, withdrawn or held for a mistake by who reported it."""
    MERGED = 2
    """It is another one; kept so that its address leads there."""


_REFERENCE = 8


def new_reference() -> str:
    """Return a new random reference of a vulnerability."""
    return secrets.token_hex(_REFERENCE)


def new_references(count: int) -> list[str]:
    """Return many of them, for one question to the system."""
    found = secrets.token_hex(_REFERENCE * count)
    return [found[start : start + 2 * _REFERENCE] for start in range(0, len(found), 2 * _REFERENCE)]


class Vulnerability(models.Model):
    """Findings that are the same flaw.

    Attributes:
        id: that of its oldest finding. merged_into: where its findings are now, if it was merged.
        findings, finders: how many findings, and how many participants reported them.
        tier: place of its tier in the decision table, 0 the most urgent. due: its date. Both are those of a publicly
            exposed system where exposure is not known.
        rank: its place in the order of work, as bytes (:func:`clearinghouse.priority.ranking.rank_bytes`).
        named: it has a CVE identifier, so that its place hangs on what is known from outside.
        provisional: some link rests on a fact that is believed until somebody uses it for two flaws.
        tlp, embargo_until: the strictest and the latest of its findings'.
    """

    id = RowNumber(primary_key=True)
    reference = models.CharField(max_length=16, default=new_reference)
    condition = models.SmallIntegerField(choices=Condition.choices, default=Condition.OPEN)
    merged_into = models.BigIntegerField(null=True)
    findings = models.IntegerField(default=1)
    finders = models.IntegerField(default=1)
    first_seen = models.DateTimeField(default=timezone.now)
    last_seen = models.DateTimeField(default=timezone.now)
    tier = models.SmallIntegerField()
    due = models.DateField(null=True)
    rank = models.BinaryField(max_length=32)
    named = models.BooleanField(default=False)
    provisional = models.BooleanField(default=False)
    tlp = models.SmallIntegerField(choices=Label.choices)
    embargo_until = models.DateTimeField(null=True)

    class Meta:
        indexes = (
            models.Index(fields=("condition", "rank", "id"), name="vulnerability_order"),
            models.Index(fields=("condition", "due"), name="vulnerability_due"),
            models.Index(fields=("id",), condition=Q(named=True), name="vulnerability_named"),
        )
        # Unique within its band; elsewhere 64 random bits are (`clearinghouse check` counts them all).
        constraints = (models.UniqueConstraint(Band("id"), "reference", name="vulnerability_reference"),)

    def __str__(self) -> str:
        return self.reference


_OF_REFERENCE = f"""WITH RECURSIVE band(number) AS (SELECT 0 UNION ALL SELECT number + 1 FROM band
    WHERE number < (SELECT MAX(id) / {BAND} FROM vulnerabilities_vulnerability))
    SELECT v.id FROM band CROSS JOIN vulnerabilities_vulnerability v
    WHERE v.id / {BAND} = band.number AND v.reference = %s"""  # noqa: S608 - a number of ours


def id_of(reference: str) -> RawSQL:
    """Return the primary key of the vulnerability that has a reference, for ``pk__in``: part of whatever asks.

    Every band is asked, as its index wants it; a condition on the reference alone would read the whole table.
    """
    return RawSQL(_OF_REFERENCE, [reference])  # noqa: S611 - the reference is a parameter


class Chunk(models.Model):
    """Findings of a report as they were read, sealed together: numbers ``first`` to ``first + count - 1``.

    Attributes:
        base: the id of its first finding, once they are identified; its others follow without gaps.
    """

    report = models.ForeignKey("intake.Report", on_delete=models.CASCADE, related_name="chunks")
    first = models.IntegerField()
    count = models.IntegerField()
    base = models.BigIntegerField(null=True)
    sealed = models.BinaryField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("report", "first"), name="chunk_once"),
            models.UniqueConstraint(fields=("base",), name="chunk_base"),
        )


class Finding(models.Model):
    """One claim in a report.

    Attributes:
        number: its position among the findings of its report that could be read; ``(report, number)`` is what makes
            identifying it again harmless. vulnerability: the group that it is in.
        profile: sealed, what identity and lists need of it; None when the report was purged.
        state: the sender's, see :class:`clearinghouse.records.State`.
    """

    id = RowNumber(primary_key=True)
    report = models.ForeignKey("intake.Report", on_delete=models.PROTECT, related_name="+", db_index=False)
    number = models.IntegerField()
    vulnerability = models.ForeignKey(Vulnerability, on_delete=models.PROTECT, related_name="members")
    profile = models.BinaryField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("report", "number"), name="finding_once"),)


class LinkKind(IntegerChoices):
    """What a stored link is."""

    JOINS = 0
    """It holds two findings of one vulnerability together."""
    SPARE = 1
    """It would, if another link were not there already, or if what forbids it fell."""
    SUGGESTION = 2
    """A person should look whether it is so."""


_REASONS = tuple(Reason)


class Link(models.Model):
    """One statement that two findings are the same flaw.

    Attributes:
        reason: position in :class:`clearinghouse.records.link.Reason`. score: see there.
        explanation: sealed under the key of the later finding's report.
        fact: the sole fact that it rests on, as a key, or 0. person: who said so, if a person did. note: why, in
            their words, which hold nothing out of a report.
    """

    kind = models.SmallIntegerField(choices=LinkKind.choices)
    later = models.ForeignKey(Finding, on_delete=models.CASCADE, related_name="links_back")
    earlier = models.ForeignKey(Finding, on_delete=models.CASCADE, related_name="links_on")
    reason = models.SmallIntegerField()
    score = models.FloatField()
    explanation = models.BinaryField(null=True)
    note = models.CharField(max_length=500, blank=True, default="", db_default="")
    fact = models.BigIntegerField(default=0)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = (models.UniqueConstraint(fields=("later", "earlier", "kind", "fact"), name="link_once"),)
        indexes = (models.Index(fields=("fact",), condition=~Q(fact=0), name="link_fact"),)

    @property
    def why(self) -> Reason:
        """The reason by name."""
        return _REASONS[self.reason]


class Division(models.Model):
    """A person holds two findings for two flaws, whatever is said of them."""

    one = models.ForeignKey(Finding, on_delete=models.CASCADE, related_name="+")
    other = models.ForeignKey(Finding, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    note = models.CharField(max_length=500)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("one", "other"), name="division_once"),
            models.CheckConstraint(condition=Q(one__lt=F("other")), name="division_order"),
        )


class SharedFact(models.Model):
    """A sole fact that turned out to belong to several flaws, as a key."""

    key = RowNumber(primary_key=True)


class Finder(models.Model):
    """A participant reported a vulnerability."""

    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="+", db_index=False)
    vulnerability = models.ForeignKey(Vulnerability, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = (models.UniqueConstraint(fields=("participant", "vulnerability"), name="finder_once"),)


class DayTally(models.Model):
    """What came from one participant on one day (UTC): kept with every change, so that numbers need no counting."""

    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    reports = models.IntegerField(default=0)
    findings = models.IntegerField(default=0)
    vulnerabilities = models.IntegerField(default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("participant", "day"), name="day_tally_once"),)


class OrderTally(models.Model):
    """How many open vulnerabilities have one tier and one date; :data:`NEVER` stands for none."""

    tier = models.SmallIntegerField()
    due = models.DateField()
    count = models.IntegerField(default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("tier", "due"), name="order_tally_once"),)


class IdentityKey(models.Model):
    """A finding has a key by which identity finds candidates (keyed hashes; see :mod:`.candidates`).

    Attributes:
        settled: in which part of the table it stands, see :mod:`.keys`.
    """

    pk = models.CompositePrimaryKey("settled", "key", "finding")
    settled = models.BooleanField(default=True)
    key = models.BigIntegerField()
    finding = models.BigIntegerField()


class SearchWord(models.Model):
    """A word, as a keyed hash, stands in some findings of a chunk: those at these positions, a byte each.

    Attributes:
        band: of its base, see :mod:`.bands`.
    """

    pk = models.CompositePrimaryKey("band", "word", "base")
    band = models.IntegerField()
    word = models.BigIntegerField()
    base = models.BigIntegerField()
    positions = models.BinaryField(max_length=CHUNK)


class Ranked(models.Model):
    """One row: by what all vulnerabilities are ranked, and how far it is with what they are to be ranked by.

    Attributes:
        rules, signals: digests of the rules and of the signals by which every vulnerability is ranked.
        next_rules, next_signals: those that came since; the same as the first two where nothing did.
        upto: vulnerabilities to this id are ranked by what came. noted_at: when it was noted.
    """

    rules = models.CharField(max_length=64, default="")
    signals = models.CharField(max_length=64, default="")
    next_rules = models.CharField(max_length=64, default="")
    next_signals = models.CharField(max_length=64, default="")
    upto = models.BigIntegerField(default=0)
    noted_at = models.DateTimeField(default=timezone.now)


class Head(models.Model):
    """One row: the next finding's id. Who holds its lock identifies; nobody else does at that time."""

    next_finding = models.BigIntegerField(default=1)
