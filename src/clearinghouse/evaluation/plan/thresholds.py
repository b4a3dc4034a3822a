"""Thresholds whose values are not public: a commitment stands in the plan, and whoever may see them has the opening.

The commitment is to the identifier and both values under a salt of 256 bits (:mod:`clearinghouse.trust.commitment`),
so it cannot be found out by trying all likely values. Values are written as decimal text, the shortest that gives the
number back, because canonical JSON has no fractions.
"""

import secrets
from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated

import msgspec

from clearinghouse.evaluation.plan.errors import ThresholdError
from clearinghouse.evaluation.rule.design import Design, DomainDesign
from clearinghouse.trust.commitment import SALT_BYTES, canonical, commit, opens
from clearinghouse.trust.statement import NotStrictError, Sha256, decode_strictly

SCHEMA = "clearinghouse threshold 1"
LARGEST = 8 << 10
"""Most bytes of an opening."""

_Rate = Annotated[str, msgspec.Meta(pattern=r"\A0\.\d{1,40}\Z")]
_RateOrNone = Annotated[str, msgspec.Meta(pattern=r"\A(0\.\d{1,40})?\Z")]


class Opening(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What opens the commitment to a threshold. It is given to those alone who may know the values.

    Attributes:
        schema: always :data:`SCHEMA`. identifier: by which the threshold is cited. covered, watch: rates, as decimal
            text; watch is empty where there is none. salt: 64 hexadecimal digits. commitment: that it opens.
    """

    schema: str = SCHEMA
    identifier: Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
    covered: _Rate
    watch: _RateOrNone = ""
    salt: Sha256
    commitment: Sha256

    def to_bytes(self) -> bytes:
        """Return it as canonical JSON."""
        return canonical(msgspec.to_builtins(self)) + b"\n"

    def record(self) -> bytes:
        """Return what is committed to."""
        values = {"covered": self.covered, "identifier": self.identifier, "schema": self.schema, "watch": self.watch}
        return canonical(values)


_OPENING = msgspec.json.Decoder(Opening)


def commit_to(identifier: str, covered: float, watch: float | None) -> Opening:
    """Return a fresh commitment to a threshold, with what opens it.

    Raises:
        ThresholdError: a value is no rate, or the watch threshold is not below the other.
    """
    if not 0 < covered < 1 or (watch is not None and not 0 < watch < covered):
        what = f"{covered} and {watch} are no thresholds"
        raise ThresholdError(what, "choose rates between 0 and 1, the watch threshold lower")
    salt = secrets.token_bytes(SALT_BYTES)
    opening = Opening(
        identifier=identifier,
        covered=_text(covered),
        watch="" if watch is None else _text(watch),
        salt=salt.hex(),
        commitment="0" * 64,
    )
    opening = msgspec.structs.replace(opening, commitment=commit(salt, opening.record()).hex())
    return parse(opening.to_bytes(), "this threshold")


def parse(data: bytes, source: str) -> Opening:
    """Read an opening, and check that it opens its commitment.

    Raises:
        ThresholdError: it is none, or does not.
    """
    try:
        opening = decode_strictly(data, _OPENING, LARGEST)
    except NotStrictError as error:
        raise ThresholdError(f"{source} is no opening: {error}", "give the file as it was made") from None
    fits = opens(bytes.fromhex(opening.commitment), bytes.fromhex(opening.salt), opening.record())
    if opening.schema != SCHEMA or opening.to_bytes() != data or not fits:
        raise ThresholdError(f"{source} does not open its commitment", "ask whoever committed to it for the file")
    return opening


def opened(design: Design, openings: Sequence[Opening]) -> Design:
    """Return a design with the values of its thresholds, as far as openings are given.

    Raises:
        ThresholdError: an opening is of none of its thresholds.
    """
    by_commitment = {each.commitment: each for each in openings}
    used: set[str] = set()
    domains = tuple(_opened(each, by_commitment, used) for each in design.domains)
    if left := [each for name, each in by_commitment.items() if name not in used]:
        what = f"the design has no threshold {left[0].identifier[:80]!a} with this commitment"
        raise ThresholdError(what, "give the opening that belongs to this plan")
    return msgspec.structs.replace(design, domains=domains)


def _opened(domain: DomainDesign, openings: dict[str, Opening], used: set[str]) -> DomainDesign:
    found = openings.get(domain.threshold.commitment)
    if found is None or found.identifier != domain.threshold.identifier:
        return domain
    used.add(found.commitment)
    covered, watch = float(found.covered), float(found.watch) if found.watch else None
    known = domain.threshold.covered
    if known is not None and known != covered:
        what = f"the plan says {known} of {domain.name}, and the opening says {covered}"
        raise ThresholdError(what, "ask whoever made the plan which of them is meant")
    threshold = msgspec.structs.replace(domain.threshold, covered=covered, watch=watch)
    return msgspec.structs.replace(domain, threshold=threshold)


def _text(value: float) -> str:
    return format(Decimal(repr(value)), "f")
