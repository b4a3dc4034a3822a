"""By when, in words: one date, two where the exposure is not known, or why there is none."""

import datetime as dt
from enum import StrEnum

import msgspec

from clearinghouse.formats.text import plural
from clearinghouse.priority import INCOMPLETE, DecisionTable, Verdict, in_words, table_named
from clearinghouse.priority.plan import Action, Flaw, Urgency
from clearinghouse.sheet.words import away, capital, lower, on_day

NEXT_UPGRADE = "the next planned upgrade"
EXPOSED = "exposed"
WHATEVER = "whatever the missing answers are"
SOON_DAYS = 14
"""Days ahead from which on a date is no longer shown as near."""


class State(StrEnum):
    """How pressing a date is. The order is that of the words: the first of two readings is shown."""

    OVERDUE = "overdue"
    SOON = "soon"
    LATER = "later"
    NONE = "none"

    @property
    def shape(self) -> str:
        """A mark that is told apart without its colour."""
        return {"overdue": "■", "soon": "▲", "later": "●"}.get(self, "○")


class When(msgspec.Struct, frozen=True, kw_only=True):
    """By when something is to be done.

    Attributes:
        phrase: as the end of a sentence (``by Thursday 12 March 2026 (in 3 days)``).
        brief: the same for a table, without the day's name. mark: in a few words, for a label.
        state: how pressing it is. day: whether there is a date, and not only an occasion or a number of days.
        was: the day with its name, if it is past.
    """

    phrase: str
    brief: str
    mark: str
    state: State
    day: bool = False
    was: str = ""

    @property
    def dated(self) -> bool:
        """Whether there is anything to go by."""
        return self.state is not State.NONE


def when(action: Action, today: dt.date) -> When:
    """Return by when an action is to be done; both readings of an unknown exposure where they differ."""
    flaws = {flaw.id: flaw for flaw in (*action.clears, *action.leaves)}
    readings = {arm: _reading(urgency, flaws.get(urgency.flaw), today) for arm, urgency in action.arms.items()}
    if not readings:
        return _without_date()
    first = readings.get(EXPOSED) or next(iter(readings.values()))
    others = [each for each in readings.values() if each != first]
    return _both(first, others[0]) if others else first


def _both(exposed: When, hidden: When) -> When:
    if exposed.was and hidden.was:
        days = f"{exposed.was} if it can be reached from the internet, otherwise by {hidden.was}"
        brief = f"{exposed.brief} if it can be reached from the internet, otherwise {hidden.brief}"
        return msgspec.structs.replace(exposed, phrase=f"now (it was due by {days})", brief=brief)
    return When(
        phrase=f"{exposed.phrase} if it can be reached from the internet, otherwise {hidden.phrase}",
        brief=f"{exposed.brief} if it can be reached from the internet, otherwise {lower(hidden.brief)}",
        mark=f"{exposed.mark}, or {lower(hidden.mark)}",
        state=exposed.state if exposed.dated else hidden.state,
        day=exposed.day or hidden.day,
    )


def _reading(urgency: Urgency, flaw: Flaw | None, today: dt.date) -> When:
    if urgency.latest:
        return _latest(urgency.latest, today)
    if urgency.due:
        return _dated(urgency.due, today)
    if flaw is None or urgency.outcome in (None, INCOMPLETE):
        return _without_date()
    days = table_named(flaw.deadline.table).outcomes[str(urgency.outcome)].days
    if days is None:
        return When(
            phrase=f"at {NEXT_UPGRADE}", brief=f"At {NEXT_UPGRADE}", mark=capital(NEXT_UPGRADE), state=State.LATER
        )
    count = f"within {plural(days, 'day')}"
    return When(
        phrase=f"{count} of the day you learned of it",
        brief=f"{capital(count)} of the day you learned of it",
        mark=f"{capital(count)} of learning of it",
        state=State.SOON if days <= SOON_DAYS else State.LATER,
    )


def _dated(due: dt.date, today: dt.date) -> When:
    far = away(due, today)
    brief = f"{in_words(due)} ({far})"
    if due < today:
        count = plural((today - due).days, "day")
        phrase = f"now (it was due by {on_day(due)}, {far})"
        return When(
            phrase=phrase, brief=brief, mark=f"Overdue by {count}", state=State.OVERDUE, day=True, was=on_day(due)
        )
    state = State.SOON if (due - today).days <= SOON_DAYS else State.LATER
    return When(phrase=f"by {on_day(due)} ({far})", brief=brief, mark=capital(far), state=state, day=True)


def _latest(day: dt.date, today: dt.date) -> When:
    """A day that holds whatever the missing answers are; with them it may turn out to be an earlier one."""
    made = _dated(day, today)
    far = away(day, today)
    brief = f"{in_words(day)} at the latest ({far})"
    if day >= today:
        mark = f"{made.mark} at the latest"
        return msgspec.structs.replace(made, phrase=f"by {on_day(day)} at the latest ({far})", brief=brief, mark=mark)
    return msgspec.structs.replace(
        made,
        phrase=f"now (overdue {WHATEVER}: it was due by {on_day(day)} at the latest, {far})",
        brief=brief,
        mark=f"Overdue by at least {plural((today - day).days, 'day')}",
        was=f"{made.was} at the latest",
    )


def _without_date() -> When:
    return When(phrase="(no date follows yet)", brief="No date yet", mark="No date yet", state=State.NONE)


def lengths(verdict: Verdict, table: DecisionTable) -> list[str]:
    """Return how long each outcome that is still possible gives: ``3 days``, ``the next planned upgrade``."""
    outcomes = [table.outcomes[key] for key in verdict.possible]
    found = [NEXT_UPGRADE if each.days is None else plural(each.days, "day") for each in outcomes]
    return list(dict.fromkeys(found))
