"""The recipe: a small file that says what to run, on what, and what shows the flaw.

The format is described in docs/validation.md. A recipe is data of strangers: it names packages by name and version,
commands as lists of arguments, and texts to look for; nothing of it is ever executed outside of a sandbox, and nothing
in it is a pattern.
"""

import hashlib
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from clearinghouse.formats.text import printable_name
from clearinghouse.validation.contradictions import contradictions, is_plain
from clearinghouse.validation.errors import RecipeError
from clearinghouse.validation.fields import SIZE, Bounds, Demand, Install, Recipe, Subject, Use
from clearinghouse.validation.wrong_fields import no_toml, wrong_field

__all__ = [
    "LARGEST",
    "LARGEST_FILE",
    "LARGEST_TOGETHER",
    "NAME",
    "SIZE",
    "Bounds",
    "Demand",
    "Install",
    "Loaded",
    "Recipe",
    "Subject",
    "Use",
    "assembled",
    "checked",
    "from_files",
    "load",
    "named",
    "parse",
    "tables_of",
]

NAME = "recipe.toml"
LARGEST = 64 << 10
"""Most bytes of a ``recipe.toml``."""
LARGEST_FILE = 16 << 20
LARGEST_TOGETHER = 64 << 20
"""Most bytes of one file, and of all files of a recipe together."""
_DEEPEST = 16
"""Parts of a dotted key: the time and memory of `tomllib` grow with the square of their number."""
_STRING = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*+(?:"{3,5}+)?'
    r"|'''(?:[^']|'(?!''))*+(?:'{3,5}+)?"
    r'|"(?:[^"\\\n]|\\.)*+"?'
    r"|'[^'\n]*+'?"
    r"|\#[^\n]*+",
    re.DOTALL,
)
"""Strings and comments of TOML (https://toml.io/en/v1.0.0#string). None needs its end: nothing is looked at twice."""
_DEEP = re.compile(rf"(?<![\w-])(?:[\w-]++[ \t]*+\.[ \t]*+){{{_DEEPEST}}}")


class Loaded(msgspec.Struct, frozen=True):
    """A recipe with its files.

    Attributes:
        recipe: it. source: its path or name, for messages. files: by name, ``recipe.toml`` among them.
    """

    recipe: Recipe
    source: str
    files: dict[str, bytes]

    @property
    def digest(self) -> str:
        """SHA-256, in hex, over the names and digests of the recipe and of all files that it names."""
        digests = {name: hashlib.sha256(data).hexdigest() for name, data in self.files.items()}
        return hashlib.sha256(msgspec.json.encode(digests, order="deterministic")).hexdigest()


def load(path: Path) -> Loaded:
    """Read a recipe and its files from a folder, or from the ``recipe.toml`` in it.

    Raises:
        RecipeError: it cannot be read, is none, or names a file that is not there or has another digest.
    """
    file = path / NAME if path.is_dir() else path
    folder = file.parent
    files = {NAME: _bytes(file, file, LARGEST)}
    recipe = parse(files[NAME], str(file))
    for name in named(recipe):
        _plain(name, str(file))
        files[name] = _bytes(folder / name, file, LARGEST_FILE)
    return _whole(recipe, printable_name(str(file)), files)


def from_files(files: Mapping[str, bytes], source: str) -> Loaded:
    """Return the recipe that files are, as they come with a report.

    Raises:
        RecipeError: there is no ``recipe.toml`` among them, it is none, or names a file that is not among them.
    """
    if NAME not in files:
        raise RecipeError(
            f"{source}: there is no {NAME} among the files", "add one; see docs/validation.md", source=source
        )
    return assembled(parse(files[NAME], source), files, source)


def assembled(recipe: Recipe, files: Mapping[str, bytes], source: str) -> Loaded:
    """Return a recipe that was read before, with those of the files that it names.

    Args:
        recipe: what ``recipe.toml`` among the files says.

    Raises:
        RecipeError: it names a file that is not among them or has another digest, or they are too large.
    """
    wanted = {NAME: files[NAME]}
    for name in named(recipe):
        _plain(name, source)
        if name not in files:
            raise RecipeError(
                f"{source}: {name!r} is not among the files", "add it, or take its name out", source=source
            )
        wanted[name] = files[name]
    return _whole(recipe, source, wanted)


def parse(data: bytes, source: str) -> Recipe:
    """Read the text of a recipe.

    Raises:
        RecipeError: it is none; the message says which field is wrong.
    """
    if len(data) > LARGEST:
        raise RecipeError(f"{source}: a recipe has at most {LARGEST >> 10} KiB", "put data into files", source=source)
    tables: dict[str, Any] = {}
    try:
        text = data.decode()
        tables = tables_of(text)
        recipe = msgspec.convert(tables, Recipe)
    except UnicodeDecodeError:
        raise RecipeError(f"{source}: a recipe is UTF-8", "save it as UTF-8", source=source) from None
    except RecursionError:
        raise RecipeError(
            f"{source}: too deeply nested", "write it as docs/validation.md does", source=source
        ) from None
    except msgspec.ValidationError as error:
        wrong = wrong_field(error, tables)
        raise RecipeError(f"{source}: {wrong.what}", wrong.remedy, source=source) from None
    except ValueError as error:  # of whole numbers with thousands of digits it is a plain one
        wrong = no_toml(error, text)
        raise RecipeError(f"{source}: {wrong.what}", wrong.remedy, source=source) from None
    checked(recipe, source)
    return recipe


def tables_of(text: str) -> dict[str, Any]:
    """Return the tables of a TOML text of strangers.

    Raises:
        ValueError, RecursionError: it is none, or deeper than it is read.
    """
    if _DEEP.search(_STRING.sub("s", text)):
        raise RecursionError
    return tomllib.loads(text)


def named(recipe: Recipe) -> Iterator[str]:
    """Yield the names of the files beside a recipe that it names, each once."""
    seen = {NAME}
    for name in _names(recipe):
        if name not in seen:
            seen.add(name)
            yield name


def _names(recipe: Recipe) -> Iterator[str]:
    for subject in (recipe.affected, recipe.fixed):
        if subject and subject.archive:
            yield subject.archive
        if subject and subject.patch:
            yield subject.patch
    yield from recipe.install.files
    for use in (recipe.reproducer, recipe.control):
        if use:
            yield from use.files or ()
            if use.input:
                yield use.input


def checked(recipe: Recipe, source: str) -> None:
    """Refuse what contradicts itself.

    Raises:
        RecipeError: it does.
    """
    for where, what, remedy in contradictions(recipe):
        raise RecipeError(f"{source}: [{where}] {what}", remedy, source=source)


def _plain(name: str, source: str) -> None:
    """Refuse a name that is a path out of the recipe's folder, here or on another system."""
    if not is_plain(name) or "\\" in name or re.match(r"[A-Za-z]:", name):
        raise RecipeError(
            f"{source}: {name!r} is no file beside the recipe", "name files below its folder", source=source
        )


def _bytes(path: Path, recipe: Path, most: int) -> bytes:
    try:
        if path.resolve(strict=True) != recipe.parent.resolve() / path.relative_to(recipe.parent):
            raise RecipeError(f"{path} is a link", "put the file itself there", source=str(recipe))
        if not path.is_file():  # who opens a pipe waits for its other end
            raise RecipeError(f"{path} is no file", "put a file there", source=str(recipe))
        with path.open("rb") as file:
            data = file.read(most + 1)
    except RuntimeError:  # of links that lead to each other, before Python 3.13
        raise RecipeError(f"{path} is a link", "put the file itself there", source=str(recipe)) from None
    except OSError as error:
        raise RecipeError(f"{path} cannot be read: {error.strerror}", "look at the path", source=str(recipe)) from None
    if len(data) > most:
        raise _too_large(str(path), most, str(recipe))
    return data


def _too_large(name: str, most: int, source: str) -> RecipeError:
    return RecipeError(f"{name} has more than {most >> 10} KiB", "give a smaller one", source=source)


def _whole(recipe: Recipe, source: str, files: dict[str, bytes]) -> Loaded:
    for name, data in files.items():
        if len(data) > LARGEST_FILE:
            raise _too_large(f"{source}: {name!r}", LARGEST_FILE, source)
    if sum(map(len, files.values())) > LARGEST_TOGETHER:
        most = LARGEST_TOGETHER >> 20
        raise RecipeError(f"{source}: its files have more than {most} MiB together", "give smaller ones", source=source)
    for subject in filter(None, (recipe.affected, recipe.fixed)):
        if subject.archive and subject.sha256:
            _as_said(subject.archive, files[subject.archive], subject.sha256, source)
    return Loaded(recipe, source, files)


def _as_said(name: str, data: bytes, said: str, source: str) -> None:
    """Refuse an archive that is another one than the recipe speaks of: whatever ran would be about something else."""
    digest = hashlib.sha256(data).hexdigest()
    if digest != said:
        raise RecipeError(
            f"{source}: {name!r} has the digest {digest}, and sha256 says {said}", "correct either", source=source
        )
