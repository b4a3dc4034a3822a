"""``clearinghouse validate RECIPE...``: recipes are run in a sandbox, on the affected and the fixed version."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from clearinghouse.cli.layout import say, show_table, stderr
from clearinghouse.cli.output import ATTENTION, BAD_INPUT, OK, OutputFormat, explained, show_error, write_json
from clearinghouse.cli.validate.group import RUN, Declared, Form, Jobs, Offline, Runner, Runs, app, form_of, words_of
from clearinghouse.formats.text import clean_line, printable_name
from clearinghouse.records import ClearinghouseError
from clearinghouse.sandbox import Tier
from clearinghouse.triage.validating import Bench, Finished, folders_of
from clearinghouse.trust.envelope import sign
from clearinghouse.trust.keys import signer_of
from clearinghouse.validation.attestation import statement_of
from clearinghouse.validation.errors import ValidationError
from clearinghouse.validation.kept import keep, make_room
from clearinghouse.validation.recipe import Loaded, load
from clearinghouse.validation.result import Result
from clearinghouse.validation.validate import Policy, Progress, Validated, is_success
from clearinghouse.validation.verdict import Verdict


@app.command(RUN, short_help="Validate recipes; the word run may be left out.")
def run_command(
    paths: Annotated[list[Path], typer.Argument(metavar="RECIPE...", help="Recipes: files, folders, folders of them.")],
    *,
    runs: Runs = 3,
    output: Form = "text",
    attest: Annotated[
        str | None, typer.Option("--attest", metavar="KEY", help="Sign each verdict with this private key file or URI.")
    ] = None,
    public: Annotated[
        Path | None, typer.Option("--public", metavar="FILE", help="The public key, where KEY is the URI of a service.")
    ] = None,
    kept: Annotated[
        Path | None,
        typer.Option("--keep", metavar="FOLDER", help="Write results, evidence and signed verdicts into this folder."),
    ] = None,
    jobs: Jobs = 1,
    tier: Annotated[Tier, typer.Option("--tier", help="The isolation that is needed at least.")] = Tier.T1,
    offline: Offline = False,
    runner: Runner = None,
    declared: Declared = Tier.T1,
) -> None:
    """Run recipes: the affected version, the fixed one, the benign control, each several times, and give a verdict.

    Exit code 0: every recipe was confirmed (fixed, or reproduced where it names no fix). 1: some verdict is another.
    2: a recipe cannot be read, run or kept; the others are printed.
    """
    form = form_of(output)
    signer = signer_of(attest, public) if attest else None
    if signer and kept is None:
        kept = Path("validation")
    if kept is not None:
        make_room(kept)
    recipes, failures = loaded(paths)
    results: list[dict[str, Any]] = []
    broken: list[Exception] = []
    worst = OK
    if recipes:
        policy = Policy(runs=runs, least=tier)
        command = words_of(runner)
        with progress_of(recipes) as progress, ExitStack() as stack:
            many = min(jobs, len(recipes))
            bench = stack.enter_context(Bench(many, policy=policy, offline=offline, runner=command, declared=declared))
            for found in _until(bench.validate(recipes, progress), failures, broken):
                where = _keep(kept, found, signer, failures)
                results.append(_shown(found.result, where))
                worst = worst if is_success(found.result.verdict) else ATTENTION
                if form is OutputFormat.TABLE:
                    _tell(found.result, where)
    if form is OutputFormat.JSON:
        write_json(results if len(results) != 1 or len(paths) > 1 else results[0])
    for error in failures:
        show_error(error)
    if broken:
        raise broken[0]
    raise typer.Exit(BAD_INPUT if failures else worst)


def _until(
    done: Iterator[Finished], failures: list[ClearinghouseError], broken: list[Exception]
) -> Iterator[Validated]:
    """Yield what was validated, and note what went wrong. What is no error of ours ends it, and is put into ``broken``:
    what came before it is told first.
    """
    try:
        for _, found in done:
            if isinstance(found, ClearinghouseError):
                failures.append(found)
            else:
                yield found
    except Exception as error:
        broken.append(error)


def loaded(paths: Sequence[Path]) -> tuple[list[Loaded], list[ClearinghouseError]]:
    """Return the recipes below paths, and what is wrong with those that cannot be read."""
    recipes: list[Loaded] = []
    failures: list[ClearinghouseError] = []
    for path in _folders(paths, failures):
        try:
            recipes.append(load(path))
        except (ClearinghouseError, OSError) as error:
            failures.append(explained(error))
    if not recipes and not failures:
        failures.append(ValidationError("there is no recipe in what was named", "name a folder with a recipe.toml"))
    return recipes, failures


def _folders(paths: Sequence[Path], failures: list[ClearinghouseError]) -> Iterator[Path]:
    for path in paths:
        try:
            yield from list(folders_of([path]))
        except OSError as error:  # a folder that may not be entered
            failures.append(explained(error))


@contextmanager
def progress_of(recipes: Sequence[Loaded]) -> Iterator[Any]:
    """Yield what returns, for the place of a recipe, what is told what is done next."""
    target = stderr()
    if not target.is_terminal:
        yield lambda _: lambda _: None
        return

    with target.status("checking the sandbox") as status:

        def for_place(place: int) -> Progress:
            title = clean_line(recipes[place].recipe.title)[:60]
            return lambda text: status.update(f"{place + 1}/{len(recipes)} {title}: {clean_line(text)[:60]}")

        yield for_place


def _keep(folder: Path | None, found: Validated, signer: Any, failures: list[ClearinghouseError]) -> Path | None:
    """Sign and write a result, and return where; what goes wrong with one of them costs the others nothing."""
    if folder is None:
        return None
    try:
        envelope = sign(statement_of(found.result), [signer]).to_bytes() if signer else None
        return keep(folder, found.result, found.blobs, envelope)
    except Exception as error:  # of a service that has the key, it may be any
        said = explained(error)
        failures.append(ClearinghouseError(f"{found.result.recipe['path']}: {said.what}", said.remedy))
        return None


def _shown(result: Result, kept: Path | None) -> dict[str, Any]:
    shown: dict[str, Any] = msgspec.to_builtins(result)
    if kept:
        shown["kept"] = printable_name(str(kept))
    return shown


def _tell(result: Result, kept: Path | None) -> None:
    say(f"{clean_line(result.recipe['title'])}")
    say(f"  {result.verdict}: {clean_line(result.why)}")
    rows = [
        (
            run.subject,
            {True: "yes", False: "no", None: "?"}[run.shown],
            clean_line(run.how)[:60],
            f"{run.seconds:.2f}",
        )
        for run in result.runs
    ]
    if rows:
        show_table("", ("subject", "shown", "what was seen", "seconds"), rows)
    if result.isolation:
        limits = ", ".join(
            f"{name}: {means}" for name, means in result.isolation.limits.items() if name in {"memory", "processes"}
        )
        say(f"  isolation {result.isolation.tier}, {result.isolation.provider}; {limits}")
    for problem in result.problems:
        say(f"  note: {clean_line(problem)}")
    if kept:
        say(f"  kept in {kept}")
    elif rows and result.verdict in {Verdict.INCONCLUSIVE, Verdict.CONTROL_FAILED}:
        say("  try: the same with --keep FOLDER, and read what was written there")
    say()
    sys.stdout.flush()
