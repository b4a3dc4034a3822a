"""Whether what one advisory says of a package meets it at one version; what was hit, or why nothing was.

The rules, in the order in which they are asked of one :class:`~clearinghouse.packages.index.Entry`:

1. The advisory is for another release of the distribution: no match. The release of the component is not known, or the
   advisory is for another stream of it (Ubuntu Pro, extended update support): at most ``possible``.
2. The version is said not to be affected: no match.
3. A range begins before every version and has no end: it holds whatever there is, so no version need be known.
4. No version is known of the component, or the advisory names none: ``name-only``, and the question is which it is.
5. The version lies in a range: ``exact`` if it is listed as well, else ``range``.
6. The version is listed, or equal to one that is: ``exact``.
7. The version is none in its ecosystem's order ("latest", a commit), and the ranges are bounded: ``possible``.
8. The advisory has ranges whose order is not known here: ``Unjudged``. One range of commits does not count: where all
   that it holds is listed. "Specifying one or more GIT ranges does not remove the requirement to specify an explicitly
   enumerated versions list" (OSV schema, ``affected[].ranges[].type``), so a version that is not in the list is not
   affected, unless the range has no end and the version is above the whole list: it may have come later than the list.

Whatever is left is not affected, and :func:`why_not` says why. Source: OSV schema, "Evaluation".
"""

from enum import Enum
from functools import lru_cache
from typing import NamedTuple

from clearinghouse.packages.identity import PackageId
from clearinghouse.packages.index.entry import GIT, Entry
from clearinghouse.packages.ranges import Stretch
from clearinghouse.packages.releases import is_stream_of
from clearinghouse.packages.versions import Order, order_of
from clearinghouse.packages.versions.semver import SEMVER
from clearinghouse.records import Exposure, MatchClass, Unjudged, Why

_REMEMBERED = 1 << 13
_LONGEST = 200
"""Characters of a version whose key is remembered; longer ones are placed each time, so that memory stays bounded."""


class _At(NamedTuple):
    """A version in an order."""

    key: bytes
    valid: bool


class _Hit(NamedTuple):
    """What is known of one entry at one version. ``match`` is None where it cannot be told."""

    match: MatchClass | None
    stretch: Stretch | None = None


def judge(entry: Entry, package: PackageId, version: str | None) -> Exposure | Unjudged | None:
    """Return whether one entry meets a package at a version; None where it does not.

    Args:
        entry: on this package. package: for its release, and for what a question says of it.
        version: to compare; that of the source package, where the advisory speaks of it.
    """
    if bearing(entry, package) is Bearing.NONE:
        return None
    hit = _hit(entry, version)
    if hit is None:
        return None
    if hit.match is None:
        return _cannot_tell(entry)
    kind, question = hit.match, _question(hit.match, entry, version)
    if kind.is_sure and entry.release not in ("", package.release):
        kind, question = MatchClass.POSSIBLE, _which_release(entry, package)
    return Exposure(
        advisory=entry.advisory,
        aliases=entry.aliases,
        upstream=entry.upstream,
        match=kind,
        fixed=fixes_above(entry, version),
        why=_why(entry, hit, version),
        question=question,
        title=entry.title,
        package=entry.label,
        cvss=entry.cvss,
        again=_again(entry, hit.stretch),
        compared=version,
    )


def may_meet(entry: Entry, version: str | None) -> bool:
    """Return whether an entry meets a version, or may: all but a certain no. It says what :func:`judge` says of a
    package of the release that the entry is for, and costs a fraction of it.
    """
    return _hit(entry, version) is not None


class Bearing(Enum):
    """What an entry has to do with a package, by the releases of a distribution that the two are of."""

    OWN = "own"
    """It is for the package's release, or one of the two says nothing of releases."""
    STREAM = "stream"
    """It is for another stream of the release: by subscription, which no package tells."""
    NONE = "none"
    """It is for another release."""


def bearing(entry: Entry, package: PackageId) -> Bearing:
    """Return what an entry has to do with a package."""
    if not entry.release or not package.release or entry.release == package.release:
        return Bearing.OWN
    return Bearing.STREAM if is_stream_of(entry.ecosystem, entry.release, package.release) else Bearing.NONE


def is_spared(entry: Entry, package: PackageId, version: str | None) -> bool:
    """Whether an entry says that a package at a version is not affected."""
    if not entry.excluded or entry.release not in ("", package.release):
        return False
    return _is_excluded(entry, _at(entry, version))


def fixes_above(entry: Entry, version: str | None) -> tuple[str, ...]:
    """Return the versions from which on the flaw is fixed that are above ``version``, in version order."""
    at = _at(entry, version)
    if at is None or not at.valid:
        return tuple(text for _, text in entry.fixes)
    return tuple(text for fix, text in entry.fixes if fix > at.key)


def why_not(entry: Entry, package: PackageId, version: str | None) -> str:
    """Return in one sentence why an entry does not meet a package."""
    if bearing(entry, package) is Bearing.NONE:
        return f"{entry.advisory} is for {entry.ecosystem} {entry.release}, and this is {package.release}."
    answer = judge(entry, package, version)
    if isinstance(answer, Unjudged):
        return answer.reason
    if answer is not None:
        return answer.question or why_hit(answer)
    if _is_excluded(entry, _at(entry, version)):
        return f"{entry.advisory} says that {version} is not affected."
    said = "; ".join(_in_words(each.introduced, each.fixed, each.last_affected) for each in entry.stretches)
    return f"{version} is in no affected range: {said or 'only single versions are listed'}."


def why_hit(found: Exposure) -> str:
    """Return in one sentence what of an advisory a version hit."""
    if found.why.introduced is None:
        return f"{found.advisory} lists {found.compared} as affected."
    said = _in_words(found.why.introduced, found.why.fixed, found.why.last_affected)
    listed = " and lists it" if found.match is MatchClass.EXACT else ""
    return f"{found.compared or 'Every version'} is in the range {said} of {found.advisory}{listed}."


# The rules


def _hit(entry: Entry, version: str | None) -> _Hit | None:
    at = _at(entry, version)
    if entry.excluded and _is_excluded(entry, at):
        return None
    whole = next((each for each in entry.stretches if each.is_everything), None)
    if whole and (not entry.excluded or (at and at.valid)):
        return _Hit(MatchClass.EXACT if version in entry.versions else MatchClass.RANGE, whole)
    if entry.excluded and not entry.names_versions:
        return None  # it only says what is not affected
    if version is None or not entry.names_versions:
        return _Hit(MatchClass.NAME_ONLY)
    inside = next((each for each in entry.stretches if at.key in each), None) if at else None
    if inside and version in entry.versions:
        return _Hit(MatchClass.EXACT, inside)
    if inside and at and at.valid:
        return _Hit(MatchClass.RANGE, inside)
    if version in entry.versions or (at and at.key in entry.listed):
        return _Hit(MatchClass.EXACT)
    if entry.stretches and at and not at.valid:
        return _Hit(MatchClass.POSSIBLE)
    if entry.undecided and not _is_settled(entry, at):
        return _Hit(None)
    return None


def _is_excluded(entry: Entry, at: _At | None) -> bool:
    """Whether an entry says that a version is not affected. What is no version lies above all that are, and in no part
    of the order that somebody spoke of.
    """
    if any(stretch.is_everything for stretch in entry.excluded):
        return True
    return at is not None and at.valid and any(at.key in stretch for stretch in entry.excluded)


def _is_settled(entry: Entry, at: _At | None) -> bool:
    """Whether a version that is neither in a stretch nor listed is not affected, whatever is in ranges whose order is
    not known: they are commits, and beside them the same is said in versions.
    """
    if entry.undecided != (GIT,) or at is None or not at.valid:
        return False
    if entry.stretches or not entry.listed:
        return bool(entry.stretches)
    return not entry.open_ended or at.key < entry.listed[-1]


def _at(entry: Entry, version: str | None) -> _At | None:
    if version is None:
        return None
    order = order_of(entry.ecosystem) or (SEMVER if entry.stretches or entry.excluded else None)
    if order is None:
        return None
    return _remembered(entry.ecosystem, version) if len(version) <= _LONGEST else _placed(order, version)


def _placed(order: Order, version: str) -> _At:
    named = not any(map(str.isdecimal, version))  # "latest", "main": some orders place every text, and it tells nothing
    return _At(order.key(version), order.is_valid(version) and not named)


@lru_cache(maxsize=_REMEMBERED)
def _remembered(ecosystem: str, version: str) -> _At:
    return _placed(order_of(ecosystem) or SEMVER, version)


# What is said of it


def _cannot_tell(entry: Entry) -> Unjudged:
    kinds = " and ".join(entry.undecided)
    only = "" if entry.versions else " only"
    return Unjudged(
        code="unsupported_ecosystem" if entry.undecided != (GIT,) else "commit_range",
        reason=f"{entry.advisory} gives ranges of {kinds}{only}, whose order is not known here.",
        advisory=entry.advisory,
    )


def _why(entry: Entry, hit: _Hit, version: str | None) -> Why:
    stretch = hit.stretch
    if stretch is None:
        if hit.match is MatchClass.EXACT:
            return Why(kind="enumerated", last_affected=entry.last_listed or None)
        return _whole(entry)
    listed = hit.match is MatchClass.EXACT and version in entry.versions
    return Why(
        kind="enumerated" if listed and not stretch.is_everything else "range",
        introduced=stretch.introduced,
        fixed=stretch.fixed,
        last_affected=stretch.last_affected or (entry.last_listed if not entry.fixes else None) or None,
    )


def _again(entry: Entry, hit: Stretch | None) -> tuple[str, ...]:
    if hit is None or not hit.high:
        return ()
    return tuple(each.introduced for each in entry.stretches if each.low >= hit.high and each is not hit)


def _whole(entry: Entry) -> Why:
    """What the entry says as a whole, for matches that hit no part of it: the ends of its last stretch."""
    if not entry.stretches:
        return Why(kind="enumerated" if entry.versions else "text")
    last = entry.stretches[-1]
    return Why(
        kind="range",
        introduced=entry.stretches[0].introduced,
        fixed=last.fixed,
        last_affected=last.last_affected,
    )


def _question(kind: MatchClass, entry: Entry, version: str | None) -> str | None:
    name = entry.label
    if kind is MatchClass.NAME_ONLY:
        if not entry.names_versions:
            return f"Which versions of {name} does {entry.advisory} mean? It names none."
        return f"Which version of {name} is it?"
    if kind is MatchClass.POSSIBLE:
        return f"Which version of {name} is it? {version} is none that can be compared."
    return None


def _which_release(entry: Entry, package: PackageId) -> str:
    if not package.release:
        return f"Which release of {entry.ecosystem} is it? This is about {entry.release}."
    return (
        f"Does it come from {entry.ecosystem} {entry.release}? This is about that, and the inventory says "
        f"{package.release}."
    )


def _in_words(introduced: str, fixed: str | None, last_affected: str | None) -> str:
    start = "from the first version" if introduced == "0" else f"from {introduced}"
    if fixed:
        return f"{start} to before {fixed}"
    return f"{start} to {last_affected}" if last_affected else f"{start} on"
