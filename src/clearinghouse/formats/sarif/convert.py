"""One SARIF result into one finding."""

import re
from typing import Any

from clearinghouse.formats.parts import Losses
from clearinghouse.formats.sarif.rules import Rule, RunFacts, property_weaknesses
from clearinghouse.formats.sarif.schema import CodeFlow, LogicalLocation, Message, Result
from clearinghouse.formats.sarif.schema import Location as SarifLocation
from clearinghouse.formats.text import MAX_TEXT, clean, clean_line, distinct_line, first_sentence
from clearinghouse.records import Component, Finding, Location, Severity, State

_NO_CLAIM = frozenset({"pass", "notApplicable", "informational"})
"""Result kinds that say no flaw was seen (SARIF 3.27.9)."""
# An escaped bracket is taken in one step, or every one in a row of them would be the start of a long search.
_LINK = re.compile(r"\\.|\[((?:[^\[\]\\]|\\.)*+)\]\(\d+\)", re.DOTALL)
_PLACEHOLDER = re.compile(r"\{(\d{1,6})\}")
_PACKAGE = re.compile(r"^Package: (\S+)\nInstalled Version: (\S+)", re.MULTILINE)
MAX_LOCATIONS = 64
_LONGEST_FINGERPRINT = 500
MAX_TRACE = 128
_MOST_SHARED = 50_000
"""Texts that are remembered to be shared: the memory of a reader must not grow with its document."""


class ResultConverter:
    """Turns the results of one run into findings.

    Args:
        source: the document. facts: what the run says about itself. losses: counts what is left out.
    """

    def __init__(self, source: str, facts: RunFacts, losses: Losses) -> None:
        self.source = source
        self.facts = facts
        self.losses = losses
        self._texts: dict[str, str] = {}  # paths, symbols and fingerprint names repeat: one object each
        self._partials: dict[str, str] = {}
        self._severities: dict[tuple[str, str | None], tuple[Severity, ...]] = {}

    def convert(self, result: Result, index: int) -> Finding | None:
        """Return the finding of ``result``, or None if it makes no claim (kind ``pass`` and the like)."""
        if result.kind in _NO_CLAIM:
            return None
        facts = self.facts
        rule = facts.rule(result.rule_id, result.rule_index, result.rule)
        weaknesses = rule.weaknesses
        if result.taxa or result.properties:
            weaknesses = self._weaknesses(result, rule)
        message = self._message(result.message, rule)
        return Finding(
            source=self.source,
            index=index,
            format="sarif",
            title=rule.title or first_sentence(message) or rule.id or "finding without a rule",
            finder=facts.finder,
            description=message,
            native_id=distinct_line(result.guid) if result.guid else None,
            rule=rule.id or None,
            components=facts.components if not rule.identifiers else self._package(message),
            identifiers=rule.identifiers,
            weaknesses=weaknesses,
            locations=self._locations(result.locations) if result.locations else (),
            trace=self._trace(result.code_flows) if result.code_flows else (),
            fingerprints=self._fingerprints(result),
            severities=self._severity(result.level or rule.level, rule.security_severity),
            provenance=facts.provenance,
            state=_state(result) if result.suppressions or result.baseline_state else State.OPEN,
            observed=facts.observed,
        )

    def forget(self) -> None:
        """Remember nothing of the results so far: others of this run may never come, and there are more runs."""
        for texts in (self._texts, self._partials, self._severities):
            texts.clear()
        self.facts.forget()

    def _message(self, message: Message | None, rule: Rule) -> str:
        """Resolve a message (SARIF 3.11.7): its text, or its rule's string with the arguments put in."""
        if message is None:
            return ""
        text = message.text or _of_rule(rule, message.id) or message.markdown or ""
        if message.arguments and "{" in text:
            text = _filled(text, message.arguments)
        if "](" in text:
            text = _LINK.sub(lambda m: m[0] if m[1] is None else m[1], text)
        if len(text) > MAX_TEXT:
            self.losses.add(f"a text of more than {MAX_TEXT} characters, which is cut.")
        return clean(text)

    def _locations(self, places: list[SarifLocation]) -> tuple[Location, ...]:
        if len(places) > MAX_LOCATIONS:
            self.losses.add(f"more than {MAX_LOCATIONS} locations, of which the first {MAX_LOCATIONS} are kept.")
            places = places[:MAX_LOCATIONS]
        return tuple([self._location(place) for place in places])

    def _location(self, place: SarifLocation) -> Location:
        path, line, column, end_line, snippet = "", None, None, None, None
        physical = place.physical_location
        if physical is not None:
            artifact = physical.artifact_location
            if artifact is not None:
                path = self._path(artifact.uri, artifact.index)
            region = physical.region
            if region is not None:
                line, column, end_line = region.start_line, region.start_column, region.end_line
                if not line or line < 1:  # some producers write 0 or -1 for "the whole file"
                    line = column = end_line = None
                if region.snippet is not None and region.snippet.text:
                    snippet = clean(region.snippet.text, 2000)
        symbol = self._symbol(place.logical_locations) if place.logical_locations else None
        return Location(path=path, line=line, column=column, end_line=end_line, symbol=symbol, snippet=snippet)

    def _path(self, uri: str | None, index: int | None) -> str:
        if not uri and index is not None and 0 <= index < len(self.facts.artifacts):
            artifact = self.facts.artifacts[index].location
            uri = artifact.uri if artifact else None
        return self._shared(uri) if uri else ""

    def _shared(self, text: str) -> str:
        known = self._texts.get(text)
        if known is None:
            _make_room(self._texts)
            known = self._texts[text] = distinct_line(text, 2000)
        return known

    def _symbol(self, logical: list[LogicalLocation]) -> str | None:
        """The innermost named place: the last one that is a function or member, else the last."""
        for place in reversed(logical):
            if place.index is not None and 0 <= place.index < len(self.facts.logical):
                place = self.facts.logical[place.index]  # noqa: PLW2901
            name = place.fully_qualified_name or place.name
            if name and place.kind not in ("parameter", "variable", "resource", "package"):
                return self._shared(name)
        return None

    def _trace(self, flows: list[CodeFlow]) -> tuple[Location, ...]:
        """The places of the first thread of the first flow."""
        threads = flows[0].thread_flows or []
        steps = (threads[0].locations or []) if threads else []
        if len(threads) > 1 or any(flow.thread_flows for flow in flows[1:]):
            self.losses.add("more than one way through the code (code flow or thread), of which the first is kept.")
        if len(steps) > MAX_TRACE:
            self.losses.add(f"a code flow of more than {MAX_TRACE} steps, of which the first {MAX_TRACE} are kept.")
        places = []
        for step in steps[:MAX_TRACE]:
            if step.location is None and step.index is not None:
                shared = self.facts.thread_flow_locations
                step = shared[step.index] if 0 <= step.index < len(shared) else step  # noqa: PLW2901
            if step.location is not None:
                places.append(self._location(step.location))
        return tuple(places)

    def _fingerprints(self, result: Result) -> tuple[tuple[str, str], ...]:
        """Full fingerprints before partial ones (SARIF 3.27.16, 3.27.17); what is not a string is left out."""
        if not result.fingerprints and not result.partial_fingerprints:
            return ()
        pairs = []
        if result.fingerprints:
            for name, value in result.fingerprints.items():
                if value.__class__ is str and value:
                    pairs.append((self._shared(name), distinct_line(value, _LONGEST_FINGERPRINT)))
        if result.partial_fingerprints:
            for name, value in result.partial_fingerprints.items():
                if value.__class__ is str and value:
                    pairs.append((self._partial(name), distinct_line(value, _LONGEST_FINGERPRINT)))
        return tuple(pairs)

    def _partial(self, name: str) -> str:
        known = self._partials.get(name)
        if known is None:
            _make_room(self._partials)
            known = self._partials[name] = distinct_line(f"partial/{name}")
        return known

    def _weaknesses(self, result: Result, rule: Rule) -> tuple[str, ...]:
        own = self.facts.taxa(result.taxa) if result.taxa else ()
        bag = property_weaknesses(result.properties) if result.properties else ()
        return tuple(dict.fromkeys((*own, *bag, *rule.weaknesses))) if own or bag else rule.weaknesses

    def _severity(self, level: str, security_severity: str | None) -> tuple[Severity, ...]:
        key = (level, security_severity)
        if key not in self._severities:
            _make_room(self._severities)
            made = [Severity(system="sarif-level", value=clean_line(level), source=self.facts.finder)]
            if security_severity is not None:
                made.append(
                    Severity(system="security-severity", value=clean_line(security_severity), source=self.facts.finder)
                )
            self._severities[key] = tuple(made)
        return self._severities[key]

    def _package(self, message: str) -> tuple[Component, ...]:
        """The package of a container scanner's result, which it writes into the message."""
        found = _PACKAGE.search(message)
        if found:
            return (Component(name=found[1], version=found[2]),)
        return self.facts.components


def _of_rule(rule: Rule, name: str | None) -> str | None:
    """The text of a rule or of its component that a message names."""
    return rule.messages.get(name or "") or rule.shared.get(name or "")


def _make_room(texts: dict[Any, Any]) -> None:
    if len(texts) >= _MOST_SHARED:
        texts.clear()


def _filled(text: str, arguments: list[str]) -> str:
    """Put arguments in the places of their placeholders (SARIF 3.11.5), until the text is as long as one may be."""
    parts: list[str] = []
    size = end = 0
    for place in _PLACEHOLDER.finditer(text):
        number = int(place[1])
        parts += (text[end : place.start()], arguments[number] if number < len(arguments) else place[0])
        size += len(parts[-1]) + len(parts[-2])
        end = place.end()
        if size > MAX_TEXT:
            break
    return "".join((*parts, text[end:]))


def _state(result: Result) -> State:
    """Read suppressions (SARIF 3.35.3: one without status counts) and the baseline (3.27.24)."""
    if result.suppressions and all(s.status in (None, "accepted") for s in result.suppressions):
        return State.SUPPRESSED
    return State.FIXED if result.baseline_state == "absent" else State.OPEN
