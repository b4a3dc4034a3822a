"""``clearinghouse frontier run``: a model, or a scripted agent, tries tasks; every attempt is sealed as it ends."""

import os
from math import inf
from pathlib import Path
from typing import Annotated

import typer

from clearinghouse.cli.frontier.group import app
from clearinghouse.cli.options import OptionError
from clearinghouse.cli.validate.group import Declared, Form, Runner, form_of, words_of
from clearinghouse.sandbox import Tier
from clearinghouse.trust.keys import signer_of


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
    purpose: Annotated[
        str,
        typer.Option(
            "--purpose",
            metavar="TEXT",
            help="Of a run of no assessment with tasks of a sealed pool; needs --who, and the pool counts it.",
        ),
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
    budget_seconds: Annotated[
        float, typer.Option("--budget-seconds", min=1, max=1e7, help="Of work; waiting for the provider is none.")
    ] = 3_600.0,
    budget_cost: Annotated[
        float | None, typer.Option("--budget-cost", min=0, max=1e9, help="US dollars of one attempt; needs --prices.")
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
        int | None,
        typer.Option(
            "--retries",
            min=0,
            max=10,
            help="How often an attempt that the machine lost is made again: once; of an assessment never; where it is, "
            "a flag counts it.",
        ),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of what scripted agents draw.")] = 0,
    operator: Annotated[
        str,
        typer.Option(
            "--operator",
            help="Who runs the model, where tasks are under an embargo; of an assessment the plan says it by the key.",
        ),
    ] = "",
    runner: Runner = None,
    declared: Declared = Tier.T1,
    output: Form = "text",
) -> None:
    """Let a model try tasks in boxes, judge each attempt in a fresh box, and seal it in a log.

    Exit code 0: every attempt was made. 1: the machine lost some, which count as missing. 2: it cannot be run.
    130: stopped; the same command goes on.
    """
    from clearinghouse.cli.frontier import run_work as work  # noqa: PLC0415 - what runs things, when it is asked for

    form = form_of(output)
    if prices is not None and not all(0 <= each < inf for each in prices):
        raise OptionError("--prices", "are no prices", "give two numbers, 0 or more")
    signers = [signer_of(key, public)] if key else []
    wish = work.Wish(model, scaffold, budget_tokens, seed, tier, retries, prices)
    if assessment is None:
        spent = work.Spent(budget_cost, budget_seconds, turns)
        settled = work.freely(tasks, wish, out, spent, epochs, work.Purpose(purpose, who))
    elif out is not None or not key:
        raise OptionError("--name, --who and --key", "are needed", "of an assessment, in place of --out")
    else:
        settled, operator = work.under_plan(tasks, wish, assessment, name, who, signers[0], operator)
    place = work.Place(runners or min(max_samples, os.cpu_count() or 1), words_of(runner), declared)
    raise typer.Exit(work.run_it(settled, place, operator, max_samples, signers, form))
