"""What a SARIF run says once about many results: its rules, its artifacts, where and when it ran."""

from typing import Any

import msgspec

from clearinghouse.formats.sarif.schema import Descriptor, DescriptorReference, Run
from clearinghouse.formats.text import clean, clean_line, first_sentence
from clearinghouse.formats.weakness import find_weaknesses, weaknesses_of
from clearinghouse.records import Component, Provenance, canonical_identifier, find_identifiers


_ABOUT_CWE = frozenset({"cwe", "CWE", "cwes", "cweId", "cwe_id", "tags"})
"""Members of property bags in which producers name weaknesses."""


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """One rule, worked out once so that a result only has to point at it."""

    id: str
    title: str
    weaknesses: tuple[str, ...] = ()
    identifiers: tuple[str, ...] = ()
    messages: dict[str, str] = {}
    level: str = "warning"
    security_severity: str | None = None


class RunFacts:
    """A run's header, ready for look-up.

    Args:
        run: the typed header. Results are not in it.
    """

    def __init__(self, run: Run) -> None:
        driver = run.tool.driver
        self.finder = clean_line(driver.name or "unnamed SARIF tool")
        self.provenance = Provenance(tool=self.finder, tool_version=driver.semantic_version or driver.version)
        self.artifacts = [a.location.uri if a.location else None for a in run.artifacts or ()]
        self.logical = run.logical_locations or []
        self.thread_flow_locations = run.thread_flow_locations or []
        self.observed = _observed(run)
        self.components = _components(run)
        self._taxonomies = run.taxonomies or []
        self._parts = [driver, *(run.tool.extensions or [])]
        self._rules = [[self._rule(d) for d in part.rules or ()] for part in self._parts]
        self._by_id = {rule.id: rule for rules in reversed(self._rules) for rule in rules}
        self._by_guid = {
            d.guid: rule
            for part, rules in zip(self._parts, self._rules, strict=True)
            for d, rule in zip(part.rules or (), rules, strict=True)
            if d.guid
        }
        self._unknown: dict[str, Rule] = {}

    def rule(self, rule_id: str | None, rule_index: int | None, reference: DescriptorReference | None) -> Rule:
        """Find the rule of a result (SARIF 3.27.5 to 3.27.7, 3.52.3). One that is nowhere described has only its id."""
        if reference is not None:
            found = self._referenced(reference)
            if found:
                return found
            rule_id = rule_id or reference.id
            rule_index = reference.index if rule_index is None else rule_index
        if rule_index is not None and 0 <= rule_index < len(self._rules[0]):
            return self._rules[0][rule_index]
        name = rule_id or ""
        while name not in self._by_id and "/" in name:  # "CA1000/1" is a sub-rule of "CA1000" (3.27.5)
            name = name.rpartition("/")[0]
        found = self._by_id.get(name) or self._by_id.get(rule_id or "")
        return found or self._undescribed(rule_id or "")

    def taxa(self, references: list[DescriptorReference]) -> tuple[str, ...]:
        """Return the CWE identifiers among references to taxa (3.27.8)."""
        texts = []
        for reference in references:
            component = self._taxonomy(reference)
            name = (reference.tool_component.name if reference.tool_component else None) or (component or "")
            texts.append(f"{name}-{reference.id}" if name.upper() == "CWE" else reference.id or "")
        return find_weaknesses(text if "CWE" in text.upper() else "" for text in texts)

    def _referenced(self, reference: DescriptorReference) -> Rule | None:
        if reference.guid and reference.guid in self._by_guid:
            return self._by_guid[reference.guid]
        owner = reference.tool_component
        if owner is None or owner.index is None or reference.index is None:
            return None
        rules = self._rules[owner.index + 1] if 0 <= owner.index < len(self._rules) - 1 else []
        return rules[reference.index] if 0 <= reference.index < len(rules) else None

    def _undescribed(self, rule_id: str) -> Rule:
        if rule_id not in self._unknown:
            self._unknown[rule_id] = Rule(
                id=clean_line(rule_id),
                title=clean_line(rule_id) or "finding without a rule",
                weaknesses=find_weaknesses([rule_id]),
                identifiers=identifiers_of(rule_id),
            )
        return self._unknown[rule_id]

    def _rule(self, descriptor: Descriptor) -> Rule:
        properties = descriptor.properties or {}
        targets = [r.target for r in descriptor.relationships or () if r.target]
        severity = properties.get("security-severity")
        configuration = descriptor.default_configuration
        return Rule(
            id=clean_line(descriptor.id or ""),
            title=_title(descriptor),
            weaknesses=tuple(
                dict.fromkeys(
                    (*self.taxa(targets), *property_weaknesses(properties), *find_weaknesses([descriptor.id]))
                )
            ),
            identifiers=identifiers_of(descriptor.id or ""),
            messages={key: m.text for key, m in (descriptor.message_strings or {}).items() if m.text},
            level=(configuration.level if configuration else None) or "warning",
            security_severity=str(severity) if isinstance(severity, str | int | float) else None,
        )

    def _taxonomy(self, reference: DescriptorReference) -> str | None:
        index = reference.tool_component.index if reference.tool_component else None
        if index is not None and 0 <= index < len(self._taxonomies):
            return self._taxonomies[index].name
        return None


def property_weaknesses(properties: dict[str, Any]) -> tuple[str, ...]:
    """Return the CWE identifiers that a property bag names, in ``cwe`` and in ``tags``."""
    if _ABOUT_CWE.isdisjoint(properties):
        return ()
    named: dict[str, None] = {}
    for key in _ABOUT_CWE & properties.keys():
        if key != "tags":
            named.update(dict.fromkeys(weaknesses_of(properties[key])))
    tags = properties.get("tags")
    if isinstance(tags, list):
        named.update(dict.fromkeys(find_weaknesses(tags)))
    return tuple(named)


def identifiers_of(rule_id: str) -> tuple[str, ...]:
    """Return the flaw identifiers that a rule is named after, as package scanners do (``CVE-2021-44228-log4j``)."""
    found = find_identifiers(rule_id)
    if found:
        return found
    whole = canonical_identifier(rule_id)
    return (whole,) if whole.startswith(("GO-", "RUSTSEC-", "PYSEC-", "OSV-")) and whole[-1:].isdigit() else ()


def _title(descriptor: Descriptor) -> str:
    for message in (descriptor.short_description, descriptor.full_description):
        if message and message.text and message.text.strip():
            return first_sentence(message.text)
    return clean_line(descriptor.name or descriptor.id or "finding without a rule")


def _observed(run: Run) -> str | None:
    for invocation in run.invocations or ():
        if invocation.end_time_utc or invocation.start_time_utc:
            return invocation.end_time_utc or invocation.start_time_utc
    return None


def _components(run: Run) -> tuple[Component, ...]:
    """The repository that was scanned, if the run says so (3.14.6)."""
    for origin in run.version_control_provenance or ():
        if origin.repository_uri:
            name = origin.repository_uri.rstrip("/").removesuffix(".git").rpartition("/")[2]
            return (
                Component(name=clean(name), version=origin.revision_id, repository=clean_line(origin.repository_uri)),
            )
    return ()
