"""Seals are written line by line, each on the disk before the next attempt is sealed."""

import hashlib
import os
from pathlib import Path

import msgspec

from clearinghouse.evaluation.running.archive import Archive, opened, pieces
from clearinghouse.evaluation.running.errors import SealError
from clearinghouse.evaluation.running.sealing.lines import (
    SUFFIX,
    Begin,
    End,
    Line,
    Sample,
    Seals,
    first_head,
    leaf_of,
    next_head,
    read,
    written,
)

SAMPLES = "samples/"
"""Where the attempts are among the members of a log."""
START = "_journal/start.json"
BROKEN_OFF = "broken_off"


def beside(log: Path) -> Path:
    """Return the path of the seals of a log."""
    return log.with_suffix(SUFFIX)


class Sealer:
    """Writes the seals of one log, from its beginning.

    Args:
        log: the file. run: SHA-256 of what was asked for, in hex. previous: the last head of the log before it.

    Raises:
        SealError: the log has no beginning yet, or has seals already.
    """

    def __init__(self, log: Path, run: str, previous: str) -> None:
        self.log = log
        start = self._member(START)
        begin = Begin(log=log.name, run=run, previous=previous, start=hashlib.sha256(start).hexdigest())
        self.head = first_head(begin)
        _append(beside(log), begin, first=True)

    def seal(self, member: str) -> None:
        """Seal an attempt that stands in the log now.

        Raises:
            SealError, LogError: it does not stand there, or cannot be read.
        """
        leaf = leaf_of(member, self._member(member))
        self.head = next_head(self.head, leaf)
        _append(beside(self.log), Sample(member=member, leaf=leaf, head=self.head))

    def _member(self, name: str) -> bytes:
        with opened(self.log) as file:
            archive = Archive(file, self.log.name)
            found = archive.named().get(name)
            if found is None:
                raise SealError(f"{self.log.name}: {name[:80]} is not in the log that it ended in", "run it again")
            return archive.read(found)


def close(log: Path, status: str) -> Seals:
    """Write the last line of the seals of a log, and return all of them; where it stands already, it stays.

    What was sealed must be in the log as it was sealed. Attempts that stand in the log without a seal, because the
    process ended between the two, are named and count for nothing.

    Args:
        status: of the log. A log without a status was broken off.

    Raises:
        SealError, LogError: the log is not what was sealed, or cannot be read.
    """
    path = beside(log)
    data = path.read_bytes()
    seals = read(data, path.name, unfinished=True)
    if seals.end:
        return seals
    if not data.endswith(b"\n"):
        _rewrite(path, data[: data.rfind(b"\n") + 1])
    with opened(log) as file:
        archive = Archive(file, log.name)
        members = tuple((each.name, hashlib.sha256(archive.read(each)).hexdigest()) for each in archive.members)
        named = archive.named()
        for each in seals.samples:
            if each.member not in named or leaf_of(each.member, archive.read(named[each.member])) != each.leaf:
                raise SealError(f"{log.name}: {each.member[:80]} is not what was sealed", "run it in another folder")
        digest = digest_of(log)
    known = {each.member for each in seals.samples}
    end = End(
        status=status,
        samples=len(seals.samples),
        head=seals.head,
        root=seals.root,
        log=digest,
        members=members,
        unsealed=tuple(name for name, _ in members if name.startswith(SAMPLES) and name not in known),
    )
    _append(path, end)
    return msgspec.structs.replace(seals, end=end)


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file, in hex."""
    found = hashlib.sha256()
    with opened(path) as file:
        for piece in pieces(file):
            found.update(piece)
    return found.hexdigest()


def _append(path: Path, line: Line, *, first: bool = False) -> None:
    try:
        with path.open("xb" if first else "ab") as out:
            out.write(written(line) + b"\n")
            out.flush()
            os.fsync(out.fileno())
    except FileExistsError:
        raise SealError(f"{path.name} is there already", "run into another folder") from None
    except OSError as error:
        raise SealError(f"{path} cannot be written: {error.strerror}", "look at the disk") from None


def _rewrite(path: Path, data: bytes) -> None:
    part = path.with_name(f".{path.name}.part")
    with part.open("wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())
    part.replace(path)
