"""Which advisories a package meets, with what was hit; and why one does not meet it.

The rules, in the order in which they are asked of one advisory's entry on the package:

1. The version is listed: ``exact``.
2. The version lies in a range: ``range``. A range that begins before every version and has no end holds whatever there
   is, so no version need be known.
3. No version is known of the component: ``name-only``, and the question is which it is.
4. The version is none in its ecosystem's order ("latest", a commit), and the advisory's ranges are bounded:
   ``possible``.
5. The advisory is for another release of the distribution: no match. The release of the component is not known:
   ``possible``.
6. The advisory has only ranges whose order is not known here (``GIT``, an unsupported ecosystem): ``Unjudged``.

Whatever is left is not affected, and :meth:`Matcher.explain` says why.

Source: OSV schema, "Evaluation"; withdrawn records match nothing.
"""

from collections.abc import Iterable, Iterator

import msgspec

from clearinghouse.packages.identity import PackageId
from clearinghouse.packages.index.entry import GIT, Entry, entries_of
from clearinghouse.packages.index.store import AdvisoryIndex
from clearinghouse.packages.versions import Order, order_of
from clearinghouse.packages.versions.semver import SEMVER
from clearinghouse.records import Exposure, MatchClass, PublishedAdvisory, Remedy, Unjudged, Why


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


class Matcher:
    """Answers for packages from an index. Answers are remembered: a package at one version is evaluated once.

    Args:
        index: what to ask.
    """

    def __init__(self, index: AdvisoryIndex) -> None:
        self.index = index
        self._verdicts: dict[tuple[str, ...], Verdict] = {}
        self._entries: dict[tuple[str, str], list[Entry]] = {}

    def match(self, package: PackageId) -> Verdict:
        """Return what the index says of a package."""
        key = (
            package.ecosystem,
            package.release,
            package.name,
            package.version or "",
            package.source_name,
            package.source_version or "",
        )
        verdict = self._verdicts.get(key)
        if verdict is None:
            verdict = self._verdicts[key] = self._judge(package)
        return verdict

    def _judge(self, package: PackageId) -> Verdict:
        if not self.index.covers(package.ecosystem, package.release):
            return Verdict(unjudged=(_not_covered(package),))
        exposures: dict[str, Exposure] = {}
        unjudged: dict[str, Unjudged] = {}
        informational: dict[str, Exposure] = {}
        for entry, version in self._asked(package):
            answer = judge(entry, package, version)
            if isinstance(answer, Unjudged):
                unjudged.setdefault(entry.advisory, answer)
            elif answer is not None:
                kept = informational if entry.informational else exposures
                known = kept.get(entry.advisory)
                if known is None or _SURENESS[answer.match] < _SURENESS[known.match]:
                    kept[entry.advisory] = answer
        return Verdict(
            exposures=tuple(exposures.values()),
            unjudged=tuple(item for advisory, item in unjudged.items() if advisory not in exposures),
            informational=tuple(informational.values()),
        )

    def _asked(self, package: PackageId) -> Iterator[tuple[Entry, str | None]]:
        """Yield the entries on a package with the version to compare.

        Distributions publish on source packages; some of them on the packages that one installs.
        """
        source = package.source_name or package.name
        for entry in self._of(package.ecosystem, source):
            yield entry, package.source_version or package.version
        if source != package.name:
            for entry in self._of(package.ecosystem, package.name):
                yield entry, package.version

    def _of(self, ecosystem: str, name: str) -> list[Entry]:
        found = self._entries.get((ecosystem, name))
        if found is None:
            found = self._entries[ecosystem, name] = self.index.entries(ecosystem, name)
        return found

    def explain(self, package: PackageId, advisory: str) -> str:
        """Return in one sentence why an advisory does not meet a package, or what is not known about it.

        Args:
            package: the component. advisory: id of the advisory or an alias of it.
        """
        names = self.index.named(advisory)
        if not names:
            return f"No advisory that was read is named {advisory}."
        withdrawn = [known for name in names if (known := self.index.advisory(name)) and known.withdrawn]
        if len(withdrawn) == len(names):
            return f"{withdrawn[0].id} was withdrawn on {(withdrawn[0].withdrawn or '')[:10]}, so it matches nothing."
        asked = [(entry, version) for entry, version in self._asked(package) if entry.advisory in names]
        if not asked:
            return f"{names[0]} does not name {package.name} ({package.ecosystem})."
        return " ".join(dict.fromkeys(why_not(entry, package, version) for entry, version in asked))


class Answer(msgspec.Struct, frozen=True, gc=False):
    """Whether one advisory affects one package.

    Attributes:
        affected: None where it cannot be told.
        why: in one sentence. fixed: as in :class:`~clearinghouse.records.Exposure`.
    """

    affected: bool | None
    why: str
    fixed: tuple[str, ...] = ()


def ask(advisories: Iterable[PublishedAdvisory], package: PackageId) -> Answer:
    """Return whether any of ``advisories`` affects a package. It must not be empty.

    Args:
        advisories: the records of one advisory; those that were withdrawn affect nothing.
    """
    whys: list[str] = []
    unsure: Answer | None = None
    for advisory in advisories:
        if advisory.body.withdrawn:
            whys.append(f"{advisory.id} was withdrawn on {advisory.body.withdrawn[:10]}, so it matches nothing.")
            continue
        entries = [entry for entry in entries_of(advisory) if _is_on(entry, package)]
        if not entries:
            whys.append(f"{advisory.id} does not name {package.name} ({package.ecosystem}).")
        for entry in entries:
            found = judge(entry, package, package.version)
            if isinstance(found, Exposure) and found.match in (MatchClass.EXACT, MatchClass.RANGE):
                return Answer(True, _why_hit(found, package.version), found.fixed)
            if isinstance(found, Exposure):
                unsure = unsure or Answer(None, found.question or "", found.fixed)
            elif isinstance(found, Unjudged):
                unsure = unsure or Answer(None, found.reason)
            else:
                whys.append(why_not(entry, package, package.version))
    return unsure or Answer(False, " ".join(dict.fromkeys(whys)))


def _is_on(entry: Entry, package: PackageId) -> bool:
    return entry.ecosystem == package.ecosystem and entry.name in (package.name, package.source_name)


def _why_hit(found: Exposure, version: str | None) -> str:
    if found.why.introduced is None:
        return f"{found.advisory} lists {version} as affected."
    said = _stretch_in_words(found.why.introduced, found.why.fixed, found.why.last_affected)
    listed = " and lists it" if found.match is MatchClass.EXACT else ""
    return f"{version or 'Every version'} is in the range {said} of {found.advisory}{listed}."


_SURENESS = {kind: rank for rank, kind in enumerate(MatchClass)}


def _order(entry: Entry) -> Order | None:
    return order_of(entry.ecosystem) or (SEMVER if entry.stretches else None)


def _key(entry: Entry, version: str | None) -> bytes | None:
    order = _order(entry)
    return order.key(version) if order and version is not None else None


def judge(entry: Entry, package: PackageId, version: str | None) -> Exposure | Unjudged | None:
    """Return whether one entry meets a package at a version; None where it does not.

    Args:
        entry: on this package. package: for its release, and for what a question says of it.
        version: to compare; that of the source package, where the advisory speaks of it.
    """
    if entry.release and package.release and entry.release != package.release:
        return None
    unknown_release = entry.release and not package.release
    hit = _hit(entry, version)
    if hit is None:
        return None
    kind, why = hit
    if kind is None:
        kinds = " and ".join(entry.undecided)
        return Unjudged(
            code="unsupported_ecosystem" if entry.undecided != (GIT,) else "commit_range",
            reason=f"{entry.advisory} gives ranges of {kinds} only, whose order is not known here.",
            advisory=entry.advisory,
        )
    question = _question(kind, entry, version)
    if unknown_release and kind in (MatchClass.EXACT, MatchClass.RANGE):
        kind, question = (
            MatchClass.POSSIBLE,
            f"Which release of {entry.ecosystem} is it? This is about {entry.release}.",
        )
    return Exposure(
        advisory=entry.advisory,
        aliases=entry.aliases,
        upstream=entry.upstream,
        match=kind,
        fixed=fixes_above(entry, version),
        why=why,
        question=question,
        title=entry.title,
        package=entry.label,
        cvss=entry.cvss,
    )


def _hit(entry: Entry, version: str | None) -> tuple[MatchClass | None, Why] | None:
    """Return the class and what was hit, a class of None for what cannot be told, or None."""
    key = _key(entry, version)
    if key is not None and any(key in stretch for stretch in entry.excluded):
        return None
    for stretch in entry.stretches:
        if stretch.is_everything:
            kind = MatchClass.EXACT if version in entry.versions else MatchClass.RANGE
            return kind, Why(kind="range", introduced=stretch.introduced)
    if version is None:
        return MatchClass.NAME_ONLY, _whole(entry)
    if not entry.names_versions:
        return MatchClass.NAME_ONLY, Why(kind="text")
    order = _order(entry)
    for stretch in entry.stretches:
        if key is not None and key in stretch:
            ends = {"introduced": stretch.introduced, "fixed": stretch.fixed, "last_affected": stretch.last_affected}
            if version in entry.versions:
                return MatchClass.EXACT, Why(kind="enumerated", **ends)
            if order and order.is_valid(version):
                return MatchClass.RANGE, Why(kind="range", **ends)
    if version in entry.versions or _equals_a_listed(entry, order, key):
        return MatchClass.EXACT, Why(kind="enumerated")
    if entry.stretches and order and not order.is_valid(version):
        return MatchClass.POSSIBLE, _whole(entry)
    if entry.undecided and not entry.stretches and not entry.versions:
        return None, _whole(entry)
    return None


def _equals_a_listed(entry: Entry, order: Order | None, key: bytes | None) -> bool:
    """Whether the version is equal to a listed one that is spelled otherwise (``1.0`` and ``1.0.0`` on PyPI).

    It is asked where no range can say it, since it costs a key for each version listed.
    """
    if not order or key is None or entry.stretches:
        return False
    return any(order.key(listed) == key for listed in entry.versions)


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


def fixes_above(entry: Entry, version: str | None) -> tuple[str, ...]:
    """Return the versions from which on the flaw is fixed that are above ``version``, in version order."""
    order = _order(entry) if version is not None else None
    if order is None or version is None or not order.is_valid(version):
        return tuple(text for _, text in entry.fixes)
    key = order.key(version)
    return tuple(text for fix, text in entry.fixes if fix > key)


def _question(kind: MatchClass, entry: Entry, version: str | None) -> str | None:
    name = entry.label
    if kind is MatchClass.NAME_ONLY:
        if not entry.names_versions:
            return f"Which versions of {name} does {entry.advisory} mean? It names none."
        return f"Which version of {name} is it?"
    if kind is MatchClass.POSSIBLE:
        return f"Which version of {name} is it? {version} is none that can be compared."
    return None


def why_not(entry: Entry, package: PackageId, version: str | None) -> str:
    """Return in one sentence why an entry does not meet a package."""
    if entry.release and package.release and entry.release != package.release:
        return f"{entry.advisory} is for {entry.ecosystem} {entry.release}, and this is {package.release}."
    answer = judge(entry, package, version)
    if isinstance(answer, Unjudged):
        return answer.reason
    if answer is not None:
        return answer.question or f"{entry.advisory} does meet {version}."
    if any((key := _key(entry, version)) and key in stretch for stretch in entry.excluded):
        return f"{entry.advisory} says that {version} is not affected."
    return f"{version} is in no affected range: {'; '.join(_in_words(entry)) or 'only single versions are listed'}."


def _in_words(entry: Entry) -> Iterable[str]:
    for stretch in entry.stretches:
        yield _stretch_in_words(stretch.introduced, stretch.fixed, stretch.last_affected)


def _stretch_in_words(introduced: str, fixed: str | None, last_affected: str | None) -> str:
    start = "from the first version" if introduced == "0" else f"from {introduced}"
    if fixed:
        return f"{start} to before {fixed}"
    return f"{start} to {last_affected}" if last_affected else f"{start} on"


def _not_covered(package: PackageId) -> Unjudged:
    if order_of(package.ecosystem) is None:
        return Unjudged(
            code="unsupported_ecosystem", reason=f"Versions of {package.ecosystem} packages cannot be compared here."
        )
    where = f"{package.ecosystem} {package.release}" if package.release else package.ecosystem
    return Unjudged(code="not_covered", reason=f"None of the advisories that were read speaks of {where} packages.")
