"""A package as it was opened: an archive that is unpacked for as long as it is looked at, or a folder."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from clearinghouse.evaluation.determination.errors import PackageError
from clearinghouse.evaluation.determination.package.archive import unpack
from clearinghouse.evaluation.determination.package.manifest import Cover, read_cover
from clearinghouse.evaluation.determination.package.names import COVER, MANIFEST, MOST_FILES
from clearinghouse.evaluation.ledger import files

LARGEST_DOCUMENT = 64 << 20
"""Most bytes of a file that is read into memory."""
_MOST_SEEN = 10 * MOST_FILES
_CHUNK = 1 << 20


class Package:
    """Files below a folder, none of which is a link.

    Attributes:
        root: the folder. source: what was named by who asked. is_archive: whether it came from one. cover: whose copy
            it is; None in a folder that is no package.
    """

    def __init__(self, root: Path, source: str, *, is_archive: bool) -> None:
        self.root = root
        self.source = source
        self.is_archive = is_archive
        self.names = files_below(root)
        self.cover: Cover | None = read_cover(self.read(COVER)) if COVER in self.names else None
        if is_archive and not {COVER, MANIFEST} <= set(self.names):
            raise PackageError(f"{source} has no signed list, so it is no package", "name a package of this software")

    def __contains__(self, name: str) -> bool:
        return name in self.names

    def path(self, name: str) -> Path:
        """Return where a file is."""
        return self.root / name

    def read(self, name: str, most: int = LARGEST_DOCUMENT) -> bytes:
        """Return the bytes of a file.

        Raises:
            LedgerError: it is not there, or larger.
        """
        return files.read(self.path(name), most)

    def measured(self, name: str) -> tuple[int, str]:
        """Return the size and the SHA-256 of a file.

        Raises:
            PackageError: it cannot be read.
        """
        return measured(self.path(name))


@contextmanager
def opened(path: Path) -> Iterator[Package]:
    """Open an archive or a folder.

    Raises:
        PackageError: it is neither, or cannot be read.
    """
    if path.is_dir():
        yield Package(path, str(path), is_archive=False)
        return
    with TemporaryDirectory(prefix="clearinghouse-package-") as folder:
        root = Path(folder)
        if not path.is_file():
            raise PackageError(f"{path} is no package and no folder", "name one of the two")
        unpack(path, root)
        yield Package(root, str(path), is_archive=True)


def files_below(root: Path) -> tuple[str, ...]:
    """Return the names of all files below a folder, in order; hidden ones are passed over, links are refused.

    Raises:
        PackageError: there is a link or something else that is no file, there are too many, or one cannot be read.
    """
    found: list[str] = []
    waiting = [root]
    while waiting:
        folder = waiting.pop()
        try:
            entries = sorted(os.scandir(folder), key=lambda each: each.name)
        except OSError as error:
            raise PackageError(f"{folder} cannot be read: {error.strerror}", "look at its permissions") from None
        for each in entries:
            if each.name.startswith("."):
                continue
            if each.is_dir(follow_symlinks=False):
                waiting.append(Path(each.path))
            elif each.is_file(follow_symlinks=False):
                found.append(Path(each.path).relative_to(root).as_posix())
            else:
                raise PackageError(f"{each.path} is a link, or no file", "put the file itself there")
        if len(found) + len(waiting) > _MOST_SEEN:
            raise PackageError(f"{root} has more than {_MOST_SEEN:,} files", "name the folder of one assessment")
    return tuple(sorted(found))


def measured(path: Path) -> tuple[int, str]:
    """Return the size and the SHA-256 of a plain file.

    Raises:
        PackageError: it cannot be read.
    """
    hasher, size = hashlib.sha256(), 0
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(descriptor, "rb") as file:
            while chunk := file.read(_CHUNK):
                hasher.update(chunk)
                size += len(chunk)
    except OSError as error:
        raise PackageError(f"{path} cannot be read: {error.strerror}", "look at its permissions") from None
    return size, hasher.hexdigest()
