"""What could be judged of what somebody has: where that is nothing at all, the result is not a clean one."""

from collections import Counter

from clearinghouse.cli.output import NothingJudgedError
from clearinghouse.triage.deployer import Deployer, Met
from clearinghouse.triage.told import is_judged

NO_CLEAN_RESULT = "NOTHING WAS JUDGED: this is no clean result."
"""What stands in the place of the advice what to do next."""
_LOOK = "look at what is said of the documents"


def why_unjudged(met: Met) -> tuple[str, ...]:
    """Return the reasons why a component could not be judged, each once; none if it was, be it in part."""
    if is_judged(met.verdict):
        return ()
    return tuple(dict.fromkeys(item.reason for item in met.verdict.unjudged if item.advisory is None))


def is_judged_in_part(met: Met) -> bool:
    """Whether an advisory on a component could not be compared with it, and others, or the lack of others, were."""
    return is_judged(met.verdict) and bool(met.verdict.unjudged)


def nothing_judged(found: Deployer) -> NothingJudgedError | None:
    """Return the error of a result that looks clean because nothing could be judged; None for every other."""
    if any(is_judged(met.verdict) for met in found):
        return None
    names = ", ".join(dict.fromkeys(inventory.source for inventory in found.stock.inventories))
    if not len(found.stock) and found.stock.needs_attention:
        return NothingJudgedError("nothing was judged: no component could be read", _LOOK, source=names)
    if not len(found.stock):
        what = "nothing was judged: no component is listed in what was read"
        return NothingJudgedError(what, "name a list of what is installed, such as a lockfile or an SBOM", source=names)
    reasons = Counter(reason for met in found for reason in why_unjudged(met))
    mostly = reasons.most_common(1)[0][0].rstrip(".")
    size = len(found.stock)
    none = "the one component" if size == 1 else f"each of {size:,} components"
    what = f"nothing was judged: {none} could be compared with no advisory; most often: {mostly}"
    remedy = "give advisories that speak of these components (--advisories PATH, or clearinghouse feeds sync)"
    return NothingJudgedError(what, remedy, source=names)
