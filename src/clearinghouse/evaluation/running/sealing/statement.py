"""The statement over a run: what was asked, every log and its seals by their digests, and how well it was isolated."""

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from clearinghouse.evaluation.ledger.chain import Log as BegunLog
from clearinghouse.evaluation.running.asked import NAME, Asked
from clearinghouse.evaluation.running.errors import RunError, SealError
from clearinghouse.evaluation.running.sealing.lines import NONE, Seals
from clearinghouse.evaluation.running.sealing.writing import beside
from clearinghouse.sandbox.isolation import Isolation
from clearinghouse.trust.envelope import sign
from clearinghouse.trust.statement import Statement

if TYPE_CHECKING:
    from securesystemslib.signer import Signer

_NONE_BEGAN = BegunLog((), ())
PREDICATE_TYPE = "urn:clearinghouse:predicate:frontier-run:v2"
SIGNED, UNSIGNED = "run.intoto.json", "run.statement.json"
"""The statement in an envelope, and as it stands where nobody signed."""
FORMER = "former-{}.json"
"""Where the statement is kept that was over a run before it went on, by the beginning of its SHA-256."""


class Log(msgspec.Struct, frozen=True, kw_only=True):
    """One log.

    Attributes:
        name: of the file. log, seals: SHA-256 of it and of its seals. head, root, samples, status: of the seals.
    """

    name: str
    log: str
    seals: str
    head: str
    root: str
    samples: int
    status: str


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What the statement says.

    Attributes:
        run: SHA-256 of what was asked. model, scripted: of it. logs: in their order. head: the last one.
        tier_demanded, tier_reached, provider, kernel, limits: of isolation, as measured. finished: when, in UTC.
        complete: whether every attempt that was asked for was made. begun, begun_root: how many attempts began, and
            the root of the log of that (:mod:`.begun`); 0 and empty in runs of before there was one. former: SHA-256
            of the statement that was over this run before it went on, which is kept; empty where there was none.
    """

    run: str
    model: str
    scripted: bool
    logs: tuple[Log, ...]
    head: str
    tier_demanded: str
    tier_reached: str
    provider: str
    kernel: str
    limits: dict[str, str]
    finished: str
    complete: bool
    begun: int = 0
    begun_root: str = ""
    former: str = ""


def said_of(
    asked: Asked,
    logs: Sequence[tuple[Path, Seals]],
    isolation: Isolation,
    finished: str,
    *,
    complete: bool,
    began: BegunLog = _NONE_BEGAN,
    former: str = "",
) -> Said:
    """Return what there is to say of a run; ``began`` is the log of attempts that began, ``former`` as :func:`keep`."""
    told = tuple(_log(path, seals) for path, seals in logs)
    return Said(
        run=asked.digest,
        model=asked.model,
        scripted=asked.scripted,
        logs=told,
        head=told[-1].head if told else NONE,
        tier_demanded=asked.tier,
        tier_reached=str(isolation.tier),
        provider=isolation.provider,
        kernel=isolation.kernel,
        limits=dict(isolation.limits),
        finished=finished,
        complete=complete,
        begun=len(began.entries),
        begun_root=began.root if began.entries else "",
        former=former,
    )


def statement_of(said: Said) -> Statement:
    """Return the statement. Its subjects are what was asked, the logs, and their seals."""
    subjects = [(NAME, said.run)]
    for each in said.logs:
        subjects += [(each.name, each.log), (beside(Path(each.name)).name, each.seals)]
    predicate: dict[str, Any] = msgspec.to_builtins(said)
    return Statement.of(subjects, PREDICATE_TYPE, predicate)


def said_by(statement: Statement, source: str) -> Said:
    """Return what a statement says of a run.

    Raises:
        SealError: it is another kind of statement, or contradicts itself.
    """
    if statement.predicate_type != PREDICATE_TYPE:
        raise _none(source, f"it is of type {statement.predicate_type[:100]!a}")
    try:
        said = msgspec.convert(statement.predicate, Said)
    except msgspec.ValidationError as error:
        raise _none(source, str(error)) from None
    if statement_of(said).subject != statement.subject:
        raise _none(source, "its subjects are others than those that it speaks of")
    return said


def write(folder: Path, said: Said, signers: Sequence["Signer"]) -> Path:
    """Write the statement, signed where there is a key, and return where."""
    statement = statement_of(said)
    name, other = (SIGNED, UNSIGNED) if signers else (UNSIGNED, SIGNED)
    data = sign(statement, signers).to_bytes() if signers else statement.to_bytes()
    put(folder / name, data)
    (folder / other).unlink(missing_ok=True)  # of an earlier part of the run, of which this speaks as well
    return folder / name


def keep(folder: Path) -> str:
    """Keep the statement over a run that goes on, and return its SHA-256; empty where there is none.

    Raises:
        RunError: it cannot be read or kept.
    """
    path = next((folder / each for each in (SIGNED, UNSIGNED) if (folder / each).is_file()), None)
    if path is None:
        return ""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise RunError(f"{path} cannot be read: {error.strerror}", "look at the folder and the disk") from None
    digest = hashlib.sha256(data).hexdigest()
    put(former_in(folder, digest), data)
    return digest


def former_in(folder: Path, digest: str) -> Path:
    """Return where a statement of before is kept."""
    return folder / FORMER.format(digest[:16])


def put(path: Path, data: bytes) -> None:
    """Write a file whole or not at all.

    Raises:
        RunError: it cannot be written.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("xb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        part.replace(path)
    except OSError as error:
        raise RunError(f"{path} cannot be written: {error.strerror}", "look at the folder and the disk") from None
    finally:
        part.unlink(missing_ok=True)


def _log(path: Path, seals: Seals) -> Log:
    if seals.end is None:
        raise SealError(f"{path.name} has no last seal", "let the run come to its end", source=path.name)
    return Log(
        name=path.name,
        log=seals.end.log,
        seals=hashlib.sha256(beside(path).read_bytes()).hexdigest(),
        head=seals.end.head,
        root=seals.end.root,
        samples=seals.end.samples,
        status=seals.end.status,
    )


def _none(source: str, why: str) -> SealError:
    what = f"{source}: this is no statement over a run: {why}"
    return SealError(what, "take the folder as the run left it", source=source)
