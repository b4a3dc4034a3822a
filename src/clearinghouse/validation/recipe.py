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
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from clearinghouse.packages.purl import PurlError
from clearinghouse.packages.purl import parse as parse_purl
from clearinghouse.sandbox import Tier
from clearinghouse.validation.errors import RecipeError
from clearinghouse.validation.shows import Growth, Shows

NAME = "recipe.toml"
SIZE = "{size}"
"""What stands in a command for a size."""
_LARGEST = 64 << 10
_LARGEST_FILE = 16 << 20
_LARGEST_TOGETHER = 64 << 20
_BYTES = 1 << 40

_Line = Annotated[str, Meta(min_length=1, max_length=300, pattern=r"^[^\x00-\x1f\x7f]*$")]
_Prose = Annotated[str, Meta(max_length=10_000)]
_Argument = Annotated[str, Meta(max_length=32_768, pattern=r"^[^\x00]*$")]
_Argv = Annotated[tuple[_Argument, ...], Meta(min_length=1, max_length=256)]
_Purl = Annotated[str, Meta(min_length=8, max_length=512, pattern=r"^pkg:[^\x00-\x20]+$")]
_Digest = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]
_FileName = Annotated[str, Meta(min_length=1, max_length=255, pattern=r"^[^\x00-\x1f\x7f]*$")]
_Variable = Annotated[str, Meta(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,127}$")]
_Environment = Annotated[dict[_Variable, _Argument], Meta(max_length=64)]
_Purls = Annotated[tuple[_Purl, ...], Meta(max_length=128)]


class Subject(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Software of one version.

    Attributes:
        purl: package URL with version. archive: a source archive instead, beside the recipe or at an https address.
        sha256: digest of what the registry gives, or of the archive. beside: package URLs of what else is installed.
        patch: a unified diff beside the recipe; only of the fixed subject, which is then the affected one with it.
    """

    purl: _Purl | None = None
    archive: _Line | None = None
    sha256: _Digest | None = None
    beside: _Purls = msgspec.field(default=(), name="with")
    patch: _FileName | None = None


class Install(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How subjects are prepared, without a network, in the sandbox.

    Attributes:
        by: what installs them; None takes it from the package URL. from_source: whether the source archive is built.
        requires: package URLs of what building needs. beside: of what else is installed with both subjects.
        files: files beside the recipe that are put into the source before it is built. commands: what builds it.
        environment: variables while it is built.
    """

    by: Literal["pip", "npm", "cargo", "make", "none"] | None = None
    from_source: bool = False
    requires: _Purls = ()
    beside: _Purls = msgspec.field(default=(), name="with")
    files: Annotated[tuple[_FileName, ...], Meta(max_length=256)] = ()
    commands: Annotated[tuple[_Argv, ...], Meta(max_length=32)] | UnsetType = UNSET
    environment: _Environment = {}


class Use(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One use of a subject: the reproducer, or the control.

    Attributes:
        command: program and arguments. files: beside the recipe, put into ``/work``. input: a file that is its standard
            input. environment: variables. exit: the code with which a control must end.
    """

    command: _Argv
    files: Annotated[tuple[_FileName, ...], Meta(max_length=256)] | UnsetType = UNSET
    input: _FileName | None = None
    environment: _Environment | UnsetType = UNSET
    exit: Annotated[int, Meta(ge=0, le=255)] = 0


class Bounds(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Limits of each run, in seconds and bytes; of those that the installation has, the stricter one holds."""

    seconds: Annotated[float, Meta(gt=0, le=86_400)] | None = None
    cpu: Annotated[float, Meta(gt=0, le=86_400)] | None = None
    memory: Annotated[int, Meta(ge=1 << 20, le=_BYTES)] | None = None
    processes: Annotated[int, Meta(ge=1, le=100_000)] | None = None
    disk: Annotated[int, Meta(ge=1 << 16, le=_BYTES)] | None = None
    output: Annotated[int, Meta(ge=1, le=_BYTES)] | None = None


class Demand(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How well it must be isolated at least."""

    tier: Tier = Tier.T1


class Recipe(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to run, on what, and what shows the flaw; see docs/validation.md for every field."""

    format: Literal[1]
    title: _Line
    identifiers: Annotated[tuple[_Line, ...], Meta(max_length=32)] = ()
    weaknesses: Annotated[tuple[Annotated[str, Meta(pattern=r"^CWE-[0-9]{1,7}$")], ...], Meta(max_length=16)] = ()
    about: _Prose = ""
    references: Annotated[tuple[_Line, ...], Meta(max_length=32)] = ()
    runs: Annotated[int, Meta(ge=1, le=100)] = 1
    affected: Subject
    fixed: Subject | None = None
    install: Install = Install()
    reproducer: Use
    control: Use | None = None
    shows: Shows
    limits: Bounds = Bounds()
    isolation: Demand = Demand()


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
        RecipeError: it cannot be read, is none, or names a file that is not there.
    """
    file = path / NAME if path.is_dir() else path
    folder = file.parent
    files = {NAME: _bytes(file, file, _LARGEST)}
    recipe = parse(files[NAME], str(file))
    for name in named(recipe):
        _plain(name, str(file))
        files[name] = _bytes(folder / name, file, _LARGEST_FILE)
    return _whole(recipe, str(file), files)


def from_files(files: Mapping[str, bytes], source: str) -> Loaded:
    """Return the recipe that files are, as they come with a report.

    Raises:
        RecipeError: there is no ``recipe.toml`` among them, it is none, or names a file that is not among them.
    """
    if NAME not in files:
        raise RecipeError(
            f"{source}: there is no {NAME} among the files", "add one; see docs/validation.md", source=source
        )
    recipe = parse(files[NAME], source)
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
    if len(data) > _LARGEST:
        raise RecipeError(f"{source}: a recipe has at most {_LARGEST >> 10} KiB", "put data into files", source=source)
    try:
        found: dict[str, Any] = tomllib.loads(data.decode())
        recipe = msgspec.convert(found, Recipe)
    except UnicodeDecodeError:
        raise RecipeError(f"{source}: a recipe is UTF-8", "save it as UTF-8", source=source) from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        what = str(error) if isinstance(error, tomllib.TOMLDecodeError) else "too deeply nested"
        raise RecipeError(f"{source}: no TOML: {what}", "put that right", source=source) from None
    except msgspec.ValidationError as error:
        raise RecipeError(f"{source}: {error}", "see docs/validation.md for this field", source=source) from None
    _check(recipe, source)
    return recipe


def named(recipe: Recipe) -> Iterator[str]:
    """Yield the names of the files beside a recipe that it names, each once."""
    seen = {NAME}
    for name in _names(recipe):
        if name not in seen:
            seen.add(name)
            yield name


def _names(recipe: Recipe) -> Iterator[str]:
    for subject in (recipe.affected, recipe.fixed):
        if subject and subject.archive and not is_address(subject.archive):
            yield subject.archive
        if subject and subject.patch:
            yield subject.patch
    yield from recipe.install.files
    for use in (recipe.reproducer, recipe.control):
        if use:
            yield from use.files or ()
            if use.input:
                yield use.input


def is_address(archive: str) -> bool:
    """Whether an archive stands at an address, not beside the recipe."""
    return "://" in archive


def _check(recipe: Recipe, source: str) -> None:
    """Refuse what contradicts itself."""
    for where, what, remedy in _contradictions(recipe):
        raise RecipeError(f"{source}: [{where}] {what}", remedy, source=source)


def _contradictions(recipe: Recipe) -> Iterator[tuple[str, str, str]]:
    yield from _of_subject("affected", recipe.affected)
    if recipe.affected.patch:
        yield "affected", "has a patch", "a patch belongs to [fixed]"
    if recipe.fixed:
        yield from _of_subject("fixed", recipe.fixed)
    for where, purls in _purls(recipe):
        for purl in purls:
            yield from _of_purl(where, purl)
    sized = any(SIZE in part for part in recipe.reproducer.command)
    if isinstance(recipe.shows, Growth):
        sizes = recipe.shows.sizes
        if not sized:
            yield (
                "reproducer",
                f"has no {SIZE} in its command",
                f"growth is measured over sizes: put {SIZE} where it goes",
            )
        if list(sizes) != sorted(set(sizes)):
            yield "shows", "sizes do not grow", "name each once, the smallest first"
        if sizes[-1] < 4 * sizes[0]:
            yield "shows", "the largest size is less than four times the smallest", "take sizes further apart"


def _of_subject(where: str, subject: Subject) -> Iterator[tuple[str, str, str]]:
    given = [name for name in ("purl", "archive", "patch") if getattr(subject, name) is not None]
    if len(given) != 1:
        yield where, f"names {' and '.join(given) or 'nothing'}", "name one of purl, archive or (of [fixed]) patch"
    if subject.archive and is_address(subject.archive):
        if not subject.archive.startswith("https://"):
            yield where, f"{subject.archive[:80]!r} is no https address", "name an https address or a file"
        if subject.sha256 is None:
            yield where, "names an address without its digest", "add sha256"
    if subject.purl:
        yield from _of_purl(where, subject.purl)


def _of_purl(where: str, text: str) -> Iterator[tuple[str, str, str]]:
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


def _plain(name: str, source: str) -> None:
    """Refuse a name that is a path out of the recipe's folder."""
    if any(part in {"", ".", ".."} for part in name.split("/")) or "\\" in name or re.match(r"[A-Za-z]:", name):
        raise RecipeError(
            f"{source}: {name!r} is no file beside the recipe", "name files below its folder", source=source
        )


def _bytes(path: Path, recipe: Path, most: int) -> bytes:
    try:
        if path.resolve(strict=True) != recipe.parent.resolve() / path.relative_to(recipe.parent):
            raise RecipeError(f"{path} is a link", "put the file itself there", source=str(recipe))
        with path.open("rb") as file:
            data = file.read(most + 1)
    except OSError as error:
        raise RecipeError(f"{path} cannot be read: {error.strerror}", "look at the path", source=str(recipe)) from None
    if len(data) > most:
        raise RecipeError(f"{path} has more than {most >> 10} KiB", "give a smaller one", source=str(recipe))
    return data


def _whole(recipe: Recipe, source: str, files: dict[str, bytes]) -> Loaded:
    if sum(map(len, files.values())) > _LARGEST_TOGETHER:
        most = _LARGEST_TOGETHER >> 20
        raise RecipeError(f"{source}: its files have more than {most} MiB together", "give smaller ones", source=source)
    return Loaded(recipe, source, files)
