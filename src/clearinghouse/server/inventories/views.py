"""What people and programs see of inventories and worklists: opened, and with nothing that is not for them."""

import datetime as dt

import msgspec

from clearinghouse.formats.markup import Markup
from clearinghouse.priority.plan import Action, Plan
from clearinghouse.records import Problem
from clearinghouse.server.inventories.planning import Tally
from clearinghouse.sheet import counts, sections


class InventoryView(msgspec.Struct, frozen=True, kw_only=True):
    """One inventory, as a reader sees it.

    Attributes:
        owner, owner_name: reference and name of the participant. mine: whether the reader is of it.
        site: what it is an inventory of; empty once it is removed. filename: as it was sent.
        state: of what came last; received_at: when that came; version: its number; size: its bytes.
        formats, components, assets, unreadable, problems: of what came last.
        counts: whether a version of it counts for the worklist; counting: the number of that version.
    """

    reference: str
    owner: str
    owner_name: str
    mine: bool
    shared: bool
    site: str
    filename: str
    state: str
    received_at: dt.datetime
    removed_at: dt.datetime | None
    version: int
    size: int
    formats: str
    components: int
    assets: int
    unreadable: int
    problems: int
    counts: bool
    counting: int | None


class InventoryDetail(msgspec.Struct, frozen=True, kw_only=True):
    """One inventory with what is wrong with what came last of it.

    Attributes:
        violations: a page of them. total: how many are kept; beyond those ``view.problems`` counts only.
        start: position of the first of the page. digest: SHA-256 of the bytes as sent, in hex.
    """

    view: InventoryView
    violations: tuple[Problem, ...]
    total: int
    start: int
    digest: str


class Acknowledged(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody said of an action. Who they are and what they wrote is for the owner only, else empty."""

    mark: str
    at: dt.datetime
    by: str = ""
    note: str = ""


class WorklistView(msgspec.Struct, frozen=True, kw_only=True):
    """What a participant has to do by when, as a reader sees it today.

    Attributes:
        owner, owner_name: reference and name of the participant. mine: whether the reader is of it.
        made_at, made_as_of: when it was worked out, and the day that counted as today then. as_of: today.
        plan, made_from, unknown, bound, judged: as for :func:`clearinghouse.sheet.sections`.
        notices: what there is to say of advisories and signals.
        words: of each action of the plan, in hex, how it is named to mark it.
        acknowledged: what was said of actions, by their position in the plan.
        taken_back: how many marks the installation took back since a newer inventory lists the component still.
        tally: what is left to do, counted today. waiting: how many inventories are yet to be read.
    """

    owner: str
    owner_name: str
    mine: bool
    made_at: dt.datetime
    made_as_of: dt.date
    as_of: dt.date
    plan: Plan
    made_from: tuple[str, ...]
    unknown: tuple[str, ...]
    bound: bool
    judged: bool
    notices: tuple[str, ...]
    words: tuple[str, ...]
    acknowledged: dict[int, Acknowledged]
    taken_back: int
    tally: Tally
    waiting: int

    def sections(self) -> list[Markup]:
        """Return what ``clearinghouse plan --page`` has in its main part, with the days left counted today."""
        return sections(self.plan, self.made_from, self.as_of, self.unknown, self.bound, self.judged)

    def counts(self) -> list[Markup]:
        """Return what the sections hold, each count a link to what it counts."""
        return counts(self.plan, self.as_of, self.unknown)

    def done(self) -> list[tuple[Action, Acknowledged]]:
        """Return the actions of which something was said, with what, in the order of the plan."""
        return [(self.plan.actions[position], said) for position, said in sorted(self.acknowledged.items())]


class WorklistRow(msgspec.Struct, frozen=True, kw_only=True):
    """A worklist among others: whose it is, and its counts on the day on which it was made."""

    owner: str
    owner_name: str
    made_at: dt.datetime
    as_of: dt.date
    tally: Tally
