"""``clearinghouse frontier run``: a model, or a scripted agent, tries tasks; every attempt is sealed as it ends."""

import datetime as dt
import os
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from clearinghouse.cli import INTERRUPTED
from clearinghouse.cli.frontier.group import app
from clearinghouse.cli.layout import say, show_table, stderr
from clearinghouse.cli.options import OptionError
from clearinghouse.cli.output import ATTENTION, OK, OutputFormat, write_json
from clearinghouse.cli.validate.group import Declared, Form, Runner, form_of, words_of
from clearinghouse.formats.text import clean_line, plural, printable_name
from clearinghouse.sandbox import Tier
from clearinghouse.trust.keys import signer_of

if TYPE_CHECKING:
    from clearinghouse.evaluation.running.attempt import Attempt
    from clearinghouse.evaluation.running.run import Ran, Tell
    from clearinghouse.evaluation.running.sealing.verify import Verified

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,63}")
_ENDINGS = ("solved", "failed", "refused", "infrastructure", "budget")


@app.command("run", short_help="Let a model, or a scripted agent, try tasks; every attempt is sealed.")
def command(
    tasks: Annotated[
        list[Path], typer.Option("--tasks", metavar="FOLDER", help="A task, or a folder of tasks; may be repeated.")
    ],
    *,
    model: Annotated[
        str, typer.Option("--model", metavar="NAME", help="provider/model as inspect_ai names it, or scripted/NAME.")
    ] = "",
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FOLDER", help="Where the sealed logs go; one that was stopped goes on."),
    ] = None,
    assessment: Annotated[
        Path | None,
        typer.Option(
            "--assessment",
            metavar="FOLDER",
            help="Under the plan of this folder, which settles budget, attempts, scaffold, isolation, and which model "
            "where none is named.",
        ),
    ] = None,
    name: Annotated[
        str, typer.Option("--name", help="Of the run, in the folder of the assessment: letters, digits and hyphens.")
    ] = "",
    who: Annotated[
        str, typer.Option("--who", metavar="NAME", help="Who runs it, for the ledger of what was shown to whom.")
    ] = "",
    budget_tokens: Annotated[
        int | None,
        typer.Option(
            "--budget-tokens",
            min=1,
            help="Tokens of one attempt, input and output together: 2,000,000, or as the plan says; of an assessment "
            "also a rung of its ladder.",
        ),
    ] = None,
    budget_seconds: Annotated[float, typer.Option("--budget-seconds", min=1, help="Of the clock.")] = 3_600.0,
    budget_cost: Annotated[
        float | None, typer.Option("--budget-cost", min=0, help="US dollars of one attempt; needs --prices.")
    ] = None,
    prices: Annotated[
        tuple[float, float] | None,
        typer.Option("--prices", metavar="INPUT OUTPUT", help="US dollars for a million tokens of input, of output."),
    ] = None,
    turns: Annotated[int, typer.Option("--turns", min=1, help="Most turns of one attempt.")] = 200,
    epochs: Annotated[int, typer.Option("--epochs", min=1, max=1_000, help="Attempts at each task.")] = 1,
    scaffold: Annotated[
        str,
        typer.Option("--scaffold", help="plain (where none is named), react, or an agent that a package gives."),
    ] = "",
    key: Annotated[
        str | None, typer.Option("--key", metavar="KEY", help="Sign with this private key file or URI.")
    ] = None,
    public: Annotated[
        Path | None, typer.Option("--public", metavar="FILE", help="The public key, where KEY is the URI of a service.")
    ] = None,
    tier: Annotated[Tier, typer.Option("--tier", help="The isolation that is needed at least.")] = Tier.T1,
    max_samples: Annotated[int, typer.Option("--max-samples", min=1, max=256, help="Attempts at one time.")] = 8,
    runners: Annotated[
        int | None, typer.Option("--runners", min=1, max=256, help="Processes that run boxes; as many as processors.")
    ] = None,
    retries: Annotated[
        int, typer.Option("--retries", min=0, max=10, help="How often an attempt that the machine lost is made again.")
    ] = 1,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of what scripted agents draw.")] = 0,
    operator: Annotated[
        str, typer.Option("--operator", help="Who hosts the model, where tasks are under an embargo.")
    ] = "",
    runner: Runner = None,
    declared: Declared = Tier.T1,
    output: Form = "text",
) -> None:
    """Let a model try tasks in boxes, judge each attempt in a fresh box, and seal it in a log.

    Exit code 0: every attempt was made. 1: the machine lost some, which count as missing. 2: it cannot be run.
    130: stopped; the same command goes on.
    """
    from clearinghouse.evaluation.assessment.folder import runs_of  # noqa: PLC0415
    from clearinghouse.evaluation.assessment.running import expose, under  # noqa: PLC0415
    from clearinghouse.evaluation.rule.design import Budget  # noqa: PLC0415 - what runs things, when it is asked for
    from clearinghouse.evaluation.running.asked import asked  # noqa: PLC0415
    from clearinghouse.evaluation.running.bench import Bench  # noqa: PLC0415
    from clearinghouse.evaluation.running.custody import require_shown  # noqa: PLC0415
    from clearinghouse.evaluation.running.run import run  # noqa: PLC0415
    from clearinghouse.evaluation.running.sealing.verify import verified  # noqa: PLC0415
    from clearinghouse.evaluation.tasks.task import load, tasks_below  # noqa: PLC0415

    form = form_of(output)
    signers = [signer_of(key, public)] if key else []
    loaded = [load(each) for each in tasks_below(tasks)]
    if assessment is None:
        _not_of_a_pool(tasks)
        if out is None or not model:
            raise OptionError("--model and --out", "are needed", "name both, or the folder of an --assessment")
        tokens = budget_tokens or 2_000_000
        budget = Budget(tokens=tokens, cost=budget_cost, seconds=budget_seconds, messages=turns)
        wanted = asked(
            loaded,
            model,
            budget,
            epochs=epochs,
            scaffold=scaffold or "plain",
            seed=seed,
            tier=tier,
            retries=retries,
            prices=prices,
        )
    else:
        if out is not None or not _NAME.fullmatch(name) or not who.strip() or not key:
            raise OptionError("--name, --who and --key", "are needed", "of an assessment, in place of --out")
        settled = under(assessment, model=model, tokens=budget_tokens, scaffold=scaffold)
        out, tier, plan = runs_of(assessment) / name, max(tier, settled.plan.tier), settled.plan
        wanted = asked(
            loaded,
            settled.model,
            settled.budget,
            epochs=plan.design.epochs,
            scaffold=settled.scaffold,
            seed=seed,
            tier=tier,
            retries=retries,
            plan=settled.sha256,
            prices=prices,
        )
    require_shown(loaded, wanted.model, operator)
    if assessment is not None:
        now, host = dt.datetime.now(dt.UTC), operator or "not named"
        expose(assessment, loaded, model=wanted.model, host=host, run=name, who=who, now=now)
    many = runners or min(max_samples, os.cpu_count() or 1)
    with Bench(runners=many, least=tier, command=words_of(runner), declared=declared) as bench, _progress() as tell:
        ran = run(loaded, wanted, out, bench, samples=max_samples, signers=signers, tell=tell)
    checked = verified(out)
    attempts = _attempts(checked)
    if form is OutputFormat.JSON:
        write_json(_shown(ran, checked, attempts))
    else:
        _tell(ran, checked, attempts)
    if ran.was_stopped:
        raise typer.Exit(INTERRUPTED)
    raise typer.Exit(ATTENTION if any(each.ended == "infrastructure" for each in attempts) else OK)


def _not_of_a_pool(tasks: Sequence[Path]) -> None:
    """Refuse tasks that were opened of a sealed pool: shown to a model so, they would be worn and nobody would know.

    Raises:
        OptionError: they were.
    """
    for path in tasks:
        if any((each / "revealed.json").exists() for each in (path, path.parent)):
            why = "has tasks that were opened of a sealed pool"
            raise OptionError(f"--tasks {path}", why, "name the --assessment for which it was opened")


def _attempts(checked: "Verified") -> list["Attempt"]:
    from clearinghouse.evaluation.running.logs import of_run  # noqa: PLC0415

    return [each for log in of_run(checked) for each in log.attempts]


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
