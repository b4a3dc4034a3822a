"""Which advisories a package meets, out of an index; whether one advisory does; and why one does not.

What is asked of each advisory is in :mod:`~clearinghouse.packages.judge`. Withdrawn records match nothing.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

import msgspec

from clearinghouse.packages.ecosystems import DISTRIBUTIONS
from clearinghouse.packages.identity import PackageId, names_of
from clearinghouse.packages.index.entry import Entry, entries_of
from clearinghouse.packages.index.store import AdvisoryIndex
from clearinghouse.packages.judge import Bearing, bearing, is_spared, judge, may_meet, why_hit, why_not
from clearinghouse.packages.releases import is_stream_of
from clearinghouse.packages.versions import order_of
from clearinghouse.records import Exposure, PublishedAdvisory, Remedy, Unjudged

Asked = Sequence[tuple[Entry, str | None]]
"""What is known of a package, each with the version to compare."""
_Key = tuple[str, str, tuple[tuple[str, str | None], ...]]


class Verdict(msgspec.Struct, frozen=True, gc=False):
    """What is known of one package at one version.

    Attributes:
        exposures: vulnerabilities that it has or may have, in the order of the index.
        unjudged: what could not be evaluated. Empty together with ``exposures``: not affected, by these advisories.
        informational: what is said of it that is no vulnerability (nobody maintains it).
        remedies: what the advisory of an exposure says helps beside versions.
    """

    exposures: tuple[Exposure, ...] = ()
    unjudged: tuple[Unjudged, ...] = ()
    informational: tuple[Exposure, ...] = ()
    remedies: dict[Exposure, tuple[Remedy, ...]] = {}


def verdict_of(package: PackageId, asked: Asked) -> Verdict:
    """Return what entries on a package, each with the version to compare, say of it together.

    Of several entries of one advisory the surest answer counts. What an advisory for another stream of the package's
    release says of a flaw counts only where those for this release say nothing of it. What is said of a distribution's
    package not to be affected (a VEX statement of the distribution) counts before what others say of the same flaw.
    """
    spared = _spared(package, asked)
    exposures: dict[str, Exposure] = {}
    unjudged: dict[str, Unjudged] = {}
    informational: dict[str, Exposure] = {}
    for entry, version in _relevant(package, asked):
        answer = judge(entry, package, version)
        if isinstance(answer, Unjudged):
            unjudged.setdefault(entry.advisory, answer)
        elif answer is not None and not _is_spared(answer, spared):
            kept = informational if entry.informational else exposures
            known = kept.get(entry.advisory)
            if known is None or answer.match.rank < known.match.rank:
                kept[entry.advisory] = answer
    return Verdict(
        exposures=tuple(exposures.values()),
        unjudged=tuple(item for advisory, item in unjudged.items() if advisory not in exposures),
        informational=tuple(informational.values()),
    )


def _spared(package: PackageId, asked: Asked) -> dict[str, set[str]]:
    """The CVE identifiers of the flaws that a package of a distribution is said not to have, with who says so."""
    found: dict[str, set[str]] = {}
    if package.ecosystem in DISTRIBUTIONS:
        for entry, version in asked:
            if is_spared(entry, package, version):
                for name in _cves((entry.advisory, *entry.aliases)):
                    found.setdefault(name, set()).add(entry.advisory)
    return found


def _is_spared(exposure: Exposure, spared: Mapping[str, set[str]]) -> bool:
    """Whether all flaws of an exposure are said not to be there, and not by the advisory that says they are: a document
    that says both means two builds, and which one it is the package does not tell.
    """
    if not spared:
        return False
    named = _cves((exposure.advisory, *exposure.aliases, *exposure.upstream))
    return bool(named) and all(spared.get(name, set()) - {exposure.advisory} for name in named)


def _cves(names: Iterable[str]) -> frozenset[str]:
    return frozenset(name for name in names if name.startswith("CVE-"))


def _relevant(package: PackageId, asked: Asked) -> Asked:
    bearings = [bearing(entry, package) for entry, _ in asked]
    if Bearing.STREAM not in bearings:
        return asked
    settled: set[str] = set()
    for (entry, _), what in zip(asked, bearings, strict=True):
        settled.update(_flaws(entry) if what is Bearing.OWN else ())
    return [
        each
        for each, what in zip(asked, bearings, strict=True)
        if what is not Bearing.STREAM or not settled.issuperset(_flaws(each[0]))
    ]


def _flaws(entry: Entry) -> tuple[str, ...]:
    """The flaws that an entry is about: distributions name them beside their own advisory's identifier."""
    return entry.upstream or (entry.advisory, *entry.aliases)


def asked_of(package: PackageId, entries: Callable[[str, str], Iterable[Entry]]) -> Asked:
    """Return what is asked of a package: its entries under each of its names, with the version to compare.

    What an advisory says of the source package is not asked where it speaks of the package itself: the two may be
    numbered apart, and each number has its own fix.

    Args:
        package: to be asked. entries: gives what is known under an ecosystem and a name.
    """
    found: list[tuple[Entry, str | None]] = []
    for name, version in names_of(package):
        known = {entry.advisory for entry, _ in found if bearing(entry, package) is not Bearing.NONE}
        found += [(entry, version) for entry in entries(package.ecosystem, name) if entry.advisory not in known]
    return found


class Answer(msgspec.Struct, frozen=True, gc=False):
    """Whether one advisory affects one package.

    Attributes:
        affected: None where it cannot be told.
        why: in one sentence. fixed: as in :class:`~clearinghouse.records.Exposure`.
    """

    affected: bool | None
    why: str
    fixed: tuple[str, ...] = ()


class Matcher:
    """Answers for packages from an index. Answers are remembered: a package at one version is evaluated once, and so
    are all packages that are built from one source, where advisories speak of that.

    Args:
        index: what to ask.
    """

    def __init__(self, index: AdvisoryIndex) -> None:
        self.index = index
        self._verdicts: dict[_Key, Verdict] = {}
        self._entries: dict[tuple[str, str], list[Entry]] = {}
        self._covered: dict[tuple[str, str], bool] = {}

    def match(self, package: PackageId) -> Verdict:
        """Return what the index says of a package."""
        key = (package.ecosystem, package.release, names_of(package))
        verdict = self._verdicts.get(key)
        if verdict is None:
            verdict = self._verdicts[key] = self._judge(package)
        return verdict

    def names(self, package: PackageId) -> frozenset[str]:
        """Return the identifiers, aliases too, of everything that a package has, may have, or that cannot be told.

        It leaves out advisories for other streams of its release, and is much cheaper than :meth:`match`.
        """
        found: set[str] = set()
        for entry, version in self._asked(package):
            own = bearing(entry, package) is Bearing.OWN
            if own and not entry.informational and may_meet(entry, version):
                found.add(entry.advisory)
                found.update(entry.aliases)
        return frozenset(found)

    def about(self, package: PackageId, advisories: Collection[str]) -> Answer | None:
        """Return whether advisories affect a package, and why or why not; None where none of them names it.

        Args:
            package: the component. advisories: ids, as :meth:`AdvisoryIndex.named` gives them for any identifier.
        """
        asked = [(entry, version) for entry, version in self._asked(package) if entry.advisory in advisories]
        if not asked:
            return None
        verdict = self.match(package)
        found = [each for each in verdict.exposures + verdict.informational if each.advisory in advisories]
        if found:
            return _of_exposure(min(found, key=lambda each: each.match.rank))
        for item in verdict.unjudged:
            if item.advisory is None or item.advisory in advisories:
                return Answer(None, item.reason)
        return Answer(False, " ".join(dict.fromkeys(_why_not(package, entry, version) for entry, version in asked)))

    def _judge(self, package: PackageId) -> Verdict:
        if not self._covers(package.ecosystem, package.release):
            return Verdict(unjudged=(_not_covered(package),))
        return verdict_of(package, self._asked(package))

    def _asked(self, package: PackageId) -> Asked:
        return asked_of(package, self._of)

    def _of(self, ecosystem: str, name: str) -> list[Entry]:
        found = self._entries.get((ecosystem, name))
        if found is None:
            found = self._entries[ecosystem, name] = self.index.entries(ecosystem, name)
        return found

    def _covers(self, ecosystem: str, release: str) -> bool:
        known = self._covered.get((ecosystem, release))
        if known is None:
            known = self._covered[ecosystem, release] = self.index.covers(ecosystem, release) or any(
                base == ecosystem and is_stream_of(ecosystem, other, release)
                for base, _, other in (name.partition(":") for name in self.index.coverage)
            )
        return known


def ask(advisories: Iterable[PublishedAdvisory], package: PackageId) -> Answer:
    """Return whether any of ``advisories`` affects a package. It must not be empty.

    Args:
        advisories: the records of one advisory; those that were withdrawn affect nothing.
    """
    versions = dict(names_of(package))
    whys: list[str] = []
    asked: list[tuple[Entry, str | None]] = []
    for advisory in advisories:
        entries = [each for each in entries_of(advisory) if each.ecosystem == package.ecosystem]
        named = [(each, versions[each.name]) for each in entries if each.name in versions]
        asked += named
        if advisory.body.withdrawn:
            whys.append(f"{advisory.id} was withdrawn on {advisory.body.withdrawn[:10]}, so it matches nothing.")
        elif not named:
            whys.append(f"{advisory.id} does not name {package.name} ({package.ecosystem}).")
    if not asked:
        return Answer(False, " ".join(dict.fromkeys(whys)))
    found = _answer(package, asked)
    return found if found.affected is not False else Answer(False, " ".join(dict.fromkeys((*whys, found.why))))


def _answer(package: PackageId, asked: Asked) -> Answer:
    """The surest of what entries on a package say, each with the version to compare."""
    whys: list[str] = []
    unsure: Answer | None = None
    for entry, version in asked:
        found = judge(entry, package, version)
        if isinstance(found, Exposure) and found.match.is_sure:
            return _of_exposure(found)
        if isinstance(found, Exposure):
            unsure = unsure or _of_exposure(found)
        elif isinstance(found, Unjudged):
            unsure = unsure or Answer(None, found.reason)
        else:
            whys.append(why_not(entry, package, version))
    return unsure or Answer(False, " ".join(dict.fromkeys(whys)))


def _of_exposure(found: Exposure) -> Answer:
    if found.match.is_sure:
        return Answer(True, why_hit(found), found.fixed)
    return Answer(None, found.question or "", found.fixed)


def _why_not(package: PackageId, entry: Entry, version: str | None) -> str:
    """Why an entry does not count, though it may meet the version by itself."""
    if isinstance(judge(entry, package, version), Exposure):
        return f"What is said for {package.ecosystem} {package.release} counts before {entry.advisory}."
    return why_not(entry, package, version)


def _not_covered(package: PackageId) -> Unjudged:
    if order_of(package.ecosystem) is None:
        return Unjudged(
            code="unsupported_ecosystem", reason=f"Versions of {package.ecosystem} packages cannot be compared here."
        )
    where = f"{package.ecosystem} {package.release}" if package.release else package.ecosystem
    return Unjudged(code="not_covered", reason=f"None of the advisories that were read speaks of {where} packages.")
