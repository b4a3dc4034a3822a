"""What to do, by when: actions from what somebody has and what is wrong with it."""

import datetime as dt
from collections.abc import Mapping, Sequence

from clearinghouse.priority.plan.actions import actions
from clearinghouse.priority.plan.deferrals import deferrals, meetings
from clearinghouse.priority.plan.records import (
    Action,
    Deferral,
    Do,
    Flaw,
    Meeting,
    Place,
    Plan,
    Question,
    Subject,
    Urgency,
)
from clearinghouse.priority.plan.target import Target, Versions, best_target
from clearinghouse.priority.plan.urgency import latest_day, most_urgent

__all__ = [
    "Action",
    "Deferral",
    "Do",
    "Flaw",
    "Meeting",
    "Place",
    "Plan",
    "Question",
    "Subject",
    "Target",
    "Urgency",
    "Versions",
    "actions",
    "best_target",
    "deferrals",
    "latest_day",
    "make_plan",
    "meetings",
    "most_urgent",
]


def make_plan(
    subjects: Sequence[Subject], versions: Versions, as_of: dt.date, owners: Mapping[str, str] | None = None
) -> Plan:
    """Return what to do about what is wrong with ``subjects``, in the order of work.

    Args:
        subjects: components with their flaws. versions: how versions compare, and what affects them.
        as_of: the day that counts as today. owners: as for :func:`deferrals`.
    """
    todo = actions(subjects, versions)
    waiting = tuple(deferrals(subjects, todo, as_of, owners))
    return Plan(as_of=as_of, actions=todo, deferrals=waiting, meetings=meetings(waiting))
