"""Rule R10: a fresh draw is pooled with the first one, by what was registered before the first.

Pooled, and not put in its place: a draw that replaced the first would let whoever asks take the better of two. Both
stages together keep alpha even if the second is asked for only where the first displeased.

* Sequential evidence goes on where it ended, and is read once more when the fresh families are in. An e-process may be
  continued for any reason, so that nothing is spent by having looked. What counts is the evidence at the end, so a
  verdict can be lost as well as gained.
* Where the number is fixed, the first stage had its share of alpha and the pooled data has the rest. An error needs
  one of the two to err, and their shares add up to alpha.
"""

from collections.abc import Iterable

from clearinghouse.evaluation.rule.checks import check
from clearinghouse.evaluation.rule.conditions import Conditions
from clearinghouse.evaluation.rule.decide import judge
from clearinghouse.evaluation.rule.design import Design
from clearinghouse.evaluation.rule.errors import LookError
from clearinghouse.evaluation.rule.finding import Finding
from clearinghouse.evaluation.rule.observations import ObservedDomain
from clearinghouse.evaluation.rule.tables import in_order, tabulate


def reconsider(
    design: Design, first: Iterable[ObservedDomain], fresh: Iterable[ObservedDomain], conditions: Conditions
) -> Finding:
    """What the rule says of the first draw and a fresh one together.

    Args:
        first: what the first finding rested on. fresh: from the reserve, none of it drawn before. conditions: of both.

    Raises:
        DesignError, ObservationError: as in :func:`~clearinghouse.evaluation.rule.decide.decide`; a family that was
            drawn before is one that is there twice. LookError: no reconsideration is registered, or the fresh draw has
            not the registered number of families of each domain that was drawn.
    """
    check(design)
    if not design.reconsideration.families:
        raise LookError("The design registers no reconsideration.", "Draw again under a new version of the plan.")
    earlier, later = in_order(design, first), in_order(design, fresh)
    if not any(domain.families for domain in later):
        raise LookError("Nothing was drawn freshly.", "Draw the registered number of families of each domain.")
    for before, domain in zip(earlier, later, strict=True):
        if before.families or domain.families:
            _check_number(design, domain)
    pairs = zip(earlier, later, strict=True)
    return judge(design, tuple(_pooled(*pair) for pair in pairs), conditions, stage=2)


def _check_number(design: Design, domain: ObservedDomain) -> None:
    drawn, registered = len(tabulate(domain, design)), design.reconsideration.families
    if drawn != registered:
        raise LookError(
            f"The fresh draw of {domain.name} has {drawn} families with decisive tasks, registered are {registered}.",
            "Give the whole fresh draw, and no more than it.",
        )


def _pooled(earlier: ObservedDomain, later: ObservedDomain) -> ObservedDomain:
    return ObservedDomain(
        name=earlier.name,
        families=earlier.families + later.families,
        largest=max(earlier.largest, later.largest),
    )
