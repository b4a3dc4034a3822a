"""What every determination fulfils. Asked when one is made, and again when one is read.

Source: the decision rule, R5, R9, R10 and R11, and the separation of roles against insider risk.
"""

import datetime as dt
import unicodedata
from collections.abc import Callable, Iterator
from itertools import combinations

from clearinghouse.evaluation.determination.errors import DemandError, RolesError
from clearinghouse.evaluation.determination.fresh import STAGE
from clearinghouse.evaluation.determination.record import (
    MATERIAL,
    MOST_DAYS,
    SCHEMA,
    Change,
    Conclusion,
    Determination,
    Outcome,
)
from clearinghouse.evaluation.determination.times import moment_of
from clearinghouse.evaluation.determination.words import DEVELOPMENT, VOLUNTARY
from clearinghouse.evaluation.plan.reading import Fault

ROLES = "roles"
"""Where something is wrong if one person has two roles."""
ANSWERS = "reconsiders"
"""Where something is wrong if it answers nothing. No draft has this field: it follows from what was asked."""


def require(record: Determination) -> Determination:
    """Return a record that fulfils everything here.

    Raises:
        DemandError: it does not; the first thing is told. RolesError: one person has two roles.
    """
    for each in faults(record):
        kind = RolesError if each.where == ROLES else DemandError
        raise kind(each.what, each.remedy)
    return record


def faults(record: Determination) -> Iterator[Fault]:
    """Yield everything that a record does not fulfil, with its place as the draft names it."""
    for check in _CHECKS:
        try:
            yield from check(record)
        except DemandError as error:  # what is no moment ends its check
            yield Fault("", error.what, error.remedy)


def same_person(one: str, other: str) -> bool:
    """Whether two names are one, whatever their case, their spaces and the form of their letters."""
    return _folded(one) == _folded(other)


def _apart(record: Determination) -> Iterator[Fault]:
    for (role, name), (other, same) in combinations(_roles(record), 2):
        if name.strip() and same_person(name, same):
            says = f"{name} is {role} and {other}, which must be different people"
            yield Fault(ROLES, says, "have somebody else do one of the two")


def _roles(record: Determination) -> Iterator[tuple[str, str]]:
    yield "the officer", record.decided_by.name
    yield "the requester", record.roles.requester
    yield "the operator", record.roles.operator
    yield "the analyst", record.roles.analyst
    for at, name in enumerate(record.roles.custodians):
        yield f"custodian {at + 1}", name


def _named(record: Determination) -> Iterator[Fault]:
    texts = {
        "number": record.number,
        "officer.name": record.decided_by.name,
        "officer.office": record.decided_by.office,
        "roles.requester": record.roles.requester,
        "roles.operator": record.roles.operator,
        "roles.analyst": record.roles.analyst,
        "model.name": record.model.name,
        # What a scripted agent is, the version of this software says; it has no weights and no endpoint.
        "model.identity": record.model.identity or ("scripted" if record.assessment.scripted else ""),
        **{f"roles.custodians, item {at + 1}": name for at, name in enumerate(record.roles.custodians)},
        **{f"thresholds, item {at + 1}.identifier": each.identifier for at, each in enumerate(record.thresholds)},
        **{f"consulted, item {at + 1}.name": each.name for at, each in enumerate(record.consulted)},
        **{f"reason, item {at + 1} of those that may be read": each for at, each in enumerate(record.reasons)},
    }
    for where, text in texts.items():
        if not text.strip():
            yield Fault(where, "it is empty", "write what belongs there")
    if record.schema != SCHEMA:
        yield Fault("schema", f"the schema is {record.schema[:80]!a}", f"write {SCHEMA}")
    if record.voluntary != VOLUNTARY:
        yield Fault("voluntary", "it does not say that it is voluntary", "leave that sentence as it is")
    for where, (what, items) in {
        "thresholds": ("threshold", record.thresholds),
        "roles.custodians": ("custodian", record.roles.custodians),
        "evidence": ("piece of evidence", record.evidence),
        "reason": ("reason that may be read", record.reasons),
    }.items():
        if not items:
            yield Fault(where, f"there is no {what}", "give at least one")


def _declared(record: Determination) -> Iterator[Fault]:
    declared = {_folded(each.name) for each in record.interests}
    for name in (record.decided_by.name, *(each.name for each in record.consulted)):
        if name.strip() and _folded(name) not in declared:
            remedy = "have them declared; that there are none is a declaration"
            yield Fault("interest", f"{name} has declared no interests", remedy)
    for at, each in enumerate(record.consulted):
        if each.name.strip() and same_person(each.name, record.decided_by.name):
            says = f"the officer {each.name} stands among those who were consulted"
            yield Fault(f"consulted, item {at + 1}.name", says, "name those whom the officer asked")


def _supported(record: Determination) -> Iterator[Fault]:
    decides = record.conclusion is not Conclusion.INDETERMINATE
    if record.assessment.development and decides:
        yield Fault("conclusion", DEVELOPMENT.rstrip("."), "conclude indeterminate")
    if record.differs and decides and not record.differing.strip():
        found, concluded = record.finding.verdict.value, record.conclusion.value
        says = f"it concludes {concluded} where the rule found {found}, and does not say why"
        yield Fault("differing", says, "write the reasons into differing")
    if not record.differs and record.differing.strip():
        yield Fault("differing", "it says why it differs from the finding, and does not", "leave differing empty")


def _dated(record: Determination) -> Iterator[Fault]:
    decided, expires = moment_of(record.decided, "decided"), moment_of(record.expires, "expires")
    if expires <= decided:
        yield Fault("expires", "it expires before it is decided", "correct either date")
    longest = decided + dt.timedelta(days=MOST_DAYS)
    if expires > longest:
        yield Fault("expires", f"it expires after more than {MOST_DAYS} days", f"choose {longest:%Y-%m-%d} at most")
    if moment_of(record.assessment.made, "assessment.made") > decided:
        yield Fault("decided", "it was decided before the assessment was made", "correct either date")
    for at, each in enumerate(record.consulted):
        where = f"consulted, item {at + 1}.at"
        if moment_of(each.at, where) > decided:
            yield Fault(where, f"{each.name} was consulted after it was decided", "correct either date")
    if record.days_to_ask < 1:
        yield Fault("", "there is no day to ask for a reconsideration", "take the days from the plan")


def _triggered(record: Determination) -> Iterator[Fault]:
    there = {each.change for each in record.triggers}
    if missing := sorted(MATERIAL - there):
        yield Fault("trigger", f"no re-test follows a change of {', '.join(missing)}", "add it to the triggers")
    if record.finding.above_watch and Change.WATCH not in there:
        says = "a domain is above its watch threshold, and no re-test follows from that"
        yield Fault("trigger", says, "add a trigger of the kind watch")
    for each in record.triggers:
        if each.change is Change.DATE:
            moment_of(each.at, "the date of a trigger")


def _reconsidering(record: Determination) -> Iterator[Fault]:
    """An outcome says what the conclusion is; whether it is another than before is asked where both are at hand."""
    if record.reconsiders is None:
        if record.finding.stage >= STAGE:
            what = "it rests on a fresh draw, which is made for a reconsideration, and it answers none"
            yield Fault(ANSWERS, what, "sign it with `determine reconsider decide`")
        return
    says = record.reconsiders.outcome is Outcome.INDETERMINATE
    if says and record.conclusion is not Conclusion.INDETERMINATE:
        yield Fault("conclusion", "its outcome is indeterminate, and its conclusion is not", "correct either")
    if record.reconsiders.number == record.number:
        yield Fault("number", "it reconsiders itself", "give it a number of its own")


_CHECKS: tuple[Callable[[Determination], Iterator[Fault]], ...] = (
    _named,
    _apart,
    _declared,
    _supported,
    _dated,
    _triggered,
    _reconsidering,
)


def _folded(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
