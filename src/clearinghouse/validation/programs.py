"""Which files of a recipe its command names, and which of them is the program that is run.

What a command does cannot be known from its words. Where it is unclear, a file is taken for the program: then a search
asks more before it believes what is left of it.
"""

import posixpath
import re
from collections.abc import Collection, Iterator, Sequence

from msgspec import UNSET

from clearinghouse.validation.recipe import Use

_WORK, _SUBJECT = "/work", "/subject/"
_SHELLS = frozenset({"sh", "ash", "bash", "busybox", "dash", "ksh", "zsh"})
_GIVEN = re.compile(r"-[A-Za-z]*[cem]")
"""Options behind which a program stands as text, or a module by its name: of Python, Perl, Node, Ruby."""
_BETWEEN = re.compile(r"[\s'\"`;|&<>(),]+")


def files_of(use: Use) -> tuple[str, ...]:
    """Return the files that a use names, its standard input the last, each once."""
    files = use.files if use.files is not UNSET else ()
    return tuple(dict.fromkeys((*files, *([use.input] if use.input else ()))))


def named_by(command: Sequence[str], names: Collection[str]) -> tuple[str, ...]:
    """Return the files that a command names, in the order of the command: ``r.py`` by ``/work/r.py`` and ``./r.py``."""
    found = (_named(word, names) for argument in command for word in _words(argument))
    return tuple(dict.fromkeys(name for name in found if name is not None))


def program_of(use: Use) -> str | None:
    """Return the file that a use executes; None where it is of the subject, or stands in the command itself.

    It is the first file that the command names, or the standard input of a command that names nothing (``python3 -``).
    """
    shell = any(posixpath.basename(each) in _SHELLS for each in use.command)
    for argument in use.command:
        if _GIVEN.fullmatch(argument) and not shell:
            return None  # the program is the next argument
        for word in _words(argument):
            if (name := _named(word, files_of(use))) is not None:
                return name
            if _at(word).startswith(_SUBJECT) and "=" not in word:
                return None
    return use.input if all(each.startswith("-") for each in use.command[1:]) else None


def _words(argument: str) -> Iterator[str]:
    """An argument, and its words: it may be a line for a shell."""
    yield argument
    yield from _BETWEEN.split(argument)


def _named(word: str, names: Collection[str]) -> str | None:
    """The file that a word names, or that an option is set to by it."""
    paths = {_at(word), _at(word.partition("=")[2])}
    return next((name for name in names if f"{_WORK}/{name}" in paths), None)


def _at(path: str) -> str:
    """A path as it stands in a box."""
    return "/" + posixpath.normpath(posixpath.join(_WORK, path)).lstrip("/")
