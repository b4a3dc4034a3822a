"""What a SARIF run says once about many results: its rules, its artifacts, where and when it ran."""

from functools import cached_property
from typing import Any

import msgspec

from clearinghouse.formats.parts import timestamp
from clearinghouse.formats.sarif.header import ARTIFACT, DESCRIPTOR, LOGICAL_LOCATION, THREAD_FLOW_LOCATION
from clearinghouse.formats.sarif.schema import (
    Descriptor,
    DescriptorReference,
    Message,
    Run,
    ToolComponent,
    ToolComponentReference,
)
from clearinghouse.formats.sarif.table import Table
from clearinghouse.formats.text import clean_line, first_sentence
from clearinghouse.formats.weakness import find_weaknesses, weaknesses_of
from clearinghouse.records import Component, Provenance, canonical_identifier, find_identifiers

_ABOUT_CWE = frozenset({"cwe", "CWE", "cwes", "cweId", "cwe_id", "tags"})
"""Members of property bags in which producers name weaknesses."""

_CWE_NAMES = frozenset({"CWE", "COMMON WEAKNESS ENUMERATION"})
_MOST_UNKNOWN = 10_000
"""Rules without a description that are remembered: producers exist that give every result a rule of its own."""
_MOST_WORKED_OUT = 10_000
"""Rules that are remembered worked out; the others are again when a result asks for them."""


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """One rule, worked out once so that a result only has to point at it.

    Attributes:
        title: what the rule says of itself; empty if it has nothing but its id.
        messages: its own texts. shared: those of its component, which its own hide.
    """

    id: str
    title: str = ""
    weaknesses: tuple[str, ...] = ()
    identifiers: tuple[str, ...] = ()
    messages: dict[str, str] = {}
    shared: dict[str, str] = {}
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
        self.artifacts = Table(run.artifacts, ARTIFACT)
        self.logical = Table(run.logical_locations, LOGICAL_LOCATION)
        self.thread_flow_locations = Table(run.thread_flow_locations, THREAD_FLOW_LOCATION)
        self.observed = _observed(run)
        self.components = _components(run)
        self._driver = _Part(driver, -1)
        self._extensions = _Parts(run.tool.extensions)
        self._taxonomies = _Parts(run.taxonomies)
        self._rules: dict[tuple[int, int], Rule] = {}  # by the positions of the component and of the rule in it
        self._unknown: dict[str, Rule] = {}

    def forget(self) -> None:
        """Remember nothing that can be worked out again: there are as many runs as a log has."""
        self._rules.clear()
        self._unknown.clear()
        for table in (self.artifacts, self.logical, self.thread_flow_locations):
            table.forget()

    def rule(self, rule_id: str | None, rule_index: int | None, reference: DescriptorReference | None) -> Rule:
        """Find the rule of a result (SARIF 3.27.5 to 3.27.7, 3.52.3). One that is nowhere described has only its id."""
        if reference is not None:
            found = self._referenced(reference)
            if found:
                return found
            rule_id = rule_id or reference.id
            if rule_index is None and reference.tool_component is None:
                rule_index = reference.index
        if rule_index is not None and 0 <= rule_index < len(self._driver.rules):
            found = self._rule_at(-1, rule_index)
            if not rule_id or rule_id.startswith(found.id) or rule_id not in self._by_id:
                return found  # else the index means another component's rules, or is wrong
        name = clean_line(rule_id or "")
        while name not in self._by_id and "/" in name:  # "CA1000/1" is a sub-rule of "CA1000" (3.27.5)
            name = name.rpartition("/")[0]
        place = self._by_id.get(name)
        return self._rule_at(*place) if place else self._undescribed(rule_id or "")

    def taxa(self, references: list[DescriptorReference]) -> tuple[str, ...]:
        """Return the CWE identifiers among references to taxa (3.27.8)."""
        texts = []
        for reference in references:
            owner = reference.tool_component
            taxonomy = self._driver if owner is None else self._taxonomies.find(owner)
            name = (owner.name if owner else None) or (taxonomy.name if taxonomy else None) or ""
            taxon = reference.id or (taxonomy.taxon_id(reference) if taxonomy else "")
            texts.append(f"CWE-{taxon}" if name.upper() in _CWE_NAMES else taxon)
        return find_weaknesses(texts)

    @cached_property
    def _by_id(self) -> dict[str, tuple[int, int]]:
        """Where the rule of each id stands; of several, the last of the first component that has one."""
        places: dict[str, tuple[int, int]] = {}
        for part in (*reversed(self._extensions.parts), self._driver):
            for position, (id_, _) in enumerate(part.rules.names()):
                places[clean_line(id_ or "")] = (part.position, position)
        return places

    @cached_property
    def _by_guid(self) -> dict[str, tuple[int, int]]:
        """Where the rule of each GUID stands; of several, the last."""
        places: dict[str, tuple[int, int]] = {}
        for part in (self._driver, *self._extensions.parts):
            for position, (_, guid) in enumerate(part.rules.names()):
                if guid:
                    places[guid] = (part.position, position)
        return places

    def _referenced(self, reference: DescriptorReference) -> Rule | None:
        if reference.guid and reference.guid in self._by_guid:
            return self._rule_at(*self._by_guid[reference.guid])
        owner = reference.tool_component
        if owner is None or reference.index is None:
            return None
        part = self._extensions.find(owner)
        if part is None or not 0 <= reference.index < len(part.rules):
            return None
        return self._rule_at(part.position, reference.index)

    def _rule_at(self, component: int, position: int) -> Rule:
        """Return a rule of the driver (component -1) or of an extension."""
        place = (component, position)
        rule = self._rules.get(place)
        if rule is None:
            if len(self._rules) >= _MOST_WORKED_OUT:
                self._rules.clear()
            part = self._driver if component < 0 else self._extensions.parts[component]
            rule = self._rules[place] = self._rule(part.rules.read(position), part.messages)
        return rule

    def _undescribed(self, rule_id: str) -> Rule:
        if rule_id not in self._unknown:
            if len(self._unknown) >= _MOST_UNKNOWN:
                self._unknown.clear()
            self._unknown[rule_id] = Rule(
                id=clean_line(rule_id),
                weaknesses=find_weaknesses([rule_id]),
                identifiers=identifiers_of(rule_id),
                shared=self._driver.messages,
            )
        return self._unknown[rule_id]

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
            messages=_texts(descriptor.message_strings),
            shared=shared,
            level=(configuration.level if configuration else None) or "warning",
            security_severity=str(severity) if isinstance(severity, str | int | float) else None,
        )


class _Part:
    """A tool component (SARIF 3.19), of which as much is worked out as is asked for.

    Args:
        component: what it is. position: in its array; -1 for the driver.
    """

    def __init__(self, component: ToolComponent, position: int) -> None:
        self._component = component
        self.position = position
        self.name = component.name
        self.guid = component.guid
        self.rules = Table(component.rules, DESCRIPTOR)
        self.taxa = Table(component.taxa, DESCRIPTOR)

    @cached_property
    def messages(self) -> dict[str, str]:
        """The texts that its rules share."""
        return _texts(self._component.global_message_strings)

    @cached_property
    def _taxon_ids(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for id_, guid in self.taxa.names():
            if guid:
                found.setdefault(guid, id_ or "")
        return found

    def taxon_id(self, reference: DescriptorReference) -> str:
        """Return the id of the taxon that is meant: by index or by GUID."""
        if reference.index is not None and 0 <= reference.index < len(self.taxa):
            return self.taxa[reference.index].id or ""
        return self._taxon_ids.get(reference.guid, "") if reference.guid else ""


class _Parts:
    """An array of tool components."""

    def __init__(self, components: list[ToolComponent] | None) -> None:
        self.parts = [_Part(component, position) for position, component in enumerate(components or ())]

    @cached_property
    def _by_guid(self) -> dict[str | None, _Part]:
        return {part.guid: part for part in reversed(self.parts)}

    @cached_property
    def _by_name(self) -> dict[str | None, _Part]:
        return {part.name: part for part in reversed(self.parts)}

    def find(self, reference: ToolComponentReference) -> _Part | None:
        """Find the component that is meant: by index, by GUID or by name (SARIF 3.54), the first that fits."""
        index = reference.index
        if index is not None and index >= 0:
            return self.parts[index] if index < len(self.parts) else None
        fitting = (
            self._by_guid.get(reference.guid) if reference.guid else None,
            self._by_name.get(reference.name) if reference.name else None,
        )
        return min((part for part in fitting if part), key=lambda part: part.position, default=None)


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
