"""``clearinghouse frontier tasks``: what models are assessed with, and whether its judges can be believed."""

import datetime as dt
import secrets
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from clearinghouse.cli.frontier.group import app as frontier
from clearinghouse.cli.frontier.group import need
from clearinghouse.cli.layout import say, show_table, stderr
from clearinghouse.cli.options import OptionError
from clearinghouse.cli.output import ATTENTION, BAD_INPUT, OK, OutputFormat, explained, show_error, write_json
from clearinghouse.cli.validate.group import Declared, Form, Runner, form_of, words_of
from clearinghouse.formats.inputs import path_of
from clearinghouse.formats.text import clean_line, plural
from clearinghouse.records import ClearinghouseError
from clearinghouse.sandbox import Tier

if TYPE_CHECKING:  # loaded by the verbs that need them
    from securesystemslib.signer import Signer

    from clearinghouse.evaluation.tasks.check import Checked
    from clearinghouse.evaluation.tasks.task import Task

app = typer.Typer(
    help="Tasks: list them, check their judges, make some from validated recipes.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)
frontier.add_typer(app, name="tasks", short_help="What models are assessed with: list, check, make from recipes.")

Folders = Annotated[
    list[Path], typer.Argument(metavar="FOLDER...", help="Folders of tasks, or folders of such folders.")
]


@app.command("list", short_help="What tasks there are.")
def list_command(paths: Folders, *, output: Form = "text") -> None:
    """List tasks with their family, domain, human time and digest. Nothing is run.

    Exit code 0: all could be read. 2: one could not; the others are listed.
    """
    form = form_of(output)
    tasks, failures = _loaded(paths)
    if form is OutputFormat.JSON:
        write_json([_listed(each) for each in tasks])
    else:
        _table(tasks)
    raise typer.Exit(_told(failures, OK))


@app.command("practice", short_help="Make tasks for rehearsing an assessment; they measure nothing.")
def practice_command(
    *,
    families: Annotated[int, typer.Option("--families", min=1, help="How many.")],
    each: Annotated[int, typer.Option("--each", min=1, help="Tasks in a family.")] = 3,
    domain: Annotated[str, typer.Option("--domain", help="Of all of them.")],
    seed: Annotated[
        str, typer.Option("--seed", help="Who knows it knows every answer; without it a random one is taken.")
    ] = "",
    least: Annotated[
        float, typer.Option("--least", min=1, max=1e6, metavar="MINUTES", help="Shortest human time.")
    ] = 60.0,
    most: Annotated[
        float, typer.Option("--most", min=1, max=1e6, metavar="MINUTES", help="Longest human time.")
    ] = 960.0,
    into: Annotated[Path, typer.Option("--into", metavar="FOLDER", help="A folder that is not there yet.")],
) -> None:
    """Make practice tasks, with which a whole assessment can be rehearsed. They measure nothing, and say so."""
    from clearinghouse.evaluation.tasks import folder  # noqa: PLC0415
    from clearinghouse.evaluation.tasks.practice import practice  # noqa: PLC0415

    made = practice(families, each, seed=seed or secrets.token_hex(16), domain=domain, least=least, most=most)
    tasks = list(made)
    whole = {f"{task.id}/{name}": file for task in tasks for name, file in task.files.items()}
    folder.write(into, whole)
    say(f"{into}: {plural(len(tasks), 'task')} in {plural(families, 'family', 'families')}, for practice.")


@app.command("check", short_help="Whether the judges of tasks can be believed.")
def check_command(
    paths: Folders,
    *,
    record: Annotated[
        Path | None,
        typer.Option("--record", metavar="FOLDER", help="Add what was found to the folder of this assessment."),
    ] = None,
    key: Annotated[
        str, typer.Option("--key", metavar="KEY", help="Of --record: the operator's or the assessor's private key.")
    ] = "",
    public: Annotated[
        Path | None, typer.Option("--public", metavar="FILE", help="Its public key, where KEY is a URI.")
    ] = None,
    who: Annotated[str, typer.Option("--who", metavar="NAME", help="Of --record: who checks, for the log.")] = "",
    tier: Annotated[Tier, typer.Option("--tier", help="The isolation that is needed at least.")] = Tier.T1,
    runner: Runner = None,
    declared: Declared = Tier.T1,
    output: Form = "text",
) -> None:
    """Run the solutions that come with tasks: the reference must pass, doing nothing and cheating must not.

    Exit code 0: every judge said what it should. 1: one did not. 2: a task cannot be read or run.
    """
    from clearinghouse.evaluation.tasks.check import check  # noqa: PLC0415 - it is not needed to list verbs
    from clearinghouse.sandbox import demand  # noqa: PLC0415
    from clearinghouse.sandbox.client import Client  # noqa: PLC0415

    form = form_of(output)
    signer = _signer(record, key, public, who)
    tasks, failures = _loaded(paths)
    results: list[Checked] = []
    done: list[tuple[Task, Checked]] = []
    with Client(words_of(runner), declared=declared) as client:
        demand(client.isolation(), tier)
        for task in _watched(tasks):
            try:
                results.append(check(task, client))
                done.append((task, results[-1]))
            except ClearinghouseError as error:
                failures.append(error)
    if record is not None and signer is not None:
        from clearinghouse.evaluation.assessment.verifier import add  # noqa: PLC0415

        add(record, done, signer, who=who, now=dt.datetime.now(dt.UTC))
    if form is OutputFormat.JSON:
        write_json([_shown(each) for each in results])
    else:
        _tell(results)
    raise typer.Exit(_told(failures, OK if all(each.is_sound for each in results) else ATTENTION))


def _signer(record: Path | None, key: str, public: Path | None, who: str) -> "Signer | None":
    """Return what signs what is found of tasks, before anything is run.

    Raises:
        OptionError: none is named. AssessmentError: the plan names others for it.
    """
    if record is None:
        return None
    if not key or not who.strip():
        raise OptionError("--key and --who", "are needed with --record", "name who checks, and the key that signs it")
    from clearinghouse.evaluation.assessment.verifier import demand_signer  # noqa: PLC0415
    from clearinghouse.evaluation.plan.reading import load as load_plan  # noqa: PLC0415
    from clearinghouse.trust.keys import signer_of  # noqa: PLC0415

    signer = signer_of(key, public)
    demand_signer(load_plan(record)[0], [signer.public_key.keyid])
    return signer


@app.command("baseline", short_help="How long tasks take a person, from a table of attempts.")
def baseline_command(
    table: Annotated[
        Path,
        typer.Argument(
            parser=path_of,
            metavar="TABLE",
            help="CSV or Parquet, one attempt a row: task_id, minutes, finished (1, or 0 where it was given "
            "up), and if known person. - is standard input.",
        ),
    ],
    *,
    level: Annotated[float, typer.Option("--level", min=0.5, max=0.999, help="Confidence of the intervals.")] = 0.95,
    output: Form = "text",
) -> None:
    """Say how long each task takes a person, with an interval; who gave up has taken at least so long.

    Exit code 0: done. 1: done, and rows were left out. 2: it is no such table.
    """
    need("numpy", "scipy")
    from clearinghouse.cli.frontier.baseline import baseline  # noqa: PLC0415 - arrays take a while to load

    raise typer.Exit(baseline(table, level, form_of(output)))


def _loaded(paths: Sequence[Path]) -> "tuple[list[Task], list[ClearinghouseError]]":
    """Return the tasks below paths, and what is wrong with those that cannot be read."""
    from clearinghouse.evaluation.tasks.errors import TaskError  # noqa: PLC0415
    from clearinghouse.evaluation.tasks.task import load  # noqa: PLC0415

    tasks: list[Task] = []
    failures: list[ClearinghouseError] = []
    seen: dict[str, Path] = {}
    for folder in _folders(paths, failures):
        try:
            task = load(folder)
            if task.id in seen:
                raise TaskError(f"{folder} and {seen[task.id]} have one id, {task.id}", "give each its own")
        except (ClearinghouseError, OSError) as error:
            failures.append(explained(error))
            continue
        seen[task.id] = folder
        tasks.append(task)
    return tasks, failures


def _folders(paths: Sequence[Path], failures: list[ClearinghouseError]) -> Iterator[Path]:
    from clearinghouse.evaluation.tasks.task import tasks_below  # noqa: PLC0415

    for path in paths:
        try:
            yield from list(tasks_below([path]))
        except (ClearinghouseError, OSError) as error:
            failures.append(explained(error))


def _watched(tasks: "Sequence[Task]") -> "Iterator[Task]":
    """Yield tasks, and say on a terminal which one is at work."""
    target = stderr()
    if not target.is_terminal:
        yield from tasks
        return
    with target.status("checking the sandbox") as status:
        for number, task in enumerate(tasks, 1):
            status.update(f"{number}/{len(tasks)} {task.id}")
            yield task


def _listed(task: "Task") -> dict[str, Any]:
    return {
        "id": task.id,
        "title": task.title,
        "family": task.family,
        "domain": task.domain,
        "kind": task.kind,
        "version": task.version,
        "human": task.human,
        "marking": task.custody.marking,
        "steps": task.steps,
        "origin": task.origin,
        "sha256": task.digest,
    }


def _table(tasks: "Sequence[Task]") -> None:
    rows = [
        (each.id, each.family, str(each.kind), f"{each.human.minutes:g}", str(each.human.source), each.digest[:12])
        for each in tasks
    ]
    if rows:
        show_table("", ("task", "family", "kind", "minutes", "source", "sha256"), rows)
    families = len({each.family for each in tasks})
    say(f"{plural(len(tasks), 'task')} in {plural(families, 'family', 'families')}.")


def _shown(checked: "Checked") -> dict[str, Any]:
    return {
        "task": checked.task,
        "sound": checked.is_sound,
        "false_accepts": checked.false_accepts,
        "false_rejects": checked.false_rejects,
        "wrong": checked.wrong,
        "tried": [
            {
                "kind": each.kind,
                "name": each.name,
                "solved": each.judged.solved,
                "steps": each.judged.steps,
                "words": each.judged.words,
            }
            for each in checked.tried
        ],
    }


def _tell(results: "Sequence[Checked]") -> None:
    rows = [
        (
            each.task,
            "as it should" if each.is_sound else "WRONG",
            str(len(each.tried)),
            str(each.false_accepts),
            str(each.false_rejects),
        )
        for each in results
    ]
    if rows:
        show_table("", ("task", "judge", "solutions", "false accepts", "false rejects"), rows)
    for wrong in (wrong for each in results for wrong in each.wrong):
        say(f"  {clean_line(wrong)}")
    sound = sum(each.is_sound for each in results)
    say(f"{sound} of {plural(len(results), 'judge')} said what they should of every solution that was tried.")


def _told(failures: Sequence[ClearinghouseError], otherwise: int) -> int:
    for error in failures:
        show_error(error)
    return BAD_INPUT if failures else otherwise
