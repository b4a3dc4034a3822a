"""A document while it comes: the bytes so far, and a note of what they are bytes of, so that it can be gone on with.

Both survive the process. They are used again only if the origin says that it is still the same document.
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from clearinghouse.feeds.errors import unwritable


class Head(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What an answer says of its document.

    Attributes:
        address: from where it comes. etag, modified: its validators, as sent (``ETag``, ``Last-Modified``).
        total: its size in bytes, if that is known. md5: as Google Cloud Storage gives it, in Base64.
    """

    address: str
    etag: str | None = None
    modified: str | None = None
    total: int | None = None
    md5: str | None = None

    @property
    def strong(self) -> str | None:
        """The validator by which the rest may be asked for (RFC 9110, section 13.1.5): never a weak one."""
        if self.etag is not None:
            return None if self.etag.startswith("W/") else self.etag
        return self.modified


class Partial:
    """The bytes of one document so far.

    Args:
        path: the file. Its note is beside it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._note = path.with_name(f"{path.name}.note")

    @property
    def size(self) -> int:
        """How many bytes have come."""
        try:
            return self.path.stat().st_size
        except FileNotFoundError:
            return 0

    def head(self, address: str) -> Head | None:
        """Return of what these are the first bytes, if they can be gone on with from ``address``."""
        if not self.size:
            return None
        try:
            head = msgspec.json.decode(self._note.read_bytes(), type=Head)
        except (OSError, msgspec.DecodeError, UnicodeDecodeError):
            return None
        return head if head.address == address and head.strong else None

    def begin(self, head: Head) -> None:
        """Forget what there is, and note what comes now."""
        with _on_disk(self.path):
            self.drop()
            self.path.parent.mkdir(parents=True, exist_ok=True)
            if head.strong:
                self._note.write_bytes(msgspec.json.encode(head))
            self.path.touch()

    @contextmanager
    def open(self) -> Iterator[Callable[[bytes], None]]:
        """Yield a function that adds bytes to the end.

        Raises:
            StoreError: they cannot be written.
        """
        with _on_disk(self.path):
            file = self.path.open("ab")

        def write(data: bytes) -> None:
            with _on_disk(self.path):
                file.write(data)

        try:
            yield write
        finally:
            with _on_disk(self.path):
                file.close()

    def drop(self) -> None:
        """Forget everything."""
        self.path.unlink(missing_ok=True)
        self._note.unlink(missing_ok=True)

    def settle(self) -> None:
        """The document is whole: only its bytes are kept."""
        self._note.unlink(missing_ok=True)


@contextmanager
def _on_disk(path: Path) -> Iterator[None]:
    """What goes wrong with a disk is not to be taken for a fault of the network."""
    try:
        yield
    except OSError as error:
        raise unwritable(path, error) from error


def digest_of(path: Path, algorithm: str = "sha256") -> str:
    """Return the digest of a file, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(
            stream, lambda: hashlib.new(algorithm, usedforsecurity=algorithm != "md5")
        ).hexdigest()
