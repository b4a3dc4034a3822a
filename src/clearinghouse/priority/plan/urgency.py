"""By when something is to be done about flaws, in which order, and why: dates, keys and sentences.

A flaw that is known to be used in attacks and lacks an input has no date of its own, and yet often a day by which it is
due whatever the missing answer is: the latest of the dates that remain possible for it. That day is shown and ordered
by, since a flaw that is overdue in any case must not look as if it could wait for an answer.
"""

import datetime as dt
from collections.abc import Iterator, Sequence

import msgspec

from clearinghouse.priority.deadlines import INCOMPLETE, Deadline, Verdict
from clearinghouse.priority.plan.records import Flaw, Urgency
from clearinghouse.priority.ranking import ordering_arm, rank_key, verdict_key
from clearinghouse.priority.tables import table_for, table_named
from clearinghouse.priority.words import in_words

UrgencyKey = tuple[int, int, int, int, float, float, int]

_MOST_NAMED = 5
_OVERDUE = {"yes": 0, "unknown": 1, "no": 2}
_AHEAD = 3
"""What is overdue in one tier stands by whether the asset is publicly exposed, before what is not overdue."""


def latest_day(made: Deadline, verdict: Verdict) -> dt.date | None:
    """Return the day by which a flaw is due whatever its missing inputs are.

    It is told of flaws in KEV alone: of others it is open when their clock started. None where the outcome is known,
    where one that remains possible sets no date, and where the start is not known.

    Law: each way to fill in what is missing gives a date, and the latest of them is this one.

    Args:
        made: the flaw's deadline, made with a table that is shipped. verdict: it, or one of its arms.
    """
    if verdict.outcome != INCOMPLETE or made.inputs["kev"].value != "yes" or verdict.start is None:
        return None
    outcomes = table_named(made.table).outcomes
    days = [outcomes[key].days for key in verdict.possible]
    known = [each for each in days if each is not None]
    if not known or len(known) < len(days):
        return None
    try:
        return verdict.start + dt.timedelta(days=max(known))
    except OverflowError:
        return None  # a start at the end of the calendar


def urgency_key(flaw: Flaw) -> UrgencyKey:
    """Return where a flaw stands among what is to be done: as in the ranked list, but for two things.

    What is known to be used in attacks and has no date, for want of an input, stands with the most urgent outcome that
    is possible for it, by the day on which it is due in any case; without such a day behind what has a date there:
    whoever acts cannot wait for the input.

    Of what is overdue in one tier, first stands what its owner says is publicly exposed, then that of which it is not
    known, then what is not, and only then the earlier date: all of it should be done by now, and how long ago that was
    says less of who is attacked next than who can be reached.

    Law: among flaws of which none is overdue, or of whose assets the same is known, the order is that of
    :func:`~clearinghouse.priority.ranking.rank_key`, but for what has no date.
    """
    key = rank_key(flaw.rank)
    tier, due = key[:2]
    verdict, day = ordering_arm(flaw.deadline), ordering_arm(flaw.deadline).due
    if verdict.outcome == INCOMPLETE and flaw.deadline.inputs["kev"].value == "yes" and verdict.possible:
        day = latest_day(flaw.deadline, verdict)
        tier, due = verdict_key(msgspec.structs.replace(verdict, outcome=verdict.possible[0], due=day))
    return tier, _spent(flaw.deadline, day), due, *key[2:]


def _spent(made: Deadline, day: dt.date | None) -> int:
    overdue = day and made.as_of and day < made.as_of
    return _OVERDUE[made.inputs["exposed"].value] if overdue else _AHEAD


def most_urgent(flaws: Sequence[Flaw]) -> Flaw:
    """Return the flaw on account of which others of one action stand where they stand."""
    return min(flaws, key=lambda flaw: (urgency_key(flaw), flaw.id))


def arms_of(flaws: Sequence[Flaw]) -> dict[str, Urgency]:
    """Return by when, for each reading of the exposure; flaws of one component have the same readings."""
    by_arm: dict[str, list[tuple[Verdict, Flaw]]] = {}
    for flaw in flaws:
        for arm, verdict in flaw.deadline.verdicts().items():
            by_arm.setdefault(arm, []).append((verdict, flaw))
    return {arm: _urgency_of(verdicts) for arm, verdicts in by_arm.items()}


def _urgency_of(verdicts: Sequence[tuple[Verdict, Flaw]]) -> Urgency:
    first, decides = min(verdicts, key=lambda each: (verdict_key(each[0]), each[1].id))
    due = min(((verdict.due, flaw.id) for verdict, flaw in verdicts if verdict.due), default=None)
    days = ((latest_day(flaw.deadline, verdict), flaw.id) for verdict, flaw in verdicts)
    latest = min(((day, name) for day, name in days if day), default=None)
    if due and latest and due[0] <= latest[0]:
        latest = None
    dated = latest or due
    return Urgency(
        outcome=first.outcome,
        row=first.row,
        due=due[0] if due else None,
        flaw=decides.id,
        latest=latest[0] if latest else None,
        dated=dated[1] if dated else "",
    )


def urgency_sentences(flaws: Sequence[Flaw]) -> Iterator[str]:
    """Yield why it stands where it stands: which flaw decides, and whether it is used in attacks."""
    first = most_urgent(flaws)
    attacked = [flaw.id for flaw in flaws if flaw.deadline.inputs["kev"].value == "yes"]
    if attacked:
        yield f"Known to be used in attacks: {few(attacked)}."
    for arm, verdict in first.deadline.verdicts().items():
        where = {"exposed": "If it is publicly exposed: ", "not_exposed": "If it is not: "}.get(arm, "")
        yield where + _by_when(first, verdict)


def _by_when(flaw: Flaw, verdict: Verdict) -> str:
    table = table_for(flaw.deadline.as_of)
    if verdict.row is None:
        missing = f"because it is not known: {', '.join(verdict.missing)}"
        return f"no date follows for {flaw.id}, {missing}{_in_any_case(flaw.deadline, verdict)}."
    outcome = table.outcomes[str(verdict.outcome)].title
    when = f", by {in_words(verdict.due)}" if verdict.due else ""
    return f"{flaw.id} decides, row {verdict.row} of {table.reference}: {outcome}{when}."


def _in_any_case(made: Deadline, verdict: Verdict) -> str:
    day = latest_day(made, verdict)
    if day is None:
        return ""
    if made.as_of and day < made.as_of:
        return f"; it is overdue whatever the missing answers are: at the latest {in_words(day)}"
    return f"; whatever the missing answers are, it is due at the latest by {in_words(day)}"


def few(names: Sequence[str]) -> str:
    """Return names as a sentence lists them: the first few, and how many more there are."""
    if len(names) <= _MOST_NAMED:
        return ", ".join(names)
    return f"{', '.join(names[:_MOST_NAMED])} and {len(names) - _MOST_NAMED} more"
