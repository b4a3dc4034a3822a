"""Writing what identifying a batch changed: findings, vulnerabilities, their finders, links and tallies."""

import datetime as dt
from collections import Counter
from collections.abc import Sequence

import msgspec
from django.db import connection

from clearinghouse.identity.forest import Edge
from clearinghouse.records.link import Reason
from clearinghouse.server.evidence.vault import Sealer
from clearinghouse.server.vulnerabilities import tallies
from clearinghouse.server.vulnerabilities.bulk import Table, as_stored, select_in
from clearinghouse.server.vulnerabilities.candidates import BatchIndex
from clearinghouse.server.vulnerabilities.models import Condition, LinkKind, new_references
from clearinghouse.server.vulnerabilities.preparing import Prepared
from clearinghouse.server.vulnerabilities.ranking import Standing, standing
from clearinghouse.server.vulnerabilities.tables import vulnerabilities
from clearinghouse.server.vulnerabilities.window import Group, Member, Window
from clearinghouse.triage.judging import Judge

REASONS = {reason: number for number, reason in enumerate(Reason)}
_FINDINGS = Table(
    "vulnerabilities_finding",
    id="bigint[]",
    report_id="bigint[]",
    number="integer[]",
    vulnerability_id="bigint[]",
    profile="bytea[]",
)
_STANDING = ("tier", "due", "rank", "named", "provisional", "tlp", "embargo_until")
_VULNERABILITIES = vulnerabilities(
    "id", "reference", "condition", "findings", "finders", "first_seen", "last_seen", *_STANDING
)
_CHANGED = vulnerabilities("id", "findings", "finders", "condition", *_STANDING, "first_seen", "last_seen")
LINKS = Table(
    "vulnerabilities_link",
    kind="smallint[]",
    later_id="bigint[]",
    earlier_id="bigint[]",
    reason="smallint[]",
    score="double precision[]",
    explanation="bytea[]",
    note="text[]",
    fact="bigint[]",
)
_FINDERS = Table("vulnerabilities_finder", participant_id="bigint[]", vulnerability_id="bigint[]")
_LEADS = (
    "UPDATE vulnerabilities_vulnerability SET merged_into = %s WHERE condition = %s AND id IN "
    "(SELECT id FROM vulnerabilities_finding WHERE vulnerability_id = %s)"
)
"""What was merged leads straight to where its oldest finding is now."""
_FINDERS_OF = (
    "SELECT vulnerability_id, COUNT(*) FROM vulnerabilities_finder WHERE vulnerability_id IN {values} "
    "GROUP BY vulnerability_id"
)


class Origin(msgspec.Struct, frozen=True):
    """What the findings of one report have in common."""

    report: int
    submitter: int
    received: dt.datetime
    tlp: int
    embargo_until: dt.datetime | None
    sealer: Sealer


class Writer:
    """Writes what linking a batch changed."""

    def __init__(self, origin: Origin, judge: Judge, window: Window, index: BatchIndex) -> None:
        self._origin = origin
        self._judge = judge
        self._window = window
        self._index = index
        self._order: Counter[tuple[int, dt.date | None]] = Counter()

    def write(self, findings: Sequence[Prepared], base: int) -> None:
        """Write findings, vulnerabilities, links and tallies."""
        origin, root_of = self._origin, self._window.grove.root
        roots = [root_of(ordinal) for ordinal in range(base, base + len(findings))]
        touched: dict[int, list[int]] = {}
        for ordinal, root in enumerate(roots, base):
            touched.setdefault(root, []).append(ordinal)
        merged = self._merged()
        for into in merged.values():
            touched.setdefault(into, [])
        groups = self._members(touched)
        fresh = [root for root in touched if root not in self._window.groups]
        self._insert(fresh, touched, groups)
        _FINDINGS.insert(
            [
                (ordinal, origin.report, finding.number, root, finding.sealed)
                for ordinal, finding, root in zip(range(base, base + len(findings)), findings, roots, strict=True)
            ]
        )
        _FINDERS.insert([(origin.submitter, root) for root in sorted(touched) if touched[root]], or_ignore=True)
        self._move(merged)
        self._update([root for root in touched if root in self._window.groups], touched, merged, groups)
        self._links()
        tallies.add_order(self._order)
        tallies.add_day(origin.submitter, origin.received.date(), findings=len(findings), vulnerabilities=len(fresh))

    def _merged(self) -> dict[int, int]:
        """Which loaded vulnerabilities are part of which other one now."""
        found = {}
        for root in self._window.groups:
            into = self._window.grove.root(root)
            if into != root:
                found[root] = into
        return found

    def _members(self, touched: dict[int, list[int]]) -> dict[int, list[Member]]:
        """Return the loaded members of every vulnerability that changed."""
        found: dict[int, list[Member]] = {root: [] for root in touched}
        root_of = self._window.grove.root
        for ordinal, member in self._window.members.items():
            root = root_of(ordinal)
            if root in found:
                found[root].append(member)
        return found

    def _insert(self, fresh: Sequence[int], touched: dict[int, list[int]], groups: dict[int, list[Member]]) -> None:
        origin = self._origin
        received, embargo = as_stored(origin.received), as_stored(origin.embargo_until)
        rows = []
        for root, reference in zip(fresh, new_references(len(fresh)), strict=True):
            where = standing(groups[root], self._judge)
            self._count(where, 1)
            rows.append(
                (
                    root,
                    reference,
                    where.condition,
                    len(touched[root]),
                    1,
                    received,
                    received,
                    where.tier,
                    where.due,
                    where.rank,
                    where.named,
                    root in self._window.provisional,
                    origin.tlp,
                    embargo,
                )
            )
        _VULNERABILITIES.insert(rows)

    def _move(self, merged: dict[int, int]) -> None:
        """Move the findings of merged vulnerabilities; what was a vulnerability leads to the other one."""
        for root, into in merged.items():
            group = self._window.groups[root]
            self._count_group(group, -1)
            with connection.cursor() as cursor:
                cursor.execute(
                    "UPDATE vulnerabilities_finding SET vulnerability_id = %s WHERE vulnerability_id = %s", [into, root]
                )
                cursor.execute(
                    "INSERT INTO vulnerabilities_finder (participant_id, vulnerability_id) "
                    "SELECT participant_id, %s FROM vulnerabilities_finder WHERE vulnerability_id = %s "
                    "ON CONFLICT DO NOTHING",
                    [into, root],
                )
                cursor.execute("DELETE FROM vulnerabilities_finder WHERE vulnerability_id = %s", [root])
                cursor.execute(
                    "UPDATE vulnerabilities_vulnerability SET condition = %s, merged_into = %s, findings = 0, "
                    "finders = 0, provisional = %s WHERE id = %s",
                    [Condition.MERGED, into, False, root],
                )
                cursor.execute(_LEADS, [into, Condition.MERGED, into])

    def _update(
        self,
        roots: Sequence[int],
        touched: dict[int, list[int]],
        merged: dict[int, int],
        groups: dict[int, list[Member]],
    ) -> None:
        """Bring the rows of vulnerabilities up to date that were there before."""
        came: dict[int, list[Group]] = {}
        for root, into in merged.items():
            came.setdefault(into, []).append(self._window.groups[root])
        finders = dict(select_in(_FINDERS_OF, roots))
        loaded = self._window.loaded()
        rows = []
        for root in roots:
            parts = [self._window.groups[root], *came.get(root, ())]
            where = standing(groups[root], self._judge)
            if sum(each.findings for each in parts) + len(touched[root]) > loaded[root]:
                # those that are not loaded may be more urgent
                where = min([where, *(_of_group(each) for each in parts)], key=_urgency)
            self._count_group(parts[0], -1)
            self._count(where, 1)
            rows.append(self._row(root, parts, len(touched[root]), finders.get(root, 0), where))
        _CHANGED.update(rows)

    def _row(self, root: int, parts: Sequence[Group], added: int, finders: int, where: Standing) -> tuple[object, ...]:
        origin = self._origin
        received = [origin.received] if added else []
        embargoes = [each.embargo_until for each in parts if each.embargo_until]
        if added and origin.embargo_until:
            embargoes.append(origin.embargo_until)
        return (
            root,
            sum(each.findings for each in parts) + added,
            finders,
            where.condition,
            where.tier,
            where.due,
            where.rank,
            where.named or any(each.named for each in parts),
            root in self._window.provisional,
            max([each.tlp for each in parts] + [origin.tlp] * bool(added)),
            as_stored(max(embargoes, default=None)),
            as_stored(min([each.first_seen for each in parts] + received)),
            as_stored(max([each.last_seen for each in parts] + received)),
        )

    def _links(self) -> None:
        window, stored = self._window, self._index.stored
        rows = [_row(LinkKind.JOINS, edge, stored, self._origin) for edge in window.grove.edges]
        rows += [_row(LinkKind.SPARE, edge, stored, self._origin) for edge in window.spare]
        rows += [_row(LinkKind.SUGGESTION, edge, stored, self._origin) for edge in window.suggestions.values()]
        LINKS.insert(rows, or_ignore=True)

    def _count_group(self, group: Group, by: int) -> None:
        if group.condition == Condition.OPEN:
            self._order[group.tier, group.due] += by

    def _count(self, where: Standing, by: int) -> None:
        if where.condition == Condition.OPEN:
            self._order[where.tier, where.due] += by


def _of_group(group: Group) -> Standing:
    return Standing(group.tier, group.due, bytes(group.rank), group.condition, group.named)


def _urgency(where: Standing) -> tuple[int, bytes]:
    return where.condition, where.rank


def explanation_context(later: int, earlier: int) -> bytes:
    """Return what the sealed explanation of a link is bound to."""
    return b"link:%d:%d" % (later, earlier)


def _row(kind: int, edge: Edge, stored: dict[int, int], origin: Origin) -> tuple[object, ...]:
    text = origin.sealer.seal(edge.explanation.encode(), explanation_context(edge.later, edge.earlier))
    fact = stored[edge.key] if edge.key else 0
    return kind, edge.later, edge.earlier, REASONS[edge.reason], edge.score, text, "", fact
