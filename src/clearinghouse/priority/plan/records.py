"""What a plan is made of: what somebody has and what is wrong with it in, actions and deferrals out."""

import datetime as dt
from collections.abc import Sequence
from enum import StrEnum
from typing import TypeVar

import msgspec

from clearinghouse.priority.deadlines import Deadline
from clearinghouse.priority.ranking import Rank
from clearinghouse.records import Asset, AssetKind, Exposure, Remedy

_Value = TypeVar("_Value")


class Do(StrEnum):
    """What one does."""

    UPGRADE = "upgrade"
    """Install a version without the flaws."""
    MITIGATE = "mitigate"
    """Apply what the advisory says helps where there is no such version."""
    ISOLATE = "isolate"
    """Neither is known: keep it from networks that others reach, or replace it."""
    DECIDE = "decide"
    """Operational technology or a medical device: a person decides, with the advisory's mitigation at hand."""
    FIND_OUT = "find_out"
    """Answer the question that would settle whether there is anything to do."""


class Place(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Where a component is.

    Attributes:
        inventory: what the inventory that lists it is of, as written there, or the name of its document.
        document: whether it is the name of a document, which is no place in the world.
        asset: the host or device, if the inventory names one.
    """

    inventory: str = ""
    document: bool = False
    asset: Asset | None = None

    @property
    def label(self) -> str:
        """The place for people: the asset and where it stands, or where it stands alone, else the inventory."""
        if self.asset is None or not self.asset.name:
            return self.asset.location if self.asset and self.asset.location else self.inventory
        return f"{self.asset.name} ({self.asset.location})" if self.asset.location else self.asset.name


class Flaw(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One flaw that a component has or may have: what several advisories say of it, joined.

    Attributes:
        id: the name under which it is shown, a CVE identifier where it has one. identifiers: all of them.
        title: in one line.
        exposures: what the advisories say, the surest first.
        deadline, rank: as for a vulnerability, for this component's exposure.
        remedies: what the advisories say helps, beside versions.
    """

    id: str
    identifiers: tuple[str, ...]
    title: str
    exposures: tuple[Exposure, ...]
    deadline: Deadline
    rank: Rank
    remedies: tuple[Remedy, ...] = ()

    @property
    def sure(self) -> bool:
        """Whether the component has it, as far as versions can tell."""
        return any(each.match.is_sure for each in self.exposures)

    @property
    def names(self) -> frozenset[str]:
        """Everything by which it may be called; an advisory that speaks of several flaws is no name of any."""
        return frozenset(self.identifiers)


class Subject(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One component at one version, wherever it is under the same conditions.

    Attributes:
        written: exactly as the inventory had it. name: for people. version: as written, or None.
        origin: of an OS package, the name of the source package that it was built from, if known.
        source, source_version: of an OS package that has another version than the source package of which the
            advisories of its flaws speak, name and version of that; else empty and None.
        ecosystem: OSV name with release; empty for products.
        purl: canonical, or None. kind, exposed: of the assets on which it is.
        kind_by: the advisory by which ``kind`` is known, where the inventory does not say; else empty. kind_sure:
            whether that advisory speaks of the component for sure, and does not only possibly mean it.
        places: where it is. flaws: what is wrong with it.
        left_out: how many more advisories may speak of it and are not among ``flaws``, as a sentence; else empty.
        number: by which whoever answers for versions knows the component again.
    """

    written: str
    name: str
    version: str | None = None
    origin: str = ""
    source: str = ""
    source_version: str | None = None
    ecosystem: str = ""
    purl: str | None = None
    kind: AssetKind | None = None
    kind_by: str = ""
    kind_sure: bool = True
    exposed: bool | None = None
    places: tuple[Place, ...] = ()
    flaws: tuple[Flaw, ...] = ()
    left_out: str = ""
    number: int = -1

    @property
    def compared(self) -> str | None:
        """The version that advisories compare, and beside which they name fixes."""
        return self.source_version if self.source else self.version


class Urgency(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """By when, for one reading of the exposure, over several flaws.

    Attributes:
        outcome: the most urgent. row: of the table, which said so; None where the table could not be completed.
        due: the earliest day by which any of the flaws is due, or None.
        flaw: the one whose outcome it is.
        latest: the earliest day by which a flaw is due whatever is answered, of those that are known to be used in
            attacks and have no date for want of an input; None where there is none, or ``due`` is not later.
        dated: the flaw to which that day belongs, or where there is none ``due``; empty without either.
    """

    outcome: str | None
    row: int | None
    due: dt.date | None
    flaw: str
    latest: dt.date | None = None
    dated: str = ""

    @property
    def day(self) -> dt.date | None:
        """The day to act by: the earlier of ``due`` and ``latest``."""
        return self.latest or self.due


class _Dated(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What stands beside a date.

    Attributes:
        arms: by when, for each reading of the exposure, or under ``""`` where it is known.
    """

    arms: dict[str, Urgency] = {}

    @property
    def due(self) -> dt.date | None:
        """The earliest day by which it is due; None where there is none, or unknown exposure makes it two."""
        return _agreed([arm.due for arm in self.arms.values()])

    @property
    def latest(self) -> dt.date | None:
        """The day by which it is due at the latest, where that is earlier; None as for ``due``."""
        return _agreed([arm.latest for arm in self.arms.values()])


class Question(_Dated, frozen=True, kw_only=True, gc=False):
    """One thing to find out.

    Attributes:
        text: the question. settles: identifiers of the flaws that hang on its answer, the most urgent first.
        arms: by when those are due if they are there, as for an action.
    """

    text: str
    settles: tuple[str, ...]


class Action(_Dated, frozen=True, kw_only=True, gc=False):
    """One thing to do.

    Attributes:
        do: what. subject: with which component. also: other packages that were built from the same source, and with
            which it is the same step.
        to: the version to install, of an upgrade; the one that would be installed, of a decision: of the component, or
            of ``subject.source``, where that is set. None where the advisories name none: then it is any above
            ``above``.
        above: the last version that is known to be affected, where no fixed one is named.
        clears: flaws that are gone afterwards. leaves: flaws that are not.
        arms: by when, for each reading of the exposure, or under ``""`` where it is known.
        major: whether ``to`` is a major step from the version there is. prerelease: whether it is a pre-release.
        within: the version that clears most without a major step, where there is one and ``to`` is one.
        mitigations: what the advisories advise, in their words. questions: what to find out, as each advisory leaves it
            open. asked: the same, what one answer settles put together, and what settles the most urgent first.
        explain: why this, in sentences.
    """

    do: Do
    subject: Subject
    to: str | None = None
    clears: tuple[Flaw, ...] = ()
    leaves: tuple[Flaw, ...] = ()
    arms: dict[str, Urgency]
    above: str | None = None
    major: bool = False
    prerelease: bool = False
    within: str | None = None
    mitigations: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    asked: tuple[Question, ...] = ()
    explain: tuple[str, ...] = ()
    also: tuple[Subject, ...] = ()

    @property
    def subjects(self) -> tuple[Subject, ...]:
        """All components with which something is done."""
        return self.subject, *self.also

    @property
    def outcome(self) -> str | None:
        """The most urgent outcome; None where unknown exposure makes it two."""
        return _agreed([arm.outcome for arm in self.arms.values()])

    @property
    def concerns(self) -> tuple[Flaw, ...]:
        """The flaws on account of which it is to be done: of a decision all, since it settles what becomes of each."""
        return (*self.clears, *self.leaves) if self.do is Do.DECIDE else self.clears or self.leaves


class Deferral(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A flaw that may wait, on paper.

    Attributes:
        flaw, component: which, on what, as the inventory has it. name: the same for people. places: where.
        owner: who answers for it; empty where nobody is named yet.
        reason: why it may wait. row: of the decision table, as ``<table> row <n>``.
        due: when it stops waiting, or None.
        review: when it is to be looked at again. policy: the named rule by which ``review`` was set.
    """

    flaw: str
    component: str
    name: str
    places: tuple[str, ...]
    owner: str
    reason: str
    row: str
    due: dt.date | None
    review: dt.date
    policy: str


class Meeting(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Two or more deferred flaws that meet on one asset: the table judges each alone, an attacker uses both."""

    place: str
    flaws: tuple[str, ...]
    text: str


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What to do, in the order of work.

    Attributes:
        as_of: the day that counts as today. actions: most urgent first.
        deferrals: what may wait. meetings: where deferred flaws meet.
    """

    as_of: dt.date
    actions: tuple[Action, ...] = ()
    deferrals: tuple[Deferral, ...] = ()
    meetings: tuple[Meeting, ...] = ()


def _agreed(values: Sequence[_Value]) -> _Value | None:
    return values[0] if len(set(values)) == 1 else None
