"""Copies in which less is shown: which fields of an assessment and which withheld words an audience is given."""

from collections.abc import Callable, Iterable
from html import unescape

import msgspec

from clearinghouse.evaluation.determination.disclosure import Copy, Path, redacted
from clearinghouse.evaluation.determination.errors import PackageError
from clearinghouse.evaluation.determination.making import opened
from clearinghouse.evaluation.determination.record import Audience, Determination, Opening
from clearinghouse.trust.statement import NotStrictError, decode_strictly

ANY, REST = "*", "**"
"""In a pattern: one step of a path, and all that follow."""
PUBLIC_FIELDS = (
    "schema",
    "made",
    "analysis",
    "analysis_version",
    "development",
    "scripted",
    "plan.**",
    "pools.**",
    "model.name",
    "model.developer",
    "model.safeguards",
    "tier_demanded",
    "tier_reached",
    # Not how many were solved: a rate together with a verdict would tell about the threshold.
    "losses.attempts",
    "losses.refused",
    "losses.infrastructure",
    "elicitation.saturated",
    "elicitation.delta",
    "flags.**",
    "design.domains.*.name",
    "design.domains.*.title",
    "design.domains.*.families",
    "design.domains.*.most_families",
    "design.domains.*.threshold.identifier",
    "design.domains.*.threshold.commitment",
    "design.domains.*.threshold.words",
    "design.alpha",
    "design.epochs",
    "design.budget.**",
    "design.stopping",
    "design.across",
    "finding.verdict",
    "finding.before",
    "finding.stage",
    "finding.alpha",
    "finding.limit",
    "finding.domains.*.name",
    "finding.domains.*.title",
    "finding.domains.*.threshold",
    "finding.domains.*.verdict",
)
"""What everybody may read of an assessment whose thresholds are under commitments. What is not named is left out."""
NOT_FOR_DEVELOPER = (
    "blinding",
    "design.domains.*.threshold.covered",
    "design.domains.*.threshold.watch",
    "finding.domains.*.covered",
    "finding.domains.*.watch",
    "finding.domains.*.evidence",
    "finding.reasons.**",
    "finding.would_change.**",
    "finding.grid.**",  # with the table, which family makes the verdict differ tells between which values it lies
    "finding.look",
    "finding.domains.*.above_watch",
    "operating.**",
)
"""What the developer does not read of it: the values of thresholds, and what they could be computed from."""
LARGEST_OPENINGS = 32 << 20

_SHORTEST = 12
"""Characters of words that are looked for: shorter ones stand anywhere."""
_OPENINGS = msgspec.json.Decoder(tuple[Opening, ...])


def shows(patterns: Iterable[str]) -> Callable[[Path], bool]:
    """Return what says whether a path fits one of the patterns, whose steps stand between dots."""
    divided = [pattern.split(".") for pattern in patterns]
    return lambda path: any(_fits(path, each) for each in divided)


def fields_for(copy: Copy, audience: Audience) -> Copy | None:
    """Return the fields of an assessment that an audience is given; None where it is given the whole."""
    if audience is Audience.PUBLIC:
        return redacted(copy, shows(PUBLIC_FIELDS))
    if audience is Audience.DEVELOPER:
        hidden = shows(NOT_FOR_DEVELOPER)
        return redacted(copy, lambda path: not hidden(path))
    return None


def read_openings(data: bytes) -> tuple[Opening, ...]:
    """Return what opens the withheld words of a determination.

    Raises:
        PackageError: it is none.
    """
    try:
        openings = decode_strictly(data, _OPENINGS, LARGEST_OPENINGS)
    except NotStrictError as error:
        raise PackageError(f"these are no openings: {error}", "get them anew from the office") from None
    return openings


def openings_bytes(openings: Iterable[Opening]) -> bytes:
    """Return openings as they are written."""
    return msgspec.json.format(msgspec.json.encode(tuple(openings)), indent=2) + b"\n"


def openings_for(record: Determination, openings: Iterable[Opening], audience: Audience) -> bytes | None:
    """Return the openings that an audience is given; None where there are none.

    Raises:
        DemandError: one of them does not belong to the record.
    """
    openings = tuple(openings)
    found = opened(record, openings, audience)
    kept = [each for each in openings if each.commitment in found]
    return openings_bytes(kept) if kept else None


def shows_any(report: bytes, words: Iterable[str]) -> bool:
    """Whether a report (plain text or HTML) shows any of some words, however its lines are broken."""
    text = " ".join(unescape(report.decode("utf-8", "replace")).split())
    return any(" ".join(each.split()) in text for each in words if len(each.strip()) >= _SHORTEST)


def _fits(path: Path, pattern: list[str]) -> bool:
    if pattern[-1] == REST:
        pattern = pattern[:-1]
        path = path[: len(pattern)]
    return len(path) == len(pattern) and all(want in {ANY, str(step)} for want, step in zip(pattern, path, strict=True))
