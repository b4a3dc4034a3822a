"""What identity remembers of a finding: the few facts that are compared, in their compared form.

A profile is small (about 200 bytes beside its text) so that a million fit where the findings would not. The server
keeps profiles: fields are only ever appended, with a default, so that those of an earlier version can be read.
"""

import re
from datetime import UTC, datetime
from typing import NamedTuple

import msgspec

from clearinghouse.identity.families import family_in, family_of
from clearinghouse.identity.normalise import (
    code_context,
    component_name,
    key_of,
    message_form,
    path_parts,
    remedy_values,
    symbol_name,
)
from clearinghouse.records import Component, Crash, Finding, Location, State, erase_identifiers, find_identifiers

_COMPARED = 96
"""How much of the message of a rule's finding is kept for comparison, in characters."""
_SHORTEST_FINGERPRINT = 8
_NAMED = re.compile(
    r"(?<![a-z0-9])(?:cve[-_]?\d{4}[-_]?\d{4,}|ghsa(?:[-_][23456789cfghjmpqrvwx]{4}){3}"
    r"|(?:pysec|rustsec|go|osv|mal|bit|dsa|dla|usn|rhsa|alsa|elsa)[-_]\d{4}[-_:]\d+)",
    re.IGNORECASE,
)
"""Identifiers as they stand in file names, symbols and code, where hyphens may be underscores or missing."""
_UNNAMED = frozenset({"unknown", "unnamed SARIF tool"})
"""Finders that did not say who they are: each document then has one of its own, or strangers would be one tool."""
_TRIVIAL = frozenset({"requires login"})


class Order(NamedTuple):
    """Which of several like places of one run this is.

    Attributes:
        rank: from 0, by line. count: how many. first, last: lines of the first and last of them.
        gap: smallest distance in lines between two neighbours.
    """

    rank: int = 0
    count: int = 1  # type: ignore[assignment]  # hides tuple.count, which nobody needs here
    first: int = 0
    last: int = 0
    gap: int = 0


class Prose(msgspec.Struct, kw_only=True, frozen=True, gc=False, array_like=True, omit_defaults=True):
    """The facts that hardly any finding of a scanner has; one object for all that have none of them.

    Attributes:
        native_id: for display. components: compared names.
        narrative: the text was written for this finding.
        published: it is an advisory, whose publisher does not describe one flaw of one component twice.
        crash, remedies, introduced: for the crash and advisory layers.
    """

    native_id: str | None = None
    components: tuple[str, ...] = ()
    narrative: bool = False
    published: bool = False
    crash: Crash | None = None
    remedies: tuple[str, ...] = ()
    introduced: tuple[str, ...] = ()


_NO_PROSE = Prose()


class Profile(msgspec.Struct, kw_only=True, gc=False, array_like=True, omit_defaults=True):
    """The compared facts of one finding. Empty text and 0 mean that the fact is not known.

    Attributes:
        ordinal: position among all findings. source, index: which finding it is.
        run: who reported it in which document; two findings of one run at different places are two flaws,
            because their finder says so.
        path, line, column, symbol, context, message: of the principal location; ``context`` and ``message`` are keys.
        rule, family: the tool's rule and the weakness family.
        text: title and description, identifiers erased when they are not to be looked at.
        title, component: for display. identifiers: of the flaw. fingerprints: keys of what the tool gave.
        prose: what few findings have. state, observed: for regressions.
        order: among the findings of the same run with the same path, rule and context or message.
        rule_order: among those with the same path and rule.
    """

    ordinal: int
    source: str
    index: int
    run: tuple[str, str]
    title: str
    component: str
    rule: str = ""
    family: str = ""
    path: str = ""
    line: int = 0
    column: int = 0
    symbol: str = ""
    context: int = 0
    message: int = 0
    text: str = ""
    identifiers: tuple[str, ...] = ()
    fingerprints: tuple[int, ...] = ()
    state: State = State.OPEN
    observed: float = 0.0
    order: Order = Order()
    rule_order: Order = Order()
    prose: Prose = _NO_PROSE

    @property
    def native_id(self) -> str | None:
        """The identifier that the document gives the finding."""
        return self.prose.native_id

    @property
    def components(self) -> tuple[str, ...]:
        """Compared names of the components."""
        return self.prose.components

    @property
    def narrative(self) -> bool:
        """Whether the text was written for this finding."""
        return self.prose.narrative

    @property
    def published(self) -> bool:
        """Whether it is an advisory."""
        return self.prose.published

    @property
    def crash(self) -> Crash | None:
        """What a crash log showed."""
        return self.prose.crash

    @property
    def remedies(self) -> tuple[str, ...]:
        """Fixes, reports and other addresses in compared form."""
        return self.prose.remedies

    @property
    def introduced(self) -> tuple[str, ...]:
        """The commits that brought the flaw in."""
        return self.prose.introduced

    @property
    def id(self) -> str:
        """The finding's identifier."""
        return f"{self.source}#{self.index}"


class Profiler:
    """Makes profiles of findings.

    Args:
        aliases: whether identifiers may be looked at. Without them they are erased wherever they stand.
    """

    def __init__(self, *, aliases: bool = True) -> None:
        self._aliases = aliases
        self._runs: dict[tuple[str, str], tuple[str, str]] = {}
        self._labels: dict[Component, str] = {}
        self._proses: dict[tuple[str, ...], Prose] = {}

    def profile(self, finding: Finding, ordinal: int) -> Profile:
        """Return the compared facts of ``finding``, which is number ``ordinal`` of all."""
        place = finding.locations[0] if finding.locations else None
        finder = finding.finder if finding.finder not in _UNNAMED else f"the unnamed finder of {finding.source}"
        run = (finding.source, finder)
        run = self._runs.setdefault(run, run)
        rule = finding.rule or ""
        text = finding.description or finding.title
        if not self._aliases:
            text = _erased(text)
            rule = "" if find_identifiers(rule) or _NAMED.search(rule) else rule
        made = Profile(
            ordinal=ordinal,
            source=finding.source,
            index=finding.index,
            run=run,
            title=finding.title,
            component=self._label(finding.components[0]) if finding.components else "",
            rule=rule,
            family=family_of(finding.weaknesses) or family_in(f"{rule} {finding.title}"),
            message=key_of(message_form(text)) if text else 0,
            text=text[:_COMPARED] if rule else text,
            state=finding.state,
        )
        if place is not None and not self._aliases:
            place = _without_identifiers(place)
        if place is not None:
            made.path = place.path
            made.line = place.line or 0
            made.column = place.column or 0
            made.symbol = symbol_name(place.symbol) if place.symbol else ""
            context = code_context(place.snippet) if place.snippet else ""
            made.context = key_of(context.encode("utf-8", "replace")) if context else 0
        if self._aliases:
            made.identifiers = finding.identifiers
        if finding.fingerprints and finding.crash is None:  # a crash is compared by its stack
            made.fingerprints = _fingerprints(finding, made, self._aliases)
        if finding.observed:
            made.observed = _seconds(finding.observed)
        if finding.crash or finding.advisory or finding.remedies or not rule:
            made.prose = self._prose(made, finding)
            if not made.observed and finding.advisory and finding.advisory.published:
                made.observed = _seconds(finding.advisory.published)
        elif finding.components or finding.native_id:
            made.prose = self._shared(Prose(native_id=finding.native_id, components=self._names(finding)))
        return made

    def _names(self, finding: Finding) -> tuple[str, ...]:
        names = [component.name for component in finding.components]
        if not self._aliases:
            names = [name for name in names if _erased(name) == name]
        return tuple(dict.fromkeys([component_name(name) for name in names]))

    def _shared(self, prose: Prose) -> Prose:
        """One object for all findings of one component that have no identifier of their own."""
        return prose if prose.native_id else self._proses.setdefault(prose.components, prose)

    def _label(self, component: Component) -> str:
        """A component's label; one text for all findings of one component."""
        label = self._labels.get(component)
        if label is None:
            label = self._labels[component] = component.label
        return label

    def _prose(self, made: Profile, finding: Finding) -> Prose:
        """Return what only advisories, crashes and prose reports have."""
        references = finding.references
        if not self._aliases:
            references = tuple(r for r in references if _erased(r) == r)
        kinds: dict[str, list[str]] = {}
        for remedy in finding.remedies:
            kinds.setdefault(remedy.kind, []).append(remedy.value)
        return Prose(
            native_id=finding.native_id,
            components=self._names(finding),
            narrative=not made.rule and finding.crash is None,
            published=_is_advisory(finding),
            crash=finding.crash,
            remedies=remedy_values(kinds.get("commit", ()), kinds.get("patch", ()), references),
            introduced=tuple(_introduced(finding)),
        )


def _erased(text: str) -> str:
    return _NAMED.sub(" ", erase_identifiers(text))


def _without_identifiers(place: Location) -> Location:
    """Return a place without what names a flaw: such a file or symbol counts as unknown, such code without the name."""
    return Location(
        path="" if _NAMED.search(place.path) else place.path,
        line=place.line,
        column=place.column,
        symbol=None if place.symbol and _NAMED.search(place.symbol) else place.symbol,
        snippet=_erased(place.snippet) if place.snippet else None,
    )


def _fingerprints(finding: Finding, made: Profile, aliases: bool) -> tuple[int, ...]:
    """Keys of the tool's fingerprints, with the tool and the rule that gave them; placeholders are no fingerprints.

    A partial fingerprint (SARIF 3.27.17) is one only together with the file; CodeQL's, for example, hashes a line.
    """
    by = f"fp\x1f{made.run[1]}\x1f{made.rule}\x1f"
    parts = path_parts(made.path) if made.path else ()
    file = parts[-1] if parts else ""
    return tuple(
        [
            key_of(f"{by}{name}\x1f{value}\x1f{file if name[:8] == 'partial/' else ''}".encode("utf-8", "replace"))
            for name, value in finding.fingerprints
            if len(value) >= _SHORTEST_FINGERPRINT
            and value.lower() not in _TRIVIAL
            and (aliases or _erased(value) == value)
        ]
    )


def _is_advisory(finding: Finding) -> bool:
    """Whether a publisher wrote this record. A scanner's match that only names upstream identifiers is none."""
    advisory = finding.advisory
    if advisory is None:
        return False
    return bool(advisory.affected or advisory.published) or not advisory.upstream


def _introduced(finding: Finding) -> list[str]:
    """The commits that brought the flaw in, as far as an advisory knows them."""
    if finding.advisory is None:
        return []
    commits: list[str] = []
    for affected in finding.advisory.affected:
        for span in affected.ranges:
            if span.type == "GIT":
                commits.extend(e.introduced for e in span.events if e.introduced and len(e.introduced) >= 7)
    return commits


def _seconds(stamp: str) -> float:
    try:
        moment = datetime.fromisoformat(stamp)
    except ValueError:
        return 0.0
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
