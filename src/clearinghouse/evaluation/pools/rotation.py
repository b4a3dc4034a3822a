"""A new version of a pool: without the tasks that are worn out, with new ones, under a new key.

Tasks that stay are anchors: what both versions have links abilities that were measured on one to the other. They get
new canaries and new salts; the new manifest names the pairs of old and new commitments, and so their exposures go on
being counted.
"""

import datetime as dt
from collections.abc import Mapping, Sequence

from clearinghouse.evaluation.pools.errors import PoolError
from clearinghouse.evaluation.pools.exposure import Wear
from clearinghouse.evaluation.pools.making import Former, Made, Wish, make
from clearinghouse.evaluation.pools.opening import Opened
from clearinghouse.evaluation.tasks.task import Task


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
