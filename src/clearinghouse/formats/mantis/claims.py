"""What a Mantis finding claims beside the flaw itself, and the fields of it that nothing here carries on."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from clearinghouse.formats.mantis.schema import (
    CARRIED,
    CARRIED_OF_SEED,
    CHECKED,
    CLAIMS,
    FOR_THE_SANDBOX,
    OUTCOMES,
    ClaimField,
)
from clearinghouse.formats.parts import Losses, notice, paragraphs, unique
from clearinghouse.formats.text import MAX_TEXT, clean_line, distinct_line, plural
from clearinghouse.records import Problem, SenderClaim

MAX_WORDS = 100
_MOST_NAMES = 30
_ACCOUNTED_FOR = CARRIED | CHECKED | FOR_THE_SANDBOX


def claims_of(finding: dict[str, Any], by: str, losses: Losses) -> tuple[SenderClaim, ...]:
    """Return what the sender, who is called ``by``, says of an untyped finding: each word as written."""
    return unique(claim for field in CLAIMS for claim in _claims(finding, field, by, losses))


def _claims(finding: dict[str, Any], field: ClaimField, by: str, losses: Losses) -> Iterator[SenderClaim]:
    value = finding.get(field.field)
    words = [word for word in (value if isinstance(value, list) else [value]) if isinstance(word, str) and word.strip()]
    if len(words) > MAX_WORDS:
        losses.add(f"more than {MAX_WORDS} values in {field.field}, of which the first {MAX_WORDS} are kept.")
    texts = [text for name in field.texts if isinstance(text := finding.get(name), str)]
    if sum(map(len, texts)) > MAX_TEXT:
        losses.add(f"more than {MAX_TEXT} characters in {' and '.join(field.texts)}, which are cut.")
    snapshot = finding.get(field.snapshot)
    for word in words[:MAX_WORDS]:
        yield SenderClaim(
            subject=field.subject,
            word=distinct_line(word, 100),
            claimed=OUTCOMES.get((field.field, word)),
            by=by,
            snapshot=clean_line(snapshot, 200) or None if isinstance(snapshot, str) else None,
            description=paragraphs(*texts),
        )


class Remainder:
    """Counts the fields that stay in the stored report alone.

    Args:
        source: the document.
    """

    def __init__(self, source: str) -> None:
        self._source = source
        self._findings = 0
        self._names: Counter[str] = Counter()

    def add(self, finding: dict[str, Any]) -> None:
        """Look at one untyped finding. A null says nothing and is no loss."""
        seed = finding.get("sast_provenance")
        left = [name for name, value in finding.items() if name not in _ACCOUNTED_FOR and value is not None]
        if isinstance(seed, dict):
            left += [f"sast_provenance.{name}" for name in seed if name not in CARRIED_OF_SEED]
        self._findings += bool(left)
        self._names.update(clean_line(name, 60) for name in left)

    def problems(self) -> Iterator[Problem]:
        """Yield one notice with their names, if there are any."""
        if not self._names:
            return
        shown = ", ".join(f"{name} ({count})" for name, count in self._names.most_common(_MOST_NAMES))
        more = len(self._names) - _MOST_NAMES
        who = plural(self._findings, "finding has", "findings have")
        rest = f" and {more} more" if more > 0 else ""
        yield notice(self._source, "left_out", f"{who} fields that stay in the report: {shown}{rest}.")
