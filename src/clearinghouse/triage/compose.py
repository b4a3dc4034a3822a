"""Findings and signals in, each flaw once and in the order of work out."""

import datetime as dt
from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

from clearinghouse.identity import Identifier, Identity
from clearinghouse.priority import Deadline, RankItem, Signals, SignalSet, cvss_score, deadline_for, rank_key
from clearinghouse.priority.facts import lenient_date
from clearinghouse.records import Finding, Link, Severity, State
from clearinghouse.triage.gather import Gathered
from clearinghouse.triage.result import SetAside, Signalled, Triage, Vulnerability

_HIGHEST_CVSS = 10.0


def triage(
    gathered: Gathered,
    *,
    exposed: str = "unknown",
    policy: str = "fail_closed",
    clock: str = "literal",
    as_of: dt.date,
    identified: dt.date | None = None,
    bound: bool = False,
) -> Triage:
    """Identify, join and rank.

    Args:
        gathered: what :func:`gather` read.
        exposed, policy, clock, bound: as for :func:`clearinghouse.priority.deadline_for`.
        as_of: the day that counts as today.
        identified: when the owner learnt of the flaws. If not given, of each flaw: the day of the earliest dated
            report that found it, and ``as_of`` where no report is dated.

    Raises:
        PriorityError: an unknown word among the arguments.
    """
    identifier = Identifier()
    findings: list[Finding] = []
    for report in gathered.reports:
        identifier.add(report)
        findings.extend(report)
    identity = identifier.result()
    deadlines = _Deadlines(gathered.signals, exposed, policy, clock, as_of, identified, bound)
    ids = _Ids()
    links = _links_by_finding(identity)
    made, aside = [], []
    for group in identity.groups:
        members = [findings[ordinal] for ordinal in group]
        open_members = [member for member in members if member.state is State.OPEN]
        if open_members:
            made.append(_vulnerability(members, open_members, deadlines, links, ids))
        else:
            aside.append(_set_aside(members, ids))
    made.sort(key=lambda v: rank_key(_rank_item(v)))
    return Triage(
        as_of=as_of,
        vulnerabilities=made,
        set_aside=aside,
        suggestions=identity.suggestions,
        problems=gathered.problems,
        findings=len(findings),
        full_buckets=identity.full_buckets,
    )


class _Deadlines:
    """Computes each distinct deadline once: most flaws of a flood have no identifier and share one answer."""

    def __init__(
        self,
        signals: Signals,
        exposed: str,
        policy: str,
        clock: str,
        as_of: dt.date,
        identified: dt.date | None,
        bound: bool,
    ) -> None:
        self._signals = signals
        self._as_of = as_of
        self._identified = identified
        self._known: dict[tuple[tuple[str, ...], dt.date, str], tuple[SignalSet, Deadline]] = {}
        self._arguments: dict[str, Any] = {
            "exposed": exposed,
            "policy": policy,
            "clock": clock,
            "as_of": as_of,
            "bound": bound,
        }

    def of(self, identifiers: Sequence[str], found: Sequence[Finding]) -> tuple[SignalSet, Deadline]:
        """Return what is known about the identifiers, and the deadline of the flaw that ``found`` tell of."""
        day, source = self._since(found)
        key = (tuple(sorted(identifiers)), day, source)
        if key not in self._known:
            signals = self._signals.for_identifiers(key[0])
            made = deadline_for(signals, identified=day, identified_source=source, **self._arguments)
            self._known[key] = signals, made
        return self._known[key]

    def _since(self, found: Sequence[Finding]) -> tuple[dt.date, str]:
        """When the flaw was identified, and who says so."""
        if self._identified is not None:
            return self._identified, "as given"
        dated = [
            (day, finding.finder)
            for finding in found
            if finding.advisory is None and (day := lenient_date(finding.observed)) and day <= self._as_of
        ]
        if dated:
            day, finder = min(dated)
            return day, f"report by {finder}"
        return self._as_of, "assumed: no report is dated and --identified was not given"


def _vulnerability(
    members: list[Finding],
    open_members: list[Finding],
    deadlines: _Deadlines,
    links: dict[str, list[Link]],
    ids: "_Ids",
) -> Vulnerability:
    identifiers = _identifiers(members)
    signals, deadline = deadlines.of(identifiers, open_members)
    best = max(open_members, key=_telling)
    arms = deadline.arms
    outcomes = {arm.outcome for arm in arms.values()} if arms else {deadline.outcome}
    dues = {arm.due for arm in arms.values()} if arms else {deadline.due}
    finders = list(dict.fromkeys(member.finder for member in members))
    place = next((p for member in members for p in member.locations[:1] if p.path), None)
    component = next((m.components[0].label for m in (best, *members) if m.components), None)
    return Vulnerability(
        id=ids.of(members),
        title=best.title,
        component=component,
        findings=[member.id for member in members],
        finders=finders,
        identifiers=identifiers,
        weaknesses=list(dict.fromkeys(name for member in members for name in member.weaknesses)),
        place=place,
        location=(f"{place.path}:{place.line}" if place.line else place.path) if place else "",
        tier=outcomes.pop() if len(outcomes) == 1 else None,
        due=dues.pop() if len(dues) == 1 else None,
        arms=arms,
        signals=_signalled(signals, members),
        deadline=deadline,
        same=[link for member in members for link in links.get(member.id, ())],
    )


def _signalled(signals: SignalSet, members: list[Finding]) -> Signalled:
    best = max((score for m in members for s in m.severities if (score := _base_score(s))), default=None)
    discoverers = {m.finder for m in members if m.advisory is None and not m.identifiers}
    entry = signals.kev_entry
    return Signalled(
        kev=str(signals.kev.added) if signals.kev.added else ("yes" if signals.kev.listed else None),
        kev_due=entry.due_date if entry else None,
        ransomware=entry.ransomware or None if entry else None,
        exploitation=signals.exploitation.value,
        automatable=signals.automatable.value,
        technical_impact=signals.impact.value,
        epss=signals.epss.score if signals.epss else None,
        epss_percentile=signals.epss.percentile if signals.epss else None,
        cvss=best[0] if best else None,
        cvss_vector=best[1] or None if best else None,
        discoveries=len(discoverers),
    )


def _base_score(severity: Severity) -> tuple[float, str] | None:
    """The CVSS base score of a severity and its vector; of a bare score, as tables have it, without one."""
    made = cvss_score(severity.value)
    if made:
        return made.base, severity.value
    if severity.system != "CVSS":
        return None
    try:
        score = float(severity.value)
    except ValueError:
        return None
    return (score, "") if 0 <= score <= _HIGHEST_CVSS else None


def _rank_item(made: Vulnerability) -> RankItem:
    return RankItem(
        id=made.id,
        deadline=made.deadline,
        epss=made.signals.epss,
        cvss=made.signals.cvss,
        finders=made.signals.discoveries,
    )


def _set_aside(members: list[Finding], ids: "_Ids") -> SetAside:
    states = ", ".join(dict.fromkeys(member.state.value.replace("_", " ") for member in members))
    return SetAside(
        id=ids.of(members),
        title=members[0].title,
        findings=[member.id for member in members],
        why=f"Every finding of it is marked {states}.",
    )


def _links_by_finding(identity: Identity) -> dict[str, list[Link]]:
    links: dict[str, list[Link]] = {}
    for link in identity.links:
        links.setdefault(link.from_id, []).append(link)
    return links


def _telling(finding: Finding) -> tuple[bool, bool, bool]:
    """A finding tells more if it names the flaw, was written for it, and says where it is."""
    return bool(finding.identifiers), finding.rule is None, bool(finding.locations)


class _Ids:
    """Gives each flaw an identifier made of what it is: the same tomorrow, in another folder, beside other flaws.

    Two flaws that nothing distinguishes are numbered in their order.
    """

    def __init__(self) -> None:
        self._taken: dict[str, int] = {}

    def of(self, members: Sequence[Finding]) -> str:
        """Return the identifier of the flaw with these findings, the oldest first."""
        names = _identifiers(members)
        told = ("id", names[0]) if names else _what(members[0])
        digest = blake2b("\x1f".join(told).encode("utf-8", "replace"), digest_size=6).hexdigest()
        self._taken[digest] = number = self._taken.get(digest, 0) + 1
        return f"V-{digest}" if number == 1 else f"V-{digest}-{number}"


def _what(finding: Finding) -> tuple[str, ...]:
    """What a finding without a public identifier says, without lines and without its place in a document."""
    place = finding.locations[0] if finding.locations else None
    crash = finding.crash
    return (
        finding.finder,
        finding.rule or "",
        finding.component.name if finding.component else "",
        (crash.signature if crash else None) or "",
        place.path if place else "",
        (place.symbol or place.snippet or "") if place else "",
        finding.title,
        "" if crash else finding.description,
    )


def _identifiers(members: Sequence[Finding]) -> list[str]:
    """All public identifiers of a flaw, CVE first."""
    return sorted({name for member in members for name in member.identifiers}, key=_identifier_order)


def _identifier_order(name: str) -> tuple[int, str]:
    schemes = ("CVE-", "GHSA-")
    return next((i for i, scheme in enumerate(schemes) if name.startswith(scheme)), len(schemes)), name
