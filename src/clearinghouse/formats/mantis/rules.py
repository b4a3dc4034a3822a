"""Checking a Mantis finding against its schema. A violation is a notice: an incomplete finding is read all the same."""

import re
from collections.abc import Iterator
from typing import Any

from clearinghouse.formats.decode import describe
from clearinghouse.formats.mantis.schema import (
    CHECKLISTS,
    CONDITIONS,
    MARKS_OF_NEW,
    RANGES,
    REQUIRED,
    REQUIRED_NEW,
    VALUES,
)

_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_SIGNATURE = re.compile(r"[0-9a-f]{16}")

Violation = tuple[str, str, str, str]
"""Code, field, sentence, what was expected."""


def violations(finding: dict[str, Any]) -> Iterator[Violation]:
    """Yield everything by which an untyped finding departs from the schema of its generation."""
    new = not MARKS_OF_NEW.isdisjoint(finding)
    for field in (*REQUIRED, *(REQUIRED_NEW if new else ())):
        if finding.get(field) is None:
            yield "missing_field", field, f"The required field {field} is missing.", "a value"
    yield from _values(finding)
    yield from _conditions(finding)
    yield from _reattack(finding)
    if new:
        yield from _checklists(finding)


def _values(finding: dict[str, Any]) -> Iterator[Violation]:
    for field, allowed in VALUES.items():
        value = finding.get(field)
        if value is not None and not (isinstance(value, str) and value in allowed):
            expected = "one of " + ", ".join(sorted(allowed))
            yield "unknown_value", field, f"The field {field} holds {describe(value)}.", expected
    for field, (low, high) in RANGES.items():
        value = finding.get(field)
        if value is not None and not (isinstance(value, int | float) and low <= value <= high):
            yield "unknown_value", field, f"The field {field} holds {describe(value)}.", f"{low} to {high}"
    for field, pattern, expected in (("id", _UUID, "a UUID"), ("signature", _SIGNATURE, "16 lower-case hex digits")):
        value = finding.get(field)
        if isinstance(value, str) and not pattern.fullmatch(value):
            yield "unknown_value", field, f"The field {field} holds {describe(value)}.", expected


def _is_chain(finding: dict[str, Any]) -> bool:
    return bool(finding.get("constituent_findings"))


def _conditions(finding: dict[str, Any]) -> Iterator[Violation]:
    for condition in CONDITIONS:
        value = finding.get(condition.field)
        if not isinstance(value, str) or (condition.values and value not in condition.values):
            continue
        if _is_chain(finding) and not condition.chains:
            continue
        for field in condition.requires:
            if finding.get(field) in (None, ""):
                said = f"{condition.field} is {value[:40]}, which requires {field}; it is missing."
                yield "missing_field", field, said, "a value"


def _reattack(finding: dict[str, Any]) -> Iterator[Violation]:
    status = finding.get("reattack_status")
    if finding.get("patch_status") == "VERIFIED_SECURE" and status != "failed_to_bypass":
        said = "patch_status is VERIFIED_SECURE, which requires that an attack on the patch has failed."
        yield "contradiction", "reattack_status", said, "failed_to_bypass"
    if status != "failed_to_bypass":
        return
    variants = finding.get("reattack_variants")
    listed = [variant for variant in variants if isinstance(variant, dict)] if isinstance(variants, list) else []
    if len(listed) < 3 or any(variant.get("triggered") is not False for variant in listed):
        said = "reattack_status is failed_to_bypass, which requires three variants or more, none of them triggered."
        yield "contradiction", "reattack_variants", said, "at least 3 variants with triggered = false"


def _checklists(finding: dict[str, Any]) -> Iterator[Violation]:
    history = finding.get("history")
    stages = {step.get("stage") for step in history if isinstance(step, dict)} if isinstance(history, list) else set()
    for stage, (field, chains) in CHECKLISTS.items():
        if stage in stages and not finding.get(field) and (chains or not _is_chain(finding)):
            yield "missing_field", field, f"The history has the stage {stage}, which requires {field}.", "a checklist"
    checklist = finding.get("triage_checklist")
    if finding.get("status") != "VALID" or not isinstance(checklist, dict):
        return
    for rule, answer in checklist.items():
        outcome = answer.get("outcome") if isinstance(answer, dict) else None
        if outcome in ("FAIL", "UNKNOWN"):
            said = f"status is VALID although the rule {str(rule)[:60]} of triage_checklist says {outcome}."
            yield "contradiction", "triage_checklist", said, "PASS or NOT_APPLICABLE"
