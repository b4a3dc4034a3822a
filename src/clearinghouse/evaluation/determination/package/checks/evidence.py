"""What the assessment rests on, from the plan to the seals of the runs, and everything computed again."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from clearinghouse.evaluation.assessment import folder as places
from clearinghouse.evaluation.assessment.drawn import demand_planned, drawn_domain, sides_of
from clearinghouse.evaluation.assessment.gathered import run_in
from clearinghouse.evaluation.assessment.rows import LARGEST as LARGEST_TABLE
from clearinghouse.evaluation.assessment.rows import table_bytes
from clearinghouse.evaluation.determination.errors import PackageError
from clearinghouse.evaluation.determination.package import names
from clearinghouse.evaluation.determination.package.checks.check import Absent, Case, Check
from clearinghouse.evaluation.determination.package.checks.compared import differing
from clearinghouse.evaluation.plan import signing
from clearinghouse.evaluation.plan.analysis import present
from clearinghouse.evaluation.plan.fields import Plan
from clearinghouse.evaluation.plan.reading import LARGEST as LARGEST_PLAN
from clearinghouse.evaluation.plan.reading import NAME
from clearinghouse.evaluation.plan.reading import parse as parse_plan
from clearinghouse.evaluation.pools import ceremony
from clearinghouse.evaluation.pools.draw import verify
from clearinghouse.evaluation.pools.manifest import Manifest, parse
from clearinghouse.formats.text import plural
from clearinghouse.trust.envelope import LARGEST_ENVELOPE

_ASK = "ask who made the assessment"
MOST_STAGES = 8


def _plan(case: Case) -> str:
    signed, count = signed_plan(case)
    plan = signed.plan
    code = "" if present().sha256 == plan.analysis else " It names another version of the code than the one here."
    return f"{plan.name}, version {plan.version} of {count}, signed at {signed.at}.{code}"


def signed_plan(case: Case) -> tuple[signing.Signed, int]:
    """The newest version and how many there are; what the log says of them counts where it is in this copy."""
    case.read(NAME)
    if names.LOG in case.package:
        versions = signing.check(case.package.root, case.keys).versions
        return versions[0], len(versions)
    envelope = case.package.read(signing.ENVELOPE, LARGEST_ENVELOPE)
    found = signing.read_signed(case.read(NAME), envelope, case.keys, NAME)
    return found, found.plan.version


def _pools(case: Case) -> str:
    plan = signed_plan(case)[0].plan
    roots = {each.domain: _pool(case, each.domain).root for each in plan.pools}
    for each in plan.pools:
        if roots[each.domain] != each.root:
            raise PackageError(f"the pool of {each.domain} is another than the plan names", _ASK)
    if names.ASSESSMENT in case.package and case.assessment.pools != roots:
        raise PackageError("the assessment names other pools than the plan", _ASK)
    return f"{plural(len(roots), 'pool')} committed to, each with the root that the plan names."


def _pool(case: Case, domain: str) -> Manifest:
    path = places.pool_of(Path(), domain).as_posix()
    return parse(case.read(path), path)


def _draws(case: Case) -> str:
    plan = signed_plan(case)[0].plan
    revealed = any(case.below(places.REVEALED, ".json")) and names.LOG in case.package
    verified = list(_drawn(case, plan) if revealed else _repeated(case, plan))
    begins = f"{plural(len(verified), 'draw')} repeated with the same order"
    ends = "and every family that was opened is in it" if revealed else "what was opened of it is not in this copy"
    if not all(verified):
        raise Absent(f"{begins}, from a rehearsal's beacon: nobody can verify what it said, and who drew could choose.")
    return f"{begins}, from rounds that their network signed; {ends}."


def _drawn(case: Case, plan: Plan) -> Iterator[bool]:
    """Whether the beacon of each draw can be verified, after it was."""
    versions = signing.check(case.package.root, case.keys).versions
    for each in plan.design.domains:
        domain = drawn_domain(case.package.root, versions, each.name, case.keys)
        yield from (not domain.unverified for _ in domain.stages)


def _repeated(case: Case, plan: Plan) -> Iterator[bool]:
    """The same, of draws of which it is not here what was opened."""
    plans = kept_plans(case)
    root = case.package.root
    for each in plan.design.domains:
        manifest = _pool(case, each.name)
        for stage in range(1, MOST_STAGES + 1):
            if ceremony.draw_path(Path(), each.name, stage).as_posix() not in case.package:
                break
            terms, draw = ceremony.terms_in(root, each.name, stage), ceremony.draw_in(root, each.name, stage)
            if draw.terms != terms or terms.plan not in plans:
                raise PackageError(f"the draw {stage} of {each.name} was made from other terms", _ASK)
            ceremony.check_signatures(root, each.name, draw, case.keys, sides_of(plans[terms.plan]))
            verify(draw, manifest, ceremony.former(root, each.name, terms))
            demand_planned(draw, plans[terms.plan])
            yield terms.beacon.is_verifiable


def kept_plans(case: Case) -> dict[str, Plan]:
    """Return every version of the plan that is kept, by its SHA-256; who signed them is not looked at."""
    found = {each: case.package.read(each, LARGEST_PLAN) for each in case.below(signing.KEPT, ".toml")}
    return {hashlib.sha256(data).hexdigest(): parse_plan(data, name) for name, data in found.items()}


def _runs(case: Case) -> str:
    if not any(case.below(places.RUNS, ".seals")):
        raise Absent("The runs are not in this copy; the signed list names the digest of each log.")
    found = [run_in(each, case.keys, seals_only=not case.has_logs) for each in places.runs_in(case.package.root)]
    logs = {f"{places.RUNS}/{each.folder.name}/{log.name}": log for each in found for log in each.said.logs}
    told = case.assessment if names.ASSESSMENT in case.package else None
    if told is not None and told.logs != {name: log.log for name, log in logs.items()}:
        raise PackageError("the assessment names other logs than the runs have", _ASK)
    if told is not None and told.tier_reached != min(str(each.said.tier_reached) for each in found):
        raise PackageError("the assessment tells of another isolation than the runs", _ASK)
    attempts = sum(each.samples for each in logs.values())
    unsigned = sum(not each.is_signed for each in found)
    begins = f"{plural(len(found), 'run')} with {plural(attempts, 'sealed attempt')}"
    ends = f" Nobody signed {unsigned} of them." if unsigned else ""
    if case.has_logs:
        return f"{begins}: statements, seals and logs agree to the byte.{ends}"
    return f"{begins}: statements and seals agree; the logs are with others.{ends}"


def _table(case: Case) -> str:
    if names.TABLE not in case.package:
        raise Absent("The table of attempts is not in this copy.")
    found = case.gathered
    rows = (*found.rows, *found.references)
    if not case.has_logs:
        return (
            f"{plural(len(rows), 'attempt')}, each at a task that was drawn or is for development; no logs to compare."
        )
    if table_bytes(rows) != case.package.read(names.TABLE, LARGEST_TABLE):
        raise PackageError(f"{names.TABLE} is not what the sealed logs give", _ASK)
    return f"{plural(len(rows), 'attempt')}, to the byte what the sealed logs give."


def _computed(case: Case) -> str:
    different = differing(case.assessment, case.again)
    if different:
        what = f"computed again, {different[0]} of the assessment is another, and {len(different) - 1} more are"
        raise PackageError(what, _ASK)
    basis = "logs" if case.has_logs else "table of attempts"
    code = "" if present().sha256 == case.assessment.analysis else " The code here is another version than was used."
    return f"Computed again from the {basis}, every number is the same.{code}"


def _rule(case: Case) -> str:
    told, found = case.assessment.finding, case.again.finding
    if told.verdict is not found.verdict or differing(told, found):
        what = f"the rule comes to {found.verdict.value.replace('_', ' ')} here, or for other reasons"
        raise PackageError(what, _ASK)
    verdict = found.verdict.value.replace("_", " ").upper()
    return f"Applied again, the registered rule finds {verdict}, with the same {len(found.grid)} cells of the grid."


CHECKS = (
    Check("plan", "What decides was settled and signed before anything was run.", _plan),
    Check("pools", "The tasks were fixed before the draw, and none was exchanged.", _pools),
    Check("draws", "Nobody chose which families were drawn, neither the assessor nor the developer.", _draws),
    Check("runs", "No attempt was changed, left out or added since it ended.", _runs),
    Check("table", "What is computed from is what was run.", _table),
    Check("recomputed", "The numbers follow from the attempts, whoever computes them.", _computed),
    Check("rule", "The finding is what the rule that was registered comes to.", _rule),
)
