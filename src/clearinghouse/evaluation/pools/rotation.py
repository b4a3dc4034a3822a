"""A new version of a pool: without the tasks that are worn out, with new ones, under a new key.

Tasks that stay are anchors: what both versions have links abilities that were measured on one to the other. They get
new canaries and new salts; the new manifest names the pairs of old and new commitments, and so their exposures go on
being counted.

The version before can still be opened with the shares that were handed out for it. Nobody can call a share back, and
what was drawn of that version must stay open to verification, reconsideration and courts for as long as anything rests
on it. So nothing is encrypted anew under the pretence that it were gone: the log of that version says which one follows
and which of its tasks have no place there, every later opening stands in the same log, and custodians destroy their
shares when the time for keeping is over.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path

from clearinghouse.evaluation.ledger.chain import Chain
from clearinghouse.evaluation.pools.errors import PoolError
from clearinghouse.evaluation.pools.exposure import Wear
from clearinghouse.evaluation.pools.making import LOG, Former, Made, Wish, make
from clearinghouse.evaluation.pools.manifest import Manifest
from clearinghouse.evaluation.pools.opening import Opened
from clearinghouse.evaluation.tasks.task import Task

FOLLOWED = "pool followed"
"""What the log of a version says when there is a next one."""


def follow(folder: Path, manifest: Manifest, following: Manifest, *, who: str, now: dt.datetime) -> None:
    """Write into the log of a version which one follows, and how many of its tasks have no place there.

    Args:
        folder: of the version that was. manifest: its. following: that of the next one.

    Raises:
        LedgerError: it cannot be written. TamperedLogError: it was changed.
    """
    stay = {each.before for each in following.header.anchors}
    gone = sum(each not in stay for each in manifest.leaves)
    facts = {"version": str(following.header.version), "root": following.root, "retired": str(gone)}
    Chain(folder / LOG).append(FOLLOWED, manifest.root, who=who, now=now, facts=facts)


def rotate(opened: Opened, worn: Mapping[str, Wear], new: Sequence[Task], wish: Wish, now: dt.datetime) -> Made:
    """Return the next version of a pool; nothing is written.

    Args:
        opened: the version that is now. worn: how worn its tasks are; those that are retired go. new: tasks that come,
            also in the place of one with the same id. wish: what the next version is to be. now: with a zone.

    Raises:
        PoolError: it would have another name or domain, no task would stay, or see :func:`.making.make`.
    """
    header = opened.manifest.header
    if (wish.name, wish.domain) != (header.name, header.domain):
        what = f"a version of {header.name} in {header.domain} has the same name and domain"
        raise PoolError(what, "make another pool instead")
    coming = {each.id for each in new}
    kept = [each for each in opened.tasks if not worn[each.leaf].retired and each.task.id not in coming]
    if not kept:
        what = "no task would stay, so nothing would link the two versions"
        raise PoolError(what, "keep some tasks, or make another pool instead")
    former = Former(
        header.version, opened.manifest.root, {each.task.id: (each.leaf, worn[each.leaf].exposures) for each in kept}
    )
    return make([*(each.task for each in kept), *new], wish, now, former)
