"""Searches that run a recipe many times: over released versions, over smaller inputs, over parts of a patch."""

from collections.abc import Iterator
from contextlib import contextmanager

import msgspec
from msgspec import UNSET

from clearinghouse.packages.ecosystems import ecosystem_of_type
from clearinghouse.packages.identity import PackageId, package_of
from clearinghouse.packages.purl import canonical
from clearinghouse.packages.purl import parse as parse_purl
from clearinghouse.records import Component, InventoryItem
from clearinghouse.sandbox import Limits
from clearinghouse.validation import subjects
from clearinghouse.validation.bisect import Narrowed, Shown, narrow
from clearinghouse.validation.errors import RecipeError, ValidationError
from clearinghouse.validation.hunks import RoleOfHunk, which_hunks
from clearinghouse.validation.minimise import MOST, Minimised, Way, minimise
from clearinghouse.validation.minimise import Progress as Told
from clearinghouse.validation.recipe import Loaded, Recipe, Subject, Use
from clearinghouse.validation.running import Seen, limits_of, run_once
from clearinghouse.validation.shows import Growth
from clearinghouse.validation.validate import Progress, Session
from clearinghouse.validation.verdict import Verdict

_ANSWERS = {Verdict.REPRODUCED: Shown.YES, Verdict.NOT_REPRODUCED: Shown.NO}


def narrowed(
    loaded: Loaded,
    session: Session,
    *,
    prereleases: bool = False,
    progress: Progress = lambda _: None,
    reasons: dict[str, str] | None = None,
) -> Narrowed:
    """Return which released versions of a recipe's subject show its flaw.

    Each version is validated as the affected subject of the recipe, with its control. A verdict other than reproduced
    or not reproduced decides nothing; ``reasons`` gets why, by version.

    Raises:
        RecipeError: the subject is no package of a registry. NarrowingError: the version it names does not show.
    """
    named = parse_purl(_package(loaded))
    without = msgspec.structs.replace(named, version=None).canonical

    def shows(version: str) -> Shown:
        progress(f"version {version}")
        found = session.validate(_with_version(loaded, version)).result
        if reasons is not None:
            reasons[version] = f"{found.verdict}: {found.why}"
        return _ANSWERS.get(found.verdict, Shown.UNKNOWN)

    ecosystem = ecosystem_of_type(named.type)
    released = session.registry.versions(without)
    return narrow(released, named.version or "", shows, ecosystem=ecosystem, prereleases=prereleases)


def least_input(
    loaded: Loaded,
    session: Session,
    name: str | None = None,
    *,
    by: Way = Way.AUTO,
    most: int = MOST,
    progress: Told | None = None,
) -> Minimised:
    """Return the least content of one file of a recipe with which the affected subject shows the same as before.

    The same is the same signature, in every one of the recipe's runs; a crash somewhere else does not count. Of a file
    that is the program itself, the control must go on not to show: else nothing would be left of it but its marker.

    Args:
        name: of the file; None takes the standard input, or the only file that the command does not name.

    Raises:
        RecipeError: there is no such file, or the flaw is one that has no single input. NotShownError: it does not
            show to begin with. ValidationError: the affected subject cannot be prepared.
    """
    name = _input(loaded.recipe, name)
    limits = limits_of(loaded.recipe.limits, session.policy.run)
    reproducer = loaded.recipe.reproducer
    wanted: set[str] = set()
    # what is left of a program must still know the flaw from its absence
    judge = loaded.recipe.control if name in reproducer.command else None
    with _ready(loaded, loaded.recipe.affected, session) as box:

        def same(candidate: bytes) -> bool:
            for _ in range(loaded.recipe.runs):
                seen = run_once(loaded, reproducer, session.provider, box, limits, instead={name: candidate}).sight
                if not seen.shown or (wanted and seen.signature not in wanted):
                    return False
                wanted.add(seen.signature)
            return not (judge and _shows_anyway(loaded, judge, session, box, limits, {name: candidate}))

        return minimise(loaded.files[name], same, by=by, most=most, progress=progress)


def roles_of_hunks(loaded: Loaded, session: Session) -> tuple[RoleOfHunk, ...]:
    """Return for each hunk of the patch that fixes a recipe's subject whether the flaw shows again without it.

    A patch that without a hunk no longer fits, or makes what does not build or run, tells nothing of that hunk.

    Raises:
        RecipeError: the fixed subject is no patch. PatchError: it is no unified diff.
        FixDoesNotHoldError: the flaw shows with all of it.
    """
    fixed = loaded.recipe.fixed
    if fixed is None or fixed.patch is None:
        raise RecipeError(f"{loaded.source}: [fixed] is no patch", "name a patch to take apart", source=loaded.source)
    name = fixed.patch
    limits = limits_of(loaded.recipe.limits, session.policy.run)

    def holds(data: bytes) -> bool | None:
        changed = msgspec.structs.replace(loaded, files={**loaded.files, name: data})
        try:
            with _ready(changed, subjects.patched(loaded.recipe), session) as box:
                seen = run_once(changed, loaded.recipe.reproducer, session.provider, box, limits)
                if seen.sight.shown is False and not _works(changed, seen, session, box, limits):
                    return None
        except ValidationError:
            return None
        return None if seen.sight.shown is None else not seen.sight.shown

    return which_hunks(loaded.files[name], holds)


def package_of_recipe(loaded: Loaded) -> PackageId:
    """Return which package a recipe's affected subject is, as advisories name it.

    Raises:
        RecipeError: it is no package of a registry.
    """
    purl = _package(loaded)
    found = package_of(
        InventoryItem(inventory="", written=purl, component=Component(name=parse_purl(purl).name, purl=purl))
    )
    if not isinstance(found, PackageId):
        raise RecipeError(f"{loaded.source}: {found.reason}", "name a package of a registry", source=loaded.source)
    return found


def _package(loaded: Loaded) -> str:
    purl = loaded.recipe.affected.purl
    if purl is None or canonical(purl) is None:
        raise RecipeError(
            f"{loaded.source}: [affected] is no package of a registry", "name a purl to search its versions"
        )
    return purl


def _with_version(loaded: Loaded, version: str) -> Loaded:
    """The recipe with another version of its affected subject, and no fixed one."""
    purl = parse_purl(_package(loaded))
    text = msgspec.structs.replace(purl, version=version).canonical
    affected = msgspec.structs.replace(loaded.recipe.affected, purl=text, sha256=None)
    recipe = msgspec.structs.replace(loaded.recipe, affected=affected, fixed=None)
    return msgspec.structs.replace(loaded, recipe=recipe)


def _shows_anyway(
    loaded: Loaded, control: Use, session: Session, box: str, limits: Limits, instead: dict[str, bytes]
) -> bool:
    """Whether the benign control shows the flaw, or does not end as it should."""
    seen = run_once(loaded, control, session.provider, box, limits, instead=instead)
    return seen.sight.shown is not False or seen.outcome.code != control.exit


def _works(loaded: Loaded, seen: Seen, session: Session, box: str, limits: Limits) -> bool:
    """Whether what did not show the flaw works otherwise: its control says so, or without one that it ended well."""
    control = loaded.recipe.control
    if control is None:
        return seen.outcome.code == 0
    return not _shows_anyway(loaded, control, session, box, limits, {})


def _input(recipe: Recipe, name: str | None) -> str:
    if isinstance(recipe.shows, Growth):
        raise RecipeError("a flaw that is growth has no single input", "make its sizes smaller instead")
    files = recipe.reproducer.files
    known = [*(files if files is not UNSET else ()), *([recipe.reproducer.input] if recipe.reproducer.input else [])]
    if name is not None:
        if name not in known:
            raise RecipeError(f"{name!r} is no file of the reproducer", f"name one of {', '.join(known)}")
        return name
    if recipe.reproducer.input:
        return recipe.reproducer.input
    data = [each for each in known if each not in recipe.reproducer.command]
    if len(data) == 1:
        return data[0]
    what = "the reproducer has no standard input, and no single file that is not its program"
    raise RecipeError(what, f"name one with --file: {', '.join(known)}")


@contextmanager
def _ready(loaded: Loaded, subject: Subject, session: Session) -> Iterator[str]:
    """Yield the box in which a subject is installed."""
    ready = subjects.make_ready(
        loaded, subject, session.provider, session.registry, session.policy.build, session.python
    )
    if not ready.box:
        raise ValidationError(f"the subject could not be prepared: {ready.why}", "validate the recipe first")
    try:
        yield ready.box
    finally:
        session.provider.destroy(ready.box)
