"""Tasks that were written out of an opened pool say so, in a file beside ``task.toml`` that is no part of them.

The file opens the commitment to the task, so that what is shown of it afterwards can be counted where the pool is. Who
takes it away leaves the canary in the prompt, by which such a task is known as well.
"""

import datetime as dt
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import msgspec

from clearinghouse.evaluation.ledger import files
from clearinghouse.evaluation.ledger.chain import Chain
from clearinghouse.evaluation.ledger.errors import LedgerError
from clearinghouse.evaluation.pools.canary import PREFIX
from clearinghouse.evaluation.pools.errors import PoolError
from clearinghouse.evaluation.pools.exposure import EXPOSED, LEDGER, expose
from clearinghouse.evaluation.pools.manifest import Manifest, Revealed, TaskRecord, load
from clearinghouse.evaluation.pools.sealed import PoolTask
from clearinghouse.evaluation.tasks.folder import FROM_POOL
from clearinghouse.evaluation.tasks.task import Task
from clearinghouse.formats.text import printable_name
from clearinghouse.trust.commitment import canonical
from clearinghouse.trust.statement import NotStrictError, Sha256, decode_strictly

_LARGEST = 64 << 10


class Marker(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a task is from.

    Attributes:
        pool, version, root, canary: of the pool, as its manifest has them. revealed: what opens the commitment to the
            task. place: the folder in which the pool was when it was opened.
    """

    schema: Literal["clearinghouse task of a pool 1"] = "clearinghouse task of a pool 1"
    pool: str
    version: int
    root: Sha256
    canary: Sha256
    revealed: Revealed
    place: str

    def to_bytes(self) -> bytes:
        """Return it as it stands in its file."""
        return canonical(msgspec.to_builtins(self)) + b"\n"


_READER = msgspec.json.Decoder(Marker)


def marker_of(task: PoolTask, manifest: Manifest, place: Path) -> Marker:
    """Return the marker of a task of an opened pool."""
    header = manifest.header
    return Marker(
        pool=header.name,
        version=header.version,
        root=manifest.root,
        canary=header.canary,
        revealed=task.revealed,
        place=os.path.abspath(place),
    )


def marker_in(folder: Path, task: Task) -> Marker | None:
    """Return where the task in a folder is from; None where it is of no pool, as far as anybody can tell.

    Raises:
        PoolError: it is of a pool, and what says of which was taken away or changed, or the task was.
    """
    path = folder / FROM_POOL
    if not path.exists():
        if PREFIX not in task.prompt:
            return None
        what = f"the task {task.id} bears a canary, so it is of a pool, and {FROM_POOL} is not beside it any more"
        raise PoolError(what, "take the folder as `frontier pool open` wrote it")
    source = printable_name(str(path))
    try:
        found = decode_strictly(files.read(path, _LARGEST), _READER, _LARGEST)
    except NotStrictError as error:
        raise PoolError(f"{source} is not as it was written: {error}", "open the pool again") from None
    record = found.revealed.record
    if not isinstance(record, TaskRecord) or record.sha256 != task.digest or not found.revealed.holds():
        raise PoolError(f"{source} is of another task than the one beside it", "open the pool again")
    return found


def count(
    shown: Sequence[tuple[Marker, Task]], *, model: str, host: str, run: str, who: str, purpose: str, now: dt.datetime
) -> tuple[Marker, ...]:
    """Write down in their pools that tasks are about to be shown outside of an assessment; once for each run.

    Args:
        shown: tasks with their markers. host: see :func:`.exposure.expose`. run: SHA-256 of what is asked for.

    Returns:
        One marker of each pool that is not there any more, in which nothing could be counted.

    Raises:
        PoolError: a pool has no such task. WithheldError, LedgerError, TamperedLogError: see :func:`.exposure.expose`.
    """
    pools: dict[tuple[str, str], list[tuple[Marker, Task]]] = {}
    for marker, task in shown:
        pools.setdefault((marker.place, marker.root), []).append((marker, task))
    gone = []
    for (place, root), of_it in pools.items():
        manifest = _reached(Path(place), root)
        if manifest is None:
            gone.append(of_it[0][0])
            continue
        tasks = {marker.revealed.commitment: task for marker, task in of_it}
        if strange := set(tasks) - set(manifest.leaves):
            raise PoolError(f"the pool in {place} has no task {min(strange)[:16]}…", "open the pool again")
        ledger = Path(place) / LEDGER
        there = {each.digest for each in Chain(ledger).read().find(EXPOSED) if each.facts.get("run") == run}
        new = {leaf: task for leaf, task in tasks.items() if leaf not in there}
        expose(ledger, new, model=model, host=host, run=run, who=who, now=now, purpose=purpose)
    return tuple(gone)


def _reached(place: Path, root: str) -> Manifest | None:
    """Return the manifest of a pool, if it is where it was."""
    try:
        manifest = load(place)
    except LedgerError:
        return None
    return manifest if manifest.root == root else None
