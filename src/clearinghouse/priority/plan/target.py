"""Which version to install.

The law: of the versions that an advisory calls fixed and that are above the installed one, the one that clears the
most flaws; of those that clear as many, a release before a pre-release; of those, the one with the fewest flaws that
the installed version does not have; of those, the smallest. A flaw is cleared by a version if no advisory that speaks
of it affects that version. So nothing is ever downgraded, and nothing is chosen on the strength of one advisory that
another contradicts.
"""

from collections.abc import Iterable, Iterator
from typing import Protocol

import msgspec

from clearinghouse.priority.plan.records import Flaw, Subject

MOST_CANDIDATES = 200
"""Versions that are tried for one component; beyond them the highest are, since they clear the most."""
MOST_OF_PRODUCT = 32
"""Likewise for a product, where one costs a thousand times as much: an operating system has thousands of flaws. Half of
them are kept for versions without a major step, if there are so many."""


class Versions(Protocol):
    """What must be known of versions to choose one."""

    def key(self, subject: Subject, version: str) -> bytes | None:
        """Return the key of a version in the order of the component's ecosystem; None if it cannot be compared."""

    def major(self, subject: Subject, version: str) -> str | None:
        """Return the part of a version whose change is a major step; None if its order knows no such thing."""

    def is_prerelease(self, subject: Subject, version: str) -> bool:
        """Return whether a version is one that its makers do not mean for use (``2.0rc1``)."""

    def affected(self, subject: Subject, version: str) -> frozenset[str]:
        """Return the identifiers of the flaws that this component has, or may have, at another version: those of the
        advisories, and their aliases.
        """


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """A version to install, and what that does.

    Attributes:
        version: as an advisory writes it. cleared, left: flaws that are gone, and flaws that are not.
        gained: identifiers of flaws that this version has and the installed one has not.
        prerelease: whether it is a pre-release: then no release clears as many.
        major: whether it is a major step. within: the best version without one, if this is one and there is such.
        within_cleared: how many flaws that clears.
    """

    version: str
    cleared: tuple[Flaw, ...]
    left: tuple[Flaw, ...]
    gained: frozenset[str]
    prerelease: bool = False
    major: bool = False
    within: str | None = None
    within_cleared: int = 0


def best_target(subject: Subject, flaws: Iterable[Flaw], versions: Versions) -> Target | None:
    """Return the version to install against ``flaws``, or None where no version above the installed one clears any."""
    flaws = tuple(flaws)
    tried = _tried(subject, flaws, _candidates(subject, flaws, versions), versions)
    useful = [target for target in tried if target.cleared]
    if not useful:
        return None
    best = _best(useful)
    here = versions.major(subject, subject.compared or "")
    if here is None or versions.major(subject, best.version) in (here, None):
        return best
    near = [target for target in useful if versions.major(subject, target.version) == here]
    within = _best(near) if near else None
    return msgspec.structs.replace(
        best,
        major=True,
        within=within.version if within else None,
        within_cleared=len(within.cleared) if within else 0,
    )


def last_affected(flaws: Iterable[Flaw]) -> tuple[str, ...]:
    """Return the versions after which flaws are gone, as far as their advisories say so; none if one does not."""
    found: dict[str, None] = {}
    for flaw in flaws:
        for exposure in flaw.exposures:
            if exposure.match.is_sure:
                if exposure.fixed or exposure.why.last_affected is None:
                    return ()
                found[exposure.why.last_affected] = None
    return tuple(found)


def _best(targets: list[Target]) -> Target:
    """The first of those that clear most; they are in version order."""
    return min(
        targets,
        key=lambda target: (
            -len(target.cleared),
            target.prerelease,
            len(target.gained),
        ),
    )


def _candidates(subject: Subject, flaws: Iterable[Flaw], versions: Versions) -> list[str]:
    """Fixed versions above the installed one, in version order, each once."""
    installed = versions.key(subject, subject.compared) if subject.compared else None
    if installed is None:
        return []
    found: dict[bytes, str] = {}
    for version in dict.fromkeys(text for flaw in flaws for exposure in flaw.exposures for text in exposure.fixed):
        key = versions.key(subject, version)
        if key is not None and key > installed:
            found.setdefault(key, version)
    ordered = [found[key] for key in sorted(found)]
    return ordered[-MOST_CANDIDATES:] if subject.ecosystem else _of_product(subject, ordered, versions)


def _of_product(subject: Subject, ordered: list[str], versions: Versions) -> list[str]:
    """The versions of a product that are tried, of those that could be; in version order."""
    if len(ordered) <= MOST_OF_PRODUCT:
        return ordered
    here = versions.major(subject, subject.compared or "")
    near = [version for version in ordered if here is not None and versions.major(subject, version) == here]
    kept = near[-MOST_OF_PRODUCT // 2 :]
    far = [version for version in ordered if version not in kept][-(MOST_OF_PRODUCT - len(kept)) :]
    return [version for version in ordered if version in kept or version in far]


def _tried(
    subject: Subject, flaws: tuple[Flaw, ...], candidates: Iterable[str], versions: Versions
) -> Iterator[Target]:
    names = [(flaw, flaw.names) for flaw in flaws]
    known: frozenset[str] | None = None
    for version in candidates:
        affected = versions.affected(subject, version)
        if known is None:
            known = versions.affected(subject, subject.compared or "").union(*(flaw.names for flaw in subject.flaws))
        met = [not affected.isdisjoint(each) for _, each in names]
        yield Target(
            version=version,
            cleared=tuple(flaw for (flaw, _), meets in zip(names, met, strict=True) if not meets),
            left=tuple(flaw for (flaw, _), meets in zip(names, met, strict=True) if meets),
            gained=affected - known,
            prerelease=versions.is_prerelease(subject, version),
        )
