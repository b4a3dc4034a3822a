"""Operating characteristics of a plan, simulated once and kept in the folder of its assessment.

They follow from the design, the code and the seed, so that they are kept under the SHA-256 of these, and made again
where that is another. Whoever computes an assessment believes the file in their own folder; whoever verifies an
evidence package simulates again. Where a threshold stands under a commitment nothing is kept: the truths that are
simulated lie around its value.
"""

import hashlib
from pathlib import Path

import msgspec

from clearinghouse.evaluation.assessment import folder as places
from clearinghouse.evaluation.errors import EvaluationError
from clearinghouse.evaluation.ledger import files
from clearinghouse.evaluation.plan.analysis import present
from clearinghouse.evaluation.rule.design import Design
from clearinghouse.evaluation.rule.finding import OperatingPoint
from clearinghouse.evaluation.rule.operating import operating_characteristics
from clearinghouse.trust.statement import NotStrictError, decode_strictly

REPETITIONS = 2_000
"""Of the simulation."""
SCHEMA = "clearinghouse frontier characteristics 1"
_LARGEST = 1 << 20


class Kept(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What stands in a file.

    Attributes:
        schema: always :data:`SCHEMA`. inputs: SHA-256 of what the points follow from. points: of the guard band.
    """

    schema: str = SCHEMA
    inputs: str
    points: tuple[OperatingPoint, ...]


_READER = msgspec.json.Decoder(Kept)


def inputs_of(design: Design, repetitions: int, seed: int) -> str:
    """Return the SHA-256 of everything that characteristics follow from."""
    told = {"design": design, "analysis": present().sha256, "repetitions": repetitions, "seed": seed}
    return hashlib.sha256(msgspec.json.encode(told, order="deterministic")).hexdigest()


def characteristics(
    folder: Path | None, design: Design, *, repetitions: int = REPETITIONS, seed: int = 0
) -> tuple[OperatingPoint, ...]:
    """Return how often each verdict comes out at the guard band of a design; none where a threshold is not opened.

    Args:
        folder: of the assessment, in which they are looked for and kept; None simulates and keeps nothing. design: with
            its thresholds opened. repetitions, seed: of the simulation.

    Raises:
        DesignError: no error rate can be kept under the design. LedgerError: the file cannot be written.
    """
    if any(each.threshold.covered is None for each in design.domains):
        return ()
    if folder is None or any(each.threshold.commitment for each in design.domains):
        return operating_characteristics(design, repetitions=repetitions, seed=seed)
    inputs = inputs_of(design, repetitions, seed)
    path = folder / places.CHARACTERISTICS / f"{inputs}.json"
    if (there := _read(path, inputs)) is not None:
        return there
    points = operating_characteristics(design, repetitions=repetitions, seed=seed)
    files.make_folder(path.parent)
    files.write(path, msgspec.json.encode(Kept(inputs=inputs, points=points)) + b"\n")
    return points


def _read(path: Path, inputs: str) -> tuple[OperatingPoint, ...] | None:
    """What was kept; None where there is nothing, or nothing that is of this kind."""
    try:
        kept = decode_strictly(files.read(path, _LARGEST), _READER, _LARGEST)
    except (EvaluationError, NotStrictError):
        return None
    return kept.points if (kept.schema, kept.inputs) == (SCHEMA, inputs) else None
