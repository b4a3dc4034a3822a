"""What somebody has beside what is published: a plan, since when each flaw is known there, and what exposes which site.

Nothing here reads or writes the database.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

import msgspec

from clearinghouse.formats.contract import Report
from clearinghouse.packages.match import Verdict
from clearinghouse.priority.plan import Action, Do
from clearinghouse.records import Inventory, InventoryItem
from clearinghouse.records.problem import only_errors
from clearinghouse.server.inventories.known import Known
from clearinghouse.server.inventories.sealed import Outline, Result, action_word
from clearinghouse.sheet.when import SOON_DAYS
from clearinghouse.triage.deployer import Deployer
from clearinghouse.triage.stock import Stock
from clearinghouse.triage.told import is_judged, made_from, unknown
from clearinghouse.triage.worklist import Terms, worklist

Record = Inventory | InventoryItem


class Site(msgspec.Struct, frozen=True):
    """One version of an inventory that counts.

    Attributes:
        key: by which the caller knows it. received: when it came. source: how its records name the document.
        records: what was read of it, to be iterated once. seen: since when each flaw is known there.
    """

    key: int
    received: dt.datetime
    source: str
    records: Iterable[Record]
    seen: Mapping[str, dt.date]


class Planned(msgspec.Struct, frozen=True):
    """What follows for one owner.

    Attributes:
        result: the plan and what its page needs.
        seen: by key of the site, since when each flaw is known there, by each of its identifiers.
        exposed: by key of the site, the identifiers of everything that meets it, and whether one of them surely does.
        relisted: words of upgrades, with the moment when a site that has their component came last.
    """

    result: Result
    seen: dict[int, dict[str, dt.date]]
    exposed: dict[int, dict[str, bool]]
    relisted: dict[bytes, dt.datetime]


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """What a plan comes to on one day, without what is marked as done or not applicable."""

    actions: int = 0
    overdue: int = 0
    due_soon: int = 0
    questions: int = 0
    deferrals: int = 0
    next_due: dt.date | None = None


def plan_of(owner: int, sites: Iterable[Site], known: Known, terms: Terms) -> Planned:
    """Return what follows for an owner from what stands in its sites and what is known.

    Args:
        owner: its primary key, as which its actions are named. terms: what is asked of every flaw alike.
    """
    stock = _Sites(sites)
    found = Deployer(stock.stock, known.published, known.intake, known.signals)
    exposed = stock.exposed(found)
    seen = {site.key: {name: site.seen.get(name, terms.as_of) for name in exposed[site.key]} for site in stock.sites}
    made = worklist(found, known.signals, terms, None, _earliest(seen.values()))
    words = tuple(action_word(owner, action) for action in made.actions)
    result = Result(
        plan=made,
        words=words,
        made_from=tuple(made_from(found)),
        unknown=tuple(unknown(found)),
        judged=any(is_judged(met.verdict) for met in found),
        bound=terms.bound,
        notices=tuple(problem.message for problem in (*known.notices, *only_errors(known.published.problems)))[:50],
    )
    came = stock.came()
    relisted = {
        word: max(came[subject.number] for subject in action.subjects)
        for word, action in zip(words, made.actions, strict=True)
        if action.do is Do.UPGRADE
    }
    return Planned(result, seen, exposed, relisted)


def outline_of(result: Result) -> Outline:
    """Return as much of a result as it takes to count it."""
    actions = result.plan.actions
    return Outline(
        words=result.words,
        days=tuple([day_of(action) for action in actions]),
        asks=tuple([action.do is Do.FIND_OUT for action in actions]),
        deferrals=len(result.plan.deferrals),
    )


def tally(outline: Outline, today: dt.date, settled: Collection[bytes] = ()) -> Tally:
    """Return what a plan comes to on a day.

    Args:
        settled: words of actions that are marked as done or not applicable.
    """
    rows = zip(outline.words, outline.days, outline.asks, strict=True)
    left = [(day, asks) for word, day, asks in rows if word not in settled]
    days = [day for day, asks in left if day and not asks]
    questions = sum(asks for _, asks in left)
    return Tally(
        actions=len(left) - questions,
        overdue=sum(day < today for day in days),
        due_soon=sum(0 <= (day - today).days < SOON_DAYS for day in days),
        questions=questions,
        deferrals=outline.deferrals,
        next_due=min((day for day in days if day >= today), default=None),
    )


def day_of(action: Action) -> dt.date | None:
    """Return the day to act by: of two readings of an unknown exposure the earlier."""
    return min((arm.day for arm in action.arms.values() if arm.day), default=None)


class _Sites:
    """A stock that knows which sites each of its lists was read from.

    Lists about one digest are one in a stock, and belong to all sites that have one of them.
    """

    def __init__(self, sites: Iterable[Site]) -> None:
        self.sites = tuple(sites)
        self.stock = Stock()
        self._by_id: dict[str, int] = {}
        self._by_digest: defaultdict[str, set[int]] = defaultdict(set)
        if self.sites:
            paths = [Path(site.source) for site in self.sites]
            self.stock.take(map(self._report, self.sites), paths, lambda source, count: None)
            self.stock.settle()

    def _report(self, site: Site) -> Report:
        return Report(site.source, "inventory", self._noted(site), found=False)

    def _noted(self, site: Site) -> Iterator[Record]:
        for record in site.records:
            if isinstance(record, Inventory):
                self._by_id[record.id] = site.key
                if record.digest:
                    self._by_digest[_bare(record.digest)].add(site.key)
            yield record

    def _keys(self) -> list[frozenset[int]]:
        """Of each list in the stock the sites that have it."""
        return [
            frozenset(self._by_digest[_bare(each.digest)] if each.digest else {self._by_id[each.id]})
            for each in self.stock.inventories
        ]

    def exposed(self, found: Deployer) -> dict[int, dict[str, bool]]:
        """Return what meets each site, by every identifier of it, and whether it surely does."""
        made: dict[int, dict[str, bool]] = {site.key: {} for site in self.sites}
        keys = self._keys()
        names: dict[int, dict[str, bool]] = {}
        for where, number in self.stock.pairs():
            if number not in names:
                names[number] = _names(found.verdict(number))
            for key in keys[where] if names[number] else ():
                for name, sure in names[number].items():
                    made[key][name] = made[key].get(name, False) or sure
        return made

    def came(self) -> dict[int, dt.datetime]:
        """Return of each component when a site that has it came last."""
        received = {site.key: site.received for site in self.sites}
        lists = [max(received[key] for key in keys) for keys in self._keys()]
        made: dict[int, dt.datetime] = {}
        for where, number in self.stock.pairs():
            if number not in made or lists[where] > made[number]:
                made[number] = lists[where]
        return made


def _names(verdict: Verdict) -> dict[str, bool]:
    found: dict[str, bool] = {}
    for exposure in verdict.exposures:
        for name in (exposure.advisory, *exposure.aliases, *exposure.upstream):
            found[name] = found.get(name, False) or exposure.match.is_sure
    return found


def _earliest(seen: Iterable[Mapping[str, dt.date]]) -> dict[str, dt.date]:
    found: dict[str, dt.date] = {}
    for each in seen:
        for name, day in each.items():
            if name not in found or day < found[name]:
                found[name] = day
    return found


def _bare(digest: str) -> str:
    return digest.removeprefix("sha256:").lower()
