"""``clearinghouse validate bisect``, ``minimise`` and ``hunks``: searches that run a recipe many times."""

from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from clearinghouse.cli.layout import say, show_table, stderr
from clearinghouse.cli.output import ATTENTION, OK, OutputFormat, write_json
from clearinghouse.cli.validate.group import Declared, Form, Offline, Runner, Runs, app, form_of, words_of
from clearinghouse.cli.version import advisories_at
from clearinghouse.formats.text import clean_line, plural
from clearinghouse.sandbox import Tier
from clearinghouse.triage.validating import Bench
from clearinghouse.validation.bisect import Agreement, Compared, Edge, Narrowed, compare
from clearinghouse.validation.errors import ValidationError
from clearinghouse.validation.hunks import Role
from clearinghouse.validation.minimise import MOST, Way
from clearinghouse.validation.recipe import load
from clearinghouse.validation.search import least_input, narrowed, package_of_recipe, roles_of_hunks
from clearinghouse.validation.validate import Policy

Recipe = Annotated[Path, typer.Argument(metavar="RECIPE", help="A recipe: its folder, or its recipe.toml.")]


@app.command("bisect", short_help="Find the first affected and the first fixed version.")
def bisect_command(
    path: Recipe,
    *,
    runs: Runs = 1,
    prereleases: Annotated[bool, typer.Option("--prereleases", help="Consider those too.")] = False,
    advisory: Annotated[
        Path | None, typer.Option("--advisory", metavar="FILE", help="Compare with the versions that it claims.")
    ] = None,
    output: Form = "text",
    offline: Offline = False,
    runner: Runner = None,
    declared: Declared = Tier.T1,
) -> None:
    """Run a recipe on released versions, as few as will do, and say where the flaw begins and ends.

    Exit code 0: both ends are known. 1: some versions could not be run, the flaw comes and goes, or the
    advisory says otherwise.
    """
    form = form_of(output)
    recipe = load(path)
    claims = advisories_at(advisory) if advisory else ()
    with (
        stderr().status("checking the sandbox") as status,
        Bench(policy=Policy(runs=runs), offline=offline, runner=words_of(runner), declared=declared) as bench,
        bench.session() as here,
    ):
        reasons: dict[str, str] = {}
        found = narrowed(
            recipe,
            here,
            prereleases=prereleases,
            progress=lambda text: status.update(clean_line(text)[:90]),
            reasons=reasons,
        )
    compared = [compare(found, claim.body, package_of_recipe(recipe)) for claim in claims]
    if form is OutputFormat.JSON:
        claimed = [{"id": claim.id, **msgspec.to_builtins(each)} for claim, each in zip(claims, compared, strict=True)]
        shown = {**_as_json(found), "reasons": reasons, **({"advisories": claimed} if claims else {})}
        write_json({"recipe": {"path": recipe.source, "sha256": recipe.digest}, **shown})
    else:
        _tell(found, reasons)
        for claim, each in zip(claims, compared, strict=True):
            _tell_claim(claim.id, each)
    sure = found.one_stretch and not found.before.has_gap and not found.after.has_gap
    sure = sure and all(each.agreement is Agreement.AGREED for each in compared)
    raise typer.Exit(OK if sure else ATTENTION)


@app.command("minimise", short_help="Find the least input that still shows the flaw.")
def minimise_command(
    path: Recipe,
    *,
    file: Annotated[str | None, typer.Option("--file", metavar="NAME", help="Which of its files.")] = None,
    by: Annotated[Way, typer.Option("--by", help="The units that are left out.")] = Way.AUTO,
    most: Annotated[int, typer.Option("--most", min=1, max=1_000_000, help="Runs at most.")] = MOST,
    to: Annotated[Path | None, typer.Option("--to", metavar="FILE", help="Where the result is written.")] = None,
    output: Form = "text",
    offline: Offline = False,
    runner: Runner = None,
    declared: Declared = Tier.T1,
) -> None:
    """Leave out of an input whatever can be left out while the flaw shows itself with the same signature.

    Exit code 0: nothing more can be left out. 1: the runs were used up before.
    """
    form = form_of(output)
    recipe = load(path)
    if to is not None and to.exists():
        raise ValidationError(f"{to} is there already", "name a file that is not")
    if to is not None and not to.absolute().parent.is_dir():
        raise ValidationError(f"{to.parent} is no folder", "make it first, or name another one")
    with (
        stderr().status("checking the sandbox") as status,
        Bench(offline=offline, runner=words_of(runner), declared=declared) as bench,
        bench.session() as session,
    ):
        found = least_input(
            recipe,
            session,
            file,
            by=by,
            most=most,
            progress=lambda tests, size: status.update(f"{tests} runs, {size} bytes"),
        )
    if form is OutputFormat.JSON:
        shown = {"tests": found.tests, "complete": found.complete, "ways": found.ways, "size": len(found.data)}
        write_json({"recipe": {"path": recipe.source, "sha256": recipe.digest}, **shown, "data": found.data})
    else:
        how = "nothing more can be left out" if found.complete else "the runs were used up; more may be possible"
        say(f"{len(found.data)} bytes after {plural(found.tests, 'run')}: {how}.")
        if to is None:
            say(clean_line(repr(found.data))[:2000])
            say("These are the bytes as Python writes them; with --to FILE they are kept.")
    if to is not None:
        to.write_bytes(found.data)
    raise typer.Exit(OK if found.complete else ATTENTION)


@app.command("hunks", short_help="Find which parts of a patch stop the flaw.")
def hunks_command(
    path: Recipe,
    *,
    output: Form = "text",
    offline: Offline = False,
    runner: Runner = None,
    declared: Declared = Tier.T1,
) -> None:
    """Leave the hunks of the patch that fixes a recipe's subject out, one by one, and say without which the flaw shows.

    Exit code 0: it is known of each. 1: without some of them nothing could be told.
    """
    form = form_of(output)
    recipe = load(path)
    with (
        stderr().status("checking the sandbox"),
        Bench(offline=offline, runner=words_of(runner), declared=declared) as bench,
        bench.session() as session,
    ):
        found = roles_of_hunks(recipe, session)
    if form is OutputFormat.JSON:
        write_json({"recipe": {"path": recipe.source, "sha256": recipe.digest}, "hunks": msgspec.to_builtins(found)})
    else:
        rows = [(clean_line(each.path), str(each.line), each.role.value) for each in found]
        show_table("Without which hunk the flaw shows", ("file", "line", "this hunk is"), rows)
    raise typer.Exit(ATTENTION if any(each.role is Role.UNKNOWN for each in found) else OK)


def _as_json(found: Narrowed) -> dict[str, Any]:
    shown: dict[str, Any] = msgspec.to_builtins(found)
    return {
        "first_affected": found.first_affected,
        "last_affected": found.after.inside,
        "first_fixed": found.first_fixed,
        "events": msgspec.to_builtins(found.events),
        **shown,
    }


def _tell(found: Narrowed, reasons: dict[str, str]) -> None:
    rows = [(run.version, run.shown.value, clean_line(reasons.get(run.version, ""))[:70]) for run in found.runs]
    show_table(f"{plural(len(rows), 'version')} of {len(found.versions)} were run", ("version", "shown", "why"), rows)
    say(f"First affected: {found.first_affected}{_gap(found.before)}.")
    fixed = found.first_fixed or "none was seen"
    say(f"Last affected: {found.after.inside}{_gap(found.after)}. First fixed: {fixed}.")
    if not found.one_stretch:
        say("The flaw comes and goes: a version outside of this stretch shows it too.")


def _tell_claim(name: str, compared: Compared) -> None:
    say(f"{clean_line(name)}: {compared.agreement.value}.")
    for word, versions in (
        ("shows and is not named", compared.missing),
        ("is named and does not show", compared.excess),
    ):
        if versions:
            say(f"  {word}: {', '.join(versions[:8])}{' and more' if len(versions) > 8 else ''}")


def _gap(edge: Edge) -> str:
    missing = [*edge.unknown, *edge.untried]
    return f" (not known of {', '.join(missing[:5])}{' and more' if len(missing) > 5 else ''})" if missing else ""
