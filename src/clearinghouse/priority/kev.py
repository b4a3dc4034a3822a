"""Membership in CISA's catalogue of Known Exploited Vulnerabilities, read from one catalogue or several.

Entries are also taken out of the catalogue. So where several editions are given, the newest decides who is in
it, and an entry that only an older edition has is reported as having left.

CVE and NVD records repeat the date of addition of their own CVE. Such a statement proves that one addition and
nothing else: it is no edition, and without an edition nothing is known to be absent. An edition older than the
addition cannot have it, so the statement decides; a newer one without it says that the entry has left.
"""

import datetime as dt

from clearinghouse.priority.facts import KevStatus, lenient_date
from clearinghouse.records import KevEntry


class KevCatalogues:
    """Look-up over the editions of the catalogue.

    Args:
        as_of: answer for that day. The newest edition of that day or before decides; later editions tell only what was
            added from the one to the other, the day of the first included: it may have come out before that day's
            additions. None lets the newest edition decide.
    """

    def __init__(self, as_of: dt.date | None = None) -> None:
        self._as_of = as_of
        self._editions: dict[str, dict[str, KevEntry]] = {}
        self._statements: dict[str, list[KevEntry]] = {}
        self._dated: list[tuple[dt.date, str]] | None = None

    def __bool__(self) -> bool:
        """Whether there is an edition of the catalogue; only then can absence be known."""
        return bool(self._editions)

    def add(self, entry: KevEntry) -> None:
        """Take one entry. Entries belong to one edition if they name the same version; partial ones to none."""
        if entry.partial:
            self._statements.setdefault(entry.cve, []).append(entry)
            return
        edition = self._editions.setdefault(entry.catalogue or entry.source, {})
        known = edition.get(entry.cve)
        if known is None or _order(entry) < _order(known):
            edition[entry.cve] = entry
        self._dated = None

    def entry(self, cve: str) -> KevEntry | None:
        """Return the entry by which a CVE is in the catalogue, or None."""
        if not self._editions:
            return self._statement(cve, None)
        decisive, deciding = self._decisive()
        for name in deciding:
            found = self._editions[name].get(cve)
            if found and self._counts(found, None):
                return found
        for day, name in self._editions_by_day():
            found = self._editions[name].get(cve) if day > decisive else None
            if found and self._counts(found, decisive):
                return found
        return self._statement(cve, decisive)

    def status(self, cve: str) -> KevStatus:
        """Return whether a CVE is in the catalogue; without an edition only a statement about it can tell."""
        found = self.entry(cve)
        if found:
            return KevStatus(
                listed=True,
                added=lenient_date(found.date_added),
                due=lenient_date(found.due_date),
                source=_named(found),
                cve=cve,
            )
        if self._editions:
            return KevStatus(listed=False, source=self.source, cve=cve, note=self._absence(cve))
        later = self._earliest(cve)
        if later:  # its own date of addition says that it was not in the catalogue before
            return KevStatus(listed=False, source=_named(later), cve=cve, note=self._not_yet(later))
        return KevStatus(note="no catalogue was given")

    @property
    def source(self) -> str:
        """The edition that decides, for people. There must be one."""
        _, deciding = self._decisive()
        return _named(next(iter(self._editions[deciding[0]].values())))

    def _counts(self, entry: KevEntry, after: dt.date | None) -> bool:
        added = lenient_date(entry.date_added)
        if added is None:
            return after is None
        return (self._as_of is None or added <= self._as_of) and (after is None or added >= after)

    def _statement(self, cve: str, after: dt.date | None) -> KevEntry | None:
        """The earliest statement about a CVE that counts beside an edition of the day ``after``."""
        counting = [each for each in self._statements.get(cve, ()) if self._counts(each, after)]
        return min(counting, key=_order, default=None)

    def _earliest(self, cve: str) -> KevEntry | None:
        return min(self._statements.get(cve, ()), key=_order, default=None)

    def _absence(self, cve: str) -> str:
        decisive, _ = self._decisive()
        with_it = [(day, name) for day, name in self._editions_by_day() if cve in self._editions[name]]
        if with_it:
            day, name = with_it[-1]
            if day < decisive:
                return f"it has left the catalogue: in that of {day}, absent from that of {decisive}"
            return self._not_yet(self._editions[name][cve])
        stated = self._earliest(cve)
        if stated is None:
            return ""
        if (lenient_date(stated.date_added) or dt.date.min) < decisive:
            return (
                f"it has left the catalogue: added on {stated.date_added} by {stated.source}, "
                f"absent from that of {decisive}"
            )
        return self._not_yet(stated)

    def _not_yet(self, entry: KevEntry) -> str:
        return f"added on {entry.date_added}, after {self._as_of}, so not yet in it"

    def _decisive(self) -> tuple[dt.date, list[str]]:
        """The day of the edition that decides, and the editions of that day."""
        days = [day for day, _ in self._editions_by_day()]
        in_time = [day for day in days if self._as_of is None or day <= self._as_of]
        if not in_time:  # every edition is later: each tells only what had been added by then
            return dt.date.min, [self._editions_by_day()[0][1]]
        decisive = in_time[-1]
        return decisive, [name for day, name in self._editions_by_day() if day == decisive]

    def _editions_by_day(self) -> list[tuple[dt.date, str]]:
        if self._dated is None:
            self._dated = sorted((_day(name, edition), name) for name, edition in self._editions.items())
        return self._dated


def _day(name: str, edition: dict[str, KevEntry]) -> dt.date:
    """The day of an edition: its version (``2026.01.29``), else the newest addition in it."""
    written = lenient_date(name.replace(".", "-"))
    additions = [day for entry in edition.values() if (day := lenient_date(entry.date_added))]
    return written or max(additions, default=dt.date.min)


def _order(entry: KevEntry) -> tuple[str, str, str]:
    return entry.date_added or "9", entry.due_date or "9", entry.source


def _named(entry: KevEntry) -> str:
    if entry.partial:
        return f"KEV date in {entry.source}"
    return f"KEV {entry.catalogue}" if entry.catalogue else f"KEV ({entry.source})"
