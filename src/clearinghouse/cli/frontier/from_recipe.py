"""``clearinghouse frontier tasks from-recipe``: validated recipes become tasks."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from clearinghouse.cli.frontier.tasks import app
from clearinghouse.cli.layout import say
from clearinghouse.cli.options import OptionError, a_word, day_option
from clearinghouse.cli.output import BAD_INPUT, OK, OutputFormat, explained, show_error, write_json
from clearinghouse.cli.validate.group import Declared, Form, Offline, Runner, content_of, form_of, words_of
from clearinghouse.records import ClearinghouseError
from clearinghouse.sandbox import Tier

if TYPE_CHECKING:
    from clearinghouse.evaluation.tasks.fields import Custody, Human
    from clearinghouse.evaluation.tasks.recipes.consent import Given, Role
    from clearinghouse.evaluation.tasks.task import Task
    from clearinghouse.trust.keys import KeyRing
    from clearinghouse.validation.recipe import Loaded
    from clearinghouse.validation.validate import Session
    from clearinghouse.validation.verdict import Verdict

KINDS = ("reproduce", "locate", "patch")
_BY_ROLE = "finder, vendor or operator, an equals sign, and a path"


def _a_kind(name: str, value: Any) -> str:
    return a_word(name, value, KINDS)


@app.command("from-recipe", short_help="Make tasks from validated recipes.")
def from_recipe_command(
    paths: Annotated[list[Path], typer.Argument(metavar="RECIPE...", help="Recipes: files, folders, folders of them.")],
    *,
    into: Annotated[Path, typer.Option("--into", metavar="FOLDER", help="Each task becomes a folder below this one.")],
    kind: Annotated[
        str,
        typer.Option(
            "--kind",
            parser=lambda text: _a_kind("--kind", text),
            metavar="|".join(KINDS),
            help="What the agent is asked for.",
        ),
    ] = KINDS[0],
    marking: Annotated[
        str | None,
        typer.Option("--marking", metavar="TLP", help="How far the findings may travel; TLP:CLEAR if they are public."),
    ] = None,
    verdict: Annotated[
        Path | None,
        typer.Option(
            "--verdict", metavar="FILE", help="A signed verdict on the recipe; without it, it is validated now."
        ),
    ] = None,
    key: Annotated[
        Path | None, typer.Option("--key", metavar="FILE-or-FOLDER", help="Public keys that verdicts are believed of.")
    ] = None,
    consent: Annotated[
        list[str] | None,
        typer.Option("--consent", metavar="ROLE=FILE", help="A signed consent of finder, vendor or operator."),
    ] = None,
    consent_key: Annotated[
        list[str] | None,
        typer.Option("--consent-key", metavar="ROLE=FILE", help="The public key, or folder of keys, of that party."),
    ] = None,
    minutes: Annotated[
        float | None,
        typer.Option("--minutes", min=0.1, max=1e6, help="How long a qualified person needs, as you estimate it."),
    ] = None,
    public_since: Annotated[
        dt.date | None,
        day_option("--public-since", "From when on the flaw could be read publicly, such as the day of its advisory."),
    ] = None,
    benchmark: Annotated[
        str, typer.Option("--benchmark", metavar="NAME", help="The collection that the tasks are of, if they are.")
    ] = "",
    offline: Offline = False,
    runner: Runner = None,
    declared: Declared = Tier.T1,
    output: Form = "text",
) -> None:
    """Make a task from each recipe whose verdict confirms it, with all packages embedded, so that it runs offline.

    The judge of each is checked before it is written: the recipe's own solution must pass, nothing and cheats must not.

    A recipe that is not public, or of which nobody said that it is, needs signed consents of its finder, the vendor and
    the operator who hosts the models: running a task shows it to that operator.

    Exit code 0: all became tasks. 2: one did not, and why; the others are written.
    """
    from clearinghouse.cli.validate.run import loaded  # noqa: PLC0415 - not needed to list verbs
    from clearinghouse.triage.validating import Bench  # noqa: PLC0415
    from clearinghouse.validation.validate import Policy  # noqa: PLC0415

    form = form_of(output)
    believed = _keys(verdict, key)
    given = _consents(consent or [], consent_key or [])
    told = {"public_since": public_since.isoformat() if public_since else "", "benchmark": benchmark}
    recipes, failures = loaded(paths)
    made: list[dict[str, str]] = []
    agreed = [each for each in _agreed(recipes, marking, given, failures) if _is_new(each[0], kind, into, failures)]
    if agreed:
        command = words_of(runner)
        with Bench(policy=Policy(runs=2), offline=offline, runner=command, declared=declared) as bench:
            for recipe, custody in agreed:
                try:
                    with bench.session() as session:
                        said = _verdict(recipe, session, verdict, believed)
                        task = _made(recipe, session, kind, minutes, said, custody, given, told)
                    made.append(_written(task, into))
                except ClearinghouseError as error:
                    failures.append(error)
    if form is OutputFormat.JSON:
        write_json(made)
    else:
        for each in made:
            say(f"{each['path']}: {each['title']}")
    for failure in failures:
        show_error(failure)
    raise typer.Exit(BAD_INPUT if failures else OK)


def _agreed(
    recipes: "Sequence[Loaded]", marking: str | None, given: "dict[Role, Given]", failures: list[ClearinghouseError]
) -> "list[tuple[Loaded, Custody]]":
    """Return the recipes that may become tasks, before anything of them is fetched or run."""
    from clearinghouse.evaluation.tasks.recipes.consent import custody_of  # noqa: PLC0415
    from clearinghouse.records.marking import Tlp  # noqa: PLC0415

    if marking is not None and marking not in set(Tlp):
        raise OptionError("--marking", f"is {marking[:20]!r}", f"one of {', '.join(Tlp)}")
    found = []
    today = dt.datetime.now(dt.UTC).date()
    for recipe in recipes:
        try:
            custody = custody_of(recipe.digest, Tlp(marking) if marking else None, given, today)
            found.append((recipe, custody))
        except ClearinghouseError as error:
            failures.append(type(error)(f"{recipe.source}: {error.what}", error.remedy))
    return found


def _is_new(recipe: "Loaded", kind: str, into: Path, failures: list[ClearinghouseError]) -> bool:
    """Whether a task is not there yet: it would take a minute to make, and then be refused."""
    from clearinghouse.evaluation.tasks.errors import TaskError  # noqa: PLC0415
    from clearinghouse.evaluation.tasks.fields import Kind  # noqa: PLC0415
    from clearinghouse.evaluation.tasks.recipes.making import id_of  # noqa: PLC0415

    place = into / id_of(recipe, Kind(kind))
    if place.exists():
        failures.append(TaskError(f"{place} is there already", "name another folder, or take it away"))
    return not place.exists()


def _verdict(recipe: "Loaded", session: "Session", path: Path | None, keys: "KeyRing | None") -> "Verdict":
    from clearinghouse.evaluation.tasks.recipes.making import verdict_in  # noqa: PLC0415

    if path is not None and keys is not None:
        return verdict_in(content_of(path), keys, recipe)
    return session.validate(recipe).result.verdict


def _made(
    recipe: "Loaded",
    session: "Session",
    kind: str,
    minutes: float | None,
    verdict: "Verdict",
    custody: "Custody",
    given: "dict[Role, Given]",
    told: dict[str, str],
) -> "Task":
    from clearinghouse.evaluation.tasks.fields import Kind  # noqa: PLC0415
    from clearinghouse.evaluation.tasks.recipes.consent import kept  # noqa: PLC0415
    from clearinghouse.evaluation.tasks.recipes.making import Wanted, make_sound  # noqa: PLC0415

    files = kept(given) if custody.consents else {}
    return make_sound(recipe, session, Wanted(Kind(kind), _human(kind, minutes), verdict, custody, files, told))


def _human(kind: str, minutes: float | None) -> "Human":
    from clearinghouse.evaluation.statistics.sources import Source  # noqa: PLC0415
    from clearinghouse.evaluation.tasks.fields import Human  # noqa: PLC0415

    if minutes is not None:
        return Human(minutes=minutes, source=Source.ESTIMATE, people=1, study="Estimated when the task was made.")
    usual = {"locate": 60.0, "patch": 120.0, "reproduce": 120.0}[kind]
    return Human(minutes=usual, source=Source.ESTIMATE, study="The same for all tasks of this kind; nobody was timed.")


def _written(task: "Task", into: Path) -> dict[str, str]:
    from clearinghouse.evaluation.tasks import folder  # noqa: PLC0415
    from clearinghouse.records.marking import Tlp  # noqa: PLC0415

    try:
        into.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise explained(error) from None
    folder.write(into / task.id, task.files, private=task.custody.marking is not Tlp.CLEAR)
    return {"id": task.id, "title": task.title, "path": str(into / task.id), "sha256": task.digest}


def _keys(verdict: Path | None, key: Path | None) -> "KeyRing | None":
    from clearinghouse.trust.keys import KeyRing  # noqa: PLC0415

    if (verdict is None) != (key is None):
        name = "--key" if key is None else "--verdict"
        raise OptionError(name, "is absent", "give both, a signed verdict and the keys that you believe")
    return KeyRing.load(key) if key else None


def _consents(files: Sequence[str], keys: Sequence[str]) -> "dict[Role, Given]":
    from clearinghouse.evaluation.tasks.recipes.consent import ROLES, Given  # noqa: PLC0415
    from clearinghouse.trust.keys import KeyRing  # noqa: PLC0415

    named, believed = _by_role("--consent", files), _by_role("--consent-key", keys)
    if set(named) != set(believed):
        raise OptionError("--consent-key", "does not name the same parties as --consent", "give one for each consent")
    return {role: Given(content_of(named[role]), KeyRing.load(believed[role])) for role in ROLES if role in named}


def _by_role(option: str, texts: Sequence[str]) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for text in texts:
        role, _, path = text.partition("=")
        if role not in {"finder", "vendor", "operator"} or not path:
            raise OptionError(option, f"is {text[:40]!r}", _BY_ROLE)
        if role in found:
            raise OptionError(option, f"names the {role} twice", "name each party once")
        found[role] = Path(path)
    return found
