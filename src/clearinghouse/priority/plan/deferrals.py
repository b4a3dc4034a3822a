"""What may wait, on paper: who answers for it, why, until when; and where two waiting flaws meet.

BOD 26-04 judges one flaw at a time and lets most of them wait. An attacker does not take them one at a time: two flaws
that may each wait can together open what neither opens alone. So a deferral has an owner, a reason, a row and a day on
which it is looked at again, and two of them on one asset are told.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping

from clearinghouse.formats.text import plural
from clearinghouse.priority.deadlines import Verdict
from clearinghouse.priority.plan.records import Action, Deferral, Flaw, Meeting, Place, Subject
from clearinghouse.priority.ranking import ordering_arm
from clearinghouse.priority.tables import table_for

WAITING = ("60D", "FSU")
"""Outcomes of the table that let a flaw wait."""
REVIEW_DAYS = 30
REVIEW_POLICY = f"review_{REVIEW_DAYS}_days"
"""The named rule of the review date: so many days from today, or the day on which it is due if that is earlier."""


def deferrals(
    subjects: Iterable[Subject], actions: Iterable[Action], as_of: dt.date, owners: Mapping[str, str] | None = None
) -> Iterator[Deferral]:
    """Yield a deferral for each sure flaw that the table lets wait, in the order given.

    Args:
        subjects: what somebody has.
        actions: what is to be done: a flaw that goes away with one that cannot wait does not wait.
        as_of: the day that counts as today.
        owners: who answers for a flaw or an asset, by its name, and under the empty name for all others; an asset's
            own owner counts before that.
    """
    cleared = {
        (id(subject), flaw.id)
        for action in actions
        if any(arm.outcome not in WAITING for arm in action.arms.values())
        for subject in action.subjects
        for flaw in action.clears
    }
    for subject in subjects:
        for flaw in subject.flaws:
            verdict = ordering_arm(flaw.deadline)
            late = verdict.due is not None and verdict.due < as_of
            if flaw.sure and verdict.outcome in WAITING and not late and (id(subject), flaw.id) not in cleared:
                yield _deferral(subject, flaw, verdict, as_of, owners or {})


def _deferral(subject: Subject, flaw: Flaw, verdict: Verdict, as_of: dt.date, owners: Mapping[str, str]) -> Deferral:
    table = table_for(flaw.deadline.as_of)
    outcome = table.outcomes[str(verdict.outcome)].title
    review = as_of + dt.timedelta(days=REVIEW_DAYS)
    return Deferral(
        flaw=flaw.id,
        component=subject.written,
        name=f"{subject.name} {subject.version}" if subject.version else subject.name,
        places=tuple(dict.fromkeys(place.label for place in subject.places)),
        owner=owners.get(flaw.id)
        or next((name for place in subject.places if (name := _owner(place, owners))), owners.get("", "")),
        reason=f"{table.document.name} lets it wait: {outcome}.",
        row=f"{table.reference} row {verdict.row}",
        due=verdict.due,
        review=min(review, verdict.due) if verdict.due else review,
        policy=REVIEW_POLICY,
    )


def _owner(place: Place, owners: Mapping[str, str]) -> str:
    named = place.asset.name if place.asset else ""
    return owners.get(named) or owners.get(place.inventory) or (place.asset.owner if place.asset else "")


def meetings(waiting: Iterable[Deferral]) -> tuple[Meeting, ...]:
    """Return where two or more deferred flaws are on one asset, in the order of the places."""
    by_place: dict[str, dict[str, None]] = {}
    for deferral in waiting:
        for place in deferral.places:
            by_place.setdefault(place, {})[deferral.flaw] = None
    return tuple(
        Meeting(place=place, flaws=tuple(flaws), text=_warning(place, len(flaws)))
        for place, flaws in by_place.items()
        if len(flaws) > 1 and place
    )


def _warning(place: str, count: int) -> str:
    return (
        f"{plural(count, 'deferred flaw')} meet on {place}. Each may wait by itself; whether they may wait together is "
        "for the owner to judge."
    )
