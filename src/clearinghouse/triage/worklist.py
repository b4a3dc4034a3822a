"""From where vulnerabilities meet components to what one does: flaws joined, dated and turned into a plan."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from clearinghouse.packages.identity import PackageId
from clearinghouse.packages.match import Verdict
from clearinghouse.priority import Deadline, Rank, Signals, cvss_score, deadline_for, rank_of
from clearinghouse.priority.facts import lenient_date
from clearinghouse.priority.plan import Flaw, Place, Plan, Subject, make_plan
from clearinghouse.records import Asset, AssetKind, Exposure, MatchClass, Remedy
from clearinghouse.triage.deployer import Deployer
from clearinghouse.triage.installed import installed_version
from clearinghouse.triage.places import labels_of
from clearinghouse.triage.versions import DeployedVersions, is_numbered_apart

_SERIES = {"ICSA": AssetKind.OPERATIONAL, "ICSMA": AssetKind.MEDICAL}
"""What CISA's series of advisories are about: industrial control systems and medical devices
(https://www.cisa.gov/news-events/cybersecurity-advisories)."""
FIRST_FOUND = "the day on which it was first found here"
"""Who says when a flaw was identified, where that is remembered."""
_SURE = frozenset(each for each in MatchClass if each.is_sure)


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked of every flaw alike.

    Attributes:
        as_of: the day that counts as today. identified: when the owner learnt of the flaws; None is ``as_of``.
        exposed: what counts for assets of which the inventory does not say whether they are publicly exposed.
        commissioned: when assets came into service of which the inventory does not say so.
        policy, clock, changed, bound: as for :func:`clearinghouse.priority.deadline_for`.
    """

    as_of: dt.date
    identified: dt.date | None = None
    exposed: str = "unknown"
    policy: str = "fail_closed"
    clock: str = "literal"
    commissioned: dt.date | None = None
    changed: dt.date | None = None
    bound: bool = False


class Conditions(msgspec.Struct, frozen=True, gc=False):
    """What tells apart two places of one component: they get different dates, or different advice."""

    kind: AssetKind | None
    exposed: bool | None
    commissioned: str | None


def worklist(
    deployer: Deployer,
    signals: Signals,
    terms: Terms,
    owners: Mapping[str, str] | None = None,
    first_found: Mapping[str, dt.date] | None = None,
) -> Plan:
    """Return what to do about everything that meets an inventory.

    Args:
        deployer: what somebody has, beside what is published. signals: KEV, EPSS and SSVC.
        terms: what is asked of every flaw alike. owners: who answers for a flaw or an asset, by its name.
        first_found: the day on which a flaw was first found in what the owner has, by its identifiers, where that is
            remembered. It counts before ``terms.identified``.
    """
    subjects = tuple(_Subjects(deployer, signals, terms, first_found or {}))
    return make_plan(subjects, DeployedVersions(deployer), terms.as_of, owners)


class _Subjects:
    """Every component that has, or may have, a flaw: once for each set of conditions under which it is somewhere."""

    def __init__(self, deployer: Deployer, signals: Signals, terms: Terms, first_found: Mapping[str, dt.date]) -> None:
        self._deployer = deployer
        self._judge = _Judge(signals, terms, first_found)
        self._flaws: dict[int, tuple[_Joined, ...]] = {}

    def __iter__(self) -> Iterator[Subject]:
        places: dict[tuple[int, Conditions], dict[Place, None]] = {}
        labels = labels_of(self._deployer.stock.inventories)
        for inventory, number, asset in self._deployer.stock.holdings():
            if self._deployer.verdict(number).exposures:
                place = Place(inventory=labels[inventory.id], document=not inventory.subject, asset=asset)
                places.setdefault((number, _conditions(asset)), {})[place] = None
        for (number, conditions), where in places.items():
            joined = self._flaws.get(number)
            if joined is None:
                joined = self._flaws[number] = tuple(_joined(self._deployer.verdict(number)))
            for compared in dict.fromkeys(each.compared for each in joined):
                flaws = [each for each in joined if each.compared == compared]
                kind = _kind(conditions, joined)
                yield self._subject(number, conditions, tuple(where), compared, flaws, kind)

    def _subject(
        self,
        number: int,
        conditions: Conditions,
        where: tuple[Place, ...],
        compared: str | None,
        flaws: Sequence["_Joined"],
        kind: "_Kind",
    ) -> Subject:
        held = self._deployer.stock.components[number]
        package = held.package if isinstance(held.package, PackageId) else None
        component = held.item.component
        version = (package.version if package else None) or component.version
        if version is None and package is None:
            version = installed_version(held.item, self._deployer.published.index.products)
        of_source = package and package.source_version == compared and is_numbered_apart(package)
        return Subject(
            written=held.item.written,
            name=component.name or held.item.written,
            version=version,
            origin=package.source_name if package else "",
            source=package.source_name if package and of_source else "",
            source_version=package.source_version if package and of_source else None,
            ecosystem=_ecosystem(package) if package else "",
            purl=package.purl if package else None,
            kind=kind.kind,
            kind_by=kind.by,
            kind_sure=kind.sure,
            exposed=conditions.exposed,
            places=where,
            flaws=tuple(self._judge.flaw(each, conditions) for each in flaws),
            left_out=" ".join(
                each.reason for each in self._deployer.verdict(number).unjudged if each.code == "too_many"
            ),
            number=number,
        )


def _ecosystem(package: PackageId) -> str:
    return f"{package.ecosystem}:{package.release}" if package.release else package.ecosystem


def _conditions(asset: Asset | None) -> Conditions:
    if asset is None:
        return Conditions(None, None, None)
    return Conditions(asset.kind, asset.exposed, asset.commissioned)


class _Joined(msgspec.Struct, frozen=True, gc=False):
    """What several advisories say of one flaw of one component."""

    identifiers: tuple[str, ...]
    exposures: tuple[Exposure, ...]
    remedies: tuple[Remedy, ...]

    @property
    def compared(self) -> str | None:
        """The version that was held against the surest advisory."""
        return self.exposures[0].compared


def _joined(verdict: Verdict) -> Iterator[_Joined]:
    """Join exposures that name one flaw: those that share an identifier, their own or an alias.

    An advisory that speaks of several flaws of one component (a CSAF document) is the name of none of them.
    """
    exposures = verdict.exposures
    times = Counter(exposure.advisory for exposure in exposures)
    documents = frozenset(name for name, count in times.items() if count > 1)
    first: dict[str, int] = {}
    group = list(range(len(exposures)))

    def root(number: int) -> int:
        while group[number] != number:
            group[number] = group[group[number]]
            number = group[number]
        return number

    for number, exposure in enumerate(exposures):
        for name in _names(exposure, documents):
            group[root(number)] = root(first.setdefault(name, number))
    members: dict[int, list[Exposure]] = {}
    for number, exposure in enumerate(exposures):
        members.setdefault(root(number), []).append(exposure)
    for together in members.values():
        yield _one(together, documents, verdict.remedies)


def _names(exposure: Exposure, documents: frozenset[str]) -> tuple[str, ...]:
    if exposure.advisory in documents and exposure.aliases:
        return exposure.aliases
    return exposure.advisory, *exposure.aliases


def _one(
    exposures: list[Exposure], documents: frozenset[str], remedies: Mapping[Exposure, tuple[Remedy, ...]]
) -> _Joined:
    names = {name for each in exposures for name in _names(each, documents)}
    return _Joined(
        identifiers=tuple(sorted(names, key=lambda name: (not name.startswith("CVE-"), name))),
        exposures=tuple(sorted(exposures, key=lambda each: each.match.rank)),
        remedies=tuple(dict.fromkeys(remedy for each in exposures for remedy in remedies.get(each, ()))),
    )


def _newest_and_highest(vector: str) -> tuple[str, float]:
    """By what one of several vectors is chosen: the newest version of CVSS, then the highest base score."""
    score = cvss_score(vector) if vector else None
    return vector[: len("CVSS:3.1")], score.base if score else 0.0


class _Kind(msgspec.Struct, frozen=True, gc=False):
    """What sort of thing a component is, by which advisory, where its owner does not say, and whether that is sure."""

    kind: AssetKind | None = None
    by: str = ""
    sure: bool = True


def _kind(conditions: Conditions, flaws: Sequence[_Joined]) -> _Kind:
    """What its owner says; else what the advisories on it are about, those first that speak of it for sure.

    That such an advisory possibly means a component is enough to ask a person before it is changed, where another
    source is sure that it has a flaw: asking about what is no device costs a moment, and a device that is changed
    without it may cost a process. Nothing follows from it for what is a question anyway.
    """
    if conditions.kind:
        return _Kind(conditions.kind)
    exposures = [exposure for each in flaws for exposure in each.exposures]
    if not any(exposure.match.is_sure for exposure in exposures):
        return _Kind()
    for sure, matches in ((True, _SURE), (False, {MatchClass.POSSIBLE})):
        for exposure in exposures:
            series = exposure.advisory.partition("-")[0]
            if series in _SERIES and exposure.match in matches:
                return _Kind(_SERIES[series], exposure.advisory, sure)
    return _Kind()


class _Judge:
    """Dates flaws; the same flaw under the same conditions is dated once."""

    def __init__(self, signals: Signals, terms: Terms, first_found: Mapping[str, dt.date]) -> None:
        self._signals = signals
        self._terms = terms
        self._first_found = first_found
        self._known: dict[tuple[tuple[str, ...], str, str | None, str], tuple[Deadline, Rank]] = {}

    def flaw(self, joined: _Joined, conditions: Conditions) -> Flaw:
        """Return a flaw with its deadline for a component under these conditions."""
        cvss = max((each.cvss for each in joined.exposures), key=_newest_and_highest, default="")
        contained = (name for each in joined.exposures for name in each.upstream)
        known = tuple(dict.fromkeys((*joined.identifiers, *contained)))
        deadline, rank = self._dated(known, conditions, cvss)
        return Flaw(
            id=joined.identifiers[0],
            identifiers=joined.identifiers,
            title=joined.exposures[0].title,
            exposures=joined.exposures,
            deadline=deadline,
            rank=rank,
            remedies=joined.remedies,
        )

    def _dated(self, identifiers: tuple[str, ...], conditions: Conditions, cvss: str) -> tuple[Deadline, Rank]:
        exposed = self._terms.exposed if conditions.exposed is None else "yes" if conditions.exposed else "no"
        key = (identifiers, exposed, conditions.commissioned, cvss)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._date(identifiers, exposed, conditions.commissioned, cvss)
        return found

    def _date(
        self, identifiers: tuple[str, ...], exposed: str, commissioned: str | None, cvss: str
    ) -> tuple[Deadline, Rank]:
        terms = self._terms
        signals = self._signals.for_identifiers(identifiers)
        day, source = self._identified(identifiers)
        made = deadline_for(
            signals,
            exposed=exposed,
            identified=day,
            identified_source=source,
            commissioned=lenient_date(commissioned) or terms.commissioned,
            changed=terms.changed,
            policy=terms.policy,
            clock=terms.clock,
            as_of=terms.as_of,
            bound=terms.bound,
        )
        score = cvss_score(cvss) if cvss else None
        rank = rank_of(made, signals.epss, score.base if score else None, "its advisory" if score else "")
        return made, rank

    def _identified(self, identifiers: tuple[str, ...]) -> tuple[dt.date, str]:
        """When the owner learnt of a flaw, and who says so."""
        days = [day for name in identifiers if (day := self._first_found.get(name))]
        if days:
            return min(days), FIRST_FOUND
        if self._terms.identified:
            return self._terms.identified, "as given"
        return self._terms.as_of, "assumed: --identified was not given"
