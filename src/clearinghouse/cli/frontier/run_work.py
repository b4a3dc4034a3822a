"""What ``frontier run`` does: settle what is asked for, run it, and say what came of it."""

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from clearinghouse.cli import INTERRUPTED
from clearinghouse.cli.layout import say, show_table, stderr
from clearinghouse.cli.options import OptionError
from clearinghouse.cli.output import ATTENTION, OK, OutputFormat, write_json
from clearinghouse.evaluation.assessment.folder import runs_of
from clearinghouse.evaluation.assessment.gathered import MOST_RETRIES
from clearinghouse.evaluation.assessment.running import expose, note_began, note_ended, under
from clearinghouse.evaluation.pools.marker import Marker, count, marker_in
from clearinghouse.evaluation.rule.design import Budget
from clearinghouse.evaluation.running.asked import Asked, asked
from clearinghouse.evaluation.running.bench import Bench
from clearinghouse.evaluation.running.custody import host_of, require_shown
from clearinghouse.evaluation.running.logs import of_run
from clearinghouse.evaluation.running.run import run
from clearinghouse.evaluation.running.sealing.statement import SIGNED
from clearinghouse.evaluation.running.sealing.verify import verified
from clearinghouse.evaluation.tasks.task import Task, load, tasks_below
from clearinghouse.formats.text import clean_line, plural, printable_name
from clearinghouse.sandbox import Tier

if TYPE_CHECKING:
    from securesystemslib.signer import Signer

    from clearinghouse.evaluation.running.attempt import Attempt
    from clearinghouse.evaluation.running.run import Ran, Tell
    from clearinghouse.evaluation.running.sealing.verify import Verified

TOKENS = 2_000_000
"""Of an attempt, where nobody says otherwise."""
_RETRIES = 1
"""Of a lost attempt, where nothing is decided by it."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,63}")
_ENDINGS = ("solved", "failed", "refused", "infrastructure", "budget")


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
    """What else one attempt may use: US dollars, seconds of work, turns."""

    cost: float | None
    seconds: float
    turns: int


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


def freely(paths: Sequence[Path], wish: Wish, out: Path | None, spent: Spent, epochs: int, purpose: Purpose) -> Settled:
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
    budget = Budget(tokens=tokens, cost=spent.cost, seconds=spent.seconds, messages=spent.turns)
    wanted = asked(
        tasks,
        wish.model,
        budget,
        epochs=epochs,
        scaffold=wish.scaffold or "plain",
        seed=wish.seed,
        tier=wish.tier,
        retries=_RETRIES if wish.retries is None else wish.retries,
        pool=roots.pop() if len(roots) == 1 else "",
        prices=wish.prices,
    )
    return Settled(tasks, wanted, out, wish.tier, marked=marked, purpose=purpose)


def under_plan(
    paths: Sequence[Path], wish: Wish, assessment: Path, name: str, who: str, signer: "Signer", operator: str
) -> tuple[Settled, str]:
    """Settle a run under the plan of an assessment; return it, and who runs the model, as the plan has it by the key.

    Raises:
        OptionError: the run has no name, nobody runs it, or an option contradicts the plan.
        AssessmentError, AnalysisError, PlanError: see
            :func:`~clearinghouse.evaluation.assessment.running.under`. RunError, TaskError.
    """
    if not _NAME.fullmatch(name) or not who.strip():
        raise OptionError("--name, --who and --key", "are needed", "of an assessment, in place of --out")
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
    made = Settled(tasks, wanted, runs_of(assessment) / name, tier, Shown(assessment, name, who))
    return made, settled.operator or operator


def run_it(
    settled: Settled, place: Place, operator: str, samples: int, signers: "Sequence[Signer]", form: OutputFormat
) -> int:
    """Run what is settled, say what came of it, and return the exit code."""
    tasks, wanted, out, tier, *_ = settled
    require_shown(tasks, wanted.model, operator)
    uncounted = _shown_to(settled, host_of(wanted.model, operator), dt.datetime.now(dt.UTC))
    bench_of = Bench(runners=place.runners, least=tier, command=place.command, declared=place.declared)
    with bench_of as bench, _told(settled, signers), _progress() as tell:
        ran = run(tasks, wanted, out, bench, samples=samples, signers=signers, tell=tell)
    checked = verified(out)
    attempts = [each for log in of_run(checked) for each in log.attempts]
    if form is OutputFormat.JSON:
        uncounted_in = [f"{each.pool} {each.version}" for each in uncounted]
        write_json(_shown(ran, checked, attempts) | {"not_counted_in": uncounted_in})
    else:
        _tell(ran, checked, attempts)
        for each in uncounted:
            where = printable_name(each.place)
            say(f"  the pool {each.pool} {each.version} is not in {where}: what was shown is not counted there")
    if ran.was_stopped:
        return INTERRUPTED
    is_whole = ran.is_complete and not any(each.ended == "infrastructure" for each in attempts)
    return OK if is_whole else ATTENTION


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


@contextmanager
def _progress() -> Iterator["Tell"]:
    """Yield what is told how many attempts were made, of how many."""
    target = stderr()
    if not target.is_terminal:
        yield lambda made, wanted: None
        return
    from rich.progress import (  # noqa: PLC0415 - only where somebody looks
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (BarColumn(bar_width=20), MofNCompleteColumn(), TextColumn("attempts"), TimeElapsedColumn())
    with Progress(*columns, TimeRemainingColumn(), console=target, transient=True) as progress:
        bar = progress.add_task("", total=None)
        yield lambda made, wanted: progress.update(bar, completed=made, total=wanted)


def _shown(ran: "Ran", checked: "Verified", attempts: Sequence["Attempt"]) -> dict[str, Any]:
    said: dict[str, Any] = msgspec.to_builtins(checked.said)
    return {
        "folder": printable_name(str(ran.folder)),
        "statement": printable_name(str(ran.statement)),
        "signed": checked.is_signed,
        "wanted": ran.wanted,
        "made": ran.made,
        "complete": ran.is_complete,
        "stopped": ran.was_stopped,
        "endings": dict(_counts(attempts)),
        "unsealed": checked.unsealed,
        "said": said,
        "attempts": [msgspec.to_builtins(each) for each in attempts],
    }


def _counts(attempts: Sequence["Attempt"]) -> Counter[str]:
    found = Counter(str(each.ended) for each in attempts)
    return Counter({name: found[name] for name in _ENDINGS})


def _tell(ran: "Ran", checked: "Verified", attempts: Sequence["Attempt"]) -> None:
    families: dict[str, list[Attempt]] = {}
    for each in attempts:
        families.setdefault(each.task_family, []).append(each)
    rows = [(clean_line(name, 40), *_row(made)) for name, made in sorted(families.items())]
    rows.append(("all", *_row(attempts)))
    show_table("", ("family", "attempts", "solved", "failed", "refused", "lost", "budget"), rows)
    said = checked.said
    say(f"{clean_line(said.model)}: {plural(ran.sealed, 'attempt')} of {ran.wanted} sealed in {ran.folder}")
    say(f"  isolation {said.tier_reached}, {clean_line(said.provider)}; {said.tier_demanded} was demanded")
    if said.scripted:
        say("  a scripted agent, and no model: this shows nothing of any model")
    if not checked.is_signed:
        say("  nobody signed: no determination can rest on it; name a key with --key")
    if checked.unsealed:
        say(f"  {plural(checked.unsealed, 'attempt')} ended unsealed when the process was broken off; made again")
    if ran.was_stopped:
        say("  stopped; the same command goes on")


def _row(attempts: Sequence["Attempt"]) -> tuple[str, ...]:
    counts = _counts(attempts)
    return (str(len(attempts)), *(str(counts[each]) for each in _ENDINGS))
