"""Everything in the folder of an assessment, read and checked to belong together.

No attempt can be chosen afterwards: runs are sealed, name the plan, and hold nothing but tasks that were drawn or are
for development; an attempt that stands twice is refused, and one that is not there counts as missing.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
from msgspec.structs import replace

from clearinghouse.evaluation.assessment import folder as places
from clearinghouse.evaluation.assessment.canaries import searched
from clearinghouse.evaluation.assessment.drawn import DrawnDomain, DrawnFamily, DrawnTask, drawn_domain
from clearinghouse.evaluation.assessment.errors import AssessmentError
from clearinghouse.evaluation.assessment.facts import CanarySearch, Flag
from clearinghouse.evaluation.assessment.flags import raised_in
from clearinghouse.evaluation.assessment.logged import demand_heads, thrown_away
from clearinghouse.evaluation.assessment.parts import with_parts
from clearinghouse.evaluation.assessment.rows import Row, in_order
from clearinghouse.evaluation.assessment.running import demand_operator
from clearinghouse.evaluation.assessment.verifier import demand_believed
from clearinghouse.evaluation.ledger.chain import Chain
from clearinghouse.evaluation.plan.fields import Plan
from clearinghouse.evaluation.plan.signing import Signed, check
from clearinghouse.evaluation.pools.exposure import EXPOSED, LEDGER
from clearinghouse.evaluation.running.asked import Asked, Given
from clearinghouse.evaluation.running.logs import of_run
from clearinghouse.evaluation.running.sealing.statement import SIGNED
from clearinghouse.evaluation.running.sealing.verify import Verified, verified
from clearinghouse.records.errors import about
from clearinghouse.sandbox import Tier
from clearinghouse.trust.keys import KeyRing

MOST_RETRIES = 1
"""How often an attempt that the machine lost may be made again."""
SEALING = "sealing"
"""The kind of flags that say something of the seals of runs."""
_Known = tuple[str, str, DrawnTask]
"""Of a task: its domain, its family, and what was committed to of it."""


class Gathered(msgspec.Struct, frozen=True, kw_only=True):
    """What an assessment is computed from.

    Attributes:
        folder: of it. signed: the plan. domains: what was drawn, by name. rows: attempts of the model that the plan is
            about, in the order of the table. references: of the models that it registers as such, likewise.
        logs: SHA-256 of each log by its name in the folder. tier: the least isolation that a run reached.
        answered: as which models the provider of the model answered in drawn tasks.
        scripted: whether the model is a scripted agent. unsigned: runs that nobody signed. broken: attempts by run that
            were broken off before they were sealed, and made again. lost: attempts by run that the machine lost and
            that were made again, likewise. vanished: runs that began, or before which tasks were shown, and that are
            not there as they were. raised: flags that people raised.
        told: flags about seals that somebody else raised, where the logs are not here. canaries: of the pools, in
            the logs of the model; None where they were not searched for.
    """

    folder: Path
    signed: Signed
    domains: dict[str, DrawnDomain]
    rows: tuple[Row, ...]
    references: tuple[Row, ...]
    logs: dict[str, str]
    tier: str
    scripted: bool
    unsigned: tuple[str, ...]
    broken: dict[str, int]
    answered: tuple[str, ...] = ()
    lost: dict[str, int] = {}
    vanished: tuple[str, ...] = ()
    raised: tuple[Flag, ...] = ()
    told: tuple[Flag, ...] = ()
    canaries: CanarySearch | None = None

    @property
    def plan(self) -> Plan:
        """The plan."""
        return self.signed.plan


def gather(folder: Path, keys: KeyRing) -> Gathered:
    """Read the folder of an assessment.

    Args:
        keys: that are believed: those of the plan and of the runs, and of who raised or settled flags.

    Raises:
        AssessmentError: something is missing or does not belong there; and whatever the rooms of plans, pools and runs
            raise where something of theirs was changed.
    """
    versions = check(folder, keys).versions
    signed = versions[0]
    names = [each.name for each in signed.plan.design.domains]
    domains = {name: drawn_domain(folder, versions, name, keys) for name in names}
    runs = [run_in(path, keys) for path in places.runs_in(folder)]
    if not runs:
        raise AssessmentError(f"{folder} has no runs", "run tasks with `clearinghouse frontier run`")
    _apart(domains)
    known = {
        task.sha256: (name, family.name, task)
        for name, domain in domains.items()
        for family in _families(domain)
        for task in family.tasks
    }
    for run in runs:
        _belongs(run, signed, known)
        if run.is_signed:
            demand_operator(signed.plan, run.keyids, str(run.folder))
    found = (row for run in runs for row in _rows(run, known, signed.plan.design.band.sources))
    rows = tuple(in_order(with_parts(found, signed.plan, domains)))
    _once(rows)
    again = {run.folder.name: _made_again(run) for run in runs}
    own, references = signed.plan.own_names, signed.plan.reference_names
    if not any(row.model in own for row in rows):
        what = f"{folder} has no attempt of {signed.plan.model.name}, which the plan is about"
        raise AssessmentError(what, "run it; a plan names its provider's name for a model as model.access")
    demand_believed(folder, signed.plan, keys)
    demand_heads(folder, signed.plan, keys)
    return Gathered(
        folder=folder,
        signed=signed,
        domains=domains,
        rows=tuple(row for row in rows if row.model in own),
        references=tuple(row for row in rows if row.model in references),
        logs={f"{places.RUNS}/{run.folder.name}/{log.name}": log.log for run in runs for log in run.said.logs},
        tier=min(str(run.said.tier_reached) for run in runs),
        scripted=any(run.asked.scripted for run in runs if run.asked.model in own),
        answered=_answered([run for run in runs if run.asked.model in own], domains),
        unsigned=tuple(run.folder.name for run in runs if not run.keyids),
        vanished=tuple(sorted({*_vanished(folder, runs), *thrown_away(folder, runs)})),
        raised=tuple(each.flag for each in raised_in(folder, signed.plan, keys)),
        canaries=searched([run for run in runs if run.asked.model in own], domains),
        broken={name: broken for name, (broken, _) in again.items() if broken},
        lost={name: lost for name, (_, lost) in again.items() if lost},
    )


def _answered(runs: Sequence[Verified], domains: dict[str, DrawnDomain]) -> tuple[str, ...]:
    """Return as which models a provider answered in tasks that decide: a name can be moved to another one meanwhile."""
    stages = (stage for domain in domains.values() for stage in domain.stages)
    drawn = {task.sha256 for stage in stages for family in stage for task in family.tasks}
    found: set[str] = set()
    for run in runs:
        decide = {each.id for each in run.asked.tasks if each.sha256 in drawn}
        found |= {each.answered for log in of_run(run) for each in log.attempts if each.task_id in decide}
    return tuple(sorted(found - {""}))


def _made_again(run: Verified) -> tuple[int, int]:
    """Return how many attempts of a run were broken off, and how many the machine lost; others took their place.

    Somebody could have looked at the first and not liked what they saw; a model could have brought the second about.
    """
    logs = of_run(run)
    lost = sum(each.retries for log in logs for each in log.attempts)
    if run.said.begun:
        return run.said.begun - sum(len(log.attempts) for log in logs) - lost, lost
    return run.unsealed + sum(log.interrupted for log in logs), lost


def run_in(path: Path, keys: KeyRing, *, seals_only: bool = False) -> Verified:
    """Return a run. One that nobody signed is read, and flagged; one that somebody else signed is not.

    Raises:
        SealError, LogError, EnvelopeError: see :func:`~clearinghouse.evaluation.running.sealing.verify.verified`.
    """
    is_signed = (path / SIGNED).is_file()
    with about(str(path)):
        return verified(path, keys if is_signed else None, seals_only=seals_only)


def _belongs(run: Verified, signed: Signed, known: dict[str, _Known]) -> None:
    """Refuse a run that is not of this plan.

    Raises:
        AssessmentError: it is of another, or of none.
    """
    asked, plan, where = run.asked, signed.plan, run.folder
    wrong = next(
        (
            says
            for is_so, says in (
                (asked.plan != signed.sha256, "it was not run under this plan"),
                (asked.model not in plan.own_names | plan.reference_names, "the plan names no such model"),
                (not _priced(asked, plan), "costs were reckoned with other prices than the plan's"),
                (asked.scaffold not in plan.scaffolds, f"the plan has no scaffold {asked.scaffold[:60]}"),
                (Tier(run.said.tier_reached) < plan.tier, f"it was isolated less than {plan.tier}"),
                (asked.tokens > plan.design.budget.tokens, "its budget is above the registered one"),
                (not _same_budget(asked, plan), "an attempt had another budget than the plan gives it"),
                (asked.epochs != plan.design.epochs, f"the plan has {plan.design.epochs} attempts at each task"),
                (asked.retries > MOST_RETRIES, f"lost attempts were made again more than {MOST_RETRIES} times"),
                (any(each.sha256 not in known for each in asked.tasks), "it has a task that was not drawn"),
            )
            if is_so
        ),
        "",
    )
    if wrong:
        what = f"{where} does not belong to this assessment: {wrong}"
        raise AssessmentError(what, "take it out of the folder, and say in the log why it was made", source=str(where))


def _same_budget(asked: Asked, plan: Plan) -> bool:
    """Whether attempts had what the plan gives them, but for tokens, which are fewer on lower rungs of the ladder."""
    return replace(asked.budget, tokens=plan.design.budget.tokens) == plan.design.budget


def _priced(asked: Asked, plan: Plan) -> bool:
    """Whether costs, where they are limited, were reckoned with the prices that the plan has of this model."""
    prices = plan.prices_of(asked.model)
    return not asked.cost or (prices is not None and tuple(map(float, asked.prices)) == prices.numbers)


def _vanished(folder: Path, runs: Sequence[Verified]) -> tuple[str, ...]:
    """Return runs before which tasks were shown, as the ledger has it, and which are not there."""
    there = {(run.folder.name, run.asked.model) for run in runs}
    shown = {
        (each.facts.get("run", ""), each.facts.get("model", "")) for each in Chain(folder / LEDGER).read().find(EXPOSED)
    }
    return tuple(sorted(f"{name} ({model})" for name, model in shown - there))


def _rows(run: Verified, known: dict[str, _Known], sources: Sequence[str]) -> Iterator[Row]:
    """Yield the attempts of a run. Tasks are named by the handles that their pool gave them, and steps by numbers."""
    given: dict[str, Given] = {each.id: each for each in run.asked.tasks}
    for log in of_run(run):
        for each in log.attempts:
            task = given[each.task_id]
            domain, family, drawn = known[task.sha256]
            minutes, source = drawn.time(sources)
            steps = {name: f"step-{at}" for at, (name, _) in enumerate(task.steps, 1)}
            yield Row(
                task_id=drawn.id,
                task_family=family,
                domain=domain,
                model=run.asked.model,
                scaffold=run.asked.scaffold,
                budget=run.asked.tokens,
                run=run.folder.name,
                epoch=each.epoch,
                outcome=each.ended,
                human_minutes=minutes,
                human_source=source,
                tokens=each.tokens,
                steps=" ".join(steps[name] for name in each.steps if name in steps),
                all_steps=" ".join(f"{steps[name]}={weight}" for name, weight in task.steps),
                refused_in_words=each.refused_in_words,
            )


def _apart(domains: dict[str, DrawnDomain]) -> None:
    """Refuse a task that stands in two domains: an attempt at it would count twice.

    Raises:
        AssessmentError: one does.
    """
    of: dict[str, str] = {}
    for name, domain in domains.items():
        for task in _tasks(domain):
            for key in (task.sha256, task.id):
                if of.setdefault(key, name) != name:
                    what = f"the task {task.id} stands in {of[key]} and in {name}"
                    raise AssessmentError(what, "make pools whose tasks have ids and contents of their own")


def _once(rows: tuple[Row, ...]) -> None:
    """Refuse a task that was run twice with one scaffold and budget: one could be taken for its outcome.

    Raises:
        AssessmentError: one was.
    """
    seen: dict[tuple[str, str, str, int], str] = {}
    for row in rows:
        key = (row.model, row.task_id, row.scaffold, row.budget)
        if seen.setdefault(key, row.run) != row.run:
            what = f"{row.model} was run at the task {row.task_id} in {seen[key]} and again in {row.run}"
            remedy = "keep the first run, and move the other out of runs/; a fresh draw needs other families"
            raise AssessmentError(what, remedy)


def _families(domain: DrawnDomain) -> Iterator[DrawnFamily]:
    yield from domain.development
    for stage in domain.stages:
        yield from stage


def _tasks(domain: DrawnDomain) -> Iterator[DrawnTask]:
    for family in _families(domain):
        yield from family.tasks
