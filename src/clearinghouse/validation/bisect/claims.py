"""Whether an advisory says of the released versions what was seen of them.

The law: a version differs only where the runs and the advisory both tell, and where the runs tell by inference alone,
that is said too. What the advisory means is judged as for an inventory (:mod:`clearinghouse.packages.judge`), so that
what agrees here is found there.
"""

from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum

import msgspec

from clearinghouse.packages.identity import PackageId, names_of
from clearinghouse.packages.index.entry import Entry, entries_of
from clearinghouse.packages.judge import judge
from clearinghouse.records import Advisory, Exposure, PublishedAdvisory
from clearinghouse.validation.bisect.narrowing import Narrowed, Shown

_SAYS = {Shown.YES: True, Shown.NO: False}


class Agreement(StrEnum):
    """How what an advisory says stands to what was seen."""

    AGREED = "agreed"
    TOO_NARROW = "too narrow"
    """It leaves out versions that show."""
    TOO_WIDE = "too wide"
    """It names versions that do not show."""
    BOTH = "too narrow and too wide"
    UNTOLD = "untold"
    """There is no version of which both tell."""
    SILENT = "silent"
    """It does not speak of this package, or was withdrawn."""


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """An advisory beside what was seen. All versions are in version order.

    Attributes:
        agreement: of all versions of which both tell.
        missing: versions that show and that the advisory does not name. excess: those it names, and that do not show.
        inferred: which of the two were not run themselves, but follow from the versions around them.
        undecided: versions that the advisory may mean or not. unseen: those of which the runs tell nothing.
    """

    agreement: Agreement
    missing: tuple[str, ...] = ()
    excess: tuple[str, ...] = ()
    inferred: tuple[str, ...] = ()
    undecided: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()


def compare(found: Narrowed, claimed: Advisory, package: PackageId) -> Compared:
    """Return how an advisory's versions stand to those that show.

    Args:
        found: what was seen, of the released versions of ``package``. claimed: what the advisory says of all packages.
    """
    entries = list(_entries(claimed, package))
    if not entries:
        return Compared(agreement=Agreement.SILENT)
    seen = _seen(found)
    said = {version: _said(entries, package, version) for version in found.versions}
    both = [each for each in found.versions if seen[each] is not None and said[each] is not None]
    missing = tuple(each for each in both if seen[each] and not said[each])
    excess = tuple(each for each in both if said[each] and not seen[each])
    run = {each.version for each in found.runs}
    return Compared(
        agreement=_agreement(missing, excess, both),
        missing=missing,
        excess=excess,
        inferred=tuple(each for each in both if seen[each] != said[each] and each not in run),
        undecided=tuple(each for each in found.versions if said[each] is None),
        unseen=tuple(each for each in found.versions if seen[each] is None),
    )


def _entries(claimed: Advisory, package: PackageId) -> Iterator[Entry]:
    names = {name for name, _ in names_of(package)}
    for entry in entries_of(PublishedAdvisory(id="the advisory", body=claimed)):
        if entry.ecosystem == package.ecosystem and entry.name in names:
            yield entry


def _seen(found: Narrowed) -> dict[str, bool | None]:
    """Whether each version shows; None where neither a run nor those around it tell."""
    seen: dict[str, bool | None] = dict.fromkeys(found.versions)
    if found.one_stretch:
        low, high = found.versions.index(found.before.inside), found.versions.index(found.after.inside)
        seen.update((version, low <= at <= high) for at, version in enumerate(found.versions))
        seen.update(dict.fromkeys((*found.before.untried, *found.after.untried)))
    seen.update((run.version, _SAYS.get(run.shown)) for run in found.runs)
    return seen


def _said(entries: Iterable[Entry], package: PackageId, version: str) -> bool | None:
    """Whether an advisory names a version; None where that depends on what is not known."""
    answers = [judge(entry, package, version) for entry in entries]
    if any(isinstance(each, Exposure) and each.match.is_sure for each in answers):
        return True
    return False if all(each is None for each in answers) else None


def _agreement(missing: Sequence[str], excess: Sequence[str], both: Sequence[str]) -> Agreement:
    if missing:
        return Agreement.BOTH if excess else Agreement.TOO_NARROW
    if excess:
        return Agreement.TOO_WIDE
    return Agreement.AGREED if both else Agreement.UNTOLD
