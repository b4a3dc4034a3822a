"""Before a list of a folder is signed, what is cited must be as it was cited: a new list would hide the damage."""

from collections.abc import Iterator
from pathlib import Path

from clearinghouse.evaluation.assessment import document
from clearinghouse.evaluation.assessment import folder as places
from clearinghouse.evaluation.assessment.facts import Assessment
from clearinghouse.evaluation.assessment.logged import thrown_away
from clearinghouse.evaluation.determination.errors import PackageError
from clearinghouse.evaluation.determination.package import names
from clearinghouse.evaluation.determination.package.opened import LARGEST_DOCUMENT, files_below, measured
from clearinghouse.evaluation.determination.record import Determination
from clearinghouse.evaluation.determination.signing import record_of
from clearinghouse.evaluation.ledger import files
from clearinghouse.evaluation.running.sealing.verify import verified
from clearinghouse.records import ClearinghouseError
from clearinghouse.trust.envelope import Envelope
from clearinghouse.trust.statement import Statement

_REMEDY = "put back what was there; `clearinghouse frontier verify` says of every check whether it holds"


def demand_cited(folder: Path) -> None:
    """Refuse a folder of which something is not as its assessment and its determinations cite it.

    Files that are cited and are elsewhere are passed over, and so is what only an earlier assessment cites. Whose
    signatures these are is not asked; who verifies the package does.

    Raises:
        PackageError: something is not; it is named. LedgerError, AssessmentError: something cannot be read.
    """
    data = document.bytes_in(folder)
    assessment = document.from_bytes(data, str(folder / names.ASSESSMENT))
    for where, name, digest in _cited(folder, assessment):
        path = folder / name
        if path.is_file() and measured(path)[1] != digest:
            raise PackageError(f"{path} is not as {where} cites it", _REMEDY)
    try:
        thrown_away(folder, [verified(run) for run in places.runs_in(folder)])
    except ClearinghouseError as error:
        raise PackageError(f"a run does not hold: {error.what}", _REMEDY) from None


def _cited(folder: Path, assessment: Assessment) -> Iterator[tuple[str, str, str]]:
    """Yield what cites, the name of what is cited, and its SHA-256."""
    for name, digest in assessment.logs.items():
        yield "the assessment", name, digest
    digest = measured(folder / names.ASSESSMENT)[1]
    for record in _records(folder):
        if record.assessment.sha256 == digest:
            for each in record.evidence:
                yield record.number, each.name, each.sha256


def _records(folder: Path) -> Iterator[Determination]:
    for name in files_below(folder):
        if name.startswith(f"{names.DETERMINATIONS}/") and name.endswith(names.DETERMINATION):
            envelope = Envelope.from_bytes(files.read(folder / name, LARGEST_DOCUMENT))
            yield record_of(Statement.from_bytes(envelope.payload))
