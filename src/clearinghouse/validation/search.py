"""Searches that run a recipe many times: over released versions, over smaller inputs, over parts of a patch."""

from contextlib import ExitStack

from msgspec.structs import replace

from clearinghouse.packages.ecosystems import ecosystem_of_type
from clearinghouse.packages.identity import PackageId, package_of
from clearinghouse.packages.purl import canonical
from clearinghouse.packages.purl import parse as parse_purl
from clearinghouse.records import Component, InventoryItem
from clearinghouse.validation.bisect import Narrowed, Shown, narrow
from clearinghouse.validation.errors import NotToBeHadError, RecipeError, ValidationError
from clearinghouse.validation.hunks import RoleOfHunk, which_hunks
from clearinghouse.validation.minimise import MOST, Minimised, Way, minimise
from clearinghouse.validation.minimise import Progress as Told
from clearinghouse.validation.programs import files_of, named_by, program_of
from clearinghouse.validation.recipe import Loaded
from clearinghouse.validation.shows import Growth, exit_code
from clearinghouse.validation.subjects import patched
from clearinghouse.validation.trials import Trial, trial
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
    without = replace(named, version=None).canonical

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

    The same is the same signature, in every one of the recipe's runs; a crash somewhere else does not count. The
    control must go on to end as it should, without the flaw. Of a file that is the program itself, the fixed subject
    must go on not to show it either, where there is one: else nothing would be left of it but its marker.

    Args:
        name: of the file; None takes the standard input, or the only file that the command does not name.

    Raises:
        RecipeError: there is no such file, the flaw is one that has no single input, or nothing tells what is left of a
            program from its marker. NotShownError: it does not show to begin with. ValidationError: a subject cannot be
            prepared, or the control or the fixed subject is not as it should be to begin with.
    """
    recipe = loaded.recipe
    name = _input(loaded, name)
    is_program = name == program_of(recipe.reproducer)
    if is_program and recipe.control is None:
        what = f"{loaded.source}: {name!r} is the program, and without a control nothing would be left but its marker"
        raise RecipeError(what, "add a [control], or name a file that is data with --file", source=loaded.source)
    with ExitStack() as stack:
        affected = stack.enter_context(trial(loaded, recipe.affected, session))
        fixed = stack.enter_context(trial(loaded, patched(recipe), session)) if is_program and recipe.fixed else None
        _require_sound(affected, fixed)
        wanted: set[str] = set()

        def same(candidate: bytes) -> bool:
            changed = {name: candidate}
            for seen in affected.runs(changed):
                if not seen.sight.shown or (wanted and seen.sight.signature not in wanted):
                    return False
                wanted.add(seen.sight.signature)
            return not affected.doubt(changed) and (fixed is None or fixed.shows(changed) is False)

        return minimise(loaded.files[name], same, by=by, most=most, progress=progress)


def _require_sound(affected: Trial, fixed: Trial | None) -> None:
    """Refuse a search in which nothing would be found because of something else than the input."""
    if why := affected.doubt():
        raise ValidationError(f"nothing can be left out: {why}", "validate the recipe, and mend its control")
    if fixed is not None and fixed.shows() is not False:
        what = "nothing can be left out: the fixed subject shows the flaw too, or cannot tell"
        raise ValidationError(what, "name another [fixed], or leave it out")


def roles_of_hunks(loaded: Loaded, session: Session) -> tuple[RoleOfHunk, ...]:
    """Return for each hunk of the patch that fixes a recipe's subject whether the flaw shows again without it.

    A patch that without a hunk no longer fits, or makes what does not build or work, tells nothing of that hunk: the
    control must end as it should. Without a control a run must end as one of the whole patch did, or where the flaw
    shows, as one of the affected subject.

    Raises:
        RecipeError: the fixed subject is no patch, or the flaw is growth. PatchError: it is no unified diff.
        FixDoesNotHoldError: the flaw shows with all of it. NotToBeHadError: a registry does not answer now.
    """
    fixed = loaded.recipe.fixed
    if fixed is None or fixed.patch is None:
        raise RecipeError(f"{loaded.source}: [fixed] is no patch", "name a patch to take apart", source=loaded.source)
    if isinstance(loaded.recipe.shows, Growth):
        what = f"{loaded.source}: a flaw that is growth is not looked for in parts of a patch"
        raise RecipeError(what, "name what shows it in one run", source=loaded.source)
    name = fixed.patch
    ends = None if loaded.recipe.control else {True: _ends_on_affected(loaded, session), False: set()}

    def holds(data: bytes) -> bool | None:
        changed = replace(loaded, files={**loaded.files, name: data})
        try:
            with trial(changed, patched(loaded.recipe), session) as tried:
                return None if tried.doubt() else _stopped(tried, ends, learn=data == loaded.files[name])
        except NotToBeHadError:
            raise
        except ValidationError:
            return None

    return which_hunks(loaded.files[name], holds)


_Ends = dict[bool, set[int | None]]
"""With which exit codes a reproducer without a control ends where the flaw shows, and where it does not."""


def _ends_on_affected(loaded: Loaded, session: Session) -> set[int | None]:
    with trial(loaded, loaded.recipe.affected, session) as affected:
        found = {exit_code(seen.outcome) for seen in affected.runs() if seen.sight.shown}
    if not found:
        raise ValidationError("the flaw does not show on the affected subject", "validate the recipe first")
    return found


def _stopped(tried: Trial, ends: _Ends | None, *, learn: bool) -> bool | None:
    """Whether the flaw shows in no run; None where a run could not tell, or ended as none that is known to work did.

    Args:
        learn: whether it is the whole patch, which says how a run ends that does not show the flaw.
    """
    for seen in tried.runs():
        shown, code = seen.sight.shown, exit_code(seen.outcome)
        if shown is None:
            return None
        if ends is not None and learn and not shown:
            ends[False].add(code)
        if ends is not None and code not in ends[shown]:
            return None
        if shown:
            return False
    return True


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
    text = replace(purl, version=version).canonical
    affected = replace(loaded.recipe.affected, purl=text, sha256=None)
    recipe = replace(loaded.recipe, affected=affected, fixed=None)
    return replace(loaded, recipe=recipe)


def _input(loaded: Loaded, name: str | None) -> str:
    reproducer = loaded.recipe.reproducer
    if isinstance(loaded.recipe.shows, Growth):
        raise RecipeError("a flaw that is growth has no single input", "make its sizes smaller instead")
    known = files_of(reproducer)
    if name is not None:
        if name not in known:
            raise RecipeError(f"{name!r} is no file of the reproducer", f"name one of {', '.join(known)}")
        return name
    if reproducer.input:
        return reproducer.input
    named = named_by(reproducer.command, known)
    data = [each for each in known if each not in named]
    if len(data) == 1:
        return data[0]
    what = "the reproducer has no standard input, and no single file that is not its program"
    raise RecipeError(what, f"name one with --file: {', '.join(known)}")
