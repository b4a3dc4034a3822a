"""By when: from inputs, start dates and named rules to a date that explains itself.

Source of the rules: CISA, Binding Operational Directive 26-04 (10 June 2026), Appendix A, Table 1. Days are calendar
days and the start is day 0. A due date is literal: it may lie in the past, even before the directive existed.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Self

import msgspec

from clearinghouse.priority.clocks import Clock, Start, StartFacts, StartReason, begin, clock_named
from clearinghouse.priority.errors import DateError
from clearinghouse.priority.facts import UNKNOWN, Inputs, KevStatus, UsedInput, use
from clearinghouse.priority.policies import DEFAULT_POLICY, policy_named
from clearinghouse.priority.tables import DecisionTable, Mark, table_for

INCOMPLETE = "INCOMPLETE"
"""The outcome when an input is missing and the policy fills nothing in."""
EXPOSED, NOT_EXPOSED = "exposed", "not_exposed"
ARMS = {EXPOSED: "yes", NOT_EXPOSED: "no"}
"""The two readings of an unknown exposure, both computed and both shown."""


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What the table says for one reading of the inputs.

    Attributes:
        outcome: outcome key, ``INCOMPLETE``, or None where public exposure is unknown and the arms tell.
        days: calendar days from the start; due: the day they end; None where the outcome sets no date.
        row: the table's row number.
        forensic_triage: whether the asset is also to be examined for compromise; None while that is open.
        guidance: marks that help to examine it, in hours.
        start, start_reason: day 0 and what it was; None where no date is known.
        missing: the inputs without which it cannot be completed.
        possible: the outcomes that remain possible while it is open, most urgent first.
        days_left: days until ``due`` counted from the day asked about; negative when overdue.
    """

    outcome: str | None = None
    days: int | None = None
    due: dt.date | None = None
    row: int | None = None
    forensic_triage: bool | None = None
    guidance: tuple[Mark, ...] = ()
    start: dt.date | None = None
    start_reason: StartReason | None = None
    start_because: str = ""
    missing: tuple[str, ...] = ()
    possible: tuple[str, ...] = ()
    days_left: int | None = None

    def _left(self, day: dt.date) -> int | None:
        return (self.due - day).days if self.due else None


class Deadline(Verdict, frozen=True, kw_only=True):
    """A verdict, with everything needed to check it.

    Attributes:
        arms: by ``exposed`` and ``not_exposed`` where public exposure is unknown, else None.
        inputs: by name, as they entered. policy, clock: the named rules. table: identifier and version.
        bound: whether the directive binds whoever asks; else the date is adopted, not owed.
        kev_added, identified, commissioned: the dates themselves, kept beside the start.
        identified_source: who or what says when it was identified; empty where that is not known.
        kev_due: CISA's own due date, while it is in KEV. milestone: when the directive wants its timelines met.
        as_of: the day it was asked for.
    """

    policy: str
    clock: Clock
    table: str
    inputs: dict[str, UsedInput]
    arms: dict[str, Verdict] | None = None
    bound: bool = False
    kev_added: dt.date | None = None
    kev_due: dt.date | None = None
    identified: dt.date | None = None
    identified_source: str = ""
    commissioned: dt.date | None = None
    milestone: dt.date | None = None
    as_of: dt.date | None = None

    def verdicts(self) -> dict[str, Verdict]:
        """Return the arms, or this verdict alone under the empty name."""
        return dict(self.arms) if self.arms else {"": self}

    def seen_on(self, day: dt.date) -> Self:
        """Return the same deadline with the days left counted from ``day``; no fact is added or dropped."""
        arms = self.arms and {
            name: msgspec.structs.replace(arm, days_left=arm._left(day)) for name, arm in self.arms.items()
        }
        return msgspec.structs.replace(self, as_of=day, days_left=self._left(day), arms=arms)


def deadline(
    inputs: Inputs,
    start: StartFacts = StartFacts(),  # noqa: B008  (frozen)
    *,
    policy: str = DEFAULT_POLICY,
    clock: str = Clock.LITERAL,
    as_of: dt.date | None = None,
    table: DecisionTable | None = None,
    bound: bool = False,
) -> Deadline:
    """Return the deadline that follows from the inputs.

    Args:
        inputs: the four inputs with their sources. start: the owner's dates.
        policy: the missing-data policy. clock: the reading of the start.
        as_of: the day to answer for. Inputs dated later are not counted; None counts all inputs and no days left.
            Dates of identification and of commissioning are never dropped: they are no inputs of the table.
        table: the decision table; None is the one in force on ``as_of``.
        bound: whether the directive binds whoever asks.

    Raises:
        UnknownValueError: a word, policy or clock rule is not known.
        DateError: the due date would lie beyond the calendar.
    """
    changed = None if as_of and start.changed and start.changed > as_of else start.changed
    changes = dict.fromkeys(ARMS.values(), changed)
    return compute(inputs, start, changes, policy=policy, clock=clock, as_of=as_of, table=table, bound=bound)


def compute(
    inputs: Inputs,
    start: StartFacts,
    changes: Mapping[str, dt.date | None],
    *,
    policy: str,
    clock: str,
    as_of: dt.date | None,
    table: DecisionTable | None,
    bound: bool,
    earlier: Start | None = None,
) -> Deadline:
    """The same with what only a history knows: the change of row for each exposure, and an earlier start."""
    table = table or table_for(as_of)
    rule, ways = clock_named(clock), policy_named(policy)
    used = use(inputs, table=table, policy=ways, as_of=as_of)
    kev = inputs.kev if used["kev"].value == "yes" else KevStatus()

    def judged(exposure: str) -> Verdict:
        facts = msgspec.structs.replace(start, changed=changes[exposure])
        return judge(table, used, exposure, begin(rule, facts, kev_added=kev.added, earlier=earlier))

    exposure = used["exposed"].value
    arms = {name: judged(word) for name, word in ARMS.items()} if exposure == UNKNOWN else None
    top = _above(arms, table) if arms else judged(exposure)
    made = Deadline(
        **msgspec.structs.asdict(top),
        policy=ways.name,
        clock=rule,
        table=table.reference,
        inputs=used,
        arms=arms,
        bound=bound,
        kev_added=kev.added,
        kev_due=kev.due,
        identified=start.identified,
        identified_source=start.identified_source if start.identified else "",
        commissioned=start.commissioned,
        milestone=table.milestone("timelines"),
    )
    return made.seen_on(as_of) if as_of else made


def judge(table: DecisionTable, used: Mapping[str, UsedInput], exposure: str, start: Start) -> Verdict:
    """Return the verdict for one exposure (``yes`` or ``no``)."""
    values = {name: item.value for name, item in used.items()} | {"exposed": exposure}
    missing = tuple(name for name, value in values.items() if value == UNKNOWN)
    verdict = _open(table, values, missing) if missing else _settled(table, values, start)
    return msgspec.structs.replace(verdict, start=start.day, start_reason=start.reason, start_because=start.because)


def _open(table: DecisionTable, values: Mapping[str, str], missing: tuple[str, ...]) -> Verdict:
    """No answer yet; whatever the outcomes that remain possible agree on is told."""
    open_to = table.possible({name: value for name, value in values.items() if name not in missing})
    triage = {each.forensic_triage for each in open_to}
    return Verdict(
        outcome=INCOMPLETE,
        forensic_triage=triage.pop() if len(triage) == 1 else None,
        missing=missing,
        possible=tuple(each.key for each in open_to),
    )


def _settled(table: DecisionTable, values: Mapping[str, str], start: Start) -> Verdict:
    row = table.decide(values)
    outcome = table.outcomes[row.outcome]
    return Verdict(
        outcome=outcome.key,
        days=outcome.days,
        due=_due(start.day, outcome.days),
        row=row.number,
        forensic_triage=outcome.forensic_triage,
        guidance=outcome.guidance,
        missing=("identified",) if outcome.days is not None and start.day is None else (),
        possible=(outcome.key,),
    )


def _due(start: dt.date | None, days: int | None) -> dt.date | None:
    if start is None or days is None:
        return None
    try:
        return start + dt.timedelta(days=days)
    except OverflowError:
        raise DateError(f"{days} days after {start} lie beyond the calendar", "check the year of the dates") from None


def _above(arms: Mapping[str, Verdict], table: DecisionTable) -> Verdict:
    """What can be said before the exposure is known: only what both arms share."""
    exposed, other = arms[EXPOSED], arms[NOT_EXPOSED]
    same = exposed.start == other.start
    return Verdict(
        start=exposed.start if same else None,
        start_reason=exposed.start_reason if same else None,
        start_because=exposed.start_because if same else "it differs between the arms",
        missing=tuple(dict.fromkeys((*exposed.missing, *other.missing))),
        possible=tuple(tier for tier in table.tiers if tier in exposed.possible or tier in other.possible),
    )
