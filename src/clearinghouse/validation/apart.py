"""Recipes of strangers and their patches, read by a process of their own (:mod:`clearinghouse.formats.apart.forked`).

That process has no key, no connection and no other document, and may use so much memory and time. What comes back is
a typed :class:`Given`, decoded once more here, and the bytes of files; or why there is no recipe.
"""

from collections.abc import Callable, Iterator
from typing import IO, Annotated, Final, Literal

import msgspec

from clearinghouse.formats.apart.process import ReadingStoppedError
from clearinghouse.formats.apart.readers import Readers
from clearinghouse.validation.archives import ArchiveError, NoRecipeError, from_archive
from clearinghouse.validation.errors import RecipeError
from clearinghouse.validation.recipe import (
    LARGEST,
    LARGEST_TOGETHER,
    NAME,
    Loaded,
    Recipe,
    assembled,
    checked,
    from_files,
    parse,
)
from clearinghouse.validation.remedy import Kind, Remedy, of_patch

MEMORY = 1 << 30
SECONDS = 10
CLOCK = 60
"""Bytes of address space, seconds of processor time and on the wall, of a process that reads one recipe."""
_RECIPE, _TEXT, _PATCH = "recipe", "text of a recipe", "patch of a recipe"
_ZIP = b"PK\3\4"
_MOST = LARGEST_TOGETHER + 2 * LARGEST * 6
"""Bytes of all that comes back: files, and a recipe as JSON, where each character may take six."""
_ERRORS = {"recipe": RecipeError, "archive": ArchiveError, "nothing": NoRecipeError}


class Given(msgspec.Struct, frozen=True, tag="given"):
    """A recipe that was read, and the names of the files that follow."""

    recipe: Recipe
    names: tuple[str, ...] = ()


class Wrong(msgspec.Struct, frozen=True, tag="wrong"):
    """Why there is no recipe: the words of an error."""

    kind: Literal["recipe", "archive", "nothing"]
    what: str
    remedy: str


class Taken(msgspec.Struct, frozen=True):
    """A patch that was read: its digest in hex, and how many hunks it has."""

    digest: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
    hunks: Annotated[int, msgspec.Meta(ge=0, le=LARGEST_TOGETHER)]


_DECODER = msgspec.json.Decoder(Given | Wrong)


def recipe_sent(readers: Readers, data: int, source: str) -> Loaded:
    """Return the recipe that somebody sent: ``recipe.toml`` itself, or a zip of it and its files.

    Args:
        readers: started with this module among their others. data: file descriptor of its bytes.
        source: how messages call it.

    Raises:
        NoRecipeError, ArchiveError, RecipeError: it is none that can be used, or reading it takes too much.
        OSError: there is no room for another process.
    """
    given, files = _asked(readers, _RECIPE, data, source)
    return assembled(given.recipe, files, source)


def recipe_text(readers: Readers, data: int, source: str) -> Recipe:
    """Return what a ``recipe.toml`` says, without its files; see :func:`recipe_sent`."""
    return _asked(readers, _TEXT, data, source)[0].recipe


def patch_read(readers: Readers, data: int, name: str) -> Remedy:
    """Return what a patch of a recipe is, as :func:`clearinghouse.validation.remedy.of_patch` does.

    Args:
        readers, data: see :func:`recipe_sent`. name: what its recipe calls it.

    Raises:
        RecipeError: reading it takes too much. OSError: there is no room for another process.
    """
    values = readers.values(_PATCH, data, name, memory=MEMORY, seconds=SECONDS, clock=CLOCK, most=LARGEST)
    try:
        said = msgspec.json.decode(b"".join(values), type=Taken)
    except ReadingStoppedError:
        what = f"{name}: it could not be read with the memory and time that a patch may take"
        raise RecipeError(what, "give a smaller one", source=name) from None
    except msgspec.DecodeError:
        raise RecipeError(f"{name}: what read it sent no answer", "report this", source=name) from None
    return Remedy(kind=Kind.PATCH, name=name, digest=said.digest, hunks=said.hunks)


def _asked(readers: Readers, kind: str, data: int, source: str) -> tuple[Given, dict[str, bytes]]:
    values = readers.values(kind, data, source, memory=MEMORY, seconds=SECONDS, clock=CLOCK, most=_MOST)
    try:
        said = _DECODER.decode(next(values, b""))
        files = dict(zip(said.names, values, strict=True)) if isinstance(said, Given) else {}
    except ReadingStoppedError:
        what = f"{source}: it could not be read with the memory and time that a recipe may take"
        raise RecipeError(what, "give a smaller one", source=source) from None
    except (msgspec.DecodeError, ValueError):
        raise RecipeError(f"{source}: what read it sent no recipe", "report this", source=source) from None
    if isinstance(said, Wrong):
        raise _ERRORS[said.kind](said.what, said.remedy, source=source)
    checked(said.recipe, source)  # which the other process did; but it read what a stranger wrote
    return said, files


def _read_recipe(file: IO[bytes], source: str) -> Iterator[bytes]:
    """Read what was sent; in the process that is forked for it."""
    yield from _told(lambda: _sent(file, source), source)


def _read_text(file: IO[bytes], source: str) -> Iterator[bytes]:
    yield from _told(lambda: (parse(file.read(LARGEST + 1), source), {}), source)


def _read_patch(file: IO[bytes], source: str) -> Iterator[bytes]:
    remedy = of_patch(source, file.read())
    yield msgspec.json.encode(Taken(remedy.digest, remedy.hunks))


def _sent(file: IO[bytes], source: str) -> tuple[Recipe, dict[str, bytes]]:
    is_zip = file.read(len(_ZIP)) == _ZIP
    file.seek(0)
    loaded = from_archive(file, source) if is_zip else from_files({NAME: file.read(LARGEST + 1)}, source)
    return loaded.recipe, loaded.files


def _told(read: Callable[[], tuple[Recipe, dict[str, bytes]]], source: str) -> Iterator[bytes]:
    try:
        recipe, files = read()
    except NoRecipeError as error:
        yield msgspec.json.encode(Wrong("nothing", error.what, error.remedy))
    except ArchiveError as error:
        yield msgspec.json.encode(Wrong("archive", error.what, error.remedy))
    except RecipeError as error:
        yield msgspec.json.encode(Wrong("recipe", error.what, error.remedy))
    except MemoryError:  # such as the dictionary of 4 GiB that LZMA may ask for
        what = f"{source}: it takes more memory than a recipe may"
        yield msgspec.json.encode(Wrong("recipe", what, "give a smaller one, packed as zips mostly are"))
    else:
        yield msgspec.json.encode(Given(recipe, tuple(files)))
        yield from files.values()


READERS: Final = {_RECIPE: _read_recipe, _TEXT: _read_text, _PATCH: _read_patch}
"""What the process that forks finds here."""
