"""Ranking anew what was ranked by other signals or other rules: every day brings new ones, and nothing touches a row.

A sweep goes through the vulnerabilities by number, in small transactions; where it is stands in the row that
:class:`~.models.Ranked` is, so that a worker which is killed has lost one batch. When signals change, those with a CVE
identifier are swept, for nothing else hangs on signals; when rules change, all. A change is noted at one look and swept
at one that comes :data:`SETTLED` later, because every process uses what it read for up to :data:`~.signals.LOOK`
seconds: what it ranks meanwhile by what was known before is swept then. So whatever changes while it is swept was
ranked, by who changed it, as the sweep would.
"""

import datetime as dt
import time
from collections import Counter
from collections.abc import Callable

import msgspec
from django.db import connection, transaction
from django.utils import timezone

from clearinghouse.identity.index import MemoryIndex
from clearinghouse.server.vulnerabilities import tallies
from clearinghouse.server.vulnerabilities.linking import lock
from clearinghouse.server.vulnerabilities.models import Condition, Ranked, Vulnerability
from clearinghouse.server.vulnerabilities.ranking import lowest, standing
from clearinghouse.server.vulnerabilities.signals import LOOK, Outside, outside
from clearinghouse.server.vulnerabilities.tables import vulnerabilities
from clearinghouse.server.vulnerabilities.turns import turn
from clearinghouse.server.vulnerabilities.window import Member, Window, groups_of
from clearinghouse.triage.judging import Judge

SETTLED = dt.timedelta(seconds=LOOK + 60)
"""From when it is noted until it is swept: then no process uses what it read before."""
PAUSE = 0.1
"""Seconds between two transactions on SQLite, where who waits for the lock looks again no sooner."""
_GROUPS = 500
_FINDINGS = 2_000
"""Most vulnerabilities of one transaction, and findings from which on no further one is taken."""
_STANDING = vulnerabilities("id", "tier", "due", "rank", "named")


class Swept(msgspec.Struct):
    """What a look did: how many vulnerabilities were ranked, and how many of them stand elsewhere now."""

    ranked: int = 0
    moved: int = 0


def look(step: Callable[[], None] = lambda: None, check: Callable[[], None] = lambda: None) -> Swept | None:
    """Rank anew what is to be; None when nothing was.

    Args:
        step: called inside each transaction, before it commits. check: called between two; what it raises ends it.
    """
    now = outside(fresh=True)
    row, _ = Ranked.objects.get_or_create(pk=1)
    if (row.next_rules, row.next_signals) != now.version:
        _note(row, now)
        return None
    if (row.rules, row.signals) == now.version or timezone.now() - row.noted_at < SETTLED:
        return None
    return _sweep(row, now, step, check)


def _note(row: Ranked, now: Outside) -> None:
    """Note what is there now. By what was there before, some may be ranked already: then nothing is known of it."""
    if row.next_rules != row.rules:
        row.rules = ""
    if row.next_signals != row.signals:
        row.signals = ""
    row.next_rules, row.next_signals, row.upto, row.noted_at = *now.version, 0, timezone.now()
    row.save()


def _sweep(row: Ranked, now: Outside, step: Callable[[], None], check: Callable[[], None]) -> Swept:
    swept = Swept()
    while outside().version == now.version:
        check()
        roots = _following(row)
        loaded = _loaded(roots)
        with turn(), transaction.atomic():
            swept.moved += _rank(roots, loaded, now.judge)
            swept.ranked += len(roots)
            if roots:
                row.upto = roots[-1]
            else:
                row.rules, row.signals = now.version
            row.save()
            step()
        if not roots:
            break
        if connection.vendor == "sqlite":
            time.sleep(PAUSE)
    return swept


def _following(row: Ranked) -> list[int]:
    """Return which vulnerabilities come next."""
    rows = Vulnerability.objects.filter(pk__gt=row.upto).exclude(condition=Condition.MERGED)
    if row.rules == row.next_rules:
        rows = rows.filter(named=True)
    found: list[int] = []
    findings = 0
    for root, count in rows.order_by("pk").values_list("pk", "findings")[:_GROUPS]:
        found.append(root)
        findings += count
        if findings >= _FINDINGS:
            break
    return found


def _loaded(roots: list[int]) -> Window:
    """All of some vulnerabilities."""
    window = Window({}, MemoryIndex(), ())  # type: ignore[arg-type]  # nothing is looked up in it
    window.load_groups(roots, whole=True)
    return window


def _rank(roots: list[int], window: Window, judge: Judge) -> int:
    """Rank some, inside the caller's transaction; return how many stand elsewhere now.

    Args:
        window: what they were before anybody was kept waiting; what changed since is left as it is.
    """
    lock()
    members: dict[int, list[Member]] = {root: [] for root in roots}
    for ordinal, member in window.members.items():
        members.setdefault(window.grove.root(ordinal), []).append(member)
    order: Counter[tuple[int, dt.date | None]] = Counter()
    rows = []
    for root, found in groups_of(roots).items():
        before = window.groups[root]
        if found != before or found.condition == Condition.MERGED:
            continue
        now = standing(members[root], judge) if members[root] else lowest()
        if (now.tier, now.due, now.rank, now.named) == (before.tier, before.due, bytes(before.rank), before.named):
            continue
        rows.append((root, now.tier, now.due, now.rank, now.named))
        if before.condition == Condition.OPEN:
            order[before.tier, before.due] -= 1
            order[now.tier, now.due] += 1
    _STANDING.update(rows)
    tallies.add_order(order)
    return len(rows)
