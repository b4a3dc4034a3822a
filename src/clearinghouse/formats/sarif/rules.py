"""What a SARIF run says once about many results: its rules, its artifacts, where and when it ran."""

from typing import Any

import msgspec

from clearinghouse.formats.parts import timestamp
from clearinghouse.formats.sarif.schema import (
    Descriptor,
    DescriptorReference,
    Message,
    Run,
    ToolComponent,
    ToolComponentReference,
)
from clearinghouse.formats.text import clean_line, first_sentence
from clearinghouse.formats.weakness import find_weaknesses, weaknesses_of
from clearinghouse.records import Component, Provenance, canonical_identifier, find_identifiers

_ABOUT_CWE = frozenset({"cwe", "CWE", "cwes", "cweId", "cwe_id", "tags"})
"""Members of property bags in which producers name weaknesses."""

_CWE_NAMES = frozenset({"CWE", "COMMON WEAKNESS ENUMERATION"})
_MOST_UNKNOWN = 10_000
"""Rules without a description that are remembered: producers exist that give every result a rule of its own."""


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """One rule, worked out once so that a result only has to point at it.

    Attributes:
        title: what the rule says of itself; empty if it has nothing but its id.
    """

    id: str
    title: str = ""
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
        version = driver.semantic_version or driver.version
        self.provenance = Provenance(tool=self.finder, tool_version=clean_line(version) if version else None)
        self.artifacts = [a.location.uri if a.location else None for a in run.artifacts or ()]
        self.logical = run.logical_locations or []
        self.thread_flow_locations = run.thread_flow_locations or []
        self.observed = _observed(run)
        self.components = _components(run)
        self._taxonomies = run.taxonomies or []
        self._parts = [driver, *(run.tool.extensions or [])]
        self._messages = _texts(driver.global_message_strings)
        self._rules = [self._rules_of(part) for part in self._parts]
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
            if rule_index is None and reference.tool_component is None:
                rule_index = reference.index
        if rule_index is not None and 0 <= rule_index < len(self._rules[0]):
            found = self._rules[0][rule_index]
            if not rule_id or rule_id.startswith(found.id) or rule_id not in self._by_id:
                return found  # else the index means another component's rules, or is wrong
        name = clean_line(rule_id or "")
        while name not in self._by_id and "/" in name:  # "CA1000/1" is a sub-rule of "CA1000" (3.27.5)
            name = name.rpartition("/")[0]
        return self._by_id.get(name) or self._undescribed(rule_id or "")

    def taxa(self, references: list[DescriptorReference]) -> tuple[str, ...]:
        """Return the CWE identifiers among references to taxa (3.27.8)."""
        texts = []
        for reference in references:
            owner = reference.tool_component
            taxonomy = self._parts[0] if owner is None else _component(owner, self._taxonomies)
            name = (owner.name if owner else None) or (taxonomy.name if taxonomy else None) or ""
            taxon = reference.id or _taxon_id(taxonomy, reference)
            texts.append(f"CWE-{taxon}" if name.upper() in _CWE_NAMES else taxon)
        return find_weaknesses(texts)

    def _referenced(self, reference: DescriptorReference) -> Rule | None:
        if reference.guid and reference.guid in self._by_guid:
            return self._by_guid[reference.guid]
        owner = reference.tool_component
        if owner is None or reference.index is None:
            return None
        part = _component(owner, self._parts[1:])
        rules = next((rules for each, rules in zip(self._parts, self._rules, strict=True) if each is part), [])
        return rules[reference.index] if 0 <= reference.index < len(rules) else None

    def _undescribed(self, rule_id: str) -> Rule:
        if rule_id not in self._unknown:
            if len(self._unknown) >= _MOST_UNKNOWN:
                self._unknown.clear()
            self._unknown[rule_id] = Rule(
                id=clean_line(rule_id),
                weaknesses=find_weaknesses([rule_id]),
                identifiers=identifiers_of(rule_id),
                messages=self._messages,
            )
        return self._unknown[rule_id]

    def _rules_of(self, part: ToolComponent) -> list[Rule]:
        shared = _texts(part.global_message_strings)
        return [self._rule(descriptor, shared) for descriptor in part.rules or ()]

    def _rule(self, descriptor: Descriptor, shared: dict[str, str]) -> Rule:
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
            messages=shared | _texts(descriptor.message_strings) if descriptor.message_strings else shared,
            level=(configuration.level if configuration else None) or "warning",
            security_severity=str(severity) if isinstance(severity, str | int | float) else None,
        )


def _component(reference: ToolComponentReference, among: list[ToolComponent]) -> ToolComponent | None:
    """Find the component that is meant: by index, by GUID or by name (SARIF 3.54)."""
    index = reference.index
    if index is not None and index >= 0:
        return among[index] if index < len(among) else None
    for part in among:
        if (reference.guid and reference.guid == part.guid) or (reference.name and reference.name == part.name):
            return part
    return None


def _taxon_id(taxonomy: ToolComponent | None, reference: DescriptorReference) -> str:
    taxa = (taxonomy.taxa if taxonomy else None) or []
    if reference.index is not None and 0 <= reference.index < len(taxa):
        return taxa[reference.index].id or ""
    return next((taxon.id or "" for taxon in taxa if reference.guid and taxon.guid == reference.guid), "")


def _texts(messages: dict[str, Message] | None) -> dict[str, str]:
    return {key: message.text for key, message in (messages or {}).items() if message.text}


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
    return clean_line(descriptor.name) if descriptor.name and descriptor.name != descriptor.id else ""


def _observed(run: Run) -> str | None:
    for invocation in run.invocations or ():
        if invocation.end_time_utc or invocation.start_time_utc:
            return timestamp(invocation.end_time_utc) or timestamp(invocation.start_time_utc)
    return None


def _components(run: Run) -> tuple[Component, ...]:
    """The repository that was scanned, if the run says so (3.14.6)."""
    for origin in run.version_control_provenance or ():
        if origin.repository_uri:
            address = clean_line(origin.repository_uri, 1000)
            name = address.rstrip("/").removesuffix(".git").rpartition("/")[2]
            version = clean_line(origin.revision_id) if origin.revision_id else None
            return (Component(name=name or address, version=version, repository=address),)
    return ()
