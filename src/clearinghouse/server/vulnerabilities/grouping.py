"""Writing vulnerabilities as their findings are grouped now: rows, members, finders, tallies."""

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from clearinghouse.server.vulnerabilities import tallies
from clearinghouse.server.vulnerabilities.bulk import Table, as_read, as_stored, execute_in, select_in
from clearinghouse.server.vulnerabilities.models import Condition, new_reference
from clearinghouse.server.vulnerabilities.ranking import Standing, lowest, standing
from clearinghouse.server.vulnerabilities.tables import vulnerabilities
from clearinghouse.server.vulnerabilities.window import Window
from clearinghouse.triage.judging import Judge

_COLUMNS = (
    "condition",
    "merged_into",
    "findings",
    "finders",
    "first_seen",
    "last_seen",
    "tier",
    "due",
    "rank",
    "named",
    "provisional",
    "tlp",
    "embargo_until",
)
_NEW = vulnerabilities("id", "reference", *_COLUMNS)
_KNOWN = vulnerabilities("id", *_COLUMNS)
_MOVED = Table("vulnerabilities_finding", id="bigint[]", vulnerability_id="bigint[]")
_GONE = vulnerabilities("id", "merged_into", "condition", "findings", "finders", "provisional")
_LEADS = vulnerabilities("id", "merged_into")
_FACTS = """SELECT f.id, r.submitter_id, r.received_at, r.tlp, r.embargo_until FROM vulnerabilities_finding f
    JOIN intake_report r ON r.id = f.report_id WHERE f.id IN {values}"""
_EXISTING = "SELECT id FROM vulnerabilities_vulnerability WHERE id IN {values}"
_MERGED = "SELECT id FROM vulnerabilities_vulnerability WHERE id IN {values} AND condition = %s"
_FINDERS = """INSERT INTO vulnerabilities_finder (participant_id, vulnerability_id)
    SELECT DISTINCT r.submitter_id, f.vulnerability_id FROM vulnerabilities_finding f
    JOIN intake_report r ON r.id = f.report_id WHERE f.vulnerability_id IN {values}"""


class _Said(NamedTuple):
    """What the report of a finding says of all that is in it."""

    submitter: int
    received: dt.datetime
    tlp: int
    embargo_until: dt.datetime | None


class Grouping:
    """Writes the vulnerabilities that are loaded, as they are now.

    Args:
        window: all of them, whole. before: of each of their findings, in which it was. judge: ranks them.
    """

    def __init__(self, window: Window, before: Mapping[int, int], judge: Judge) -> None:
        self._window = window
        self._before = before
        self._judge = judge
        self._order: Counter[tuple[int, dt.date | None]] = Counter()
        self._said = {
            number: _Said(submitter, as_read(received), tlp, as_read(embargo))  # type: ignore[arg-type]
            for number, submitter, received, tlp, embargo in select_in(_FACTS, before)
        }

    def write(self, groups: Sequence[Sequence[int]], provisional: AbstractSet[int]) -> None:
        """Write groups.

        Args:
            groups: every finding in exactly one, oldest first. provisional: groups with a link that rests on a fact.
        """
        for group in self._window.groups.values():
            if group.condition == Condition.OPEN:
                self._order[group.tier, group.due] -= 1
        now = {ordinal: members[0] for members in groups for ordinal in members}
        rows = [self._row(members, members[0] in provisional) for members in groups]
        existing = {number for (number,) in select_in(_EXISTING, [row[0] for row in rows])}
        _NEW.insert([(row[0], new_reference(), *row[1:]) for row in rows if row[0] not in existing])
        _KNOWN.update([row for row in rows if row[0] in existing])
        self._note_new([row[0] for row in rows if row[0] not in existing])
        moved = sorted((ordinal, root) for ordinal, root in now.items() if self._before[ordinal] != root)
        _MOVED.update(moved)
        roots = {row[0] for row in rows}
        gone = sorted(self._window.groups.keys() - roots)
        _GONE.update([(root, now[root], Condition.MERGED, 0, 0, False) for root in gone])
        self._lead(now, moved)
        execute_in("DELETE FROM vulnerabilities_finder WHERE vulnerability_id IN {values}", [*roots, *gone])
        execute_in(_FINDERS, roots)
        tallies.add_order(self._order)

    def _row(self, members: Sequence[int], provisional: bool) -> tuple[int, *tuple[object, ...]]:
        said = [self._said[ordinal] for ordinal in members]
        where = self._standing(members)
        if where.condition == Condition.OPEN:
            self._order[where.tier, where.due] += 1
        return (
            members[0],
            where.condition,
            None,
            len(members),
            len({each.submitter for each in said}),
            as_stored(min(each.received for each in said)),
            as_stored(max(each.received for each in said)),
            where.tier,
            where.due,
            where.rank,
            where.named,
            provisional,
            max(each.tlp for each in said),
            as_stored(max((each.embargo_until for each in said if each.embargo_until), default=None)),
        )

    def _standing(self, members: Sequence[int]) -> Standing:
        loaded = [self._window.members[ordinal] for ordinal in members if ordinal in self._window.members]
        return standing(loaded, self._judge) if loaded else lowest()

    def _note_new(self, roots: Sequence[int]) -> None:
        """Count what is a vulnerability of its own only now among those of the day on which it came."""
        for root in roots:
            said = self._said[root]
            tallies.add_day(said.submitter, said.received.date(), vulnerabilities=1)

    def _lead(self, now: Mapping[int, int], moved: Sequence[tuple[int, int]]) -> None:
        """Let what was merged lead to where its oldest finding is now."""
        merged = [number for (number,) in select_in(_MERGED, [ordinal for ordinal, _ in moved], Condition.MERGED)]
        _LEADS.update([(number, now[number]) for number in merged])
