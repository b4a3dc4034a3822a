"""Files of keys: written whole or not at all, and read only where nobody else could have read or changed them.

What is looked at is looked at through the open descriptor, so that it is the same file that is read.
"""

import os
import secrets
import stat
from collections.abc import Callable
from pathlib import Path

from clearinghouse.records import ClearinghouseError

LARGEST_KEY_FILE = 65_536
"""The longest file of a key that is read, in bytes."""
MOST_KEYS = 10_000
"""How many keys a folder may have."""
PUBLIC_ENDINGS = (".pub", ".pem")
"""How the names of files end that are read from a folder of public keys."""

_WHICH = "name the file that holds the key"


class KeyFileError(ClearinghouseError):
    """A file of keys that cannot be made, or must not be used."""


def unfit(path: Path, why: str, remedy: str) -> KeyFileError:
    """Return the error of a file, ``why`` being the end of a sentence that begins with its path."""
    return KeyFileError(f"{path} {why}", remedy, source=str(path))


def read_private(path: Path) -> bytes:
    """Return the bytes of a file that is its owner's alone.

    Raises:
        KeyFileError: it is a link or no plain file, belongs to somebody else, can be read or written by others, is too
            long, or cannot be read.
    """
    return _read(path, os.O_RDONLY | os.O_NOFOLLOW, _see_private)


def read_public(path: Path) -> bytes:
    """Return the bytes of a file that not everybody can write; a link to one is followed.

    Raises:
        KeyFileError: it is no plain file, can be written by anybody, is too long, or cannot be read.
    """
    return _read(path, os.O_RDONLY, _see_public)


def public_files(path: Path) -> list[Path]:
    """Return the files of public keys in a folder, in the order of their names; a file stands for itself.

    Raises:
        KeyFileError: there is none, there are too many, or the folder cannot be read.
    """
    if not path.is_dir():
        return [path]
    try:
        files = sorted(each for each in path.iterdir() if _is_public(each))
    except OSError as error:
        raise _unread(path, error) from None
    if not files:
        raise unfit(path, "holds no public keys", f"put them there as files that end in {PUBLIC_ENDINGS[0]}")
    if len(files) > MOST_KEYS:
        raise unfit(path, f"holds {len(files):,} files of keys, of which {MOST_KEYS:,} are read", "keep fewer")
    return files


def place_pair(path: Path, private: bytes, beside: Path, public: bytes) -> None:
    """Write a private key for its owner only, and then its public key for everybody. Nothing is ever overwritten.

    Raises:
        KeyFileError: one of the files is there already, or cannot be written.
    """
    try:
        _place(path, private, 0o600)
        try:
            _place(beside, public, 0o644)
        except OSError:
            path.unlink()  # it is ours, made a moment ago
            raise
    except FileExistsError as error:
        there = Path(error.filename2 or path)
        raise unfit(there, "is there already", "choose another name, or move the old pair away") from None
    except (OSError, ValueError) as error:  # ValueError: a path with a zero in it
        why = f"cannot be made: {getattr(error, 'strerror', None) or error}"
        raise unfit(path, why, "name a file in a folder that you may write in") from None


def _read(path: Path, flags: int, see: Callable[[Path, os.stat_result], None]) -> bytes:
    try:
        descriptor = os.open(path, flags | os.O_NONBLOCK | os.O_CLOEXEC)  # without the second a pipe would wait
        try:
            state = os.fstat(descriptor)
            if not stat.S_ISREG(state.st_mode):
                raise unfit(path, "is no plain file", _WHICH)
            see(path, state)
            with open(descriptor, "rb", closefd=False) as file:
                data = file.read(LARGEST_KEY_FILE + 1)
        finally:
            os.close(descriptor)
    except (OSError, ValueError) as error:
        if flags & os.O_NOFOLLOW and path.is_symlink():
            raise unfit(path, "is a link, which others could point elsewhere", "name the file itself") from None
        raise _unread(path, error) from None
    if len(data) > LARGEST_KEY_FILE:
        raise unfit(path, f"has more than {LARGEST_KEY_FILE:,} bytes", _WHICH)
    return data


def _see_private(path: Path, state: os.stat_result) -> None:
    if state.st_uid != os.geteuid():
        raise unfit(path, "belongs to somebody else", "use a key of your own, or have this one given to you")
    if state.st_mode & 0o077:
        raise unfit(path, "can be read or written by others", f"chmod 600 {path}; if they may have read it, replace it")


def _see_public(path: Path, state: os.stat_result) -> None:
    if state.st_mode & stat.S_IWOTH:
        raise unfit(path, "can be written by anybody, so it says nothing about whom to believe", f"chmod 644 {path}")


def _place(path: Path, data: bytes, mode: int) -> None:
    """Write a file that must not be there yet, whole or not at all."""
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    try:
        with open(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.link(unfinished, path)
    finally:
        unfinished.unlink()
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _is_public(path: Path) -> bool:
    return path.name.endswith(PUBLIC_ENDINGS) and not path.name.startswith(".") and not path.is_dir()


def _unread(path: Path, error: Exception) -> KeyFileError:
    return unfit(path, f"cannot be read: {getattr(error, 'strerror', None) or error}", "see that it is there")
