"""What ``frontier run`` does: settle what is asked for, run it, and say what came of it."""

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from clearinghouse.cli import INTERRUPTED
from clearinghouse.cli.frontier.run_said import progress, shown, tell
from clearinghouse.cli.layout import say
from clearinghouse.cli.options import OptionError
from clearinghouse.cli.output import ATTENTION, OK, OutputFormat, write_json
from clearinghouse.evaluation.assessment.folder import runs_of
from clearinghouse.evaluation.assessment.gathered import MOST_RETRIES
from clearinghouse.evaluation.assessment.running import Under, expose, note_began, note_end_once, note_ended, under
from clearinghouse.evaluation.pools.marker import Marker, count, marker_in
from clearinghouse.evaluation.rule.design import Budget
from clearinghouse.evaluation.running.asked import Asked, asked
from clearinghouse.evaluation.running.bench import Bench
from clearinghouse.evaluation.running.custody import host_of, require_shown
from clearinghouse.evaluation.running.logs import of_run
from clearinghouse.evaluation.running.run import possible, run
from clearinghouse.evaluation.running.sealing.statement import SIGNED
from clearinghouse.evaluation.running.sealing.verify import verified
from clearinghouse.evaluation.running.there import finished
from clearinghouse.evaluation.tasks.task import Task, load, tasks_below
from clearinghouse.formats.text import printable_name
from clearinghouse.sandbox import Tier

if TYPE_CHECKING:
    from securesystemslib.signer import Signer

    from clearinghouse.evaluation.running.there import Ran

TOKENS = 2_000_000
"""Of an attempt, where nobody says otherwise."""
_RETRIES = 1
"""Of a lost attempt, where nothing is decided by it."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,63}")
_SECONDS, _TURNS = 3_600.0, 200


class Wish(NamedTuple):
    """What is asked for with and without a plan; empty or None is as the plan has it, or as it is usual."""

    model: str
    scaffold: str
    tokens: int | None
    seed: int
    tier: Tier
    retries: int | None
    prices: tuple[float, ...] | None


class Spent(NamedTuple):
    """What else one attempt may use: US dollars, seconds of work, turns; and attempts at each task. None is as the plan
    has it, or as it is usual.
    """

    cost: float | None
    seconds: float | None
    turns: int | None
    epochs: int | None


class Place(NamedTuple):
    """Where it runs: how many runners, the command that reaches them, and what is said of their machine."""

    runners: int
    command: Sequence[str] | None
    declared: Tier


class Shown(NamedTuple):
    """To what assessment, under which name, it is written down what is shown to a model, and by whom."""

    assessment: Path
    name: str
    who: str


class Purpose(NamedTuple):
    """What tasks of a sealed pool are run for outside of an assessment, and by whom."""

    says: str
    who: str


class Settled(NamedTuple):
    """What is run: the tasks, everything that is asked for, the folder, the isolation, and what is written down.

    ``marked`` are tasks of sealed pools, which are run for a ``purpose`` outside of an assessment.
    """

    tasks: list[Task]
    wanted: Asked
    out: Path
    tier: Tier
    shown: Shown | None = None
    marked: Sequence[tuple[Marker, Task]] = ()
    purpose: Purpose = Purpose("", "")


def freely(paths: Sequence[Path], wish: Wish, out: Path | None, spent: Spent, purpose: Purpose) -> Settled:
    """Settle a run under no plan.

    Raises:
        OptionError: there is no model or folder, or tasks are of a sealed pool and nobody says what for. RunError,
            TaskError. PoolError: a task of a pool was changed.
    """
    if out is None or not wish.model:
        raise OptionError("--model and --out", "are needed", "name both, or the folder of an --assessment")
    folders = list(tasks_below(list(paths)))
    tasks = [load(each) for each in folders]
    marked = _of_pools(folders, tasks, purpose)
    roots = {marker.root for marker, _ in marked}
    tokens = wish.tokens or TOKENS
    seconds, turns = spent.seconds or _SECONDS, spent.turns or _TURNS
    budget = Budget(tokens=tokens, cost=spent.cost, seconds=seconds, messages=turns)
    wanted = asked(
        tasks,
        wish.model,
        budget,
        epochs=spent.epochs or 1,
        scaffold=wish.scaffold or "plain",
        seed=wish.seed,
        tier=wish.tier,
        retries=_RETRIES if wish.retries is None else wish.retries,
        pool=roots.pop() if len(roots) == 1 else "",
        prices=wish.prices,
    )
    return Settled(tasks, wanted, out, wish.tier, marked=marked, purpose=purpose)


def under_plan(
    paths: Sequence[Path], wish: Wish, spent: Spent, shown: Shown, signer: "Signer", operator: str
) -> tuple[Settled, str]:
    """Settle a run under the plan of an assessment; return it, and who runs the model, as the plan has it by the key.

    Raises:
        OptionError: an option contradicts the plan.
        AssessmentError, AnalysisError, PlanError: see
            :func:`~clearinghouse.evaluation.assessment.running.under`. RunError, TaskError.
    """
    assessment = shown.assessment
    retries = wish.retries or 0  # who can make the machine fail could choose its attempts
    if retries > MOST_RETRIES:
        raise OptionError("--retries", f"is {retries}", f"at most {MOST_RETRIES} in an assessment: more could choose")
    tasks = [load(each) for each in tasks_below(list(paths))]
    keyid = signer.public_key.keyid
    settled = under(assessment, model=wish.model, tokens=wish.tokens, scaffold=wish.scaffold, key=keyid)
    if settled.operator and operator not in {"", settled.operator}:
        raise OptionError(
            "--operator", f"is {operator[:60]!a}", f"the key is that of {settled.operator}, as the plan says"
        )
    if settled.prices and wish.prices not in {None, settled.prices}:
        raise OptionError("--prices", "are others than the plan has", "leave them out")
    _demand_as_planned(settled, spent)
    tier = max(wish.tier, settled.plan.tier)
    wanted = asked(
        tasks,
        settled.model,
        settled.budget,
        epochs=settled.plan.design.epochs,
        scaffold=settled.scaffold,
        seed=wish.seed,
        tier=tier,
        retries=retries,
        plan=settled.sha256,
        prices=settled.prices or wish.prices,
    )
    made = Settled(tasks, wanted, runs_of(assessment) / shown.name, tier, shown)
    return made, settled.operator or operator


def demand_named(name: str, who: str, key: str | None, out: Path | None, purpose: str) -> None:
    """Refuse options that do not name a run of an assessment.

    Raises:
        OptionError: so it is.
    """
    for option, given in (("--out", out is not None), ("--purpose", bool(purpose))):
        if given:
            raise OptionError(option, "does not go with --assessment", "leave it out: the plan and --name say it")
    missing = [option for option, given in (("--name", name), ("--who", who.strip()), ("--key", key)) if not given]
    if missing:
        verb = "is" if len(missing) == 1 else "are"
        raise OptionError(" and ".join(missing), f"{verb} needed with --assessment", "see `frontier run --help`")
    if not _NAME.fullmatch(name):
        rule = "letters, digits and hyphens, at most 64, no hyphen first: it names a folder below runs/"
        raise OptionError("--name", f"is {name[:80]!a}", rule)


def _demand_as_planned(settled: Under, spent: Spent) -> None:
    """Refuse what was named and is otherwise in the plan, which decides it.

    Raises:
        OptionError: something was.
    """
    budget = settled.budget
    for option, given, planned in (
        ("--budget-cost", spent.cost, budget.cost),
        ("--budget-seconds", spent.seconds, budget.seconds),
        ("--turns", spent.turns, budget.messages),
        ("--epochs", spent.epochs, settled.plan.design.epochs),
    ):
        if given is not None and given != planned:
            has = "does not limit it" if planned is None else f"has {planned:g}"
            raise OptionError(option, f"is {given:g}, and the plan {has}", "leave it out: the plan decides it")


def run_it(
    settled: Settled, place: Place, operator: str, samples: int, signers: "Sequence[Signer]", form: OutputFormat
) -> int:
    """Run what is settled, say what came of it, and return the exit code."""
    wanted, out = settled.wanted, settled.out
    require_shown(settled.tasks, wanted.model, operator)
    ran = finished(out, wanted, signers)
    uncounted: tuple[Marker, ...] = ()
    if ran is None:
        ran, uncounted = _run(settled, place, host_of(wanted.model, operator), samples, signers)
    elif (shown_to := settled.shown) is not None:
        of_it = (shown_to.assessment, shown_to.name, wanted.digest, signers[0])
        note_end_once(*of_it, who=shown_to.who, now=dt.datetime.now(dt.UTC))
    checked = verified(out)
    attempts = [each for log in of_run(checked) for each in log.attempts]
    if form is OutputFormat.JSON:
        uncounted_in = [f"{each.pool} {each.version}" for each in uncounted]
        write_json(shown(ran, checked, attempts) | {"not_counted_in": uncounted_in})
    else:
        tell(ran, checked, attempts)
        for each in uncounted:
            where = printable_name(each.place)
            say(f"  the pool {each.pool} {each.version} is not in {where}: what was shown is not counted there")
    if ran.was_stopped:
        return INTERRUPTED
    is_whole = ran.is_complete and not any(each.ended == "infrastructure" for each in attempts)
    return OK if is_whole else ATTENTION


def _run(
    settled: Settled, place: Place, host: str, samples: int, signers: "Sequence[Signer]"
) -> "tuple[Ran, tuple[Marker, ...]]":
    """Run it. What cannot begin is told before anything is written down."""
    tasks, wanted, out, tier, *_ = settled
    bench_of = Bench(runners=place.runners, least=tier, command=place.command, declared=place.declared)
    with bench_of as bench:
        bench.isolation()
        possible(wanted)
        uncounted = _shown_to(settled, host, dt.datetime.now(dt.UTC))
        with _told(settled, signers), progress() as watch:
            return run(tasks, wanted, out, bench, samples=samples, signers=signers, tell=watch), uncounted


def _shown_to(settled: Settled, host: str, now: dt.datetime) -> "tuple[Marker, ...]":
    """Write down what is about to be shown to whom; return markers of pools that are not there to be told."""
    tasks, wanted, shown = settled.tasks, settled.wanted, settled.shown
    if shown is not None:
        expose(shown.assessment, tasks, model=wanted.model, host=host, run=shown.name, who=shown.who, now=now)
        return ()
    purpose = settled.purpose
    return count(
        settled.marked,
        model=wanted.model,
        host=host,
        run=wanted.digest,
        who=purpose.who,
        purpose=purpose.says,
        now=now,
    )


def _of_pools(folders: Sequence[Path], tasks: Sequence[Task], purpose: Purpose) -> list[tuple[Marker, Task]]:
    """Return tasks that were opened of a sealed pool, if it is said what they are run for: they wear out by it.

    Raises:
        OptionError: it is not said, or they do not say of which pool they are. PoolError: see :func:`marker_in`.
    """
    found = []
    for path, task in zip(folders, tasks, strict=True):
        folder = path if path.is_dir() else path.parent
        marker = marker_in(folder, task)
        why = "has tasks that were opened of a sealed pool"
        if marker is None and any((each / "revealed.json").exists() for each in (folder, folder.parent)):
            raise OptionError(f"--tasks {path}", why, "name the --assessment for which it was opened")
        if marker is not None and not (purpose.says.strip() and purpose.who.strip()):
            remedy = (
                "name the --assessment for which it was opened, or say with --purpose and --who what else it is for"
            )
            raise OptionError(f"--tasks {path}", why, remedy)
        if marker is not None:
            found.append((marker, task))
    return found


@contextmanager
def _told(settled: Settled, signers: "Sequence[Signer]") -> Iterator[None]:
    """Have the log of an assessment tell that a run begins, before its first attempt, and then that it ended."""
    shown, wanted = settled.shown, settled.wanted
    if shown is None:
        yield
        return
    of_it = (shown.assessment, shown.name)
    note_began(*of_it, wanted, signers[0], who=shown.who, now=dt.datetime.now(dt.UTC))
    try:
        yield
    finally:
        if (settled.out / SIGNED).exists():
            note_ended(*of_it, wanted.digest, signers[0], who=shown.who, now=dt.datetime.now(dt.UTC))
