"""Files as one piece of bytes, and recipes out of files that somebody sent, under limits.

Nothing is ever unpacked to a disk. What a recipe may hold is bounded by :mod:`clearinghouse.validation.recipe`.
"""

import io
import zipfile
from collections.abc import Iterable, Mapping
from typing import IO

import msgspec

from clearinghouse.formats.guard import UNPACKING_ERRORS
from clearinghouse.server.validations.errors import AskedWrongError
from clearinghouse.validation.recipe import NAME, Loaded, from_files

LARGEST = 64 << 20
"""Most bytes of all files of a recipe together, and so of an archive of them."""
MOST_FILES = 1_000
_PIECE = 1 << 16
_ZIP = b"PK\3\4"
_WANTED = "send recipe.toml as it is, or a zip of it with the files that it names"

_packing = msgspec.msgpack.Encoder()
_unpacking = msgspec.msgpack.Decoder(dict[str, bytes])


def packed(files: Mapping[str, bytes]) -> bytes:
    """Return files as one piece."""
    return _packing.encode(dict(files))


def unpacked(data: bytes) -> dict[str, bytes]:
    """Return the files that one piece holds."""
    return _unpacking.decode(data)


def whole(pieces: Iterable[bytes], most: int = LARGEST) -> bytes:
    """Return bytes that come in pieces as one.

    Raises:
        AskedWrongError: there are more than ``most``.
    """
    found = bytearray()
    for piece in pieces:
        found += piece
        if len(found) > most:
            raise AskedWrongError(f"there are more than {most >> 20} MiB", "give smaller files")
    return bytes(found)


def is_archive(data: bytes) -> bool:
    """Whether bytes are a zip."""
    return data.startswith(_ZIP)


def recipe_of(data: bytes) -> Loaded:
    """Return the recipe that somebody sent: ``recipe.toml`` itself, or a zip of it and its files.

    Raises:
        AskedWrongError: it is neither, or too large. RecipeError: the recipe cannot be used.
    """
    if not data:
        raise AskedWrongError("there is nothing in it", _WANTED)
    return from_files(members(data) if is_archive(data) else {NAME: data}, NAME)


def members(data: bytes) -> dict[str, bytes]:
    """Return the files of a zip by their names; where all stand in one folder, that is taken away.

    Raises:
        AskedWrongError: it is damaged, encrypted, or holds too much.
    """
    found: dict[str, bytes] = {}
    left = LARGEST
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            listed = [each for each in archive.infolist() if not each.is_dir()]
            if len(listed) > MOST_FILES:
                raise AskedWrongError(f"the archive has more than {MOST_FILES:,} files", "leave out what is not named")
            for each in listed:
                with archive.open(each) as file:
                    found[each.filename] = content = _read(file, left)
                left -= len(content)
    except UNPACKING_ERRORS as error:
        raise AskedWrongError(f"the archive cannot be opened: {type(error).__name__}", _WANTED) from None
    return _without_folder(found)


def _read(file: IO[bytes], left: int) -> bytes:
    content = bytearray()
    while piece := file.read(_PIECE):
        content += piece
        if len(content) > left:
            raise AskedWrongError(f"the archive holds more than {LARGEST >> 20} MiB", "give smaller files")
    return bytes(content)


def _without_folder(files: dict[str, bytes]) -> dict[str, bytes]:
    if NAME in files:
        return files
    folders = {name.partition("/")[0] for name in files}
    inside = f"{next(iter(folders))}/" if len(folders) == 1 else ""
    if inside and f"{inside}{NAME}" in files:
        return {name.removeprefix(inside): content for name, content in files.items()}
    return files
