"""Whether a pool is as it was made, from what is public of it; nothing is opened."""

from collections.abc import Callable
from pathlib import Path

import msgspec

from clearinghouse.evaluation.ledger.chain import Chain
from clearinghouse.evaluation.pools.exposure import LEDGER
from clearinghouse.evaluation.pools.making import LOG
from clearinghouse.evaluation.pools.manifest import MANIFEST, Manifest, load
from clearinghouse.evaluation.pools.opening import check_sealed
from clearinghouse.records import ClearinghouseError


class Check(msgspec.Struct, frozen=True):
    """One thing that was looked at: its name, whether it holds, and what was found."""

    name: str
    holds: bool
    says: str


def check(folder: Path, root: str = "") -> tuple[Check, ...]:
    """Return what holds of a pool, and what does not.

    Args:
        root: that the manifest must have, as a plan names it; empty where none is known.

    Raises:
        LedgerError: there is no manifest to read.
    """
    try:
        manifest = load(folder)
    except ClearinghouseError as error:
        if not (folder / MANIFEST).exists():
            raise
        return (Check("manifest", False, error.what),)
    header = manifest.header
    found = [Check("manifest", True, f"{header.tasks} tasks in {header.families} families, root {manifest.root}")]
    if root:
        same = root == manifest.root
        found.append(Check("root", same, "it is the one that was asked for" if same else f"it is not {root}"))
    found.append(_looked("sealed tasks and shares", lambda: _sealed(folder, manifest)))
    found.append(_looked("log", lambda: _log(folder, manifest)))
    found.append(_looked("ledger of exposures", lambda: _ledger(folder)))
    return tuple(found)


def _looked(name: str, look: Callable[[], str]) -> Check:
    try:
        return Check(name, True, look())
    except ClearinghouseError as error:
        return Check(name, False, error.what)


def _sealed(folder: Path, manifest: Manifest) -> str:
    check_sealed(folder, manifest)
    return f"{manifest.header.sealed_bytes:,} bytes, {manifest.header.threshold} of {len(manifest.header.custodians)}"


def _log(folder: Path, manifest: Manifest) -> str:
    log = Chain(folder / LOG).read()
    if [each.digest for each in log.find("pool made")] != [manifest.root]:
        raise ClearinghouseError("the log is that of another pool", "get the log that was kept with this pool")
    return f"{len(log.entries)} entries, root {log.root}"


def _ledger(folder: Path) -> str:
    return f"{len(Chain(folder / LEDGER).read().entries)} entries"
