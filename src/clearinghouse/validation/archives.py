"""Recipes in zips that somebody sent: looked at as a list first, and unpacked in memory only as far as they are named.

Nothing is ever written to a disk. What an archive says of its sizes is not believed; its list of members is refused
where two readers could take two things out of it.
"""

import stat
from typing import IO, BinaryIO, cast
from zipfile import ZipInfo

from clearinghouse.formats.guard import DocumentError, Ledger, Limits
from clearinghouse.formats.packing import Archive
from clearinghouse.formats.text import quoted
from clearinghouse.validation.errors import RecipeError
from clearinghouse.validation.recipe import LARGEST_FILE, LARGEST_TOGETHER, NAME, Loaded, assembled, named, parse

MOST_FILES = 1_000
_LIMITS = Limits(unpacked=LARGEST_TOGETHER, ratio_from=LARGEST_TOGETHER, members=MOST_FILES)
_WANTED = "send recipe.toml as it is, or a zip of it with the files that it names"
_UNIX = 3
"""The system of members whose modes are those of Unix (APPNOTE 4.4.2)."""


class ArchiveError(RecipeError):
    """An archive that cannot be opened, so that it is not known whether there is a recipe in it."""


class NoRecipeError(ArchiveError):
    """An archive in which there is no recipe."""


def from_archive(file: IO[bytes], source: str) -> Loaded:
    """Return the recipe in a zip, with the files that it names; where all stand in one folder, that is taken away.

    Raises:
        NoRecipeError: there is none in it. ArchiveError: its list cannot be read. RecipeError: it is ambiguous,
            encrypted, damaged or holds too much where the recipe stands, or the recipe cannot be used.
    """
    try:
        archive = Archive(source, lambda: cast(BinaryIO, file), _LIMITS)
    except DocumentError as error:
        raise ArchiveError(f"{source}: {error.why}", error.remedy, source=source) from None
    return _Reading(archive, source).loaded()


class _Reading:
    """What is taken out of one archive, and how much that was."""

    def __init__(self, archive: Archive, source: str) -> None:
        self._archive = archive
        self._source = source
        self._ledger = Ledger(source, 0, _LIMITS)  # all together are bounded, however large the archive is

    def loaded(self) -> Loaded:
        listed = self._archive.members()
        inside = _folder({each.filename for each in listed})
        if inside is None:
            raise NoRecipeError(f"{self._source}: there is no {NAME} among the files", _WANTED, source=self._source)
        self._require_plain(listed)
        members = {each.filename.removeprefix(inside): each for each in listed}
        recipe = parse(self._content(NAME, members[NAME]), self._source)
        wanted = [name for name in (NAME, *named(recipe)) if name in members]
        return assembled(recipe, {name: self._content(name, members[name]) for name in wanted}, self._source)

    def _require_plain(self, listed: list[ZipInfo]) -> None:
        """Refuse names that stand there twice or lead out, whether they are wanted or not."""
        if len(listed) > MOST_FILES:
            raise self._wrong(f"the archive has more than {MOST_FILES:,} files", "leave out what is not named")
        seen: set[str] = set()
        for name in (each.filename for each in listed):
            if name in seen:
                raise self._wrong(f"the archive has {quoted(name)} twice", "leave one of them out")
            if name.startswith("/") or "\\" in name or name[1:2] == ":" or ".." in name.split("/"):
                raise self._wrong(f"the archive has {quoted(name)}, which leads out of it", "name files below a folder")
            seen.add(name)

    def _content(self, name: str, member: ZipInfo) -> bytes:
        if member.create_system == _UNIX and stat.S_ISLNK(member.external_attr >> 16):
            raise self._wrong(f"{quoted(name)} is a link", "put the file itself there")
        try:
            with self._archive.open(member, f"{self._source}!{name}", self._ledger, 0) as stream:
                data = stream.read(LARGEST_FILE + 1)
        except DocumentError as error:
            if self._ledger.exhausted:
                most = LARGEST_TOGETHER >> 20
                raise self._wrong(f"its files have more than {most} MiB together", "give smaller ones") from None
            raise self._wrong(f"{quoted(name)}: {error.why}", error.remedy) from None
        if len(data) > LARGEST_FILE:
            raise self._wrong(f"{quoted(name)} has more than {LARGEST_FILE >> 20} MiB", "give a smaller one")
        return data

    def _wrong(self, what: str, remedy: str) -> RecipeError:
        return RecipeError(f"{self._source}: {what}", remedy, source=self._source)


def _folder(names: set[str]) -> str | None:
    """The folder in which a recipe stands with all its files, which can be the archive itself; None if none does."""
    if NAME in names:
        return ""
    inside = {name.partition("/")[0] for name in names}
    folder = f"{next(iter(inside))}/" if len(inside) == 1 else ""
    return folder if folder and f"{folder}{NAME}" in names else None
