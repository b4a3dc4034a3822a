"""What must always be true of findings and vulnerabilities, as their own room says."""

from collections.abc import Iterator

from clearinghouse.server.operate.check.finding import Finding
from clearinghouse.server.vulnerabilities.invariants import broken

_REMEDY = "report it with the version of the software; a backup from before shows since when it is so"


def invariants() -> Iterator[Finding]:
    """Yield what is not true of findings and vulnerabilities.

    Each rule is one statement, but some ask several; what work in progress makes look wrong is right when it is asked
    again, so only what is wrong twice is told.
    """
    first = {(each.rule, each.row) for each in broken()}
    if not first:
        return
    for each in broken():
        if (each.rule, each.row) in first:
            what = f"it is not so that {each.rule}: {each.row}"
            yield Finding(part="vulnerabilities", code="invariant_broken", what=what, remedy=_REMEDY)
