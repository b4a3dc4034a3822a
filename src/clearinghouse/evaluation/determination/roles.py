"""Who may do what about a determination: the plan names their keys."""

from collections.abc import Iterable

from clearinghouse.evaluation.determination.demands import same_person
from clearinghouse.evaluation.determination.errors import RolesError
from clearinghouse.evaluation.determination.events import Act, Event
from clearinghouse.evaluation.determination.record import Determination, Person
from clearinghouse.evaluation.plan.fields import Plan, Role

_HOW = "have one of the officers decide whom the plan names, with the key that it names"


def require_officer(plan: Plan, officer: Person, number: str) -> None:
    """Refuse an officer whose key, or name, the plan does not have; a trial that names no officers takes any.

    Raises:
        RolesError: so it is.
    """
    if not plan.ids(Role.OFFICER):
        if officer.key in plan.ids(Role.DEVELOPER):
            raise RolesError(f"{number} is signed with the key of the developer of the model", "have an officer decide")
        return
    named = plan.holder(officer.key, Role.OFFICER)
    if not named:
        raise RolesError(f"{number} is for a key that is none of an officer in the plan", _HOW)
    if not same_person(named, officer.name):
        raise RolesError(f"{number} names {officer.name}, and the plan has that key as one of {named}", _HOW)


def require_roles(plan: Plan, record: Determination, events: Iterable[Event]) -> None:
    """Refuse a determination that somebody else signed than an officer, and acts about it by others than those whose
    they are: the developer asks for a reconsideration, and another officer takes it.

    Raises:
        RolesError: so it is.
    """
    require_officer(plan, record.decided_by, record.number)
    for each in events:
        developers = plan.ids(Role.DEVELOPER)
        if each.act is Act.ASKED and developers and each.by.key not in developers:
            what = f"{each.number} was asked about with a key that is not the developer's in the plan"
            raise RolesError(what, "have the developer of the model ask")
        if each.act is Act.ASSIGNED and each.officer is not None:
            require_officer(plan, each.officer, each.number)
