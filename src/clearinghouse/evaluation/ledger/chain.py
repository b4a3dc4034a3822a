"""Append-only logs: who did what, to which bytes, when.

A log is a file of lines. Each line is one entry as canonical JSON, and holds the SHA-256 of the line before it. Beside
it stands its head: how many entries there are, and the root of the Merkle tree over them (RFC 9162), with as much of
the tree as is needed to add to it. So an outsider who has an old root can be shown that nothing before it was changed.

What is noticed: any byte of the log or of its head that was changed, and lines that were taken out, moved or put in.
What is not: both files put back together to what they were once. For that somebody else has to have a later head
(:func:`head_statement` makes one that can be signed and given away).

A process that is killed while it appends leaves the log as it was, or with the entry: the line is written first, then
the head. A line that the head does not count is the next entry if it is whole, and nothing if it is not.
"""

import datetime as dt
import fcntl
import hashlib
import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Annotated

import msgspec

from clearinghouse.evaluation.ledger import files
from clearinghouse.evaluation.ledger.errors import LedgerError, TamperedLogError, unusable
from clearinghouse.evaluation.ledger.times import stamp
from clearinghouse.formats.text import clean_line
from clearinghouse.trust.commitment import canonical
from clearinghouse.trust.envelope import verify
from clearinghouse.trust.keys import KeyRing
from clearinghouse.trust.merkle import Frontier, leaf_hash, prove_consistency, prove_inclusion
from clearinghouse.trust.statement import NotStrictError, Sha256, Statement, decode_strictly

HEAD_TYPE = "urn:clearinghouse:predicate:frontier-log:v1"
LARGEST = 64 << 20
"""Most bytes of a log."""
LARGEST_ENTRY = 16 << 10
FIRST = hashlib.sha256(b"clearinghouse frontier log 1").hexdigest()
"""What the first entry names as the digest of the line before it."""
_HEAD_BYTES = 16 << 10
_LONGEST = 500

_Line = Annotated[str, msgspec.Meta(max_length=_LONGEST)]


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One entry.

    Attributes:
        number: from 0. at: when, in UTC. who: did it, as they called themselves. what: a word or two, such as
            ``plan committed``. digest: SHA-256 of what it was done to. facts: what else belongs to it.
        before: SHA-256 of the line before it, without its end; :data:`FIRST` for the first.
    """

    number: Annotated[int, msgspec.Meta(ge=0)]
    at: Annotated[str, msgspec.Meta(pattern=r"\A\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\Z")]
    who: _Line
    what: _Line
    digest: Sha256
    before: Sha256
    facts: Annotated[dict[_Line, _Line], msgspec.Meta(max_length=16)] = {}

    def line(self) -> bytes:
        """Return it as it is written, without the end of the line."""
        return canonical(msgspec.to_builtins(self))


class Log(msgspec.Struct, frozen=True):
    """A log that was read, and is as it was written.

    Attributes:
        entries: in order. leaves: their hashes in the tree. unfinished: whether something stands behind the last line
            that a process which was killed may have left; it counts for nothing.
    """

    entries: tuple[Entry, ...]
    leaves: tuple[bytes, ...]
    unfinished: bool = False

    @property
    def root(self) -> str:
        """The root of the Merkle tree over the entries, in hex."""
        return Frontier(self.leaves).root().hex()

    def inclusion(self, number: int) -> list[str]:
        """Return the proof that an entry is in the log; check it with :func:`trust.merkle.check_inclusion`."""
        return [each.hex() for each in prove_inclusion(self.leaves, number)]

    def consistency(self, old: int) -> list[str]:
        """Return the proof that the log begins with its first ``old`` entries, of which there was at least one."""
        return [each.hex() for each in prove_consistency(self.leaves, old)]

    def find(self, what: str, digest: str | None = None) -> tuple[Entry, ...]:
        """Return the entries that say ``what``, of one digest or of all."""
        return tuple(each for each in self.entries if each.what == what and digest in {None, each.digest})


class _Head(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The head as it stands in its file: entries, bytes, digest of the last line, root, and the tree's frontier."""

    size: int
    bytes: int
    last: str
    root: str
    frontier: str


_ENTRY = msgspec.json.Decoder(Entry)
_HEAD = msgspec.json.Decoder(_Head)


class _State:
    """Where a log ends, while it is read or written."""

    def __init__(self, size: int = 0, last: str = FIRST, frontier: Frontier | None = None) -> None:
        self.bytes = size
        self.last = last
        self.frontier = frontier or Frontier()

    def take(self, line: bytes) -> None:
        """Go beyond one more line."""
        self.bytes += len(line) + 1
        self.last = hashlib.sha256(line).hexdigest()
        self.frontier.append(leaf_hash(line))

    def head(self) -> bytes:
        """Return the head as it is written."""
        root, frontier = self.frontier.root().hex(), self.frontier.to_bytes().hex()
        head = _Head(self.frontier.size, self.bytes, self.last, root, frontier)
        return canonical(msgspec.to_builtins(head)) + b"\n"


class Chain:
    """A log in a file.

    Args:
        path: of the log, such as ``log.jsonl``; its head stands beside it as ``log.head.json``.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @cached_property
    def head_path(self) -> Path:
        """Where the head is."""
        return self.path.with_name(f"{self.path.stem}.head.json")

    def append(
        self, what: str, digest: str, *, who: str, now: dt.datetime, facts: Mapping[str, str] | None = None
    ) -> Entry:
        """Add an entry; when this returns it outlives a power cut. Others who append wait.

        Args:
            what, digest, who, facts: see :class:`Entry`. now: with a zone.

        Raises:
            LedgerError: the log cannot be written, or a text is too long. TamperedLogError: its end is not as it was.
        """
        with self.locked():
            state = self._end()
            entry = self._entry(state, what, digest, who, stamp(now), dict(facts or {}))
            line = entry.line()
            self._write(line + b"\n", state.bytes)
            state.take(line)
            files.write(self.head_path, state.head())
        return entry

    def read(self) -> Log:
        """Return the log, checked from beginning to end; an empty one where there is none.

        Raises:
            TamperedLogError: it is not as it was written. LedgerError: it cannot be read.
        """
        if not self.path.exists() and not self.head_path.exists():
            return Log((), ())
        head = files.read(self.head_path, _HEAD_BYTES) if self.head_path.exists() else _State().head()
        data = files.read(self.path, LARGEST) if self.path.exists() else b""
        *lines, left = data.split(b"\n")
        state = _State()
        before = state.head()
        entries, leaves = [], []
        for number, line in enumerate(lines):
            entries.append(self._read_entry(line, number, state.last))
            leaves.append(leaf_hash(line))
            before = state.head() if number == len(lines) - 1 else before
            state.take(line)
        if head not in {state.head(), before}:  # who was killed between the two writes left the head of before
            raise TamperedLogError(self.path, "it does not end where its head says")
        return Log(tuple(entries), tuple(leaves), bool(left))

    def _entry(self, state: _State, what: str, digest: str, who: str, at: str, facts: dict[str, str]) -> Entry:
        made = Entry(
            number=state.frontier.size,
            at=at,
            who=_line(who),
            what=what,
            digest=digest,
            before=state.last,
            facts={name: _line(each) for name, each in facts.items()},
        )
        try:
            return msgspec.convert(msgspec.to_builtins(made), Entry)
        except msgspec.ValidationError as error:
            raise unusable(self.path, f"takes no such entry: {error}", "shorten its texts") from None

    def _read_entry(self, line: bytes, number: int, before: str) -> Entry:
        try:
            entry = decode_strictly(line, _ENTRY, LARGEST_ENTRY)
        except NotStrictError as error:
            raise TamperedLogError(self.path, f"entry {number}: {error}") from None
        if entry.number != number or entry.before != before or entry.line() != line:
            raise TamperedLogError(self.path, f"entry {number} does not follow on the one before it")
        return entry

    def _end(self) -> _State:
        """Where the log ends; what a process that was killed left behind is taken in, or cut off."""
        state = self._state()
        left = self._behind(state.bytes)
        line, ended, more = left.partition(b"\n")
        if not ended:
            return state
        self._read_entry(line, state.frontier.size, state.last)
        state.take(line)
        if b"\n" in more:
            raise TamperedLogError(self.path, "it has more entries than its head says")
        return state

    def _behind(self, at: int) -> bytes:
        """What stands behind a place in the log, as far as one entry could go."""
        try:
            descriptor = os.open(self.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
            with open(descriptor, "rb") as file:
                found = os.fstat(descriptor)
                if not stat.S_ISREG(found.st_mode):  # a pipe would be waited for
                    raise unusable(self.path, "is no plain file", "put the file itself there")
                size = found.st_size
                file.seek(at)
                left = file.read(2 * LARGEST_ENTRY)
        except FileNotFoundError:
            size, left = 0, b""
        except OSError as error:
            raise unusable(self.path, f"cannot be read: {error.strerror}", "look at its permissions") from None
        if size < at:
            raise TamperedLogError(self.path, f"it has {size} bytes, and its head says {at}")
        return left

    def _state(self) -> _State:
        if not self.head_path.exists():
            return _State()
        data = files.read(self.head_path, _HEAD_BYTES)
        try:
            head = decode_strictly(data, _HEAD, _HEAD_BYTES)
            state = _State(head.bytes, head.last, Frontier.from_bytes(bytes.fromhex(head.frontier)))
        except ValueError as error:  # NotStrictError, FrontierError and what is no hex are
            raise TamperedLogError(self.head_path, str(error)) from None
        if state.head() != data:
            raise TamperedLogError(self.head_path, "it contradicts itself")
        return state

    def _write(self, data: bytes, at: int) -> None:
        if at + len(data) > LARGEST:
            raise unusable(self.path, f"would have more than {LARGEST >> 20} MiB", "begin another assessment")
        try:
            descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, files.PUBLIC)
            with open(descriptor, "wb") as file:
                file.truncate(at)
                file.seek(at)
                file.write(data)
                file.flush()
                os.fsync(descriptor)
        except OSError as error:
            raise unusable(self.path, f"cannot be written: {error.strerror}", "look at its permissions") from None

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Have everybody else who appends wait.

        Raises:
            LedgerError: the folder cannot be written.
        """
        lock = self.path.with_name(f".{self.path.name}.lock")
        try:
            descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, files.PRIVATE)
        except OSError as error:
            raise unusable(lock, f"cannot be written: {error.strerror}", "look at the folder's permissions") from None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


def head_statement(log: Log, name: str) -> Statement:
    """Return what is signed so that others can hold a log to it: how many entries it has, and their root."""
    predicate = {"size": len(log.entries), "root": log.root}
    return Statement.of([(name, log.root)], HEAD_TYPE, predicate)


def check_head(log: Log, size: int, root: str) -> None:
    """Check that a log begins with what it once was.

    Args:
        size, root: of a head that was kept or signed.

    Raises:
        LedgerError: it does not.
    """
    found = Frontier(log.leaves[:size]).root().hex() if 0 <= size <= len(log.leaves) else ""
    if found != root:
        what = f"the log of {len(log.entries)} entries does not begin with the {size} of this head"
        raise LedgerError(what, "do not rely on it; ask who keeps it for the one that does")


def check_signed_head(log: Log, envelope: bytes, keys: KeyRing) -> int:
    """Check that a log begins with what somebody signed that it was, and return how many entries that were.

    Raises:
        EnvelopeError: no known key signed it. LedgerError: it is about no log, or the log does not begin so.
    """
    statement = verify(envelope, keys).statement
    size, root = statement.predicate.get("size"), statement.predicate.get("root")
    if statement.predicate_type != HEAD_TYPE or not isinstance(size, int) or not isinstance(root, str):
        what = f"this statement is of type {statement.predicate_type[:100]!a}, which is no head of a log"
        raise LedgerError(what, f"give one of type {HEAD_TYPE}")
    check_head(log, size, root)
    return size


def _line(text: str) -> str:
    return clean_line(text, _LONGEST)
