"""The shape of a Mantis finding, and what its schema requires, as data."""

from typing import Any, NamedTuple

import msgspec

Text = str | None


class Step(msgspec.Struct):
    """One entry of ``history``."""

    stage: Text = None
    timestamp: Text = None


class Sast(msgspec.Struct, gc=False):
    """The scanner that a finding was seeded by."""

    tool: Text = None
    rule_id: Text = None


class MantisFinding(msgspec.Struct):
    """One finding, of either generation. Only ``title`` is needed to make use of it; the rest is checked apart."""

    title: str
    id: Text = None
    description: Text = None
    code_paths: list[str] | None = None
    impact: Text = None
    severity: Text = None
    status: Text = None
    history: list[Step] | None = None
    cwe: str | int | list[str] | None = None
    signature: Text = None
    lineage_id: Text = None
    priority: Text = None
    mantis_risk_score: float | None = None
    patch_diff: Text = None
    discovery_commit: Text = None
    sast_provenance: Sast | None = None
    model: Any = None
    agent: Any = None
    harness: Any = None
    tool: Any = None
    repository: Text = None
    repository_url: Text = None
    repo: Text = None
    purl: Text = None


REQUIRED = ("id", "title", "description", "code_paths", "impact", "severity", "mitigation", "history", "status")
REQUIRED_NEW = ("attacker_position", "privileges_required", "user_interaction")
"""Required by ``schema.json`` beside :data:`REQUIRED`; the early form has none of them."""

MARKS_OF_NEW = frozenset(
    [*REQUIRED_NEW, "lineage_id", "signature", "mantis_risk_score", "triage_checklist", "reattack_status"]
)
"""A finding with one of these is of the new generation."""

VALUES: dict[str, frozenset[str]] = {
    "severity": frozenset({"CRITICAL", "HIGH", "MEDIUM", "LOW", "INFO"}),
    "status": frozenset(
        {"VALID", "FALSE_POSITIVE", "FALSE POSITIVE", "PROVISIONALLY_VALID", "NEEDS_RESEARCH", "DUPLICATE"}
    ),
    "attacker_position": frozenset(
        {
            "EXTERNAL",
            "INTERNAL_NETWORK",
            "IN_CLUSTER",
            "LOCAL",
            "HOST_SYSTEM",
            "SUPPLY_CHAIN",
            "PHYSICAL_TEMPORARY",
            "PHYSICAL_LONG_TERM",
        }
    ),
    "privileges_required": frozenset({"NONE", "LOW", "HIGH"}),
    "user_interaction": frozenset({"NONE", "REQUIRED"}),
    "production_viability": frozenset({"VIABLE", "NON_VIABLE", "SAMPLE_OR_TEST", "CONDITIONAL_VIABLE"}),
    "repro_status": frozenset({"reproduced", "statically_confirmed", "not_attempted", "failed_to_reproduce"}),
    "patch_status": frozenset(
        {"VERIFIED_SECURE", "MITIGATION_PROPOSED", "VERIFICATION_INCOMPLETE", "VERIFICATION_FAILED", "ERROR"}
    ),
    "reattack_status": frozenset({"bypassed_patch", "failed_to_bypass", "inconclusive_baseline_changed"}),
    "priority": frozenset({"CRITICAL", "HIGH", "MEDIUM", "LOW"}),
    "availability_tier": frozenset({"CRITICAL", "STANDARD", "LOW_CRITICALITY"}),
    "inferred_exposure": frozenset({"EXPOSED", "INTERNAL", "PRIVILEGED"}),
}
"""What the schema allows, both generations together. Null is allowed wherever a field is optional."""

RANGES: dict[str, tuple[float, float]] = {
    "impact_score": (1, 5),
    "likelihood_score": (1, 5),
    "mantis_risk_score": (0.1, 10.0),
}


class Condition(NamedTuple):
    """When ``field`` has one of ``values`` (or any, when empty), all of ``requires`` must be there.

    ``chains``: whether it holds for exploit chains too (findings with ``constituent_findings``).
    """

    field: str
    values: frozenset[str]
    requires: tuple[str, ...]
    chains: bool = True


CONDITIONS = (
    Condition("status", frozenset({"DUPLICATE"}), ("duplicate_of",)),
    Condition("repro_status", frozenset({"reproduced"}), ("repro_file_path", "run_command", "repro_output")),
    Condition(
        "patch_status",
        frozenset({"VERIFIED_SECURE", "MITIGATION_PROPOSED", "VERIFICATION_INCOMPLETE"}),
        ("patch_diff",),
        chains=False,
    ),
    Condition("reattack_status", frozenset(), ("reattack_file_path", "reattack_run_command", "reattack_output")),
)

CHECKLISTS = {"reviewer": ("triage_checklist", False), "calibrate": ("calibration_checklist", True)}
"""A stage in the history, the checklist that it requires, and whether chains need it too (new generation)."""
