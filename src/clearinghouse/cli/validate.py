"""``clearinghouse validate``: recipes are run in a sandbox, on the affected and the fixed version."""

import hashlib
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from typer.core import TyperGroup

from clearinghouse.cli.layout import say, show_table, stderr
from clearinghouse.cli.options import OptionError
from clearinghouse.cli.output import ATTENTION, BAD_INPUT, OK, OutputFormat, show_error, write_json
from clearinghouse.formats.text import clean_line
from clearinghouse.records import ClearinghouseError
from clearinghouse.sandbox import Tier
from clearinghouse.triage.validating import Bench, folders_of
from clearinghouse.trust.envelope import sign, verify
from clearinghouse.trust.keys import KeyRing, signer_of
from clearinghouse.validation.attestation import said_by, statement_of
from clearinghouse.validation.errors import ValidationError
from clearinghouse.validation.kept import BLOBS, keep
from clearinghouse.validation.recipe import Loaded, load
from clearinghouse.validation.result import Result
from clearinghouse.validation.validate import Policy, Progress, Validated, is_success
from clearinghouse.validation.verdict import Verdict

_RUN = "run"
_LARGEST_STATEMENT = 16 << 20


class Group(TyperGroup):
    """Verbs of which the first may be left out: ``validate RECIPE`` is ``validate run RECIPE``."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the verb that is meant, its name, and what is left of the arguments."""
        if args and self.get_command(ctx, args[0]) is None:
            args = [_RUN, *args]
        return super().resolve_command(ctx, args)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the verb that was left out before options that are its own."""
        known = {*self.commands, "-h", "--help"}
        if args and args[0] not in known:
            args = [_RUN, *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    cls=Group,
    help="Run reproducers in a sandbox, before and after the fix, and say what they show.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)


@app.command(_RUN, short_help="Validate recipes; the word run may be left out.")
def run_command(
    paths: Annotated[list[Path], typer.Argument(metavar="RECIPE...", help="Recipes: files, folders, folders of them.")],
    *,
    runs: Annotated[int, typer.Option("--runs", min=1, max=100, help="Runs of each arm.")] = 3,
    output: Annotated[str, typer.Option("--format", help="text for people, json for programs.")] = "text",
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
    jobs: Annotated[int, typer.Option("--jobs", min=1, max=64, help="Validations at one time.")] = 1,
    tier: Annotated[Tier, typer.Option("--tier", help="The isolation that is needed at least.")] = Tier.T1,
    offline: Annotated[bool, typer.Option("--offline", help="Use only what was fetched before.")] = False,
) -> None:
    """Run recipes: the affected version, the fixed one, the benign control, each several times, and give a verdict.

    Exit code 0: every recipe was confirmed (fixed, or reproduced where it names no fix). 1: some verdict is another.
    2: a recipe cannot be read, or nothing could be run.
    """
    form = _form(output)
    signer = signer_of(attest, public) if attest else None
    if signer and kept is None:
        kept = Path("validation")
    recipes, failures = _loaded(paths)
    results: list[dict[str, Any]] = []
    worst = OK
    if recipes:
        policy = Policy(runs=runs, least=tier)
        with _progress(recipes) as progress, Bench(min(jobs, len(recipes)), policy=policy, offline=offline) as bench:
            for _, found in bench.validate(recipes, progress):
                if isinstance(found, ClearinghouseError):
                    failures.append(found)
                    continue
                where = _keep(kept, found, signer)
                results.append(_shown(found.result, where))
                worst = worst if is_success(found.result.verdict) else ATTENTION
                if form is OutputFormat.TABLE:
                    _tell(found.result, where)
    if form is OutputFormat.JSON:
        write_json(results if len(results) != 1 or len(paths) > 1 else results[0])
    for error in failures:
        show_error(error)
    raise typer.Exit(BAD_INPUT if failures else worst)


@app.command("verify", short_help="Check a signed verdict, and what it rests on.")
def verify_command(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="A signed verdict (verdict.intoto.json).")],
    *,
    key: Annotated[Path, typer.Option("--key", metavar="FILE-or-FOLDER", help="Public keys that are believed.")],
    threshold: Annotated[int, typer.Option("--threshold", min=1, help="How many of them must have signed.")] = 1,
    recipe: Annotated[
        Path | None, typer.Option("--recipe", metavar="RECIPE", help="The recipe that the verdict must be about.")
    ] = None,
    output: Annotated[str, typer.Option("--format", help="text for people, json for programs.")] = "text",
) -> None:
    """Check who signed a verdict, that nothing of it was changed, and that the evidence beside it is what it names.

    Exit code 0: it holds. 2: it does not, and why.
    """
    form = _form(output)
    verified = verify(_bytes(path), KeyRing.load(key), threshold)
    said = said_by(verified.statement)
    if recipe is not None and load(recipe).digest != said.recipe["sha256"]:
        raise ValidationError(f"{path} is about another recipe than {recipe}", "name the recipe that was validated")
    checked, missing = _evidence(path.parent / BLOBS, [each.digest.sha256 for each in verified.statement.subject])
    found = {
        "verdict": said.verdict,
        "why": said.why,
        "recipe": said.recipe,
        "started": said.started,
        "isolation": said.isolation,
        "keys": verified.keyids,
        "evidence": {"checked": checked, "absent": missing},
    }
    if form is OutputFormat.JSON:
        write_json(found)
        return
    say(f"{said.verdict}: {said.why}")
    say(f"  recipe     {clean_line(said.recipe.get('title', ''))}")
    say(f"  signed by  {', '.join(verified.keyids)}")
    say(f"  isolation  {said.isolation.get('tier')}, {said.isolation.get('provider')}")
    say(f"  evidence   {checked} files are what the verdict names, {missing} are not here")


def _form(text: str) -> OutputFormat:
    forms = {"text": OutputFormat.TABLE, "table": OutputFormat.TABLE, "json": OutputFormat.JSON}
    if text not in forms:
        raise OptionError("--format", f"is {text[:20]!r}", "text or json")
    return forms[text]


def _loaded(paths: Sequence[Path]) -> tuple[list[Loaded], list[ClearinghouseError]]:
    recipes: list[Loaded] = []
    failures: list[ClearinghouseError] = []
    for path in folders_of(paths):
        try:
            recipes.append(load(path))
        except ClearinghouseError as error:
            failures.append(error)
    if not recipes and not failures:
        failures.append(ValidationError("there is no recipe in what was named", "name a folder with a recipe.toml"))
    return recipes, failures


@contextmanager
def _progress(recipes: Sequence[Loaded]) -> Iterator[Any]:
    """Yield what returns, for the place of a recipe, what is told what is done next."""
    target = stderr()
    if not target.is_terminal:
        yield lambda _: lambda _: None
        return

    with target.status("starting") as status:

        def for_place(place: int) -> Progress:
            title = clean_line(recipes[place].recipe.title)[:60]
            return lambda text: status.update(f"{place + 1}/{len(recipes)} {title}: {clean_line(text)[:60]}")

        yield for_place


def _keep(folder: Path | None, found: Validated, signer: Any) -> Path | None:
    if folder is None:
        return None
    envelope = sign(statement_of(found.result), [signer]).to_bytes() if signer else None
    return keep(folder, found.result, found.blobs, envelope)


def _shown(result: Result, kept: Path | None) -> dict[str, Any]:
    shown: dict[str, Any] = msgspec.to_builtins(result)
    if kept:
        shown["kept"] = str(kept)
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
    elif result.verdict in {Verdict.INCONCLUSIVE, Verdict.CONTROL_FAILED}:
        say("  try: the same with --keep FOLDER, and read what was written there")
    say()
    sys.stdout.flush()


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST_STATEMENT + 1)
    except OSError as error:
        raise ValidationError(f"{path} cannot be read: {error.strerror}", "look at the path") from None
    if len(data) > _LARGEST_STATEMENT:
        raise ValidationError(f"{path} is too large for a verdict", "name the file verdict.intoto.json")
    return data


def _evidence(folder: Path, digests: Sequence[str]) -> tuple[int, int]:
    """Return how many pieces of evidence are there and right, and how many are not there.

    Raises:
        ValidationError: one is there and is not what its name says.
    """
    checked = missing = 0
    for digest in dict.fromkeys(digests):
        path = folder / digest
        if not path.is_file():
            missing += 1
        elif hashlib.sha256(path.read_bytes()).hexdigest() == digest:
            checked += 1
        else:
            raise ValidationError(f"{path} was changed: its digest is another", "do not believe this evidence")
    return checked, missing
