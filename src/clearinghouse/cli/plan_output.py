"""A plan for machines: the members of JSON that ``triage`` and ``plan`` share."""

from collections.abc import Iterator
from typing import Any

import msgspec

from clearinghouse.priority.plan import Action, Plan


def action_rows(plan: Plan) -> Iterator[dict[str, Any]]:
    """Yield the actions, in the order of work."""
    return map(_action_row, plan.actions)


def _action_row(action: Action) -> dict[str, Any]:
    subject = action.subject
    return {
        "do": action.do.value,
        "component": subject.written,
        "to": action.to,
        "above": action.above,
        "clears": [flaw.id for flaw in action.clears],
        "leaves": [flaw.id for flaw in action.leaves],
        "due": action.due,
        "outcome": action.outcome,
        "explain": list(action.explain),
        "arms": {name: msgspec.to_builtins(arm) for name, arm in action.arms.items() if name} or None,
        "major": action.major,
        "within": action.within,
        "mitigations": list(action.mitigations),
        "questions": list(action.questions),
        "purl": subject.purl,
        "name": subject.name,
        "version": subject.version,
        "kind": subject.kind,
        "where": [place.label for place in subject.places],
    }
