"""What is inside of a sealed pool: its tasks, and the salts that open the commitments to them.

It is one string of bytes: a line that says what it is, the size of an index as eight bytes, the index as canonical
JSON, and the bytes of the tasks, in the order of the index. All sizes are checked before anything is taken.
"""

import hashlib
from collections.abc import Sequence
from typing import Annotated

import msgspec

from clearinghouse.evaluation.pools.errors import TamperedPoolError
from clearinghouse.evaluation.pools.manifest import MOST_TASKS, FamilyRecord, Manifest, Revealed, TaskRecord
from clearinghouse.evaluation.tasks.task import Task
from clearinghouse.trust.commitment import canonical
from clearinghouse.trust.statement import NotStrictError, Sha256, decode_strictly

MAGIC = b"clearinghouse sealed pool 2\n"
LARGEST = 256 << 20
"""Most bytes of a pool, decrypted. It is opened in memory, so that nothing of it lies on a disk unasked."""
_INDEX_BYTES = 32 << 20
_LENGTH = 8


class SealedTask(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A task in the index: the salt of its commitment, what is committed to, and how many bytes it has."""

    salt: Sha256
    record: TaskRecord
    size: Annotated[int, msgspec.Meta(ge=0)]


class SealedFamily(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A family in the index: the salt of its commitment, and what is committed to."""

    salt: Sha256
    record: FamilyRecord


class Index(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The index.

    Attributes:
        pool: the id of the pool's version. canary: that all tasks have. tasks, families: see there.
    """

    pool: str
    canary: str
    tasks: Annotated[tuple[SealedTask, ...], msgspec.Meta(max_length=MOST_TASKS)]
    families: Annotated[tuple[SealedFamily, ...], msgspec.Meta(max_length=MOST_TASKS)]


class PoolTask(msgspec.Struct, frozen=True):
    """A task of an opened pool.

    Attributes:
        task: it, with its canaries. leaf, group: the commitments to it and to its family. revealed: what shows an
            outsider that the task is in the pool.
    """

    task: Task
    leaf: str
    group: str
    revealed: Revealed


class Contents(msgspec.Struct, frozen=True):
    """What a pool holds: its tasks in the order of their commitments, and what opens the commitments to families."""

    tasks: tuple[PoolTask, ...]
    families: tuple[Revealed, ...]


_INDEX = msgspec.json.Decoder(Index)


def pack(index: Index, data: Sequence[bytes]) -> bytes:
    """Return the bytes of a pool.

    Args:
        data: of the tasks, in the order of the index.
    """
    head = canonical(msgspec.to_builtins(index))
    return b"".join([MAGIC, len(head).to_bytes(_LENGTH, "big"), head, *data])


def unpack(data: bytearray, manifest: Manifest) -> Contents:
    """Return what a pool holds, every commitment and digest of it checked against the manifest.

    Raises:
        TamperedPoolError: it is not what the manifest commits to. TaskError: it is, and a task in it is none.
    """
    view = memoryview(data)
    start = len(MAGIC) + _LENGTH
    size = int.from_bytes(view[len(MAGIC) : start], "big")
    if view[: len(MAGIC)] != MAGIC or size > min(_INDEX_BYTES, len(data) - start):
        raise _other("it is no sealed pool")
    try:
        index = decode_strictly(bytes(view[start : start + size]), _INDEX, _INDEX_BYTES)
    except NotStrictError as error:
        raise _other(f"its index: {error}") from None
    if index.pool != manifest.header.id or start + size + sum(each.size for each in index.tasks) != len(data):
        raise _other("it is another pool, or was cut")
    if hashlib.sha256(index.canary.encode()).hexdigest() != manifest.header.canary:
        raise _other("its canary is another one")
    families = tuple(_revealed(each) for each in index.families)
    group_of = {leaf: each.commitment for each in families for leaf in _family(each).tasks}
    tasks = _tasks(view[start + size :], index, group_of)
    _as_committed(manifest, tasks, families)
    return Contents(tasks, families)


def _tasks(view: memoryview, index: Index, group_of: dict[str, str]) -> tuple[PoolTask, ...]:
    found = []
    at = 0
    for each in index.tasks:
        data = bytes(view[at : at + each.size])
        at += each.size
        revealed = _revealed(each)
        if hashlib.sha256(data).hexdigest() != each.record.sha256 or revealed.commitment not in group_of:
            raise _other(f"the task {each.record.id[:64]!a} is another one")
        task = Task.from_bytes(data, each.record.id)
        found.append(PoolTask(task, revealed.commitment, group_of[revealed.commitment], revealed))
    return tuple(sorted(found, key=lambda each: each.leaf))


def _as_committed(manifest: Manifest, tasks: tuple[PoolTask, ...], families: tuple[Revealed, ...]) -> None:
    """Refuse a pool that is not the one whose commitments are public.

    Raises:
        TamperedPoolError: it is not.
    """
    if tuple(each.leaf for each in tasks) != manifest.leaves:
        raise _other("its tasks are not those that are committed to")
    if tuple(sorted(each.commitment for each in families)) != manifest.groups:
        raise _other("its families are not those that are committed to")
    names = {each.commitment: _family(each) for each in families}
    if max(len(each.tasks) for each in names.values()) != manifest.header.largest:
        raise _other("its largest family has another size than is committed to")
    of_group: dict[str, str] = {}
    for each in tasks:
        record = each.revealed.record
        family = names[each.group]
        called = of_group.setdefault(each.group, each.task.family)
        if not isinstance(record, TaskRecord) or record.family != family.family or each.task.family != called:
            raise _other(f"the task {each.task.id} is in the family of another")
    if len(set(of_group.values())) < len(of_group):
        raise _other("a family is there twice")
    if sorted(leaf for each in names.values() for leaf in each.tasks) != list(manifest.leaves):
        raise _other("its families do not add up to its tasks")


def _revealed(sealed: SealedTask | SealedFamily) -> Revealed:
    commitment = sealed.record.commitment(bytes.fromhex(sealed.salt))
    return Revealed(commitment, sealed.salt, sealed.record)


def _family(revealed: Revealed) -> FamilyRecord:
    if not isinstance(revealed.record, FamilyRecord):
        raise _other("a family in it is none")
    return revealed.record


def _other(why: str) -> TamperedPoolError:
    what = f"what was decrypted is not the pool of this manifest: {why}"
    return TamperedPoolError(what, "do not use it; ask who made the pool")
