"""Making a pool: tasks are marked, committed to and sealed, and its key is shared out."""

import datetime as dt
import hashlib
import secrets
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from clearinghouse.evaluation.ledger import files
from clearinghouse.evaluation.ledger.chain import Chain
from clearinghouse.evaluation.ledger.times import stamp
from clearinghouse.evaluation.pools import canary, keys, sealed, shares
from clearinghouse.evaluation.pools.errors import PoolError
from clearinghouse.evaluation.pools.manifest import (
    MANIFEST,
    SEALED,
    SHARES,
    Anchor,
    FamilyRecord,
    Header,
    Manifest,
    Policy,
    TaskRecord,
    manifest_of,
)
from clearinghouse.evaluation.pools.sealed import Index, SealedFamily, SealedTask
from clearinghouse.evaluation.tasks.custody import sound
from clearinghouse.evaluation.tasks.task import Task
from clearinghouse.trust.commitment import new_salt

LOG = "log.jsonl"
"""The log of a pool: made, opened, rotated; by whom and for what."""


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody wants a pool to be.

    Attributes:
        name, domain: of it. threshold: how many custodians must agree. custodians: their names and public age keys.
        policy: see there. is_open: whether its tasks are public.
    """

    name: str
    domain: str
    threshold: int
    custodians: tuple[tuple[str, str], ...]
    policy: Policy = Policy()
    is_open: bool = False


class Former(msgspec.Struct, frozen=True):
    """The version before.

    Attributes:
        version, root: of it. kept: commitment and exposures of the tasks that stay, by their ids.
    """

    version: int
    root: str
    kept: Mapping[str, tuple[str, int]]


class Made(msgspec.Struct, frozen=True):
    """A pool, ready to be written: its manifest, what is sealed, and shares by the name of their custodian."""

    manifest: Manifest
    sealed: bytes
    shares: Mapping[str, bytes]


def make(tasks: Sequence[Task], wish: Wish, now: dt.datetime, former: Former | None = None) -> Made:
    """Make a pool of tasks; nothing is written.

    Args:
        tasks: of the wish's domain, each id once. now: when, with a zone. former: the version before, if there is one.

    Raises:
        PoolError: there are no tasks, one is of another domain or stands twice, or the custodians cannot be so.
    """
    _possible(tasks, wish)
    pool = secrets.token_hex(16)
    cut = shares.cut(pool, wish.threshold, wish.custodians)
    whole = canary.mint()
    records, data = zip(*(_sealed_task(each, whole) for each in tasks), strict=True)
    leaves = {each.record.id: _commitment(each) for each in records}
    families = _families(records, leaves)
    content = sealed.pack(Index(pool, whole, records, families), data)
    if len(content) > sealed.LARGEST:
        raise PoolError(f"these tasks have more than {sealed.LARGEST >> 20} MiB", "make two pools of them")
    encrypted = keys.encrypted(content, [keys.recipient(cut.recipient)])
    header = Header(
        id=pool,
        name=wish.name,
        domain=wish.domain,
        version=former.version + 1 if former else 1,
        created=stamp(now),
        tasks=len(records),
        families=len(families),
        threshold=wish.threshold,
        custodians=cut.custodians,
        recipient=cut.recipient,
        sealed=hashlib.sha256(encrypted).hexdigest(),
        sealed_bytes=len(encrypted),
        canary=canary.digest_of(whole),
        canaries=tuple(sorted(each.record.canary for each in records)),
        policy=wish.policy,
        previous=former.root if former else "",
        anchors=_anchors(former, leaves),
        is_open=wish.is_open,
    )
    header = _checked(header)
    manifest = manifest_of(header, tuple(leaves.values()), tuple(_commitment(each) for each in families))
    return Made(manifest, encrypted, cut.sealed)


def keep(made: Made, folder: Path, *, who: str, now: dt.datetime) -> None:
    """Write a pool into a folder that is not there yet. It appears whole or not at all.

    Raises:
        PoolError, LedgerError: it is there already, or cannot be written.
    """
    if folder.exists():
        raise PoolError(f"{folder} is there already", "name another folder: pools are never overwritten")
    files.make_folder(folder.parent)
    part = folder.with_name(f".{folder.name[:40]}.{secrets.token_hex(4)}")
    try:
        files.make_folder(part / SHARES)
        files.write(part / SEALED, made.sealed)
        for name, share in made.shares.items():
            files.write(part / SHARES / f"{name}.age", share)
        files.write(part / MANIFEST, made.manifest.to_bytes())
        facts = {"version": str(made.manifest.header.version), "tasks": str(made.manifest.header.tasks)}
        Chain(part / LOG).append("pool made", made.manifest.root, who=who, now=now, facts=facts)
        part.rename(folder)
        files.flush(folder.parent)
    except OSError as error:
        raise PoolError(f"{folder} cannot be written: {error.strerror}", "name another folder") from None
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _possible(tasks: Sequence[Task], wish: Wish) -> None:
    if not tasks:
        raise PoolError("a pool needs tasks", "name the folders of some")
    seen: set[str] = set()
    for each in tasks:
        if each.id in seen:
            raise PoolError(f"the task {each.id} stands twice", "name each task once")
        if each.domain != wish.domain:
            what = f"the task {each.id} is of the domain {each.domain}, and the pool of {wish.domain}"
            raise PoolError(what, "make a pool for each domain")
        sound(each)
        seen.add(each.id)


def _sealed_task(task: Task, whole: str) -> tuple[SealedTask, bytes]:
    own = canary.mint()
    data = canary.marked(task, [whole, own]).to_bytes()
    record = TaskRecord(
        id=task.id,
        family=task.family,
        domain=task.domain,
        minutes=f"{task.human.minutes:.12g}",
        source=task.human.source.value,
        sha256=hashlib.sha256(data).hexdigest(),
        canary=canary.digest_of(own),
        times=tuple((each.source.value, f"{each.minutes:.12g}") for each in task.human.other),
        benchmark=task.origin.benchmark or "",
        public_since=task.origin.public_since.isoformat() if task.origin.public_since else "",
        twin_of=task.origin.twin_of or "",
    )
    return SealedTask(new_salt().hex(), record, len(data)), data


def _families(records: Sequence[SealedTask], leaves: Mapping[str, str]) -> tuple[SealedFamily, ...]:
    members: dict[str, list[str]] = {}
    for each in records:
        members.setdefault(each.record.family, []).append(leaves[each.record.id])
    return tuple(
        SealedFamily(new_salt().hex(), FamilyRecord(family, tuple(sorted(tasks)))) for family, tasks in members.items()
    )


def _commitment(each: SealedTask | SealedFamily) -> str:
    return each.record.commitment(bytes.fromhex(each.salt))


def _anchors(former: Former | None, leaves: Mapping[str, str]) -> tuple[Anchor, ...]:
    kept = former.kept if former else {}
    found = (Anchor(old, leaves[name], count) for name, (old, count) in kept.items() if name in leaves)
    return tuple(sorted(found, key=lambda each: each.before))


def _checked(header: Header) -> Header:
    """Refuse a name that could not be read again."""
    try:
        return msgspec.convert(msgspec.to_builtins(header), Header)
    except msgspec.ValidationError as error:
        said = str(error).replace("`", "").replace("$.", "")
        remedy = "write names in small letters, digits, - and _"
        raise PoolError(f"a pool cannot be so: {said.partition(' matching')[0]}", remedy) from None
