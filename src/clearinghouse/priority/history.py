"""What held when: the deadline recomputed at each revision of the inputs, none of them overwritten.

BOD 26-04 does not say what happens when an input changes after the clock has started. So every revision is
kept with the outcome it had, and the reading of the start is named: ``literal`` keeps the first start,
``row_change`` starts anew on the day a revision moved the flaw to another row.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from functools import partial

import msgspec

from clearinghouse.priority.clocks import Clock, Start, StartFacts, begin
from clearinghouse.priority.deadlines import ARMS, Deadline, Verdict, compute
from clearinghouse.priority.facts import Inputs
from clearinghouse.priority.policies import DEFAULT_POLICY
from clearinghouse.priority.tables import DecisionTable


class Revision(msgspec.Struct, frozen=True, kw_only=True):
    """The inputs as they stood from one day on. ``note`` says what changed."""

    date: dt.date
    inputs: Inputs
    note: str = ""


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """What held from one revision on.

    Attributes:
        date, note: of the revision. deadline: what followed from it.
        row_changed: whether it moved the flaw (or either arm of an unknown exposure) to another row.
    """

    date: dt.date
    note: str
    deadline: Deadline
    row_changed: bool


class _Standing(msgspec.Struct, frozen=True):
    """Where one exposure stood last: the last row that was known, and the day of the last change of row."""

    row: int | None = None
    changed: dt.date | None = None


def history(
    revisions: Iterable[Revision],
    start: StartFacts = StartFacts(),  # noqa: B008  (frozen)
    *,
    policy: str = DEFAULT_POLICY,
    clock: str = Clock.LITERAL,
    as_of: dt.date | None = None,
    table: DecisionTable | None = None,
    bound: bool = False,
) -> tuple[Held, ...]:
    """Recompute a deadline over revisions of its inputs.

    A revision that leaves the row open (an input is missing) changes no row: the last known row stands until
    another is known. Learning the exposure picks an arm and is no change of row by itself.

    Args:
        revisions: in any order; of two with one date the later given holds. Those dated after ``as_of`` are left out.
        start, policy, clock, as_of, table, bound: as for :func:`clearinghouse.priority.deadline`.

    Returns:
        One entry for each revision, in order of date. The last is what holds now.

    Raises:
        UnknownValueError, DateError: as :func:`clearinghouse.priority.deadline` does.
    """
    run = partial(compute, policy=policy, clock=clock, as_of=as_of, table=table, bound=bound)
    standing = dict.fromkeys(ARMS.values(), _Standing(changed=start.changed))
    first: Start | None = None
    held: list[Held] = []
    for revision in sorted(revisions, key=lambda revision: revision.date):
        if as_of and revision.date > as_of:
            break
        before = standing
        seen = run(revision.inputs, start, _changes(before), earlier=first)  # its rows do not depend on the clock
        standing = _moved(before, seen, revision.date)
        made = run(revision.inputs, start, _changes(standing), earlier=first)
        changed = any(standing[word].changed != before[word].changed for word in _exposures(made))
        held.append(Held(date=revision.date, note=revision.note, deadline=made, row_changed=changed))
        first = begin(Clock.LITERAL, start, kev_added=made.kev_added, earlier=first)
    return tuple(held)


def _changes(standing: Mapping[str, _Standing]) -> dict[str, dt.date | None]:
    return {word: each.changed for word, each in standing.items()}


def _exposures(made: Deadline) -> dict[str, Verdict]:
    """The verdicts by the exposure they are for; a known exposure has one."""
    if made.arms:
        return {word: made.arms[name] for name, word in ARMS.items()}
    return {made.inputs["exposed"].value: made}


def _moved(before: Mapping[str, _Standing], made: Deadline, day: dt.date) -> dict[str, _Standing]:
    """Where each exposure stands after a revision; once the exposure is known, that one row stands for both."""
    after = {}
    for word, verdict in _exposures(made).items():
        last = before[word]
        if verdict.row is None or verdict.row == last.row:
            after[word] = last
        else:
            after[word] = _Standing(verdict.row, last.changed if last.row is None else day)
    if len(after) == 1:
        return dict.fromkeys(ARMS.values(), *after.values())
    return after
