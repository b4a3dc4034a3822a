"""Reading begins here: a run is verified whole, or nothing of it is read.

Every byte counts: the statement names the digest of each log and of its seals, the seals name each member of the log.
Where a digest is another, the members are compared one by one, so that the error says what was changed and where.
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import msgspec

from clearinghouse.evaluation.running import asked as asking
from clearinghouse.evaluation.running.archive import Archive, opened
from clearinghouse.evaluation.running.asked import Asked
from clearinghouse.evaluation.running.errors import LogError, SealError
from clearinghouse.evaluation.running.sealing import begun
from clearinghouse.evaluation.running.sealing.lines import NONE, SUFFIX, End, Seals, leaf_of, read
from clearinghouse.evaluation.running.sealing.statement import SIGNED, UNSIGNED, Log, Said, said_by
from clearinghouse.evaluation.running.sealing.writing import SAMPLES, beside, digest_of
from clearinghouse.records import ClearinghouseError
from clearinghouse.trust.envelope import Envelope, verify
from clearinghouse.trust.keys import KeyRing
from clearinghouse.trust.statement import Statement, StatementError

LOG = ".eval"
_REMEDY = "take the folder as the run left it; nothing of this run is believed"
_LARGEST = 256 << 20


class Verified(msgspec.Struct, frozen=True, kw_only=True):
    """A run that is what was sealed.

    Attributes:
        folder: where. asked: what was asked. said: the statement. logs: their paths and seals, in order.
        keyids: of the known keys that signed; empty where no key was given to check with, or nobody signed.
        is_signed: whether the statement is in an envelope, whoever signed it. statement: SHA-256 of its file.
    """

    folder: Path
    asked: Asked
    said: Said
    logs: tuple[tuple[Path, Seals], ...]
    keyids: tuple[str, ...]
    is_signed: bool
    statement: str = ""

    @property
    def unsealed(self) -> int:
        """How many attempts stand in a log without a seal, because the process ended before it could write one."""
        return sum(len(seals.end.unsealed) for _, seals in self.logs if seals.end)


def verified(folder: Path, keys: KeyRing | None = None, *, seals_only: bool = False) -> Verified:
    """Return a run, if nothing of it was changed since it was sealed.

    Args:
        folder: of the run. keys: those that are believed; None checks that everything fits together, and not who says
            so: whoever can write the folder can make another one that fits together as well. seals_only: whether
            the logs are with others, so that seals and statement alone are held against each other.

    Raises:
        SealError: something is missing, too much, or not what was sealed; the message names it.
        LogError: something cannot be read. EnvelopeError: no known key signed it.
    """
    said, keyids, is_signed = _statement(folder, keys)
    data = _bytes(folder / asking.NAME)
    if hashlib.sha256(data).hexdigest() != said.run:
        raise _wrong(f"{asking.NAME} is not what the statement was made over")
    asked = Asked.from_bytes(data, str(folder / asking.NAME))
    _nothing_else(folder, said.logs)
    head = NONE
    logs = []
    for each in said.logs:
        seals = _log(folder, each, said.run, head, seals_only=seals_only)
        head = seals.head
        logs.append((folder / each.name, seals))
    _began(folder, said, logs)
    if head != said.head:
        raise _wrong("the last head is not the one of the statement")
    statement = digest_of(folder / (SIGNED if is_signed else UNSIGNED))
    return Verified(
        folder=folder,
        asked=asked,
        said=said,
        logs=tuple(logs),
        keyids=keyids,
        is_signed=is_signed,
        statement=statement,
    )


def _began(folder: Path, said: Said, logs: Sequence[tuple[Path, Seals]]) -> None:
    """See that the log of attempts that began is the one of the statement, and has every attempt that was sealed."""
    found = begun.read(folder, said.run)
    if (len(found.entries), found.root if found.entries else "") != (said.begun, said.begun_root):
        raise _wrong(f"{begun.NAME} is not the one that the statement was made over")
    members = {f"{SAMPLES}{task}_epoch_{epoch}.json" for task, epoch in begun.attempts_in(found)}
    sealed = [each.member for _, seals in logs for each in seals.samples]
    if said.begun and (strange := [each for each in sealed if each not in members]):
        raise _wrong(f"{strange[0][:100]} was sealed and never began")


def compare(log: Path, end: End, samples: Sequence[tuple[str, str]]) -> None:
    """See that a log is what its seals name.

    Args:
        end: their last line. samples: members that are attempts with their leaves, in the order of the seals.

    Raises:
        SealError: it is not; the message names what was changed.
    """
    with opened(log) as file:
        archive = Archive(file, log.name)
        _members(log.name, archive, end)
        named = archive.named()
        for member, leaf in samples:
            if member not in named or leaf_of(member, archive.read(named[member])) != leaf:
                raise _wrong(f"{log.name}: {member[:100]} is not what was sealed when it ended")


def _statement(folder: Path, keys: KeyRing | None) -> tuple[Said, tuple[str, ...], bool]:
    signed = folder / SIGNED
    if signed.is_file():
        data = _bytes(signed)
        if keys is None:
            envelope = Envelope.from_bytes(data)
            return said_by(_read(envelope.payload, SIGNED), SIGNED), (), True
        found = verify(data, keys)
        return said_by(found.statement, SIGNED), found.keyids, True
    if not (folder / UNSIGNED).is_file():
        what = f"{folder} has no statement over a run: it is none, was not sealed, or was broken off"
        raise SealError(what, "run it to its end with the same command, which goes on where it stopped")
    if keys is not None:
        raise SealError(f"{folder}: nobody signed this run", "sign it: give its key when it is run")
    return said_by(_read(_bytes(folder / UNSIGNED), UNSIGNED), UNSIGNED), (), False


def _read(data: bytes, source: str) -> Statement:
    try:
        return Statement.from_bytes(data)
    except StatementError as error:
        raise _wrong(f"{source}: {error.what}") from None


def _nothing_else(folder: Path, logs: Sequence[Log]) -> None:
    """Refuse logs and seals that the statement does not name: somebody added them."""
    known = {name for each in logs for name in (each.name, beside(Path(each.name)).name)}
    for path in sorted(folder.iterdir()):
        if path.suffix in {LOG, SUFFIX} and path.name not in known:
            raise _wrong(f"{path.name} is in the folder, and no part of the run that was sealed")


def _log(folder: Path, log: Log, run: str, previous: str, *, seals_only: bool) -> Seals:
    path = folder / log.name
    if Path(log.name).name != log.name or not (seals_only or path.is_file()):
        raise _wrong(f"{log.name[:100]} was taken away")
    data = _bytes(beside(path)) if beside(path).is_file() else b""
    if not data:
        raise _wrong(f"{beside(path).name} was taken away")
    if hashlib.sha256(data).hexdigest() != log.seals:
        read(data, beside(path).name)  # may say what is wrong with it
        raise _wrong(f"{beside(path).name} is not the one that the statement names")
    seals = read(data, beside(path).name)
    end = seals.end
    if end is None or (end.log, end.head, end.root, end.samples, end.status) != (
        *(log.log, log.head, log.root),
        *(log.samples, log.status),
    ):
        raise _wrong(f"{beside(path).name} says other things than the statement")
    if (seals.begin.log, seals.begin.run, seals.begin.previous) != (log.name, run, previous):
        raise _wrong(f"{log.name} stands in another place than the one in which it was sealed")
    if seals_only:
        return seals
    samples = [(each.member, each.leaf) for each in seals.samples]
    left = tuple(name for name, _ in end.members if name.startswith(SAMPLES) and name not in dict(samples))
    if end.unsealed != left:
        raise _wrong(f"{beside(path).name} does not name every attempt that stands in the log without a seal")
    if digest_of(path) != log.log:
        _explained(path, end, samples)
    compare(path, end, samples)
    return seals


def _explained(path: Path, end: End, samples: Sequence[tuple[str, str]]) -> None:
    """Raise what says best how a log differs from what was sealed."""
    try:
        compare(path, end, samples)
    except SealError:
        raise
    except ClearinghouseError as error:
        raise _wrong(f"{error.what}; it was changed since it was sealed") from None
    raise _wrong(f"{path.name} was changed since it was sealed, between or beside what its members hold")


def _members(name: str, archive: Archive, end: End) -> None:
    sealed = dict(end.members)
    names = [each.name for each in archive.members]
    there = set(names)
    for added in [each for each in names if each not in sealed]:
        raise _wrong(f"{name}: {_what(added)} was added after it was sealed")
    for gone in [each for each in sealed if each not in there]:
        raise _wrong(f"{name}: {_what(gone)} was taken away after it was sealed")
    now = [(each, hashlib.sha256(_held(archive, each, name)).hexdigest()) for each in names]
    for changed in [each for each, digest in now if sealed[each] != digest]:
        raise _wrong(f"{name}: {_what(changed)} was changed after it was sealed")
    if tuple(now) != end.members:
        raise _wrong(f"{name}: its members stand in another order, or more than once")


def _held(archive: Archive, member: str, name: str) -> bytes:
    try:
        return archive.read(archive.named()[member])
    except LogError as error:
        raise _wrong(f"{name}: {_what(member)} was changed after it was sealed: {error.what}") from None


def _what(member: str) -> str:
    if member.startswith(SAMPLES):
        return f"the attempt {member.removeprefix(SAMPLES).removesuffix('.json')[:100]}"
    return f"the part {member[:100]}"


def _bytes(path: Path) -> bytes:
    with opened(path) as file:
        data = file.read(_LARGEST + 1)
    if len(data) > _LARGEST:
        raise LogError(f"{path} has more than {_LARGEST:,} bytes", _REMEDY, source=str(path))
    return data


def _wrong(why: str) -> SealError:
    return SealError(why, _REMEDY)
