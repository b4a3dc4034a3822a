"""One call for the floor above: what is known about a flaw, and where it is, to its deadline."""

import datetime as dt

from clearinghouse.priority.clocks import Clock, StartFacts
from clearinghouse.priority.deadlines import Deadline, deadline
from clearinghouse.priority.facts import AS_GIVEN, UNKNOWN, Fact, stated
from clearinghouse.priority.policies import DEFAULT_POLICY
from clearinghouse.priority.signals import SignalSet
from clearinghouse.priority.tables import DecisionTable


def deadline_for(
    signals: SignalSet,
    *,
    exposed: str | Fact = UNKNOWN,
    identified: dt.date | None = None,
    identified_source: str = AS_GIVEN,
    commissioned: dt.date | None = None,
    changed: dt.date | None = None,
    policy: str = DEFAULT_POLICY,
    clock: str = Clock.LITERAL,
    as_of: dt.date | None = None,
    table: DecisionTable | None = None,
    bound: bool = False,
) -> Deadline:
    """Return the deadline of one flaw on one asset, with both arms where the exposure is unknown.

    Args:
        signals: what :meth:`clearinghouse.priority.Signals.for_identifiers` returned.
        exposed: the owner's judgement, ``yes``, ``no`` or ``unknown``, or a fact with its own source and date.
        identified: when the owner identified the flaw on the asset. identified_source: who or what says so.
        commissioned: when the asset came into service. changed: when the inputs last moved the flaw to another row.
        policy, clock, as_of, table, bound: as for :func:`clearinghouse.priority.deadline`.

    Raises:
        UnknownValueError, DateError: as :func:`clearinghouse.priority.deadline` does.
    """
    if isinstance(exposed, str):
        exposed = stated(exposed)
    start = StartFacts(
        identified=identified, identified_source=identified_source, commissioned=commissioned, changed=changed
    )
    return deadline(signals.inputs(exposed), start, policy=policy, clock=clock, as_of=as_of, table=table, bound=bound)
