"""What a copy tells of an assessment: the whole of it, or fields of it where thresholds are under commitments."""

import re
from collections.abc import Iterator
from math import isclose, isfinite
from typing import Any

import msgspec

from clearinghouse.evaluation.assessment import document
from clearinghouse.evaluation.assessment.facts import Assessment, Contamination, Flag
from clearinghouse.evaluation.determination.disclosure import Copy, Path, as_text, shown, values
from clearinghouse.evaluation.determination.errors import PackageError
from clearinghouse.evaluation.determination.package.checks.compared import ABSOLUTE, RELATIVE

NOWHERE = object()
"""What stands at a path that a document does not have."""
_FRACTION = re.compile(r"-?\d{1,30}(\.\d{1,30}(e[+-]\d{1,3})?|e[+-]\d{1,3})", re.ASCII)
"""A number with a fraction, as :func:`as_text` writes it."""


class Threshold(msgspec.Struct, frozen=True):
    """Of a domain: the commitment; empty where the value is open."""

    commitment: str = ""


class Domain(msgspec.Struct, frozen=True):
    """A domain of the design."""

    threshold: Threshold = Threshold()


class Design(msgspec.Struct, frozen=True):
    """Of the design."""

    domains: tuple[Domain, ...] = ()


class Model(msgspec.Struct, frozen=True):
    """Of the model: as which it answered."""

    answered: tuple[str, ...] = ()


NOT_TOLD = Contamination(canaries=None, cutoff=None, twins=None, unscreened=())
"""What is known of screens for contamination where a copy does not show what they came to."""


class ShownFields(msgspec.Struct, frozen=True):
    """What everything is computed again with, as far as a copy shows it; see
    :class:`~clearinghouse.evaluation.assessment.facts.Assessment`.
    """

    made: str
    analysis: str
    analysis_version: str
    tier_reached: str
    scripted: bool = False
    logs: dict[str, str] = {}
    flags: tuple[Flag, ...] = ()
    design: Design = Design()
    contamination: Contamination = NOT_TOLD
    model: Model = Model()

    @property
    def answered(self) -> tuple[str, ...]:
        """As which models the provider answered."""
        return self.model.answered

    @property
    def is_committed(self) -> bool:
        """Whether a threshold is under a commitment."""
        return any(each.threshold.commitment for each in self.design.domains)


def shown_fields(copy: Copy) -> ShownFields:
    """Return what a copy with fields left out shows.

    Raises:
        PackageError: it does not show what every copy shows.
    """
    try:
        return msgspec.convert(shown(copy), ShownFields)
    except msgspec.ValidationError as error:
        what = f"what is shown of the assessment is none: {error}"
        raise PackageError(what, "get the package anew from whoever made it") from None


def differing_from_shown(copy: Copy, found: Assessment) -> Iterator[str]:
    """Yield the paths of shown fields at which an assessment has something else, rounding apart."""
    built = as_text(msgspec.json.decode(document.to_bytes(found)))
    for path, value in values(copy).items():
        if not _same(value, at(built, path)):
            yield ".".join(map(str, path))


def at(document: Any, path: Path) -> Any:
    """Return what stands at a path of a document; :data:`NOWHERE` where there is no such path."""
    for step in path:
        try:
            document = document[step]
        except (LookupError, TypeError):
            return NOWHERE
    return document


def _same(told: Any, found: Any) -> bool:
    if isinstance(told, str) and isinstance(found, str) and _FRACTION.fullmatch(told) and _FRACTION.fullmatch(found):
        one, other = float(told), float(found)
        return isfinite(one) and isclose(one, other, rel_tol=RELATIVE, abs_tol=ABSOLUTE)
    return type(told) is type(found) and bool(told == found)
