"""What stands outside while the self-check is made, for it to be found: servers, a secret, files."""

import contextlib
import os
import secrets
import shutil
import socket
import stat
import struct
import tempfile
import time
from collections.abc import Iterator
from fcntl import ioctl
from pathlib import Path
from typing import NamedTuple

_GET_FLAGS, _SET_FLAGS, _UP = 0x8913, 0x8914, 1
_PLACES = ("/tmp", "/var/tmp", "/run", "/home", "/root", "/etc", "/srv", "/opt", "/var/lib")  # noqa: S108 - looked for
_NAME = "clearinghouse-check-"
_OLD = 3600
"""Seconds after which no check is still under way."""


class Planted(NamedTuple):
    """What there is to be found.

    Attributes:
        word: stands in the environment of this process, and in every file. paths: files that must not be seen.
        secret: one of them.
        port: of a server on the loopback. abstract, path: of servers on sockets of this machine.
    """

    word: str
    paths: tuple[str, ...]
    secret: str
    port: int
    abstract: str
    path: str


@contextlib.contextmanager
def planted() -> Iterator[Planted]:
    """Plant it all, and take it away again."""
    word = secrets.token_hex(16)
    _tidy()
    with contextlib.ExitStack() as stack:
        os.environ["CLEARINGHOUSE_CHECK"] = word
        stack.callback(os.environ.pop, "CLEARINGHOUSE_CHECK", None)
        paths = [path for place in _PLACES if (path := _file(Path(place), word, stack))]
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix=_NAME)))
        folder.chmod(0o755)
        (folder / "secret").write_text(word)
        (folder / "secret").chmod(0o644)
        _raise_loopback()
        server = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        abstract = f"clearinghouse-{word}"
        for name in ("\0" + abstract, str(folder / "socket")):
            listening = stack.enter_context(socket.socket(socket.AF_UNIX))
            listening.bind(name)
            listening.listen()
        (folder / "socket").chmod(0o777)
        secret = str(folder / "secret")
        found = (*paths, secret, str(folder / "socket"), str(Path(__file__)))
        yield Planted(word, found, secret, server.getsockname()[1], abstract, str(folder / "socket"))


def _tidy() -> None:
    """Take away what a check left that was killed in the middle: plain files and folders of this user, an hour old."""
    for place in (Path(each) for each in _PLACES):
        with contextlib.suppress(OSError):
            for path in place.glob(f"{_NAME}*"):
                state = path.lstat()
                if state.st_uid == os.geteuid() and time.time() - state.st_mtime > _OLD:
                    shutil.rmtree(path) if stat.S_ISDIR(state.st_mode) else path.unlink()


def _file(place: Path, word: str, stack: contextlib.ExitStack) -> str:
    """Return a file that was made in a folder of this machine, if that may be."""
    path = place / f"{_NAME}{secrets.token_hex(4)}"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    except OSError:
        return ""
    stack.callback(path.unlink, missing_ok=True)
    os.write(descriptor, word.encode())
    os.close(descriptor)
    return str(path)


def _raise_loopback() -> None:
    """Bring the loopback up, which a new network begins without: a server that nobody can reach proves nothing."""
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        asked = struct.pack("16sh14x", b"lo", 0)
        flags = struct.unpack("16sh14x", ioctl(any_socket, _GET_FLAGS, asked))[1]
        ioctl(any_socket, _SET_FLAGS, struct.pack("16sh14x", b"lo", flags | _UP))
