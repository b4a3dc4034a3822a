"""Master keys: they wrap the keys of envelopes, and stand in no database and no backup of one.

Keys are wrapped as RFC 3394 says (AES key wrap, KW of NIST SP 800-38F). It was made for this, key services and
hardware modules speak it, it finds changes, and it has no nonce: an authenticated cipher with random nonces would limit
how often one master key may wrap, and nobody counts that. What it lacks, a context, the sealed bytes have: they are
bound to the number of their envelope.
"""

import base64
import binascii
import os
import secrets
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from clearinghouse.server.evidence.errors import KEYS, RESTORE, MasterKeyError, SealBrokenError
from clearinghouse.server.evidence.sealing import KEY

_LARGEST_FILE = 1024
_FORM = "it is the base64 of 32 random bytes: `clearinghouse key master new` makes one"


class MasterKey(Protocol):
    """Wraps and unwraps the keys of envelopes."""

    @property
    def id(self) -> str:
        """Which one it is; this tells nothing about the key."""

    def wrap(self, key: bytes) -> bytes:
        """Return a key, wrapped.

        Raises:
            MasterKeyError: it cannot be used now.
        """

    def unwrap(self, wrapped: bytes) -> bytes:
        """Return a key that :meth:`wrap` wrapped.

        Raises:
            SealBrokenError: it was changed, or another master key wrapped it. MasterKeyError: it cannot be used now.
        """

    def wrap_all(self, keys: Sequence[bytes]) -> list[bytes]:
        """Return many keys, each wrapped, in their order."""

    def unwrap_all(self, wrapped: Sequence[bytes]) -> list[bytes]:
        """Return many keys, in their order."""


class LocalMasterKey:
    """A master key that this process knows.

    Args:
        key: 32 bytes. The id and the key that wraps are derived from it (HKDF-SHA256, RFC 5869) under different labels.
    """

    def __init__(self, key: bytes) -> None:
        self.id = _derived(key, "id", 8).hex()
        self._wrapping = _derived(key, "wrap", KEY)

    def wrap(self, key: bytes) -> bytes:
        """Return a key, wrapped."""
        return aes_key_wrap(self._wrapping, key)

    def unwrap(self, wrapped: bytes) -> bytes:
        """Return a key that :meth:`wrap` wrapped."""
        try:
            return aes_key_unwrap(self._wrapping, bytes(wrapped))
        except InvalidUnwrap as error:
            raise SealBrokenError(f"a key that master key {self.id} wrapped was changed", RESTORE) from error

    def wrap_all(self, keys: Sequence[bytes]) -> list[bytes]:
        """Return many keys, each wrapped, in their order."""
        return [self.wrap(key) for key in keys]

    def unwrap_all(self, wrapped: Sequence[bytes]) -> list[bytes]:
        """Return many keys, in their order."""
        return [self.unwrap(each) for each in wrapped]


def _derived(key: bytes, label: str, length: int) -> bytes:
    return HKDF(SHA256(), length, None, f"clearinghouse master key {label} v1".encode()).derive(key)


def master_of(text: str, source: str) -> LocalMasterKey:
    """Return the master key that a text is in base64.

    Args:
        text: as it stands in a file or in the environment. source: what to call the place in an error.

    Raises:
        MasterKeyError: it is not the base64 of 32 bytes.
    """
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError) as error:
        raise MasterKeyError(f"the master key in {source} is not base64", _FORM) from error
    if len(key) != KEY:
        raise MasterKeyError(f"the master key in {source} has {len(key)} bytes and not {KEY}", _FORM)
    return LocalMasterKey(key)


def read_master_key(path: Path) -> LocalMasterKey:
    """Return the master key that a file holds.

    Raises:
        MasterKeyError: it is missing, others can read it, or it holds no key.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)  # without waiting, should it be a pipe
        try:
            _check_private(path, os.fstat(descriptor).st_mode)
            text = os.read(descriptor, _LARGEST_FILE)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise MasterKeyError(f"{path} cannot be read: {error.strerror or error}", KEYS) from error
    return master_of(text.decode("ascii", "replace"), str(path))


def _check_private(path: Path, mode: int) -> None:
    if not stat.S_ISREG(mode):
        raise MasterKeyError(f"{path} is no file", KEYS)
    if not is_private(path, mode):
        raise MasterKeyError(f"{path} can be read by others", f"chmod 600 {path}, and consider a new key")


def is_private(path: Path, mode: int) -> bool:
    """Whether a file with this mode is for its owner only.

    What systemd hands over (``LoadCredential=``) shows its access list as rights of a group, in a folder that nobody
    else can enter.
    """
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    others = 0o037 if folder and path.parent == Path(folder) else 0o077
    return not mode & others


def make_master_key(path: Path) -> str:
    """Make a new master key in a file that only its owner reads; return its id.

    Raises:
        MasterKeyError: there is a file of this name already, or it cannot be made.
    """
    with _complaining(path), _written(path) as unfinished:
        os.link(unfinished, path)
    return read_master_key(path).id


def replace_master_key(path: Path) -> tuple[str, str]:
    """Put a new master key in the place of one, which is kept beside it as ``<name>.<id>`` for unwrapping only.

    Whatever happens, the old key or the new one is in its place and the old one is kept. Afterwards
    :func:`.vault.rewrap` wraps under the new key what the old one wrapped.

    Returns:
        id of the old key, id of the new key.

    Raises:
        MasterKeyError: there is none that can be used, or the new one cannot be made.
    """
    old = read_master_key(path).id
    with _complaining(path), _written(path) as unfinished:
        kept = former(path, old)
        if not kept.exists():
            os.link(path, kept)
            sync_folder(path.parent)
        os.replace(unfinished, path)
        sync_folder(path.parent)
    return old, read_master_key(path).id


def former(path: Path, name: str) -> Path:
    """Return where a master key that was replaced is kept."""
    return path.with_name(f"{path.name}.{name}")


@contextmanager
def _written(path: Path) -> Iterator[Path]:
    """A file with a new key, beside ``path``; it is gone afterwards."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    unfinished = path.with_name(f".{path.name}-{secrets.token_hex(8)}")
    try:
        with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(base64.b64encode(secrets.token_bytes(KEY)) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        yield unfinished
    finally:
        unfinished.unlink(missing_ok=True)
    sync_folder(path.parent)


@contextmanager
def _complaining(path: Path) -> Iterator[None]:
    try:
        yield
    except FileExistsError as error:
        what = f"there is already a master key in {path}"
        raise MasterKeyError(what, "`clearinghouse key master rotate` replaces it") from error
    except OSError as error:
        raise MasterKeyError(f"{path} cannot be made: {error.strerror or error}", KEYS) from error


def sync_folder(folder: Path) -> None:
    """Make sure that names in a folder are on the disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
