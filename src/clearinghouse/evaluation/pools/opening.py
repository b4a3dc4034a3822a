"""Opening a pool: so many custodians agree, it is written down who opened it for what, and then the tasks are there.

The tasks stay in memory; :func:`write_tasks` puts some of them into a folder, when somebody asks for that.
"""

import datetime as dt
import hashlib
import os
import shutil
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from clearinghouse.evaluation.ledger import files
from clearinghouse.evaluation.ledger.chain import Chain
from clearinghouse.evaluation.pools import keys, sealed, shares
from clearinghouse.evaluation.pools.errors import PoolError, TamperedPoolError, WrongShareError
from clearinghouse.evaluation.pools.making import LOG
from clearinghouse.evaluation.pools.manifest import SEALED, SHARES, Manifest, Revealed, load
from clearinghouse.evaluation.pools.marker import marker_of
from clearinghouse.evaluation.pools.sealed import Contents, PoolTask
from clearinghouse.evaluation.tasks import folder as folders
from clearinghouse.evaluation.tasks.custody import sound
from clearinghouse.formats.text import clean_line
from clearinghouse.sandbox import File

OPENED = "pool opened"
"""What the log says of an opening."""


class Opened:
    """A pool that is open. What it gave out stays with who took it.

    Attributes:
        manifest: of the pool. tasks: in the order of their commitments. families: what opens the commitments to them.
    """

    def __init__(self, manifest: Manifest, contents: Contents) -> None:
        self.manifest = manifest
        self.tasks = contents.tasks
        self.families = contents.families

    def of(self, groups: Collection[str]) -> tuple[PoolTask, ...]:
        """Return the tasks of families, which are named by their commitments (as a draw has them).

        Raises:
            PoolError: one of them is none of this pool.
        """
        unknown = set(groups) - set(self.manifest.groups)
        if unknown:
            raise PoolError(f"the pool has no family {min(unknown)[:16]}…", "take those of a draw from this pool")
        return tuple(each for each in self.tasks if each.group in groups)

    def in_order(self, groups: Sequence[str]) -> tuple[tuple[PoolTask, ...], ...]:
        """Return the tasks of families, family by family in the order that is given, which is a draw's.

        Raises:
            PoolError: one of them is none of this pool.
        """
        found: dict[str, list[PoolTask]] = {each: [] for each in groups}
        for task in self.of(groups):
            found[task.group].append(task)
        return tuple(tuple(each) for each in found.values())

    def reveal(self, groups: Collection[str]) -> tuple[Revealed, ...]:
        """Return what shows an outsider which families and tasks some commitments are to."""
        families = [each for each in self.families if each.commitment in groups]
        return (*families, *(each.revealed for each in self.of(groups)))

    def _close(self) -> None:
        self.tasks, self.families = (), ()


def decrypted_shares(paths: Sequence[Path], identities: Sequence[Any]) -> list[bytearray]:
    """Return the shares in files, each decrypted with whichever identity it is for.

    Raises:
        WrongShareError: one is for none of them, or damaged. LedgerError: one cannot be read.
    """
    found = []
    for path in paths:
        data = files.read(path, shares.LARGEST)
        try:
            found.append(keys.decrypted(data, list(identities), shares.LARGEST, str(path)))
        except PoolError as error:
            raise WrongShareError(error.what, error.remedy, source=str(path)) from None
    return found


def pass_on(share: bytes | bytearray, manifest: Manifest, to: str) -> bytes:
    """Return a custodian's share, encrypted to who opens the pool, so that it is never written down in clear.

    Raises:
        ShareError: it is none of this pool, or was changed. PoolError: ``to`` is no public age key.
    """
    shares.read(share, manifest)
    return keys.encrypted(share, [keys.recipient(to)])


@contextmanager
def opened(
    folder: Path,
    given: Sequence[bytes | bytearray],
    *,
    who: str,
    purpose: str,
    plan: str = "",
    draw: str = "",
    now: dt.datetime,
) -> Iterator[Opened]:
    """Open a pool for as long as the context lasts.

    That it was opened is written into its log before anything is decrypted.

    Args:
        folder: of the pool. given: shares, decrypted. who, purpose: for the log, neither empty. plan: SHA-256 of the
            plan under which it is opened, draw: of the draw that it is opened for; empty where there is none.
        now: with a zone.

    Raises:
        ShareError: the shares do not open it. TamperedPoolError: it is not as its root says. LedgerError: its log
            cannot be written. PoolError: nobody, or no purpose, is named. WithheldError: a task in it is not public,
            and the consents to it are not with it.
    """
    if not who.strip() or not purpose.strip():
        raise PoolError("it is not said who opens the pool, or for what", "name both; they go into its log")
    manifest = load(folder)
    identity = shares.combine(given, manifest)
    data = _sealed(folder, manifest)
    agreed = ", ".join(sorted(shares.read(each, manifest).custodian for each in given))
    facts = {"purpose": purpose, "custodians": agreed, "plan": plan or "none", "draw": draw or "none"}
    Chain(folder / LOG).append(OPENED, manifest.root, who=who, now=now, facts=facts)
    clear = keys.decrypted(data, [identity], sealed.LARGEST, SEALED)
    try:
        contents = sealed.unpack(clear, manifest)
    finally:
        keys.wipe(clear)
    for each in contents.tasks:
        sound(each.task)
    pool = Opened(manifest, contents)
    try:
        yield pool
    finally:
        pool._close()


def check_sealed(folder: Path, manifest: Manifest) -> None:
    """Check that what is sealed, and the shares, are those that the manifest names; nothing is opened.

    Raises:
        TamperedPoolError: they are not. LedgerError: they cannot be read.
    """
    _sealed(folder, manifest)
    for each in manifest.header.custodians:
        path = folder / SHARES / f"{each.name}.age"
        if path.exists() and hashlib.sha256(files.read(path, shares.LARGEST)).hexdigest() != each.sealed:
            raise TamperedPoolError(f"{path} is not the share that was made", "get it anew from its custodian")


def write_tasks(tasks: Sequence[PoolTask], into: Path, manifest: Manifest, pool: Path) -> None:
    """Write tasks into a folder that is not there yet, for its owner alone; beside each stands which pool it is from.

    Args:
        manifest: of the pool. pool: its folder.

    Raises:
        PoolError: it is there already, or cannot be written.
    """
    try:
        into.parent.mkdir(parents=True, exist_ok=True)
        into.mkdir(mode=files.FOLDER)
        os.chmod(into, files.FOLDER)
    except OSError as error:
        raise PoolError(f"{into} cannot be made: {error.strerror}", "name a folder that is not there yet") from None
    try:
        for each in tasks:
            marker = File(marker_of(each, manifest, pool).to_bytes())
            folders.write(into / each.task.id, {**each.task.files, folders.FROM_POOL: marker})
    except BaseException:
        shutil.rmtree(into, ignore_errors=True)  # it is ours, made a moment ago, and in clear
        raise


def _sealed(folder: Path, manifest: Manifest) -> bytes:
    path = folder / SEALED
    data = files.read(path, manifest.header.sealed_bytes)
    if hashlib.sha256(data).hexdigest() != manifest.header.sealed:
        what = f"{clean_line(str(path))} is not what the manifest names"
        raise TamperedPoolError(what, "do not open it; get it anew from who made it", source=str(path))
    return data
