"""Sealed bytes outside the database: reports as they came, reproducers, inventories.

A blob is a head (8 bytes that say what it is, 16 random bytes) and records. A record is its length (4 bytes,
big-endian) and, sealed, one byte that says how it is packed and up to 1 MiB. Each is sealed with the caller's context,
the head, its number and whether it is the last; so records cannot be cut, moved or exchanged. The name of a blob is the
SHA-256 of all these bytes: equal contents have unrelated names, and nothing is handed out of a blob that is not what
its name says. The size of what is sealed can be guessed from the size of a blob. Clear bytes touch no disk.
"""

import datetime as dt
import hashlib
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from secrets import token_bytes
from typing import IO

import msgspec

from clearinghouse.server.evidence.errors import RESTORE, BlobMissingError, SealBrokenError, TooLargeError
from clearinghouse.server.evidence.sealing import OVERHEAD, Sealer
from clearinghouse.server.evidence.storage import FOLDER, NAME, BlobFolder, blob_storage, draft, room

RECORD = 2**20
"""Most clear bytes of one record."""
_HEAD = b"CHBLOB1\n"
_SALT = 16
_LENGTH = 4
_RAW, _ZLIB = b"\0", b"\1"
_SAMPLE = 2**15
_HELPS = 0.97
_A_QUESTION = 500


class Blob(msgspec.Struct, frozen=True, kw_only=True):
    """Sealed bytes that were written.

    Attributes:
        name: how they are found again. size: of what was sealed. stored: bytes on the disk.
        digest: SHA-256 of what was sealed, in hex; it confirms a guess of the content, so keep it sealed or keyed.
    """

    name: str
    size: int
    stored: int
    digest: str


def write(chunks: Iterable[bytes], sealer: Sealer, context: bytes, limit: int) -> Blob:
    """Seal bytes as they come, and put them into their place when all are on the disk.

    When a transaction does not commit that was to name them, they are among :func:`orphans` later.

    Args:
        chunks: the bytes, divided in any way. context: what they belong to; the same opens them. limit: most bytes.

    Raises:
        TooLargeError: there are more than ``limit``. NoRoomError: the disk is full. Either leaves nothing behind, and
            so does whatever ``chunks`` raises.
    """
    clear = _Counted(chunks, limit)
    salt = token_bytes(_SALT)
    digest = hashlib.sha256()
    stored = 0
    with room(), draft() as (file, keep):
        for piece in _sealed(clear, sealer, context, salt):
            file.write(piece)
            digest.update(piece)
            stored += len(piece)
        name = digest.hexdigest()
        name = f"{name[:2]}/{name}"
        keep(name)
    return Blob(name=name, size=clear.size, stored=stored, digest=clear.digest.hexdigest())


def open(name: str, sealer: Sealer, context: bytes) -> Iterator[bytes]:
    """Return the bytes of a blob in pieces of up to 1 MiB; the whole blob is verified before the first.

    Raises:
        BlobMissingError: there is none of this name. SealBrokenError: it was changed, cut, or belongs elsewhere.
    """
    with _file(name) as file:
        if _digest(file) != name[3:]:
            raise _broken(name)
        file.seek(0)
        head = file.read(len(_HEAD) + _SALT)
        if len(head) != len(_HEAD) + _SALT or not head.startswith(_HEAD):
            raise _broken(name)
        place = context + head
        length = _length(file, name)
        number = 0
        while length:
            sealed = file.read(length)
            if len(sealed) != length:
                raise _broken(name)
            following = _length(file, name)
            yield _unpacked(sealer.open(sealed, _place(place, number, last=not following)), name)
            length = following
            number += 1
        if not number:
            raise _broken(name)


def exists(name: str) -> bool:
    """Whether there is a blob of this name."""
    return bool(NAME.fullmatch(name)) and blob_storage().exists(name)


def verify(name: str) -> bool:
    """Whether a blob is there and is what its name says; this needs no key."""
    try:
        with _file(name) as file:
            return _digest(file) == name[3:]
    except BlobMissingError:
        return False


def delete(name: str) -> None:
    """Delete a blob, if it is there. Do so when the transaction has committed that does not name it any more.

    Raises:
        SealBrokenError: this is no name of a blob.
    """
    blob_storage().delete(_checked(name))


def names() -> Iterator[str]:
    """Return the names of all blobs."""
    storage = blob_storage()
    if isinstance(storage, BlobFolder) and not storage.exists(""):
        return
    for folder in sorted(storage.listdir("")[0]):
        if FOLDER.fullmatch(folder):
            found = (f"{folder}/{each}" for each in sorted(storage.listdir(folder)[1]))
            yield from (name for name in found if NAME.fullmatch(name))


def orphans(known: Callable[[list[str]], Collection[str]], older_than: dt.datetime) -> Iterator[str]:
    """Return the names of blobs that nobody names.

    Args:
        known: says of up to 500 names which are named. older_than: newer ones are left out, because the transaction
            that will name them may not have committed yet.
    """
    storage = blob_storage()
    batch: list[str] = []
    for name in names():
        if storage.get_modified_time(name) < older_than:
            batch.append(name)
        if len(batch) == _A_QUESTION:
            yield from _unknown(batch, known)
            batch = []
    yield from _unknown(batch, known)


def sweep(older_than: dt.datetime) -> int:
    """Remove what was being written when a process ended; return how many files there were."""
    storage = blob_storage()
    return storage.sweep(older_than) if isinstance(storage, BlobFolder) else 0


def _unknown(batch: list[str], known: Callable[[list[str]], Collection[str]]) -> list[str]:
    kept = set(known(batch)) if batch else set()
    return [name for name in batch if name not in kept]


class _Counted:
    """Clear bytes on their way, counted and digested."""

    def __init__(self, chunks: Iterable[bytes], limit: int) -> None:
        self.size = 0
        self.digest = hashlib.sha256()
        self._chunks = chunks
        self._limit = limit

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._chunks:
            self.size += len(chunk)
            if self.size > self._limit:
                raise TooLargeError(f"there are more than {self._limit:,} bytes", "send less at one time")
            self.digest.update(chunk)
            yield chunk


def _sealed(chunks: Iterable[bytes], sealer: Sealer, context: bytes, salt: bytes) -> Iterator[bytes]:
    head = _HEAD + salt
    yield head
    place = context + head
    for number, (record, last) in enumerate(_records(chunks)):
        sealed = sealer.seal(_packed(record), _place(place, number, last=last))
        yield len(sealed).to_bytes(_LENGTH, "big")
        yield sealed


def _records(chunks: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Return records, and of each whether it is the last; there is at least one."""
    waiting = bytearray()
    for chunk in chunks:
        for start in range(0, len(chunk), RECORD):
            waiting += memoryview(chunk)[start : start + RECORD]
            if len(waiting) > RECORD:
                yield bytes(waiting[:RECORD]), False
                del waiting[:RECORD]
    yield bytes(waiting), True


def _place(place: bytes, number: int, *, last: bool) -> bytes:
    return place + number.to_bytes(8, "big") + (b"\1" if last else b"\0")


def _packed(record: bytes) -> bytes:
    """Pack a record if that helps; a piece of its middle says so of a long one, as packing in vain takes longest."""
    middle = len(record) // 2
    sample = record[middle : middle + _SAMPLE]
    if len(record) > _SAMPLE and len(zlib.compress(sample, 1)) > _HELPS * len(sample):
        return _RAW + record
    packed = zlib.compress(record, 1)
    return _ZLIB + packed if len(packed) < len(record) else _RAW + record


def _unpacked(packed: bytes, name: str) -> bytes:
    if packed[:1] == _RAW:
        return packed[1:]
    unpacking = zlib.decompressobj()
    record = unpacking.decompress(memoryview(packed)[1:], RECORD + 1)  # one more, to see the end of a full record
    if packed[:1] != _ZLIB or not unpacking.eof or len(record) > RECORD:
        raise _broken(name)
    return record


def _length(file: IO[bytes], name: str) -> int:
    """Return the length of the record that follows; 0 where there is none."""
    head = file.read(_LENGTH)
    length = int.from_bytes(head, "big")
    if head and (len(head) != _LENGTH or not OVERHEAD < length <= RECORD + OVERHEAD + 1):
        raise _broken(name)
    return length


@contextmanager
def _file(name: str) -> Iterator[IO[bytes]]:
    try:
        file = blob_storage().open(_checked(name), "rb")
    except FileNotFoundError as error:
        raise BlobMissingError(f"there are no sealed bytes {name}", RESTORE) from error
    with file:
        yield file


def _digest(file: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while piece := file.read(RECORD):
        digest.update(piece)
    return digest.hexdigest()


def _checked(name: str) -> str:
    if not NAME.fullmatch(name):
        raise SealBrokenError("this is no name of sealed bytes", RESTORE)
    return name


def _broken(name: str) -> SealBrokenError:
    return SealBrokenError(f"sealed bytes {name} were changed or cut", RESTORE)
