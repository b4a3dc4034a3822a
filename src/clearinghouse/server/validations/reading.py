"""Recipes of strangers, read as reports are: by a process that has no key, no connection and no other document.

What comes is held in anonymous memory until it was read and sealed; no TOML, archive or patch of a stranger is parsed
in a process that answers requests or holds keys. Few are read at one time, so that many that come at once cost memory
once.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore
from typing import TypeVar

from clearinghouse.formats.apart.readers import Readers
from clearinghouse.server.intake.reading import in_memory, readers
from clearinghouse.server.validations import bundles
from clearinghouse.server.validations.errors import AskedWrongError, BusyError
from clearinghouse.validation.apart import patch_read, recipe_sent, recipe_text
from clearinghouse.validation.recipe import NAME, Loaded, Recipe
from clearinghouse.validation.remedy import Remedy, remedy_of

AT_ONCE = 2
"""Recipes that one process has read at one time."""
PATIENCE = 60.0
"""Seconds for which a recipe waits until it is its turn."""
_WANTED = "send recipe.toml as it is, or a zip of it with the files that it names"

_T = TypeVar("_T")
_turns = BoundedSemaphore(AT_ONCE)


def sent(body: Iterable[bytes], source: str = NAME) -> Loaded:
    """Return the recipe that somebody sent: ``recipe.toml`` itself, or a zip of it and its files.

    Args:
        body: its bytes, as they come. source: how messages call it.

    Raises:
        AskedWrongError: there is nothing in it, or more than a recipe may have. RecipeError and its kinds: it cannot
            be used. BusyError: it cannot be read now.
    """
    with in_memory(_some(bundles.bounded(body))) as data:  # a slow sender keeps nobody waiting
        return _in_turn(lambda one: recipe_sent(one, data, source))


def text(data: bytes, source: str = NAME) -> Recipe:
    """Return what a ``recipe.toml`` says, without its files; see :func:`sent`."""
    with in_memory([data]) as descriptor:
        return _in_turn(lambda one: recipe_text(one, descriptor, source))


def remedy(loaded: Loaded) -> Remedy | None:
    """Return what a recipe names as its fix; None where it names none.

    Raises:
        RecipeError: its patch takes too much to be read. BusyError: it cannot be read now.
    """
    return remedy_of(loaded, _patch)


def _patch(name: str, data: bytes) -> Remedy:
    with in_memory([data]) as descriptor:
        return _in_turn(lambda one: patch_read(one, descriptor, name))


def _in_turn(read: Callable[[Readers], _T]) -> _T:
    with _turn():
        try:
            return read(readers())
        except OSError as error:
            what = f"no process can be started that reads it: {error.strerror or type(error).__name__}"
            raise BusyError(what, "look at the memory and processes of this machine") from None


@contextmanager
def _turn() -> Iterator[None]:
    if not _turns.acquire(timeout=PATIENCE):
        raise BusyError("other recipes are being read", "send it again in a minute")
    try:
        yield
    finally:
        _turns.release()


def _some(pieces: Iterable[bytes]) -> Iterator[bytes]:
    empty = True
    for piece in pieces:
        empty = empty and not piece
        yield piece
    if empty:
        raise AskedWrongError("there is nothing in it", _WANTED)
