"""What is known from outside about a flaw: KEV, SSVC and EPSS, looked up by its identifiers.

Where a flaw has several CVE identifiers each input takes its worst case among them, and says whose it is.
"""

import datetime as dt
from collections.abc import Iterable
from typing import Self

import msgspec

from clearinghouse.priority.epss import EpssColumns
from clearinghouse.priority.facts import Fact, Inputs, KevStatus, lenient_date
from clearinghouse.priority.kev import KevCatalogues
from clearinghouse.records import EpssScore, KevEntry, SsvcPoint, canonical_identifier

Signal = KevEntry | EpssScore | SsvcPoint

_WORSE = {
    "automatable": ("no", "yes"),
    "technical_impact": ("partial", "total"),
    "exploitation": ("none", "poc", "active"),
}
"""The values of the SSVC points that are read, from best to worst."""


class SignalSet(msgspec.Struct, frozen=True, kw_only=True):
    """What is known about one flaw.

    Attributes:
        cves: the CVE identifiers that were looked up.
        kev: whether any is in KEV, by the earliest addition. kev_entry: that entry, whole.
        automatable, impact: the worst value known. They and ``kev`` are inputs of BOD 26-04.
        exploitation: SSVC Exploitation, the worst known; for people, no input.
        epss: the highest score; orders work inside a tier, no input.
    """

    cves: tuple[str, ...] = ()
    kev: KevStatus = KevStatus()
    kev_entry: KevEntry | None = None
    automatable: Fact = Fact()
    impact: Fact = Fact()
    exploitation: Fact = Fact()
    epss: EpssScore | None = None

    def inputs(self, exposed: Fact) -> Inputs:
        """Return the inputs of BOD 26-04 for an asset whose owner judged its exposure."""
        return Inputs(exposed=exposed, kev=self.kev, automatable=self.automatable, impact=self.impact)


class Signals:
    """A look-up over signals in any order; of each kind the newest about a CVE holds.

    Of two SSVC values with one date the worse holds, so the order of reading never matters.

    Args:
        as_of: signals dated later are not kept; None keeps all.

    Attributes:
        given: how many signals of each kind (``kev``, ``epss``, ``ssvc``) were added; a KEV date inside a CVE or NVD
            record is none of a catalogue and not counted. late: how many of them were dated later and not kept.
    """

    def __init__(self, as_of: dt.date | None = None) -> None:
        self._as_of = as_of
        self._kev = KevCatalogues(as_of)
        self._epss = EpssColumns()
        self._ssvc: dict[str, dict[str, SsvcPoint]] = {point: {} for point in _WORSE}
        self.given = {"kev": 0, "epss": 0, "ssvc": 0}
        self.late = dict(self.given)

    @classmethod
    def of(cls, signals: Iterable[Signal], as_of: dt.date | None = None) -> Self:
        """Make a look-up of all signals."""
        made = cls(as_of)
        for signal in signals:
            made.add(signal)
        return made

    def add(self, signal: Signal) -> None:
        """Take one signal."""
        if isinstance(signal, KevEntry):
            self.given["kev"] += not signal.partial
            self._kev.add(signal)
            return
        kind = "epss" if isinstance(signal, EpssScore) else "ssvc"
        self.given[kind] += 1
        if self._too_late(signal.date):
            self.late[kind] += 1
        elif isinstance(signal, EpssScore):
            self._epss.add(signal)
        else:
            for point in _WORSE:
                self._keep(point, signal)

    def for_identifiers(self, identifiers: Iterable[str]) -> SignalSet:
        """Return what is known about the flaw that has these identifiers.

        Give all of them: only CVE identifiers are looked up, but a flaw whose only identifiers are others (GHSA-,
        PYSEC-, GO-) may have a CVE that is in KEV, and only one without any is known not to be.
        """
        names = dict.fromkeys(canonical_identifier(each) for each in identifiers)
        cves = tuple(name for name in names if name.startswith("CVE-"))
        kev = self._kev_status(cves, named=any(names))
        scores = [score for cve in cves if (score := self._epss.get(cve))]
        return SignalSet(
            cves=cves,
            kev=kev,
            kev_entry=self._kev.entry(kev.cve) if kev.listed else None,
            automatable=self._worst("automatable", cves),
            impact=self._worst("technical_impact", cves),
            exploitation=self._worst("exploitation", cves),
            epss=max(scores, key=lambda score: score.score, default=None),
        )

    def _too_late(self, date: str) -> bool:
        day = lenient_date(date)
        return bool(self._as_of and day and day > self._as_of)

    def _keep(self, point: str, signal: SsvcPoint) -> None:
        if getattr(signal, point) not in _WORSE[point]:
            return
        known = self._ssvc[point].get(signal.cve)
        if known is None or _newness(point, signal) > _newness(point, known):
            self._ssvc[point][signal.cve] = signal

    def _worst(self, point: str, cves: tuple[str, ...]) -> Fact:
        known = [self._ssvc[point][cve] for cve in cves if cve in self._ssvc[point]]
        if not known:
            return Fact()
        worst = max(known, key=lambda signal: _WORSE[point].index(getattr(signal, point)))  # the first of equals
        source = f"{worst.source} ({worst.role})" if worst.role else worst.source
        return Fact(value=getattr(worst, point), source=source, date=lenient_date(worst.date), cve=worst.cve)

    def _kev_status(self, cves: tuple[str, ...], *, named: bool) -> KevStatus:
        if not cves:
            return self._without_cve(named)
        found = [self._kev.status(cve) for cve in cves]
        listed = [each for each in found if each.listed]
        if listed:
            return min(listed, key=lambda each: each.added or dt.date.max)
        still_open = [each for each in found if each.listed is None]
        return next((each for each in (*still_open, *found) if each.note), found[0])

    def _without_cve(self, named: bool) -> KevStatus:
        if named:
            return KevStatus(note="its CVE is not known here")
        if not self._kev:
            return KevStatus(note="no catalogue was given")
        return KevStatus(
            listed=False, source=self._kev.source, note="it has no public identifier, and KEV lists only CVEs"
        )


def _newness(point: str, signal: SsvcPoint) -> tuple[str, int, str, str]:
    return signal.date, _WORSE[point].index(getattr(signal, point)), signal.source, signal.role
