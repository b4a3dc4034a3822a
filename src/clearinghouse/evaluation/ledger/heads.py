"""Signed heads of a log, kept beside it: who did something that the log tells signed what it was like then.

A log alone can be written anew, whole, by whoever has the folder. Beside ``log.jsonl`` stands ``log.heads.jsonl``, a
line for each signed head. Every one of them has to be what the log begins with; and who reads the log asks for the
heads of those who did what it tells (:mod:`clearinghouse.evaluation.assessment.logged`). So whoever writes it anew
needs all their keys.

What this does not show: that the end of both files was cut off together, back to a moment at which all heads fit. Who
holds a later head, or a package, shows that.
"""

from collections.abc import Collection, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from clearinghouse.evaluation.ledger import files
from clearinghouse.evaluation.ledger.chain import HEAD_TYPE, Chain, Log, check_head, head_statement
from clearinghouse.evaluation.ledger.errors import LedgerError, TamperedLogError
from clearinghouse.trust.envelope import Envelope, sign, verify
from clearinghouse.trust.keys import KeyRing
from clearinghouse.trust.statement import Statement

if TYPE_CHECKING:
    from securesystemslib.signer import Signer

LARGEST = 16 << 20
"""Most bytes of a file of heads."""


class Head(NamedTuple):
    """A signed head: how many entries the log had, and the ids of the keys that signed it."""

    size: int
    keyids: tuple[str, ...]


def heads_of(path: Path) -> Path:
    """Return where the signed heads of a log are."""
    return path.with_name(f"{path.stem}.heads.jsonl")


def keep_head(log: Chain, signer: "Signer") -> None:
    """Sign a log as it is, and keep that beside it. Where this key has signed it so already, nothing is added.

    Raises:
        LedgerError: something cannot be read or written. TamperedLogError: the log is not as it was written.
        SignerError: the key does not sign.
    """
    path = heads_of(log.path)
    with log.locked():
        now = log.read()
        there = files.read(path, LARGEST) if path.exists() else b""
        statement = head_statement(now, log.path.name)
        keyid = signer.public_key.keyid
        for envelope in _envelopes(there, path):
            if envelope.payload == statement.to_bytes() and keyid in {each.keyid for each in envelope.signatures}:
                return
        files.write(path, there + sign(statement, [signer]).to_bytes() + b"\n")


def heads_in(path: Path, log: Log, keys: KeyRing) -> tuple[Head, ...]:
    """Return the signed heads of a log, each of which it begins with.

    Args:
        path: of the log. log: as it was read there. keys: that are believed.

    Raises:
        EnvelopeError: one is signed by nobody known. LedgerError: the log does not begin with one.
    """
    place = heads_of(path)
    if not place.exists():
        return ()
    found = []
    for envelope in _envelopes(files.read(place, LARGEST), place):
        verified = verify(envelope, keys)
        size = _size(verified.statement, log, path)
        found.append(Head(size, verified.keyids))
    return tuple(found)


def reach(heads: Iterable[Head], ids: Collection[str]) -> int:
    """Return how many entries the longest head has that one of some keys signed; where none is named, any key."""
    return max((each.size for each in heads if not ids or set(ids) & set(each.keyids)), default=0)


def _size(statement: Statement, log: Log, path: Path) -> int:
    size, root = statement.predicate.get("size"), statement.predicate.get("root")
    named = [each.name for each in statement.subject]
    if statement.predicate_type != HEAD_TYPE or named != [path.name] or type(size) is not int or type(root) is not str:
        raise LedgerError(f"{heads_of(path)} has a line that is no head of {path.name}", "take the file as it was")
    check_head(log, size, root)
    return size


def _envelopes(data: bytes, path: Path) -> list[Envelope]:
    *lines, rest = data.split(b"\n")
    if rest:
        raise TamperedLogError(path, "its last line is cut off")
    envelopes = [Envelope.from_bytes(each) for each in lines]
    if any(each.to_bytes() != line for each, line in zip(envelopes, lines, strict=True)):
        raise TamperedLogError(path, "a line is not as it was written")
    return envelopes
