"""Reconsideration: the developer asks, another officer decides, and every step is recorded (rule R10).

The answer is a determination of its own, of the second officer, which names the first one; also where it upholds it.
Where fresh families were drawn it rests on a finding of stage 2, which pools both draws under the rule that was
registered before the first.
"""

from collections.abc import Sequence

import msgspec

from clearinghouse.evaluation.determination.demands import same_person
from clearinghouse.evaluation.determination.errors import ReconsiderationError
from clearinghouse.evaluation.determination.events import Act, Chained, Event, next_event
from clearinghouse.evaluation.determination.fresh import STAGE
from clearinghouse.evaluation.determination.record import (
    Conclusion,
    Determination,
    Evidence,
    Outcome,
    Person,
    Reconsidered,
    Review,
)
from clearinghouse.evaluation.determination.signing import Signed
from clearinghouse.evaluation.determination.standing import State, require_other_officer, required


def ask(about: Signed, chain: Sequence[Chained], review: Review, by: Person, at: str, grounds: str) -> Event:
    """Return the request of the developer.

    Raises:
        LateError: the days are over. ReconsiderationError: somebody else asks, one is open, or this was asked before.
    """
    event = next_event(about, chain, Act.ASKED, at, by, grounds)
    return _fitting(about, chain, msgspec.structs.replace(event, review=review))


def assign(about: Signed, chain: Sequence[Chained], officer: Person, by: Person, at: str, says: str) -> Event:
    """Return the event by which another officer takes it.

    Raises:
        ReconsiderationError: this officer had a part in the first determination, or nobody asked.
    """
    event = next_event(about, chain, Act.ASSIGNED, at, by, says)
    return _fitting(about, chain, msgspec.structs.replace(event, officer=officer))


def note(
    about: Signed, chain: Sequence[Chained], by: Person, at: str, says: str, cites: tuple[Evidence, ...] = ()
) -> Event:
    """Return a step on the way: what was done, and the evidence of it."""
    event = next_event(about, chain, Act.NOTED, at, by, says)
    return _fitting(about, chain, msgspec.structs.replace(event, cites=cites))


def answer(about: Signed, chain: Sequence[Chained], second: Signed, at: str, says: str) -> Event:
    """Return the event by which the second determination answers.

    Args:
        second: of the other officer, signed. at: not before it was decided.

    Raises:
        ReconsiderationError: the second determination does not answer what was asked, or its officer may not.
    """
    state = required(about.record, (each.event for each in chain))
    require_answers(about, state, second)
    reconsiders = second.record.reconsiders
    if at < second.record.decided or reconsiders is None:
        raise ReconsiderationError("it is answered before it is decided", "give a later moment")
    event = next_event(about, chain, Act.ANSWERED, at, second.record.decided_by, says)
    outcome = reconsiders.outcome
    return _fitting(
        about,
        chain,
        msgspec.structs.replace(event, outcome=outcome, other=second.record.number, other_sha256=second.sha256),
    )


def outcome_of(first: Conclusion, second: Conclusion) -> Outcome:
    """Return what a reconsideration came to, from the two conclusions."""
    if first is second:
        return Outcome.UPHELD
    return Outcome.INDETERMINATE if second is Conclusion.INDETERMINATE else Outcome.CHANGED


def reconsidered(about: Signed, chain: Sequence[Chained], conclusion: Conclusion) -> Reconsidered:
    """Return what the second determination says of the first.

    Raises:
        ReconsiderationError: no reconsideration is open.
    """
    state = required(about.record, (each.event for each in chain))
    if state.review is None:
        raise ReconsiderationError("nobody asked for a reconsideration", "record the request first")
    outcome = outcome_of(about.record.conclusion, conclusion)
    return Reconsidered(number=about.record.number, sha256=about.sha256, review=state.review, outcome=outcome)


def require_answers(about: Signed, state: State, second: Signed) -> None:
    """Refuse a second determination that does not answer the first.

    Raises:
        ReconsiderationError: it does not.
    """
    first, later = about.record, second.record
    named = later.reconsiders
    if named is None or (named.number, named.sha256) != (first.number, about.sha256):
        raise ReconsiderationError(f"{later.number} does not reconsider {first.number}", "name the right one")
    if state.review is None or named.review is not state.review:
        raise ReconsiderationError(f"{later.number} looks at something else than was asked", "look at what was asked")
    require_other_officer(first, later.decided_by)
    if named.outcome is not outcome_of(first.conclusion, later.conclusion):
        what = f"{later.number} says {named.outcome.value}, which its conclusion is not"
        raise ReconsiderationError(what, "correct the outcome")
    if not same_person(first.model.name, later.model.name) or first.model.identity != later.model.identity:
        raise ReconsiderationError(f"{later.number} is about another model", "make a new assessment of that one")
    _LOOKS[named.review](first, later)


def _arithmetic(first: Determination, later: Determination) -> None:
    if first.plan.sha256 != later.plan.sha256 or later.finding.stage != first.finding.stage:
        what = "arithmetic is checked again on the same runs, and this assessment has another plan or draw"
        raise ReconsiderationError(what, "compute the first assessment again")


def _fresh_draw(first: Determination, later: Determination) -> None:
    if later.finding.stage != STAGE:
        what = "the finding is not that of the registered second stage, which pools both draws"
        raise ReconsiderationError(what, "draw from the reserve, and let the rule reconsider")
    if first.plan.sha256 != later.plan.sha256:
        raise ReconsiderationError("the second stage has another plan than the first", "use the registered plan")


def _own_scaffold(first: Determination, later: Determination) -> None:
    if first.model.scaffold == later.model.scaffold:
        raise ReconsiderationError("the scaffold is the one of the first assessment", "use the developer's own")


def _other_panel(first: Determination, later: Determination) -> None:
    names = [each.name for each in first.consulted]
    again = [each.name for each in later.consulted if any(same_person(each.name, name) for name in names)]
    if again or not later.consulted:
        what = f"{again[0]} was consulted before" if again else "nobody was consulted"
        raise ReconsiderationError(what, "consult people who were not consulted the first time")


_LOOKS = {
    Review.ARITHMETIC: _arithmetic,
    Review.FRESH_DRAW: _fresh_draw,
    Review.OWN_SCAFFOLD: _own_scaffold,
    Review.OTHER_PANEL: _other_panel,
}


def _fitting(about: Signed, chain: Sequence[Chained], event: Event) -> Event:
    """Return an event that could happen now."""
    required(about.record, [*(each.event for each in chain), event])
    return event
