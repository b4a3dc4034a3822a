"""An assessment, computed from what was gathered. The same folder gives the same assessment, but for its date."""

import datetime as dt
import hashlib
from collections.abc import Sequence

from clearinghouse import __version__
from clearinghouse.evaluation.assessment import folder as places
from clearinghouse.evaluation.assessment.characteristics import REPETITIONS, characteristics
from clearinghouse.evaluation.assessment.contamination import contaminated
from clearinghouse.evaluation.assessment.contamination import flags_of as contamination_flags
from clearinghouse.evaluation.assessment.described import horizon_of, losses_of, result_of
from clearinghouse.evaluation.assessment.errors import AssessmentError
from clearinghouse.evaluation.assessment.facts import ROLES, Assessment, Elicitation, Flag, Model, PlanRef
from clearinghouse.evaluation.assessment.gathered import SEALING, Gathered
from clearinghouse.evaluation.assessment.ladder import elicited
from clearinghouse.evaluation.assessment.observed import decisive, observed
from clearinghouse.evaluation.assessment.progress import progress
from clearinghouse.evaluation.assessment.screens import Screened, screened
from clearinghouse.evaluation.assessment.verifier import flags_of as verifier_flags
from clearinghouse.evaluation.ledger.times import stamp
from clearinghouse.evaluation.plan.agreeing import is_shared
from clearinghouse.evaluation.plan.analysis import present
from clearinghouse.evaluation.plan.thresholds import Opening, opened
from clearinghouse.evaluation.rule.conditions import Conditions, OpenFlag
from clearinghouse.evaluation.rule.decide import decide
from clearinghouse.evaluation.rule.design import Design
from clearinghouse.evaluation.rule.finding import Finding
from clearinghouse.evaluation.rule.reconsider import reconsider

SANDBAGGING, SCAFFOLD, DRAW = "sandbagging", "scaffold", "draw"
RAISING = frozenset({"contamination", "verifier", "sealing", "exposure", DRAW})
"""Kinds of flags about what can have made a score too high: known answers, judges that take cheats, chosen
attempts or tasks."""
_RECONSIDERED = 2
_BLINDING = "clearinghouse frontier assessment blinding 1"


def compute(
    gathered: Gathered,
    *,
    now: dt.datetime,
    openings: Sequence[Opening] = (),
    repetitions: int = REPETITIONS,
    keep: bool = False,
) -> Assessment:
    """Compute the assessment of a folder, with the code that is here.

    It does not ask whether the plan names this code: whoever verifies a package computes with what they have, and holds
    the result against the one in it. Whoever makes an assessment asks first, with
    :func:`~clearinghouse.evaluation.plan.analysis.demand`.

    Args:
        now: with a zone. openings: of thresholds whose values the plan only commits to; a domain whose threshold is not
            opened counts for nothing. repetitions: of the simulation of operating characteristics. keep: whether these
            are looked for in the folder, and kept there; else they are simulated.

    Raises:
        DesignError, ObservationError, LookError, ThresholdError: what was gathered cannot be decided under the plan.
        LedgerError: a file of the folder cannot be read or written. AssessmentError: a model was assessed by a draw
            that nobody can verify.
    """
    plan = gathered.plan
    unverified = _unverified(gathered)
    design = opened(plan.design, openings)
    attempts = decisive(gathered)
    raised = gathered.raised
    elicitation = elicited(gathered, plan.scaffolds[0], weaker_than_public=_stands(raised, SCAFFOLD))
    screens = screened(attempts, gathered.references)
    contamination = contaminated(gathered, attempts)
    flags = (*raised, *screens.flags, *contamination_flags(contamination), *unverified, *_of_evidence(gathered))
    conditions = _conditions(gathered, elicitation, screens, flags)
    found = (
        result_of(name, [row for row in attempts if row.domain == name], design.epochs) for name in gathered.domains
    )
    return Assessment(
        plan=PlanRef(name=plan.name, version=plan.version, sha256=gathered.signed.sha256, signed=gathered.signed.at),
        model=Model(
            name=plan.model.name,
            developer=plan.model.developer,
            identity=plan.model.identity,
            safeguards=plan.model.safeguards,
            access=plan.model.access,
            cutoff=plan.model.cutoff.isoformat() if plan.model.cutoff else "",
        ),
        design=design,
        finding=_finding(gathered, design, conditions),
        domains=tuple(each for each in found if each is not None),
        horizon=horizon_of(attempts),
        elicitation=elicitation,
        losses=losses_of(attempts),
        flags=flags,
        operating=characteristics(gathered.folder if keep else None, design, repetitions=repetitions),
        made=stamp(now),
        analysis=present().sha256,
        analysis_version=__version__,
        tier_demanded=str(plan.tier),
        tier_reached=gathered.tier,
        pools={each.domain: each.root for each in plan.pools},
        logs=gathered.logs,
        development=conditions.development,
        scripted=gathered.scripted,
        abilities=screens.abilities,
        blinding=_blinding(openings),
        contamination=contamination,
        steps=progress(attempts, gathered.references),
    )


def _finding(gathered: Gathered, design: Design, conditions: Conditions) -> Finding:
    first = observed(gathered, 1)
    if max(len(each.stages) for each in gathered.domains.values()) < _RECONSIDERED:
        return decide(design, first, conditions)
    return reconsider(design, first, observed(gathered, _RECONSIDERED), conditions)


def _conditions(gathered: Gathered, elicitation: Elicitation, screens: Screened, flags: Sequence[Flag]) -> Conditions:
    is_open = any(each.manifest.header.is_open for each in gathered.domains.values())
    return Conditions(
        saturated=elicitation.saturated,
        rung=elicitation.rungs[-1].tokens if elicitation.rungs else 0,
        flags=tuple(
            OpenFlag(kind=each.kind, says=each.says, can_raise=each.kind in RAISING)
            for each in flags
            if each.is_open and each.kind not in {SANDBAGGING, SCAFFOLD}
        ),
        sandbagging_not_excluded=not screens.done or _stands(flags, SANDBAGGING),
        weaker_than_public=elicitation.weaker_than_public,
        development=gathered.plan.development or is_open or any(each.is_open for each in gathered.plan.pools),
        scripted=gathered.scripted,
    )


def _unverified(gathered: Gathered) -> tuple[Flag, ...]:
    """Return a flag for each draw whose beacon nobody can verify. It stays open for ever, but for a scripted agent: of
    one nothing is determined.

    Raises:
        AssessmentError: what ran was a model, and no trial.
    """
    names = [name for name, domain in gathered.domains.items() if domain.unverified]
    if names and not (gathered.scripted or gathered.plan.development):
        what = f"the draw of {names[0]} rests on a rehearsal's beacon, and what ran is no scripted agent"
        raise AssessmentError(what, "draw anew under a plan that names a beacon that can be verified")
    says = "The draw of {} rests on a rehearsal's beacon: nobody can verify what it said, and who drew could choose it."
    return tuple(Flag(kind=DRAW, says=says.format(each), is_open=not gathered.scripted) for each in names)


def _of_evidence(gathered: Gathered) -> tuple[Flag, ...]:
    """Return the flags that follow from the evidence itself."""
    drawn = [
        task.sha256
        for domain in gathered.domains.values()
        for stage in domain.stages
        for family in stage
        for task in family.tasks
    ]
    found = [*verifier_flags(gathered.folder / places.VERIFIER, drawn), *gathered.told]
    if is_shared(gathered.plan):
        says = "The assessor ran the model as well: one key, and so one person, has both roles."
        found.append(Flag(kind=ROLES, says=says, is_open=False))
    if gathered.unsigned:
        says = f"Nobody signed these runs: {', '.join(gathered.unsigned[:5])}."
        found.append(Flag(kind=SEALING, says=says, is_open=True))
    if gathered.vanished:
        says = f"Runs began, and are not here as they were: {', '.join(gathered.vanished[:5])}."
        found.append(Flag(kind=SEALING, says=says, is_open=True))
    if gathered.broken:
        names = ", ".join(f"{count} in {name}" for name, count in list(gathered.broken.items())[:5])
        says = f"Attempts were broken off before they were sealed, and made again: {names}."
        found.append(Flag(kind=SEALING, says=says, is_open=True))
    if gathered.lost:
        names = ", ".join(f"{count} in {name}" for name, count in list(gathered.lost.items())[:5])
        says = f"Attempts were lost by the machine, and made again: {names}."
        found.append(Flag(kind=SEALING, says=says, is_open=True))
    return tuple(found)


def _blinding(openings: Sequence[Opening]) -> str:
    """Return what keeps opened thresholds from being found out by the digest of the assessment."""
    if not openings:
        return ""
    salts = sorted(each.salt for each in openings)
    return hashlib.sha256("\n".join((_BLINDING, *salts)).encode()).hexdigest()


def _stands(flags: Sequence[Flag], kind: str) -> bool:
    return any(each.kind == kind and each.is_open for each in flags)
