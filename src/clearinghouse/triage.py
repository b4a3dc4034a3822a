"""The river composed: documents in, each flaw once, ranked, with the date by which it matters."""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Any

import msgspec

from clearinghouse.formats.registry import Report, read_paths
from clearinghouse.identity import Identifier, Identity
from clearinghouse.priority import (
    INCOMPLETE,
    Deadline,
    RankItem,
    Signals,
    SignalSet,
    Verdict,
    cvss_score,
    deadline_for,
    ordering_arm,
    rank_key,
    reasons,
    sentences,
)
from clearinghouse.records import ClearinghouseError, Finding, Level, Link, Problem, State

_OFTEN = 4096
"""Records after which a caller is told how far reading has come, within one document too."""
SIGNAL_FORMATS = {
    "kev": frozenset({"kev"}),
    "epss": frozenset({"epss"}),
    "ssvc": frozenset({"cve", "nvd"}),
}
"""Which formats each kind of signal is read from."""


class NothingToReadError(ClearinghouseError):
    """The paths that were named hold no file at all."""


class Gathered(msgspec.Struct):
    """Everything that was read.

    Attributes:
        reports: the findings of each document that had any, in order.
        signals: KEV, EPSS and SSVC, wherever they stood. problems: what was wrong, in order.
        refused: a path that the caller named could not be read at all.
        documents: how many were recognised.
    """

    signals: Signals
    reports: list[list[Finding]] = []
    problems: list[Problem] = []
    refused: bool = False
    documents: int = 0


class Signalled(msgspec.Struct, frozen=True, kw_only=True):
    """What orders work inside a tier, shown apart from the deadline. None where it is not known."""

    kev: str | None
    kev_due: str | None
    ransomware: str | None
    exploitation: str | None
    automatable: str | None
    technical_impact: str | None
    epss: float | None
    epss_percentile: float | None
    cvss: float | None
    cvss_vector: str | None
    discoveries: int


class Vulnerability(msgspec.Struct, frozen=True, kw_only=True):
    """One flaw, once.

    Attributes:
        id: stable while its oldest finding is. title, component: of the finding that tells most.
        findings: identifiers of all findings. finders: who found it, each once. identifiers: public ones.
        weaknesses: CWE. location: ``path:line``, if one is known.
        tier: outcome of the decision table; None where exposure is unknown and the two arms differ.
        due, arms: as in :class:`clearinghouse.priority.Deadline`. signals: shown apart.
        explain: why this deadline. same: why these findings are one flaw.
        deadline: the whole deadline, for display.
    """

    id: str
    title: str
    component: str
    findings: list[str]
    finders: list[str]
    identifiers: list[str]
    weaknesses: list[str]
    location: str
    tier: str | None
    due: dt.date | None
    arms: dict[str, Verdict] | None
    signals: Signalled
    deadline: Deadline
    same: list[Link]

    def explain(self) -> list[dict[str, Any]]:
        """Return the why-table of the deadline, as data."""
        return [msgspec.structs.asdict(why) for why in reasons(self.deadline)]

    def explained(self) -> tuple[str, ...]:
        """Return the same in sentences."""
        return sentences(self.deadline)


class SetAside(msgspec.Struct, frozen=True, kw_only=True):
    """A flaw that nobody claims to be open: every finding of it is withdrawn, suppressed, fixed or a false positive."""

    id: str
    title: str
    findings: list[str]
    why: str


class Triage(msgspec.Struct, frozen=True, kw_only=True):
    """The ranked list. ``vulnerabilities`` holds those without a deadline too, at its end."""

    as_of: dt.date
    vulnerabilities: list[Vulnerability]
    set_aside: list[SetAside]
    suggestions: list[Link]
    problems: list[Problem]
    findings: int
    full_buckets: int


def gather(
    paths: Sequence[Path],
    *,
    kev: Sequence[Path] = (),
    epss: Sequence[Path] = (),
    ssvc: Sequence[Path] = (),
    as_of: dt.date | None = None,
    notice: Callable[[str, int], None] = lambda source, findings: None,
) -> Gathered:
    """Read everything.

    Args:
        paths: findings, and whatever else lies among them. kev, epss, ssvc: files or folders with signals only.
        as_of: signals dated later are not taken.
        notice: called now and then, and after each document, with its name and the findings since the last call.

    Raises:
        MissingPathError: a path does not exist.
        NothingToReadError: there is no file below ``paths``.
    """
    gathered = Gathered(Signals(as_of))
    for kind, places in (("kev", kev), ("epss", epss), ("ssvc", ssvc)):
        for report in read_paths(places, formats=SIGNAL_FORMATS[kind]):
            _take(report, gathered, notice, findings=False)
    last: Report | None = None
    for last in read_paths(paths):
        found = _take(last, gathered, notice, findings=True)
        if found:
            gathered.reports.append(found)
    if last is None:
        raise nothing_to_read(paths)
    return gathered


def nothing_to_read(paths: Sequence[Path]) -> NothingToReadError:
    """Return the error for paths below which there is no file."""
    return NothingToReadError(
        f"nothing to read in {', '.join(map(str, paths))}",
        "name files, or folders with files; hidden ones and links to folders are passed over",
    )


def _take(report: Report, gathered: Gathered, notice: Callable[[str, int], None], *, findings: bool) -> list[Finding]:
    found: list[Finding] = []
    told = 0
    if report.format is not None:
        gathered.documents += 1
    for number, record in enumerate(report.records, 1):
        if number % _OFTEN == 0:
            notice(report.source, len(found) - told)
            told = len(found)
        if isinstance(record, Finding):
            if findings:
                found.append(record)
        elif isinstance(record, Problem):
            gathered.problems.append(record)
        else:
            gathered.signals.add(record)
    if report.format is None and not report.found:
        gathered.refused = True
    notice(report.source, len(found) - told)
    return found


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
        as_of: the day that counts as today. identified: when the owner learnt of the flaws; ``as_of`` if not given,
            since this run is then the first that tells of them.

    Raises:
        PriorityError: an unknown word among the arguments.
    """
    identifier = Identifier()
    findings: list[Finding] = []
    for report in gathered.reports:
        identifier.add(report)
        findings.extend(report)
    identity = identifier.result()
    deadlines = _Deadlines(gathered.signals, exposed, policy, clock, as_of, identified or as_of, bound)
    links = _links_by_finding(identity)
    made, aside = [], []
    for group in identity.groups:
        members = [findings[ordinal] for ordinal in group]
        open_members = [member for member in members if member.state is State.OPEN]
        if open_members:
            made.append(_vulnerability(members, open_members, deadlines, links))
        else:
            aside.append(_set_aside(members))
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
        identified: dt.date,
        bound: bool,
    ) -> None:
        self._signals = signals
        self._known: dict[tuple[str, ...], tuple[SignalSet, Deadline]] = {}
        self._arguments: dict[str, Any] = {
            "exposed": exposed,
            "policy": policy,
            "clock": clock,
            "as_of": as_of,
            "identified": identified,
            "bound": bound,
        }

    def of(self, identifiers: Iterable[str]) -> tuple[SignalSet, Deadline]:
        """Return what is known about the identifiers, and the deadline that follows."""
        cves = tuple(sorted(name for name in identifiers if name.startswith("CVE-")))
        if cves not in self._known:
            signals = self._signals.for_identifiers(cves)
            self._known[cves] = signals, deadline_for(signals, **self._arguments)
        return self._known[cves]


def _vulnerability(
    members: list[Finding], open_members: list[Finding], deadlines: _Deadlines, links: dict[str, list[Link]]
) -> Vulnerability:
    identifiers = list(dict.fromkeys(name for member in members for name in member.identifiers))
    signals, deadline = deadlines.of(identifiers)
    best = max(open_members, key=_telling)
    arms = deadline.arms
    outcomes = {arm.outcome for arm in arms.values()} if arms else {deadline.outcome}
    dues = {arm.due for arm in arms.values()} if arms else {deadline.due}
    finders = list(dict.fromkeys(member.finder for member in members))
    place = next((p for member in members for p in member.locations[:1] if p.path), None)
    component = next((m.components[0].label for m in (best, *members) if m.components), "")
    return Vulnerability(
        id=_stable_id(members[0]),
        title=best.title,
        component=component,
        findings=[member.id for member in members],
        finders=finders,
        identifiers=sorted(identifiers, key=_identifier_order),
        weaknesses=list(dict.fromkeys(name for member in members for name in member.weaknesses)),
        location=(f"{place.path}:{place.line}" if place.line else place.path) if place else "",
        tier=outcomes.pop() if len(outcomes) == 1 else None,
        due=dues.pop() if len(dues) == 1 else None,
        arms=arms,
        signals=_signalled(signals, members, len(finders)),
        deadline=deadline,
        same=[link for member in members for link in links.get(member.id, ())],
    )


def _signalled(signals: SignalSet, members: list[Finding], discoveries: int) -> Signalled:
    vectors = [(score, s.value) for m in members for s in m.severities if (score := cvss_score(s.value))]
    best = max(vectors, key=lambda pair: (pair[0].version, pair[0].base), default=None)
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
        cvss=best[0].base if best else None,
        cvss_vector=best[1] if best else None,
        discoveries=discoveries,
    )


def _rank_item(made: Vulnerability) -> RankItem:
    return RankItem(
        id=made.id,
        deadline=made.deadline,
        epss=made.signals.epss,
        cvss=made.signals.cvss,
        finders=made.signals.discoveries,
    )


def unranked(made: Vulnerability) -> bool:
    """Whether the decision table could not be completed for a flaw."""
    return ordering_arm(made.deadline).outcome == INCOMPLETE


def missing(made: Vulnerability) -> list[str]:
    """Return the inputs without which a flaw cannot be ranked, each once."""
    verdicts = made.deadline.verdicts().values()
    return list(dict.fromkeys(name for verdict in verdicts for name in verdict.missing))


def _set_aside(members: list[Finding]) -> SetAside:
    states = ", ".join(dict.fromkeys(member.state.value.replace("_", " ") for member in members))
    return SetAside(
        id=_stable_id(members[0]),
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


def _stable_id(oldest: Finding) -> str:
    return "V-" + blake2b(oldest.id.encode("utf-8", "replace"), digest_size=6).hexdigest()


def _identifier_order(name: str) -> tuple[int, str]:
    schemes = ("CVE-", "GHSA-")
    return next((i for i, scheme in enumerate(schemes) if name.startswith(scheme)), len(schemes)), name


def only_errors(problems: Iterable[Problem]) -> list[Problem]:
    """Return the problems that cost something; the others are notices."""
    return [problem for problem in problems if problem.level is Level.ERROR]
