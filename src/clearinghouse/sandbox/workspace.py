"""The folders of boxes: small file systems in memory, mounted where nobody else sees them.

A runner has name spaces of its own (:mod:`clearinghouse.sandbox.launch`), so what is mounted here is gone when it is,
however it ends. What a command left is looked at from outside when all its processes are gone; paths are walked a
folder at a time and no link is followed.
"""

import ctypes
import errno
import os
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path

from clearinghouse.sandbox.contract import BoxError, Collected, File, Kind, Limits

FOLDERS = ("work", "tmp", "subject")
_OWN = 5
"""Files and folders of a box that are no command's: its root, the folders, and the one of shared memory."""
_LONGEST_NAME = 255
_DEEPEST = 32
_NOSUID, _NODEV, _DETACH = 2, 4, 2
_LIBC = ctypes.CDLL(None, use_errno=True)


def mount_memory(at: Path, limits: Limits) -> None:
    """Mount a file system in memory at a folder, as large as ``limits`` say.

    Raises:
        OSError: this process may not.
    """
    options = f"size={limits.disk},nr_inodes={limits.files + _OWN},mode=0755"
    if _LIBC.mount(b"tmpfs", os.fsencode(at), b"tmpfs", _NOSUID | _NODEV, options.encode()):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), str(at))


def unmount(at: Path) -> None:
    """Unmount what is mounted at a folder, if anything is."""
    _LIBC.umount2(os.fsencode(at), _DETACH)


def encodable(text: str) -> bool:
    """Whether a text can be the name of a file, or an argument: half of a pair of surrogates cannot."""
    try:
        os.fsencode(text)
    except UnicodeEncodeError:
        return False
    return True


def parts_of(path: str) -> list[str]:
    """Return the parts of a relative path.

    Raises:
        BoxError: it is empty, absolute, leaves its folder, or is longer or deeper than a path may be.
    """
    parts = path.split("/")
    bad = any(part in {"", ".", ".."} or "\0" in part for part in parts) or not encodable(path)
    if bad or len(parts) > _DEEPEST or any(len(os.fsencode(part)) > _LONGEST_NAME for part in parts):
        raise BoxError(f"{path[:80]!r} is no path below a folder of a box", "name it by its parts, without . and ..")
    return parts


def put(folder: Path, files: Mapping[str, File], owner: int) -> None:
    """Write files below a folder that nothing untrusted has been in yet.

    Raises:
        BoxError: a path leaves it, or there is no room.
    """
    for path, file in files.items():
        parts = parts_of(path)
        try:
            at = folder
            for part in parts[:-1]:
                at /= part
                if not at.is_dir():
                    at.mkdir(mode=0o755)
                    os.chown(at, owner, owner)
            mode = 0o755 if file.executable else 0o644
            descriptor = os.open(at / parts[-1], os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode)
            with open(descriptor, "wb") as out:
                os.fchmod(descriptor, mode)
                os.fchown(descriptor, owner, owner)
                out.write(file.data)
        except OSError as error:
            full = error.errno in {errno.ENOSPC, errno.EDQUOT}
            what = "there is no room for it" if full else os.strerror(error.errno or 0)
            raise BoxError(
                f"{path[:80]!r} cannot be put into a box: {what}", "give fewer files, or more disk"
            ) from None


def collect(root: Path, paths: Sequence[str], most: int) -> list[Collected]:
    """Return what stands at paths (``/work/...``) below the folder of a box, at most ``most`` bytes of each.

    Raises:
        BoxError: a path is none of a box, or ``most`` is below zero, which would read everything.
    """
    if most < 0:
        raise BoxError(f"{most} bytes cannot be collected", "ask for some, or none")
    return [_collect(root, path, most) for path in paths]


def _collect(root: Path, path: str, most: int) -> Collected:
    parts = parts_of(path.removeprefix("/"))
    if parts[0] not in FOLDERS:
        raise BoxError(f"{path[:80]!r} is in no folder of a box", "name a path below /work, /tmp or /subject")
    at = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    try:
        for part in parts[:-1]:
            below = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=at)
            os.close(at)
            at = below
        return _look(at, parts[-1], path, most)
    except OSError as error:
        return Collected(path=path, kind=Kind.LINK if error.errno in {errno.ELOOP, errno.ENOTDIR} else Kind.MISSING)
    finally:
        os.close(at)


def _look(at: int, name: str, path: str, most: int) -> Collected:
    found = os.stat(name, dir_fd=at, follow_symlinks=False)
    if stat.S_ISLNK(found.st_mode):
        return Collected(path=path, kind=Kind.LINK)
    if stat.S_ISDIR(found.st_mode):
        return Collected(path=path, kind=Kind.FOLDER)
    if not stat.S_ISREG(found.st_mode):
        return Collected(path=path, kind=Kind.OTHER)
    descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=at)
    with open(descriptor, "rb") as file:
        data = file.read(most)
        size = os.fstat(descriptor).st_size
    return Collected(path=path, kind=Kind.FILE, size=size, data=data, cut=size > len(data))
