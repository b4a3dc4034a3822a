"""The parts of SARIF 2.1.0 that are read, as types.

Names follow the standard (OASIS SARIF 2.1.0, sections 3.13 to 3.59). Producers write ``null`` where the
schema wants nothing, so every optional member accepts it. What is not named here is ignored.
"""

from typing import Any

import msgspec


class _Part(msgspec.Struct, rename="camel", gc=False):
    """Members are written in camel case."""


class Message(_Part):
    """3.11. ``id`` and ``arguments`` refer to a rule's message strings."""

    text: str | None = None
    markdown: str | None = None
    id: str | None = None
    arguments: list[str] | None = None


class ArtifactLocation(_Part):
    """3.4. ``index`` refers to ``run.artifacts``."""

    uri: str | None = None
    uri_base_id: str | None = None
    index: int | None = None


class ArtifactContent(_Part):
    """3.3."""

    text: str | None = None


class Region(_Part):
    """3.30."""

    start_line: int | None = None
    start_column: int | None = None
    end_line: int | None = None
    snippet: ArtifactContent | None = None


class PhysicalLocation(_Part):
    """3.29."""

    artifact_location: ArtifactLocation | None = None
    region: Region | None = None
    context_region: Region | None = None


class LogicalLocation(_Part):
    """3.33. ``index`` refers to ``run.logicalLocations``."""

    name: str | None = None
    fully_qualified_name: str | None = None
    kind: str | None = None
    index: int | None = None


class Location(_Part):
    """3.28."""

    physical_location: PhysicalLocation | None = None
    logical_locations: list[LogicalLocation] | None = None


class ThreadFlowLocation(_Part):
    """3.38. ``index`` refers to ``run.threadFlowLocations``."""

    location: Location | None = None
    index: int | None = None


class ThreadFlow(_Part):
    """3.37."""

    locations: list[ThreadFlowLocation] | None = None


class CodeFlow(_Part):
    """3.36."""

    thread_flows: list[ThreadFlow] | None = None


class ToolComponentReference(_Part):
    """3.54."""

    name: str | None = None
    index: int | None = None
    guid: str | None = None


class DescriptorReference(_Part):
    """3.52: names a rule, or a taxon such as a CWE entry."""

    id: str | None = None
    index: int | None = None
    guid: str | None = None
    tool_component: ToolComponentReference | None = None


class Suppression(_Part):
    """3.35. Without ``status`` a suppression counts as accepted."""

    kind: str | None = None
    status: str | None = None
    justification: str | None = None


class ResultProvenance(_Part):
    """3.48."""

    first_detection_time_utc: str | None = None
    last_detection_time_utc: str | None = None


class Result(_Part):
    """3.27. ``fingerprints`` values should be strings; one producer nests objects there, which are left out."""

    message: Message | None = None
    rule_id: str | None = None
    rule_index: int | None = None
    rule: DescriptorReference | None = None
    kind: str | None = None
    level: str | None = None
    locations: list[Location] | None = None
    code_flows: list[CodeFlow] | None = None
    fingerprints: dict[str, Any] | None = None
    partial_fingerprints: dict[str, Any] | None = None
    suppressions: list[Suppression] | None = None
    baseline_state: str | None = None
    guid: str | None = None
    taxa: list[DescriptorReference] | None = None
    provenance: ResultProvenance | None = None
    properties: dict[str, Any] | None = None


class Relationship(_Part):
    """3.53."""

    target: DescriptorReference | None = None


class Configuration(_Part):
    """3.50."""

    level: str | None = None


class Descriptor(_Part):
    """3.49 reportingDescriptor: a rule, or a taxon."""

    id: str | None = None
    name: str | None = None
    guid: str | None = None
    short_description: Message | None = None
    full_description: Message | None = None
    message_strings: dict[str, Message] | None = None
    default_configuration: Configuration | None = None
    help_uri: str | None = None
    relationships: list[Relationship] | None = None
    properties: dict[str, Any] | None = None


class ToolComponent(_Part):
    """3.19. ``rules`` and ``taxa`` hold a :class:`Descriptor` each."""

    name: str | None = None
    guid: str | None = None
    organization: str | None = None
    version: str | None = None
    semantic_version: str | None = None
    global_message_strings: dict[str, Message] | None = None
    rules: list[msgspec.Raw] | None = None
    taxa: list[msgspec.Raw] | None = None


class Tool(_Part):
    """3.18."""

    driver: ToolComponent
    extensions: list[ToolComponent] | None = None


class Artifact(_Part):
    """3.24."""

    location: ArtifactLocation | None = None


class Invocation(_Part):
    """3.20."""

    start_time_utc: str | None = None
    end_time_utc: str | None = None


class VersionControl(_Part):
    """3.23."""

    repository_uri: str | None = None
    revision_id: str | None = None


class Run(_Part):
    """3.14, without its results.

    Members of long arrays are decoded when they are asked for: as :class:`Artifact`, :class:`LogicalLocation` and
    :class:`ThreadFlowLocation`.
    """

    tool: Tool
    artifacts: list[msgspec.Raw] | None = None
    logical_locations: list[msgspec.Raw] | None = None
    thread_flow_locations: list[msgspec.Raw] | None = None
    taxonomies: list[ToolComponent] | None = None
    invocations: list[Invocation] | None = None
    version_control_provenance: list[VersionControl] | None = None
    external_property_file_references: dict[str, Any] | None = None


RUN_KEYS = frozenset(
    {
        "tool",
        "artifacts",
        "logicalLocations",
        "threadFlowLocations",
        "taxonomies",
        "invocations",
        "versionControlProvenance",
        "externalPropertyFileReferences",
    }
)
"""Members of a run that are decoded; every other is passed over."""
