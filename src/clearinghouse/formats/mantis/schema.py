"""The shape of a Mantis finding, and what its schema requires, as data."""

from typing import Any, NamedTuple

import msgspec

from clearinghouse.records import Outcome

Text = str | None


class Step(msgspec.Struct):
    """One entry of ``history``."""

    stage: Text = None
    timestamp: Text = None


class Sast(msgspec.Struct, gc=False):
    """The scanner that a finding was seeded by."""

    tool: Text = None
    rule_id: Text = None
    original_severity: Text = None


class MantisFinding(msgspec.Struct):
    """One finding, of either generation. Only ``title`` is needed to make use of it; the rest is checked apart."""

    title: str
    id: Text = None
    description: Text = None
    code_paths: list[str] | None = None
    impact: Text = None
    mitigation: Any = None
    severity: Text = None
    status: Text = None
    history: list[Step] | None = None
    cwe: str | int | list[str] | None = None
    signature: Text = None
    lineage_id: Text = None
    priority: Text = None
    mantis_risk_score: float | None = None
    impact_score: Any = None
    likelihood_score: Any = None
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


class ClaimField(NamedTuple):
    """A field that says what the sender holds to be so.

    Attributes:
        field: its name; it holds one word, or an array of them.
        subject: what the claim is about, as :class:`clearinghouse.records.SenderClaim` has it.
        texts: fields with what the sender has to say on it. snapshot: the field that says what bytes it is about.
    """

    field: str
    subject: str
    texts: tuple[str, ...] = ()
    snapshot: str = ""


CLAIMS = (
    ClaimField("status", "review", ("reasoning", "critic_reasoning")),
    ClaimField("duplicate_of", "duplicate"),
    ClaimField("possible_duplicate_of", "possible duplicate"),
    ClaimField("constituent_findings", "part of this chain"),
    ClaimField("production_viability", "production viability"),
    ClaimField("attacker_position", "attacker position"),
    ClaimField("privileges_required", "privileges required"),
    ClaimField("user_interaction", "user interaction"),
    ClaimField("availability_tier", "availability tier"),
    ClaimField("inferred_exposure", "exposure"),
    ClaimField("repro_status", "reproduction", ("repro_output",), "repro_snapshot_id"),
    ClaimField("patch_status", "patch", (), "patch_base_snapshot"),
    ClaimField("reattack_status", "attack on the patch", ("reattack_output",), "reattack_snapshot_id"),
)
"""What becomes a claim, in the order in which a person would ask."""

OUTCOMES = {
    ("repro_status", "reproduced"): Outcome.REPRODUCED,
    ("repro_status", "failed_to_reproduce"): Outcome.NOT_REPRODUCED,
    ("patch_status", "VERIFIED_SECURE"): Outcome.FIXED,
    ("reattack_status", "inconclusive_baseline_changed"): Outcome.INCONCLUSIVE,
}
"""Field and word that mean exactly one outcome of an execution. ``statically_confirmed`` and ``not_attempted`` mean
that there was none; a patch that failed its verification may be a bad patch or a bad verification."""

FOR_THE_SANDBOX = frozenset({"repro_file_path", "run_command", "reattack_file_path", "reattack_run_command"})
"""Commands and files. They wait in the stored report for the sandbox and are looked at nowhere else."""

CARRIED = frozenset(
    [
        *MantisFinding.__struct_fields__,
        *(name for claim in CLAIMS for name in (claim.field, claim.snapshot, *claim.texts) if name),
    ]
)
"""Fields that are in the finding afterwards, or of ``history`` the first time."""

CHECKED = frozenset(field for field, _ in CHECKLISTS.values())
CARRIED_OF_SEED = frozenset(Sast.__struct_fields__)
