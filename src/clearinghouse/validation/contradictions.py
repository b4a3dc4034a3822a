"""What contradicts itself in a recipe, though each of its fields may stand so."""

import math
from collections.abc import Iterator

from clearinghouse.packages.purl import PurlError
from clearinghouse.packages.purl import parse as parse_purl
from clearinghouse.validation.fields import SIZE, Recipe, Subject
from clearinghouse.validation.shows import NOT_RUN, Exit, FileEffect, Growth, path_of

_LONGEST_NAME, _MOST_PARTS = 255, 30
"""Bytes of a part of a path, and parts of one: what a box takes."""

_APART = 1.5
"""How many times more than in proportion time must grow from the smallest size to the largest: less than that is noise.
Sizes themselves may be close, since what doubles with each step cannot be run over sizes that are far apart."""

Wrong = tuple[str, str, str]
"""The table, what is wrong with it, and what to do."""


def contradictions(recipe: Recipe) -> Iterator[Wrong]:
    """Yield what contradicts itself."""
    yield from _of_subject("affected", recipe.affected)
    if recipe.affected.patch:
        yield "affected", "has a patch", "a patch belongs to [fixed]"
    if recipe.fixed:
        yield from _of_subject("fixed", recipe.fixed)
    for where, purls in _purls(recipe):
        for purl in purls:
            yield from _of_purl(where, purl)
    yield from _of_uses(recipe)
    yield from _of_shows(recipe)
    sized = any(SIZE in part for part in recipe.reproducer.command)
    if isinstance(recipe.shows, Growth):
        sizes = recipe.shows.sizes
        if not sized:
            yield (
                "reproducer",
                f"has no {SIZE} in its command",
                f"growth is measured over sizes: put {SIZE} where it goes",
            )
        if recipe.control and any(SIZE in part for part in recipe.control.command):
            # what a control takes is taken away from every size: of several sizes it would hide what grows
            yield "control", f"has {SIZE} in its command", "run it with one size, the largest: its time is taken away"
        if list(sizes) != sorted(set(sizes)):
            yield "shows", "sizes do not grow", "name each once, the smallest first"
        elif (recipe.shows.exponent - 1) * math.log(sizes[-1] / sizes[0]) < math.log(_APART):
            yield "shows", "the sizes are too close to tell such growth from a steady one", "take sizes further apart"


def _of_uses(recipe: Recipe) -> Iterator[Wrong]:
    uses = {"reproducer": (recipe.reproducer.command,), "control": (recipe.control.command,) if recipe.control else ()}
    for where, commands in {**uses, "install": recipe.install.commands or ()}.items():
        if any(not command[0] for command in commands):
            yield where, "has a command without a program", "name the program first"
    if recipe.reproducer.exit:
        yield "reproducer", "has an exit", 'an exit is that of a [control]; name one that shows the flaw as by = "exit"'
    for where, use in (("reproducer", recipe.reproducer), ("control", recipe.control)):
        names = set(use.files or ()) if use else set()
        if any(parent in names for name in names for parent in _folders(name)):
            yield where, "names a file that is also the folder of another", "name them apart"


def _folders(name: str) -> Iterator[str]:
    """The folders in which a file stands."""
    parts = name.split("/")
    yield from ("/".join(parts[:count]) for count in range(1, len(parts)))


def _of_shows(recipe: Recipe) -> Iterator[Wrong]:
    shows = recipe.shows
    if isinstance(shows, Exit) and shows.code in NOT_RUN:
        yield "shows", f"exit code {shows.code} also says that a program was not run", "exit with another code"
    if isinstance(shows, FileEffect):
        path = path_of(shows) or ""
        if not path.startswith(("/work/", "/tmp/")) or not is_plain(path[1:]):  # noqa: S108 - of a box
            yield "shows", f"{shows.path[:80]!r} is no path below /work or /tmp", "name one: escaped.txt"


def _of_subject(where: str, subject: Subject) -> Iterator[Wrong]:
    given = [name for name in ("purl", "archive", "patch") if getattr(subject, name) is not None]
    if len(given) != 1:
        yield where, f"names {' and '.join(given) or 'nothing'}", "name one of purl, archive or (of [fixed]) patch"
    if subject.archive and "://" in subject.archive:
        what = f"names the address {subject.archive[:80]!r}, and nothing is fetched from addresses"
        yield where, what, "put the archive beside the recipe, and name its file"
    if subject.purl:
        yield from _of_purl(where, subject.purl)


def _of_purl(where: str, text: str) -> Iterator[Wrong]:
    try:
        purl = parse_purl(text)
    except PurlError as error:
        yield where, f"{text[:80]!r} is no package URL: {error.what}", "write it as pkg:pypi/name@1.2.3"
        return
    if not purl.version:
        yield where, f"{text[:80]!r} names no version", "add it: pkg:pypi/name@1.2.3"


def _purls(recipe: Recipe) -> Iterator[tuple[str, tuple[str, ...]]]:
    yield "install", (*recipe.install.requires, *recipe.install.beside)
    yield "affected", recipe.affected.beside
    if recipe.fixed:
        yield "fixed", recipe.fixed.beside


def is_plain(path: str) -> bool:
    """Whether a relative path stays below its folder, and is one that a box takes."""
    parts = path.split("/")
    whole = len(parts) <= _MOST_PARTS and all(0 < len(part.encode()) <= _LONGEST_NAME for part in parts)
    return whole and "\0" not in path and not {".", ".."} & set(parts)
