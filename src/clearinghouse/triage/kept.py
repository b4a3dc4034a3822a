"""What is read where no file is named: the feeds that were synced."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import msgspec

from clearinghouse.feeds import Kind, Store, stale_notices, store_folder
from clearinghouse.records import ClearinghouseError, Problem

ADVISORIES = (Kind.OSV, Kind.RUSTSEC, Kind.CSAF, Kind.VULNRICHMENT)
"""Feeds that say which versions are affected; the CVE records of Vulnrichment say it of products."""


class NoAdvisoriesError(ClearinghouseError):
    """There is nothing to match against: no document was named, and no feed was synced."""


class Sources(msgspec.Struct, frozen=True, kw_only=True):
    """What to read.

    Attributes:
        advisories, kev, epss, ssvc: paths. kept: which of these four come from the store.
        notices: which of the feeds that are used are stale.
    """

    advisories: tuple[Path, ...] = ()
    kev: tuple[Path, ...] = ()
    epss: tuple[Path, ...] = ()
    ssvc: tuple[Path, ...] = ()
    kept: frozenset[str] = frozenset()
    notices: tuple[Problem, ...] = ()

    @property
    def paths(self) -> tuple[Path, ...]:
        """Everything that is read."""
        return (*self.advisories, *self.kev, *self.epss, *self.ssvc)


def sources(
    *,
    advisories: Sequence[Path] | None = None,
    kev: Sequence[Path] = (),
    epss: Sequence[Path] = (),
    ssvc: Sequence[Path] = (),
    as_of: dt.date | None = None,
) -> Sources:
    """Return what to read: what was named, and of each kind of which nothing was named, what the store has.

    Args:
        advisories: None where none are wanted. as_of: feeds as they were on that day.

    Raises:
        StoreError: the store cannot be read.
    """
    named = {"advisories": advisories, "kev": kev, "epss": epss, "ssvc": ssvc}
    kinds = {"advisories": ADVISORIES, "kev": (Kind.KEV,), "epss": (Kind.EPSS,), "ssvc": (Kind.VULNRICHMENT,)}
    folder = store_folder()
    wanted = {what: kinds[what] for what, paths in named.items() if paths is not None and not paths}
    if not wanted or not folder.is_dir():
        return _of({what: tuple(paths or ()) for what, paths in named.items()}, frozenset(), ())
    with Store(folder) as store:
        found = {what: tuple(store.paths(each, as_of)) for what, each in wanted.items()}
        used = {kind for what, each in wanted.items() if found[what] for kind in each}
        feeds = [store.settings.feed(name) for name in store.feeds() if name.partition("/")[0] in used]
        notices = tuple(stale_notices(store, feeds))
    paths = {what: found.get(what) or tuple(given or ()) for what, given in named.items()}
    return _of(paths, frozenset(what for what, each in found.items() if each), notices)


def _of(paths: dict[str, tuple[Path, ...]], kept: frozenset[str], notices: tuple[Problem, ...]) -> Sources:
    return Sources(
        advisories=paths["advisories"],
        kev=paths["kev"],
        epss=paths["epss"],
        ssvc=paths["ssvc"],
        kept=kept,
        notices=notices,
    )


def require_advisories(found: Sources) -> None:
    """See that there is something to match against.

    Raises:
        NoAdvisoriesError: there is not.
    """
    if not found.advisories and not found.kev:
        raise NoAdvisoriesError(
            "no advisories were named, and no feed was synced", "--advisories PATH, or clearinghouse feeds sync"
        )
