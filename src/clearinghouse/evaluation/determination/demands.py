"""What every determination fulfils. Asked when one is made, and again when one is read.

Source: the decision rule, R5, R9, R10 and R11, and the separation of roles against insider risk.
"""

import datetime as dt
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import combinations

from clearinghouse.evaluation.determination.errors import DemandError, RolesError
from clearinghouse.evaluation.determination.record import (
    MATERIAL,
    MOST_DAYS,
    SCHEMA,
    Change,
    Conclusion,
    Determination,
    Outcome,
    Trigger,
)
from clearinghouse.evaluation.determination.times import moment_of
from clearinghouse.evaluation.determination.words import DEVELOPMENT, VOLUNTARY


def require(record: Determination) -> Determination:
    """Return a record that fulfils everything here.

    Raises:
        DemandError: it does not; the first thing is told. RolesError: one person has two roles.
    """
    _named(record)
    require_apart(record)
    _declared(record)
    _supported(record)
    _dated(record)
    _triggered(record.triggers, record.finding.above_watch)
    _reconsidering(record)
    return record


def same_person(one: str, other: str) -> bool:
    """Whether two names are one, whatever their case, their spaces and the form of their letters."""
    return _folded(one) == _folded(other)


def require_apart(record: Determination) -> None:
    """Refuse a record in which one person has two roles.

    Raises:
        RolesError: it does.
    """
    for (role, name), (other, same) in combinations(_roles(record), 2):
        if same_person(name, same):
            what = f"{name} is {role} and {other}, which must be different people"
            raise RolesError(what, "have somebody else do one of the two")


def _roles(record: Determination) -> Iterator[tuple[str, str]]:
    yield "the officer", record.decided_by.name
    yield "the requester", record.roles.requester
    yield "the operator", record.roles.operator
    yield "the analyst", record.roles.analyst
    for at, name in enumerate(record.roles.custodians):
        yield f"custodian {at + 1}", name


def _named(record: Determination) -> None:
    texts = {
        "number": record.number,
        "decided_by.name": record.decided_by.name,
        "decided_by.office": record.decided_by.office,
        "roles.requester": record.roles.requester,
        "roles.operator": record.roles.operator,
        "roles.analyst": record.roles.analyst,
        "model.name": record.model.name,
        "model.identity": record.model.identity,
        **{f"roles.custodians[{at}]": name for at, name in enumerate(record.roles.custodians)},
        **{f"thresholds[{at}].identifier": each.identifier for at, each in enumerate(record.thresholds)},
        **{f"consulted[{at}].name": each.name for at, each in enumerate(record.consulted)},
        **{f"reasons[{at}]": each for at, each in enumerate(record.reasons)},
    }
    for where, text in texts.items():
        _refuse_if(not text.strip(), f"{where} is empty", "write what belongs there")
    _refuse_if(record.schema != SCHEMA, f"its schema is {record.schema[:80]!a}", f"write {SCHEMA}")
    _refuse_if(record.voluntary != VOLUNTARY, "it does not say that it is voluntary", "leave that sentence as it is")
    for what, items in {
        "threshold": record.thresholds,
        "custodian": record.roles.custodians,
        "piece of evidence": record.evidence,
        "reason that may be read": record.reasons,
    }.items():
        _refuse_if(not items, f"it has no {what}", "give at least one")


def _declared(record: Determination) -> None:
    declared = {_folded(each.name) for each in record.interests}
    for name in (record.decided_by.name, *(each.name for each in record.consulted)):
        what = f"{name} has declared no interests"
        _refuse_if(_folded(name) not in declared, what, "have them declared; that there are none is a declaration")
    for each in record.consulted:
        what = f"the officer {each.name} stands among those who were consulted"
        _refuse_if(same_person(each.name, record.decided_by.name), what, "name those whom the officer asked")


def _supported(record: Determination) -> None:
    decides = record.conclusion is not Conclusion.INDETERMINATE
    _refuse_if(record.assessment.development and decides, DEVELOPMENT.rstrip("."), "conclude indeterminate")
    if record.differs and decides and not record.differing.strip():
        found, concluded = record.finding.verdict.value, record.conclusion.value
        what = f"it concludes {concluded} where the rule found {found}, and does not say why"
        raise DemandError(what, "write the reasons into differing")
    if not record.differs and record.differing.strip():
        raise DemandError("it says why it differs from the finding, and does not", "leave differing empty")


def _dated(record: Determination) -> None:
    decided, expires = moment_of(record.decided, "decided"), moment_of(record.expires, "expires")
    _refuse_if(expires <= decided, "it expires before it is decided", "correct either date")
    longest = decided + dt.timedelta(days=MOST_DAYS)
    _refuse_if(expires > longest, f"it expires after more than {MOST_DAYS} days", f"choose {longest:%Y-%m-%d} at most")
    made = moment_of(record.assessment.made, "assessment.made")
    _refuse_if(made > decided, "it was decided before the assessment was made", "correct either date")
    for at, each in enumerate(record.consulted):
        when = moment_of(each.at, f"consulted[{at}].at")
        _refuse_if(when > decided, f"{each.name} was consulted after it was decided", "correct either date")
    _refuse_if(record.days_to_ask < 1, "there is no day to ask for a reconsideration", "take the days from the plan")


def _triggered(triggers: Iterable[Trigger], above_watch: tuple[str, ...]) -> None:
    there = {each.change for each in triggers}
    missing = sorted(MATERIAL - there)
    _refuse_if(bool(missing), f"no re-test follows a change of {', '.join(missing)}", "add it to the triggers")
    _refuse_if(
        bool(above_watch) and Change.WATCH not in there,
        "a domain is above its watch threshold, and no re-test follows from that",
        "add a trigger of the kind watch",
    )
    for each in triggers:
        if each.change is Change.DATE:
            moment_of(each.at, "the date of a trigger")


def _reconsidering(record: Determination) -> None:
    """An outcome says what the conclusion is; whether it is another than before is asked where both are at hand."""
    if record.reconsiders is None:
        return
    says = record.reconsiders.outcome is Outcome.INDETERMINATE
    is_so = record.conclusion is Conclusion.INDETERMINATE
    _refuse_if(says and not is_so, "its outcome is indeterminate, and its conclusion is not", "correct either")
    _refuse_if(record.reconsiders.number == record.number, "it reconsiders itself", "give it a number of its own")


def _refuse_if(wrong: bool, what: str, remedy: str) -> None:
    if wrong:
        raise DemandError(what, remedy)


def _folded(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
