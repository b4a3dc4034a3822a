"""Who signed what, and whether the log is the one that they signed."""

from pathlib import Path

from clearinghouse.evaluation.assessment import folder as places
from clearinghouse.evaluation.assessment.drawn import sides_of
from clearinghouse.evaluation.assessment.gathered import SEALING, run_in
from clearinghouse.evaluation.assessment.logged import demand_heads, thrown_away
from clearinghouse.evaluation.assessment.running import demand_operator
from clearinghouse.evaluation.determination.errors import PackageError
from clearinghouse.evaluation.determination.package import names
from clearinghouse.evaluation.determination.package.checks.check import Absent, Case, Check
from clearinghouse.evaluation.determination.package.checks.evidence import MOST_STAGES, kept_plans, signed_plan
from clearinghouse.evaluation.determination.roles import require_roles
from clearinghouse.evaluation.plan.agreeing import is_shared
from clearinghouse.evaluation.plan.fields import Plan
from clearinghouse.evaluation.pools import ceremony
from clearinghouse.formats.text import plural

_ASK = "ask who made the assessment"


def _roles(case: Case) -> str:
    plan = signed_plan(case)[0].plan  # by its assessor
    if not plan.keys:
        raise Absent("The plan is of a trial, and names no keys.")
    parts = [plural(_draws(case, plan), "draw")]
    if any(case.below(places.RUNS, ".json")):
        found = [run_in(each, case.keys, seals_only=not case.has_logs) for each in places.runs_in(case.package.root)]
        for run in found:
            if run.is_signed:
                demand_operator(plan, run.keyids, run.folder.name)
        parts.append(plural(len(found), "run"))
    parts.append(plural(_determinations(case), "determination"))
    shared = " The assessor is the operator as well." if is_shared(plan) else ""
    return f"The plan, {', '.join(parts)}: each signed with the key that the plan names for it.{shared}"


def _draws(case: Case, plan: Plan) -> int:
    plans, root = kept_plans(case), case.package.root
    count = 0
    for domain in plan.design.domains:
        for stage in range(1, MOST_STAGES + 1):
            if ceremony.draw_path(Path(), domain.name, stage).as_posix() not in case.package:
                break
            draw = ceremony.draw_in(root, domain.name, stage)
            if draw.terms.plan not in plans:
                raise PackageError(f"the draw {stage} of {domain.name} is under a plan that is not here", _ASK)
            ceremony.check_signatures(root, domain.name, draw, case.keys, sides_of(plans[draw.terms.plan]))
            count += 1
    return count


def _determinations(case: Case) -> int:
    plans = kept_plans(case)
    try:
        found = case.determinations
    except Absent:
        return 0
    for number, signed in found.items():
        plan = plans.get(signed.record.plan.sha256)
        if plan is None:
            raise PackageError(f"{number} is under a plan that is not here", _ASK)
        require_roles(plan, signed.record, (each.event for each in case.chains[number]))
    return len(found)


def _heads(case: Case) -> str:
    if names.LOG not in case.package:
        raise Absent("The log itself is not in this copy; the signed list names its head.")
    count = demand_heads(case.package.root, signed_plan(case)[0].plan, case.keys, assessed=True)
    lost: tuple[str, ...] = ()
    if any(case.below(places.RUNS, ".seals")):
        runs = places.runs_in(case.package.root)
        lost = thrown_away(case.package.root, [run_in(each, case.keys, seals_only=not case.has_logs) for each in runs])
    told = case.assessment.flags if lost and names.ASSESSMENT in case.package else ()
    if lost and not any(each.kind == SEALING and each.is_open for each in told):
        raise PackageError(f"{lost[0]} began, and is not here as it was; the assessment does not say so", _ASK)
    return f"{plural(count, 'signed head')}: the log is the one that assessor, developer and operator signed."


CHECKS = (
    Check("roles", "Whoever signed had that to do: nobody's key stands in the place of another's.", _roles),
    Check(
        "heads", "The log was not written anew: who acted signed what it was like then, and no run is missing.", _heads
    ),
)
