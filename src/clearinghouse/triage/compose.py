"""Findings and signals in, each flaw once and in the order of work out."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from clearinghouse.identity import Identity
from clearinghouse.priority.facts import lenient_date
from clearinghouse.records import Component, Finding, Link, Location, State
from clearinghouse.triage.gather import Gathered
from clearinghouse.triage.judging import Judge, highest_score
from clearinghouse.triage.names import Names
from clearinghouse.triage.result import Judgement, SetAside, Triage, Vulnerability


def triage(
    gathered: Gathered,
    *,
    exposed: str = "unknown",
    policy: str = "fail_closed",
    clock: str = "literal",
    as_of: dt.date,
    identified: dt.date | None = None,
    commissioned: dt.date | None = None,
    changed: dt.date | None = None,
    bound: bool = False,
) -> Triage:
    """Join what is the same flaw, and rank.

    Args:
        gathered: what :func:`gather` read.
        exposed, policy, clock, commissioned, changed, bound: as for :func:`clearinghouse.priority.deadline_for`.
        as_of: the day that counts as today.
        identified: when the owner learnt of the flaws. If not given, of each flaw: the day of the earliest dated
            report that found it, and ``as_of`` where no report is dated.

    Raises:
        PriorityError: an unknown word among the arguments.
    """
    findings, identity = gathered.findings, gathered.identity
    terms = {"exposed": exposed, "policy": policy, "clock": clock, "bound": bound}
    dates = {"as_of": as_of, "commissioned": commissioned, "changed": changed}
    judge = Judge(gathered.signals, terms | dates)
    flaws = _Flaws(judge, _Since(as_of, identified), _links_by_finding(identity))
    made, aside = [], []
    for group in identity.groups:
        members = [findings[ordinal] for ordinal in group]
        found = [member for member in members if member.state is State.OPEN]
        if found:
            made.append(flaws.open(members, found))
        else:
            aside.append(flaws.set_aside(members))
    made.sort(key=lambda flaw: (flaw.judged.order, flaw.id))
    return Triage(
        as_of=as_of,
        vulnerabilities=made,
        set_aside=aside,
        suggestions=identity.suggestions,
        problems=gathered.problems,
        findings=len(findings),
        full_buckets=identity.full_buckets,
    )


def _discoveries(members: Sequence[Finding]) -> int:
    """How many found it by looking: whoever repeats a published identifier or writes advisories did not."""
    return len({member.finder for member in members if member.advisory is None and not member.identifiers})


class _Since:
    """When a flaw was identified.

    Args:
        as_of, identified: as for :func:`triage`.
    """

    def __init__(self, as_of: dt.date, identified: dt.date | None) -> None:
        self._as_of = as_of
        self._identified = identified

    def day(self, found: Sequence[Finding]) -> tuple[dt.date, str]:
        """Return when a flaw with these open findings was identified, and who says so."""
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


class _Common(NamedTuple):
    """What flaws have in common whose findings say the same of themselves, whatever they are about."""

    finders: tuple[str, ...]
    identifiers: tuple[str, ...]
    weaknesses: tuple[str, ...]
    judged: Judgement


class _Flaws:
    """Makes flaws of groups of findings; what many flaws have in common is one object.

    Args:
        links: why findings are the same flaw, by the finding that came later.
    """

    def __init__(self, judge: Judge, since: "_Since", links: dict[str, list[Link]]) -> None:
        self._judge = judge
        self._since = since
        self._links = links
        self._ids = Names()
        self._labels: dict[Component, str] = {}
        self._commons: dict[tuple[object, ...], _Common] = {}

    def open(self, members: list[Finding], found: list[Finding]) -> Vulnerability:
        """Return the flaw of these findings, of which ``found`` are open."""
        common = self._common(members, found)
        best = found[0] if len(found) == 1 else max(found, key=_telling)
        return Vulnerability(
            id=self._ids.of(common.identifiers, members),
            title=best.title,
            component=self._component(best, members),
            findings=tuple([member.id for member in members]),
            finders=common.finders,
            identifiers=common.identifiers,
            weaknesses=common.weaknesses,
            place=_first_place(members),
            judged=common.judged,
            same=self._why_same(members),
            claims=tuple(dict.fromkeys([claim for member in members for claim in member.claims])),
        )

    def _common(self, members: list[Finding], found: list[Finding]) -> _Common:
        key = tuple([_said(member) for member in members])
        common = self._commons.get(key)
        if common is None:
            identifiers = _identifiers(members)
            common = self._commons[key] = _Common(
                finders=_each_once(member.finder for member in members),
                identifiers=identifiers,
                weaknesses=_each_once(name for member in members for name in member.weaknesses),
                judged=self._judged(identifiers, members, found),
            )
        return common

    def _judged(self, identifiers: tuple[str, ...], members: list[Finding], found: list[Finding]) -> Judgement:
        day, source = self._since.day(found)
        score = highest_score(severity for member in members for severity in member.severities)
        return self._judge.judge(identifiers, day, source, score, _discoveries(members))

    def set_aside(self, members: list[Finding]) -> SetAside:
        """Return the flaw of findings of which none is open."""
        states = ", ".join(_each_once(member.state.value.replace("_", " ") for member in members))
        return SetAside(
            id=self._ids.of(_identifiers(members), members),
            title=members[0].title,
            findings=tuple([member.id for member in members]),
            why=f"Every finding of it is marked {states}.",
        )

    def _component(self, best: Finding, members: list[Finding]) -> str | None:
        component = best.component or next((member.components[0] for member in members if member.components), None)
        if component is None:
            return None
        label = self._labels.get(component)
        if label is None:
            label = self._labels[component] = component.label
        return label

    def _why_same(self, members: list[Finding]) -> tuple[Link, ...]:
        if len(members) == 1:
            return ()
        return tuple([link for member in members for link in self._links.get(member.id, ())])


def _links_by_finding(identity: Identity) -> dict[str, list[Link]]:
    links: dict[str, list[Link]] = {}
    for link in identity.links:
        links.setdefault(link.from_id, []).append(link)
    return links


def _each_once(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))


def _said(finding: Finding) -> tuple[object, ...]:
    """Everything in a finding that :class:`_Common` and :class:`_Judge` look at."""
    return (
        finding.finder,
        finding.identifiers,
        finding.weaknesses,
        finding.severities,
        finding.observed,
        finding.state is State.OPEN,
        finding.advisory is None,
    )


def _first_place(members: list[Finding]) -> Location | None:
    for member in members:
        if member.locations and member.locations[0].path:
            return member.locations[0]
    return None


def _telling(finding: Finding) -> tuple[bool, bool, bool]:
    """A finding tells more if it names the flaw, was written for it, and says where it is."""
    return bool(finding.identifiers), finding.rule is None, bool(finding.locations)


def _identifiers(members: Sequence[Finding]) -> tuple[str, ...]:
    """All public identifiers of a flaw, CVE first."""
    names = {name for member in members for name in member.identifiers}
    return tuple(sorted(names, key=_identifier_order)) if names else ()


def _identifier_order(name: str) -> tuple[int, str]:
    schemes = ("CVE-", "GHSA-")
    return next((i for i, scheme in enumerate(schemes) if name.startswith(scheme)), len(schemes)), name
