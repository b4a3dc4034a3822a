"""The home folder of an installation: what is in it is for its owner only."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import msgspec

from clearinghouse.server.configuration import CONFIG, Configuration
from clearinghouse.server.evidence.master import is_private
from clearinghouse.server.operate.errors import HomeError, NoInstallationError

DATABASE = "clearinghouse.sqlite3"
RESTORING = "restoring"
"""A file of this name says that a restore was begun here and has not ended."""
_OTHERS = 0o077
_PUBLIC = (".recipient", ".pub")
"""How the names of keys end that anybody may read."""


class Complaint(msgspec.Struct, frozen=True):
    """What is wrong with a file or folder, and a command that mends it."""

    path: Path
    what: str
    remedy: str


def is_installed(home: Path) -> bool:
    """Whether ``init`` or ``restore`` has been here."""
    return (home / CONFIG).is_file()


def require_installed(home: Path) -> None:
    """See that there is an installation in a folder, and that it is whole.

    Raises:
        NoInstallationError: there is none, or a restore was interrupted here.
    """
    try:
        installed = is_installed(home)
    except PermissionError as error:
        raise HomeError(f"{home} is not for this user", "run this as the user who owns it") from error
    if (home / RESTORING).exists():
        what = f"a restore into {home} was interrupted"
        raise NoInstallationError(what, "run the same `clearinghouse restore` again; it begins anew")
    if not installed:
        remedy = "make one with `clearinghouse init`, or name its folder with --home or CLEARINGHOUSE_HOME"
        raise NoInstallationError(f"there is no installation in {home}", remedy)


def require_private(home: Path) -> None:
    """See that a home folder belongs to who runs this, and to nobody else.

    Raises:
        HomeError: it does not. Whoever else runs programs here leaves files that the server cannot write.
    """
    complaint = next(_of(home), None)
    if complaint is not None:
        raise HomeError(complaint.what, complaint.remedy)


def require_private_keys(configuration: Configuration) -> None:
    """See that nobody else can read the keys.

    Raises:
        HomeError: somebody can.
    """
    complaint = next(key_complaints(configuration), None)
    if complaint is not None:
        raise HomeError(complaint.what, complaint.remedy)


def complaints(configuration: Configuration) -> Iterator[Complaint]:
    """Yield what is wrong with the home folder, the configuration, the keys, the database and the blobs' folder."""
    home = configuration.home
    yield from _of(home)
    for name in (CONFIG, DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm", "blobs"):
        yield from _of(home / name, strict=not name.startswith(DATABASE))
    yield from key_complaints(configuration)


def key_complaints(configuration: Configuration) -> Iterator[Complaint]:
    """Yield what is wrong with the folder of keys and with the key files."""
    if configuration.keys.is_dir():
        yield from _of(configuration.keys)
        for path in sorted(configuration.keys.iterdir()):
            if not path.name.endswith(_PUBLIC):
                yield from _of(path)
    named = Path(configuration.key_file) if configuration.key_file else None
    if named is not None and named.is_file() and not is_private(named, named.stat().st_mode):
        yield Complaint(named, f"{named} can be read by others", f"chmod 600 {named}")


def _of(path: Path, *, strict: bool = True) -> Iterator[Complaint]:
    try:
        status = path.stat()
    except FileNotFoundError:
        return
    if status.st_uid != os.geteuid():
        what = f"{path} belongs to user {status.st_uid}, and this is user {os.geteuid()}"
        yield Complaint(path, what, f"run this as the user who owns {path}, such as with `sudo -u`")
    elif strict and status.st_mode & _OTHERS:
        mode = 700 if stat.S_ISDIR(status.st_mode) else 600
        yield Complaint(path, f"{path} can be read by others", f"chmod {mode} {path}")


def make_folder(path: Path) -> None:
    """Make a folder for its owner only, if it is not there, with those above it."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
