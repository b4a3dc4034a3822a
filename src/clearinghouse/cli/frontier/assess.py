"""``clearinghouse frontier assess``: what attempts show."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from clearinghouse.cli.frontier.group import app, need
from clearinghouse.cli.options import OptionError, a_word
from clearinghouse.cli.output import OutputFormat
from clearinghouse.formats.inputs import path_of

WEIGHTS = ("equal", "sqrt-family", "column")


def _a_weighting(name: str, value: Any) -> str:
    return a_word(name, value, WEIGHTS)


@app.command("assess", short_help="What attempts show: a folder by its plan, or a table.")
def assess_command(
    path: Annotated[
        Path,
        typer.Argument(
            parser=path_of,
            metavar="PATH",
            help="The folder of an assessment; or a table of runs: CSV, Parquet or JSON lines, one attempt a row, with "
            "the columns task_id, task_family, model, score; and if known human_minutes, weight, epoch, outcome, "
            "human_source. - is standard input. Or the folder of a run, or logs of inspect_ai: a file or a folder.",
        ),
    ],
    *,
    models: Annotated[
        list[str] | None,
        typer.Option("--models", metavar="NAME", help="Only this model; may be repeated. Numbers stay the same."),
    ] = None,
    human_min: Annotated[
        float,
        typer.Option(
            "--human-min",
            min=0.0,
            max=1e6,
            metavar="MINUTES",
            help="Count success only over tasks that take a qualified person so long; 0 takes all.",
        ),
    ] = 0.0,
    weights: Annotated[
        str | None,
        typer.Option(
            "--weights",
            parser=lambda text: _a_weighting("--weights", text),
            metavar="|".join(WEIGHTS),
            help="What an attempt weighs in the time horizon. Without it: the column weight where there is one, else "
            "1/sqrt(tasks of the family).",
        ),
    ] = None,
    regularisation: Annotated[
        float,
        typer.Option(
            "--regularisation",
            min=0.0,
            max=1e6,
            metavar="NUMBER",
            help="Ridge on the slope of the time horizon, 1/C of scikit-learn, where one attempt at each timed task "
            "weighs 1 altogether.",
        ),
    ] = 1e-5,
    draws: Annotated[int, typer.Option("--draws", min=0, max=100_000, help="Draws of the bootstrap.")] = 1_000,
    seed: Annotated[int, typer.Option("--seed", min=0, max=1 << 31, help="Of the first draw; the next: 1 more.")] = 42,
    level: Annotated[float, typer.Option("--level", min=0.5, max=0.999, help="Confidence of the intervals.")] = 0.95,
    run: Annotated[str, typer.Option("--run", metavar="NAME", help="Only attempts of this run.")] = "",
    budget: Annotated[str, typer.Option("--budget", metavar="TOKENS", help="Only attempts with this budget.")] = "",
    scaffold: Annotated[str, typer.Option("--scaffold", metavar="NAME", help="Only attempts with this one.")] = "",
    part: Annotated[
        str,
        typer.Option(
            "--part", metavar="NAME", help="Of an assessment's table: drawn-1, drawn-2, beside, development, reference."
        ),
    ] = "",
    domain: Annotated[str, typer.Option("--domain", metavar="NAME", help="Only tasks of this domain.")] = "",
    key: Annotated[
        Path | None,
        typer.Option("--key", metavar="FILE-or-FOLDER", help="Of a folder, or a run: public keys that are believed."),
    ] = None,
    openings: Annotated[
        list[Path] | None,
        typer.Option("--opening", metavar="FILE", help="Of a folder: opens a threshold that is committed to."),
    ] = None,
    sign: Annotated[
        str, typer.Option("--sign", metavar="KEY", help="Of a folder: the assessor's private key, for the log's head.")
    ] = "",
    public: Annotated[
        Path | None, typer.Option("--public", metavar="FILE", help="Its public key, where KEY is a URI.")
    ] = None,
    link: Annotated[
        Path | None,
        typer.Option(
            "--link",
            parser=path_of,
            metavar="TABLE",
            help="Of a table: another one with some of the same tasks, on whose scale abilities are given, and nothing "
            "else.",
        ),
    ] = None,
    who: Annotated[str, typer.Option("--who", metavar="NAME", help="Of a folder: who assesses, for its log.")] = "",
    output: Annotated[
        OutputFormat, typer.Option("--format", help="table for people, json for programs.")
    ] = OutputFormat.TABLE,
) -> None:
    """Say what attempts show of each model: success, and the time horizon, with intervals.

    Families of tasks are taken as drawn from a population of them, and intervals are about that population. A horizon
    is the human time of tasks that succeed with probability 0.5 (p50) or 0.8 (p80). It is marked as censored where the
    tasks cannot show it, and where there is none it is said why. A table in which a model was tried in several ways
    (parts of an assessment, scaffolds, budgets) is divided by them: each is a line of its own.

    Of the folder of an assessment, everything in it is verified first; then the registered rule is applied, and table
    and assessment are written into the folder, and the head of its log, which tells of that, is signed.

    Exit code 0: done. 1: done, and rows were left out. 2: it is no table of runs, or an option is wrong.
    """
    need("numpy", "scipy")
    if path.is_dir() and not _are_logs(path):
        if link is not None:
            raise OptionError("--link", "is of tables", "name a table of runs, such as the runs.csv of the folder")
        raise typer.Exit(_of_folder(path, key, openings or (), (sign, public), who, output))
    if link is not None:
        from clearinghouse.cli.frontier.assess_linked import assess_linked  # noqa: PLC0415

        raise typer.Exit(assess_linked(path, link, output))
    told = {"ridge": regularisation, "draws": draws, "seed": seed, "level": level, "least_minutes": human_min}
    chosen = {"part": part, "scaffold": scaffold, "budget": budget.replace(",", ""), "run": run, "domain": domain}
    raise typer.Exit(_of_table(path, weights, told, models or (), chosen, key, output))


def _are_logs(folder: Path) -> bool:
    from clearinghouse.evaluation.running.reading import are_logs  # noqa: PLC0415 - not needed to list verbs

    return are_logs(folder)


def _of_table(
    path: Path,
    weights: str | None,
    told: dict[str, Any],
    models: Sequence[str],
    chosen: dict[str, str],
    key: Path | None,
    output: OutputFormat,
) -> int:
    from clearinghouse.cli.frontier.assess_table import assess_table  # noqa: PLC0415 - arrays take a while to load
    from clearinghouse.evaluation.runs.measure import Settings  # noqa: PLC0415
    from clearinghouse.evaluation.runs.ways import Only  # noqa: PLC0415
    from clearinghouse.evaluation.statistics.horizon.weights import TaskWeights  # noqa: PLC0415

    settings = Settings(weights=TaskWeights(weights) if weights else None, **told)
    return assess_table(path, settings, models, output, Only(**chosen), key)


def _of_folder(
    folder: Path,
    key: Path | None,
    openings: Sequence[Path],
    sign: tuple[str, Path | None],
    who: str,
    output: OutputFormat,
) -> int:
    from clearinghouse.cli.frontier.assess_folder import assess_folder  # noqa: PLC0415
    from clearinghouse.trust.keys import signer_of  # noqa: PLC0415

    if key is None:
        raise OptionError(
            "--key", "is missing", "name the public keys of plan, draw and runs; nothing is believed else"
        )
    if not who.strip():
        raise OptionError("--who", "is missing", "name who assesses: it goes into the log")
    if not sign[0]:
        raise OptionError("--sign", "is missing", "name the assessor's private key: it signs the head of the log")
    return assess_folder(folder, key, openings, signer_of(*sign), who, output)
